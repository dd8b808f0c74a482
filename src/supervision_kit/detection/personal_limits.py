"""A rating below the limit that this person's own ratings, and those of people like them, set for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING, spread, spread_so_far
from supervision_kit.detection.method import Judgement, Method, in_points, setting
from supervision_kit.detection.personal.form import Form
from supervision_kit.detection.personal.judging import RATINGS_BEFORE
from supervision_kit.detection.personal.learning import learn_at_once, learn_in_turn
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.detection.personal.stretches import Draft, Priors, look_ahead, look_back
from supervision_kit.errors import UnknownNameError
from supervision_kit.instruments import Scale, find_scale
from supervision_kit.series import Matrix, column_of, iter_blocks
from supervision_kit.tables import SCORES
from supervision_kit.words import later, say, say_number

TOO_FEW_BEFORE = later("fewer than {n} ratings before it")
FEW = 1e-4  # chances below this are not put in figures


@dataclass(frozen=True, kw_only=True)
class PersonalLimits(Method):
    """A session is marked when its rating lies below a limit that a rupture-free rating undercuts with chance `rate`.

    Before each session the method foresees the rating: from this person's ratings so far and, the more the fewer there
    are, from how people of the caseload differ, vary and grow. Low ratings just before make the next limit higher, so
    that slow falls are seen too. The derivation stands in docs/methods/personal_limits.md.

    Parameters
    ----------
    rate
        False alarms per judged rating while nothing happens: .02 is 2 in 100.
    prior
        What is known beforehand, see :func:`learn_prior`. ``None`` learns it from the series that are judged together,
        for each session from no later column.
    retrospective
        Whether a session is judged from the sessions after it as well: for review and research, not for this week.
    min_drop
        See :class:`~supervision_kit.detection.method.Method`; 0, because a floor would spoil the promised rate.

    Notes
    -----
    ``expected`` is the mean foreseen, ``evidence`` the normal score z of the rating among those foreseen: a
    rupture-free rating comes out that low or lower with chance Φ(−z). It is given also where the session cannot be
    judged. ``<NA>``: no score, fewer than three ratings before, all ratings so far the same.

    References
    ----------
    The kit's own method. Spreads are drawn towards the caseload's after Smyth (2004), https://doi.org/10.2202/1544-6115.1027;
    the statistic is after Shiryaev (1963), https://doi.org/10.1137/1108002, and Roberts (1966),
    https://doi.org/10.1080/00401706.1966.10490374.

    Examples
    --------
    >>> prior = LimitsPrior(level=4, between=0.4, spreads=(0.15, 0.25), weights=(0.5, 0.5))
    >>> PersonalLimits(prior=prior).judge(np.array([[4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4]])).is_rupture
    array([[nan, nan, nan,  1.,  1.,  0.,  0.,  0.]])
    """

    key: ClassVar[str] = "personal_limits"
    title: ClassVar[str] = later("Personal limits")
    source: ClassVar[str] = later("this kit's own method, tested by simulation")
    sureness: ClassVar[str] = "kit"
    prospective: ClassVar[bool] = True
    min_sessions: ClassVar[int] = RATINGS_BEFORE + 1
    evidence_unit: ClassVar[str] = later("normal score of the rating among those foreseen")
    threshold: ClassVar[str] = "rate"
    # the filter takes many small steps: fewer and longer ones, and two threads no longer wait for the interpreter
    cells_at_once: ClassVar[int] = 2**18

    rate: float = setting(0.02, later("false alarms per rating"))
    retrospective: bool = setting(False, later("looks at the sessions after as well"))
    min_drop: float | None = setting(0.0, later("smallest fall in points"), if_none=later("by the scale"))
    prior: LimitsPrior | None = None
    form: Form = field(default=Form(), repr=False)
    learnt: Priors | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("rate", 0.001 <= self.rate <= 0.2, later("from 0.001 to 0.2"))  # noqa: PLR2004 - as the message says

    @property
    def unjudged(self) -> str:
        """Why a session that has a score cannot be judged."""
        return TOO_FEW_BEFORE.format(n=RATINGS_BEFORE)

    @property
    def unjudged_though_limited(self) -> str:
        """Why a session that has a score and a limit still cannot be judged."""
        return later("all ratings so far are the same")

    def for_scale(self, scale: Scale | None) -> Self:
        """Return this method with the steps and ends of `scale`."""
        method = super().for_scale(scale)
        return method if scale is None else replace(method, form=Form.of(scale))

    def learn_from(self, matrices: Iterable[Matrix]) -> Self:
        """Return this method with hyper-parameters learnt from all series, unless a prior is set."""
        if self.prior is not None:
            return self
        return replace(self, learnt=self._learn(matrices))

    @property
    def lesson(self) -> Self:
        """The method as it learns: how many false alarms are asked for, and the floor, play no part in that."""
        return replace(self, rate=PersonalLimits.rate, min_drop=None)

    def with_lesson(self, taught: Self) -> Self:
        """Return this method with what its lesson has learnt; see :meth:`Method.with_lesson`."""
        return replace(taught, rate=self.rate, min_drop=taught.min_drop if self.min_drop is None else self.min_drop)

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        (judgement,) = self.judge_together([(self, x)])
        return judgement

    @classmethod
    def judge_together(cls, pairs: Sequence[tuple[Self, Matrix]]) -> list[Judgement]:
        """Judge series of several kinds; see :meth:`Method.judge_together`."""
        asked = pairs[0][0]
        drafts = [Draft.of(x, method.priors_for(x)) for method, x in pairs]
        if asked.retrospective:
            look_back(drafts, rate=asked.rate)
        else:
            look_ahead(drafts, rate=asked.rate)
        return [method.decide(draft) for (method, _), draft in zip(pairs, drafts, strict=True)]

    def priors_for(self, x: Matrix) -> Priors:
        """Return by what series are judged: what was given or learnt of others, else what they say themselves."""
        if self.prior is not None:
            return ((0, self.prior),)
        return self._learn([x]) if self.learnt is None else self.learnt

    def decide(self, draft: Draft) -> Judgement:
        """Return which ratings lie below their limits, of those that can be judged."""
        x = draft.x
        limit = np.minimum(draft.limit, draft.expected - self.floor)
        varies = (spread(x) if self.retrospective else spread_so_far(x)) > ROUNDING
        can_judge = ~np.isnan(limit) & ~np.isnan(x) & varies
        is_below = (x < limit - ROUNDING).astype(np.float64)
        return Judgement(draft.expected, limit, draft.evidence, np.where(can_judge, is_below, np.nan))

    @property
    def is_prospective(self) -> bool:
        """Whether a session is judged from that session and earlier ones alone."""
        return not self.retrospective

    def explain(self, *, score: float, expected: float, limit: float, evidence: float) -> str:
        """Say in one plain sentence with its numbers why a session was marked; see :meth:`Method.explain`."""
        chance = math.erfc(evidence / math.sqrt(2)) / 2
        told = {
            "score": say_number(score),
            "points": in_points(expected - score),
            "expected": say_number(expected),
            "limit": say_number(limit),
        }
        if chance < FEW:
            return say(
                "The rating of {score} lies {points} below the expected {expected}; without a rupture one "
                "this low would "
                "come less than once in 10000, and ratings below {limit} are marked.",
                **told,
            )
        return say(
            "The rating of {score} lies {points} below the expected {expected}; without a rupture one this low would "
            "come {times} times in 1000, and ratings below {limit} are marked.",
            times=say_number(1000 * chance),
            **told,
        )

    def _learn(self, matrices: Iterable[Matrix]) -> Priors:
        if not self.retrospective:
            return learn_in_turn(matrices, self.form)
        matrices = [x for x in matrices if not np.isnan(x).all()]
        return ((0, learn_at_once(matrices, self.form)),) if matrices else ()


def learn_prior(scores: pd.DataFrame, *, instrument: str, scale: str, rater: str = "client") -> LimitsPrior:
    """Learn from past ratings how people differ and vary on a scale, for ``PersonalLimits(prior=…)``.

    Parameters
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`.
    instrument, scale, rater
        Whose ratings of what.

    Returns
    -------
    LimitsPrior
        With it, a case is judged by these people's ways, and its marks do not change when others' ratings come in.

    Raises
    ------
    TableError
        The table breaks its contract.
    UnknownNameError
        No rating of this scale by this rater is in the table.
    """
    checked, ordering = SCORES.check_in_order(scores)
    matrices: list[Matrix] = []
    if ordering.n_series:
        kind, names = ordering.kinds(checked, "instrument", "scale", "rater")
        is_asked = np.array([name == (instrument, scale, rater) for name in names])[kind]
        blocks = iter_blocks(ordering, is_asked)
        matrices = [block.matrix(column_of(checked["score"]))[: block.n_series] for block in blocks]
    if all(np.isnan(x).all() for x in matrices):
        rated = checked.loc[checked["score"].notna(), ["instrument", "scale", "rater"]].drop_duplicates()
        raise UnknownNameError(
            "rated scale", f"{instrument} {scale} {rater}", [" ".join(one) for one in rated.to_numpy()]
        )
    known = find_scale(instrument, scale)
    return learn_at_once(matrices, Form() if known is None else Form.of(known))
