"""Series found by comparing neighbours, against pandas, which compares everything with everything."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import supervision_kit as sk
from supervision_kit.ordering import order_series
from supervision_kit.tables import SERIES_KEY
from supervision_kit.text_columns import (
    TEXT,
    arrow_of,
    has_empty,
    join_columns,
    pick_texts,
    repeat_text,
    text_of,
    where_it_changes,
)

codes = st.sampled_from(["C1", "C2", "C9", "C10", "c1", "Ä", ""])
rows = st.lists(st.tuples(codes, st.sampled_from(["bond", "total"]), st.integers(1, 4)), min_size=1, max_size=30)


def table_of(rows):
    table = pd.DataFrame(rows, columns=["case_id", "scale", "session"])
    return table.astype({"case_id": TEXT, "scale": TEXT, "session": "int64"})


@given(rows)
def test_the_series_are_those_that_pandas_groups(rows):
    table = table_of(rows)
    ordering = order_series(table, key=("case_id", "scale"), within="session")
    order = np.arange(len(table)) if ordering.rows is None else ordering.rows
    assert sorted(order) == list(range(len(table)))
    assert ordering.n_repeated == table.duplicated().sum()
    found = [table.iloc[order[start : start + n]] for start, n in zip(ordering.start, ordering.length, strict=True)]
    for one in found:
        assert one["session"].is_monotonic_increasing
        assert len(one[["case_id", "scale"]].drop_duplicates()) == 1
    grouped = {key: len(one) for key, one in table.groupby(["case_id", "scale"])}
    assert {tuple(one.iloc[0, :2]): len(one) for one in found} == grouped


@given(rows, st.sampled_from([1, 10**6, 2**60]))
def test_rows_are_sorted_alike_whether_or_not_code_session_and_row_fit_into_one_number(rows, apart):
    table = table_of([(case, scale, apart * session) for case, scale, session in rows])
    ordering = order_series(table, key=("case_id", "scale"), within="session")
    order = np.arange(len(table)) if ordering.rows is None else ordering.rows
    sessions = table["session"].to_numpy()[order]
    for start, n in zip(ordering.start, ordering.length, strict=True):
        of_series = list(zip(sessions[start : start + n], order[start : start + n], strict=True))
        assert of_series == sorted(of_series)


@given(rows)
def test_the_kinds_are_told_apart_by_the_columns_asked_for(rows):
    table = table_of(rows)
    ordering = order_series(table, key=("case_id", "scale"), within="session")
    for columns in (("scale",), ("case_id", "scale")):
        kind, texts = ordering.kinds(table, *columns)
        assert len(set(texts)) == len(texts)
        first = table.iloc[ordering.first_row][list(columns)]
        assert [texts[one] for one in kind] == list(first.itertuples(index=False, name=None))


@given(rows, st.data())
def test_keeping_some_series_is_as_ordering_a_table_of_them_alone(rows, data):
    table = table_of(rows).drop_duplicates(ignore_index=True)
    ordering = order_series(table, key=("case_id", "scale"), within="session")
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=ordering.n_series, max_size=ordering.n_series)))
    kept, is_kept = ordering.keep(chosen)
    left = table[is_kept].reset_index(drop=True)
    order = np.arange(len(left)) if kept.rows is None else kept.rows
    expected = pd.concat(
        [left.iloc[:0]] + [one.sort_values("session") for _, one in left.groupby(["case_id", "scale"])]
    )
    by_series = left.iloc[order].sort_values(["case_id", "scale"], kind="stable")
    pd.testing.assert_frame_equal(by_series, expected)
    assert kept.length.sum() == len(left)


def test_rows_in_good_order_are_not_moved():
    scores = sk.simulate_caseload(3).scores
    table = scores.sort_values([*SERIES_KEY, "session"], ignore_index=True)
    assert order_series(table, key=SERIES_KEY, within="session").rows is None
    assert order_series(table.iloc[::-1].reset_index(drop=True), key=SERIES_KEY, within="session").rows is not None


def test_very_many_kinds_of_series_do_not_run_out_of_numbers():
    names = [f"K{i}" for i in range(2000)]
    table = pd.DataFrame(dict.fromkeys("abcdef", pd.Series(names, dtype=TEXT))).assign(session=1)
    ordering = order_series(
        table, key=tuple("abcdef"), within="session"
    )  # 2000 to the sixth is more than 2 to the 63rd
    assert ordering.n_series == 2000
    assert ordering.n_repeated == 0


@pytest.mark.parametrize("n", [0, 1, 5, 2**18, 2**18 + 3])
def test_a_text_is_repeated_and_picked_by_number(n):
    for text in ("client", None):
        column = text_of(repeat_text(text, n))
        assert column.dtype == "str"
        assert len(column) == n
        assert (column.isna() if text is None else column == text).all()
    picked = text_of(pick_texts(["", "why"], np.arange(n, dtype=np.int16) % 2))
    assert picked.dtype == "str"
    assert picked.to_list() == ["", "why"] * (n // 2) + [""] * (n % 2)


def test_columns_are_joined_in_order():
    joined = text_of(join_columns([repeat_text("a", 2), repeat_text("b", 1), repeat_text("a", 2)]))
    assert joined.to_list() == ["a", "a", "b", "a", "a"]


@pytest.mark.parametrize(
    ("texts", "expected"), [(["a", "b"], False), (["a", ""], True), (["a", None], True), ([], False)]
)
def test_empty_and_missing_texts_are_seen(texts, expected):
    assert has_empty(arrow_of(pd.Series(texts, dtype=TEXT))) is expected


@pytest.mark.parametrize(
    "texts",
    [
        ["client"] * 5,
        ["", "", ""],
        ["ab", "a", "b"],  # the letters go on as if it were "ab" again and again
        ["aba", "bab"],
        ["client"] * 70_000 + ["clienx"],
        ["client"] * 70_000,
        ["é", "è"],
    ],
)
def test_where_a_text_changes_is_told_though_the_column_is_cut_anyhow(texts):
    whole = pd.Series(["before", *texts], dtype=TEXT)
    column = join_columns([arrow_of(whole[1:2]), arrow_of(whole[2:])])
    changed = where_it_changes(column)
    expected = [one != other for one, other in pairwise(texts)]
    assert (changed.to_pylist() if changed is not None else [False] * len(expected)) == expected
    assert (changed is None) == (not any(expected))
