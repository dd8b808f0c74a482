"""Write the workbooks of this folder anew: one table in the formats that Python cannot write itself.

Run once, with LibreOffice installed (its ``soffice`` makes the .xls and .ods files out of an .xlsx):
``python tests/files/make_workbooks.py``. Nobody is behind the ratings.
"""

import datetime as dt
import subprocess
import tempfile
from pathlib import Path

import openpyxl

HERE = Path(__file__).parent
HEADINGS = ["Client", "Session", "Date", "Took", "Paid", "SRS 1", "SRS 2", "SRS 3", "SRS 4"]
ROWS = [
    ["007", 1, dt.datetime(2025, 3, 4, 15, 30), dt.timedelta(minutes=50), True, 9.5, "9", 8, 10],
    ["007", 2, dt.date(2025, 3, 11), dt.timedelta(hours=1), False, 9, 9, 9, 9],
    ["A1", 1, dt.date(2025, 3, 12), None, None, "=1/0", 9, 9, 9],
    ["A1", 2, dt.date(2025, 3, 19), None, None, "=3*3", 9, 9, 9],
]


def workbook() -> openpyxl.Workbook:
    """Return the table with title rows, a hidden sheet, a hidden row and a hidden column."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    sheet.append(["SRS, spring"])
    sheet.merge_cells("A1:I1")
    sheet.append([])
    for row in [HEADINGS, *ROWS]:
        sheet.append(row)
    sheet.row_dimensions[5].hidden = True
    sheet.column_dimensions["D"].hidden = True
    other = book.create_sheet("Old")
    other.append(["Client", "Session", "SRS"])
    other.append(["Z", 1, 1])
    other.sheet_state = "hidden"
    return book


def main() -> None:
    """Write table.xls and table.ods."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.xlsx")
        workbook().save(path)
        for kind in ("xls", "ods"):
            subprocess.run(["soffice", "--headless", "--convert-to", kind, "--outdir", HERE, path], check=True)


if __name__ == "__main__":
    main()
