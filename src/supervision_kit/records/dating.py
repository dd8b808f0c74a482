"""Sessions known only by their days: numbered for each case, over all that is read together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.records.body import Body
from supervision_kit.records.cells import Flags
from supervision_kit.words import later, say

DATED = ("case_id", "session", "date")
_UNCLEAR = later("Another date of this case can be read two ways, and the days of a case are numbered together.")
_ELSEWHERE = later("Other rows number this case’s sessions, and none of those numbered is the only one of this day.")


def number_by_date(bodies: Sequence[Body]) -> pd.DataFrame:
    """Give the rows without a session number one, and return what was numbered: case_id, session, date.

    The days on which a case has rows, of whatever rater and instrument and in whatever file, are its sessions 1, 2, 3,
    … in order. Where other rows have numbers for the case, a day takes the number that they give it. A case with a date
    that can be read two ways is not numbered at all.
    """
    dated = [body for body in bodies if body.is_dated]
    if not dated:
        return _as_table(pd.DataFrame(columns=list(DATED)))
    numbered = _numbered([body for body in bodies if not body.is_dated])
    known = numbered[~numbered.duplicated(["case_id", "date"], keep=False) & numbered["date"].notna()]
    unclear = {case for body in dated for case in body.case[body.day_unclear] if case is not None}
    for body in dated:
        _flag(body, pd.Series(body.case).isin(unclear).to_numpy() & _has_day(body), "date_ambiguous", say(_UNCLEAR))
    days = pd.concat([_days(body) for body in dated], ignore_index=True)
    ranked = days[~days["case_id"].isin(numbered["case_id"])].drop_duplicates().sort_values(["case_id", "date"])
    ranked["session"] = ranked.groupby("case_id").cumcount() + 1
    sessions = pd.concat([known, ranked], ignore_index=True).set_index(["case_id", "date"])["session"]
    for body in dated:
        here = _has_day(body) & ~body.problems.bad
        keys = pd.MultiIndex.from_arrays([body.case[here], body.date[here]])
        body.session[here] = sessions.reindex(keys).fillna(0).to_numpy().astype(np.int64)
        _flag(body, here & (body.session == 0), "session_undecided", say(_ELSEWHERE))
        heading = body.layout.headings[body.layout.fields["date"]]
        body.notes.append(
            say(
                "No session column: the days of each case in “{heading}” were numbered 1, 2, 3, …; what stands on one "
                "day is one session.",
                heading=heading,
            )
        )
    return _as_table(ranked)


def _numbered(bodies: Sequence[Body]) -> pd.DataFrame:
    """Return the sessions that have numbers, with their cases and days."""
    tables = [
        pd.DataFrame({"case_id": body.case, "session": body.session, "date": body.date})[
            (body.session > 0) & ~pd.isna(body.case)
        ]
        for body in bodies
    ]
    none = _as_table(pd.DataFrame(columns=list(DATED)))
    return pd.concat([none, *tables], ignore_index=True).drop_duplicates() if tables else none


def _has_day(body: Body) -> Flags:
    there: npt.NDArray[np.bool_] = ~pd.isna(body.case) & ~np.isnat(body.date)
    return there


def _days(body: Body) -> pd.DataFrame:
    """Return the days on which sessions took place, those of rows with another fault among them."""
    which = _has_day(body) & ~body.is_summary & ~body.day_unclear
    return pd.DataFrame({"case_id": body.case[which], "date": body.date[which]})


def _flag(body: Body, where: Flags, rule: str, message: str) -> None:
    position, column = body.column("date")
    body.problems.flag(where & ~body.problems.bad, position=position, column=column, rule=rule, message=message)


def _as_table(ranked: pd.DataFrame) -> pd.DataFrame:
    types = {"case_id": "str", "session": "int64", "date": "datetime64[us]"}
    return ranked[list(DATED)].reset_index(drop=True).astype(types)
