"""Workbooks whose cells are faulty, and workbooks that are made to fill the memory."""

import datetime as dt
import io
import re
import struct
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

import supervision_kit as sk

HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SHEET = "xl/worksheets/sheet1.xml"
TABLE = [["case", "session", "SRS"], ["A", 1, 30], ["A", 2, 31]]


def saved(rows, *, change=None, moved_to=None):
    """Return a workbook's bytes, with the XML of its sheet changed or moved to another place in the archive."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    first, second = io.BytesIO(), io.BytesIO()
    book.save(first)
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(second, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == SHEET:
                text = change(text) if change else text
            new.writestr((moved_to or SHEET) if name == SHEET else name, text.replace(SHEET, moved_to or SHEET))
    return second.getvalue()


@pytest.mark.parametrize("error", ["#DIV/0!", "#REF!", "#VALUE!", "#NAME?"])
def test_an_error_cell_is_a_problem_as_it_is_in_csv(error):
    ratings = sk.read_ratings(saved([*TABLE, ["A", 3, error]]))
    assert ratings.problems[["row", "column", "value", "rule"]].values.tolist() == [
        [4, "SRS", error, "score_not_a_number"]
    ]
    assert ratings.rows_kept == 2


def test_formulas_without_a_stored_value_are_counted_in_a_note():
    ratings = sk.read_ratings(saved([*TABLE, ["A", 3, "=15*2"], ["A", 4, "=C2"]]))
    assert ratings.scores["score"].isna().tolist() == [False, False, True, True]
    assert (
        "Sheet “Sheet”: 2 formula cell(s) hold no value and were read as blank. "
        "Open the file in Excel, save it, and read it again."
    ) in ratings.notes


def test_formulas_with_a_stored_value_are_read():
    rows = [*TABLE, ["A", 3, "=15*2"]]
    ratings = sk.read_ratings(saved(rows, change=lambda text: re.sub("</f><v( ?/|></v)>", "</f><v>30</v>", text)))
    assert ratings.scores["score"].tolist() == [30, 31, 30]
    assert not any("formula" in note for note in ratings.notes)


FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
STRANGE = {
    "single quotes": FAR.replace('r="XFD1048576"', "r='XFD1048576'"),
    "spaces": FAR.replace('r="XFD1048576"', 'r = "XFD1048576"'),
    "lower case": FAR.replace("XFD", "xfd"),
    "no reference": FAR.replace(' r="XFD1048576"', "").replace("<c>", "<c/>" * 16_383 + "<c>"),
    "a column that is none": FAR.replace("XFD1048576", "ZZZZ99999999999"),
    "a row that is none": FAR.replace("1048576", "99999999999"),
    "a document type": "<!DOCTYPE",
    "damage": "<v></sheetData",
}


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("place", ["xl/worksheets/sheet1.xml", "xl/ws/sheet1.xml", "xl/ws/sheet.dat"])
def test_a_small_workbook_cannot_fill_the_memory(kind, place):
    if kind == "a document type":
        content = saved(TABLE, change=lambda text: "<!DOCTYPE x []>" + text, moved_to=place)
    else:
        content = saved(TABLE, change=lambda text: text.replace("</sheetData>", STRANGE[kind]), moved_to=place)
    with pytest.raises(sk.RecordsError, match=r"reaches too far|cannot be opened as a workbook"):
        sk.read_ratings(content)


def test_a_sheet_may_be_stored_in_another_place():
    assert sk.read_ratings(saved(TABLE, moved_to="xl/ws/sheet1.xml")).rows_kept == 2


def test_cells_without_a_reference_are_read_one_after_the_other():
    rows = "".join(
        f"<row><c><v>{session}</v></c><c><v>{session}</v></c><c><v>3{session}</v></c></row>" for session in (1, 2)
    )
    head = "".join(f'<c t="inlineStr"><is><t>{heading}</t></is></c>' for heading in TABLE[0])
    ratings = sk.read_ratings(saved([], change=lambda _: f"{HEAD}<row>{head}</row>{rows}</sheetData></worksheet>"))
    assert ratings.scores["score"].tolist() == [31, 32]


FILES = Path(__file__).parent / "files"


@pytest.mark.parametrize("name", ["table.xls", "table.ods", "table.xlsx"])
def test_workbooks_of_every_kind_hold_the_same(name, tmp_path):
    path = FILES / name
    if name == "table.xlsx":
        import runpy

        path = tmp_path / name
        book = runpy.run_path(str(FILES / "make_workbooks.py"))["workbook"]()
        sheet = book["Data"]
        sheet["F6"], sheet["F7"] = "#DIV/0!", 9
        book.save(path)
    ratings = sk.read_ratings(path)
    assert ratings.problems[["row", "column", "value"]].to_numpy().tolist() == [[6, "SRS 1", "#DIV/0!"]]
    assert ratings.scores[["case_id", "session", "score"]].to_numpy().tolist() == [
        ["007", 1, 36.5],
        ["007", 2, 36],
        ["A1", 2, 36],
    ]
    assert ratings.scores["date"].tolist() == list(map(pd.Timestamp, ["2025-03-04", "2025-03-11", "2025-03-19"]))
    assert "The hidden sheet “Old” was not read." in ratings.notes
    assert "Sheet “Data”: 1 hidden row(s) and 1 hidden column(s) were read as well." in ratings.notes


def record(kind, content=b""):
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(content)
    return number + bytes([length & 0x7F | 0x80, length >> 7]) + content


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(rows, *, error_at=None):
    """Return the smallest .xlsb with these rows: {row: {column: text or number}}."""
    cells = record(129) + record(148, struct.pack("<4I", 0, max(rows), 0, 2)) + record(145)
    for row, held in rows.items():
        cells += record(0, struct.pack("<3I", row, 0, 0) + bytes(5))
        for column, cell in held.items():
            place = struct.pack("<2I", column, 0)
            if (row, column) == error_at:
                cells += record(3, place + b"\x07")
            elif isinstance(cell, str):
                cells += record(6, place + wide(cell))
            else:
                cells += record(5, place + struct.pack("<d", cell))
    cells += record(146) + record(130)
    sheet = record(156, struct.pack("<2I", 0, 1) + wide("rId1") + wide("Data"))
    parts = {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "xl/workbook.bin": record(131) + record(143) + sheet + record(144) + record(132),
        "xl/_rels/workbook.bin.rels": "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/"
        "relationships'><Relationship Id='rId1' Type='http://schemas.openxmlformats.org/officeDocument/2006/"
        "relationships/worksheet' Target='worksheets/sheet1.bin'/></Relationships>",
        "xl/worksheets/sheet1.bin": cells,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


XLSB = {0: {0: "case", 1: "session", 2: "SRS"}, 1: {0: "A", 1: 1, 2: 30}, 2: {0: "A", 1: 2, 2: 31}}


def test_an_xlsb_is_read_with_its_error_cells():
    assert sk.read_ratings(xlsb(XLSB)).scores["score"].tolist() == [30, 31]
    problems = sk.read_ratings(xlsb(XLSB, error_at=(2, 2))).problems
    assert problems[["row", "column", "value"]].to_numpy().tolist() == [[3, "SRS", "#DIV/0!"]]


def ods(rows, *, manifest=""):
    """Return an .ods with this XML of rows."""
    names = "".join(
        f" xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'" for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet><table:table table:name='Data'>"
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest or "<manifest/>")
    return buffer.getvalue()


def ods_row(*cells, rows=1, columns=1):
    """Return the XML of a row, with itself and its cells repeated so often."""
    cell = f"<table:table-cell office:value-type='string' table:number-columns-repeated='{columns}'>"
    held = "".join(f"{cell}<text:p>{text}</text:p></table:table-cell>" for text in cells)
    return f"<table:table-row table:number-rows-repeated='{rows}'>{held}</table:table-row>"


ODS = ods_row(*TABLE[0]) + ods_row("A", 1, 30) + ods_row("A", 2, 31)


def test_an_ods_made_by_hand_is_read():
    assert sk.read_ratings(ods(ODS)).scores["score"].tolist() == [30, 31]


EMPTY = "<table:table-row table:number-rows-repeated='{}'><table:table-cell/></table:table-row>"
WIDE = "<table:table-row><table:table-cell table:number-columns-repeated='16383'/>{}</table:table-row>"
CELL = "<table:table-cell office:value-type='string'><text:p>x</text:p></table:table-cell>"
FAR_AWAY = {
    "a far cell in xlsb": xlsb(XLSB | {1_048_575: {16_383: "x"}}),
    "a cell of xlsb that is none": xlsb(XLSB | {4_000_000_000: {4_000_000_000: "x"}}),
    "a far cell in ods": ods(ODS + EMPTY.format(1_048_000) + WIDE.format(CELL)),
    "a repeated cell in ods": ods(ODS + ods_row("x", rows=1_000_000, columns=16_384)),
    "more rows than there are in ods": ods(ODS + EMPTY.format(4_000_000_000) + ods_row("x")),
    "columns without end in ods": ods(ODS + ods_row("x", columns=10**20)),
    "a doctype in ods": ods(ODS).replace(b"<office:document-content", b"<!DOCTYPE x []><office:document"),
}


def changed_xls(find, change):
    content = bytearray((FILES / "table.xls").read_bytes())
    at = content.index(find)
    content[at : at + len(find)] = change
    return bytes(content)


DIMENSIONS = struct.pack("<2H2I2HH", 0x0200, 14, 0, 7, 0, 9, 0)
FAR_AWAY |= {
    "a size that is none in xls": changed_xls(DIMENSIONS, struct.pack("<2H2I2HH", 0x0200, 14, 0, 1 << 31, 0, 9, 0)),
    "a column that is none in xls": changed_xls(
        struct.pack("<5H", 0x0203, 14, 3, 2, 22), struct.pack("<5H", 0x0203, 14, 3, 60_000, 22)
    ),
}


@pytest.mark.parametrize("kind", FAR_AWAY)
def test_a_small_workbook_of_any_kind_cannot_fill_the_memory(kind):
    with pytest.raises(sk.RecordsError, match=r"reaches too far|cannot be opened as a workbook"):
        sk.read_ratings(FAR_AWAY[kind])


def test_an_ods_under_a_password_is_told_apart():
    with pytest.raises(sk.RecordsError, match="protected by a password"):
        sk.read_ratings(ods(ODS, manifest="<manifest:encryption-data/>"))


def test_dates_count_from_1904_where_the_workbook_says_so():
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in [["case", "session", "date", "SRS"], ["A", 1, dt.datetime(2025, 3, 4), 30]]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    assert sk.read_ratings(buffer.getvalue()).scores["date"].tolist() == [pd.Timestamp("2025-03-04")]


def test_a_workbook_of_another_program_is_read():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("SRS")
        for row, cells in enumerate([["case", "session", "total"], ["007", 1, 30.5], ["007", 2, "31,5"]]):
            sheet.write_row(row, 0, cells)
    assert sk.read_ratings(buffer.getvalue()).scores["score"].tolist() == [30.5, 31.5]


@pytest.mark.parametrize(("part", "what"), [("word/document.xml", "is a document"), ("Index/Document.iwa", "Apple")])
def test_documents_of_other_programs_are_told_apart(part, what):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(part, "x")
        if part.startswith("word"):
            archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(sk.RecordsError, match=what):
        sk.read_ratings(buffer.getvalue())


def test_merged_headings_are_joined_and_merged_cases_hold_for_all_of_their_rows():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ["Client", "Session", "SRS", None, None, None, "Remarks"],
        [None, None, 1, 2, 3, 4, None],
        ["A", 1, 9, 9, 9, 9, "x"],
        [None, 2, 8, 8, 8, 8, "y"],
        ["B", 1, 7, 7, 7, 7, None],
        [None, 2, 7, 7, 7, 7, None],
    ]:
        sheet.append(row)
    for area in ("C1:F1", "A1:A2", "B1:B2", "G1:G2", "A3:A4"):
        sheet.merge_cells(area)
    buffer = io.BytesIO()
    book.save(buffer)
    ratings = sk.read_ratings(buffer.getvalue())
    assert ratings.scores[["case_id", "session", "score"]].to_numpy().tolist() == [
        ["A", 1, 36],
        ["A", 2, 32],
        ["B", 1, 28],
    ]
    assert ratings.problems[["row", "rule"]].to_numpy().tolist() == [[6, "case_missing"]]


def test_a_merged_session_or_day_holds_for_the_rows_of_all_raters():
    book = openpyxl.Workbook()
    for row in [
        ["Client", "Session", "Date", "Rater", "SRS"],
        ["A", 1, "2025-03-04", "client", 30],
        ["A", None, None, "therapist", 31],
        ["A", 2, "2025-03-11", "client", 32],
    ]:
        book.active.append(row)
    for area in ("B2:B3", "C2:C3"):
        book.active.merge_cells(area)
    buffer = io.BytesIO()
    book.save(buffer)
    ratings = sk.read_ratings(buffer.getvalue())
    assert ratings.problems.empty
    assert ratings.scores[["rater", "session", "date", "score"]].to_numpy().tolist() == [
        ["client", 1, pd.Timestamp("2025-03-04"), 30],
        ["client", 2, pd.Timestamp("2025-03-11"), 32],
        ["therapist", 1, pd.Timestamp("2025-03-04"), 31],
    ]


LONG = [9007199254740993, 9007199254740992, 1234567890123456701, 1234567890123450]


@pytest.mark.parametrize("code", LONG)
def test_a_code_of_which_a_workbook_keeps_some_digits_only_is_no_case(code):
    rows = [["case", "session", "SRS"], [code, 1, 30], [123456789012345, 2, 31], [1234567890123456, 2, 32]]
    ratings = sk.read_ratings(saved(rows))
    assert ratings.problems[["row", "rule"]].to_numpy().tolist() == [[2, "code_lost"]]
    assert ratings.scores["case_id"].tolist() == ["123456789012345", "1234567890123456"]
