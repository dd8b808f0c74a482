"""Kinds of file: encodings, delimiters, workbooks, and what is no table at all."""

import datetime as dt
import gzip
import io
import zipfile

import openpyxl
import pandas as pd
import pytest

import supervision_kit as sk

TABLE = [["Klient", "Sitzung", "Behandler", "SRS"], ["Ä1", "1", "Müller-3", "30,5"], ["Ä1", "2", "", "31"]]


def text_of(delimiter, rows=TABLE):
    return (
        "\r\n".join(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows) + "\r\n"
    )


def check_table(ratings):
    assert ratings.problems.empty
    assert ratings.scores["case_id"].tolist() == ["Ä1", "Ä1"]
    assert ratings.scores["therapist_id"].fillna("none").tolist() == ["Müller-3", "none"]
    assert ratings.scores["score"].tolist() == [30.5, 31]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_found(delimiter, encoding):
    check_table(sk.read_ratings(text_of(delimiter).encode(encoding)))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(end):
    check_table(sk.read_ratings(text_of(";").replace("\r\n", end).encode()))


def test_a_line_that_names_the_delimiter_is_no_row():
    ratings = sk.read_ratings(b"sep=;\nKlient;Sitzung;SRS\nA;x;30\n")
    assert ratings.problems["row"].tolist() == [2]


def test_quoted_cells_may_hold_delimiters_and_quotes():
    ratings = sk.read_ratings(b'case,session,SRS\n"A, ""the"" 1",1,"30,5"\n')
    assert ratings.scores["case_id"].tolist() == ['A, "the" 1']
    assert ratings.scores["score"].tolist() == [30.5]


def test_headings_may_break_lines_and_rows_may_be_short_or_long():
    ratings = sk.read_ratings(b'case,"session\nno.",SRS,ORS\nA,1,30\nA,2,30,20,,\n')
    assert ratings.rows_kept == 2
    assert ratings.scores["score"].tolist()[1:] == [20, 30, 30]


def test_a_quotation_mark_that_is_never_closed_is_refused():
    with pytest.raises(sk.RecordsError, match="quotation mark"):
        sk.read_ratings(b'case,session,SRS\n"A,1,30\nA,2,30\n')


def workbook(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_is_read_with_title_rows_real_dates_and_numbers_as_text():
    rows = [
        ["SRS, spring"],
        [],
        ["Client", "Session", "Date", "Item 1", "Item 2", "Item 3", "Item 4"],
        ["007", 1.0, pd.Timestamp("2025-03-04 15:30").to_pydatetime(), "9,5", 9, 8.5, "8"],
        [8.0, "2", dt.date(2025, 3, 11), 9, 9, 9, 11],
        [8, 3, "18.03.2025", 9, 9, 9, None],
    ]
    ratings = sk.read_ratings(saved(workbook({"Data": rows})))
    assert ratings.problems[["row", "column", "value", "rule"]].values.tolist() == [
        [5, "Item 4", "11", "response_out_of_range"]
    ]
    assert ratings.scores["case_id"].tolist() == ["007", "8"]
    assert ratings.scores["score"].iloc[0] == 35
    assert pd.isna(ratings.scores["score"].iloc[1])
    assert ratings.scores["date"].tolist() == [pd.Timestamp("2025-03-04"), pd.Timestamp("2025-03-18")]


def test_rows_of_a_workbook_are_numbered_from_the_top_left_even_if_nothing_stands_there():
    book = workbook({"Data": []})
    sheet = book["Data"]
    for column, heading in zip("CDE", ["Client", "Session", "SRS"], strict=True):
        sheet[f"{column}4"] = heading
    sheet["C7"], sheet["D7"], sheet["E7"] = "A", 1, 41
    ratings = sk.read_ratings(saved(book))
    assert ratings.problems[["row", "column"]].values.tolist() == [[7, "SRS"]]


def test_a_sheet_that_could_be_called_by_a_client_is_named_by_its_number(tmp_path):
    table = [["case", "session", "total"], ["A", 1, 30], ["A", 2, 41]]
    book = workbook({"SRS 2025": table, "Annegret Z": [table[0], ["B", 1, 41]], "Quellwasser, A.": table[:2]})
    book["Quellwasser, A."].sheet_state = "hidden"
    book.save(tmp_path / "srs.xlsx")
    ratings = sk.read_ratings(tmp_path / "srs.xlsx")
    assert ratings.problems["source"].tolist() == ["srs.xlsx, sheet “SRS 2025”", "srs.xlsx, sheet 2"]
    assert "The hidden sheet 3 was not read." in ratings.notes
    said = " ".join([ratings.report(), repr(ratings), *ratings.notes, *ratings.problems["source"]])
    assert "Annegret" not in said
    assert "Quellwasser" not in said


def test_every_sheet_that_is_understood_is_read_and_the_others_are_named(tmp_path):
    book = workbook(
        {
            "SRS": [["case", "session", "total"], ["A", 1, 30], ["A", 2, 41]],
            "WAI-SR therapist": [["case", "session", "Bond"], ["A", 1, 4.25]],
            "Legend": [["code", "meaning"], ["x", 3]],
            "Old": [["case", "session", "total"], ["A", 9, 1]],
        }
    )
    book["Old"].sheet_state = "hidden"
    book.save(tmp_path / "clinic.xlsx")
    ratings = sk.read_ratings(tmp_path / "clinic.xlsx")
    assert ratings.scores[["instrument", "rater", "scale", "session", "score"]].values.tolist() == [
        ["srs", "client", "total", 1, 30],
        ["wai_sr", "therapist", "bond", 1, 4.25],
    ]
    assert ratings.problems[["source", "row"]].values.tolist() == [["clinic.xlsx, sheet “SRS”", 3]]
    notes = " ".join(ratings.notes)
    assert "The hidden sheet “Old” was not read." in notes
    assert "Left aside: clinic.xlsx, sheet “Legend”: no heading row" in notes


def test_two_sheets_with_the_same_form_are_compared():
    rows = [["case", "session", "SRS"], ["A", 1, 30]]
    ratings = sk.read_ratings(saved(workbook({"one": rows, "two": rows})))
    assert ratings.problems[["source", "row", "rule"]].values.tolist() == [["data, sheet “two”", 2, "repeated_row"]]


def test_files_of_the_same_name_are_told_apart(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "export.csv").write_text("case,session,SRS\nA,x,30\n")
    ratings = sk.read_ratings([tmp_path / "a" / "export.csv", str(tmp_path / "b" / "export.csv")])
    assert ratings.problems["source"].tolist() == ["export.csv", "export.csv (2)"]
    assert ratings.rows_read == ratings.rows_kept + 2


def test_an_open_file_and_bytes_are_read_and_left_as_they_were(tmp_path):
    content = b"case,session,SRS\nA,x,30\n"
    file = tmp_path / "export.csv"
    file.write_bytes(content)
    with file.open("rb") as opened:
        assert sk.read_ratings(opened).problems["source"].tolist() == ["export.csv"]
        assert not opened.closed
    held = bytearray(content)
    assert sk.read_ratings(memoryview(held)).problems["source"].tolist() == ["data"]
    assert bytes(held) == content
    assert file.read_bytes() == content


def png():
    return b"\x89PNG\r\n\x1a\n" + bytes(range(200))


def plain_zip(name="export.csv", content="case,session,SRS\n"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def far_cell():
    book = workbook({"Data": [["case", "session", "SRS"], ["A", 1, 30]]})
    book["Data"]["XFD1048576"] = "stray"
    return saved(book)


def locked():
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)


NO_TABLES = {
    "an empty file": (b"", "is empty"),
    "blank lines": (b"\n\n  \n", "is empty"),
    "a pdf": (b"%PDF-1.7\n%\xe2\xe3", "is a PDF"),
    "an image": (png(), "is an image"),
    "a zip of an empty table": (plain_zip(), "export.csv has headings and no row of ratings"),
    "a zip in a zip": (plain_zip("old.zip", plain_zip()), "old.zip is a zip archive in another"),
    "a cut workbook": (saved(workbook({"x": TABLE}))[:900], "cannot be opened as a workbook"),
    "a damaged workbook": (b"PK\x03\x04" + bytes(300), "cannot be opened as a workbook"),
    "a locked workbook": (locked(), "protected by a password"),
    "a workbook with a stray cell": (far_cell(), "reaches too far"),
    "an empty workbook": (saved(workbook({"x": []})), "no visible sheet"),
    "json": (b'  {"resourceType": "Bundle"}', "is JSON, but holds no"),
    "a web page": (b"<html><table></table></html>", "is a web page"),
    "spss": (b"$FL2@(#) SPSS DATA FILE", "cannot be opened as an SPSS file"),
    "binary": (bytes(range(256)) * 4, "neither text in columns nor a workbook"),
    "an odd number of bytes in utf-16": ("case,session,SRS\n".encode("utf-16")[:-1], "neither text in columns"),
    "a tar archive": (b"export.csv" + bytes(247) + b"ustar" + bytes(300), "is a tar archive"),
    "a cut gzip": (gzip.compress(b"case,session,SRS\nA,1,30\n")[:-4], "is damaged"),
    "prose": (b"Dear colleague,\nplease find the ratings attached.\n", "no heading row"),
    "one long line": (b"," * 20_000, "20,001 columns"),
}


@pytest.mark.parametrize("kind", NO_TABLES)
def test_what_is_no_table_gets_one_clear_error(kind):
    content, what = NO_TABLES[kind]
    with pytest.raises(sk.RecordsError, match=what) as caught:
        sk.read_ratings(content)
    assert "\n" not in str(caught.value)


def test_a_folder_a_missing_file_and_other_things_get_one_clear_error(tmp_path):
    with pytest.raises(sk.RecordsError, match="is a folder"):
        sk.read_ratings(tmp_path)
    with pytest.raises(sk.RecordsError, match="there is no such file"):
        sk.read_ratings(tmp_path / "none.csv")
    with pytest.raises(sk.RecordsError, match="cannot be opened"):
        sk.read_ratings("a\0b")
    with pytest.raises(sk.RecordsError, match="list of files is empty"):
        sk.read_ratings([])
    with pytest.raises(sk.RecordsError, match="A DataFrame cannot be read"):
        sk.read_ratings(pd.DataFrame())
    with pytest.raises(sk.RecordsError, match="binary mode"):
        sk.read_ratings(io.StringIO("case,session,SRS\nA,1,30\n"))
