"""Say how fast a million rows are read, and in how much memory, beside plain pandas in the same run.

Run from the root of the project: ``python benchmarks/read_million_rows.py [ROWS]``. Each reading is a process of its
own; memory is the most it held beyond what it held before, with its libraries loaded.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = 1_000_000
SESSIONS = 40  # of a case
PLAIN = "pandas.read_csv"
READERS = (PLAIN, "cells of the table", "sk.read_ratings")


def write_scores(path: Path, n_rows: int) -> None:
    """Write a row per score: a million of them take some 46 MB."""
    with path.open("w", encoding="utf-8") as file:
        file.write("case_id,therapist_id,rater,instrument,scale,session,date,score\n")
        for row in range(n_rows):
            case, session = divmod(row, SESSIONS)
            day = f"2025-{1 + session % 12:02d}-{1 + case % 28:02d}"
            score = (row * 7_919) % 401 / 10
            file.write(f"C{case:06d},T{case % 50:02d},client,srs,total,{session + 1},{day},{score}\n")


def write_items(path: Path, n_rows: int) -> None:
    """Write a row per form with twelve items."""
    items = range(1, 13)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(["client", "session", "date", *(f"WAI-SR {item}" for item in items)]) + "\n")
        for row in range(n_rows):
            case, session = divmod(row, SESSIONS)
            day = f"2025-{1 + session % 12:02d}-{1 + case % 28:02d}"
            answers = ",".join(str(1 + (row * 31 + item * 17) % 5) for item in items)
            file.write(f"C{case:06d},{session + 1},{day},{answers}\n")


def peak() -> float:
    """Return the most memory this process has held, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 if sys.platform != "darwin" else most / 1024**2


def read(reader: str, path: str) -> None:
    """Read the file in this process, and print seconds and MB."""
    import pandas as pd

    import supervision_kit as sk
    from supervision_kit.records.files import find_files
    from supervision_kit.records.progress import say_nothing
    from supervision_kit.records.sheets import read_sheets

    sk.read_ratings(b"client,session,SRS\nA,1,30\n")
    before, start = peak(), time.perf_counter()
    if reader == PLAIN:
        pd.read_csv(path)
    elif reader == "sk.read_ratings":
        sk.read_ratings(path)
    else:
        for origin in find_files(path):
            read_sheets(origin, targets={}, report=say_nothing)
    print(time.perf_counter() - start, peak() - before)


def measured(reader: str, path: Path) -> tuple[float, float]:
    """Return the seconds and MB that the reader takes in a process of its own."""
    done = subprocess.run([sys.executable, __file__, reader, str(path)], capture_output=True, text=True, check=True)  # noqa: S603
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def main(n_rows: int) -> None:
    """Print a table of both files and all readers."""
    with tempfile.TemporaryDirectory() as folder:
        for what, write, n in (
            ("a row per score", write_scores, n_rows),
            ("a row per form, twelve items", write_items, n_rows // 10),
        ):
            path = Path(folder, "export.csv")
            write(path, n)
            print(f"{what}: {n:,} rows, {path.stat().st_size / 1e6:.0f} MB")
            plain = measured(PLAIN, path)
            for reader in READERS:
                seconds, megabytes = plain if reader == PLAIN else measured(reader, path)
                ratios = (
                    f"{seconds / plain[0]:.1f} times the time, {megabytes / plain[1]:.1f} times the memory of pandas"
                )
                print(f"  {reader:20} {n / seconds:>11,.0f} rows/s {megabytes:>6,.0f} MB  {ratios}")


if __name__ == "__main__":
    if len(sys.argv) > 2:  # noqa: PLR2004
        read(*sys.argv[1:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
