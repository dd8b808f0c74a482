"""What became of the falls, in sentences, with what chance alone would give beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from supervision_kit.calibration.chance import TOLD, ChanceBenchmark
from supervision_kit.episodes import falls_among
from supervision_kit.reasons import counted
from supervision_kit.tables import REPAIRS

CONFIDENCE = 0.95
NONE_JUDGED = "This method can judge none of these ratings."
FEW = 2  # below it, a number of falls is said with a decimal


def describe_repairs(
    repairs: pd.DataFrame, benchmark: ChanceBenchmark, *, marks: pd.DataFrame | None = None
) -> tuple[str, ...]:
    """Say how many falls there are and how many came back in time, each beside what chance alone would give.

    Parameters
    ----------
    repairs
        The followed episodes of the ratings that `benchmark` is of, by the same method and rule. Marks that are no fall
        are not counted.
    benchmark
        What chance gives for them.
    marks
        What the method says of the ratings, to tell where it can judge none of them though it could judge simulated
        ones: a client who always gives the highest rating. ``None`` takes for granted that it can.

    Returns
    -------
    tuple of str
        Plain sentences. The range beside the number of falls is that of simulated caseloads like this one; the one
        beside the repairs is the 95 % binomial range for as many falls as there are.
    """
    falls = falls_among(REPAIRS.check(repairs))
    if marks is not None and not marks["is_rupture"].notna().any():
        return (NONE_JUDGED,)
    return tuple(_sentences(falls["outcome"].value_counts(), benchmark))


def describe_falls(n_falls: int, benchmark: ChanceBenchmark, *, where: str = "") -> str:
    """Say how many falls are marked, `where` (``" in this caseload"``), beside what chance alone would give."""
    if pd.isna(benchmark.row("sessions marked")["value"]):
        return NONE_JUDGED
    by_chance = benchmark.row("falls")
    low, high = by_chance["caseload_low"], by_chance["caseload_high"]
    about = f"about {by_chance['value']:.{1 if by_chance['value'] < FEW else 0}f} ({low:.0f} to {high:.0f})"
    are = f"{counted(n_falls, 'fall')} {'is' if n_falls == 1 else 'are'}" if n_falls else "No falls are"
    verdict = " That is no more than chance gives." if 0 < n_falls <= high else ""
    beside = f"In ratings like these chance alone would give {about if high else 'hardly any'}."
    return f"{are} marked{where}. {beside}{verdict}"


def _sentences(outcomes: pd.Series, benchmark: ChanceBenchmark) -> Iterator[str]:
    if pd.isna(benchmark.row("sessions marked")["value"]):
        yield NONE_JUDGED
        return
    n_falls, n_open = int(outcomes.sum()), int(outcomes.get("undetermined", 0))
    yield describe_falls(n_falls, benchmark)
    if n_falls > n_open:
        yield _repair_sentence(int(outcomes.get("repaired", 0)), n_falls - n_open, benchmark)
    if n_open:
        yield f"Of {counted(n_open, 'fall')} it cannot be told, or not yet, whether the ratings came back in time."


def _repair_sentence(n_back: int, n_told: int, benchmark: ChanceBenchmark) -> str:
    """Say how many of the falls that can be told came back, beside how many would by chance."""
    from scipy.stats import binom

    share = benchmark.row(TOLD)["value"] / 100
    if n_told == 1 and not pd.isna(share):
        came = "came back in time" if n_back else "did not come back in time"
        return f"The one fall whose outcome can be told {came}; by chance alone {100 * share:.0f} % would."
    percent = f"{100 * n_back / n_told:.0f} %"
    of_them = f"Of {counted(n_told, 'fall')} whose outcome can be told, {n_back} came back in time ({percent})"
    if pd.isna(share):
        return f"{of_them}. Chance alone gives hardly any fall here to compare that with."
    low, high = binom.interval(CONFIDENCE, n_told, share)
    verdict = "no more than chance gives"
    if n_back > high:
        verdict = "more than chance gives"
    elif low <= 0 and high >= n_told:
        verdict = "not to be told from chance: there are too few falls"
    elif n_back < low:
        verdict = "fewer than chance gives, so not all that stayed down are chance"
    return (
        f"{of_them}. Of as many falls by chance alone about {n_told * share:.0f} would ({low:.0f} to {high:.0f}): "
        f"this is {verdict}."
    )
