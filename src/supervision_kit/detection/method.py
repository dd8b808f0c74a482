"""What every detection method is: settings, provenance, and one function that judges a whole matrix at once."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, ClassVar, Self

import numpy as np

from supervision_kit.detection.measuring import (
    ROUNDING,
    Flags,
    Positions,
    close_gaps,
    open_gaps,
    previous_score,
    spread_so_far,
)
from supervision_kit.errors import SettingError
from supervision_kit.instruments import Scale
from supervision_kit.series import CELLS, Matrix
from supervision_kit.words import later, say, say_number

# The floor where the scale is not registered: what it is on item means of 1 to 5 (Scale.min_drop).
UNKNOWN_SCALE_MIN_DROP = 0.3


def setting(default: float | None, label: str, *, if_none: str = "", start: float = 0) -> Any:
    """Declare a setting of a method: a number, or yes or no.

    `label` names it on a page, `if_none` says there what ``None`` means (both are written here and said there), `start`
    is the number offered instead of it.
    """
    return field(default=default, metadata={"label": label, "if_none": if_none, "start": start})


@dataclass(frozen=True)
class Judgement:
    """What a method says of each session: four arrays of the shape of the scores.

    They are to be read only: one value for a whole series may be stored once. ``expected`` and ``limit`` are in scale
    points, ``evidence`` in the method's own unit (larger is further below
    expected), ``is_rupture`` is 1 (marked), 0 (not marked) or NaN (cannot be judged).
    """

    expected: Matrix
    limit: Matrix
    evidence: Matrix
    is_rupture: Matrix


@dataclass(frozen=True, kw_only=True)
class Method(ABC):
    """A way to judge sessions. The fields are its settings; its ``repr`` is the line that reports print.

    Parameters
    ----------
    min_drop
        The floor: a session is marked only if its score is at least this many scale points below ``expected``.
        ``None`` takes the scale's own floor (the kit's choice, 7.5 % of the scale's range; 0.3 points where the scale
        is not registered). It keeps near-constant raters from being marked for a tenth of a point.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    sureness: ClassVar[str]
    prospective: ClassVar[bool]
    min_sessions: ClassVar[int]
    evidence_unit: ClassVar[str]
    threshold: ClassVar[str]  # the setting that decides how far below is far enough
    cells_at_once: ClassVar[int] = CELLS  # so many ratings are judged at a time

    min_drop: float | None = setting(
        None, later("smallest fall in points"), if_none=later("by the scale"), start=UNKNOWN_SCALE_MIN_DROP
    )

    def __post_init__(self) -> None:
        for one in self.settings():
            kind, value = str(one.type), getattr(self, one.name)
            if value is None:
                self._require(one.name, "None" in kind, "given")
            elif kind == "bool":
                self._require(one.name, isinstance(value, bool), "True or False")
            else:
                check_number(type(self).__name__, one.name, value, whole="int" in kind)
        self._require("min_drop", self.min_drop is None or self.min_drop >= 0, later("0 or more scale points, or None"))

    @abstractmethod
    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series.

        Parameters
        ----------
        x
            Scores of shape (n_series, n_sessions) in scale points, NaN where there is no score. Not changed.

        Returns
        -------
        Judgement
            Four arrays of the same shape.
        """

    @classmethod
    def judge_together(cls, pairs: Sequence[tuple[Self, Matrix]]) -> list[Judgement]:
        """Judge series of several kinds, each by this method as it was settled for its kind.

        What comes out for each is what :meth:`judge` says of it alone; a method that takes many small steps may take
        them for all kinds at once.
        """
        return [method.judge(x) for method, x in pairs]

    @property
    def fewest_sessions(self) -> int:
        """The fewest rated sessions that this method, as set, can judge."""
        return self.min_sessions

    @property
    def is_prospective(self) -> bool:
        """Whether this method, as set, judges a session from that session and earlier ones alone."""
        return self.prospective

    def limits_rest_on(self, n_scored: int) -> int | None:  # noqa: ARG002 - for those methods whose limits do
        """Return how many of a series' `n_scored` scores the limits are estimated from; ``None`` where none are."""
        return None

    @property
    def blocker(self) -> str:
        """Why this method can say nothing at all here; empty where it can."""
        return ""

    @property
    def unjudged(self) -> str:
        """Why a session with a score, in a series that is long enough and varies, still cannot be judged."""
        return later("nothing to compare with")

    @property
    def unjudged_though_limited(self) -> str:
        """Why a session that has a score and a limit still cannot be judged; empty where :attr:`unjudged` says it."""
        return ""

    def for_scale(self, scale: Scale | None) -> Self:
        """Return this method with the settings that were left open filled in for `scale`."""
        if self.min_drop is not None:
            return self
        return replace(self, min_drop=scale.min_drop if scale else UNKNOWN_SCALE_MIN_DROP)

    def learn_from(self, matrices: Iterable[Matrix]) -> Self:  # noqa: ARG002 - for those methods that do
        """Return this method with what it needs to know of a whole caseload learnt from all its series.

        Parameters
        ----------
        matrices
            All series of one scale by one kind of rater, in matrices as for :meth:`judge`; their widths may differ.

        Returns
        -------
        Method
            The method itself where it judges each series from that series alone.
        """
        return self

    @property
    def lesson(self) -> Self:
        """The method as it learns: settings that play no part in that are as they come."""
        return self

    def with_lesson(self, taught: Self) -> Self:
        """Return this method with what its :attr:`lesson` has learnt, and settled for the same scale."""
        return taught

    @classmethod
    def settings(cls) -> tuple[Field[Any], ...]:
        """Return the settings as dataclass fields, the method's own first; ``metadata`` holds label and if_none."""
        inherited = {one.name for one in fields(Method)}
        own = (one for one in fields(cls) if "label" in one.metadata)
        return tuple(sorted(own, key=lambda one: one.name in inherited))

    @property
    def in_words(self) -> str:
        """The method with its settings, as charts and reports print it."""
        values = [f"{_label_of(one)}: {_in_words(one, getattr(self, one.name))}" for one in self.settings()]
        return f"{say(self.title)} ({'; '.join(values)})"

    def explain(self, *, score: float, expected: float, limit: float, evidence: float) -> str:
        """Say in one plain sentence with its numbers why this method marked a session.

        Parameters
        ----------
        score, expected, limit, evidence
            Those of the mark; see :data:`supervision_kit.tables.MARKS`.
        """
        told = {
            "score": say_number(score),
            "points": in_points(expected - score),
            "expected": say_number(expected),
            "limit": say_number(limit),
        }
        if math.isnan(evidence):
            return say(
                "The rating of {score} lies {points} below the expected {expected}; ratings up to {limit} are marked.",
                **told,
            )
        return say(
            "The rating of {score} lies {points} below the expected {expected} ({evidence} {unit}); ratings up to "
            "{limit} are marked.",
            evidence=say_number(evidence),
            unit=say(self.evidence_unit),
            **told,
        )

    def _require(self, setting: str, holds: bool, allowed: str) -> None:  # noqa: FBT001 - reads as a sentence
        if not holds:
            label = next(one.metadata["label"] for one in fields(self) if one.name == setting)
            told = {"method": say(self.title), "label": say(label), "setting": setting, "allowed": say(allowed)}
            raise SettingError(say("{method}: {label} ({setting}) must be {allowed}.", **told))

    @property
    def floor(self) -> float:
        """The floor as it is judged by: that of no registered scale where it was left open."""
        return UNKNOWN_SCALE_MIN_DROP if self.min_drop is None else self.min_drop


def check_number(owner: str, name: str, value: object, *, whole: bool) -> None:
    """Refuse a setting that is neither None nor a finite number, or not a whole one where that is asked for.

    Raises
    ------
    SettingError
        Names the setting and what is allowed.
    """
    is_number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if value is None or (is_number and math.isfinite(value) and (not whole or value == int(value))):  # type: ignore[arg-type, call-overload]
        return
    if whole:
        raise SettingError(say("{owner}: {name} must be a whole number.", owner=owner, name=name))
    raise SettingError(say("{owner}: {name} must be a number.", owner=owner, name=name))


def n_digits(value: float) -> int:
    """Return how many digits a setting has after the point; more than six are not told apart."""
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


def in_points(value: float) -> str:
    """Return a difference of scores as sentences print it."""
    digits = say_number(value)
    return say("{n} point", n=digits) if digits == "1" else say("{n} points", n=digits)


def _label_of(setting: Field[Any]) -> str:
    label: str = setting.metadata["label"]
    return say(label)


def _in_words(setting: Field[Any], value: float | None) -> str:
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if_none: str = setting.metadata["if_none"]
    return say(if_none) if value is None else say_number(value, digits=n_digits(value))


def decide(
    x: Matrix,
    *,
    expected: Matrix,
    limit: Matrix,
    evidence: Matrix,
    can_judge: Flags,
    min_drop: Matrix | float,
    at_limit: bool,
) -> Judgement:
    """Mark the scores below `limit` (and at it, with `at_limit`) that are at least `min_drop` below `expected`.

    The limit that comes back is the stricter of the two, so a drawn limit always shows which scores would be marked.
    """
    line = np.minimum(limit + ROUNDING if at_limit else limit - ROUNDING, expected - min_drop + ROUNDING)
    is_rupture = (x <= line).astype(np.float64)
    is_rupture[~can_judge] = np.nan
    return Judgement(
        expected=np.broadcast_to(expected, x.shape),
        limit=np.broadcast_to(np.minimum(limit, expected - min_drop), x.shape),
        evidence=np.where(can_judge, evidence, np.nan),
        is_rupture=is_rupture,
    )


def judge_as_one(
    matrices: Sequence[Matrix], judge: Callable[[Matrix, Positions], Judgement], *, most_cells: int
) -> list[Judgement]:
    """Judge some matrices in one go, one beneath the other, as long as that makes no more than so many cells.

    `judge` is given a matrix and, for each of its rows, the place of the matrix that it comes from.
    """
    if len(matrices) * max(map(np.size, matrices)) > most_cells:
        return [judge(x, np.full(len(x), place)) for place, x in enumerate(matrices)]
    heights = [len(x) for x in matrices]
    stacked = np.full((max(x.shape[1] for x in matrices), sum(heights)), np.nan).T  # column by column, as they lie
    ends = np.cumsum(heights).tolist()
    cuts = [(slice(end - len(x), end), slice(x.shape[1])) for end, x in zip(ends, matrices, strict=True)]
    for cut, x in zip(cuts, matrices, strict=True):
        stacked[cut] = x
    judged = judge(stacked, np.repeat(np.arange(len(matrices)), heights))
    parts = [getattr(judged, one.name) for one in fields(Judgement)]
    return [Judgement(*(part[cut] for part in parts)) for cut in cuts]


def judge_without_gaps(judge: Callable[[Matrix], Judgement], x: Matrix) -> Judgement:
    """Judge series with missing scores moved to their ends; what comes out goes back to where the scores stood."""
    closed, gaps = close_gaps(x)
    judgement = judge(closed)
    if gaps is None:
        return judgement
    parts = (judgement.expected, judgement.limit, judgement.evidence, judgement.is_rupture)
    return Judgement(*(open_gaps(part, gaps) for part in parts))


def decide_on_steps(x: Matrix, *, fall: float, unit: float, min_drop: float) -> Judgement:
    """Mark the scores at least `fall` points below the one before; evidence is the fall in `unit` points."""
    before = previous_score(x)
    can_judge = ~np.isnan(x - before) & (spread_so_far(x) > ROUNDING)
    before[~can_judge] = np.nan
    return decide(
        x,
        expected=before,
        limit=before - fall,
        evidence=(before - x) / unit,
        can_judge=can_judge & ~np.isnan(fall),
        min_drop=min_drop,
        at_limit=True,
    )
