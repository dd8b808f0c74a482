"""The columns of who and what: the case, the therapist, the session, the instrument and the rater of each row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from supervision_kit.errors import RecordsError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.body import Body, instrument_keys
from supervision_kit.records.cells import Column, Flags
from supervision_kit.records.contradictions import read_instrument_besides
from supervision_kit.records.naming import read_instrument, read_rater
from supervision_kit.records.no_answer import unanswered
from supervision_kit.records.numbers import read_numbers
from supervision_kit.records.suggesting import suggest
from supervision_kit.records.summaries import could_sum_up, is_sum_of, sums_up
from supervision_kit.records.values import LAST_SESSION, lost_codes, read_codes, read_sessions
from supervision_kit.tables import RATERS
from supervision_kit.words import later, say, say_number
from supervision_kit.words.raters import say_rater

MOST_PERHAPS = 20  # rows; a code that stands in more is a case’s

_LOST = later("A spreadsheet has put an error in place of the code, or kept a few of its digits only.")


def read_case_column(body: Body) -> None:
    """Read the codes of cases and therapists; rows that sum up others are set aside."""
    position, column = body.column("case_id")
    if column is None:
        raise RecordsError(say("{file}: there is no case column.", file=body.source))
    codes = read_codes(column)
    body.case = column.spread(codes)
    if len(pd.unique(codes)) < len(codes):
        heading = body.layout.headings[position]
        body.notes.append(
            say(
                "“{heading}”: codes that differ only by stray spaces or unseen marks were read as the same.",
                heading=heading,
            )
        )
    body.problems.flag(
        pd.isna(body.case),
        position=position,
        column=column,
        rule="case_missing",
        message=say("The cell that says which case it is has no code in it."),
    )
    body.problems.flag(
        column.spread(lost_codes(column.texts)), position=position, column=column, rule="code_lost", message=say(_LOST)
    )
    body.is_summary = column.spread(sums_up(column.texts))
    body.is_summary |= _sums_up_by_numbers(body, position)
    body.problems.flag(
        body.is_summary,
        position=position,
        column=column,
        rule="summary_row",
        message=say("The row sums up others and is of no case."),
    )
    _read_therapist(body)


def _read_therapist(body: Body) -> None:
    """Read the therapist's code; a row whose code is lost is kept, as of nobody known."""
    position, column = body.column("therapist_id")
    body.therapist = np.full(body.n_rows, None, dtype=object)
    if column is None:
        return
    lost = column.spread(lost_codes(column.texts))
    body.therapist = column.spread(read_codes(column))
    body.therapist[lost] = None
    rows = np.flatnonzero(lost)
    body.problems.add(
        rows, position=position, values=column.cells[rows], rule="code_lost", message=say(_LOST), kept=True
    )


def _sums_up_by_numbers(body: Body, position: int) -> Flags:
    """Return the rows whose case cell could be a pseudonym or a word for a summary, and whose numbers sum up."""
    sheet, case = body.spread.sheet, body.spread.sheet[position]
    perhaps = case.spread(could_sum_up(case.texts) & ~sums_up(case.texts))
    if not 0 < perhaps.sum() <= MOST_PERHAPS:
        return np.zeros(body.n_rows, dtype=bool)
    origins = {at for slot in body.layout.slots for at in np.unique(body.spread.origin[:, slot.position]).tolist()}
    rated = [sheet[at].spread(read_numbers(sheet[at].texts).values) for at in sorted(origins - {-1})]
    return is_sum_of(perhaps, rated)[body.spread.row]


def read_session_column(body: Body) -> None:
    """Read the numbers of the sessions, 0 where there is none to be read."""
    position, column = body.column("session")
    if column is None:
        body.session = np.zeros(body.n_rows, dtype=np.int64)
        return
    none = column.spread(unanswered(column.texts)) & body.spread.is_form
    body.session = column.spread(read_sessions(column.texts))
    wanted = say("A session is a whole number from 1 to {most}.", most=say_number(LAST_SESSION))
    body.problems.flag(none, position=position, column=column, rule="session_missing", message=wanted)
    body.problems.flag(
        body.spread.is_form & ~none & (body.session == 0),
        position=position,
        column=column,
        rule="session_not_a_number",
        message=wanted,
    )


def read_instrument_column(body: Body) -> None:
    """Read the instrument, else the one of the file, and the rater that an instrument's cell says besides."""
    position, column = body.column("instrument")
    default = instrument_keys().index(body.layout.instrument) if body.layout.instrument else -1
    body.instrument = np.full(body.n_rows, default)
    body.rater = np.full(body.n_rows, -1)
    if column is None:
        return
    none, keys = unanswered(column.texts), instrument_keys()
    by_headings = bool(body.layout.slots) and all(slot.instrument for slot in body.layout.slots)
    found = [(read_instrument_besides if by_headings else read_instrument)(text) for text in column.texts]
    codes = np.array([keys.index(each[0]) if each else -1 for each in found], dtype=np.int64)
    named = np.array([RATERS.index(each[1]) if each and each[1] else -1 for each in found], dtype=np.int64)
    codes[none] = default
    body.instrument, body.rater = column.spread(codes), column.spread(named)
    known = say("Known instruments: {known}.", known=", ".join(sorted(INSTRUMENTS)))
    missing = column.spread(none & (codes < 0) & (not by_headings))
    body.problems.flag(
        missing,
        position=position,
        column=column,
        rule="instrument_missing",
        message=say("No instrument is named. {known}", known=known),
    )
    unknown = ~none & (codes < 0)
    body.problems.flag(
        column.spread(unknown),
        position=position,
        column=column,
        rule="instrument_unknown",
        message=known,
        suggestion=column.spread(suggest(column.texts, unknown, _instrument_names())),
    )


def read_rater_column(body: Body, given: str | None) -> None:
    """Read the rater column, else what the instrument's cell, the caller, the sheet's or the file's name say."""
    position, column = body.column("rater")
    instrument = body.layout.instrument
    usual = (instrument and INSTRUMENTS[instrument].sole_rater) or "client"
    default = RATERS.index(given or body.layout.rater or usual)
    if column is not None:
        _read_said_raters(body, column, position=position, given=given, default=default)
        return
    unsaid = body.rater < 0
    body.rater[unsaid] = default
    if given is None and unsaid.any() and not (body.layout.slots and all(slot.rater for slot in body.layout.slots)):
        reason = (
            say(", as {where} says", where=body.layout.rater_from) if given is None and body.layout.rater_from else ""
        )
        body.notes.append(
            say(
                "No rater column: read as the {rater}’s ratings{reason}.",
                rater=say_rater(RATERS[default]),
                reason=reason,
            )
        )


def _read_said_raters(body: Body, column: Column, *, position: int, given: str | None, default: int) -> None:
    """Read the rater column; an empty cell is the rater that the caller gives, else a problem."""
    none, found = unanswered(column.texts), [read_rater(text) for text in column.texts]
    codes = np.array([RATERS.index(rater or "client") for rater in found], dtype=np.int64)
    unknown = np.array([rater is None for rater in found], dtype=bool) & ~none
    wanted = say("The rater is one of {raters}.", raters=", ".join(RATERS))
    if given is None:
        body.problems.flag(column.spread(none), position=position, column=column, rule="rater_missing", message=wanted)
    body.problems.flag(column.spread(unknown), position=position, column=column, rule="rater_unknown", message=wanted)
    codes[none] = default
    body.rater = column.spread(codes)


def _instrument_names() -> dict[str, str]:
    """Return the names to suggest for an unknown one, folded → key."""
    names = {key: key for key in INSTRUMENTS}
    return names | {instrument.short_title.casefold(): key for key, instrument in INSTRUMENTS.items()}
