"""Files → sheets of cells. The content decides what a file is, not its ending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Sheet
from supervision_kit.records.fhir import read_fhir
from supervision_kit.records.files import ZIP, File, Origin
from supervision_kit.records.header import count_recognised
from supervision_kit.records.parquet import read_parquet
from supervision_kit.records.progress import Progress, Report
from supervision_kit.records.roles import Role
from supervision_kit.records.statistics_files import read_statistics, statistics_kind
from supervision_kit.records.texts import read_text
from supervision_kit.records.workbooks import read_workbook
from supervision_kit.words import later, say, say_number

Targets = Mapping[str, Role | None]

_SAVE = later("Save the table of ratings as CSV or Excel (.xlsx) and read that.")
_IMAGE = later("{file} is an image.")
_UNPACK = later("Unpack it and read the files in it, or pack them as .zip.")
_KINDS_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", later("{file} is a PDF, which holds no table that can be read."), _SAVE),
    (b"{\\rtf", later("{file} is a document (RTF), not a table."), _SAVE),
    *((start, _IMAGE, _SAVE) for start in (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")),
    (b"7z\xbc\xaf\x27\x1c", later("{file} is a 7z archive."), _UNPACK),
    (b"Rar!", later("{file} is a RAR archive."), _UNPACK),
    (b"\x28\xb5\x2f\xfd", later("{file} is compressed (zstd)."), _UNPACK),
    (b"SQLite format 3", later("{file} is a database."), _SAVE),
    (b"\x00\x01\x00\x00Standard", later("{file} is an Access database."), _SAVE),
    (b"HEADER RECORD*******LIBRARY", later("{file} is a SAS transport file, which is not read."), _SAVE),
    (b"ARROW1", later("{file} is an Arrow (Feather) file, which is not read."), _SAVE),
    (b"<", later("{file} is a web page or XML, not a table. Open it in Excel."), _SAVE),
)
_WORKBOOKS = (ZIP, b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_LOOKED_AT = 1_000  # bytes


def read_sheets(origin: Origin, *, targets: Targets, report: Report) -> tuple[list[Sheet], list[str]]:
    """Return the sheets of a file, or of all files of a folder or an archive, and notes on what was left out.

    Parameters
    ----------
    origin
        The file or files.
    targets
        What the caller says of headings; known headings decide on the delimiter of text.
    report
        Is told how far reading has come.

    Raises
    ------
    RecordsError
        The file is empty, or no table: it says what the file is and what to do. Of several files, none is a table.
    """
    if not origin.several:
        return _read(origin.files[0], targets, report)
    sheets: list[Sheet] = []
    notes = list(origin.notes)
    refused: list[RecordsError] = []
    for file in origin.files:
        try:
            found, left_out = _read(file, targets, report)
        except RecordsError as error:
            refused.append(error)
            continue
        sheets += found
        notes += [f"{file.name}: {note}" for note in left_out]
    if not sheets:
        raise RecordsError(
            say(
                "{file}: none of its {n} file(s) can be read. {first}",
                file=origin.name,
                n=say_number(len(origin.files)),
                first=refused[0],
            )
        )
    return sheets, notes + [say("Left aside: {error}", error=error) for error in refused]


def _read(file: File, targets: Targets, report: Report) -> tuple[list[Sheet], list[str]]:
    report(Progress(0, file.size, f"Reading {file.name}"))
    head = file.head(_LOOKED_AT)
    if not head.strip():
        raise RecordsError(say("{file} is empty. Export the ratings again.", file=file.name))
    stem = PurePosixPath(file.name).stem
    if head.startswith(_WORKBOOKS):
        return _of_workbook(file, stem)
    if head.startswith(b"PAR1"):
        sheet, notes = read_parquet(file, stem=stem, report=report)
        return [sheet], notes
    if kind := statistics_kind(head):
        sheet, notes = read_statistics(file, kind, stem=stem, targets=targets, report=report)
        return [sheet], notes
    start = b"".join(head[:200].lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\x00", b"").split())
    for magic, what, to_do in _KINDS_REFUSED:
        if head.startswith(magic) or start.startswith(magic):
            raise RecordsError(f"{say(what, file=file.name)} {say(to_do)}")
    if head[257:262] == b"ustar":
        raise RecordsError(f"{say('{file} is a tar archive.', file=file.name)} {say(_UNPACK)}")
    if start.startswith((b"{", b"[{", b"[[", b"[]")):
        return read_fhir(file, stem=stem, targets=targets, report=report)
    columns, dialect = read_text(file, recognised=_recogniser(targets), report=report)
    return [Sheet(file.name, columns, stem, delimiter=dialect.delimiter)], []


def _recogniser(targets: Targets) -> Callable[[list[str]], int]:
    return lambda row: count_recognised(row, targets)


def _of_workbook(file: File, stem: str) -> tuple[list[Sheet], list[str]]:
    sheets, notes = read_workbook(file.content(), source=file.name)
    if not sheets:
        raise RecordsError(
            say("{file}: no visible sheet of the workbook holds any cell. Export the ratings again.", file=file.name)
        )
    if len(sheets) == 1:
        return [Sheet(file.name, sheets[0].columns, stem, sheets[0].name, merged=sheets[0].merged)], notes
    return [
        Sheet(f"{file.name}, {sheet.label}", sheet.columns, stem, sheet.name, merged=sheet.merged) for sheet in sheets
    ], notes
