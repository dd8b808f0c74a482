"""How long a million scores take into a workspace and back, beside plain ``pandas.to_sql`` and ``read_sql``.

Run: ``python benchmarks/workspace.py [N] [URL]``. With the URL of an empty PostgreSQL database it is measured there.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import create_engine

import supervision_kit as sk
from supervision_kit.tables import RESPONSES, SCORES

PER_CASE = 50


def make_ratings(n_scores: int) -> sk.Ratings:
    """Return the ratings of cases with fifty sessions each."""
    case = np.arange(n_scores) // PER_CASE
    session = np.arange(n_scores) % PER_CASE + 1
    scores = SCORES.check(
        pd.DataFrame(
            {
                "case_id": pd.Series(case).map("C{:06d}".format),
                "rater": "client",
                "instrument": "srs",
                "scale": "total",
                "session": session,
                "therapist_id": pd.Series(case % 300).map("T{}".format),
                "date": pd.Timestamp("2025-01-06") + pd.to_timedelta(session * 7, unit="D"),
                "score": np.random.default_rng(1).integers(0, 401, n_scores) / 10,
                "n_items": 4,
            }
        )
    )
    empty = sk.read_ratings(b"case,session,SRS\nA,1,30\n")
    return sk.Ratings(scores, RESPONSES.empty(), empty.problems, n_scores, n_scores, (), (), empty.dated)


def measure(words: str, work: Callable[[], object]) -> None:
    """Do something and print how long it took."""
    start = time.perf_counter()
    work()
    print(f"{words:<44}{time.perf_counter() - start:8.1f} s")


def main() -> None:
    """Print the figures."""
    n_scores = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    ratings = make_ratings(n_scores)
    print(f"{n_scores:,} scores of {n_scores // PER_CASE:,} cases")
    with tempfile.TemporaryDirectory() as folder:
        plain = create_engine(f"sqlite:///{folder}/plain.sqlite")
        measure("pandas.to_sql", lambda: ratings.scores.to_sql("scores", plain, index=False))
        measure("pandas.read_sql", lambda: pd.read_sql("SELECT * FROM scores", plain))
        where = sys.argv[2] if len(sys.argv) > 2 else Path(folder) / "w.sqlite"  # noqa: PLR2004
        with sk.Workspace(where) as workspace:
            measure("Workspace.import_ratings", lambda: workspace.import_ratings(ratings))
            measure("Workspace.import_ratings, the same again", lambda: workspace.import_ratings(ratings))
            measure("Workspace.scores", workspace.scores)
            measure("Workspace.scores of one case", lambda: workspace.scores(["C000007"]))
            if workspace.path is not None:
                print(f"file: {workspace.path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
