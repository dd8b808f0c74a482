"""What a caller hands over → files: a path, bytes, an open file, a folder or a zip archive, compressed or not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import printable
from supervision_kit.words import later, say, say_number

Source = str | os.PathLike[str] | BinaryIO | bytes | bytearray | memoryview

MOST_UNPACKED = 4_000_000_000  # bytes of an archive's files together; they are read as a stream
MOST_AT_ONCE = 600_000_000  # bytes of a file that has to be held whole
BLOCK = 1 << 18  # bytes
MOST_FILES = 10_000  # of a folder or an archive
ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_PACKED: tuple[tuple[bytes, Callable[..., Any]], ...] = (
    (b"\x1f\x8b", lambda stream: gzip.GzipFile(fileobj=stream)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
)
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
    MemoryError,
)
_LEFT_BY_SYSTEMS = ("thumbs.db", "desktop.ini")
_OF_DOCUMENTS = frozenset({"[Content_Types].xml", "content.xml", "mimetype", "Index/Document.iwa"})


_TOO_MUCH = later("{file} unpacks to more than an export of ratings holds. It was not read.")


def damaged(name: str) -> RecordsError:
    """Return the error of a file that cannot be unpacked or read to its end."""
    return RecordsError(say("{file} is damaged, or is still being written. Copy or export it again.", file=name))


@dataclass(frozen=True, eq=False)
class File:
    """A file's name as messages give it, how to open it, and its size where it is known."""

    name: str
    opened: Callable[[], BinaryIO]
    size: int | None = None

    def open(self) -> Reader:
        """Return the bytes as a stream, unpacked, in which any damage is a :class:`RecordsError`."""
        try:
            stream = self.opened()
            start = stream.read(8)
            stream.seek(0)
        except DAMAGE:
            raise damaged(self.name) from None
        unpack = next((unpack for magic, unpack in _PACKED if start.startswith(magic)), None)
        return Reader(_Checked(unpack(stream) if unpack else stream, stream, self.name))

    def head(self, n_bytes: int) -> bytes:
        """Return the first bytes."""
        with self.open() as stream:
            return stream.read(n_bytes)

    def content(self) -> bytes:
        """Return all bytes."""
        with self.open() as stream:
            content = stream.read(MOST_AT_ONCE + 1)
        if len(content) > MOST_AT_ONCE:
            raise RecordsError(
                say("{file} is too large to be read at once. Save it as CSV, or in several files.", file=self.name)
            )
        return content


class _Checked(io.RawIOBase):
    """A stream that ends where it gets too long, and says in plain words where it is damaged."""

    def __init__(self, stream: Any, packed: BinaryIO, name: str) -> None:
        self.stream, self.packed, self.name = stream, packed, name
        self.n_bytes = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes, no more than fit."""
        try:
            chunk = self.stream.read(len(buffer))
        except DAMAGE:
            raise damaged(self.name) from None
        self.n_bytes += len(chunk)
        if self.n_bytes > MOST_UNPACKED:
            raise RecordsError(say(_TOO_MUCH, file=self.name))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Close the file too."""
        for stream in (self.stream, self.packed):
            stream.close()
        super().close()


class Reader(io.BufferedReader):
    """The unpacked bytes of a file, read block by block."""

    def __init__(self, stream: _Checked) -> None:
        super().__init__(stream, BLOCK)
        self._checked = stream

    @property
    def position(self) -> int:
        """How far the file has been read, packed as it is."""
        return self._checked.packed.tell()


@dataclass(eq=False)
class Origin:
    """One thing that a caller hands over: a file, or the files of a folder or an archive, and what was left out."""

    name: str
    files: list[File]
    several: bool = False
    notes: list[str] = field(default_factory=list)


def find_files(source: Source | Sequence[Source]) -> Iterator[Origin]:
    """Yield what the caller hands over; each file has a name of its own, or ``data`` where bytes came without one."""
    sources = list(source) if isinstance(source, (list, tuple)) else [source]
    if not sources:
        raise RecordsError(say("The list of files is empty: give at least one file of ratings."))
    taken: dict[str, int] = {}
    for each in sources:
        origin = _find(each)
        origin.files = [_named_apart(file, taken) for file in origin.files]
        yield origin


def _named_apart(file: File, taken: dict[str, int]) -> File:
    name = printable(file.name)
    taken[name] = taken.get(name, 0) + 1
    return File(name if taken[name] == 1 else f"{name} ({taken[name]})", file.opened, file.size)


def _find(source: object) -> Origin:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _of_file(_held("data", bytes(source)))
    if isinstance(source, (str, os.PathLike)):
        return _of_path(Path(source))
    if not callable(getattr(source, "read", None)):
        raise RecordsError(
            say("A {kind} cannot be read: give a path, an open binary file, or bytes.", kind=type(source).__name__)
        )
    name = getattr(source, "name", None)
    name = os.path.basename(name) if isinstance(name, str) and name else "data"  # noqa: PTH119
    return _of_file(_held(name, _read_all(source, name)))


def _read_all(source: Any, name: str) -> bytes:
    try:
        content = source.read()
    except (OSError, ValueError, UnicodeError):
        raise RecordsError(
            say("{name} cannot be read. Open it again, in binary mode (open(path, 'rb')).", name=name)
        ) from None
    if not isinstance(content, bytes):
        raise RecordsError(say("{name} was opened as text: open it in binary mode (open(path, 'rb')).", name=name))
    return content


def _held(name: str, content: bytes) -> File:
    return File(name, lambda: io.BytesIO(content), len(content))


def _of_path(path: Path) -> Origin:
    name = path.name or str(path)
    try:
        if path.is_dir():
            return _of_folder(path, name)
        with path.open("rb") as stream:
            if not path.is_file():  # a pipe can be read once only
                return _of_file(_held(name, stream.read(MOST_AT_ONCE)))
            size = os.fstat(stream.fileno()).st_size
    except FileNotFoundError:
        raise RecordsError(say("{name}: there is no such file. Check the path.", name=name)) from None
    except (OSError, ValueError) as error:
        raise RecordsError(say("{name} cannot be opened: {why}.", name=name, why=_why(error))) from None
    return _of_file(File(name, lambda: path.open("rb"), size))


def _why(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else say("the path is not valid")


def _of_file(file: File) -> Origin:
    archive = _open_zip(file)
    return _of_zip(file, archive) if archive else Origin(file.name, [file])


def _of_folder(path: Path, name: str) -> Origin:
    origin = Origin(name, [], several=True)
    n_hidden = 0
    for folder, folders, names in os.walk(path):
        n_hidden += sum(map(_is_hidden, (*folders, *names)))
        folders[:] = sorted(each for each in folders if not _is_hidden(each))
        for each in sorted(each for each in names if not _is_hidden(each)):
            here = Path(folder, each)
            try:
                part = (
                    _of_path(here)
                    if here.is_file()
                    else Origin(each, [], notes=[say("Left aside: {each} is no file.", each=each)])
                )
            except RecordsError as error:
                part = Origin(each, [], notes=[say("Left aside: {error}", error=error)])
            within = here.parent.relative_to(path).as_posix()
            prefix = "" if within == "." else f"{within}/"
            origin.files += [File(prefix + file.name, file.opened, file.size) for file in part.files]
            origin.notes += part.notes
            if len(origin.files) > MOST_FILES:
                raise RecordsError(
                    say(
                        "{name} holds more than {most} files. Give the folder with the exports only.",
                        name=name,
                        most=say_number(MOST_FILES),
                    )
                )
    _note_hidden(origin, n_hidden)
    if not origin.files:
        raise RecordsError(
            " ".join([say("{name} is a folder without any file that can be read.", name=name), *origin.notes[:1]])
        )
    return origin


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$", "__MACOSX")) or name.casefold() in _LEFT_BY_SYSTEMS


def _note_hidden(origin: Origin, n_hidden: int) -> None:
    if n_hidden:
        origin.notes.append(
            say("{file}: {n} hidden or system file(s) were left aside.", file=origin.name, n=say_number(n_hidden))
        )


def _open_zip(file: File) -> zipfile.ZipFile | None:
    """Return the archive where the file is one of files, ``None`` where it is a document or no archive."""
    try:
        with file.opened() as stream:
            if stream.read(4) not in (ZIP, _EMPTY_ZIP):
                return None
        archive = zipfile.ZipFile(file.opened())
        names = set(archive.namelist())
    except DAMAGE:
        return None  # a workbook, for all one can tell: it is refused as that
    return None if names & _OF_DOCUMENTS else archive


def _of_zip(file: File, archive: zipfile.ZipFile) -> Origin:
    origin = Origin(file.name, [], several=True)
    members = [member for member in archive.infolist() if not member.filename.endswith("/")]
    shown = [member for member in members if not any(map(_is_hidden, member.filename.split("/")))]
    if len(members) > MOST_FILES or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise RecordsError(say(_TOO_MUCH, file=file.name))
    if shown and all(member.flag_bits & 1 for member in shown):
        raise RecordsError(
            say("{file} is protected by a password. Unpack it, and read the files in it.", file=file.name)
        )
    for member in sorted(shown, key=lambda member: member.filename):
        name = printable(member.filename)
        if member.flag_bits & 1:
            said = say("Left aside: {file} in {archive} is protected by a password.", file=name, archive=file.name)
            origin.notes.append(said)
            continue
        origin.files.append(File(name, _opener(archive, member), member.file_size))
    _note_hidden(origin, len(members) - len(shown))
    if not origin.files:
        raise RecordsError(say("{file} is a zip archive without any file that can be read.", file=file.name))
    return origin


def _opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast("BinaryIO", archive.open(member))
