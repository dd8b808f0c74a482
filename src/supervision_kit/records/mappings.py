"""What the columns of a clinic's export mean, kept for the next export with the same headings."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from supervision_kit.errors import RecordsError, SupervisionKitError
from supervision_kit.records.cells import Sheet, printable
from supervision_kit.records.columns import SheetColumns
from supervision_kit.records.folding import heading_key
from supervision_kit.records.header import find_header, first_rows
from supervision_kit.records.targets import Said
from supervision_kit.records.wording import column_name, quote
from supervision_kit.words import say

_KIND = "supervision_kit column mapping"
_VERSION = 1
_PARTS = ("headings", "columns", "instrument", "rater", "day_first")


@dataclass(frozen=True)
class ColumnMapping:
    """What the columns of a table with these headings mean.

    It holds for every table with the same headings, in any order: headings are compared without case, accents and
    punctuation, and each has to be there as often as here.

    Attributes
    ----------
    headings
        All headings of the table.
    columns
        Their heading → ours, as ``columns=`` of :func:`read_ratings` takes it.
    instrument, rater, day_first
        As for :func:`read_ratings`; ``None`` where it is not said.

    Raises
    ------
    RecordsError
        A column is named that is not among the headings, or something is said that is nothing.
    """

    headings: tuple[str, ...]
    columns: Mapping[str, str]
    instrument: str | None = None
    rater: str | None = None
    day_first: bool | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "headings", tuple(heading for heading in self.headings if heading))
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))
        there = set(_count(self.headings)) | {heading_key(column_name(at)) for at in range(len(self.headings) * 2)}
        if missing := [name for name in self.columns if heading_key(name) not in there]:
            raise RecordsError(
                say("A column mapping says what {names} is, and has no such heading.", names=quote(missing))
            )
        if not self.headings:
            raise RecordsError(say("A column mapping without headings fits no table. Give the headings of the table."))
        _ = self.said

    @classmethod
    def of(
        cls,
        sheet: SheetColumns,
        *,
        columns: Mapping[str, str] | None = None,
        instrument: str | None = None,
        rater: str | None = None,
        day_first: bool | None = None,
    ) -> ColumnMapping:
        """Return the mapping for a sheet that :func:`list_columns` has listed, with `columns` in place of what it says.

        An empty text in `columns` leaves a column to its heading.
        """
        changed = {heading_key(theirs): ours for theirs, ours in (columns or {}).items()}
        read_as = {column.heading: column.read_as for column in reversed(sheet.columns)}
        settled = {heading: changed.get(heading_key(heading), ours) for heading, ours in read_as.items()}
        settled = {heading: ours for heading, ours in settled.items() if ours}
        return cls(sheet.headings, settled, instrument, rater, day_first)

    @property
    def said(self) -> Said:
        """What the mapping says, ready for reading."""
        return Said.by(columns=self.columns, instrument=self.instrument, rater=self.rater, day_first=self.day_first)

    def fits(self, sheet: Sheet) -> bool:
        """Return whether the sheet has these headings."""
        wanted = _count(self.headings)
        if any(_count(sheet.row(row)) == wanted for row in first_rows(sheet)):
            return True
        try:
            return _count(find_header(sheet, self.said.targets).headings) == wanted
        except RecordsError:
            return False

    def to_mapping(self) -> dict[str, Any]:
        """Return the mapping as plain lists, dictionaries and texts."""
        return {
            "kind": _KIND,
            "version": _VERSION,
            "headings": list(self.headings),
            "columns": dict(self.columns),
            "instrument": self.instrument,
            "rater": self.rater,
            "day_first": self.day_first,
        }

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> ColumnMapping:
        """Return the mapping that :meth:`to_mapping` gave.

        Raises
        ------
        RecordsError
            It is none, or of a later version.
        """
        if not isinstance(raw, Mapping) or raw.get("kind") != _KIND:
            raise RecordsError(say("This is no saved column mapping. Save one with `ColumnMapping.save`."))
        if raw.get("version") != _VERSION:
            raise RecordsError(
                say("This column mapping is of a later supervision_kit. Update the kit, or save it anew.")
            )
        headings, columns, *rest = (raw.get(part) for part in _PARTS)
        instrument, rater, day_first = rest
        if not (_are_texts(headings) and isinstance(columns, Mapping) and _are_texts([*columns, *columns.values()])):
            raise RecordsError(say("A column mapping has a list of headings, and columns as “their heading”: “ours”."))
        if not isinstance(day_first, bool | None):
            raise RecordsError(say("day_first of a column mapping is true, false or null."))
        return cls(tuple(headings or ()), columns, instrument, rater, day_first)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the mapping as JSON. It holds headings, never cells.

        Raises
        ------
        RecordsError
            The file cannot be written.
        """
        text = json.dumps(self.to_mapping(), ensure_ascii=False, indent=1) + "\n"
        try:
            Path(path).write_text(text, encoding="utf-8")
        except OSError as error:
            name = printable(Path(path).name)
            raise RecordsError(
                say("{name} cannot be written: {why}.", name=name, why=error.strerror or say("no reason was given"))
            ) from None

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> ColumnMapping:
        """Read a mapping that was saved.

        Raises
        ------
        RecordsError
            The file cannot be read, or holds no mapping.
        """
        name = printable(Path(path).name)
        try:
            raw = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise RecordsError(
                say("{name} cannot be opened: {why}.", name=name, why=error.strerror or say("no reason was given"))
            ) from None
        except (ValueError, RecursionError):
            raise RecordsError(
                say("{name} is no saved column mapping. Save one with `ColumnMapping.save`.", name=name)
            ) from None
        try:
            return cls.from_mapping(raw)
        except SupervisionKitError as error:
            raise RecordsError(f"{name}: {error}") from None


def check_mappings(mappings: Iterable[ColumnMapping]) -> tuple[ColumnMapping, ...]:
    """Return the mappings.

    Raises
    ------
    RecordsError
        One of them is something else.
    """
    kept = (mappings,) if isinstance(mappings, ColumnMapping) else tuple(mappings)
    if wrong := next((each for each in kept if not isinstance(each, ColumnMapping)), None):
        raise RecordsError(
            say("mappings= holds a {kind}: give ColumnMapping, as ColumnMapping.load does.", kind=type(wrong).__name__)
        )
    return kept


def settle_said(sheet: Sheet, said: Said, mappings: Iterable[ColumnMapping]) -> tuple[Said, str]:
    """Return what is said of a sheet, by the caller and the first mapping that fits, and a note where one does."""
    mapping = next((each for each in mappings if each.fits(sheet)), None)
    if mapping is None:
        return said, ""
    return said.before(mapping.said), say(
        "Read with a saved column mapping: the headings are the ones it was saved for."
    )


def _count(headings: Iterable[str]) -> Counter[str]:
    return Counter(heading_key(heading) for heading in headings if heading)


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
