"""Cuts against an exact search written as a plain loop, and against ruptures."""

import itertools
import math

import numpy as np
import pytest
import ruptures

import supervision_kit as sk

RNG = np.random.default_rng(1959)


def series_with_steps(n_series, n_sessions):
    """Return ratings of two decimals whose level steps now and then."""
    steps = RNG.normal(0, 0.6, (n_series, n_sessions)) * (RNG.random((n_series, n_sessions)) < 0.15)
    return (4 + np.cumsum(steps, axis=1) + RNG.normal(0, 0.3, (n_series, n_sessions))).round(2)


def squares(scores, start, end):
    part = scores[start:end]
    mean = sum(part) / len(part)
    return sum((score - mean) ** 2 for score in part)


def price_of_a_cut(scores, penalty):
    ranges = [abs(b - a) for a, b in itertools.pairwise(scores)]
    return penalty * (sum(ranges) / len(ranges) / 1.128) ** 2 * math.log(len(scores))


def cheapest_cuts(scores, *, price, shortest):
    """Return the cuts of the cheapest partition and its cost: the dynamic programme, cell by cell."""
    cost, cuts = {0: -price}, {0: []}
    for end in range(shortest, len(scores) + 1):
        start = min(
            (start for start in cost if end - start >= shortest),
            key=lambda start: cost[start] + squares(scores, start, end),
        )
        cost[end] = cost[start] + squares(scores, start, end) + price
        cuts[end] = cuts[start] + [start] * (start > 0)
    return cuts[len(scores)], cost[len(scores)]


def cost_of(scores, cuts, price):
    ends = [0, *cuts, len(scores)]
    return sum(squares(scores, *pair) for pair in itertools.pairwise(ends)) + price * len(cuts)


@pytest.mark.parametrize("shortest", [1, 2, 3])
@pytest.mark.parametrize("n_sessions", [6, 12, 25])
def test_thousands_of_series_are_cut_as_the_plain_loop_cuts_them(n_sessions, shortest):
    ratings = series_with_steps(400, n_sessions)
    ratings += RNG.normal(0, 1e-4, ratings.shape)  # no two partitions equally good
    begins, _ = sk.ChangePoint(shortest=shortest).partition(ratings)
    for scores, found in zip(ratings.tolist(), begins, strict=True):
        expected, _ = cheapest_cuts(scores, price=price_of_a_cut(scores, 2), shortest=shortest)
        assert np.flatnonzero(found).tolist() == expected


def test_the_plain_loop_is_right_where_every_partition_can_be_tried():
    for scores in series_with_steps(30, 9).tolist():
        price = price_of_a_cut(scores, 2)
        all_cuts = (
            cuts
            for n_cuts in range(5)
            for cuts in itertools.combinations(range(1, 9), n_cuts)
            if all(b - a >= 2 for a, b in itertools.pairwise([0, *cuts, 9]))
        )
        _, cost = cheapest_cuts(scores, price=price, shortest=2)
        assert cost == pytest.approx(min(cost_of(scores, cuts, price) for cuts in all_cuts))


def test_ratings_on_a_grid_are_cut_at_the_lowest_cost_though_partitions_tie():
    ratings = series_with_steps(300, 14).round(0)
    begins, _ = sk.ChangePoint().partition(ratings)
    for scores, found in zip(ratings.tolist(), begins, strict=True):
        price = price_of_a_cut(scores, 2)
        _, cost = cheapest_cuts(scores, price=price, shortest=2)
        assert cost_of(scores, np.flatnonzero(found).tolist(), price) == pytest.approx(cost, abs=1e-8)


def test_the_cost_is_that_of_pelt_in_ruptures_or_lower():
    lower = 0
    for scores in series_with_steps(150, 20).tolist():
        price = price_of_a_cut(scores, 2)
        pelt = ruptures.Pelt(model="l2", min_size=2, jump=1).fit(np.array(scores)).predict(pen=price)[:-1]
        begins, _ = sk.ChangePoint().partition(np.array([scores]))
        found = np.flatnonzero(begins[0]).tolist()
        assert cost_of(scores, found, price) <= cost_of(scores, pelt, price) + 1e-9
        lower += found != pelt
    assert (
        lower < 150 * 0.1
    )  # its pruning forgets that a stretch has a fewest length, and so misses the best now and then


@pytest.mark.parametrize("cuts", [1, 2, 4])
def test_a_set_number_of_cuts_is_placed_as_dynp_in_ruptures_places_it(cuts):
    ratings = series_with_steps(60, 20)
    for scores in ratings + RNG.normal(0, 1e-4, ratings.shape):
        dynp = ruptures.Dynp(model="l2", min_size=2, jump=1).fit(scores).predict(n_bkps=cuts)[:-1]
        begins, _ = sk.ChangePoint(cuts=cuts).partition(scores[None])
        assert np.flatnonzero(begins[0]).tolist() == dynp
