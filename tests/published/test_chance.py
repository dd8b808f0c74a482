"""What chance alone gives, against shares from elsewhere and from a plain loop written for the purpose.

The shares were computed once by a separate program (20,000 series of standard normal noise for each length, one column
with an autocorrelation of .3) before any of this was written; see also ``test_noise.py``.
"""

import numpy as np
import pytest

import supervision_kit as sk
from supervision_kit.calibration.chance import simulate_chance
from supervision_kit.calibration.rated_groups import PlainNoise, RatedGroup
from supervision_kit.detection.personal.prior import LimitsPrior

N_SERIES = 20_000
# (standard deviations, sessions, autocorrelation) → (% of series with a mark, % of sessions marked)
SHARES = {
    (1, 8, 0): (97.1, 26.2),
    (1, 16, 0): (99.9, 24.9),
    (1, 30, 0): (100, 24.5),
    (1, 16, 0.3): (99.6, 21.5),
    (2, 8, 0): (55.8, 8.7),
    (2, 16, 0): (82.7, 8.2),
    (2, 30, 0): (96.7, 8.1),
    (2, 16, 0.3): (62.6, 5.4),
}


def noise(n_sessions, *, model):
    return [RatedGroup("noise", "total", "client", (tuple(range(1, n_sessions + 1)),) * 100, model)]


def standard_error(percent):
    return np.sqrt(max(percent, 1) * max(100 - percent, 1) / N_SERIES)


@pytest.mark.parametrize(("sds", "n_sessions", "autocorrelation"), SHARES)
def test_noise_is_marked_as_often_as_it_should_be(sds, n_sessions, autocorrelation):
    model = LimitsPrior(level=0, between=1e-9, spreads=(1.0,), weights=(1.0,), autocorrelation=autocorrelation)
    method = sk.AdjacentDrop(sds=sds, min_drop=0)
    chance = simulate_chance(noise(n_sessions, model=model), method=method, n_series=N_SERIES)
    series, sessions = SHARES[sds, n_sessions, autocorrelation]
    # four standard errors of a difference of two simulated shares, and rounding to the printed decimals
    allowed = 4 * np.sqrt(2) * standard_error(series) + 0.05
    assert chance.row("series with a mark")["value"] == pytest.approx(series, abs=allowed)
    assert chance.row("sessions marked")["value"] == pytest.approx(sessions, rel=0.05)


def what_became_of(ratings, *, sds, smallest_fall=0.3, tolerance=0.25, within=3):
    """Return the outcome of each fall in a series, by the rules as the docs word them, one rating after the other."""
    sd = np.std(ratings, ddof=1)
    outcomes, outside, t = [], [ratings[0]], 1
    while t < len(ratings):
        if ratings[t - 1] - ratings[t] < sds * sd:
            outside.append(ratings[t])
            t += 1
            continue
        onset, nadir, n_settled, before = t, t, 0, np.median(outside[-3:])
        t += 1
        while t < len(ratings):
            is_marked = ratings[t - 1] - ratings[t] >= sds * sd
            fall = before - ratings[nadir]
            if not is_marked and (fall <= 0 or ratings[t] >= before - fall / 2):
                break
            if is_marked and n_settled >= 3 and ratings[t] < ratings[nadir]:
                outside = list(ratings[t - 3 : t])
                break
            n_settled = 0 if is_marked else n_settled + 1
            if ratings[t] < ratings[nadir]:
                nadir = t
            t += 1
        end, fall = t - 1, before - ratings[nadir]
        if fall < smallest_fall:
            continue
        window = ratings[onset + 1 : onset + within + 1]
        back = before - min(tolerance, fall / 2)
        best = max(ratings[nadir + 1 : onset + within + 1], default=ratings[nadir])
        if any(rating >= back for rating in ratings[end + 1 : onset + within + 1]):
            outcomes.append("repaired")
        elif len(window) < within:
            outcomes.append("undetermined")
        else:
            outcomes.append("partly repaired" if best >= before - fall / 2 else "unrepaired")
    return outcomes


def test_falls_by_chance_end_as_a_plain_loop_says():
    rng, n = np.random.default_rng(7), 4000
    falls = [one for ratings in rng.normal(size=(n, 12)) for one in what_became_of(ratings, sds=1.5)]
    chance = simulate_chance(
        noise(12, model=PlainNoise()), method=sk.AdjacentDrop(sds=1.5, min_drop=0), n_series=N_SERIES
    )
    assert chance.row("falls")["value"] / 100 == pytest.approx(len(falls) / n, rel=0.05)
    for outcome in ("repaired", "partly repaired", "unrepaired", "undetermined"):
        share = falls.count(outcome) / len(falls)
        error = np.sqrt(share * (1 - share) / len(falls))
        assert chance.row(outcome)["value"] == pytest.approx(100 * share, abs=100 * 5 * error)
