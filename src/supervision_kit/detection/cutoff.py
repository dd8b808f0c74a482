"""A score below the line that is published for the instrument."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from supervision_kit.detection.measuring import ROUNDING, spread_so_far
from supervision_kit.detection.method import Judgement, Method, in_points, setting
from supervision_kit.instruments import Scale
from supervision_kit.series import Matrix
from supervision_kit.words import later, say, say_number


@dataclass(frozen=True, kw_only=True)
class Cutoff(Method):
    """A session is marked when its total lies below the instrument's published line.

    The line does not know the person: a client who always rates low is marked each time, one who falls from the top
    to just above the line never is. Published rules for items under a line are not applied: only scales are judged.

    Parameters
    ----------
    line
        Scores below it are marked, in scale points; ``None`` takes the published line of the scale, and where there
        is none (as for the WAI) nothing can be judged. On a scale whose range a set line lies outside of, nothing can
        be judged either.
    min_drop
        How far below the line a marked score must be; 0 as published.

    Notes
    -----
    ``expected`` and ``limit`` are the line (less `min_drop`), ``evidence`` the points below it. A score below the
    line is marked from the first session on. A score that is not below the line counts as "not marked" only once the
    person's ratings have varied: identical ratings so far (40, 40, 40) are ``<NA>``, "cannot tell".

    References
    ----------
    The line's own source, see the instrument's page; for the Session Rating Scale, Duncan et al. (2003), as
    secondary sources state it.

    Examples
    --------
    >>> Cutoff(line=36).judge(np.array([[38.0, 39.0, 35.5, 36.0]])).is_rupture
    array([[nan,  0.,  1.,  0.]])
    """

    key: ClassVar[str] = "cutoff"
    title: ClassVar[str] = later("Published line")
    source: ClassVar[str] = later("the instrument's published line")
    sureness: ClassVar[str] = "secondary"
    prospective: ClassVar[bool] = True
    min_sessions: ClassVar[int] = 1
    evidence_unit: ClassVar[str] = later("scale points below the line")
    threshold: ClassVar[str] = "min_drop"

    line: float | None = setting(None, later("line"), if_none=later("as published"), start=36)
    min_drop: float | None = setting(0.0, later("points below it"), if_none=later("by the scale"))

    @property
    def blocker(self) -> str:
        """Why nothing can be judged without a line."""
        return later("no line for this scale") if self.line is None else ""

    @property
    def unjudged(self) -> str:
        """Why a session that has a score cannot be judged."""
        return later("no spread so far")

    def for_scale(self, scale: Scale | None) -> Self:
        """Return this method with the published line of `scale`, unless a line within the scale's range is set."""
        method = super().for_scale(scale)
        if scale is None or (self.line is not None and scale.lowest < self.line <= scale.highest):
            return method
        return replace(method, line=scale.cutoff.line if scale.cutoff and self.line is None else None)

    def explain(self, *, score: float, expected: float, limit: float, evidence: float) -> str:  # noqa: ARG002
        """Say why a session was marked; see :meth:`Method.explain`."""
        return say(
            "The rating of {score} lies {points} below the line of {line}.",
            score=say_number(score),
            points=in_points(evidence),
            line=say_number(expected),
        )

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        line = np.full(x.shape, np.nan if self.line is None else self.line)
        limit = line - self.floor
        is_below = (x < line - ROUNDING) & (x <= limit + ROUNDING)
        can_judge = ~np.isnan(x) & ~np.isnan(line) & (is_below | (spread_so_far(x) > ROUNDING))
        return Judgement(
            expected=line,
            limit=limit,
            evidence=np.where(can_judge, line - x, np.nan),
            is_rupture=np.where(can_judge, is_below.astype(np.float64), np.nan),
        )
