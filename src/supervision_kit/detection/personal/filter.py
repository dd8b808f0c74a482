"""The filter: before each session, what a person's next rating should be; after it, what it has taught.

Given a person's spread all is normal but for the form: the level of the person and the last deviation from it have a
mean and covariance, which one session updates in closed form; a rating that the form has rounded or cut says in which
interval the latent rating lies, and the normal distribution cut to it is replaced by the normal with its moments. The
spread itself is one of a few nodes, weighed by how well each foresaw the ratings so far.

Arrays are laid out with people last: (n_nodes, n_people) and (n_sessions, n_people). What comes out is as precise as
the hyper-parameters that go in, single or double. The derivation stands in docs/methods/personal_limits.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from supervision_kit.detection.measuring import Positions
from supervision_kit.detection.personal.cutting import SMALLEST, Intervals, smallest
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

    @classmethod
    def together(cls, groups: Sequence[tuple[People, int]]) -> People:
        """Return the hyper-parameters of groups of so many people, one group after the other.

        Groups of fewer nodes than others, or of fewer sessions, repeat their last; a node so added weighs nothing.
        """
        if len(groups) == 1:
            return groups[0][0]
        n_people = [n for _, n in groups]
        joined = {}
        for one in fields(cls):
            parts = [getattr(people, one.name) for people, _ in groups]
            if parts[0].ndim > 1:
                parts = _of_one_length(parts, last_again=one.name != "weight")
            if all(part.shape[-1] == 1 for part in parts):
                joined[one.name] = np.repeat(np.concatenate(parts, axis=-1), n_people, axis=-1)
            else:
                spelt_out = (
                    np.broadcast_to(part, (*part.shape[:-1], n)) for part, n in zip(parts, n_people, strict=True)
                )
                joined[one.name] = np.concatenate(list(spelt_out), axis=-1)
        return cls(**joined)

    def of(self, which: slice | Positions) -> People:
        """Return the hyper-parameters of some of the people."""
        parts = (getattr(self, one.name) for one in fields(self))
        return People(*(part if part.shape[-1] == 1 else part[..., which] for part in parts))

    def in_single_precision(self) -> People:
        """Return the hyper-parameters in numbers of half the size."""
        return People(*(getattr(self, one.name).astype(np.float32) for one in fields(self)))

    @cached_property
    def variance(self) -> Matrix:
        """The variance within persons, σ²."""
        return np.square(self.sigma)

    @cached_property
    def fresh(self) -> Matrix:
        """What is new in the variance of the next deviation, σ² (1 − φ²)."""
        fresh: Matrix = self.variance * (1 - self.carry**2)
        return fresh

    @cached_property
    def drop(self) -> Matrix:
        """How far a dip takes the rating down."""
        return DIP * self.sigma


def _of_one_length(parts: Sequence[Matrix], *, last_again: bool) -> list[Matrix]:
    """Return the parts as long as the longest of them: their last row is repeated, or 0 stands behind it."""
    longest = max(map(len, parts))
    filling = (part[-1:] if last_again else np.zeros_like(part[-1:]) for part in parts)
    return [
        np.concatenate([part, *[fill] * (longest - len(part))]) if len(part) < longest else part
        for part, fill in zip(parts, filling, strict=True)
    ]


@dataclass(frozen=True)
class Foresight:
    """What is known of a session's rating before (`mean`, `variance`, `per_sd` = 1/SD, `weight` per node) and then.

    `tail` is the chance of a lower rating, half of an equal one included, where it was asked for; `density` how likely
    the rating itself was, in its `unit` (see :class:`Intervals`); `weight_after` the weights of the nodes then.
    """

    mean: Matrix
    variance: Matrix
    per_sd: Matrix
    weight: Matrix
    tail: Matrix | None
    density: Matrix
    unit: Matrix
    weight_after: Matrix

    def of(self, which: slice) -> Foresight:
        """Return what is known of some of the people."""
        parts = {one.name: getattr(self, one.name) for one in fields(self)}
        is_cut = {name: part is not None and part.shape[-1] > 1 for name, part in parts.items()}
        return Foresight(**{name: part[..., which] if is_cut[name] else part for name, part in parts.items()})

    @property
    def likelihood(self) -> Matrix:
        """How likely the rating was."""
        return self.density * self.unit


@dataclass(frozen=True)
class _State:
    """Means, variances and covariance of a person's level and of the deviation from it that is to come, per node.

    The rating that is to come, less growth, is their sum: `mean`, `variance` and 1/SD, `per_sd`, are known of it.
    """

    level: Matrix
    var_level: Matrix
    deviation: Matrix
    var_deviation: Matrix
    cov: Matrix

    def of(self, which: slice) -> _State:
        return _State(*(getattr(self, one.name)[:, which] for one in fields(self)))

    @cached_property
    def mean(self) -> Matrix:
        return self.level + self.deviation

    @cached_property
    def variance(self) -> Matrix:
        return self.var_level + self.var_deviation + 2 * self.cov

    @cached_property
    def per_sd(self) -> Matrix:
        per_sd: Matrix = 1 / np.sqrt(self.variance)
        return per_sd

    def after(self, shift: Matrix, settled: Matrix) -> _State:
        """Return what is known once the rating has come out `shift` SD higher and settled a share of its variance.

        All variances move by that share to what an exact rating would leave: then the sum is known, and what is not
        known of the level is what is not known of the deviation.
        """
        pull = shift * self.per_sd
        exact = self.var_level * self.var_deviation
        exact -= self.cov * self.cov
        exact /= self.variance
        return _State(
            self.level + pull * (self.var_level + self.cov),
            _moved(self.var_level, exact, settled),
            self.deviation + pull * (self.var_deviation + self.cov),
            _moved(self.var_deviation, exact, settled),
            _moved(self.cov, np.negative(exact, out=exact), settled),
        )

    def next(self, people: People) -> _State:
        """Return what is known before the session after: of the deviation, φ times this one and what is new."""
        carry = people.carry
        var_deviation = self.var_deviation * carry**2
        var_deviation += people.fresh
        return _State(self.level, self.var_level, carry * self.deviation, var_deviation, carry * self.cov)

    def fallen(self, people: People) -> _State:
        """Return what is known if the level has just fallen."""
        return replace(self, level=self.level - FALL * people.sigma, var_level=self.var_level + people.variance)

    def mixed_with(self, other: _State, share: Matrix) -> _State:
        """Return the two states mixed, `share` of the other, with the mixture's means and covariance."""
        up, out, both = other.level - self.level, other.deviation - self.deviation, share * (1 - share)
        return _State(
            self.level + share * up,
            self.var_level + share * (other.var_level - self.var_level) + both * up**2,
            self.deviation + share * out,
            self.var_deviation + share * (other.var_deviation - self.var_deviation) + both * out**2,
            self.cov + share * (other.cov - self.cov) + both * up * out,
        )


def _moved(start: Matrix, end: Matrix, share: Matrix) -> Matrix:
    """Return where a share of the way from `start` to `end` leads."""
    here = end - start
    here *= share
    here += start
    return here


@dataclass(frozen=True)
class Belief:
    """What is known before a session: the state of each node, how likely it is, and how likely the last was a dip."""

    n_before: int
    state: _State
    weight: Matrix
    in_dip: Matrix

    @classmethod
    def before_all(cls, people: People, n_people: int) -> Belief:
        """Return what is known before the first session."""
        shape = (len(people.sigma), n_people)
        level, between = np.broadcast_to(people.level, shape), np.broadcast_to(people.between**2, shape)
        none = np.zeros(shape, dtype=people.sigma.dtype)
        state = _State(level, between, none, np.broadcast_to(people.variance, shape), none)
        return cls(0, state, np.broadcast_to(people.weight, shape), none[0])

    def of(self, which: slice) -> Belief:
        """Return what is known of some of the people."""
        return Belief(self.n_before, self.state.of(which), self.weight[:, which], self.in_dip[which])

    def take_in(
        self, lower: Matrix, upper: Matrix, growth: Matrix, people: People, *, with_tail: bool = False
    ) -> tuple[Foresight, Belief]:
        """Return what was foreseen of a session's ratings, (n_people,) lower and upper ends, and what is known then."""
        before = self.state
        rated = Intervals(lower - growth, upper - growth, before.per_sd)
        cut = rated.cut(before.mean, with_tail=with_tail)
        likelihood, shift, settled, dip_share = cut.mass, cut.shift, cut.settled, None
        if self.n_before > 1 and people.dip.any():
            likelihood, dip_share = self._allow_for_dip(cut.mass, rated, people)
            usual = 1 - dip_share
            settled -= shift * shift * dip_share
            settled *= usual
            shift *= usual
        after = before.after(shift, settled)
        if people.fall.any():
            after, likelihood = _allow_for_fall(after, likelihood, before, rated, people)
        weight = np.maximum(likelihood, smallest(likelihood), out=likelihood)
        weight *= self.weight
        total = weight.sum(axis=0)
        weight /= total
        in_dip = self.in_dip if dip_share is None else (weight * dip_share).sum(axis=0)
        tail = None if cut.tail is None else (self.weight * cut.tail).sum(axis=0)
        foresight = Foresight(
            before.mean + growth, before.variance, before.per_sd, self.weight, tail, total, rated.unit, weight
        )
        return foresight, Belief(self.n_before + 1, after.next(people), weight, in_dip)

    def likelihood(self, lower: Matrix, upper: Matrix, growth: Matrix, people: People) -> Matrix:
        """Return how likely a session's ratings are, (n_people,); the likelihood of :meth:`take_in` alone."""
        before = self.state
        rated = Intervals(lower - growth, upper - growth, before.per_sd)
        likelihood = rated.mass(before.mean)
        if self.n_before > 1 and people.dip.any():
            likelihood, _ = self._allow_for_dip(likelihood, rated, people)
        if people.fall.any():
            fallen = before.fallen(people)
            fell = rated.beside(fallen.per_sd)
            likelihood = (1 - people.fall) * likelihood + people.fall * fell.unit / rated.unit * fell.mass(fallen.mean)
        total: Matrix = (self.weight * np.maximum(likelihood, SMALLEST)).sum(axis=0)
        return total * rated.unit

    def _allow_for_dip(self, mass: Matrix, rated: Intervals, people: People) -> tuple[Matrix, Matrix]:
        """Return the likelihood of the rating, in a dip or as usual, and the share of the dip in it.

        In a dip the rating says nothing of the level. Mixing "updated" (share p) with "not updated" (share q) and
        keeping two moments comes to one line: the mean moves by p times the shift, and of the variance p times what is
        settled, less p q times the shift squared.
        """
        chance = people.dip * (1 - self.in_dip) + STAY * self.in_dip
        dipped = rated.beside(1 / np.sqrt(self.state.variance + people.variance))
        of_dip = dipped.mass(self.state.mean - people.drop)
        of_dip *= chance * dipped.unit / rated.unit
        likelihood = mass * (1 - chance)
        likelihood += of_dip
        np.maximum(likelihood, smallest(likelihood), out=likelihood)
        return likelihood, np.divide(of_dip, likelihood, out=of_dip)


def _allow_for_fall(
    after: _State, likelihood: Matrix, before: _State, rated: Intervals, people: People
) -> tuple[_State, Matrix]:
    """Mix in that the level itself has fallen before this session, for good."""
    fallen = before.fallen(people)
    lower = rated.beside(fallen.per_sd)
    cut = lower.cut(fallen.mean)
    of_fall = people.fall * lower.unit / rated.unit * cut.mass
    total = np.maximum((1 - people.fall) * likelihood + of_fall, SMALLEST)
    return after.mixed_with(fallen.after(cut.shift, cut.settled), of_fall / total), total


def foresee(
    lower: Matrix, upper: Matrix, people: People, *, tail_from: float = 0, n_going_on: Sequence[int] = ()
) -> Iterator[Foresight]:
    """Run the filter over sessions; `lower` and `upper` are (n_sessions, n_people), see :meth:`Form.interval`.

    Tails are worked out from session `tail_from` on, counted from 0. `n_going_on` says of each session how many of the
    people, from the first on, still have ratings; all without.
    """
    n = lower.shape[1]
    belief = Belief.before_all(people, n)
    for t, (low, high) in enumerate(zip(lower, upper, strict=True)):
        if n_going_on and n_going_on[t] < n:
            n = n_going_on[t]
            belief, people = belief.of(slice(n)), people.of(slice(n))
        foresight, belief = belief.take_in(low[:n], high[:n], people.growth[t], people, with_tail=t >= tail_from)
        yield foresight
