"""The rules that compete, and the threshold at which each gives the same false alarms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

import supervision_kit as sk
from supervision_kit.calibration.exact import exact_tail
from supervision_kit.calibration.simulation import judge_each, learn
from supervision_kit.errors import SettingError

FIRST = 3  # judged from session 4 on
Marks = Callable[[float, np.ndarray], np.ndarray]  # threshold, series → which sessions are marked


def by_setting(method, scale, caseloads) -> Marks:
    """Mark as the kit does, with the method's own threshold; what it learns comes from the simulated caseloads."""
    learnt = learn(replace(method, min_drop=0).for_scale(scale), caseloads)

    def marks(threshold, x):
        return judge_each([replace(one, **{one.threshold: threshold}) for one in learnt], x) == 1

    return marks


def by_evidence(evidence) -> Marks:
    """Mark where `evidence`, an array for an array of series, is larger than a threshold; looked up once per array."""
    known = {}

    def marks(threshold, x):
        if id(x) not in known:
            known[id(x)] = (x, evidence(x))
        return known[id(x)][1] > threshold

    return marks


def exact(model) -> Marks:
    return by_evidence(lambda x: -np.log(exact_tail(x.reshape(-1, x.shape[-1]), model=model)).reshape(x.shape))


class NormalScores:
    """The normal scores that personal_limits gives to ratings, and statistics of them other than its own."""

    def __init__(self, scale, caseloads):
        self.learnt = learn(sk.PersonalLimits().for_scale(scale), caseloads)
        self.known = {}

    def of(self, x):
        if id(x) not in self.known:
            z = [one.judge(part).evidence for one, part in zip(self.learnt, x, strict=True)]
            self.known[id(x)] = (x, np.stack(z))
        return self.known[id(x)][1]

    def tail_alone(self) -> Marks:
        return by_evidence(self.of)

    def mean_of_last(self, n) -> Marks:
        """The sum of the last n normal scores, as many as there are, over its standard deviation."""

        def evidence(x):
            z = self.of(x)
            means = [z[..., max(t - n + 1, FIRST) : t + 1] for t in range(FIRST, x.shape[-1])]
            late = np.stack([last.sum(-1) / np.sqrt(last.shape[-1]) for last in means], axis=-1)
            return np.concatenate([np.zeros((*x.shape[:-1], FIRST)), late], axis=-1)

        return by_evidence(evidence)

    def odds(self, depth, carried, cap) -> Marks:
        """Capped Shiryaev–Roberts odds of a fall of `depth`, with the autocorrelation that was learnt last."""
        phi = np.array([one.learnt[-1][1].autocorrelation for one in self.learnt])[:, None]
        fresh, later = depth / np.sqrt(1 - phi**2), depth / np.sqrt(1 - phi**2) * (1 - phi / 2)

        def evidence(x):
            z = self.of(x)
            held, odds = np.ones(z.shape[:-1]), np.zeros(z.shape)  # ordinary ratings make odds of about 1
            for t in range(FIRST, z.shape[-1]):
                going_on = carried * held * np.exp(later * z[..., t] - later**2 / 2)
                odds[..., t] = np.exp(fresh * z[..., t] - fresh**2 / 2) + going_on
                held = np.minimum(odds[..., t], cap)
            return odds

        return by_evidence(evidence)


def match_rate(marks: Marks, x: np.ndarray, *, rate: float, start: float) -> list[tuple[float, float]]:
    """Return thresholds and the share of time each is used, so that of the ratings from session 4 on `rate` are marked.

    On a form with few steps no single threshold gives the rate: two neighbouring ones are then mixed. A rule that never
    marks so much is used at the loosest threshold it has.
    """

    def at(threshold):
        try:
            return marks(threshold, x)[..., FIRST:].mean()
        except SettingError:
            return None  # outside what the method allows

    low, high = _bracket(at, rate, start)
    for _ in range(12):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if (at(middle) > rate) == (at(low) > rate) else (low, middle)
    of_low, of_high = at(low), at(high)
    share = np.clip((rate - of_high) / (of_low - of_high), 0, 1) if of_low != of_high else 1.0
    return [(low, share), (high, 1 - share)]


def _bracket(at, rate, start):
    """Return a threshold on either side of the rate, going out from `start` by factors."""
    edges = [start, start]
    for _ in range(30):
        for end, factor in ((0, 1 / 1.6), (1, 1.6)):
            if at(edges[end] * factor) is not None:
                edges[end] *= factor
        if (at(edges[0]) > rate) != (at(edges[1]) > rate):
            break
    return edges


def _before(x):
    """Mean, standard deviation and mean moving range of the ratings before each session; no ratings are missing."""
    n = np.arange(x.shape[-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (np.cumsum(x, axis=-1) - x) / n
        squares = np.cumsum(x**2, axis=-1) - x**2
        sd = np.sqrt(np.maximum(squares - n * mean**2, 0) / (n - 1))
        step = np.abs(np.diff(x, axis=-1, prepend=x[..., :1]))
        return mean, sd, (np.cumsum(step, axis=-1) - step) / (n - 1)


def _over(fall, spread):
    """Falls in units of a spread; after a flat series any fall is as large as can be."""
    return np.where(spread > 1e-9, fall / np.maximum(spread, 1e-9), np.where(fall > 1e-9, 1e6 * fall, -1e6))


def moving_range_so_far(x):
    mean, _, moving_range = _before(x)
    return _over(mean - x, moving_range)


def deviation_so_far(x):
    mean, sd, _ = _before(x)
    return _over(mean - x, sd)


def fall_over_deviation_so_far(x):
    return _over(-np.diff(x, axis=-1, prepend=x[..., :1]), _before(x)[1])


def falls_in_a_row_over_deviation_so_far(x):
    """As Gumz et al. add up falls, by the ratings before."""
    fall = -np.diff(x, axis=-1, prepend=x[..., :1])
    total = np.zeros(x.shape)
    for t in range(1, x.shape[-1]):
        total[..., t] = np.where(fall[..., t] > 1e-9, total[..., t - 1] + fall[..., t], 0)
    return _over(total, _before(x)[1])


def running_average_so_far(x, weight=0.2):
    """A running average below the mean so far, in moving ranges so far: no baseline is waited for."""
    average, running = np.cumsum(x, axis=-1) / np.arange(1, x.shape[-1] + 1), x.copy()
    for t in range(1, x.shape[-1]):
        running[..., t] = (1 - weight) * running[..., t - 1] + weight * x[..., t]
    return _over(average - running, _before(x)[2])


def lowest_of_all(caseloads):
    """A line that is the same for everyone, at whichever height gives the rate; larger is lower."""
    middle, spread = np.nanmean(caseloads), np.nanstd(caseloads)
    return lambda x: np.exp((middle - x) / spread)


def rivals(scale, caseloads):
    """Return every other prospective rule: those of the kit, and published ones made prospective."""
    charts = {f"control_chart, first {n}": sk.ControlChart(baseline=n) for n in (3, 5)}
    others = {key: one() for key, one in sk.METHODS.items() if key not in ("personal_limits", "cutoff")}
    found = {}
    for name, method in (others | charts).items():
        settled = replace(method, min_drop=0).for_scale(scale)
        if settled.is_prospective and not settled.blocker:
            found[name] = by_setting(method, scale, caseloads)
    evidence = {
        "moving range so far": moving_range_so_far,
        "mean and SD so far": deviation_so_far,
        "fall over SD so far": fall_over_deviation_so_far,
        "falls in a row over SD so far": falls_in_a_row_over_deviation_so_far,
        "running average so far": running_average_so_far,
        "cutoff": lowest_of_all(caseloads),
    }
    return found | {name: by_evidence(of) for name, of in evidence.items()}
