"""The filter: before each session, what a person's next rating should be; after it, what it has taught.

Given a person's spread all is normal but for the form: the level of the person and the last deviation from it have a
mean and covariance, which one session updates in closed form; a rating that the form has rounded or cut says in which
interval the latent rating lies, and the normal distribution cut to it is replaced by the normal with its moments. The
spread itself is one of a few nodes, weighed by how well each foresaw the ratings so far.

Arrays are laid out with people last: (n_nodes, n_people) and (n_sessions, n_people). The derivation stands in
docs/methods/personal_limits.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from supervision_kit.detection.personal.cutting import Cut, Interval, cut_normal
from supervision_kit.series import Matrix

# What a rupture does to a rating, in within-person SD, where the filter has to allow for one (the kit's own choices,
# compared by simulation): a dip takes DIP ± 1 and stays on with chance STAY; a fall of the level takes FALL ± 1.
DIP, STAY, FALL = 2.2, 0.7, 2.0


@dataclass(frozen=True)
class People:
    """Hyper-parameters as the filter takes them, each (n_people,) or one value for all.

    `level`, `between`: mean and SD of the levels; `carry`: φ; `dip`, `fall`: the chance of each per session.
    `sigma`, `weight`: (n_nodes, n_people or 1); `growth`: (n_sessions, n_people or 1).
    """

    level: Matrix
    between: Matrix
    carry: Matrix
    sigma: Matrix
    weight: Matrix
    growth: Matrix
    dip: Matrix
    fall: Matrix

    def take(self, rows: slice) -> People:
        """Return some of the people."""
        return People(*(part if part.shape[-1] == 1 else part[..., rows] for part in vars(self).values()))


@dataclass(frozen=True)
class Foresight:
    """What is known of a session's rating before (`mean`, `sd`, `weight` per node) and once it is in.

    `tail` is the chance of a lower rating, half of an equal one included; `likelihood` that of the rating itself;
    `weight_after` the weights of the nodes once it is in.
    """

    mean: Matrix
    sd: Matrix
    weight: Matrix
    tail: Matrix
    likelihood: Matrix
    weight_after: Matrix


@dataclass(frozen=True)
class _State:
    """Means and covariance of a person's level m and last deviation r, per node."""

    m: Matrix
    var_m: Matrix
    r: Matrix
    var_r: Matrix
    cov: Matrix


@dataclass(frozen=True)
class Belief:
    """What is known before a session: the state with the deviation that is to come, and how likely each node is."""

    n_before: int
    state: _State
    weight: Matrix
    in_dip: Matrix

    @classmethod
    def before_all(cls, people: People, n_people: int) -> Belief:
        """Return what is known before the first session."""
        shape = (len(people.sigma), n_people)
        level, variance = np.broadcast_to(people.level, shape), np.broadcast_to(people.between**2, shape)
        state = _State(level, variance, level, variance + people.sigma**2, variance)
        return cls(0, state, np.broadcast_to(people.weight, shape), np.zeros(n_people))

    def take_in(self, rating: Interval, growth: Matrix, people: People) -> tuple[Foresight, Belief]:
        """Return what was foreseen of a session's ratings, (n_people,) lower and upper ends, and what is known then."""
        before = self.state
        rating = (rating[0] - growth, rating[1] - growth)
        cut = cut_normal(*rating, before.r, before.var_r)
        dip_chance = None
        if self.n_before > 1 and people.dip.any():
            dip_chance = people.dip * (1 - self.in_dip) + STAY * self.in_dip
        after, likelihood, dip_share = _learn(before, cut, rating, people, dip_chance)
        weighed = self.weight * likelihood
        total = weighed.sum(axis=0)
        weight = weighed / total
        in_dip = self.in_dip if dip_share is None else (weight * dip_share).sum(axis=0)
        tail = (self.weight * cut.tail).sum(axis=0)
        foresight = Foresight(before.r + growth, np.sqrt(before.var_r), self.weight, tail, total, weight)
        return foresight, Belief(self.n_before + 1, _carry_over(after, people), weight, in_dip)


def foresee(lower: Matrix, upper: Matrix, people: People) -> Iterator[Foresight]:
    """Run the filter over sessions; `lower` and `upper` are (n_sessions, n_people), see :meth:`Form.interval`."""
    belief = Belief.before_all(people, lower.shape[1])
    for rating, growth in zip(zip(lower, upper, strict=True), people.growth, strict=False):
        foresight, belief = belief.take_in(rating, growth, people)
        yield foresight


def _carry_over(state: _State, people: People) -> _State:
    """Return level and expected deviation of the coming session: y_t − g_t = m + φ (r − m) + new."""
    carry = people.carry
    away = 1 - carry
    cov = away * state.var_m + carry * state.cov
    var_r = away * (cov + carry * state.cov) + carry**2 * state.var_r + people.sigma**2 * (1 - carry**2)
    return _State(state.m, state.var_m, away * state.m + carry * state.r, var_r, cov)


def _learn(
    before: _State, cut: Cut, rating: Interval, people: People, dip_chance: Matrix | None
) -> tuple[_State, Matrix, Matrix | None]:
    """Return what is known after the rating, its likelihood per node, and the share of a dip in it.

    In a dip the rating says nothing of the level. Mixing "updated" (share p) with "not updated" and keeping two moments
    comes to one line: all changes go through p·shift and A.
    """
    gain = before.cov / before.var_r
    likelihood, dip_share = cut.mass, None
    p: Matrix | float = 1.0
    if dip_chance is not None:
        mean, variance = before.r - DIP * people.sigma, before.var_r + people.sigma**2
        of_dip = dip_chance * cut_normal(*rating, mean, variance).mass
        likelihood = (1 - dip_chance) * cut.mass + of_dip
        dip_share = of_dip / likelihood
        p = 1 - dip_share
    shift = p * cut.shift
    a = p * (before.var_r - cut.variance) - shift * (cut.shift - shift)
    after = _State(
        before.m + gain * shift,
        np.maximum(before.var_m - gain**2 * a, 0),  # differences of large numbers may come out below 0
        before.r + shift,
        np.maximum(before.var_r - a, 0),
        before.cov - gain * a,
    )
    if people.fall.any():
        after, likelihood = _allow_for_fall(after, likelihood, before, rating, people)
    return after, likelihood, dip_share


def _allow_for_fall(
    after: _State, likelihood: Matrix, before: _State, rating: Interval, people: People
) -> tuple[_State, Matrix]:
    """Mix in that the level itself has fallen before this session, for good."""
    down, more = FALL * people.sigma, people.sigma**2
    mean, variance, cov = before.r - down, before.var_r + more, before.cov + more
    cut = cut_normal(*rating, mean, variance)
    gain = cov / variance
    fallen = _State(
        before.m - down + gain * cut.shift,
        before.var_m + more - gain**2 * (variance - cut.variance),
        mean + cut.shift,
        cut.variance,
        gain * cut.variance,
    )
    total = (1 - people.fall) * likelihood + people.fall * cut.mass
    return _mix(after, fallen, people.fall * cut.mass / total), total


def _mix(one: _State, other: _State, share: Matrix) -> _State:
    """Return the two states mixed, `share` of the other, with the mixture's means and covariance."""
    d_m, d_r, both = other.m - one.m, other.r - one.r, share * (1 - share)
    return _State(
        one.m + share * d_m,
        one.var_m + share * (other.var_m - one.var_m) + both * d_m**2,
        one.r + share * d_r,
        one.var_r + share * (other.var_r - one.var_r) + both * d_r**2,
        one.cov + share * (other.cov - one.cov) + both * d_m * d_r,
    )
