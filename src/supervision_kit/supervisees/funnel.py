"""The one comparison of therapists that allows for chance: shares by number of cases, within limits of a funnel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.supervisees.counting import leave_out_handovers
from supervision_kit.tables import CASELOAD, FUNNEL, FUNNEL_LIMITS
from supervision_kit.words import say, say_n, say_number, say_share

Numbers = npt.NDArray[np.float64]

# Two-sided tails beyond the limits (Spiegelhalter 2005).
TAILS = {"95": 0.05, "998": 0.002}
# The kit's own choices.
FEW_CASES = 10  # below which a point says next to nothing
FEWEST_THERAPISTS = 10  # below which the scatter between therapists cannot be judged


def funnel_supervisees(caseload: pd.DataFrame, *, reasons: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return, for each therapist, the share of cases in which a fall has not come back, with the limits of chance.

    Counted are cases of which anything could be judged and whose fall, if there was one, is not too recent to say. The
    limits are those within which the share of so many cases would lie, 95 and 99.8 times in 100, if all therapists
    shared the share of the whole caseload.

    Parameters
    ----------
    caseload
        See :data:`supervision_kit.tables.CASELOAD`; cases without a therapist are left out.
    reasons
        See :data:`supervision_kit.tables.CASE_REASONS`. With it, cases that fell at a change of therapist are left out.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.FUNNEL`, in the order of the codes and in no other.

    Raises
    ------
    TableError
        The table breaks its contract.

    Notes
    -----
    Exact binomial limits, interpolated between the counts (appendix A.1.1 of the paper). Nothing is allowed for what
    makes cases differ before a therapist meets them, and the whole share is taken for known: with few therapists each
    weighs in it, and the limits are a little too narrow.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24(8), 1185–1202, https://doi.org/10.1002/sim.1970

    Examples
    --------
    >>> caseload = pd.DataFrame({"case_id": ["a", "b"], "therapist_id": "T1", "n_sessions": 4, "last_session": 4,
    ...     "last_score": 4.0, "open_ruptures": 0, "outcome_class": ["repaired", "unrepaired"], "priority": 0.0,
    ...     "reasons": [(), ()]})
    >>> funnel_supervisees(caseload)[["n_cases", "n_not_back", "share"]].values.tolist()
    [[2.0, 1.0, 0.5]]
    """
    cases = leave_out_handovers(CASELOAD.check(caseload), reasons).dropna(subset=["therapist_id", "outcome_class"])
    cases = cases[cases["outcome_class"] != "undetermined"]
    is_not_back = cases["outcome_class"].isin(["unrepaired", "partly repaired"])
    by = is_not_back.groupby(cases["therapist_id"])
    table = pd.DataFrame({"n_cases": by.size(), "n_not_back": by.sum()}).rename_axis("therapist_id").reset_index()
    table["share"] = table["n_not_back"] / table["n_cases"]
    limits = _limits(table["n_cases"].to_numpy(), _whole_share(table))
    return FUNNEL.check(table.assign(**limits).sort_values("therapist_id"))


def draw_funnel_limits(funnel: pd.DataFrame) -> pd.DataFrame:
    """Return the limits for every number of cases up to a little beyond the largest, for the funnel's lines.

    `funnel` is :data:`supervision_kit.tables.FUNNEL`; the result :data:`supervision_kit.tables.FUNNEL_LIMITS`.
    """
    checked = FUNNEL.check(funnel)
    sizes = np.arange(1, int(checked["n_cases"].max() * 1.1) + 2) if len(checked) else np.array([], dtype=int)
    whole = _whole_share(checked)
    return FUNNEL_LIMITS.check(pd.DataFrame({"n_cases": sizes, "whole": whole, **_limits(sizes, whole)}))


def describe_funnel(funnel: pd.DataFrame) -> tuple[str, ...]:
    """Say what a funnel shows and what it cannot; nobody is named.

    `funnel` is :data:`supervision_kit.tables.FUNNEL`.
    """
    checked = FUNNEL.check(funnel)
    if len(checked) < 2:  # noqa: PLR2004 - a comparison takes two
        return (say("There are not two therapists here with cases that can be judged: there is nothing to compare."),)
    return tuple(_tell(checked))


def _tell(funnel: pd.DataFrame) -> Iterator[str]:
    n, whole = len(funnel), _whole_share(funnel)
    yield say(
        "{cases} cases of {n} therapists whose falls can be told: in {share} of them a fall has not come back in time.",
        cases=say_number(int(funnel["n_cases"].sum())),
        n=n,
        share=say_share(whole),
    )
    if n_small := int((funnel["n_cases"] < FEW_CASES).sum()):
        yield say_n(
            "{n} therapist has fewer than {few} such cases: that point says next to nothing.",
            "{n} therapists have fewer than {few} such cases: these points say next to nothing.",
            n_small,
            few=FEW_CASES,
        )
    beyond = (funnel["share"] < funnel["low_95"]) | (funnel["share"] > funnel["high_95"])
    yield say(
        "Beyond the 95 % limits: {beyond} of {n}; by chance alone up to {chance} would be expected.",
        beyond=int(beyond.sum()),
        n=n,
        chance=say_number(n * TAILS["95"], digits=1),
    )
    yield _dispersion(funnel, whole)


def _dispersion(funnel: pd.DataFrame, whole: float) -> str:
    """Say whether therapists differ more than chance would have it: the mean of squared z against χ²."""
    from scipy.special import chdtrc

    n = len(funnel)
    if n < FEWEST_THERAPISTS or whole in (0, 1):
        return say("Whether they differ more than chance would have it cannot be judged from so few.")
    squares = float(((funnel["share"] - whole) ** 2 / (whole * (1 - whole) / funnel["n_cases"])).sum())
    if chdtrc(n - 1, squares) < TAILS["95"]:
        return say(
            "The points scatter more than chance would have it (overdispersion {ratio}): the cases differ in what no "
            "limit here allows for, so the limits are too narrow.",
            ratio=say_number(squares / n, digits=1),
        )
    return say("The points scatter about as chance would have it.")


def _whole_share(funnel: pd.DataFrame) -> float:
    n = int(funnel["n_cases"].sum())
    return float(funnel["n_not_back"].sum() / n) if n else float("nan")


def _limits(sizes: Sequence[int] | npt.NDArray[np.int64], share: float) -> dict[str, Numbers]:
    columns = {}
    for name, tail in TAILS.items():
        columns[f"low_{name}"] = np.array([binomial_limit(tail / 2, int(n), share) for n in sizes], dtype=float)
        columns[f"high_{name}"] = np.array([binomial_limit(1 - tail / 2, int(n), share) for n in sizes], dtype=float)
    return columns


def binomial_limit(probability: float, n: int, share: float) -> float:
    """Return the share of `n` cases below which it lies with this probability, interpolated between the counts.

    Examples
    --------
    >>> binomial_limit(0.975, 4, 0.5)  # P(R ≤ 4) = 1, P(R ≤ 3) = .9375: (4 − .025 / .0625) / 4
    0.9
    """
    from scipy.special import bdtr

    if not 0 < share < 1:
        return share
    below = bdtr(np.arange(n + 1), n, share)
    count = int(np.searchsorted(below, probability))
    before = below[count - 1] if count else 0.0
    part = (below[count] - probability) / (below[count] - before)
    return float(np.clip((count - part) / n, 0, 1))
