"""What a caller hands over → sheets of cells. The content decides what a file is, not its ending."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Sheet, printable
from supervision_kit.records.texts import decode, read_text
from supervision_kit.records.workbooks import read_workbook

Source = str | os.PathLike[str] | BinaryIO | bytes | bytearray | memoryview

_SAVE = "Save the table of ratings as CSV or Excel (.xlsx) and read that."
_OTHER_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", f"is a PDF, which holds no table that can be read. {_SAVE}"),
    (b"\x89PNG", f"is an image. {_SAVE}"),
    (b"\xff\xd8\xff", f"is an image. {_SAVE}"),
    (b"GIF8", f"is an image. {_SAVE}"),
    (b"\x1f\x8b", "is a compressed archive. Unpack it and read the file in it."),
    (b"$FL2", f"is an SPSS file, which is not read yet. {_SAVE}"),
    (b"$FL3", f"is an SPSS file, which is not read yet. {_SAVE}"),
    (b"{", f"is JSON (a FHIR export, perhaps), which is not read yet. {_SAVE}"),
    (b"[{", f"is JSON, which is not read yet. {_SAVE}"),
    (b"<", f"is a web page or XML, not a table. Open it in Excel. {_SAVE}"),
)
_WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


@dataclass(frozen=True)
class File:
    """A file's name as messages give it, and its bytes."""

    name: str
    content: bytes


def gather_files(source: Source | Sequence[Source]) -> Iterator[File]:
    """Yield each file with a name of its own: the file's, or ``data`` where bytes came without one."""
    sources = list(source) if isinstance(source, (list, tuple)) else [source]
    if not sources:
        raise RecordsError("The list of files is empty: give at least one file of ratings.")
    taken: dict[str, int] = {}
    for each in sources:
        name, content = _open(each)
        name = printable(name)
        taken[name] = taken.get(name, 0) + 1
        yield File(name if taken[name] == 1 else f"{name} ({taken[name]})", content)


def _open(source: object) -> tuple[str, bytes]:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return "data", bytes(source)
    if isinstance(source, (str, os.PathLike)):
        return _read_path(Path(source))
    if not callable(getattr(source, "read", None)):
        raise RecordsError(f"A {type(source).__name__} cannot be read: give a path, an open binary file, or bytes.")
    name = getattr(source, "name", None)
    name = os.path.basename(name) if isinstance(name, str) and name else "data"  # noqa: PTH119
    content = source.read()  # type: ignore[attr-defined]
    if not isinstance(content, bytes):
        raise RecordsError(f"{name} was opened as text: open it in binary mode (open(path, 'rb')).")
    return name, content


def _read_path(path: Path) -> tuple[str, bytes]:
    name = path.name or str(path)
    try:
        return name, path.read_bytes()
    except FileNotFoundError:
        raise RecordsError(f"{name}: there is no such file. Check the path.") from None
    except IsADirectoryError:
        raise RecordsError(f"{name} is a folder. Give the files of ratings in it.") from None
    except (OSError, ValueError) as error:
        if path.is_dir():  # Windows refuses permission to read a folder
            raise RecordsError(f"{name} is a folder. Give the files of ratings in it.") from None
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "the path is not valid"
        raise RecordsError(f"{name} cannot be opened: {reason}.") from None


def read_cells(file: File, *, recognised: Callable[[list[str]], int]) -> tuple[list[Sheet], list[str]]:
    """Return the sheets of a file and notes on what was left out.

    Parameters
    ----------
    file
        The name and the bytes.
    recognised
        Says how many cells of a row are known headings; decides on the delimiter of text.

    Raises
    ------
    RecordsError
        The file is empty, or no table: it says what the file is and what to do.
    """
    if not file.content.strip():
        raise RecordsError(f"{file.name} is empty. Export the ratings again.")
    start = b"".join(file.content[:200].removeprefix(b"\xef\xbb\xbf").split())
    for magic, what in _OTHER_KINDS:
        if start.startswith(magic):
            raise RecordsError(f"{file.name} {what}")
    stem = Path(file.name).stem
    if not file.content.startswith(_WORKBOOKS):
        text = decode(file.content, source=file.name)
        columns, delimiter = read_text(text, source=file.name, recognised=recognised)
        return [Sheet(file.name, columns, stem, delimiter=delimiter)], []
    sheets, notes = read_workbook(file.content, source=file.name)
    if not sheets:
        raise RecordsError(f"{file.name}: no visible sheet of the workbook holds any cell. Export the ratings again.")
    if len(sheets) == 1:
        return [Sheet(file.name, sheets[0].columns, stem, sheets[0].name)], notes
    return [Sheet(f"{file.name}, sheet “{sheet.name}”", sheet.columns, stem, sheet.name) for sheet in sheets], notes
