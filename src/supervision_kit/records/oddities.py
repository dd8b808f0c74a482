"""What is odd about rows that can be used all the same: they are kept, and stand in the problems to be looked at.

One problem for each finding, not for each row: a case that changed hands would else be listed from there on.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.records.merging import Merged
from supervision_kit.words import say, say_number

BOTH = 2  # stretches of sessions, each under one therapist
FEWEST_SESSIONS = 2  # with each therapist, where a case is handed over

_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def list_oddities(merged: Merged, notes: list[str]) -> None:
    """Add to the problems what is odd about the cases and sessions of the rows that are kept."""
    rows = np.unique(merged.entries.row).astype(np.int64)
    kept = pd.DataFrame(
        {
            "row": rows,
            "case": merged.case[rows],
            "therapist": merged.therapist[rows],
            "session": merged.session[rows],
            "date": merged.date[rows],
        }
    )
    _list_codes_alike(merged, kept)
    if handed_over := _list_changes_of_therapist(merged, kept):
        notes.append(handed_over)
    if in_several := _count_in_several(merged, kept):
        notes.append(in_several)
    _list_sessions_out_of_order(merged, kept)


def _list_codes_alike(merged: Merged, kept: pd.DataFrame) -> None:
    """Of codes that differ only by capitals, spaces or leading zeros, list the first row of each but the commonest."""
    codes = kept.groupby("case", sort=False)["row"].agg(["size", "min"]).reset_index()
    codes["key"] = [_ZEROS.sub("", code.casefold().replace(" ", "")) for code in codes["case"]]
    codes = codes.sort_values(["key", "size", "min"], ascending=[True, False, True], kind="stable")
    commonest = codes.groupby("key", sort=False)["min"].transform("first")
    odd = codes["min"] != commonest
    said = [
        say(
            "The code differs from that of {label} only by capitals, spaces or leading zeros; it was read as "
            "another case.",
            label=label,
        )
        for label in merged.label(commonest[odd].to_numpy())
    ]
    _add(merged, codes.loc[odd, "min"].to_numpy(), "case_id", "case_codes_alike", said)


def _list_changes_of_therapist(merged: Merged, kept: pd.DataFrame) -> str:
    """List for each case under several therapists the row of the first change, unless the case was handed over.

    A case was handed over where it changes once and has several sessions with each: that is returned as a note.
    """
    there = kept.dropna(subset="therapist").sort_values(["case", "session", "row"], kind="stable")
    before = there.groupby("case", sort=False)["therapist"].shift()
    there["stretch"] = (before != there["therapist"]).groupby(there["case"]).cumsum()
    stretches = there.groupby(["case", "stretch"], sort=False).agg(row=("row", "first"), n=("session", "nunique"))
    stretches = stretches.reset_index()
    of_case = stretches.groupby("case", sort=False)
    n_stretches, shortest = of_case["stretch"].transform("max"), of_case["n"].transform("min")
    handed_over = (n_stretches == BOTH) & (shortest >= FEWEST_SESSIONS)
    odd = stretches[(stretches["stretch"] == BOTH) & ~handed_over]
    said = [say("The case stands under another therapist in an earlier session.")] * len(odd)
    _add(merged, odd["row"].to_numpy(), "therapist_id", "case_under_two_therapists", said)
    n = int(handed_over.sum()) // BOTH
    return (
        say("{n} case(s) change from one therapist to another for good: read as handed over.", n=say_number(n))
        if n
        else ""
    )


def _count_in_several(merged: Merged, kept: pd.DataFrame) -> str:
    """Say how many case codes stand in several files or sheets: each of these may count its cases from 1.

    Where every row names its therapist, two cases of one code are noticed by that.
    """
    sheet = merged.sheet_of(kept["row"].to_numpy())
    rows = kept.assign(sheet=sheet, unsaid=kept["therapist"].isna()).groupby("case", sort=False)
    several = rows["sheet"].min() < rows["sheet"].max()
    n = int((several & rows["unsaid"].any()).sum())
    return (
        say("{n} case code(s) stand in several files or sheets: each was read as one case throughout.", n=say_number(n))
        if n
        else ""
    )


def _list_sessions_out_of_order(merged: Merged, kept: pd.DataFrame) -> None:
    """List the sessions that are dated before the session that precedes them in number."""
    there = kept.dropna(subset="date").sort_values(["case", "session", "date", "row"], kind="stable")
    sessions = there.drop_duplicates(["case", "session"])
    before = sessions.groupby("case", sort=False)[["date", "row"]].shift()
    early = (sessions["date"] < before["date"]).to_numpy(dtype=bool)
    earlier = before.loc[early, "row"].to_numpy().astype(np.int64)
    said = [
        say("The session is dated before the one that precedes it in number, in {label}.", label=label)
        for label in merged.label(earlier)
    ]
    _add(merged, sessions.loc[early, "row"].to_numpy(), "date", "session_out_of_order", said)


def _add(merged: Merged, rows: npt.NDArray[np.int64], field: str, rule: str, said: list[str]) -> None:
    position = [merged.bodies[sheet].layout.fields.get(field, -1) for sheet in merged.sheet_of(rows)]
    message = np.array(said, dtype=object)
    merged.add_problems(rows, np.array(position, dtype=np.int64), rule, message, kept=True)
