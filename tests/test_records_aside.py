"""What is handed back: the report in words, and the rows set aside as a table and as a workbook."""

import io
import zipfile

import openpyxl
import pandas as pd
import pytest

import supervision_kit as sk

MARCH = b"client,session,comment,SRS\n007,1,fine,36\n007,x,=1+1,35\n008,2,,41\n,,,\n009,3,ok,30\n"


def workbook(ratings):
    buffer = io.BytesIO()
    ratings.save_set_aside(buffer)
    return buffer.getvalue()


def rows_of(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_the_rows_set_aside_stand_with_their_reason_and_their_cells():
    aside = sk.read_ratings(MARCH).set_aside
    assert list(aside) == ["source", "row", "reason", "client", "session", "comment", "SRS"]
    assert aside.drop(columns="reason").values.tolist() == [
        ["data", 3, "007", "x", "=1+1", "35"],
        ["data", 4, "008", "2", "", "41"],
    ]
    assert aside["reason"].tolist() == [
        "session: A session is a whole number from 1 to 9,999. Number the case’s sessions 1, 2, 3, …",
        (
            "SRS: SRS total is read as sums, 0 to 40; blank where not given. "
            "Compare with the form; leave the cell blank where there is no score."
        ),
    ]


def test_where_nothing_is_set_aside_the_table_and_the_workbook_are_empty():
    ratings = sk.read_ratings(b"client,session,SRS\nA,1,30\n")
    assert list(ratings.set_aside) == ["source", "row", "reason"]
    assert ratings.set_aside.empty
    assert rows_of(workbook(ratings)) == {"nothing set aside": [["source", "row", "reason"]]}


def test_the_workbook_holds_texts_as_texts_beneath_a_frozen_header():
    content = workbook(sk.read_ratings(MARCH))
    rows = rows_of(content)["data"]
    assert rows[0] == ["source", "row", "reason", "client", "session", "comment", "SRS"]
    assert [row[3:] for row in rows[1:]] == [["007", "x", "=1+1", "35"], ["008", "2", None, "41"]]
    sheet = openpyxl.load_workbook(io.BytesIO(content))["data"]
    assert sheet["F2"].data_type == "s"
    assert sheet.freeze_panes == "D2"
    assert sheet.column_dimensions["C"].width >= 60
    assert b"<f>" not in b"".join(map(zipfile.ZipFile(io.BytesIO(content)).read, ["xl/worksheets/sheet1.xml"]))


def test_the_workbook_corrected_is_read_again_and_makes_the_whole():
    first = sk.read_ratings(MARCH)
    book = openpyxl.load_workbook(io.BytesIO(workbook(first)))
    book["data"]["E2"], book["data"]["G3"] = "2", "40"
    buffer = io.BytesIO()
    book.save(buffer)
    again = sk.read_ratings(buffer.getvalue())
    assert again.problems.empty
    assert again.scores[["case_id", "session", "score"]].values.tolist() == [["007", 2, 35], ["008", 2, 40]]
    whole = sk.read_ratings(MARCH.replace(b"x,=1+1", b"2,=1+1").replace(b",41", b",40"))
    pd.testing.assert_frame_equal(
        pd.concat([first.scores, again.scores]).sort_values(["case_id", "session"], ignore_index=True),
        whole.scores,
    )


def test_what_a_title_said_goes_along_into_the_workbook():
    title = b"WAI-SR therapist version\n\nclient,session,Total\nA,1,4.5\nA,x,4.2\n"
    ratings = sk.read_ratings(title)
    assert list(ratings.set_aside)[3:] == ["client", "session", "Total"]
    book = openpyxl.load_workbook(io.BytesIO(workbook(ratings)))
    assert [cell.value for cell in book.active[1]][3:] == ["instrument", "rater", "client", "session", "Total"]
    book.active["G2"] = "2"
    buffer = io.BytesIO()
    book.save(buffer)
    again = sk.read_ratings(buffer.getvalue())
    assert again.scores[["rater", "instrument", "session", "score"]].values.tolist() == [
        ["therapist", "wai_sr", 2, 4.2]
    ]


def test_each_source_has_a_sheet_whatever_it_is_called(tmp_path):
    sources = []
    for name in ("a very long name of an export from march.csv", "a very long name of an export from may.csv", "x.csv"):
        sources.append(tmp_path / name)
        sources[-1].write_bytes(MARCH)
    ratings = sk.read_ratings(sources)
    assert (ratings.rows_read, ratings.rows_kept) == (12, 2)
    assert len(ratings.set_aside) == 10
    sheets = rows_of(workbook(ratings))
    assert list(sheets) == ["a very long name of an export f", "a very long name of an expo (2)", "x.csv"]
    assert [len(rows) - 1 for rows in sheets.values()] == [2, 4, 4]
    assert {row[0] for row in sheets["x.csv"][1:]} == {"x.csv"}


def test_headings_that_come_twice_or_are_ours_are_told_apart_in_the_table():
    aside = sk.read_ratings(b"case,session,SRS,row,note,note\nA,x,30,17,p,q\n").set_aside
    assert list(aside)[3:] == ["case", "session", "SRS", "row (column D)", "note", "note (column F)"]
    assert aside.iloc[0, 3:].tolist() == ["A", "x", "30", "17", "p", "q"]


def test_a_cell_longer_than_excel_holds_is_cut_and_it_is_said():
    ratings = sk.read_ratings(b"case,session,comment,SRS\nA,x," + b"a" * 40_000 + b",30\n")
    assert len(ratings.set_aside["comment"].item()) == 40_000
    row = rows_of(workbook(ratings))["data"][1]
    assert row[2].startswith("A cell of this row is longer than Excel holds, and was cut here. session: ")
    assert row[5] == "a" * 32_767


def test_the_workbook_goes_to_a_path_too(tmp_path):
    sk.read_ratings(MARCH).save_set_aside(tmp_path / "aside.xlsx")
    assert sk.read_ratings(tmp_path / "aside.xlsx").rows_set_aside == 2


def test_the_report_says_in_words_what_was_read_and_what_was_not():
    assert sk.read_ratings(MARCH).report().splitlines() == [
        "data",
        "  SRS, rated by client",
        "  2 case(s), 2 form(s), sessions 1 to 3, no dates",
        "  2 row(s) ready, 2 set aside",
        "  Shape: a row per form",
        "",
        "Notes",
        "  Not used: “comment”.",
        "  No rater column: read as the client’s ratings.",
        "",
        "Set aside",
        "  1 row (3) in “session”: The session is not a whole number from 1 up.  [session_not_a_number]",
        "    Number the case’s sessions 1, 2, 3, …",
        "  1 row (4) in “SRS”: The score is below or above what the scale allows.  [score_out_of_range]",
        "    Compare with the form; leave the cell blank where there is no score.",
    ]


def test_the_report_groups_many_problems_and_names_the_sources_of_several():
    rows = b"".join(b"%d,x,30\n" % number for number in range(1_200))
    report = sk.read_ratings([b"case,session,SRS\n" + rows, b"case,session,SRS\nA,1,50\n"]).report()
    assert "  1,200 rows (2 of data, 3 of data, 4 of data, 5 of data, 6 of data, 1,195 more) in “session”: " in report
    assert "  1 row (2 of data (2)) in “SRS”: " in report
    assert "Together: 0 row(s) ready, 1,201 set aside." in report


@pytest.mark.parametrize("cell", ["Zacharias", "1990-02-03", "0170 1234567"])
def test_no_cell_stands_in_the_report(cell):
    text = f"case,session,rater,instrument,SRS\n{cell},{cell},{cell},{cell},{cell}\nA,1,client,srs,30\n"
    ratings = sk.read_ratings(text.encode())
    assert len(ratings.problems) >= 3
    assert cell not in ratings.report()


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch):
    monkeypatch.setattr("supervision_kit.records.aside.MOST_ROWS", 2)
    ratings = sk.read_ratings(b"case,session,SRS\nA,x,1\nB,x,2\nC,x,3\n")
    sheets = rows_of(workbook(ratings))
    assert {name: [row[3] for row in rows] for name, rows in sheets.items()} == {
        "data": ["case", "A", "B"],
        "data (2)": ["case", "C"],
    }
