"""A fall of so many points from one session to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from supervision_kit.detection.method import Judgement, Method, decide_on_steps, in_points, setting
from supervision_kit.instruments import Scale
from supervision_kit.series import Matrix
from supervision_kit.words import later, say, say_number

# One point on a scale of 1 to 7, as a share of its range: the same fall on every scale.
POINTS_SHARE = 1 / 6
UNKNOWN_SCALE_POINTS = 1.0


@dataclass(frozen=True, kw_only=True)
class PointsDrop(Method):
    """A session is marked when its rating fell from the one before by `points` or more.

    The rule does not know the person: who always swings by a point is marked again and again, who never moves by more
    than half a point never is. The session before is the latest one with a score.

    Parameters
    ----------
    points
        The fall that is marked, in scale points. ``None`` takes a sixth of the scale's range: one point on item means
        of 1 to 7, where the rule comes from; that it is carried over to other ranges is the kit's own choice. Where
        the scale is not registered, 1.
    min_drop
        See :class:`~supervision_kit.detection.method.Method`.

    Notes
    -----
    ``expected`` is the score before, ``evidence`` the fall in scale points. ``<NA>``: no score, first score, no
    spread so far.

    References
    ----------
    After Stevens et al. (2007), parameters not confirmed.

    Examples
    --------
    >>> PointsDrop(points=1).judge(np.array([[5.2, 5.4, 4.4, 5.1, 4.2]])).is_rupture
    array([[nan,  0.,  1.,  0.,  0.]])
    """

    key: ClassVar[str] = "points_drop"
    title: ClassVar[str] = later("Drop by points")
    source: ClassVar[str] = later("after Stevens et al. (2007), parameters not confirmed")
    sureness: ClassVar[str] = "unconfirmed"
    prospective: ClassVar[bool] = True
    min_sessions: ClassVar[int] = 2
    evidence_unit: ClassVar[str] = later("points below the score before")
    threshold: ClassVar[str] = "points"

    points: float | None = setting(
        None, later("fall in points"), if_none=later("a sixth of the scale"), start=UNKNOWN_SCALE_POINTS
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("points", self.points is None or self.points > 0, later("more than 0 scale points, or None"))

    @property
    def unjudged(self) -> str:
        """Why a session that has a score cannot be judged."""
        return later("first score, or no spread so far: nothing to compare with")

    def for_scale(self, scale: Scale | None) -> Self:
        """Return this method with the fall that belongs to `scale`, unless one is set."""
        method = super().for_scale(scale)
        if self.points is not None:
            return method
        points = POINTS_SHARE * (scale.highest - scale.lowest) if scale else UNKNOWN_SCALE_POINTS
        return replace(method, points=points)

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        points = UNKNOWN_SCALE_POINTS if self.points is None else self.points
        return decide_on_steps(x, fall=points, unit=1.0, min_drop=self.floor)

    def explain(self, *, score: float, expected: float, limit: float, evidence: float) -> str:
        """Say why a session was marked; see :meth:`Method.explain`."""
        return say(
            "The rating fell by {points}, from {before} to {score}; a fall of {fall} or more is marked.",
            points=in_points(evidence),
            before=say_number(expected),
            score=say_number(score),
            fall=in_points(expected - limit),
        )
