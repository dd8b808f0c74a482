"""Say how fast sessions are judged, and in how much memory, as ratios to what else does it in the same run.

Run from the root of the project: ``python benchmarks/run.py`` (some minutes; ``--small`` takes one). It prints a table;
``--write`` puts the table in docs/benchmarks.md and its short form in the README. Times are medians of several runs in
one process; memory is measured in processes of their own.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import supervision_kit as sk
from supervision_kit.tables import SERIES_KEY

ROOT = Path(__file__).parents[1]
N_CASES, N_SMALL, N_SESSIONS = 1_000_000, 50_000, 12
N_BY_APPLY, N_BY_PELT = 10_000, 1_000  # cases that are measured where a million would take hours
N_CASELOAD = 40
TOTALS = "the totals that clients rated (WAI-SR or SRS, PHQ-9 or ORS; 1,038 ratings)"
EVERYTHING = "every scale by client and therapist (eleven kinds of series; 3,523 ratings)"
MIB = 2**20
HOUR = 3600


@dataclass(frozen=True)
class Row:
    """One line of the table; `is_short` ones stand in the README, too."""

    what: str
    seconds: float | None
    ratio: str
    asked: str = ""
    is_short: bool = False

    def __str__(self) -> str:
        shown = (
            ""
            if self.seconds is None
            else f"{self.seconds:,.3g} s"
            if self.seconds < HOUR
            else f"{self.seconds / HOUR:.1f} h"
        )
        return f"| {self.what} | {shown} | {self.ratio} | {self.asked} |"


def make_scores(n_cases: int, n_sessions: int = N_SESSIONS) -> pd.DataFrame:
    """Return ratings of as many cases, some of them missing."""
    rng = np.random.default_rng(1)
    level = rng.normal(4, 0.3, size=(n_cases, 1))
    score = np.clip(level + rng.normal(0, 0.3, size=(n_cases, n_sessions)), 1, 5).round(2)
    score[rng.random(score.shape) < 0.03] = np.nan  # noqa: PLR2004 - as many forms as are missing now and then
    about = {
        name: pd.array([text], dtype="str").repeat(score.size)
        for name, text in (("rater", "client"), ("instrument", "wai_sr"), ("scale", "total"))
    }
    return pd.DataFrame(
        {
            "case_id": pd.array([f"C{i}" for i in range(n_cases)], dtype="str").repeat(n_sessions),
            **about,
            "session": np.tile(np.arange(1, n_sessions + 1), n_cases),
            "score": score.ravel(),
        }
    )


def seconds_of(do: Callable[[], object], *, times: int = 5) -> float:
    """Return the median time that `do` takes, after a first run that does not count."""
    return seconds_in_turn(do, times=times)[0]


def seconds_in_turn(*to_do: Callable[[], object], times: int = 5) -> list[float]:
    """Return the median time that each takes, done by turns: what else the machine does then hits them alike."""
    taken = [[] for _ in to_do]
    for one in to_do:
        one()
    for _ in range(times):
        for seconds, one in zip(taken, to_do, strict=True):
            start = time.perf_counter()
            one()
            seconds.append(time.perf_counter() - start)
    return list(map(statistics.median, taken))


# -- what the kit is held against --------------------------------------------------------------------------------------


def bare_kernel(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Judge a matrix by a control chart with NumPy alone: no table, no floor, no reasons."""
    centre = np.nanmean(x, axis=1, keepdims=True)
    sigma = np.nanmean(np.abs(np.diff(x, axis=1)), axis=1, keepdims=True) / 1.128
    limit = centre - 3 * sigma
    return limit, x < limit


def by_apply(scores: pd.DataFrame) -> pd.DataFrame:
    """Judge by a control chart as one writes it first: a function for a case, applied to all."""

    def judge(case: pd.DataFrame) -> pd.DataFrame:
        score = case["score"]
        limit = score.mean() - 3 * score.diff().abs().mean() / 1.128
        return case.assign(limit=limit, is_rupture=score < limit)

    return scores.groupby(list(SERIES_KEY), group_keys=False).apply(judge)


# -- rows --------------------------------------------------------------------------------------------------------------


def method_rows(scores: pd.DataFrame) -> Iterator[Row]:
    """Measure each method's whole call, table in and table out, beside copying and a bare kernel."""
    n_cases, n_rows = scores["case_id"].nunique(), len(scores)
    x = scores["score"].to_numpy().reshape(n_cases, -1)
    yield Row(
        "copying the scores", copying := seconds_of(x.copy), f"{n_rows / copying / 1e6:,.0f} million sessions a second"
    )
    bare = seconds_of(lambda: bare_kernel(x))
    yield Row("a bare NumPy kernel on the matrix", bare, f"{n_rows / bare / 1e6:,.0f} million sessions a second")
    chart = seconds_of(lambda: sk.mark_sessions(scores, method="control_chart"))
    few = scores.head(N_BY_APPLY * N_SESSIONS)
    applied = seconds_of(lambda: by_apply(few), times=1) * n_cases / few["case_id"].nunique()
    yield Row("`control_chart`", chart, f"{chart / bare:.1f} × the bare kernel", "at most 4 ×", is_short=True)
    yield Row(
        "`groupby.apply`, from fewer cases",
        applied,
        f"{applied / chart:,.0f} × `control_chart`",
        "at least 500 ×",
        is_short=True,
    )
    for key in sk.METHODS:
        if key in ("control_chart", "change_point"):
            continue
        taken = seconds_of(
            lambda key=key: sk.mark_sessions(scores, method=key), times=1 if key == "personal_limits" else 3
        )
        asked = "at most 10 ×" if sk.METHODS[key]().is_prospective else ""
        yield Row(f"`{key}`", taken, f"{taken / chart:.1f} × `control_chart`", asked)
    shuffled = scores.sample(frac=1, random_state=1)
    taken = seconds_of(lambda: sk.mark_sessions(shuffled, method="control_chart"), times=1)
    yield Row("`control_chart`, rows in any order", taken, f"{taken / chart:.1f} × in good order")


def change_point_rows(scores: pd.DataFrame) -> Iterator[Row]:
    """Measure the exact partition beside `ruptures.Pelt` called per case, and compare what both cost."""
    import ruptures

    n_cases = scores["case_id"].nunique()
    method = sk.ChangePoint()
    x = scores["score"].to_numpy().reshape(n_cases, -1)
    whole = np.ascontiguousarray(x[~np.isnan(x).any(axis=1)][:N_BY_PELT])
    sigma = np.abs(np.diff(whole, axis=1)).mean(axis=1) / 1.128
    price = method.penalty * sigma**2 * np.log(whole.shape[1])
    found: list[list[int]] = []

    def by_pelt() -> None:
        found[:] = [
            ruptures.Pelt(model="l2", min_size=method.shortest, jump=1).fit(row).predict(pen=one)[:-1]
            for row, one in zip(whole, price, strict=True)
        ]

    ours, theirs = seconds_in_turn(lambda: sk.mark_sessions(scores, method=method), by_pelt)
    theirs *= n_cases / len(whole)
    ratio = f"`ruptures.Pelt`, called for {len(whole):,} cases, takes {theirs / ours:,.0f} × as long per case"
    yield Row("`change_point`", ours, ratio, "at least 500 ×", is_short=True)
    begins, _ = method.partition(whole)
    cost = np.array([_cost(row, np.flatnonzero(cut), one) for row, cut, one in zip(whole, begins, price, strict=True)])
    cost_of_pelt = np.array([_cost(row, cut, one) for row, cut, one in zip(whole, found, price, strict=True)])
    n_lower, n_higher = (cost < cost_of_pelt - 1e-9).sum(), (cost > cost_of_pelt + 1e-9).sum()
    of = f"of {len(whole):,} cases"
    yield Row(
        "what its partitions cost", None, f"lower than Pelt's in {n_lower}, higher in {n_higher} {of}", "never higher"
    )


def _cost(row: np.ndarray, cuts: Iterable[int], price: float) -> float:
    parts = np.split(row, list(cuts))
    return sum(((part - part.mean()) ** 2).sum() for part in parts) + price * (len(parts) - 1)


def memory_row(n_cases: int) -> Row:
    """Measure the most memory that judging takes beside the table that is judged, in a process of its own."""
    command = [sys.executable, __file__, "--memory-of", str(n_cases)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - this very script
    table, beside = map(int, told.split())
    sizes = f"{beside / MIB:,.0f} MiB beside a table of {table / MIB:,.0f} MiB"
    in_all = f"{1 + beside / table:.1f} × the table in all"
    return Row("memory of `control_chart`", None, f"{sizes}: {in_all}", "at most 4 ×", is_short=True)


def print_memory(n_cases: int) -> None:
    """Print the bytes of the table, and the most that was held beside it while it was judged (on Linux)."""
    scores = make_scores(n_cases)
    sk.mark_sessions(scores.head(N_SESSIONS), method="control_chart")
    Path("/proc/self/clear_refs").write_text("5")  # forgets the highest use so far
    before = _status("VmRSS")
    sk.mark_sessions(scores, method="control_chart")
    print(int(scores.memory_usage().sum()), _status("VmHWM") - before)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024


def growth_rows(scores: pd.DataFrame) -> Iterator[Row]:
    """Fit how time grows with the number of cases, and with the number of sessions of each."""
    n_cases = scores["case_id"].nunique()
    fewer = [scores.head(n_cases // part * N_SESSIONS) for part in (1, 2, 4, 8)]
    yield _growth("cases", [(len(one), one) for one in fewer])
    longer = [(n, make_scores(n_cases // 8, n)) for n in (6, 12, 24, 48)]
    yield _growth("sessions per case", longer)


def _growth(of: str, tables: list[tuple[int, pd.DataFrame]]) -> Row:
    size = np.log([n for n, _ in tables])
    taken = np.log(
        [seconds_of(lambda one=one: sk.mark_sessions(one, method="control_chart"), times=3) for _, one in tables]
    )
    power = np.polyfit(size, taken, 1)[0]
    return Row(f"growth of `control_chart` with {of}", None, f"time ∝ {of} to the power {power:.2f}", "1 is linear")


def caseload_rows() -> Iterator[Row]:
    """Measure the whole line on a caseload as a supervisor has it."""
    everything = sk.simulate_caseload(N_CASELOAD).scores
    totals = everything[(everything["rater"] == "client") & (everything["scale"] == "total")]
    others = [key for key in sk.METHODS if key != "personal_limits"]

    def follow(scores: pd.DataFrame, methods: list[str]) -> None:
        marks = sk.mark_sessions(scores, method=methods)
        repairs = sk.follow_repairs(sk.find_episodes(marks), scores)
        one = methods[0]
        sk.review_caseload(scores, repairs[repairs["method"] == one], marks=marks[marks["method"] == one])

    start = time.perf_counter()
    sk.mark_sessions(everything, method="personal_limits")
    first = time.perf_counter() - start
    yield Row(
        f"{N_CASELOAD} cases: `personal_limits` learns and judges, first time", first, "once for the same ratings"
    )
    for of, scores in ((TOTALS, totals.reset_index(drop=True)), (EVERYTHING, everything)):
        for which, methods in (("all methods", list(sk.METHODS)), ("all methods but `personal_limits`", others)):
            taken = seconds_of(lambda scores=scores, methods=methods: follow(scores, methods), times=15)
            words = f"{N_CASELOAD} cases, {of}: {which}, episodes, repairs, triage"
            yield Row(words, taken, f"{1000 * taken:.0f} ms", "under 50 ms", is_short=True)


def cluster_row(scores: pd.DataFrame) -> Row:
    """Measure a folder of scores judged by one worker and by two."""
    from distributed import Client, LocalCluster

    taken = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "scores")
        source.mkdir()
        n_files = 16
        step = scores["case_id"].nunique() // n_files * N_SESSIONS
        for one in range(n_files):
            scores.iloc[one * step : (one + 1) * step].to_parquet(source / f"{one:02d}.parquet")
        for n_workers in (1, 2):
            with (
                LocalCluster(n_workers=n_workers, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
                Client(cluster) as client,
            ):
                client.run(lambda: sk.mark_sessions)
                start = time.perf_counter()
                sk.scale.judge_folder(source, Path(folder, f"by{n_workers}"), method="control_chart", client=client)
                taken.append(time.perf_counter() - start)
    one, two = taken
    return Row("a folder of files, two workers", two, f"{one / two:.1f} × as fast as one worker", "faster")


# -- the table ---------------------------------------------------------------------------------------------------------


def measure(n_cases: int) -> list[Row]:
    """Measure everything, printing as it goes."""
    scores = make_scores(n_cases)
    rows = []

    def keep(row: Row) -> None:
        rows.append(row)
        print(row, flush=True)

    for row in caseload_rows():
        keep(row)
    for row in method_rows(scores):
        keep(row)
    if "change_point" in sk.METHODS:
        for row in change_point_rows(scores):
            keep(row)
    for row in growth_rows(scores):
        keep(row)
    keep(cluster_row(scores))
    if Path("/proc/self/clear_refs").exists():
        keep(memory_row(n_cases))
    return rows


HEAD = ["| what | time | ratio in the same run | asked |", "|---|---|---|---|"]


def write(path: Path, lines: list[str]) -> None:
    """Put lines between the markers of a page."""
    before, _, rest = path.read_text(encoding="utf-8").partition("<!-- benchmarks -->\n")
    _, _, after = rest.partition("<!-- end of benchmarks -->")
    text = "\n".join(lines)
    path.write_text(f"{before}<!-- benchmarks -->\n{text}\n<!-- end of benchmarks -->{after}", encoding="utf-8")


def main() -> None:
    """Measure and print, and write the pages where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help=f"{N_SMALL:,} cases instead of {N_CASES:,}")
    parser.add_argument("--write", action="store_true", help="put the table in docs/benchmarks.md and the README")
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory_of:
        print_memory(asked.memory_of)
        return
    n_cases = N_SMALL if asked.small else N_CASES
    print(f"{n_cases:,} cases of {N_SESSIONS} sessions unless it says otherwise.\n", *HEAD, sep="\n")
    rows = measure(n_cases)
    if asked.write:
        write(ROOT / "docs" / "benchmarks.md", [*HEAD, *map(str, rows)])
        write(ROOT / "README.md", [*HEAD, *(str(row) for row in rows if row.is_short)])


if __name__ == "__main__":
    main()
