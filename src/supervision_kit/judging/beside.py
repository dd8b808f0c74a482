"""Which judgement belongs to which episode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from supervision_kit.judging.dated import BY_HAND, follow_dated
from supervision_kit.repair import RepairRule
from supervision_kit.tables import JUDGED, JUDGEMENTS, REPAIRS, SCORES, SERIES_KEY

NO_RUPTURE = "not a rupture"
_BESIDE = ["judgement", "judged_as", "verdict", "type", "supervisor_onset", "supervisor_end", "supervisor_outcome"]

Row = dict[str, Any]
Series = tuple[str, ...]


def judge_beside(
    repairs: pd.DataFrame,
    judgements: pd.DataFrame,
    *,
    scores: pd.DataFrame | None = None,
    rule: RepairRule = RepairRule(),
    rebases: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Put what the supervisor says of each episode beside what the method says; the method's columns never change.

    A judgement belongs to the episode that it was made of. Where another method is looked at, it stands beside that
    method's episode in the same sessions of the same series. A rupture that no episode here shows has a row of its own:
    those added by hand, and those that only another method marks.

    Parameters
    ----------
    repairs
        The followed episodes; see :data:`supervision_kit.tables.REPAIRS`.
    judgements
        See :data:`supervision_kit.tables.JUDGEMENTS`.
    scores
        The scores that the episodes were found in. With them, ruptures added by hand and episodes that the supervisor
        dates otherwise are followed up from the supervisor's onset; without, they are *undetermined*.
    rule
        What counts as repaired. By ``"limits"`` they are *undetermined*: there is no limit that such an onset fell
        through.
    rebases
        Where cases start anew; see :data:`supervision_kit.tables.REBASES`.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.JUDGED`: the rows of `repairs` in their order, then those of their own, with
        the method ``by hand``. The level before such a rupture is the median of the three ratings before its onset; it
        goes on to the end that the supervisor gave, else to the last rating before one that has regained half of the
        fall.

    Raises
    ------
    TableError
        A table breaks its contract.

    Examples
    --------
    >>> judge_beside(repairs, workspace.judgements(), scores=scores)[["onset", "verdict"]]  # doctest: +SKIP
       onset  verdict
    0      6  rupture
    """
    followed, said = REPAIRS.check(repairs), JUDGEMENTS.check(judgements).sort_values("at", kind="stable")
    if said.empty:
        return JUDGED.check(followed.reindex(columns=list(JUDGED.columns)))
    rated = None if scores is None else SCORES.check(scores)
    beside, own = _match(followed, said)
    judged = followed.join(pd.DataFrame.from_dict(beside, orient="index", columns=_BESIDE))
    is_redated = judged["supervisor_onset"].notna() & (
        judged["supervisor_onset"].ne(judged["onset"])
        | judged["supervisor_end"].fillna(judged["end"]).ne(judged["end"])
    )
    dated = judged[is_redated]
    last = dated["supervisor_end"].fillna(dated["end"].where(dated["end"] >= dated["supervisor_onset"]))
    redated = follow_dated(dated.assign(onset=dated["supervisor_onset"], end=last), rated, rule=rule, rebases=rebases)
    for name in ("outcome", "repair_session", "regained"):
        judged.loc[is_redated, f"redated_{name}"] = redated[name].to_numpy(dtype=object)
    if own:
        by_hand = pd.DataFrame(own, columns=[*SERIES_KEY, "onset", "end", *_BESIDE])
        by_hand = by_hand.sort_values([*SERIES_KEY, "onset"], ignore_index=True)
        episodes = follow_dated(by_hand, rated, rule=rule, rebases=rebases)
        judged = pd.concat([judged, episodes.join(by_hand[_BESIDE])], ignore_index=True)
    return JUDGED.check(judged.reindex(columns=list(JUDGED.columns)))


def _match(followed: pd.DataFrame, said: pd.DataFrame) -> tuple[dict[int, tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return for rows of the episodes what is said of them, and rows for the ruptures that are none of them."""
    by_series: dict[Series, list[tuple[int, Row]]] = {}
    for n, episode in enumerate(followed.to_dict("records")):
        by_series.setdefault(_series(episode), []).append((n, _plain(episode)))
    beside: dict[int, tuple[Any, ...]] = {}
    others: list[Row] = []
    for one in map(_plain, said.to_dict("records")):
        exact = [n for n, episode in by_series.get(_series(one), []) if _is_of(one, episode)]
        beside |= dict.fromkeys(exact, _told(one))  # the latest stands
        if not exact:
            others.append(one)
    own: list[tuple[Any, ...]] = []
    for one in reversed(others):  # the latest stands here as well
        here = [] if not one["method"] else [n for n, row in by_series.get(_series(one), []) if _meets(one, row)]
        for n in here:
            beside.setdefault(n, _told(one))
        if not one["method"] or (not here and one["verdict"] != NO_RUPTURE):
            own.append((*_series(one), one["onset"], one["end"], *_told(one)))
    return beside, own


def _plain(row: Mapping[Any, Any]) -> Row:
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def _series(row: Mapping[Any, Any]) -> Series:
    return tuple(row[name] for name in SERIES_KEY)


def _is_of(said: Row, episode: Row) -> bool:
    return bool(said["method"]) and (said["method"], said["marked_onset"]) == (episode["method"], episode["onset"])


def _meets(said: Row, episode: Row) -> bool:
    """Tell whether a judgement is about sessions of an episode."""
    first, last = said["onset"], max(said["onset"], said["end"] or 0)
    return bool(first <= episode["end"] and last >= episode["onset"])


def _told(one: Row) -> tuple[Any, ...]:
    return (
        *(one["id"], one["method"] or BY_HAND, one["verdict"], one["type"]),
        *(one["onset"], one["end"], one["outcome"]),
    )
