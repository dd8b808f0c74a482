"""The curve of time to repair against R's package survival (3.5-3, R 4.2.2).

``time_to_repair.R`` makes ``time_to_repair.csv`` of ``time_to_repair_falls.csv``.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_marks, make_scores

HERE = Path(__file__).parent
FALLS = pd.read_csv(HERE / "time_to_repair_falls.csv")
CURVES = pd.read_csv(HERE / "time_to_repair.csv")


def series_of(falls):
    """Return scores and marks in which each fall, from session 4 on, is followed, or back, that many sessions later."""
    scores, marks = [], []
    for i, fall in falls.reset_index(drop=True).iterrows():
        score = [4, 4, 4, *[3] * fall["time"], 4 if fall["is_repaired"] else 3]
        scores.append(make_scores(*score, case_id=f"C{i}"))
        marks.append(make_marks(*score, marked=[4], case_id=f"C{i}"))
    return pd.concat(scores), pd.concat(marks)


@pytest.mark.parametrize("group", FALLS["group"].unique())
def test_the_curve_is_that_of_r_survival(group):
    scores, marks = series_of(FALLS[FALLS["group"] == group])
    curve = sk.time_to_repair(sk.follow_repairs(sk.find_episodes(marks), scores), scores)
    expected = CURVES[CURVES["group"] == group].reset_index(drop=True)
    assert curve["sessions"].to_list() == expected["sessions"].to_list()
    assert curve["at_risk"].to_list() == expected["at_risk"].to_list()
    np.testing.assert_allclose(curve["share_repaired"], expected["share_repaired"], atol=1e-11)
    # while nothing is repaired yet, R writes an interval without width in some groups and none in others
    some = expected["share_repaired"] > 0
    np.testing.assert_allclose(curve.loc[some, "low"], expected.loc[some, "low"], atol=1e-11)
    np.testing.assert_allclose(curve.loc[some, "high"], expected.loc[some, "high"], atol=1e-11)
    assert curve.loc[~some, ["low", "high"]].isna().all(axis=None)
