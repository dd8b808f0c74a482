"""Columns whose headings say nothing, looked at by their cells: whether these name raters, instruments, scales."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from supervision_kit.errors import RecordsError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Column, Rows
from supervision_kit.records.finding import Finding, Slot
from supervision_kit.records.folding import squeeze, words
from supervision_kit.records.headings import names_a_person
from supervision_kit.records.naming import instruments_in, rater_in, read_instrument, read_item, read_rater, read_scale
from supervision_kit.records.no_answer import unanswered
from supervision_kit.records.roles import ItemRole, ScoreRole
from supervision_kit.records.vocabulary import RATER_LETTERS
from supervision_kit.records.wording import column_name
from supervision_kit.tables import RATERS
from supervision_kit.words import later, say
from supervision_kit.words.raters import say_rater

MOST_WORDS = 50  # different cells of a column that could name raters, instruments or scales
NEARLY_ALL = 0.9  # of the filled cells
_OF_RATERS = frozenset(  # in a heading: it may well be the rater
    {"rater", "role", "rolle", "bewerter", "bewertung", "sicht", "perspektive", "perspective", "view", "version"}
    | {"source", "quelle", "reporter", "informant", "respondent", "form", "type", "typ", "user", "collateral"}
    | {"filling", "filled", "rated", "answered", "responder", "urteiler", "beurteilung", "ausgefullt", "ausgefuellt"}
)
_OF_INSTRUMENTS = frozenset(  # a heading of nothing else, as “form” and “test” are
    {"instrument", "instrumentname", "instrumentkey", "measure", "measurename", "questionnaire", "questionnairename"}
    | {"fragebogen", "inventory", "cuestionario", "questionario", "vragenlijst"}
)
_RELATIVES = frozenset(  # they rate too, and are neither client, therapist nor observer
    {"mother", "father", "parent", "parents", "caregiver", "carer", "guardian", "partner", "spouse", "teacher"}
    | {"mutter", "vater", "eltern", "elternteil", "bezugsperson", "lehrer", "lehrerin", "collateral", "relative"}
)


@dataclass(frozen=True)
class Cells:
    """The filled cells of a column beneath its heading: each distinct text with how often it stands there."""

    texts: tuple[str, ...]
    counts: tuple[int, ...]
    n_blank: int

    @property
    def few(self) -> bool:
        """Return whether they are few enough, and there are any, to be names of something."""
        return 0 < len(self.texts) <= MOST_WORDS

    def share(self, is_named: Callable[[str], bool]) -> float:
        """Return which part of the cells is named so."""
        named = sum(n for text, n in zip(self.texts, self.counts, strict=True) if is_named(text))
        return named / sum(self.counts)

    def are_all(self, is_named: Callable[[str], bool]) -> bool:
        """Return whether every row has such a cell."""
        return not self.n_blank and all(map(is_named, self.texts))


def take_leftovers(finding: Finding, instrument: str | None) -> None:
    """Take the columns that say, by their cells, the rater or the instrument of each row.

    Raises
    ------
    RecordsError
        It is likely, and not certain, that a column says who or what is rated: the message asks.
    """
    if finding.redcap is not None:  # says both in columns of its own
        return
    _take_rater(finding)
    _take_instrument(finding)
    _ask_for_scale(finding, instrument)


def rows_beneath(finding: Finding) -> Rows:
    """Return the filled rows beneath the headings."""
    filled = finding.sheet.filled.copy()
    filled[: finding.header.row + 1] = False
    return np.flatnonzero(filled)


def unused_columns(finding: Finding) -> list[int]:
    """Return the columns that nothing is known of, neither by their headings nor by what the caller says."""
    used = {*finding.fields.values(), *finding.session_dates.values(), *finding.explained}
    return [
        at
        for at, role in enumerate(finding.roles)
        if role is None and at not in used and not finding.is_said(at) and not names_a_person(finding.headings[at])
    ]


def cells_of(finding: Finding, at: int) -> Cells:
    """Return the filled cells of a column."""
    column = finding.sheet.filled_down(at, beneath=finding.header.row).take(rows_beneath(finding))
    none = unanswered(column.texts)
    counts = np.bincount(column.codes, minlength=len(column.texts))
    texts, n = column.texts[~none], counts[~none]
    return Cells(tuple(map(str, texts)), tuple(map(int, n)), int(counts[none].sum()))


def names_instruments(finding: Finding, at: int) -> bool:
    """Return whether the column names instruments, by its heading or in any of its cells, in few words."""
    cells = cells_of(finding, at)
    surely = squeeze(finding.headings[at]) in _OF_INSTRUMENTS
    return cells.few and (surely or any(len(instruments_in(text)) == 1 for text in cells.texts))


def _names_rater(text: str) -> bool:
    return squeeze(text) in _RELATIVES or (len(squeeze(text)) > 1 and _rater_of(text) is not None)


def _rater_of(text: str) -> str | None:
    return read_rater(text) or (rater_in(text) if read_instrument(text) is None else None)


def _is_letter(text: str) -> bool:
    return squeeze(text) in RATER_LETTERS


def _take_rater(finding: Finding) -> None:
    if "rater" in finding.fields:
        return
    instrument = finding.fields.get("instrument", -1)
    likely = [at for at in unused_columns(finding) if _says_raters(finding, at)]
    if instrument >= 0 and not finding.is_said(instrument) and _says_raters(finding, instrument):
        likely.append(instrument)
    rated = [role for role in finding.roles if isinstance(role, (ItemRole, ScoreRole))]
    if rated and all(role.rater for role in rated):
        for at in likely:
            finding.leave(at, say("the headings name the rater"))
            finding.fields = {name: where for name, where in finding.fields.items() if where != at}
        return
    if not likely:
        return
    if len(likely) > 1 or not _is_surely_rater(finding, likely[0]):
        raise _ask(finding, likely, "rater")
    if likely[0] == instrument:
        del finding.fields["instrument"]
    finding.fields["rater"] = likely[0]
    finding.notes.append(
        say(
            "“{heading}” is read as the rater: its cells name {raters}.",
            heading=_name(finding, likely[0]),
            raters=_raters_in(finding, likely[0]),
        )
    )


def _says_raters(finding: Finding, at: int) -> bool:
    cells = cells_of(finding, at)
    if not cells.few or not any(_rater_of(text) or _is_letter(text) for text in cells.texts):
        return False
    if all(map(_is_letter, cells.texts)):
        return len({read_rater(text) for text in cells.texts}) > 1 and _differs_within_forms(finding, at)
    if {_rater_of(text) for text in cells.texts} == {"client"}:
        return False  # as it is read anyway
    return cells.share(_names_rater) >= NEARLY_ALL


def _is_surely_rater(finding: Finding, at: int) -> bool:
    """Return whether every row names a rater in full, and the heading or the table shows that it is the row's."""
    spoken = set(words(finding.headings[at])) & _OF_RATERS
    is_form = at == finding.fields.get("instrument", -1)
    shown = bool(spoken) or is_form or _differs_within_forms(finding, at)
    return cells_of(finding, at).are_all(lambda text: _names_rater(text) and _reads(text)) and shown


def _reads(text: str) -> bool:
    """Return whether the rater column can be read so; a relative is set aside there with a message."""
    return squeeze(text) in _RELATIVES or read_rater(text) is not None


def _differs_within_forms(finding: Finding, at: int) -> bool:
    """Return whether rows of one case and session have different cells in this column."""
    if "case_id" not in finding.fields:
        return False
    when = next((finding.fields[name] for name in ("session", "date") if name in finding.fields), None)
    keys = [finding.fields["case_id"], *([when] if when is not None else [])]
    codes = codes_of(finding, [*keys, at]).drop_duplicates()
    return bool(codes.duplicated(list(range(len(keys)))).any())


def codes_of(finding: Finding, positions: list[int]) -> pd.DataFrame:
    """Return the columns as numbers, one for each distinct text."""
    rows = rows_beneath(finding)
    columns: list[Column] = [finding.sheet.filled_down(at, beneath=finding.header.row).take(rows) for at in positions]
    return pd.DataFrame({at: column.codes for at, column in enumerate(columns)})


def _raters_in(finding: Finding, at: int) -> str:
    found = {_rater_of(text) for text in cells_of(finding, at).texts}
    return say(" and ").join(say_rater(rater) for rater in RATERS if rater in found)


def _take_instrument(finding: Finding) -> None:
    if "instrument" in finding.fields:
        return
    likely = [at for at in unused_columns(finding) if _says_instruments(finding, at)]
    if not likely:
        return
    if len(likely) > 1 or not cells_of(finding, likely[0]).are_all(_names_instrument):
        raise _ask(finding, likely, "instrument")
    finding.fields["instrument"] = likely[0]
    finding.notes.append(
        say("“{heading}” is read as the instrument: its cells name some.", heading=_name(finding, likely[0]))
    )


def _names_instrument(text: str) -> bool:
    return read_instrument(text) is not None


def _says_instruments(finding: Finding, at: int) -> bool:
    cells = cells_of(finding, at)
    return cells.few and cells.share(_names_instrument) >= NEARLY_ALL


def _ask_for_scale(finding: Finding, instrument: str | None) -> None:
    """Refuse a column that names scales of the one instrument, beside totals or scores that are of it."""
    rated = [role for role in finding.roles if isinstance(role, (ItemRole, ScoreRole))]
    named = {role.instrument for role in rated if role.instrument} | ({instrument} if instrument else set())
    only_totals = all(isinstance(role, ScoreRole) and role.scale == "total" for role in rated)
    if "scale" in finding.fields or len(named) != 1 or not only_totals:
        return
    scales = set(INSTRUMENTS[named.pop() or ""].scales)
    likely = []
    for at in unused_columns(finding):
        cells = cells_of(finding, at)
        known = cells.few and cells.share(lambda text: read_scale(text) in scales) >= NEARLY_ALL
        if known and {read_scale(text) for text in cells.texts} != {"total"}:
            likely.append(at)
    if likely:
        raise _ask(finding, likely, "scale")


def part_of_rows(finding: Finding, slots: Sequence[Slot]) -> str | None:
    """Return ``item`` or ``scale`` where such a column says what the one column of ratings, a total by name, holds.

    Raises
    ------
    RecordsError
        There are several columns of ratings, so that the rows' items or scales would be read as totals.
    """
    part = next((name for name in ("item", "scale") if name in finding.fields and _says_parts(finding, name)), None)
    if part is None or not all(slot.scale == "total" for slot in slots):
        return None
    if len(slots) == 1 and slots[0].session is None and slots[0].statistic is None and slots[0].rater is None:
        return part
    name = _name(finding, finding.fields[part])
    raise RecordsError(
        say(
            "{file}: “{name}” says which {part} each row is of, and the rows hold several columns of "
            "ratings. Write a row for each rating, with a column for its {what}, its session and its rater; "
            "or, if the ratings are totals, pass columns={{“{name}”: “ignore”}}.",
            file=finding.sheet.source,
            name=name,
            part=say("item") if part == "item" else say("scale"),
            what=say("number") if part == "item" else say("scale"),
        )
    )


def _says_parts(finding: Finding, field: str) -> bool:
    cells = cells_of(finding, finding.fields[field])
    if field == "item":
        return bool(cells.texts) and cells.share(lambda text: read_item(text) is not None) >= NEARLY_ALL
    named = {read_scale(text) for text in cells.texts}
    return cells.few and cells.share(lambda text: read_scale(text) is not None) >= NEARLY_ALL and named != {"total"}


_PLURALS = {"rater": later("raters"), "instrument": later("instruments"), "scale": later("scales")}


def _ask(finding: Finding, likely: list[int], field: str) -> RecordsError:
    names = [_name(finding, at) for at in likely]
    shown = say(" and ").join(f"“{name}”" for name in names)
    holds = say("holds") if len(names) == 1 else say("hold")
    return RecordsError(
        say(
            "{file}: {shown} {holds} names of {plural}, and the heading does not say that it is the {field} "
            "of each row. Say whether it is: columns={{“{name}”: “{field}”}} or columns={{“{name}”: "
            "“ignore”}}.",
            file=finding.sheet.source,
            shown=shown,
            holds=holds,
            plural=say(_PLURALS[field]),
            field=field,
            name=names[0],
        )
    )


def _name(finding: Finding, at: int) -> str:
    return finding.headings[at] or column_name(at)
