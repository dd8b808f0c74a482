"""The supervisor's own judgements: beside what a method marked, never in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.engine import Connection

from supervision_kit.errors import UnknownNameError, WorkspaceError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.lens import CODES, TYPES, VERDICTS
from supervision_kit.tables import JUDGEMENT_CODES, JUDGEMENTS, OUTCOMES, RATERS
from supervision_kit.words import say
from supervision_kit.workspace.opened import Opened, codes_of, numbers_of
from supervision_kit.workspace.rows import check_session, find_case
from supervision_kit.workspace.schema import judgement_codes, judgements
from supervision_kit.workspace.undoing import Change

_NO_CODES: Mapping[str, Iterable[str]] = MappingProxyType({})


class Judging(Opened):
    """What the supervisor makes of episodes."""

    def judge_episode(
        self,
        case_id: str,
        *,
        rater: str,
        instrument: str,
        scale: str,
        onset: int,
        verdict: str,
        method: str = "",
        marked_onset: int | None = None,
        end: int | None = None,
        reason: str = "",
        type: str | None = None,  # noqa: A002 - what the field calls it
        outcome: str | None = None,
        codes: Mapping[str, Iterable[str]] = _NO_CODES,
    ) -> int:
        """Say what an episode was, or add one that no method marked; return the judgement's number.

        A second judgement of the same episode takes the place of the first, with its codes.

        Parameters
        ----------
        case_id, rater, instrument, scale
            The series.
        onset, end
            Where the episode began and ended, as the supervisor sees it: session numbers.
        verdict
            One of the keys of :data:`supervision_kit.lens.VERDICTS`.
        method, marked_onset
            The method that marked the episode, and the onset that it gave. Without a method the episode is added by
            hand, one for each series and onset; `marked_onset` then says which of these is dated anew.
        reason
            Why.
        type
            One of the keys of :data:`supervision_kit.lens.TYPES`, or None.
        outcome
            What became of it, in the supervisor's own judgement: one of :data:`supervision_kit.tables.OUTCOMES`.
        codes
            What lay behind it: keys of the vocabularies of :data:`supervision_kit.lens.CODES`, by kind.

        Raises
        ------
        UnknownNameError
            A case or a word that is none of those known.
        WorkspaceError
            The sessions are none, or in the wrong order, or a method is named without the onset that it gave.
        """
        onset = check_session(onset)
        if method and marked_onset is None:
            raise WorkspaceError(say("What a method marked is known by its onset: give marked_onset with the method."))
        series = _check_series(rater, instrument, scale) | {"method": method}
        said = {"onset": onset, "end_session": _check_end(onset, end), "reason": reason}
        said |= _check_words(verdict=verdict, type=type, outcome=outcome)
        wanted = _check_codes(codes)
        with self._changing("judgement") as change:
            change.cases += numbers_of(change.connection, [case_id])
            series["case_number"] = change.cases[0]
            known_by = onset if marked_onset is None else check_session(marked_onset)
            said |= {"marked_onset": known_by if method else onset, "at": change.at, "who": self.user}
            number = _find(change.connection, series, known_by)
            if number is None:
                number = change.insert(judgements, **series, **said)
            elif known_by == said["marked_onset"] or _find(change.connection, series, onset) is None:
                change.update(judgements, number, **said)
            else:
                raise WorkspaceError(say("There is a judgement of an episode that begins at that session already."))
            _write_codes(change, number, wanted)
            return number

    def remove_judgement(self, judgement: int) -> None:
        """Take a judgement out, with its codes."""
        with self._changing("judgement, removed") as change:
            change.cases.append(find_case(change.connection, judgements, judgement))
            _write_codes(change, judgement, set())
            change.delete(judgements, judgement)

    def judgements(self, case_id: str | None = None) -> pd.DataFrame:
        """Return the judgements, see :data:`supervision_kit.tables.JUDGEMENTS`; those by hand have an empty method."""
        table = self._read_said("judgement", judgements, case_id).rename(columns={"end_session": "end"})
        table["marked_onset"] = table["marked_onset"].astype("Int64").mask(table["method"] == "")
        return JUDGEMENTS.check(table)

    def codes(self, case_id: str | None = None) -> pd.DataFrame:
        """Return what was said of judged episodes, see :data:`supervision_kit.tables.JUDGEMENT_CODES`."""
        with self._database.reading() as connection:
            known = codes_of(connection)
            only = None if case_id is None else numbers_of(connection, [case_id])
            query = select(
                judgement_codes.c.judgement, judgements.c.case_number, judgement_codes.c.kind, judgement_codes.c.code
            ).join(judgements)
            if only:
                query = query.where(judgements.c.case_number == only[0])
            rows = connection.execute(query.order_by(judgement_codes.c.judgement, judgement_codes.c.id)).all()
        self._audit("read", "judgement", {case for _, case, _, _ in rows} | set(only or ()))
        values = list(zip(*rows, strict=True)) or [(), (), (), ()]
        about = {"case_id": [known[case] for case in values[1]], "kind": values[2], "code": values[3]}
        return JUDGEMENT_CODES.check(pd.DataFrame({"judgement": values[0], **about}))


def _find(connection: Connection, series: Mapping[str, Any], marked_onset: int) -> int | None:
    this = [judgements.c[name] == value for name, value in series.items()]
    query = select(judgements.c.id).where(*this, judgements.c.marked_onset == marked_onset)
    number: int | None = connection.execute(query).scalar()
    return number


def _write_codes(change: Change, judgement: int, wanted: set[tuple[str, str]]) -> None:
    """Leave a judgement with these codes and no others."""
    query = select(judgement_codes).where(judgement_codes.c.judgement == judgement).order_by(judgement_codes.c.id)
    kept = {(row.kind, row.code): row.id for row in change.connection.execute(query)}
    for pair in kept.keys() - wanted:
        change.delete(judgement_codes, kept[pair])
    for kind, code in sorted(wanted - kept.keys()):
        change.insert(judgement_codes, judgement=judgement, kind=kind, code=code)


def _check_series(rater: str, instrument: str, scale: str) -> dict[str, Any]:
    if rater not in RATERS:
        raise UnknownNameError("rater", rater, RATERS)
    if instrument not in INSTRUMENTS:
        raise UnknownNameError("instrument", instrument, INSTRUMENTS)
    if scale not in INSTRUMENTS[instrument].scales:
        raise UnknownNameError("scale", scale, INSTRUMENTS[instrument].scales)
    return {"rater": rater, "instrument": instrument, "scale": scale}


def _check_end(onset: int, end: int | None) -> int | None:
    if end is None:
        return None
    if (end := check_session(end)) < onset:
        raise WorkspaceError(say("An episode ends at its onset or after it."))
    return end


def _check_words(*, verdict: str, type: str | None, outcome: str | None) -> dict[str, str | None]:  # noqa: A002
    for what, word, known in (("verdict", verdict, VERDICTS), ("type", type, TYPES), ("outcome", outcome, OUTCOMES)):
        if word not in known and (word is not None or what == "verdict"):
            raise UnknownNameError(what, word, known)
    return {"verdict": verdict, "type": type, "outcome": outcome}


def _check_codes(codes: Mapping[str, Iterable[str]]) -> set[tuple[str, str]]:
    pairs = set()
    for kind, keys in codes.items():
        if kind not in CODES:
            raise UnknownNameError("kind of code", kind, CODES)
        for key in [keys] if isinstance(keys, str) else keys:
            if key not in CODES[kind]:
                raise UnknownNameError(f"code of the kind {kind}", key, CODES[kind])
            pairs.add((kind, key))
    return pairs
