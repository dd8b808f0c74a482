"""The XML of an OpenDocument sheet, looked through as `sheet_xml` does."""

from __future__ import annotations

import zipfile

from supervision_kit.records.sheet_xml import LAST_COLUMN, LAST_ROW, SheetScan, StrangeWorkbookError, parse_part

_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"
_KINDS = {"calcext:value-type": "kind"}  # LibreOffice's own, beside OpenDocument's attribute of that name
_ERROR_AT_MOST = 100_000  # cells of one error that is repeated


def is_locked(archive: zipfile.ZipFile) -> bool:
    """Return whether the document is protected by a password."""
    return _MANIFEST in archive.namelist() and b"encryption-data" in archive.read(_MANIFEST)


def scan_ods(archive: zipfile.ZipFile) -> tuple[list[SheetScan], dict[str, SheetScan]]:
    """Return what each sheet is like, and which of them a name stands for.

    Raises
    ------
    StrangeWorkbookError
        A cell stands outside of what a sheet can hold, or the XML is damaged.
    """
    scanner = _Scanner(archive)
    return list(scanner.scans.values()), scanner.scans


class _Scanner:
    """Counts rows and columns on, as often as each is repeated."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.scans: dict[str, SheetScan] = {}
        self.scan = SheetScan()
        self.row, self.n_rows, self.column, self.n_columns, self.place = 0, 0, 0, 0, 0
        self.error = False
        self.texts: list[str] = []
        parse_part(archive, _CONTENT, self.start, end=self.end, text=self.text)

    def start(self, element: str, attributes: dict[str, str]) -> None:
        name = element.rpartition(":")[2]
        about = {_KINDS.get(key) or key.rpartition(":")[2]: said for key, said in attributes.items()}
        if name == "table":
            self.scan = self.scans.setdefault(about.get("name", ""), SheetScan())
            self.row, self.n_rows, self.place = 0, 0, 0
        elif name == "table-column":
            n_columns = _times(about, "number-columns-repeated", LAST_COLUMN)
            if about.get("visibility", "visible") != "visible":
                self.scan.hidden_columns.update(range(self.place, self.place + n_columns))
            self.place += n_columns
        elif name == "table-row":
            self.row += self.n_rows
            self.n_rows = _times(about, "number-rows-repeated", LAST_ROW)
            self.column, self.n_columns = 0, 0
            if about.get("visibility", "visible") != "visible":
                self.scan.hidden_rows.update(range(self.row, self.row + self.n_rows))
        elif name in ("table-cell", "covered-table-cell"):
            self.column += self.n_columns
            self.n_columns = _times(about, "number-columns-repeated", LAST_COLUMN)
            self.error, self.texts = about.get("kind") == "error", []
            if "value-type" in about or "formula" in about:
                self.take()
        elif name == "p":
            self.take()

    def take(self) -> None:
        self.scan.take(self.row + self.n_rows - 1, self.column + self.n_columns - 1)

    def text(self, text: str) -> None:
        if self.error:
            self.texts.append(text)

    def end(self, element: str) -> None:
        if self.error and element.endswith("table-cell"):
            if self.n_rows * self.n_columns > _ERROR_AT_MOST:
                raise StrangeWorkbookError("an error that is repeated without end")
            for row in range(self.row, self.row + self.n_rows):
                for column in range(self.column, self.column + self.n_columns):
                    self.scan.errors[row, column] = "".join(self.texts).strip() or "#VALUE!"
            self.error = False


def _times(about: dict[str, str], name: str, most: int) -> int:
    said = about.get(name, "1")
    if not said.isdecimal() or not 1 <= int(said[:9]) <= most or len(said) > 7:  # noqa: PLR2004
        raise StrangeWorkbookError("how often something is repeated")
    return int(said)
