"""Marks of several methods → how many agree, session by session, and pair by pair over a caseload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.agreement.kappa import kappa_interval, kappa_of
from supervision_kit.detection import METHODS, Method
from supervision_kit.detection.marking import find_method, name_methods
from supervision_kit.errors import TableError
from supervision_kit.tables import AGREEMENT, COUNTS, MARKS, SERIES_KEY

BACK, WHOLE = "back", "whole"
READING = "reading"
_SESSION = [*SERIES_KEY, "session"]

Asked = Iterable[str | Method]


def count_agreement(marks: pd.DataFrame, *, methods: Asked = ()) -> pd.DataFrame:
    """Count, for every session, how many of the methods mark it: "3 of 4".

    Methods that look back (they judge a session from that session and earlier ones) and methods that look at the whole
    series are counted apart: what the one kind says is news in that week, what the other says is hindsight.

    Parameters
    ----------
    marks
        See :data:`supervision_kit.tables.MARKS`, of several methods.
    methods
        What :func:`supervision_kit.mark_sessions` was asked for, needed where a method with settings of its own
        judged; a key alone has its default settings.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.COUNTS`: a row per session and way of looking, sorted. A method that cannot
        judge the session counts neither for nor against; where none can, ``n_marked`` is ``<NA>``.

    Raises
    ------
    TableError
        The table breaks its contract, or holds a method of which nobody says how it looks.
    """
    checked = MARKS.check(marks)
    checked["looks"] = checked["method"].map(_looks(checked["method"].unique(), methods)).astype("str")
    key = [*_SESSION, "looks"]
    judged = checked.groupby(key, sort=True)["is_rupture"]
    counts = pd.DataFrame({"n_judged": judged.count(), "n_marked": judged.sum()})
    counts["n_marked"] = counts["n_marked"].astype("Int64").mask(counts["n_judged"] == 0)
    is_marked = checked["is_rupture"].fillna(value=False).astype(bool)
    names = checked[is_marked].groupby(key, sort=False)["method"].agg(", ".join)
    counts["methods"] = names.reindex(counts.index).fillna("")
    return COUNTS.check(counts.reset_index())


def compare_methods(marks: pd.DataFrame, *, methods: Asked = ()) -> pd.DataFrame:
    """Compare every two methods over a caseload: Cohen's kappa with its interval.

    Only methods that look alike are compared, see :func:`count_agreement`. Every session of every series in `marks`
    counts once, so pass the marks of one scale where several overlap (a total and its parts).

    Parameters
    ----------
    marks
        See :data:`supervision_kit.tables.MARKS`, of several methods.
    methods
        As in :func:`count_agreement`.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.AGREEMENT`, a row per pair. A scored session that either method cannot judge
        is left out and counted in ``n_left_out``. ``kappa`` is ``<NA>`` where it is not defined (both mark all
        sessions, or none); its interval is by the jackknife over cases, see
        :func:`supervision_kit.agreement.kappa.kappa_interval`.

    Raises
    ------
    TableError
        As in :func:`count_agreement`.
    """
    checked = MARKS.check(marks).dropna(subset="score")
    looks = _looks(checked["method"].unique(), methods)
    return AGREEMENT.check(_compare(checked, looks))


def compare_readings(readings: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    """Compare one reading of sessions with another, such as a trainee's with the key.

    Parameters
    ----------
    readings, key
        Marks of one reader each, see :data:`supervision_kit.tables.MARKS`; what stands in ``method`` plays no part.

    Returns
    -------
    pandas.DataFrame
        One row, see :data:`supervision_kit.tables.AGREEMENT`; ``n_only_a`` are sessions that the reading alone marks.

    Raises
    ------
    TableError
        A table breaks its contract, or holds several readers.
    """
    tables = [MARKS.check(table).assign(method=name) for table, name in ((readings, READING), (key, "key"))]
    if any(table.duplicated(_SESSION).any() for table in tables):
        raise TableError("compare_readings: a session is read more than once; pass one reader's marks in each table.")
    return AGREEMENT.check(_compare(pd.concat(tables), {READING: READING, "key": READING}))


def _looks(names: Iterable[str], methods: Asked) -> dict[str, str]:
    """Return for each method whether it looks back or at the whole series."""
    asked = [methods] if isinstance(methods, str | Method) else list(methods)
    known = {key: method() for key, method in METHODS.items()}
    known |= name_methods(find_method(one, known=METHODS) for one in asked)
    names = list(names)
    if n_unknown := sum(name not in known for name in names):
        raise TableError(
            f"marks: {n_unknown} method(s) in it are neither a registered key nor among `methods`; "
            "pass methods=[…], the list that mark_sessions was asked for."
        )
    return {name: BACK if known[name].is_prospective else WHOLE for name in names}


def _compare(marks: pd.DataFrame, looks: Mapping[str, str]) -> pd.DataFrame:
    method, names = pd.factorize(marks["method"])
    session = marks.groupby(_SESSION, sort=False).ngroup().to_numpy()
    n_sessions = session.max(initial=-1) + 1
    judged = np.full((len(names), n_sessions), -1, dtype=np.int8)  # 1 marked, 0 not, −1 cannot be judged
    has_row = np.zeros(judged.shape, dtype=bool)
    judged[method, session] = marks["is_rupture"].astype("Int8").fillna(-1).to_numpy(dtype=np.int8)
    has_row[method, session] = True
    case = np.zeros(n_sessions, dtype=np.int64)
    case[session] = marks.groupby("case_id", sort=False).ngroup().to_numpy()
    rows = [
        (names[a], names[b], looks[names[a]], *_count(judged[[a, b]], is_shared=has_row[a] & has_row[b], case=case))
        for a, b in combinations(range(len(names)), 2)
        if looks[names[a]] == looks[names[b]]
    ]
    return pd.DataFrame(rows, columns=list(AGREEMENT.columns))


def _count(
    judged: npt.NDArray[np.int8], *, is_shared: npt.NDArray[np.bool_], case: npt.NDArray[np.int64]
) -> tuple[float, ...]:
    """Return the figures of two methods, whose judgements of each session are the rows of `judged`."""
    a, b = judged
    both = (a >= 0) & (b >= 0)
    cell = 3 - 2 * a[both].astype(np.int64) - b[both]  # 0 both mark, 1 only a, 2 only b, 3 neither
    n_cases = int(case.max(initial=-1)) + 1
    counts = np.bincount(4 * case[both] + cell, minlength=4 * n_cases).reshape(n_cases, 4).astype(np.float64)
    total = counts.sum(axis=0)
    n = total.sum()
    return (
        *(np.count_nonzero(counts.sum(axis=1)), n, np.count_nonzero(is_shared & ~both), *total[:3]),
        *((total[0] + total[3]) / n if n else np.nan, float(kappa_of(total)), *kappa_interval(counts)),
    )
