"""Client's and therapist's ratings of the same sessions: do they move together, and who rates higher."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from supervision_kit.agreement.shrinking import Array, Z, shrink
from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.instruments import find_scale, rates_alliance
from supervision_kit.tables import CONGRUENCE, SCORES

# The therapist's form of an instrument that has a key of its own: same items, same answers, same scales.
THERAPIST_FORMS: Mapping[str, str] = MappingProxyType({"wai_st": "wai_s"})
FEWEST_SHARED = 4  # sessions for a correlation with an interval: the Fisher transform has n − 3 in it
STEEPEST = 0.999  # correlations are not taken for more: the Fisher transform of 1 is infinite

NOTHING_SHARED = "no session rated by both"
TOO_FEW = "too few sessions rated by both for a correlation"
CONSTANT = "no spread: one of them gave the same rating each time"

_KEY = ["case_id", "instrument", "scale"]


def compare_raters(scores: pd.DataFrame, *, detrend: bool = False) -> pd.DataFrame:
    """Compare client's and therapist's alliance ratings, case by case, each drawn towards the caseload.

    *Temporal congruence* is the correlation of the two over the sessions that both rated: do they see the same ups and
    downs? *Directional discrepancy* is the mean of therapist minus client over those sessions, in points of their
    common scale: who rates higher? Only forms with the same items and answers are compared.

    Parameters
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`.
    detrend
        Take out of both a straight line over the session numbers first, so that a common rise is not taken for
        moving together session by session.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.CONGRUENCE`: one row per case and scale that both rated, sorted. What cannot
        be judged is ``<NA>``, and ``note`` says why. The shrunken columns draw each case towards the others on the same
        scale, the more the fewer sessions it has; ``<NA>`` with fewer than five cases.

    Raises
    ------
    TableError
        The table breaks its contract.

    Notes
    -----
    After the truth-and-bias model (West & Kenny 2011): tracking and directional bias, with the client's rating as the
    benchmark, not as the truth. Simplified: two steps (each case by itself, then the caseload) in place of one
    multilevel model; a correlation in place of a slope; ratings of one case are taken for independent of each other, so
    with ratings that carry over from session to session the intervals are too narrow; discrepancies are taken to vary
    alike within all cases of a scale.

    References
    ----------
    West & Kenny (2011), Psychological Review 118(2), 357–378, https://doi.org/10.1037/a0022936
    """
    pairs = _shared_sessions(SCORES.check(scores))
    if pairs.empty:
        return CONGRUENCE.empty()
    measured = [_measure(part, detrend=detrend) for _, part in pairs.groupby(["instrument", "scale"], sort=True)]
    return CONGRUENCE.check(pd.concat(measured).sort_values(_KEY))


def _shared_sessions(scores: pd.DataFrame) -> pd.DataFrame:
    """Return a row per session that both rated, and one without scores per series that share none."""
    alliance = [key for key in scores["instrument"].unique() if rates_alliance(key)]
    rated = scores[scores["instrument"].isin(alliance)].dropna(subset="score")
    columns = [*_KEY, "session", "score"]
    client = rated.loc[rated["rater"] == "client", columns].rename(columns={"score": "client"})
    therapist = rated.loc[rated["rater"] == "therapist", columns].rename(columns={"score": "therapist"})
    # where the therapist filled in both forms of a session, the one that the client has comes first
    therapist["is_other_form"] = therapist["instrument"].isin(THERAPIST_FORMS)
    therapist["instrument"] = therapist["instrument"].replace(dict(THERAPIST_FORMS))
    therapist = therapist.sort_values("is_other_form", kind="stable").drop_duplicates([*_KEY, "session"])
    shared = client.merge(therapist, on=[*_KEY, "session"])
    both = client[_KEY].drop_duplicates().merge(therapist[_KEY].drop_duplicates(), on=_KEY)
    return both.merge(shared, on=_KEY, how="left")


def _measure(pairs: pd.DataFrame, *, detrend: bool) -> pd.DataFrame:
    """Measure the cases of one instrument and scale."""
    code, cases = pd.factorize(pairs["case_id"], sort=True)
    is_shared = pairs["client"].notna().to_numpy()
    client, therapist, session = (
        pairs[name].to_numpy(dtype=np.float64)[is_shared] for name in ("client", "therapist", "session")
    )
    within = _Within(code[is_shared], len(cases))
    r, is_flat = _correlate(within, client, therapist, session if detrend else None)
    scale = find_scale(pairs["instrument"].iloc[0], pairs["scale"].iloc[0])
    span = scale.highest - scale.lowest if scale else np.nan
    gap = _discrepancy(within, therapist - client)
    return pd.DataFrame(
        {
            **{name: pairs[name].iloc[0] for name in ("instrument", "scale")},
            "case_id": cases,
            "n_shared": within.n,
            **_congruence(r, within.n - 3 - detrend),
            **gap,
            "discrepancy_share": gap["discrepancy"] / span,
            "note": np.select(
                [within.n == 0, within.n < FEWEST_SHARED + detrend, is_flat], [NOTHING_SHARED, TOO_FEW, CONSTANT], ""
            ),
        }
    )


class _Within:
    """Sums over the rows of each case."""

    def __init__(self, case: np.ndarray, n_cases: int) -> None:
        self.case, self.n_cases = case, n_cases
        self.n = np.bincount(case, minlength=n_cases)

    def total(self, values: Array) -> Array:
        return np.bincount(self.case, values, minlength=self.n_cases).astype(np.float64)

    def mean(self, values: Array) -> Array:
        mean: Array = np.divide(self.total(values), self.n, out=np.full(self.n_cases, np.nan), where=self.n > 0)
        return mean

    def centred(self, values: Array) -> Array:
        centred: Array = values - self.mean(values)[self.case]
        return centred

    def detrended(self, values: Array, session: Array) -> Array:
        """Take out of each case's values a straight line over its sessions."""
        values, session = self.centred(values), self.centred(session)
        squares = self.total(session**2)
        slope = np.divide(self.total(values * session), squares, out=np.zeros(self.n_cases), where=squares > 0)
        residuals: Array = values - slope[self.case] * session
        return residuals


def _correlate(within: _Within, client: Array, therapist: Array, session: Array | None) -> tuple[Array, np.ndarray]:
    """Return each case's correlation, NaN where there is none, and whether one of the two never varied."""
    a, b = (
        within.centred(ratings) if session is None else within.detrended(ratings, session)
        for ratings in (client, therapist)
    )
    spread_a, spread_b = within.total(a * a), within.total(b * b)
    is_flat = np.minimum(spread_a, spread_b) <= ROUNDING
    r = np.full(within.n_cases, np.nan)
    np.divide(within.total(a * b), np.sqrt(spread_a * spread_b), out=r, where=~is_flat)
    return r, is_flat


def _congruence(r: Array, degrees: np.ndarray) -> dict[str, Array]:
    """Return the columns of temporal congruence; the Fisher transform of r has the variance 1 / degrees."""
    is_known = ~np.isnan(r) & (degrees > 0)
    z = np.arctanh(np.clip(np.where(is_known, r, np.nan), -STEEPEST, STEEPEST))
    variance = np.divide(1.0, degrees, out=np.full(len(r), np.nan), where=is_known)
    half = Z * np.sqrt(variance)
    columns = {"congruence": np.where(is_known, r, np.nan), "congruence_low": z - half, "congruence_high": z + half}
    columns |= _shrunken("congruence", z, variance)
    return {name: values if name == "congruence" else np.tanh(values) for name, values in columns.items()}


def _discrepancy(within: _Within, gap: Array) -> dict[str, Array]:
    """Return the columns of directional discrepancy; all cases share one variance around their own means."""
    mean = within.mean(gap)
    degrees = len(gap) - int((within.n > 0).sum())
    pooled = float((within.centred(gap) ** 2).sum()) / degrees if degrees > 0 else np.nan
    variance = np.divide(pooled, within.n, out=np.full(len(mean), np.nan), where=within.n > 0)
    variance[~(variance > ROUNDING)] = np.nan
    half = _student(degrees) * np.sqrt(variance)
    columns = {"discrepancy": mean, "discrepancy_low": mean - half, "discrepancy_high": mean + half}
    return columns | _shrunken("discrepancy", mean, variance)


def _student(degrees: int) -> float:
    from scipy.stats import t  # heavy

    return float(t.ppf(0.975, degrees)) if degrees > 0 else np.nan


def _shrunken(name: str, estimates: Array, variances: Array) -> dict[str, Array]:
    is_known = ~np.isnan(estimates) & ~np.isnan(variances)
    found = shrink(estimates[is_known], variances[is_known])
    columns = {}
    for end, values in (("shrunken", found.mean), ("shrunken_low", found.low), ("shrunken_high", found.high)):
        columns[f"{name}_{end}"] = np.full(len(estimates), np.nan)
        columns[f"{name}_{end}"][is_known] = values
    return columns
