"""Workbooks whose cells are faulty, and workbooks that are made to fill the memory."""

import io
import zipfile

import openpyxl
import pytest

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
    ratings = sk.read_ratings(saved(rows, change=lambda text: text.replace("</f><v />", "</f><v>30</v>")))
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
