"""How often drops mark independent normal scores, against what the normal distribution says."""

import math
from statistics import NormalDist

import numpy as np
import pytest

import supervision_kit as sk

N_SERIES, N_SESSIONS = 20_000, 12
NORMAL = NormalDist()


def share_marked(method, *, sessions=slice(1, None)):
    """Return the share of judged sessions that are marked, and its standard error over series."""
    scores = np.random.default_rng(7).normal(size=(N_SERIES, N_SESSIONS))
    is_rupture = method.judge(scores).is_rupture[:, sessions]
    of_series = np.nanmean(is_rupture, axis=1)
    return of_series.mean(), of_series.std(ddof=1) / math.sqrt(N_SERIES)


def is_close(method, expected, **which):
    share, error = share_marked(method, **which)
    return share == pytest.approx(expected, abs=3.5 * error)


@pytest.mark.parametrize("points", [0.5, 1, 2, 3])
def test_a_drop_by_points(points):
    # a difference of two scores has standard deviation √2
    assert is_close(sk.PointsDrop(points=points, min_drop=0), NORMAL.cdf(-points / math.sqrt(2)))


def test_measurement_error_alone_makes_one_reliable_drop_in_forty():
    # SD 2 between persons and reliability .75 leave an error of 2 · √.25 = 1, all the spread there is here
    assert is_close(sk.ReliableDrop(sd=2, reliability=0.75, min_drop=0), 0.025)


@pytest.mark.parametrize("sds", [0.25, 0.5, 1])
def test_a_single_fall_in_a_caseload_that_varies_more_than_its_persons(sds):
    # the larger standard deviation is 4, whatever that of the person
    method = sk.Gumz(sds=sds, cumulative=False, sample_sd=4, min_drop=0)
    assert is_close(method, NORMAL.cdf(-4 * sds / math.sqrt(2)))


@pytest.mark.parametrize("points", [1, 2, 3])
def test_falls_in_a_row_down_to_the_third_session(points):
    # with a ≥ b ≥ c as sessions 1, 2 and 3 fell, a − c counts; where b was not below a, b − c does
    method = sk.Gumz(sds=points / 4, sample_sd=4, min_drop=0)
    assert is_close(method, chance_at_the_third_session(points), sessions=slice(2, 3))


def chance_at_the_third_session(points):
    """Add up over the first two scores, on a fine grid, the chance that the third lies low enough."""
    first = np.linspace(-7, 7, 1401)
    density = np.exp(-(first**2) / 2) / math.sqrt(2 * math.pi)
    cdf = np.array([NORMAL.cdf(z) for z in np.linspace(-20, 7, 2701)])

    def below(z):
        return np.interp(z, np.linspace(-20, 7, 2701), cdf)

    a, b = first[:, None], first[None, :]
    top = np.where(b < a, a, b)
    lowest = np.minimum(top - points, b)  # the third must lie below the second too
    return float((density[:, None] * density[None, :] * below(lowest)).sum() * 0.01**2)


def test_a_published_line():
    # totals around 38 with a standard deviation of 1.5 lie below 36 with chance Φ(−4/3)
    scores = np.random.default_rng(36).normal(38, 1.5, (N_SERIES, N_SESSIONS))
    srs = sk.Cutoff().for_scale(sk.INSTRUMENTS["srs"].scales["total"])
    share = (srs.judge(scores).is_rupture == 1).mean()
    expected = NORMAL.cdf(-4 / 3)
    assert share == pytest.approx(expected, abs=3.5 * math.sqrt(expected * (1 - expected) / scores.size))
