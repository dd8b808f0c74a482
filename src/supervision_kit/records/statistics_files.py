"""Files of SPSS (.sav, .zsav, .por) and Stata (.dta) → cells; labels are read where a number is the code of a word."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Sheet, cell_text, widened
from supervision_kit.records.files import File
from supervision_kit.records.folding import squeeze
from supervision_kit.records.growing import GrowingColumn
from supervision_kit.records.header import is_known
from supervision_kit.records.progress import Progress, Report
from supervision_kit.records.roles import FieldRole, Role
from supervision_kit.records.two_rows import role_of
from supervision_kit.words import later, say, say_number

ROWS_AT_ONCE = 50_000
SPSS, SPSS_PORTABLE, STATA = "sav", "por", "dta"
_LABELLED = frozenset({"rater", "instrument", "scale"})  # fields in which a number is the code of a word
_EVENTS = frozenset({"redcapeventname", "eventname", "event"})
_OLD_STATA = frozenset({104, 105, 108, 110, 111, 113, 114, 115})  # the first byte of its older formats
_WHAT = {
    SPSS: later("an SPSS file"),
    SPSS_PORTABLE: later("a portable SPSS file"),
    STATA: later("a Stata file"),
}


def statistics_kind(head: bytes) -> str:
    """Return which of the formats the beginning of a file is of, or nothing."""
    if head.startswith((b"$FL2", b"$FL3")):
        return SPSS
    if b"SPSS PORT FILE" in head[:400] or b"SPSSPORT" in head[:600]:
        return SPSS_PORTABLE
    old = len(head) > 2 and head[0] in _OLD_STATA and head[1] in (1, 2) and head[2] == 1  # noqa: PLR2004
    return STATA if old or head.startswith(b"<stata_dta>") else ""


def read_statistics(
    file: File, kind: str, *, stem: str, targets: Mapping[str, Role | None], report: Report
) -> tuple[Sheet, list[str]]:
    """Return the cases of a file as a sheet, each numbered as in the program, and notes.

    Numbers stay numbers; only for who rates, with what instrument and which scale the label of the number is read.
    A variable whose name is not known is called by its label, where that is. What the file itself calls missing is
    blank.

    Raises
    ------
    RecordsError
        pyreadstat is not installed, or the file is damaged.
    """
    read = _reader(file.name, kind)
    content = file.content()
    parts = _parts(read, content, file, kind)
    _, about = first = next(parts)
    names = [
        next((each for each in (name, label) if each and is_known(each, targets)), name or "")
        for name, label in zip(about.column_names, about.column_labels, strict=True)
    ]
    variables = [
        _Variable(name, about, _is_coded(heading, targets))
        for name, heading in zip(about.column_names, names, strict=True)
    ]
    columns = [GrowingColumn() for _ in names]
    for column, name in zip(columns, names, strict=True):
        column.add([name])
    n_rows = 0
    for cells, about_part in (first, *parts):
        for column, variable in zip(columns, variables, strict=True):
            variable.learn_letters(about_part)
            column.add(variable.texts(cells[variable.name]))
        n_rows += len(next(iter(cells.values()), ()))
        report(Progress(n_rows, about.number_rows, f"Reading {file.name}"))
    if not n_rows:
        raise RecordsError(
            say("{file} is {what} without any case. Export the ratings again.", file=file.name, what=say(_WHAT[kind]))
        )
    sheet = Sheet(
        file.name,
        tuple(column.finished() for column in columns),
        stem,
        numbers=np.arange(n_rows + 1),
        has_own_headings=True,
    )
    return sheet, _notes(variables, names)


def _notes(variables: Sequence[_Variable], names: Sequence[str]) -> list[str]:
    notes = [
        say(
            "“{name}”: {n} value(s) that the file calls missing were read as blank.",
            name=name,
            n=say_number(variable.n_missing),
        )
        for name, variable in zip(names, variables, strict=True)
        if variable.n_missing
    ]
    labelled = [name for name, variable in zip(names, variables, strict=True) if variable.labels]
    return notes + [say("“{name}”: read by the labels of its values.", name=name) for name in labelled]


def _is_coded(heading: str, targets: Mapping[str, Role | None]) -> bool:
    role = role_of(heading, targets)
    return squeeze(heading) in _EVENTS or (isinstance(role, FieldRole) and role.field in _LABELLED)


def _reader(source: str, kind: str) -> Callable[..., tuple[Mapping[str, list[Any]], Any]]:
    try:
        import pyreadstat
    except ImportError:
        raise RecordsError(
            say(
                "{file} is {what}. To read it, install what that needs: {command}.",
                file=source,
                what=say(_WHAT[kind]),
                command="pip install 'supervision-kit[spss]'",
            )
        ) from None
    reader: Callable[..., tuple[Mapping[str, list[Any]], Any]] = getattr(pyreadstat, f"read_{kind}")
    return reader


def _parts(
    read: Callable[..., tuple[Mapping[str, list[Any]], Any]], content: bytes, file: File, kind: str
) -> Iterator[tuple[Mapping[str, list[Any]], Any]]:
    """Yield the values by variable, so many cases at a time, each with what is known of the variables."""
    from pyreadstat import PyreadstatError, ReadstatError

    wanted = {} if kind == SPSS_PORTABLE else {"user_missing": True}
    start = 0
    while True:
        try:
            cells, about = read(
                io.BytesIO(content), output_format="dict", row_offset=start, row_limit=ROWS_AT_ONCE, **wanted
            )
        except (
            ReadstatError,
            PyreadstatError,
            OverflowError,
            ValueError,
            TypeError,
            UnicodeError,
            MemoryError,
            OSError,
        ):
            raise RecordsError(
                say(
                    "{file} cannot be opened as {what}: it is damaged or of another kind. Save the table of ratings as "
                    "CSV or Excel (.xlsx) and read that.",
                    file=file.name,
                    what=say(_WHAT[kind]),
                )
            ) from None
        yield cells, about
        n_rows = len(next(iter(cells.values()), ()))
        start += n_rows
        if n_rows < ROWS_AT_ONCE:
            return


class _Variable:
    """Turns the values of one variable into texts, and counts those that the file calls missing."""

    def __init__(self, name: str, about: Any, coded: bool) -> None:  # noqa: FBT001
        self.name = name
        self.n_missing = 0
        self.labels: Mapping[Any, str] = about.variable_value_labels.get(name, {}) if coded else {}
        self.ranges = [(each["lo"], each["hi"]) for each in about.missing_ranges.get(name, [])]
        self.letters: set[Any] = set()
        self.is_short = about.readstat_variable_types.get(name) == "float"
        self.known: dict[Any, str | None] = {}

    def learn_letters(self, about: Any) -> None:
        """Take in Stata's letters for missing (.a to .z), of which each part of a file names those that stand in it."""
        self.letters |= set(about.missing_user_values.get(self.name, ()))

    def texts(self, values: Sequence[Any]) -> list[str]:
        texts = []
        for value in values:
            if value not in self.known:
                self.known[value] = None if self.is_missing(value) else self.text(value)
            text = self.known[value]
            self.n_missing += text is None
            texts.append(text or "")
        return texts

    def text(self, value: Any) -> str:
        label = self.labels.get(value)
        return (
            label if isinstance(label, str) and label.strip() else cell_text(widened(value) if self.is_short else value)
        )

    def is_missing(self, value: Any) -> bool:
        if value in self.letters:
            return True
        return any(type(value) is type(low) and low <= value <= high for low, high in self.ranges)
