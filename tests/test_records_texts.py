"""Text of any delimiter, quoting and encoding, read block by block."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import supervision_kit as sk
from supervision_kit.records import texts

TABLE = [["Client ID", "Session no.", "SRS total", "Comment"], ["Ä1", "1", "30", "so so"], ["Ä1", "2", "31", "good"]]


def scores(content, **settings):
    ratings = sk.read_ratings(content, **settings)
    assert ratings.problems.empty
    return ratings.scores[["case_id", "session", "score"]].to_numpy().tolist()


EXPECTED = [["Ä1", 1, 30.0], ["Ä1", 2, 31.0]]


@pytest.mark.parametrize(
    "delimiter",
    [
        *",;\t|:^~!#&*/@$%§¬¦\x1f\x01",
        "||",
        "::",
        ";;",
        "|~|",
        "<>",
        ", ",
        " ; ",
        " | ",
        "    ",
    ],
)
def test_whatever_parts_the_cells_is_found(delimiter):
    text = "\n".join(delimiter.join(row) for row in TABLE)
    assert scores(text.encode()) == EXPECTED


def test_columns_lined_up_with_spaces_are_read_where_no_cell_is_empty():
    lines = ["Client ID   Session   SRS total", "A 1               1          30", "A 1               2  31"]
    assert scores("\n".join(lines).encode()) == [["A 1", 1, 30.0], ["A 1", 2, 31.0]]
    assert scores(b"client session SRS\nA 1  30\nA  2 31\n") == [["A", 1, 30.0], ["A", 2, 31.0]]


def test_an_empty_cell_between_spaces_cannot_be_seen_and_is_refused():
    rows = "".join(f"A  {session}  30\n" for session in range(1, 60))
    with pytest.raises(sk.RecordsError, match=r"spaces part the cells, and row 61 has fewer cells"):
        sk.read_ratings(f"client  session  SRS\n{rows}A    30\n".encode())


def test_a_named_delimiter_may_be_any():
    assert scores(b"sep=^\r\nclient^session^SRS\r\nA^1^30\r\n") == [["A", 1, 30.0]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "||"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_cells_may_be_quoted_all_with_either_mark(delimiter, quote):
    lines = [delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in TABLE]
    assert scores("\r\n".join(lines).encode()) == EXPECTED


def test_quoted_cells_may_hold_line_breaks_delimiters_and_either_kind_of_marked_quotes():
    doubled = 'client,session,SRS,comment\n"A ""x"", y",1,30,"two\nlines, ""one"" cell"\nB,1,31,\n'
    assert scores(doubled.encode()) == [['A "x", y', 1, 30.0], ["B", 1, 31.0]]
    escaped = 'client,session,SRS,comment\n"A \\"x\\", y",1,30,"she said \\"no\\", twice"\nB,1,31,\n'
    assert scores(escaped.encode()) == [['A "x", y', 1, 30.0], ["B", 1, 31.0]]


def test_apostrophes_and_inches_are_no_quotes():
    text = "client;session;SRS;comment\nO'Brien;1;30;'tis 5\" wide\n'B;2;31;o' clock\n"
    assert scores(text.encode()) == [["'B", 2, 31.0], ["O'Brien", 1, 30.0]]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("after", ["", "\x00" * 700, "\x1a", "\r\n\x1a\x1a"])
def test_encodings_line_ends_and_what_programs_put_at_the_end(encoding, end, after):
    text = end.join(";".join(row) for row in TABLE) + after
    assert scores(text.encode(encoding)) == EXPECTED


def test_an_encoding_that_shows_late_is_found_too():
    rows = "".join(f"A{case};1;30;\n" for case in range(60_000))
    assert len(rows) > texts.LOOKED_AT
    text = f"client;session;SRS;comment\n{rows}Ä;1;31;schön\n"
    assert scores(text.encode("cp1252"))[-1] == ["Ä", 1, 31.0]


def test_text_after_padding_is_refused():
    with pytest.raises(sk.RecordsError, match="neither text in columns"):
        sk.read_ratings(b"client,session,SRS\nA,1,30\n" + bytes(50) + b"\nB,1,30\n")


@pytest.mark.parametrize("stray", ['"B,2,31\nC,3,32\n', '"' + "x" * 40_000_000])
def test_a_quotation_mark_left_open_is_refused_however_much_follows(stray):
    with pytest.raises(sk.RecordsError, match="quotation mark opens a cell and is never closed"):
        sk.read_ratings(f"client,session,SRS\nA,1,30\n{stray}".encode())


cells = st.text("ab1 ;,|\"'\n\\é", max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=30),
    delimiter=st.sampled_from(",;\t|^"),
    at_once=st.sampled_from([1, 2, 500]),
)
def test_every_cell_comes_back_from_a_text_with_all_cells_quoted(rows, delimiter, at_once):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["client", "session", "SRS", "first", "second"])
    for number, row in enumerate(rows, 1):
        writer.writerow(["A", number, 30, *row])
    before, texts.ROWS_AT_ONCE = texts.ROWS_AT_ONCE, at_once
    try:
        columns = read_columns(out.getvalue().encode())
    finally:
        texts.ROWS_AT_ONCE = before
    shown = [tuple(column.cells[1:]) for column in columns[3:]]
    assert shown == [tuple(row[at].strip() for row in rows) for at in (0, 1)]


def read_columns(content):
    from supervision_kit.records.files import find_files
    from supervision_kit.records.sheets import read_sheets

    (origin,) = find_files(content)
    (sheet,), _ = read_sheets(origin, targets={}, report=lambda _: None)
    return sheet.columns


def test_of_a_column_each_distinct_text_is_held_once_and_codes_are_small():
    content = "client,session,SRS\n" + "".join(f"A,{session},30\n" for session in range(1, 1_001))
    client, session, score = read_columns(content.encode())
    assert (client.texts.tolist(), client.codes.dtype) == (["client", "A"], "int8")
    assert (len(session.texts), session.codes.dtype) == (1_001, "int16")
    assert score.cells.tolist() == ["SRS", *["30"] * 1_000]


def test_a_row_that_grows_wider_late_makes_a_column_of_empty_cells_above():
    content = "client,session,SRS\n" + "A,1,30\n" * 1_200 + "B,1,30,x\n"
    columns = read_columns(content.encode())
    assert columns[3].cells.tolist() == [""] * 1_201 + ["x"]


def test_progress_tells_bytes_of_the_file_and_then_the_stages(tmp_path):
    path = tmp_path / "march.csv"
    path.write_text("client,session,SRS\n" + "".join(f"A,{session},30\n" for session in range(1, 3_000)))
    told = []
    sk.read_ratings(path, progress=told.append)
    reading = [each for each in told if each.stage == "Reading march.csv"]
    assert [each.done for each in reading] == sorted(each.done for each in reading)
    assert reading[-1].done == reading[-1].total == path.stat().st_size
    assert [each.stage for each in told[len(reading) :]] == ["Reading answers", "Putting forms together"]


@pytest.mark.parametrize("short", ["B{},1,31", "B{},1,31,"])
def test_many_rows_without_the_last_cell_stay_in_their_places(short):
    rows = [
        "Client,Session,SRS,Note",
        "A,1,30,x",
        *(short.format(at) for at in range(1_200)),
        "Z,1,32,y",
        "",
        "Q,2,33,z",
    ]
    ratings = sk.read_ratings("\n".join(rows).encode())
    assert (ratings.rows_read, ratings.rows_kept) == (1_203, 1_203)
    scores = ratings.scores.set_index("case_id")["score"]
    assert scores[["A", "B0", "B1199", "Z", "Q"]].tolist() == [30, 31, 31, 32, 33]


def test_blank_lines_beneath_the_headings_are_no_rows_however_many():
    ratings = sk.read_ratings(("Client,Session,SRS" + "\n" * 1_100 + "A,1,bad\n").encode())
    assert ratings.rows_read == 1
    assert ratings.problems["row"].tolist() == [1_101]
