"""Random tables written as files and read back exactly; random and damaged bytes."""

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import supervision_kit as sk

FIELDS = ["case_id", "rater", "instrument", "scale", "session", "date", "score"]
RANGES = {("srs", "total"): 400, ("ors", "total"): 400, ("phq9", "total"): 270, ("core10", "total"): 400}

codes = st.text("abcXYZ0123456789-_äß", min_size=1, max_size=6).filter(lambda code: code.strip("-") and code != "NA")
forms = st.tuples(
    codes,
    st.sampled_from(["client", "therapist", "observer"]),
    st.sampled_from(sorted(RANGES)),
    st.integers(1, 9_999),
)
tables = st.lists(
    st.tuples(forms, st.integers(0, 270), st.dates(dt.date(1970, 1, 1), dt.date(2099, 12, 31))).map(
        lambda row: row if row[0][2][0] in ("srs", "ors") else (row[0], row[1] // 10 * 10, row[2])  # whole totals
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[0],
)


def written(table, *, delimiter, decimal_comma, title_rows, encoding, blank_rows):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for number in range(title_rows):
        writer.writerow([f"Export, part {number}"])
    writer.writerow(FIELDS)
    for (case, rater, (instrument, scale), session), tenths, day in table:
        score = f"{tenths / 10}".replace(".", "," if decimal_comma else ".")
        writer.writerow([case, rater, instrument, scale, session, f"{day:%Y-%m-%d}", score])
        for _ in range(blank_rows):
            writer.writerow([""] * len(FIELDS))
    return out.getvalue().encode(encoding)


@settings(max_examples=60, deadline=None)
@given(
    table=tables,
    delimiter=st.sampled_from(",;\t|"),
    decimal_comma=st.booleans(),
    title_rows=st.integers(0, 3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    blank_rows=st.integers(0, 2),
)
def test_a_table_written_as_text_is_read_back_exactly(table, **how):
    ratings = sk.read_ratings(written(table, **how))
    expected = {
        (case, rater, instrument, scale, session): (tenths / 10, day)
        for (case, rater, (instrument, scale), session), tenths, day in table
    }
    assert ratings.problems["kept"].all()
    assert ratings.rows_read == ratings.rows_kept == len(table)
    assert {
        (row.case_id, row.rater, row.instrument, row.scale, row.session): (row.score, row.date.date())
        for row in ratings.scores.itertuples()
    } == expected


cells = st.sampled_from(["", "A", "B", "1", "2", "3", "9", "0", "11", "4,5", "x", "n/a", "srs", "client", "2025-01-05"])
items = st.lists(st.lists(cells, min_size=7, max_size=7), min_size=1, max_size=15)


@settings(max_examples=150, deadline=None)
@given(rows=items, twice=st.booleans())
@example(rows=[["", "", "", "", "", "", "srs"], ["", "", "", "", "", "", "A"]], twice=False)
@example(rows=[["client", "", "", "", "A", "srs", "srs"]], twice=False)
def test_every_row_is_either_kept_or_set_aside_with_its_problems(rows, twice):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["case", "session", "rater", "SRS 1", "SRS 2", "ORS", "Datum"])
    writer.writerows(rows)
    content = out.getvalue().encode()
    n_rows = sum(any(cell for cell in row) for row in rows)
    if not n_rows:
        with pytest.raises(sk.RecordsError):
            sk.read_ratings(content)
        return
    try:
        ratings = sk.read_ratings([content, content] if twice else content)
    except sk.RecordsError as refusal:  # a row of names can part the table, or head another one: that is asked
        is_asked = any(words in str(refusal) for words in ("holds only the name", "headings of another table"))
        if is_asked and any({"srs", "client"} & set(row) for row in rows):
            return
        raise
    aside = {(row.source, row.row) for row in ratings.problems.itertuples() if not row.kept}
    assert ratings.rows_read == n_rows * (2 if twice else 1)
    assert ratings.rows_read == ratings.rows_kept + len(aside)
    assert [tuple(row) for row in ratings.set_aside[["source", "row"]].to_numpy()] == sorted(aside)
    for _, row in aside:
        assert any(rows[row - 2]), "a blank row is no row"
    kept = {(row.case_id, row.session) for row in ratings.scores.itertuples()}
    good = {
        (rows[number - 2][0], rows[number - 2][1])
        for number in range(2, len(rows) + 2)
        if any(rows[number - 2]) and ("data", number) not in aside
    }
    assert {(case, str(session)) for case, session in kept} == good


SAMPLES = Path(__file__).parent.parent / "data_samples"


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=400))
def test_random_bytes_are_read_or_refused(content):
    read_or_refuse(content)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", ["broken_export.csv", "book.xlsx"])
def test_a_damaged_file_is_read_or_refused(data, name, small_book):
    content = bytearray(small_book if name == "book.xlsx" else (SAMPLES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(content) - 1))
        stop = start + data.draw(st.integers(0, 6))
        content[start:stop] = data.draw(st.binary(max_size=6))
    read_or_refuse(bytes(content))


@pytest.fixture(scope="module")
def small_book():
    import openpyxl

    book = openpyxl.Workbook()
    for row in [["case", "session", "date", "SRS"], ["A", 1, "2025-01-05", 30], ["A", 2, None, 41]]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read_or_refuse(content):
    try:
        ratings = sk.read_ratings(content)
    except sk.RecordsError:
        return
    aside = ratings.problems.loc[~ratings.problems["kept"], ["source", "row"]].drop_duplicates()
    assert ratings.rows_read == ratings.rows_kept + len(aside)
