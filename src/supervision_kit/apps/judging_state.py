"""Which falls there are to judge, and what the supervisor says of them; runs without a browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from traitlets import HasTraits, Int, Unicode, validate

from supervision_kit.apps.said_state import SaidState
from supervision_kit.detection import METHODS
from supervision_kit.errors import UnknownNameError
from supervision_kit.judging import BY_HAND
from supervision_kit.lens import CODES
from supervision_kit.words import say, say_number

# What a judgement is written down with, beside its codes.
_GIVEN = (
    "rater", "instrument", "scale", "method", "marked_onset", "onset", "end", "verdict", "reason", "type", "outcome",
)  # fmt: skip


@dataclass(frozen=True)
class Fall:
    """A fall to be judged: one that the method marks, one judged before, or one added by hand.

    `method` and `marked_onset` name what is judged; by hand the method is empty. `first` and `last` are its sessions by
    the method, or by the supervisor where no method marks it.
    """

    method: str
    marked_onset: int
    first: int
    last: int
    is_marked: bool
    judgement: Mapping[Any, Any] | None = None

    @property
    def key(self) -> str:
        """What is chosen by."""
        return f"{self.method} {self.marked_onset}"

    @property
    def words(self) -> str:
        """The fall in words."""
        sessions = (
            say("Session {first}", first=say_number(self.first))
            if self.first == self.last
            else say("Sessions {first} to {last}", first=say_number(self.first), last=say_number(self.last))
        )
        if not self.method:
            return say("{sessions}, added by hand", sessions=sessions)
        title = METHODS[self.method].title if self.method in METHODS else self.method
        if self.is_marked:
            return say("{sessions}, marked by {method}", sessions=sessions, method=say(title))
        return say("{sessions}, judged before as marked by {method}", sessions=sessions, method=say(title))


class JudgingState(HasTraits):
    """The falls of the series shown, and the supervisor's judgement of the one that is chosen.

    Attributes
    ----------
    chosen
        The key of the fall that is judged; empty where there is none.
    revision
        Counts up whenever something else is to be shown.
    falls
        The falls of the series shown, in order: those marked, those judged before, those added by hand.
    """

    chosen = Unicode("")
    revision = Int(0)

    def __init__(self, said: SaidState) -> None:
        super().__init__()
        self.said_state, self.case = said, said.case
        self.falls: tuple[Fall, ...] = ()
        self.case.observe(self._settle, "revision")
        self.case.observe(self._follow_session, "session")
        self._settle()
        self.observe(self._show, "chosen")

    @property
    def fall(self) -> Fall | None:
        """The chosen fall."""
        return next((fall for fall in self.falls if fall.key == self.chosen), None)

    @property
    def codes(self) -> dict[str, list[str]]:
        """What was said of the chosen fall in the words of each vocabulary."""
        fall = self.fall
        if fall is None or fall.judgement is None:
            return {kind: [] for kind in CODES}
        return _by_kind(self.said_state.said.codes, int(fall.judgement["id"]))

    @property
    def judgement(self) -> dict[str, Any]:
        """What is said of the chosen fall: verdict (``None`` without one), reason, type, outcome, onset, end."""
        fall = self.fall
        said = fall.judgement if fall and fall.judgement else {}
        found = {name: _or_none(said.get(name)) for name in ("verdict", "reason", "type", "outcome", "onset", "end")}
        return found | {"reason": found["reason"] or ""}

    def judge(self, **said: Any) -> None:
        """Say something of the chosen fall: any of verdict, reason, type, outcome, onset, end, and ``codes`` by kind.

        What is not given stays. The first thing to say of a fall is a verdict.
        """
        fall = self.fall
        if fall is None:
            return
        now = self.judgement | {"codes": self.codes} | said
        if now["onset"] is None:
            now |= {"onset": fall.first, "end": fall.last}
        method, onset = _judged_as(fall.judgement) if fall.judgement else (fall.method, fall.marked_onset)
        about = self.case.series._asdict() | {"method": method, "marked_onset": onset}
        self._choose(self.said_state.write(lambda workspace, case_id: workspace.judge_episode(case_id, **about, **now)))

    def give_reason(self, case_id: str, judgement: int, reason: str) -> None:
        """Say why a fall is judged so, by the number of its judgement: the page may show another case by now."""
        workspace = self.said_state.workspace
        found = workspace.judgements(case_id).query("id == @judgement").to_dict("records")
        if not found or (_or_none(found[0]["reason"]) or "") == reason:
            return
        judged = {str(name): _or_none(value) for name, value in found[0].items() if name in _GIVEN}
        onset = judged["marked_onset"] if judged["method"] else judged["onset"]
        codes = _by_kind(workspace.codes(case_id), judgement)
        workspace.judge_episode(case_id, **judged | {"marked_onset": onset, "reason": reason, "codes": codes})
        self.said_state.renew()

    def say_codes(self, kind: str, keys: Iterable[str]) -> None:
        """Say of the chosen fall what the words of one vocabulary are."""
        if sorted(keys) != sorted(self.codes[kind]):
            self.judge(codes=self.codes | {kind: list(keys)})

    def add_by_hand(self, session: int) -> None:
        """Add a rupture that no method marked, from a session on, and choose it."""
        series = self.case.series._asdict()
        self._choose(
            self.said_state.write(
                lambda workspace, case_id: workspace.judge_episode(case_id, **series, onset=session, verdict="rupture")
            )
        )

    def _choose(self, judgement: int) -> None:
        """Choose the fall of a judgement: one by hand is known by its onset, which may be another now."""
        keys = [fall.key for fall in self.falls if fall.judgement and fall.judgement["id"] == judgement]
        self.chosen = keys[0] if keys else self.chosen

    def take_back(self) -> None:
        """Take the judgement of the chosen fall out."""
        fall = self.fall
        if fall is not None and fall.judgement is not None:
            number = int(fall.judgement["id"])
            self.said_state.write(lambda workspace, _case_id: workspace.remove_judgement(number))

    def fall_at(self, session: int | None) -> Fall | None:
        """Return the fall that a session lies in, by the method or by the supervisor."""
        return next((fall for fall in self.falls if session is not None and session in _sessions(fall)), None)

    @validate("chosen")
    def _known_fall(self, proposal: Any) -> str:
        keys = [fall.key for fall in self.falls]
        if proposal["value"] and proposal["value"] not in keys:
            raise UnknownNameError("fall", proposal["value"], keys)
        return str(proposal["value"])

    def _settle(self, _change: object = None) -> None:
        """List the falls; keep the choice where its fall is still there, else the latest is chosen."""
        self.falls = self._list_falls()
        keys = [fall.key for fall in self.falls]
        if self.chosen in (keys or [""]):
            self._show()
        else:
            self.chosen = keys[-1] if keys else ""

    def _show(self, _change: object = None) -> None:
        self.revision += 1

    def _list_falls(self) -> tuple[Fall, ...]:
        case = self.case
        judged = case.series.of(case.judged)
        known = {int(judgement["id"]): judgement for judgement in case.judgements.to_dict("records")}
        falls = [
            _fall_of(fall, None if pd.isna(fall["judgement"]) else known[int(fall["judgement"])])
            for fall in judged.to_dict("records")
        ]
        return tuple(sorted(falls, key=lambda fall: (fall.first, fall.method)))

    def _follow_session(self, change: Any) -> None:
        fall = self.fall_at(change["new"])
        if fall is not None:
            self.chosen = fall.key


def _by_kind(codes: pd.DataFrame, judgement: int) -> dict[str, list[str]]:
    """Return what was said of one judged fall: kind → keys."""
    own = codes[codes["judgement"] == judgement]
    return {kind: own.loc[own["kind"] == kind, "code"].to_list() for kind in CODES}


def _fall_of(fall: Mapping[Any, Any], judgement: Mapping[Any, Any] | None) -> Fall:
    """Return a fall as it is marked; one that only its judgement knows, as that names and dates it."""
    if fall["method"] != BY_HAND or judgement is None:
        first, last = int(fall["onset"]), int(fall["end"])
        return Fall(fall["method"], first, first=first, last=last, is_marked=True, judgement=judgement)
    first = int(judgement["onset"])
    last = first if pd.isna(judgement["end"]) else int(judgement["end"])
    return Fall(*_judged_as(judgement), first=first, last=last, is_marked=False, judgement=judgement)


def _judged_as(judgement: Mapping[Any, Any]) -> tuple[str, int]:
    """Return the method whose episode was judged, empty for none, and the onset by which the judgement is known."""
    method = _or_none(judgement["method"]) or ""
    return method, int(judgement["marked_onset"] if method else judgement["onset"])


def _sessions(fall: Fall) -> range:
    said = fall.judgement or {}
    first = min(fall.first, int(said.get("onset", fall.first)))
    end = said.get("end")
    return range(first, max(fall.last, fall.last if end is None or pd.isna(end) else int(end)) + 1)


def _or_none(value: Any) -> Any:
    if value is None or pd.isna(value):
        return None
    return int(value) if not isinstance(value, str) else value
