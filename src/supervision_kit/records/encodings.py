"""Bytes → which encoding they are text in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

LOOKED_AT = 500_000  # bytes
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00\x02-\x08\x0e-\x19\x1b]")
_MOSTLY = 0.7  # of the characters are of the Latin alphabet, digits and signs, in any table of ratings


def possible_encodings(start: bytes) -> Iterator[str]:
    """Yield the encodings that the beginning of a file can be text in, the likeliest first.

    UTF-8 and UTF-16 with or without a mark at the beginning, and Windows' western encoding, of which Latin-1 is a part.
    """
    start = start.rstrip(b"\x00\x1a")
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)
    for encoding in (marked,) if marked else (*_without_mark(start), "utf-8", "cp1252"):
        text = decoded(start, encoding)
        if text is not None and not _CONTROL.search(text.rstrip("\x00\x1a\r\n ")):
            yield encoding


def decoded(start: bytes, encoding: str) -> str | None:
    """Return the text of the beginning of a file, which may end within a character; ``None`` where it is none."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(start, final=False)
    except UnicodeDecodeError:
        return None


def _without_mark(start: bytes) -> Iterator[str]:
    """Yield UTF-16 where every other byte is 0, as in Latin letters and digits."""
    pairs = len(start) // 2
    for encoding, letter in (("utf-16-le", 0), ("utf-16-be", 1)):
        if start[1 - letter : 2 * pairs : 2].count(0) > _MOSTLY * pairs and start[letter]:
            yield encoding
