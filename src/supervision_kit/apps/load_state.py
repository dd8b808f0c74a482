"""The state behind the page that loads files: files and choices in, what was read out; runs without a browser."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from traitlets import Dict, Float, HasTraits, Instance, Tuple, Unicode

from supervision_kit.apps.file_drop import FOLDER, LIMIT, DroppedFile
from supervision_kit.apps.file_readings import Reading, list_readings
from supervision_kit.errors import RecordsError
from supervision_kit.records import ColumnMapping, Progress, Ratings, SheetColumns, list_columns, read_ratings
from supervision_kit.records.assembling import SheetSummary
from supervision_kit.words import say, say_n, say_number

BETWEEN_WORDS = 0.1  # seconds between two words on how far a reading is
PROMPT = 5_000_000  # bytes; the columns of a larger file are not looked at anew, which takes as long as reading


@dataclass(frozen=True)
class SheetChoices:
    """What the viewer said of sheets with the same headings."""

    columns: dict[str, str] = field(default_factory=dict)
    instrument: str | None = None
    rater: str | None = None
    day_first: bool | None = None

    def mapping(self, headings: tuple[str, ...]) -> ColumnMapping:
        """Return the choices as a mapping that can be kept."""
        return ColumnMapping(headings, self.columns, self.instrument, self.rater, self.day_first)


class LoadState(HasTraits):
    """The files on the page, what was said of their columns, and what was read.

    Attributes
    ----------
    files
        The :class:`DroppedFile` on the page; of two with one name the later.
    choices
        Headings → :class:`SheetChoices`.
    saved
        Mappings kept from earlier, tried where nothing is said here.
    reading
        The latest :class:`Reading`.
    stage, progress
        What is being done, in words, and the part of it that is done; less than 0 where it is not known.
    """

    files = Tuple()
    choices: Dict[tuple[str, ...], SheetChoices] = Dict()
    saved = Tuple()
    reading = Instance(Reading, args=())
    stage = Unicode("")
    progress = Float(-1.0)
    _told = 0.0

    @property
    def room(self) -> int:
        """How many bytes may still be dropped."""
        return max(0, LIMIT - sum(len(file.content) for file in self.files))

    @property
    def mappings(self) -> tuple[ColumnMapping, ...]:
        """What is said of columns: here first, then in what was kept."""
        return (*self.said_here, *self.saved)

    @property
    def said_here(self) -> tuple[ColumnMapping, ...]:
        """What was said of columns on this page."""
        return tuple(said.mapping(headings) for headings, said in self.choices.items())

    def add(self, files: Iterable[DroppedFile]) -> tuple[str, ...]:
        """Put files on the page, read all of them, and return the names of those that took another's place."""
        new = {file.name: file for file in files}
        replaced = tuple(file.name for file in self.files if file.name in new)
        self.files = (*(file for file in self.files if file.name not in new), *new.values())
        self.read()
        return replaced

    def take_away(self, name: str) -> None:
        """Take a file off the page and read the others anew."""
        self.files = tuple(file for file in self.files if file.name != name)
        self.read()

    def read(self) -> None:
        """Read all files together; what cannot be read is told apart from the others, which are read without it."""
        self.stage = say("Reading …") if self.files else ""
        try:
            self.reading = self._read_all()
        finally:
            self.stage, self.progress = "", -1.0

    def _read_all(self) -> Reading:
        files = list(self.files)
        ratings, refused = None, dict[str, str]()
        try:
            ratings = self._read(files) if files else None
        except RecordsError as error:
            refused = {files[0].name: str(error)} if len(files) == 1 else self._refusals(files)
            if not refused:  # each by itself can be read: what is wrong lies between them
                raise
            rest = [file for file in files if file.name not in refused]
            ratings = self._read(rest) if rest else None
        return Reading(ratings, tuple(list_readings(self.files, ratings, refused)))

    def _refusals(self, files: list[DroppedFile]) -> dict[str, str]:
        refused = {}
        for file in files:
            try:
                self._read([file])
            except RecordsError as error:
                refused[file.name] = str(error)
        return refused

    def _read(self, files: list[DroppedFile]) -> Ratings:
        return read_ratings([file.open() for file in files], mappings=self.mappings, progress=self._tell)

    def _tell(self, progress: Progress) -> None:
        now = monotonic()
        if progress.stage == self.stage and now - self._told < BETWEEN_WORDS:
            return
        self.stage, self._told = progress.stage, now
        self.progress = min(progress.done / progress.total, 1.0) if progress.total else -1.0

    # -- columns -------------------------------------------------------------------------------------------------------

    def list_sheets(self, name: str) -> tuple[SheetColumns, ...]:
        """Return the columns of each sheet of a file, with what is said of them; none where it is no table at all.

        Of a large file that was read, these are the sheets that hold ratings.
        """
        file = next(file for file in self.files if file.name == name)
        read = [sheet.columns for each in self.reading.files if each.name == name for sheet in each.sheets]
        if read and len(file.content) > PROMPT:
            return tuple(read)
        try:
            return tuple(self._with_said(file, sheet) for sheet in list_columns(file.open()))
        except RecordsError:  # the file's reading says why
            return ()

    def _with_said(self, file: DroppedFile, sheet: SheetColumns) -> SheetColumns:
        said = self.said_of(sheet.headings)
        if said == SheetChoices():
            return sheet
        known = list_columns(file.open(), columns=said.columns, instrument=said.instrument, rater=said.rater)
        return next(each for each in known if each.source == sheet.source)

    def said_of(self, headings: tuple[str, ...]) -> SheetChoices:
        """Return what is said of sheets with these headings, here or in what was kept."""
        if headings in self.choices:
            return self.choices[headings]
        kept = next((mapping for mapping in self.saved if set(mapping.headings) == {*headings} - {""}), None)
        if kept is None:
            return SheetChoices()
        return SheetChoices(dict(kept.columns), kept.instrument, kept.rater, kept.day_first)

    def is_kept(self, headings: tuple[str, ...]) -> bool:
        """Return whether what is said of these headings comes from what was kept."""
        return headings not in self.choices and self.said_of(headings) != SheetChoices()

    def choose_column(self, headings: tuple[str, ...], heading: str, ours: str) -> None:
        """Say what a column is, and read anew; an empty text leaves it to its heading."""
        columns = {**self.said_of(headings).columns, heading: ours}
        self._choose(headings, columns={theirs: each for theirs, each in columns.items() if each})

    def choose(self, headings: tuple[str, ...], **said: Any) -> None:
        """Say the ``instrument``, the ``rater`` or whether dates are ``day_first``, and read anew."""
        self._choose(headings, **said)

    def _choose(self, headings: tuple[str, ...], **said: Any) -> None:
        before = self.choices
        self.choices = {**before, headings: replace(self.said_of(headings), **said)}
        try:
            self.read()
        except RecordsError:
            self.choices = before
            raise

    # -- results -------------------------------------------------------------------------------------------------------

    @property
    def answer(self) -> str:
        """The page's answer in a sentence."""
        ratings, n_refused = self.reading.ratings, sum(bool(file.refusal) for file in self.reading.files)
        if not self.files:
            return ""
        if ratings is None:
            if len(self.files) > 1:
                return say("Nothing could be read yet.")
            return say("This file could not be read yet.")
        told = {"ready": say_number(ratings.rows_kept), "all": say_number(ratings.rows_read)}
        if ratings.rows_set_aside:
            aside = say_number(ratings.rows_set_aside)
            said = say("{ready} of {all} rows are ready, {aside} set aside.", aside=aside, **told)
        else:
            said = say("{ready} of {all} rows are ready, none set aside.", **told)
        if not n_refused:
            return said
        return f"{said} {say_n('{n} file could not be read.', '{n} files could not be read.', n_refused)}"

    @property
    def two_way_dates(self) -> tuple[SheetSummary, ...]:
        """The sheets with dates that could be day first or month first."""
        ratings = self.reading.ratings
        if ratings is None:
            return ()
        asked = set(ratings.problems.loc[ratings.problems["rule"] == "date_ambiguous", "source"])
        return tuple(sheet for sheet in ratings.sheets if sheet.source in asked)

    @property
    def mappings_used(self) -> tuple[ColumnMapping, ...]:
        """What was said, here or earlier, of the sheets that were read."""
        sheets = self.reading.ratings.sheets if self.reading.ratings else ()
        said = {sheet.columns.headings: self.said_of(sheet.columns.headings) for sheet in sheets}
        return tuple(each.mapping(headings) for headings, each in said.items() if each != SheetChoices())

    def rows_set_aside(self) -> bytes:
        """Return the rows set aside as an Excel workbook."""
        if self.reading.ratings is None:
            raise RecordsError(say("Nothing was read, so no row was set aside."))
        book = io.BytesIO()
        self.reading.ratings.save_set_aside(book)
        return book.getvalue()

    @property
    def as_code(self) -> str:
        """The Python lines that repeat what the page shows."""
        names = [repr(file.name.split(FOLDER)[-1]) for file in self.files] or ["…"]
        source = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        lines = ["import supervision_kit as sk", ""]
        if self.mappings_used:
            lines += ["mappings = [", *(f"    sk.{_mapping_as_code(mapping)}," for mapping in self.mappings_used), "]"]
            return "\n".join([*lines, f"ratings = sk.read_ratings({source}, mappings=mappings)"])
        return "\n".join([*lines, f"ratings = sk.read_ratings({source})"])


def _mapping_as_code(mapping: ColumnMapping) -> str:
    more = [
        f"{name}={value!r}"
        for name in ("instrument", "rater", "day_first")
        if (value := getattr(mapping, name)) is not None
    ]
    return f"ColumnMapping({', '.join([repr(mapping.headings), repr(dict(mapping.columns)), *more])})"
