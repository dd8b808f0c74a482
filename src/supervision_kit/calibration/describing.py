"""What became of the falls, in sentences, with what chance alone would give beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from supervision_kit.calibration.chance import TOLD, ChanceBenchmark
from supervision_kit.episodes import falls_among
from supervision_kit.tables import REPAIRS
from supervision_kit.words import later, say, say_n, say_number, say_share

CONFIDENCE = 0.95
NONE_JUDGED = later("This method can judge none of these ratings.")
_THAT_MANY = later("In ratings like these chance alone would give about {value} ({low} to {high}).")
_THAT_MANY_FALLS = later("In ratings like these chance alone would give about {value} falls ({low} to {high}).")
FEW = 2  # below it, a number of falls is said with a decimal


def describe_repairs(
    repairs: pd.DataFrame,
    benchmark: ChanceBenchmark,
    *,
    marks: pd.DataFrame | None = None,
    is_counted: bool = False,
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
    is_counted
        Whether how many falls there are stands beside it already, and is not said again.

    Returns
    -------
    tuple of str
        Plain sentences. The range beside the number of falls is that of simulated caseloads like this one; the one
        beside the repairs is the 95 % binomial range for as many falls as there are.
    """
    falls = falls_among(REPAIRS.check(repairs))
    if marks is not None and not marks["is_rupture"].notna().any():
        return (say(NONE_JUDGED),)
    return tuple(_sentences(falls["outcome"].value_counts(), benchmark, is_counted=is_counted))


def describe_falls(n_falls: int, benchmark: ChanceBenchmark, *, method: str = "", is_counted: bool = False) -> str:
    """Say how many falls are marked, in this caseload by `method` where one is named, beside what chance would give.

    With `is_counted` their number stands beside it already, and is not said again.
    """
    if pd.isna(benchmark.row("sessions marked")["value"]):
        return say(NONE_JUDGED)
    by_chance = benchmark.row("falls")
    low, high = by_chance["caseload_low"], by_chance["caseload_high"]
    said = [] if is_counted else [_how_many(n_falls, method)]
    if high:
        said.append(
            say(
                _THAT_MANY_FALLS if is_counted else _THAT_MANY,
                value=say_number(by_chance["value"], digits=1 if by_chance["value"] < FEW else 0),
                low=say_number(low, digits=0),
                high=say_number(high, digits=0),
            )
        )
    else:
        said.append(say("In ratings like these chance alone would give hardly any."))
    if 0 < n_falls <= high:
        said.append(
            say("What is marked is no more than that.") if is_counted else say("That is no more than chance gives.")
        )
    return " ".join(said)


def _how_many(n_falls: int, method: str) -> str:
    if not n_falls:
        if not method:
            return say("No falls are marked.")
        return say("No falls are marked by {method} in this caseload.", method=method)
    if not method:
        return say_n("{n} fall is marked.", "{n} falls are marked.", n_falls)
    return say_n(
        "{n} fall is marked by {method} in this caseload.",
        "{n} falls are marked by {method} in this caseload.",
        n_falls,
        method=method,
    )


def _sentences(outcomes: pd.Series, benchmark: ChanceBenchmark, *, is_counted: bool) -> Iterator[str]:
    if pd.isna(benchmark.row("sessions marked")["value"]):
        yield say(NONE_JUDGED)
        return
    n_falls, n_open = int(outcomes.sum()), int(outcomes.get("undetermined", 0))
    yield describe_falls(n_falls, benchmark, is_counted=is_counted)
    if n_falls > n_open:
        yield _repair_sentence(int(outcomes.get("repaired", 0)), n_falls - n_open, benchmark)
    if n_open:
        yield say_n(
            "Of {n} fall it cannot be told, or not yet, whether the ratings came back in time.",
            "Of {n} falls it cannot be told, or not yet, whether the ratings came back in time.",
            n_open,
        )


def _repair_sentence(n_back: int, n_told: int, benchmark: ChanceBenchmark) -> str:
    """Say how many of the falls that can be told came back, beside how many would by chance."""
    from scipy.stats import binom

    share = benchmark.row(TOLD)["value"] / 100
    if n_told == 1 and not pd.isna(share):
        by_chance = say_share(share)
        if n_back:
            return say(
                "The one fall whose outcome can be told came back in time; by chance alone {share} would.",
                share=by_chance,
            )
        return say(
            "The one fall whose outcome can be told did not come back in time; by chance alone {share} would.",
            share=by_chance,
        )
    of_them = say_n(
        "Of {n} fall whose outcome can be told, {back} came back in time ({share}).",
        "Of {n} falls whose outcome can be told, {back} came back in time ({share}).",
        n_told,
        back=say_number(n_back),
        share=say_share(n_back / n_told),
    )
    if pd.isna(share):
        return f"{of_them} {say('Chance alone gives hardly any fall here to compare that with.')}"
    low, high = binom.interval(CONFIDENCE, n_told, share)
    about = {
        "value": say_number(n_told * share, digits=0),
        "low": say_number(low, digits=0),
        "high": say_number(high, digits=0),
    }
    if verdict := _verdict(n_back, n_told, low, high):
        by_chance = say(
            "Of as many falls by chance alone about {value} would ({low} to {high}): this is {verdict}.",
            verdict=verdict,
            **about,
        )
    else:
        by_chance = say("Of as many falls by chance alone about {value} would ({low} to {high}).", **about)
    return f"{of_them} {by_chance}"


def _verdict(n_back: int, n_told: int, low: float, high: float) -> str:
    """Say how many came back beside what chance gives; nothing where no number of them could be more than that."""
    if n_back > high:
        return say("more than chance gives")
    if low <= 0 and high >= n_told:
        return say("not to be told from chance: there are too few falls")
    if n_back < low:
        return say("fewer than chance gives, so not all that stayed down are chance")
    return "" if high >= n_told else say("no more than chance gives")
