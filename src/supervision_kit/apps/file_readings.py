"""What became of the files on the page that loads them, each sheet in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from supervision_kit.apps.file_drop import DroppedFile
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records import Ratings
from supervision_kit.records.assembling import SheetSummary
from supervision_kit.words import say, say_day, say_list, say_n, say_number
from supervision_kit.words.raters import say_rater

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
        return say("no row that can be used, {n} set aside", n=say_number(sheet.rows_read))
    first, last = sheet.sessions
    return " · ".join(
        [
            say(
                "{questionnaires}, rated by {raters}",
                questionnaires=say_list([INSTRUMENTS[key].short_title for key in sheet.instruments]),
                raters=say_list([say_rater(rater) for rater in sheet.raters]),
            ),
            say_n("{n} case", "{n} cases", sheet.n_cases),
            say_n("{n} form", "{n} forms", sheet.n_forms),
            say("session {session}", session=first)
            if first == last
            else say("sessions {first} to {last}", first=first, last=last),
            _days(sheet) if sheet.dates else say("no dates"),
            say(
                "{ready} rows ready, {aside} set aside",
                ready=say_number(sheet.rows_kept),
                aside=say_number(sheet.rows_read - sheet.rows_kept),
            ),
        ]
    )


def _days(sheet: SheetSummary) -> str:
    first, *others = dict.fromkeys(say_day(day) for day in sheet.dates or ())
    said = say("{first} to {last}", first=first, last=others[0]) if others else first
    return f"{said} ({say(sheet.date_order)})" if sheet.date_order else said


def list_readings(files: Iterable[DroppedFile], ratings: Ratings | None, refused: dict[str, str]) -> list[FileReading]:
    """Return for each file its sheets: those whose source begins with its name, and with no longer one."""
    names = [file.name for file in files]
    of_file: dict[str, list[SheetSummary]] = {name: [] for name in names}
    for sheet in ratings.sheets if ratings else ():
        owners = [name for name in names if sheet.source.startswith(name) and name not in refused]
        if owners:
            of_file[max(owners, key=len)].append(sheet)
    return [FileReading(name, tuple(of_file[name]), refused.get(name, "")) for name in names]
