"""The contract: the plain tables that every stage takes and gives.

Each :class:`Table` says what a row is, which columns it has, of what type and unit, and which of them make the key.
:meth:`Table.check` is the one gate at which a table that came from outside is held against it.

Invariants of the whole line: alliance scores are oriented so that higher is a stronger alliance; ``session`` is the
clinical session number, counted from 1, with gaps allowed and never filled; ``<NA>`` means "cannot be judged", never
"no"; functions never change the table they are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.errors import TableError
from supervision_kit.ordering import Ordering, order_series
from supervision_kit.text_columns import TEXT, arrow_of, has_empty, list_of_texts, repeat_text, text_of

RATERS = ("client", "therapist", "observer")
OUTCOMES = ("repaired", "partly repaired", "unrepaired", "undetermined")
SHAPES = ("V", "step", "slow decline, sudden repair", "U", "slow decline", "inverted U")
SERIES_KEY = ("case_id", "rater", "instrument", "scale")


@dataclass(frozen=True)
class Column:
    """One column: its pandas dtype, its meaning with the unit, and whether a caller may leave it out."""

    dtype: Any  # one of the names in _TYPE_WORDS
    meaning: str
    optional: bool = False


@dataclass(frozen=True)
class Table:
    """One kind of table: what a row is, the columns in order, and the columns that make the key, if any do."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a copy of `frame` with this table's columns, in order, in their types.

        Columns that the contract does not know are left out; optional ones that are missing come as ``<NA>``.

        Raises
        ------
        TableError
            Names every column that is missing, holds something of another type, is empty in the key, or is out of
            range, and says how many rows share a key. All faults at once.
        """
        return self._check(frame)[0]

    def check_in_order(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, Ordering]:
        """Return what :meth:`check` returns, and its series: the rows that differ in the key's one number only."""
        checked, ordering = self._check(frame)
        if ordering is None:
            raise TypeError(f"{self.name}: the key has no single number that orders its rows.")
        return checked, ordering

    def _check(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, Ordering | None]:
        self._require_columns(frame)
        faults: list[str] = []
        columns = {name: _as_type(frame, name, column, faults) for name, column in self.columns.items()}
        ordering = None
        counters = [name for name in self.key if self.columns[name].dtype == "int64"]
        texts = tuple(name for name in self.key if name not in counters)
        if (
            not faults
            and texts
            and len(counters) == 1
            and not any(arrow_of(columns[name]).null_count for name in texts)
        ):
            ordering = order_series(columns, key=texts, within=counters[0])
        n_empty = {name: _count_empty(columns[name], ordering) for name in self.key}
        faults += [f"{name} is empty in {n} row(s)" for name, n in n_empty.items() if n]
        checked = pd.DataFrame(columns, index=frame.index, copy=False).set_axis(pd.RangeIndex(len(frame)))
        if not faults:
            faults += _range_faults(columns, ordering)
            repeated = ordering.n_repeated if ordering else self._count_repeated(checked)
            if repeated:
                faults.append(f"{repeated} row(s) repeat the key ({', '.join(self.key)}) of an earlier row")
        if faults:
            raise TableError(f"{self.name}: {'; '.join(faults)}.")
        return checked, ordering

    def _count_repeated(self, checked: pd.DataFrame) -> int:
        return int(checked.duplicated(list(self.key)).sum()) if self.key else 0

    def _require_columns(self, frame: pd.DataFrame) -> None:
        if not isinstance(frame, pd.DataFrame):
            raise TableError(f"{self.name}: expected a pandas DataFrame, not {type(frame).__name__}.")
        if not frame.columns.is_unique:
            twice = sorted({str(name) for name in frame.columns[frame.columns.duplicated()] if name in self.columns})
            if twice:
                raise TableError(f"{self.name}: the column(s) {', '.join(twice)} stand in the table more than once.")
        missing = [name for name, column in self.columns.items() if name not in frame and not column.optional]
        if missing:
            raise TableError(
                f"{self.name}: the column(s) {', '.join(missing)} are missing. A row is {self.row}; "
                f"its columns are {', '.join(self.columns)}."
            )

    def of(self, columns: Mapping[str, Any]) -> pd.DataFrame:
        """Return this table of columns that the kit itself has made, of one length: they are put in their types.

        A column is a Series, an array or a list of values; optional ones may be left out. Nothing is checked: that is
        for what comes from outside.
        """
        n = len(next(iter(columns.values())))
        typed = {
            name: _typed(columns[name], column.dtype) if name in columns else _missing(column.dtype, pd.RangeIndex(n))
            for name, column in self.columns.items()
        }
        return pd.DataFrame(typed, copy=False)

    def empty(self) -> pd.DataFrame:
        """Return this table without rows."""
        return pd.DataFrame({name: pd.Series(dtype=column.dtype) for name, column in self.columns.items()})


def _as_type(frame: pd.DataFrame, name: str, column: Column, faults: list[str]) -> pd.Series:
    if name not in frame:
        return _missing(column.dtype, frame.index)
    values: pd.Series = frame[name]
    if column.dtype in _DTYPES and values.dtype == _DTYPES[column.dtype]:
        return values
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype if not values.hasnans else "object")
    try:
        return _PREPARE.get(column.dtype, _unchanged)(values).astype(column.dtype)
    except (TypeError, ValueError, OverflowError):
        # not the error's own text: it can quote a value
        if column.dtype == "int64" and (n_empty := int(values.isna().sum())):
            faults.append(f"{name} is empty in {n_empty} row(s)")
        else:
            faults.append(f"{name} holds something that is not {_TYPE_WORDS[column.dtype]}")
        return pd.Series("-", index=frame.index)  # named already: not to be called empty as well


def _typed(values: Any, dtype: str) -> pd.Series:
    """Return values of a column's type as a column of that type."""
    if isinstance(values, pd.Series) and values.dtype == _DTYPES.get(dtype):
        return values.reset_index(drop=True)
    if dtype == "str":
        return text_of(list_of_texts(values))
    return pd.Series(values, dtype=dtype)


def _missing(dtype: str, index: pd.Index) -> pd.Series:
    """Return a column of that type in which everything is missing."""
    n = len(index)
    if dtype == "str":
        return text_of(repeat_text(None, n)).set_axis(index)
    if dtype == "Int64":
        return pd.Series(pd.arrays.IntegerArray(np.zeros(n, dtype=np.int64), np.ones(n, dtype=bool)), index=index)
    return pd.Series(pd.NaT if dtype.startswith("datetime") else pd.NA, index=index, dtype=_NULLABLE.get(dtype, dtype))


def _count_empty(values: pd.Series, ordering: Ordering | None) -> int:
    """Return how many values are missing or empty; where the series are known, their first rows speak for the rest."""
    if values.dtype == "int64":
        return 0
    if values.dtype == TEXT:
        text = arrow_of(values)
        if ordering is not None:
            text = text.take(ordering.first_row if ordering.number[str(values.name)].any() else ordering.first_row[:1])
        if not has_empty(text):
            return 0
    return int((values.isna() | values.eq("")).sum())


def _unchanged(values: pd.Series) -> pd.Series:
    return values


def _codes(values: pd.Series) -> pd.Series:
    """Write codes that are numbers as whole ones: 7 and 7.0 are the code "7", and 7.5 is no code."""
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        raise TypeError
    if pd.api.types.is_numeric_dtype(values):
        return values.astype("Int64")
    if values.dtype == "object":
        return values.map(lambda code: str(int(code)) if isinstance(code, float) and code.is_integer() else code)
    return values


def _whole(values: pd.Series) -> pd.Series:
    return values.astype("Int64")  # refuses 1.5, where int64 would cut it to 1


def _numbers(values: pd.Series) -> pd.Series:
    """Take None and <NA> among numbers; what single precision added behind the sixth decimal goes."""
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        raise TypeError
    numbers = pd.to_numeric(values).astype("Float64")
    return numbers.round(6) if str(values.dtype).lower() == "float32" else numbers


def _dates(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values) and values.notna().any():
        raise TypeError  # a number is no date: it would become one of 1970
    return values


_TYPE_WORDS = {
    "int64": "a whole number",
    "Int64": "a whole number",
    "float64": "a number",
    "str": "text",
    "boolean": "true, false or <NA>",
    "datetime64[us]": "a date",
    "datetime64[us, UTC]": "a moment with its time zone",
    "object": "a list",
}
_DTYPES: dict[str, Any] = {"str": TEXT} | {
    name: pd.api.types.pandas_dtype(name) for name in ("int64", "Int64", "float64", "boolean", "datetime64[us]")
}
_NULLABLE = {"int64": "Int64", "float64": "Float64"}
_PREPARE = {"str": _codes, "int64": _whole, "float64": _numbers, "datetime64[us]": _dates}


def _range_faults(columns: Mapping[str, pd.Series], ordering: Ordering | None) -> list[str]:
    faults = []
    if "session" in columns and (low := int(columns["session"].lt(1).sum())):
        faults.append(f"session is below 1 in {low} row(s): sessions are counted from 1")
    if "rater" in columns and _raters(columns, ordering) - set(RATERS):
        other = int((~columns["rater"].isin(RATERS) & columns["rater"].notna()).sum())
        faults.append(f"rater is none of {', '.join(RATERS)} in {other} row(s)")
    if "score" in columns and (infinite := int(np.count_nonzero(np.isinf(columns["score"].to_numpy())))):
        faults.append(f"score is infinite in {infinite} row(s)")
    return faults


def _raters(columns: Mapping[str, pd.Series], ordering: Ordering | None) -> set[str]:
    if ordering is None or not ordering.n_series or "rater" not in ordering.number:
        return set(columns["rater"].dropna().unique())
    return {rater for (rater,) in ordering.kinds(columns, "rater")[1]}


_CASE = {"case_id": Column("str", "the case's code in the clinic's own system, or a random one")}
_FORM = {
    "rater": Column("str", f"who filled the form in: {', '.join(RATERS)}"),
    "instrument": Column("str", "key of the questionnaire, see supervision_kit.INSTRUMENTS"),
}
_SCALE = {"scale": Column("str", "key of the scale within the instrument: total, bond, task, goal, …")}
_SESSION = {"session": Column("int64", "clinical session number, counted from 1, gaps allowed")}
_WHO_WHEN = {
    "therapist_id": Column("str", "the therapist's code; <NA> where the file has none", optional=True),
    "date": Column("datetime64[us]", "day of the session; <NA> where the file has none", optional=True),
}
_METHOD = {"method": Column("str", "key of the method that judged, see supervision_kit.METHODS")}
_EPISODE = {
    "episode": Column("int64", "number of the episode within its series and method, counted from 1"),
    "onset": Column("int64", "session number of the first marked session"),
    "nadir": Column("int64", "session number of the lowest score of the episode"),
    "end": Column("int64", "session number of the last session before the score had come half way back"),
    "n_sessions": Column("int64", "rated sessions from onset to end"),
    "pre_level": Column("float64", "level before the onset, in scale points; <NA> where nothing went before"),
    "depth": Column("float64", "pre_level minus the score at the nadir, in scale points"),
    "depth_sd": Column("float64", "depth in standard deviations of this series' scores"),
}


def _table(name: str, row: str, key: tuple[str, ...], *columns: Mapping[str, Column]) -> Table:
    merged = {column: spec for part in columns for column, spec in part.items()}
    return Table(name, row, key, MappingProxyType(merged))


RESPONSES = _table(
    "responses",
    "an answered item",
    ("case_id", "rater", "instrument", "session", "item"),
    _CASE,
    _FORM,
    _SESSION,
    {"item": Column("int64", "number of the item in the published questionnaire, counted from 1")},
    _WHO_WHEN,
    {"response": Column("float64", "the answer as given, before any reversing; <NA> where left blank")},
)
SCORES = _table(
    "scores",
    "one scale of one form",
    (*SERIES_KEY, "session"),
    _CASE,
    _FORM,
    _SCALE,
    _SESSION,
    _WHO_WHEN,
    {
        "score": Column("float64", "in scale points (item mean or sum, as the instrument says); <NA> where missing"),
        "n_answered": Column("Int64", "items answered; <NA> where the file gave a score only", optional=True),
        "n_items": Column("Int64", "items of the scale", optional=True),
    },
)
REBASES = _table(
    "rebases",
    "a session from which on a case is judged anew",
    ("case_id", "session"),
    _CASE,
    {"session": Column("int64", "the first session after the new start")},
)
MARKS = _table(
    "marks",
    "one session judged by one method",
    (*SERIES_KEY, "session", "method"),
    _CASE,
    _FORM,
    _SCALE,
    _SESSION,
    _METHOD,
    {
        "score": Column("float64", "in scale points"),
        "expected": Column("float64", "what the method compares the score with, in scale points"),
        "limit": Column("float64", "a score beyond this is marked (by some methods at it, too), in scale points"),
        "evidence": Column("float64", "how far below expected, in the method's own unit (see its page)"),
        "is_rupture": Column("boolean", "marked or not; <NA> = cannot be judged, and `note` says why"),
        "note": Column("str", "why a session cannot be judged; empty where it can"),
    },
)
EPISODES = _table(
    "episodes", "one rupture", (*SERIES_KEY, "method", "episode"), _CASE, _FORM, _SCALE, _METHOD, _EPISODE
)
REPAIRS = _table(
    "repairs",
    "one rupture, followed up",
    EPISODES.key,
    _CASE,
    _FORM,
    _SCALE,
    _METHOD,
    _EPISODE,
    {
        "outcome": Column("str", f"one of {', '.join(OUTCOMES)}"),
        "repair_session": Column("Int64", "session number of the repair; <NA> unless repaired"),
        "sessions_to_repair": Column("Int64", "repair_session minus onset; <NA> unless repaired"),
        "regained": Column("float64", "share of the depth regained at best within the rule's window; <NA> if unseen"),
        "back_session": Column("Int64", "first session after the end that is back, in time or late; <NA> if none"),
        "back_from": Column("float64", "a score from here on is back; <NA> if nothing to come back to", optional=True),
        "shape": Column("str", f"one of {' · '.join(SHAPES)}; <NA> where it cannot be told (yet)", optional=True),
    },
)
JUDGEMENT_CODES = _table(
    "judgement_codes",
    "a word that was said of a judged episode",
    ("case_id", "kind", "code", "judgement"),
    {"judgement": Column("int64", "number of the judgement in its workspace")},
    _CASE,
    {
        "kind": Column("str", "which vocabulary: a key of supervision_kit.lens.CODES"),
        "code": Column("str", "which word of it: a key of that vocabulary"),
    },
)
ANNOTATIONS = _table(
    "annotations",
    "something that happened around a session",
    ("id",),
    {"id": Column("int64", "its number in the workspace")},
    _CASE,
    _SESSION,
    {
        "kind": Column("str", "what happened: a key of supervision_kit.lens.ANNOTATIONS"),
        "text": Column("str", "in the supervisor's words; empty where there are none", optional=True),
        "rebases": Column("boolean", "whether the case's limits start anew at that session"),
        "cause": Column("str", "why they do; empty where they do not", optional=True),
    },
)
JUDGED = _table(
    "judged",
    "one rupture, followed up, with the supervisor's judgement beside it",
    REPAIRS.key,
    REPAIRS.columns,
    {
        "judgement": Column("Int64", "number of the judgement; <NA> where there is none"),
        "judged_as": Column("str", "the method whose episode was judged, or `by hand`; <NA> where none was"),
        "verdict": Column("str", "rupture, not a rupture, or unsure; <NA> where nobody judged"),
        "type": Column("str", "withdrawal, confrontation or mixed; <NA> where not said"),
        "supervisor_onset": Column("Int64", "when it began, in the supervisor's view; <NA> where nobody judged"),
        "supervisor_end": Column("Int64", "its last session, in the supervisor's view; <NA> where not said"),
        "supervisor_outcome": Column("str", "how it ended, in the supervisor's view; <NA> where not said"),
        "redated_outcome": Column("str", "followed from the supervisor's onset; <NA> unless that differs"),
        "redated_repair_session": Column("Int64", "session of the repair so followed; <NA> unless repaired"),
        "redated_regained": Column("float64", "best share regained so followed, within the rule's window"),
    },
)
JUDGED_COUNTS = _table(
    "judged_counts",
    "a method, and how a supervisor judged its episodes",
    ("method",),
    _METHOD,
    {
        "n_episodes": Column("int64", "episodes by the method"),
        "n_confirmed": Column("int64", "of these, called a rupture"),
        "n_rejected": Column("int64", "called none"),
        "n_unsure": Column("int64", "left open"),
        "n_missed": Column("int64", "ruptures seen by the supervisor that are no episode of the method"),
        "share": Column("float64", "confirmed among those called one or the other, from 0 to 1; <NA> below ten"),
        "low": Column("float64", "lower end of its 95 % interval (Wilson)"),
        "high": Column("float64", "upper end of it"),
    },
)
CASELOAD = _table(
    "caseload",
    "a case",
    ("case_id",),
    _CASE,
    {
        "therapist_id": Column("str", "the therapist of the latest session", optional=True),
        "n_sessions": Column("int64", "sessions with a client's alliance rating"),
        "last_session": Column("Int64", "latest session number with any form"),
        "last_score": Column("float64", "the latest rating of the headline series, in scale points"),
        "open_ruptures": Column("int64", "falls that are less than half way back at the latest rating"),
        "outcome_class": Column("str", "what became of the case's falls; <NA> where nothing could be judged"),
        "priority": Column("float64", "sum of the weights of its reasons, each once; higher is more in need of a word"),
        "reasons": Column("object", "plain sentences, most weighty first"),
    },
)
CASE_REASONS = _table(
    "case_reasons",
    "a reason why a case may need a word",
    ("case_id", "number"),
    _CASE,
    {
        "reason": Column("str", "key of the reason, see supervision_kit.reasons.REASONS"),
        "session": Column("Int64", "session number at which its evidence is seen; <NA> where none is", optional=True),
        "rater": Column("str", "whose ratings show it; <NA> where no single series does", optional=True),
        "instrument": Column("str", "the questionnaire that shows it", optional=True),
        "scale": Column("str", "the scale that shows it", optional=True),
        "sentence": Column("str", "the reason in a plain sentence"),
        "brought_at": Column(
            "Int64", "session number of the form that brought it up; <NA> where no single one did", optional=True
        ),
        "is_new": Column(
            "boolean",
            "whether the form that brought it up came in since; <NA> where that cannot be told",
            optional=True,
        ),
        "number": Column("int64", "number of the reason within its case, counted from 1"),
    },
)
_THERAPIST = {"therapist_id": Column("str", "the therapist's code")}
SUPERVISEES = _table(
    "supervisees",
    "a therapist, by the latest session of each case",
    ("therapist_id",),
    _THERAPIST,
    {
        "n_cases": Column("int64", "cases"),
        "n_judged": Column("int64", "cases of which a rating could be judged"),
        "n_fell": Column("int64", "cases with a fall, other than at a change of therapist"),
        "n_falls": Column("int64", "falls, other than at a change of therapist"),
        "n_back": Column("int64", "falls that came back, in time or later, and are not down again"),
        "n_partly": Column("int64", "falls that came back in part"),
        "n_down": Column("int64", "falls that are less than half way back at the latest rating"),
        "n_early": Column("int64", "falls too recent to say"),
        "n_handover": Column("int64", "falls just when another therapist took over; they are in no other count"),
        "n_anew": Column("int64", "falls that had not come back when the limits of their case started anew"),
        "n_unrecognised": Column("int64", "cases with a fall that the therapist's rating hardly shows"),
        "n_missing": Column("int64", "cases whose alliance forms by the client are missing"),
        "n_top": Column("int64", "cases whose latest forms are all at the top of the scale"),
    },
)
TRENDS = _table(
    "trends",
    "a measure of a therapist's earlier cases, of the later ones, or the difference",
    ("measure", "part"),
    {
        "measure": Column("str", "falls came back (a share of cases) or alliance change (a mean over cases)"),
        "part": Column("str", "earlier, later, or difference (later minus earlier)"),
        "instrument": Column("str", "the questionnaire of the change; <NA> for a share", optional=True),
        "scale": Column("str", "its scale", optional=True),
        "n_cases": Column("int64", "cases behind it, each once"),
        "value": Column("float64", "a share from 0 to 1, or scale points"),
        "low": Column("float64", "lower end of its 95 % interval; <NA> with fewer than five cases in either part"),
        "high": Column("float64", "upper end of it"),
    },
)
_LIMITS = {
    "low_95": Column("float64", "lower limit: 2.5 in 100 such shares are below, by chance"),
    "high_95": Column("float64", "upper limit: 2.5 in 100 are above"),
    "low_998": Column("float64", "lower limit: 1 in 1,000 is below"),
    "high_998": Column("float64", "upper limit: 1 in 1,000 is above"),
}
FUNNEL = _table(
    "funnel",
    "a therapist",
    ("therapist_id",),
    _THERAPIST,
    {
        "n_cases": Column("int64", "cases that could be judged and whose falls are not too recent to say"),
        "n_not_back": Column("int64", "of these, cases with a fall that has not come back in time, or in part only"),
        "share": Column("float64", "n_not_back as a share of n_cases, from 0 to 1"),
    },
    _LIMITS,
)
FUNNEL_LIMITS = _table(
    "funnel_limits",
    "a number of cases",
    ("n_cases",),
    {
        "n_cases": Column("int64", "cases"),
        "whole": Column("float64", "the share of the whole caseload"),
    },
    _LIMITS,
)
TIME_TO_REPAIR = _table(
    "time_to_repair",
    "a number of sessions since the onset",
    ("group", "sessions"),
    {
        "group": Column("str", "which falls; all, or a value of the column they are told apart by"),
        "sessions": Column("int64", "sessions since the onset, by session number"),
        "share_repaired": Column("float64", "share of the falls that are repaired by then (Kaplan–Meier)"),
        "low": Column("float64", "lower end of its 95 % interval; <NA> while none is repaired, or once all are"),
        "high": Column("float64", "upper end of the interval; <NA> while none is repaired, or once all are"),
        "at_risk": Column("int64", "falls not repaired before and still followed then"),
        "n_repaired": Column("int64", "falls repaired at that session"),
        "n_censored": Column("int64", "falls whose ratings end there, not repaired"),
    },
)
CHANCE = _table(
    "chance",
    "something that chance alone brings about",
    ("measure",),
    {
        "measure": Column("str", "what is counted"),
        "unit": Column("str", "of what"),
        "value": Column("float64", "what simulated ratings without any rupture give on average"),
        "low": Column("float64", "lower end of the 95 % interval of that average: how exact the simulation is"),
        "high": Column("float64", "upper end of the interval"),
        "caseload_low": Column("float64", "2.5 in 100 simulated caseloads like this one have less than this"),
        "caseload_high": Column("float64", "2.5 in 100 simulated caseloads like this one have more than this"),
    },
)
_GROUP = {name: (_FORM | _SCALE)[name] for name in ("instrument", "scale", "rater")}
CALIBRATION = _table(
    "calibration",
    "a figure of a method, simulated",
    ("instrument", "scale", "rater", "method", "measure", "shape", "size"),
    _GROUP,
    _METHOD,
    {
        "looks": Column("str", "back: from earlier sessions alone · whole: from the whole series"),
        "measure": Column("str", "false alarms per 100 sessions · share found · sessions of delay"),
        "shape": Column("str", "shape of the planted rupture; `any` for all together, `no rupture` for false alarms"),
        "size": Column("float64", "its depth in standard deviations within the person; 0 where there is none"),
        "value": Column("float64", "the figure; <NA> where the method can judge nothing, or found nothing to time"),
        "low": Column("float64", "lower end of its 95 % interval"),
        "high": Column("float64", "upper end of it"),
        "n": Column("int64", "simulated sessions judged, ruptures planted, or ruptures found"),
    },
)
THRESHOLDS = _table(
    "thresholds",
    "a setting of a method's threshold",
    ("instrument", "scale", "rater", "threshold"),
    _GROUP,
    {
        "threshold": Column("float64", "the method's setting that decides, in its own unit"),
        "n_judged": Column("int64", "sessions of the caseload that can be judged"),
        "n_marks": Column("int64", "sessions of the caseload that are marked"),
        "n_by_chance": Column(
            "float64", "marks to expect in as many ratings without rupture; <NA> if none can be judged"
        ),
        "low": Column("float64", "in 95 of 100 such caseloads there are at least about this many"),
        "high": Column("float64", "and at most about this many"),
    },
)
CLASS_SHARES = _table(
    "class_shares",
    "a class of cases",
    ("outcome_class",),
    {
        "outcome_class": Column("str", "what became of the case's falls; one row for those that cannot be told"),
        "n_cases": Column("int64", "cases of that class"),
        "share": Column("float64", "% of the cases whose class can be told; <NA> for those whose cannot"),
        "low": Column("float64", "lower end of its 95 % interval (Wilson)"),
        "high": Column("float64", "upper end of the interval"),
        "published": Column("float64", "% in 605 therapies of primary care (Larsson et al. 2018), for orientation"),
    },
)
CHANGES = _table(
    "changes",
    "one outcome scale of a case, from its first score to its last",
    SERIES_KEY,
    _CASE,
    _FORM,
    _SCALE,
    {
        "n_scores": Column("int64", "sessions with a score"),
        "first_session": Column("Int64", "session number of the first score"),
        "last_session": Column("Int64", "session number of the last score"),
        "first": Column("float64", "first score, in scale points"),
        "last": Column("float64", "last score, in scale points"),
        "change": Column("float64", "scale points towards better; below 0 is worse"),
        "reliable_change": Column("float64", "the change from which on it is reliable, in scale points"),
        "rci": Column("float64", "change in standard errors of a difference; <NA> where no reliability is known"),
        "reliable": Column("str", "improved, unchanged or deteriorated; <NA> where it cannot be judged"),
        "cutoff": Column("float64", "line between the clinical and the functional population, in scale points"),
        "side": Column("str", "clinical or functional: where the last score lies; <NA> where no line is known"),
        "outcome_class": Column("str", "recovered, improved, unchanged or deteriorated; <NA> = cannot be judged"),
        "effect_size": Column("float64", "change in standard deviations of the norms"),
        "effect_low": Column("float64", "lower end of its 95 % interval, from measurement error"),
        "effect_high": Column("float64", "upper end of it"),
        "criteria": Column("str", "where the criteria come from, and how sure they are"),
        "note": Column("str", "why something cannot be judged; empty where all can"),
    },
)
OUTCOME_SUMMARY = _table(
    "outcome_summary",
    "one measure of a caseload's change on one outcome scale",
    ("rater", "instrument", "scale", "measure"),
    _FORM,
    _SCALE,
    {
        "measure": Column("str", "recovered, improved, …, reliably improved, mean change, or effect size"),
        "n_cases": Column("int64", "cases behind it"),
        "value": Column("float64", "a share from 0 to 1, scale points, or standard deviations of the first scores"),
        "low": Column("float64", "lower end of its 95 % interval; <NA> with too few cases"),
        "high": Column("float64", "upper end of it"),
    },
)
OUTCOME_RELATIONS = _table(
    "outcome_relations",
    "a case's alliance beside its outcome",
    ("case_id",),
    _CASE,
    {
        "alliance_instrument": Column("str", "the instrument of the case's headline series"),
        "alliance_scale": Column("str", "its scale"),
        "alliance_level": Column("float64", "median of the latest three ratings, in scale points"),
        "alliance": Column("str", "good, in between or low; <NA> = cannot be judged"),
        "outcome_instrument": Column("str", "the outcome measure that speaks for the case"),
        "outcome_scale": Column("str", "its scale"),
        "n_sessions": Column("Int64", "sessions from its first form to its last"),
        "first": Column("float64", "its first score, in scale points"),
        "last": Column("float64", "its last score, in scale points"),
        "change": Column("float64", "scale points towards better; below 0 is worse"),
        "reliable": Column("str", "improved, unchanged or deteriorated; <NA> where it cannot be judged"),
        "side": Column("str", "clinical or functional: where the last score lies; <NA> where no line is known"),
        "criteria": Column("str", "where the criteria come from, and how sure they are"),
        "relation": Column("str", "such as good alliance, no change; <NA> = cannot be judged, or too early"),
        "note": Column("str", "why it cannot be judged, or that the case is in the functional range"),
    },
)
_LOOKS = {
    "looks": Column("str", "back (from the session and earlier ones alone), whole (the whole series), or reading")
}
COUNTS = _table(
    "counts",
    "one session, and how many methods of one way of looking mark it",
    (*SERIES_KEY, "session", "looks"),
    _CASE,
    _FORM,
    _SCALE,
    _SESSION,
    _LOOKS,
    {
        "n_judged": Column("int64", "methods that could judge the session"),
        "n_marked": Column("Int64", "of these, methods that mark it; <NA> where none could judge"),
        "methods": Column("str", "the methods that mark it; empty where none does"),
    },
)
AGREEMENT = _table(
    "agreement",
    "two methods that look alike, over all sessions that both judged",
    ("method_a", "method_b"),
    {
        "method_a": Column("str", "the one method"),
        "method_b": Column("str", "the other"),
        **_LOOKS,
        "n_cases": Column("int64", "cases with such sessions"),
        "n_sessions": Column("int64", "sessions that both judged"),
        "n_left_out": Column("int64", "scored sessions that either could not judge"),
        "n_both": Column("int64", "sessions that both mark"),
        "n_only_a": Column("int64", "sessions that only the one marks"),
        "n_only_b": Column("int64", "sessions that only the other marks"),
        "agreement": Column("float64", "share of sessions judged alike, from 0 to 1"),
        "kappa": Column("float64", "Cohen's kappa: agreement beyond chance; <NA> where it is not defined"),
        "kappa_low": Column("float64", "lower end of its 95 % interval; <NA> where cases cannot say"),
        "kappa_high": Column("float64", "upper end of it"),
    },
)
_CONGRUENCE = "correlation of the two over those sessions"
_DISCREPANCY = "mean of therapist minus client, in scale points"
CONGRUENCE = _table(
    "congruence",
    "client and therapist of one case on one scale",
    ("case_id", "instrument", "scale"),
    _CASE,
    {"instrument": Column("str", "key of the questionnaire, that of the client")},
    _SCALE,
    {
        "n_shared": Column("int64", "sessions that both rated"),
        "congruence": Column("float64", _CONGRUENCE),
        "congruence_low": Column("float64", "lower end of its 95 % interval"),
        "congruence_high": Column("float64", "upper end of it"),
        "congruence_shrunken": Column("float64", f"{_CONGRUENCE}, drawn towards the caseload"),
        "congruence_shrunken_low": Column("float64", "lower end of its 95 % interval"),
        "congruence_shrunken_high": Column("float64", "upper end of it"),
        "discrepancy": Column("float64", _DISCREPANCY),
        "discrepancy_low": Column("float64", "lower end of its 95 % interval"),
        "discrepancy_high": Column("float64", "upper end of it"),
        "discrepancy_shrunken": Column("float64", f"{_DISCREPANCY}, drawn towards the caseload"),
        "discrepancy_shrunken_low": Column("float64", "lower end of its 95 % interval"),
        "discrepancy_shrunken_high": Column("float64", "upper end of it"),
        "discrepancy_share": Column("float64", "discrepancy as a share of the scale's range"),
        "note": Column("str", "why there is no congruence; empty where there is"),
    },
)
_DECISION = {"id": Column("int64", "number of the decision in its workspace")}
FOLLOWED_DECISIONS = _table(
    "followed_decisions",
    "a decision, and what the ratings did since",
    ("case_id", "id"),
    _CASE,
    _DECISION,
    {
        "session": Column("Int64", "the session after which it was made; <NA> where it is not known"),
        "last_session": Column("Int64", "the case's latest session with a score; <NA> where there is none"),
        "said": Column("object", "plain sentences"),
    },
)
DECISION_CHANGES = _table(
    "decision_changes",
    "a scale that the client rated by a decision, and how far it moved since",
    (*SERIES_KEY, "id"),
    _CASE,
    _DECISION,
    _FORM,
    _SCALE,
    {
        "from_session": Column("int64", "session of the last score at or before the decision's"),
        "to_session": Column("Int64", "session of the latest score; <NA> where there is none since"),
        "before": Column("float64", "that last score, in scale points"),
        "now": Column("float64", "the latest score, in scale points; <NA> where there is none since"),
        "is_lowest": Column("boolean", "whether the score before is below all earlier ones"),
        "change": Column("float64", "scale points towards better; below 0 is worse"),
        "usual": Column("float64", "how far is usual at most, in scale points; <NA> where nobody can say"),
        "is_unusual": Column("boolean", "whether it moved farther than is usual; <NA> = cannot be judged"),
        "note": Column("str", "why it cannot be judged; empty where it can"),
    },
)
JUDGEMENTS = _table(
    "judgements",
    "one episode as the supervisor sees it, beside what a method marked or added by hand",
    (*SERIES_KEY, "id"),
    {"id": Column("int64", "number of the judgement in its workspace")},
    _CASE,
    _FORM,
    _SCALE,
    {
        "method": Column("str", "key of the method that marked the episode; empty where it was added by hand"),
        "marked_onset": Column("Int64", "session number of the onset that the method gave; <NA> where added by hand"),
        "onset": Column("int64", "session number of the onset as the supervisor sees it"),
        "end": Column("Int64", "session number of the end as the supervisor sees it; <NA> where not said"),
        "verdict": Column("str", "rupture, not a rupture, or unsure"),
        "reason": Column("str", "why, in the supervisor's words; may be empty", optional=True),
        "type": Column("str", "withdrawal, confrontation or mixed; <NA> where not said", optional=True),
        "outcome": Column(
            "str", f"one of {', '.join(OUTCOMES)}, as the supervisor sees it; <NA> where not said", optional=True
        ),
        "at": Column("datetime64[us, UTC]", "when it was last judged", optional=True),
        "who": Column("str", "by whom", optional=True),
    },
)
TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            RESPONSES,
            SCORES,
            REBASES,
            MARKS,
            EPISODES,
            REPAIRS,
            *(ANNOTATIONS, JUDGED, JUDGED_COUNTS),
            CASELOAD,
            CASE_REASONS,
            *(SUPERVISEES, TRENDS, FUNNEL, FUNNEL_LIMITS),
            TIME_TO_REPAIR,
            CHANCE,
            CALIBRATION,
            THRESHOLDS,
            CLASS_SHARES,
            *(CHANGES, OUTCOME_SUMMARY, OUTCOME_RELATIONS, COUNTS, AGREEMENT, CONGRUENCE),
            *(FOLLOWED_DECISIONS, DECISION_CHANGES, JUDGEMENTS, JUDGEMENT_CODES),
        )
    }
)
