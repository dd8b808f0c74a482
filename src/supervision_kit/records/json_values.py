"""JSON → values: one, an array, or one after the other (NDJSON, also over several lines each)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from supervision_kit.errors import RecordsError
from supervision_kit.records.encodings import LOOKED_AT, possible_encodings
from supervision_kit.words import say, say_number

_GAP = re.compile(r"[\s\x1e,]*")  # also the mark before each record of a JSON text sequence


class Number(str):
    """A number as it is written, of whatever size and precision."""

    __slots__ = ()


class _TwiceError(ValueError):
    """A key stands twice in one object."""


def read_json(content: bytes, *, source: str) -> Iterator[Any]:
    """Yield the values of a JSON text; numbers stay as they are written.

    Raises
    ------
    RecordsError
        It is no JSON, or nested too deep, or a key stands twice in an object: with the line and the column.
    """
    text = _decoded(content, source)
    decoder = json.JSONDecoder(
        object_pairs_hook=_once, parse_float=Number, parse_int=Number, parse_constant=Number, strict=False
    )
    at = _end_of_gap(text, 0)
    while at < len(text):
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise RecordsError(
                say(
                    "{file}: the JSON is broken in line {line}, column {column}. Export it again.",
                    file=source,
                    line=say_number(error.lineno),
                    column=say_number(error.colno),
                )
            ) from None
        except _TwiceError:
            raise RecordsError(
                say("{file}: {place} holds a key twice. Export it again.", file=source, place=_place(text, at))
            ) from None
        except RecursionError:
            raise RecordsError(
                say("{file}: {place} is nested deeper than any form.", file=source, place=_place(text, at))
            ) from None
        yield value
        at = _end_of_gap(text, end)


def _end_of_gap(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return gap.end() if gap else at


def _place(text: str, at: int) -> str:
    return say("the JSON object that begins in line {line}", line=say_number(text.count(chr(10), 0, at) + 1))


def _decoded(content: bytes, source: str) -> str:
    for encoding in possible_encodings(content[:LOOKED_AT]):
        try:
            return content.decode(encoding).rstrip("\x00\x1a")
        except UnicodeDecodeError:
            continue
    raise RecordsError(say("{file} looks like JSON, but is no text. Export it again.", file=source))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError
    return found


def as_dict(value: object) -> dict[str, Any]:
    """Return the value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_dicts(value: object) -> list[dict[str, Any]]:
    """Return the objects of an array."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return the value where it is a text or a number, else nothing."""
    return value if isinstance(value, str) else ""
