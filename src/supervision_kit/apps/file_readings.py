"""What became of the files on the page that loads them, each sheet in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from supervision_kit.apps.file_drop import DroppedFile
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.reasons import counted
from supervision_kit.records import Ratings
from supervision_kit.records.assembling import SheetSummary

_SAY_WHICH = ("say which is which: columns={“their name”: “ours”}.", "say below which column is which.")


@dataclass(frozen=True)
class FileReading:
    """What became of one file: its sheets, or the sentence with which it was refused."""

    name: str
    sheets: tuple[SheetSummary, ...] = ()
    refusal: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was recognised, a sentence for each sheet, or why nothing was."""
        if self.refusal:
            return (self.refusal.replace(*_SAY_WHICH),)
        lines = [(sheet.source.removeprefix(self.name).lstrip(", "), describe_sheet(sheet)) for sheet in self.sheets]
        return tuple(f"{name}: {sentence}" if name else sentence for name, sentence in lines)


@dataclass(frozen=True)
class Reading:
    """One run over all files."""

    ratings: Ratings | None = None
    files: tuple[FileReading, ...] = ()

    @property
    def problems(self) -> pd.DataFrame | None:
        """The problem table, or nothing where nothing was read."""
        return None if self.ratings is None else self.ratings.problems


def describe_sheet(sheet: SheetSummary) -> str:
    """Return in a sentence what a sheet was recognised as."""
    if not sheet.sessions:
        return f"no row that can be used, {sheet.rows_read:,} set aside"
    titles = " and ".join(INSTRUMENTS[key].short_title for key in sheet.instruments)
    first, last = sheet.sessions
    order = f" ({sheet.date_order})" if sheet.date_order else ""
    days = [f"{day.day} {day:%b %Y}" for day in sheet.dates] if sheet.dates else []
    return " · ".join(
        [
            f"{titles}, rated by {' and '.join(sheet.raters)}",
            counted(sheet.n_cases, "case"),
            counted(sheet.n_forms, "form"),
            f"session {first}" if first == last else f"sessions {first} to {last}",
            f"{' to '.join(dict.fromkeys(days))}{order}" if days else "no dates",
            f"{sheet.rows_kept:,} rows ready, {sheet.rows_read - sheet.rows_kept:,} set aside",
        ]
    )


def list_readings(files: Iterable[DroppedFile], ratings: Ratings | None, refused: dict[str, str]) -> list[FileReading]:
    """Return for each file its sheets: those whose source begins with its name, and with no longer one."""
    names = [file.name for file in files]
    of_file: dict[str, list[SheetSummary]] = {name: [] for name in names}
    for sheet in ratings.sheets if ratings else ():
        owners = [name for name in names if sheet.source.startswith(name) and name not in refused]
        if owners:
            of_file[max(owners, key=len)].append(sheet)
    return [FileReading(name, tuple(of_file[name]), refused.get(name, "")) for name in names]
