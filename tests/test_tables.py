import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk
from supervision_kit.tables import SCORES, TABLES


def test_a_checked_table_has_the_columns_of_its_contract_in_order(series):
    checked = SCORES.check(series(4, 3)[["score", "session", "scale", "instrument", "rater", "case_id"]])
    assert list(checked) == list(SCORES.columns)
    assert checked["therapist_id"].isna().all()
    assert str(checked["session"].dtype) == "int64"


def test_columns_that_the_contract_does_not_know_are_left_out(series):
    assert "full name" not in SCORES.check(series(4, 3).assign(**{"full name": "x"}))


def test_the_table_given_is_not_changed(series):
    scores = series(4, 3)
    before = scores.copy(deep=True)
    checked = SCORES.check(scores)
    checked.loc[:, "score"] = 0.0
    pd.testing.assert_frame_equal(scores, before)


def test_whole_number_codes_become_text(series):
    assert SCORES.check(series(4).assign(case_id=7))["case_id"].to_list() == ["7"]


def test_a_missing_score_may_be_written_in_any_way(series):
    for missing in (None, float("nan"), pd.NA):
        scores = series(4.0, 3.0).assign(score=pd.Series([4.0, missing], dtype="object"))
        assert SCORES.check(scores)["score"].isna().to_list() == [False, True]


def test_codes_of_mixed_kinds_are_written_alike(series):
    for codes in ([7, 7.0], pd.Categorical([7.0, 7.0]), ["7", 7.0]):
        scores = series(4.0, 3.0).assign(
            case_id=pd.Series(codes, dtype=None if isinstance(codes, list) else codes.dtype)
        )
        assert SCORES.check(scores)["case_id"].to_list() == ["7", "7"]
    assert SCORES.check(series(4.0, 3.0).assign(case_id=pd.Series([7, 7.0], dtype="object")))["case_id"].eq("7").all()


def test_single_precision_adds_nothing_to_a_score(series):
    scores = series(4.1, 3.8)
    assert SCORES.check(scores.astype({"score": "float32"}))["score"].to_list() == [4.1, 3.8]


def test_a_column_that_stands_there_twice_is_refused(series):
    scores = pd.concat([series(4.0), series(4.0)[["case_id"]]], axis=1)
    with pytest.raises(sk.TableError, match=r"the column\(s\) case_id stand in the table more than once"):
        SCORES.check(scores)


def test_all_missing_columns_are_named(series):
    with pytest.raises(sk.TableError, match=r"the column\(s\) rater, score are missing"):
        SCORES.check(series(4).drop(columns=["rater", "score"]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"session": 0}, "session is below 1 in 2 row"),
        ({"session": 1}, "1 row.s. repeat the key"),
        ({"session": "three"}, "session holds something that is not a whole number"),
        ({"session": pd.NA}, "session is empty in 2 row"),
        ({"session": 1.5}, "session holds something that is not a whole number"),
        ({"rater": "mother"}, "rater is none of client, therapist, observer in 2 row"),
        ({"case_id": None}, "case_id is empty in 2 row"),
        ({"score": np.inf}, "score is infinite in 2 row"),
        ({"score": "high"}, "score holds something that is not a number"),
        ({"score": pd.Timestamp("2025-01-01")}, "score holds something that is not a number"),
        ({"session": 10**19}, "session holds something that is not a whole number"),
        ({"session": np.inf}, "session holds something that is not a whole number"),
        ({"case_id": ""}, "case_id is empty in 2 row"),
        ({"case_id": 7.5}, "case_id holds something that is not text"),
        ({"date": 45000}, "date holds something that is not a date"),
        ({"date": "last spring"}, "date holds something that is not a date"),
    ],
)
def test_a_broken_table_is_refused_with_the_column_and_the_rule(series, change, message):
    with pytest.raises(sk.TableError, match=message):
        SCORES.check(series(4, 3).assign(**change))


def test_no_value_of_the_table_stands_in_the_message(series):
    with pytest.raises(sk.TableError) as caught:
        SCORES.check(series(4).assign(session="Anna Example, born 1980", rater="Anna Example"))
    assert "Anna" not in str(caught.value)


def test_something_that_is_no_table_is_refused():
    with pytest.raises(sk.TableError, match="expected a pandas DataFrame, not list"):
        SCORES.check([1, 2])


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_an_empty_table_keeps_its_own_contract(table):
    assert list(table.check(table.empty())) == list(table.columns)
    assert set(table.key) <= set(table.columns)
