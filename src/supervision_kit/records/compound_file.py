"""The container of an .xls file: its streams, told apart by name."""

from __future__ import annotations

import struct
from collections.abc import Iterator

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER, _ENTRY = 512, 128
_LAST = 0xFFFFFFFA  # larger numbers of sectors mean something else: the end, a free sector
_STREAM, _ROOT = 2, 5


class StrangeContainerError(ValueError):
    """The container is damaged."""


class CompoundFile:
    """The streams of a compound file, as [MS-CFB] describes it."""

    def __init__(self, content: bytes) -> None:
        if len(content) < _HEADER or not content.startswith(MAGIC):
            raise StrangeContainerError("no header")
        self._content = content
        self._sector, self._mini_sector = (1 << shift for shift in struct.unpack_from("<2H", content, 30))
        n_tables, directory, _, cutoff, mini, _, more, _ = struct.unpack_from("<8I", content, 44)
        if self._sector not in (512, 4096) or self._mini_sector != 64:  # noqa: PLR2004 - the only sizes there are
            raise StrangeContainerError("sizes")
        if n_tables > len(content) // self._sector:
            raise StrangeContainerError("more tables than sectors")
        self._cutoff = cutoff
        self._next = self._numbers(b"".join(self._at(sector) for sector in self._tables(n_tables, more)))
        self._mini_next = self._numbers(self._chain(mini))
        self._entries = {name: (start, size, kind) for name, start, size, kind in self._read_directory(directory)}
        root = next((entry for entry in self._entries.values() if entry[2] == _ROOT), None)
        self._small = self._chain(root[0]) if root else b""

    def stream(self, name: str) -> bytes | None:
        """Return a stream of this name, ``None`` where there is none."""
        start, size, kind = self._entries.get(name, (0, 0, 0))
        if kind != _STREAM:
            return None
        return (self._chain(start) if size >= self._cutoff else self._small_chain(start))[:size]

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def _tables(self, n_tables: int, more: int) -> Iterator[int]:
        """Yield the sectors that say which sector follows which."""
        found = list(struct.unpack_from("<109I", self._content, 76))
        per_sector = self._sector // 4 - 1
        while more < _LAST and len(found) <= n_tables:
            *sectors, more = self._numbers(self._at(more))
            found += sectors[:per_sector]
        return (sector for sector in found[:n_tables] if sector < _LAST)

    def _read_directory(self, start: int) -> Iterator[tuple[str, int, int, int]]:
        directory = self._chain(start)
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            length = struct.unpack_from("<H", directory, at + 64)[0]
            name = directory[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", errors="replace")
            first, size = struct.unpack_from("<2I", directory, at + 116)
            yield name, first, size, directory[at + 66]

    def _at(self, sector: int) -> bytes:
        start = (sector + 1) * self._sector
        return self._content[start : start + self._sector].ljust(self._sector, b"\0")

    @staticmethod
    def _numbers(content: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(content) // 4}I", content)

    def _chain(self, sector: int) -> bytes:
        most = len(self._content) // self._sector
        return b"".join(self._at(each) for each in self._follow(sector, self._next, most))

    def _small_chain(self, sector: int) -> bytes:
        size = self._mini_sector
        most = len(self._small) // size
        return b"".join(self._small[at * size : (at + 1) * size] for at in self._follow(sector, self._mini_next, most))

    @staticmethod
    def _follow(sector: int, following: tuple[int, ...], most: int) -> Iterator[int]:
        n_read = 0
        while sector < _LAST:
            if sector >= len(following) or n_read > most:
                raise StrangeContainerError("a chain of sectors")
            yield sector
            sector = following[sector]
            n_read += 1
