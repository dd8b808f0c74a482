"""The sample files: what the script writes, the same caseload in every shape, every planted fault found."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

import supervision_kit as sk

SAMPLES = Path(__file__).parents[1] / "data_samples"
SHAPES = ["caseload_tidy.csv", "caseload_items.xlsx", "caseload_semicolon.csv"]

# row as a spreadsheet shows it, heading of the column, what was planted there; no heading: the whole row
PLANTED = {
    (5, "WAI-SR 7"): "an 8 on a scale of 1 to 5",
    (7, "Client"): "no case",
    (8, "Session"): "no session",
    (9, "Session"): "session 0",
    (10, "Session"): "a session in words",
    (11, "Date"): "31 February",
    (13, ""): "row 12 once more",
    (14, "WAI-SR 1"): "another answer in row 15",
    (14, "WAI-SR 2"): "another answer in row 15",
    (15, "WAI-SR 1"): "another answer in row 14",
    (15, "WAI-SR 2"): "another answer in row 14",
    (16, "WAI-SR 2"): "half an answer",
    (17, "WAI-SR 4"): "a word for an answer",
    (18, "Rater"): "a rater who is none",
    (20, "WAI-SR 2"): "n/a, which is kept as unanswered",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("make_samples", SAMPLES.parent / "docs" / "make_samples.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.HERE = tmp_path_factory.mktemp("samples")
    script.main()
    return script.HERE


def test_the_committed_samples_are_what_the_script_writes(written):
    for path in [*written.glob("*.csv"), *written.glob("*.json"), *written.glob("*.ndjson")]:
        assert path.read_bytes() == (SAMPLES / path.name).read_bytes(), path.name
    again, committed = (
        pd.read_excel(folder / SHAPES[1], sheet_name=None, engine="calamine") for folder in (written, SAMPLES)
    )
    assert again.keys() == committed.keys()
    for sheet, cells in again.items():
        pd.testing.assert_frame_equal(cells, committed[sheet])


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_reads_without_a_problem_as_the_caseload_that_was_simulated(name):
    ratings = sk.read_ratings(SAMPLES / name)
    assert ratings.problems.empty
    assert ratings.rows_read == ratings.rows_kept
    columns = ["case_id", "rater", "instrument", "scale", "session", "therapist_id", "date", "score"]
    simulated = sk.simulate_caseload(seed=20250106).scores[columns]
    read = ratings.scores[columns].sort_values(columns[:5], ignore_index=True)
    # the two text files hold four decimals
    pd.testing.assert_frame_equal(read, simulated.sort_values(columns[:5], ignore_index=True), rtol=0, atol=0.00006)


def test_every_planted_fault_of_the_broken_file_is_listed_by_row_and_column_and_nothing_else():
    ratings = sk.read_ratings(SAMPLES / "broken_export.csv")
    assert set(zip(ratings.problems["row"], ratings.problems["column"].fillna(""), strict=True)) == set(PLANTED)
    assert (ratings.rows_read, ratings.rows_kept) == (17, 5)
    assert ratings.scores.groupby(["case_id", "session"]).ngroups == 5
    blank = ratings.scores[(ratings.scores["case_id"] == "B2") & (ratings.scores["session"] == 7)]
    assert blank["score"].isna().all()


def same_scores(sample):
    ratings = sk.read_ratings(SAMPLES / sample)
    assert ratings.problems.empty
    assert ratings.rows_read == ratings.rows_kept
    columns = ["case_id", "rater", "instrument", "scale", "session", "date", "score"]
    tidy = sk.read_ratings(SAMPLES / "caseload_tidy.csv").scores
    for name in ("instrument", "case_id"):
        tidy = tidy[tidy[name].isin(ratings.scores[name].unique())]
    read, expected = (table[columns].sort_values(columns[:5], ignore_index=True) for table in (ratings.scores, tidy))
    pd.testing.assert_frame_equal(read, expected, rtol=0, atol=0.00006)
    return ratings.scores["instrument"].nunique(), ratings.scores["case_id"].nunique()


def test_the_fhir_forms_give_the_scores_of_the_text_file():
    assert same_scores("caseload_fhir.ndjson") == (4, 10)


def test_the_spss_file_gives_the_scores_of_the_text_file():
    assert same_scores("caseload_wai.sav") == (1, 27)


def test_the_three_weeks_are_one_caseload_that_grows_and_tells_its_story(tmp_path):
    with sk.Workspace(tmp_path / "weeks.sqlite") as workspace:
        for week, n_new, n_here in ((1, 231, 0), (2, 42, 231), (3, 41, 273)):
            ratings = sk.read_ratings(SAMPLES / f"week_{week}.csv")
            assert ratings.problems.empty
            done = workspace.import_ratings(ratings)
            assert (done.n_new_forms, done.n_forms - done.n_new_forms, len(done.changed)) == (n_new, n_here, 0)
            first = first_case(workspace.scores())
            assert (first["case_id"] == "W08") == (week == 2)
            if week == 2:
                assert first["reasons"][0].endswith("at session 7, the latest rating.")
                workspace.add_decision("W08", "Name what happened")
        said = sk.follow_decisions(workspace.decisions(), workspace.scores())["said"].iloc[0]
        assert said[0].startswith("Over 2 sessions, more than is usual for this client: total up")


def first_case(scores):
    marks = sk.mark_sessions(scores, method=sk.PersonalLimits())
    repairs = sk.follow_repairs(sk.find_episodes(marks), scores, marks=marks)
    return sk.review_caseload(scores, repairs, marks=marks).iloc[0]
