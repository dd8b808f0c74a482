"""Builders of small tables, so that a test shows its numbers and nothing else."""

import pandas as pd


def make_scores(
    *score, case_id="C1", rater="client", instrument="wai_sr", scale="total", sessions=None, therapist="T1"
):
    return pd.DataFrame(
        {
            "case_id": case_id,
            "rater": rater,
            "instrument": instrument,
            "scale": scale,
            "session": sessions or range(1, len(score) + 1),
            "therapist_id": therapist,
            "score": pd.array(score, dtype="Float64").astype("float64"),
        }
    )


def make_marks(*score, marked=(), unjudged=(), sessions=None, **about):
    marks = make_scores(*score, sessions=sessions, **about).drop(columns="therapist_id")
    is_rupture = pd.array([False] * len(marks), dtype="boolean")
    is_rupture[marks["session"].isin(marked)] = True
    is_rupture[marks["session"].isin(unjudged) | marks["score"].isna()] = pd.NA
    return marks.assign(
        method="by hand",
        expected=float("nan"),
        limit=float("nan"),
        evidence=float("nan"),
        is_rupture=is_rupture,
        note="",
    )
