"""A fall from one session to the next that measurement error alone would rarely make."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from supervision_kit.detection.method import Judgement, Method, decide_on_steps, in_points, setting
from supervision_kit.instruments import Scale
from supervision_kit.series import Matrix
from supervision_kit.words import later, say, say_number


@dataclass(frozen=True, kw_only=True)
class ReliableDrop(Method):
    """A session is marked when its rating fell from the one before by more than measurement error explains.

    The fall that is marked is `z` · S_diff with S_diff = √2 · SD · √(1 − reliability): the reliable change index,
    taken from session to session. The session before is the latest one with a score.

    Parameters
    ----------
    z
        The fall in standard errors of a difference; 1.96 leaves error alone 1 fall in 40.
    sd
        Standard deviation of the scale between persons; ``None`` takes that of the instrument's norms.
    reliability
        Reliability of the scale, from 0 to less than 1; ``None`` takes that of the norms. Where either is neither set
        nor known, nothing can be judged.
    min_drop
        See :class:`~supervision_kit.detection.method.Method`.

    Notes
    -----
    ``expected`` is the score before, ``evidence`` the fall in S_diff. ``<NA>``: no score, first score, no spread so
    far, no standard deviation or reliability. Reliability within one form (Cronbach's alpha) makes S_diff small, and so
    more marks, than reliability over sessions would.

    References
    ----------
    Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59(1), 12–19,
    https://doi.org/10.1037/0022-006X.59.1.12, who compare before and after a treatment, not two sessions.

    Examples
    --------
    >>> ReliableDrop(sd=7.5, reliability=0.8).judge(np.array([[40.0, 30.0, 36.0, 26.7]])).is_rupture
    array([[nan,  1.,  0.,  1.]])
    """

    key: ClassVar[str] = "reliable_drop"
    title: ClassVar[str] = later("Reliable drop")
    source: ClassVar[str] = later("Jacobson & Truax (1991), carried over to neighbouring sessions")
    sureness: ClassVar[str] = "kit"
    prospective: ClassVar[bool] = True
    min_sessions: ClassVar[int] = 2
    evidence_unit: ClassVar[str] = later("standard errors of a difference below the score before")
    threshold: ClassVar[str] = "z"

    z: float = setting(1.96, later("fall in standard errors of a difference"))
    sd: float | None = setting(
        None, later("standard deviation between persons"), if_none=later("as published"), start=0.5
    )
    reliability: float | None = setting(None, later("reliability"), if_none=later("as published"), start=0.9)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("z", self.z > 0, later("more than 0"))
        self._require("sd", self.sd is None or self.sd > 0, later("more than 0 scale points, or None"))
        is_share = self.reliability is None or 0 <= self.reliability < 1
        self._require("reliability", is_share, later("from 0 to less than 1, or None"))

    @property
    def standard_error(self) -> float:
        """S_diff, in scale points; NaN where standard deviation or reliability are not known."""
        if self.sd is None or self.reliability is None:
            return math.nan
        return math.sqrt(2 * (1 - self.reliability)) * self.sd

    @property
    def blocker(self) -> str:
        """Why nothing can be judged without norms."""
        if self.sd is None:
            if self.reliability is None:
                return later("no spread or reliability known for this scale")
            return later("no spread known for this scale")
        return later("no reliability known for this scale") if self.reliability is None else ""

    @property
    def unjudged(self) -> str:
        """Why a session that has a score cannot be judged."""
        return later("first score, or no spread so far: nothing to compare with")

    def for_scale(self, scale: Scale | None) -> Self:
        """Return this method with standard deviation and reliability of the norms of `scale`, unless they are set."""
        method = super().for_scale(scale)
        norms = scale.norms if scale else None
        if norms is None:
            return method
        return replace(
            method,
            sd=norms.sd if self.sd is None else self.sd,
            reliability=norms.reliability if self.reliability is None else self.reliability,
        )

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        error = self.standard_error
        return decide_on_steps(x, fall=self.z * error, unit=error, min_drop=self.floor)

    def explain(self, *, score: float, expected: float, limit: float, evidence: float) -> str:
        """Say why a session was marked; see :meth:`Method.explain`."""
        return say(
            "The rating fell by {points}, from {before} to {score}: {errors} standard errors of a "
            "difference; a fall of "
            "{fall} or more is marked.",
            points=in_points(expected - score),
            before=say_number(expected),
            score=say_number(score),
            errors=say_number(evidence),
            fall=in_points(expected - limit),
        )
