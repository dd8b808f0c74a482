"""What a colleague finds out who knows a person's course roughly: see :mod:`supervision_kit.disclosure.linkage`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from supervision_kit.disclosure.classes import count_sessions, find_forms, number_kinds, number_sessions
from supervision_kit.disclosure.layout import Layout, Numbers
from supervision_kit.disclosure.linkage import FALL_UNSURE, SESSIONS_UNSURE, Linkage, choose_cases, lay_out_all
from supervision_kit.headline import find_headline
from supervision_kit.instruments import rates_alliance

_FAR = 10_000_000  # more sessions than any case has


def link_roughly(published: pd.DataFrame, originals: pd.DataFrame, truth: Mapping[str, str]) -> Linkage:
    """Say what the colleague finds out; parameters as of :func:`.originals.link_originals`."""
    new, old = lay_out_all(published), lay_out_all(originals)
    seen, known = _describe(new), _describe(old)
    group = np.unique(np.column_stack([seen.kind, seen.therapist]), axis=0, return_inverse=True)[1].ravel()
    windows = {one: np.unique(seen.n_sessions[group == one]) for one in np.unique(group)}
    number_of = {case: at for at, case in enumerate(old.cases)}
    found: dict[str, int] = {}
    for case in choose_cases(new.cases):
        code = new.cases[case]
        person = number_of[truth[code]]
        ends = {
            one: {_stop(stops, n) for n in _nearby(int(known.n_sessions[person]))} for one, stops in windows.items()
        }
        may_end = np.concatenate([[(one, end) for end in sorted(there)] for one, there in ends.items()])
        in_window = np.isin(group * _FAR + seen.n_sessions, may_end[:, 0] * _FAR + may_end[:, 1])
        asked = known.questionnaire[person]
        same_form = np.array([asked == "" or asked in each for each in seen.questionnaires], dtype=bool)
        fits = in_window & same_form[seen.kind] & (seen.therapist == seen.therapist[case])
        fall = known.fall[person]
        if fall > 0:
            fell_then = (seen.fall > 0) & (np.abs(seen.fall - fall) <= FALL_UNSURE)
            fits &= (seen.n_sessions < fall) | fell_then
        found[code] = int(fits.sum()) if fits[case] else 0
    return Linkage(found)


@dataclass(frozen=True)
class _Described:
    """Of each case: its forms, how many sessions, whose; its alliance questionnaire; at which session it fell most."""

    kind: Numbers
    questionnaires: list[set[str]]  # of each kind
    n_sessions: Numbers
    therapist: Numbers
    questionnaire: list[str]
    fall: Numbers  # 0 where there is none


def _describe(layout: Layout) -> _Described:
    every = np.ones(len(layout.case), dtype=bool)
    number = number_sessions(layout, every)
    kind, kinds = number_kinds(find_forms(layout, every))
    alliance = [
        {layout.series[at][1] for at in np.flatnonzero(one) if rates_alliance(layout.series[at][1])} for one in kinds
    ]
    headline = find_headline(layout.table)
    case = pd.Index(layout.cases).get_indexer(pd.Index(headline["case_id"]))
    questionnaire = np.full(len(layout.cases), "", dtype=object)
    questionnaire[case] = headline["instrument"].to_numpy(dtype=object)
    # the headline's sessions by the numbers that all forms of the case have
    sessions = pd.MultiIndex.from_arrays([layout.case, layout.session])
    first = ~sessions.duplicated()
    counted = number[first][sessions[first].get_indexer(pd.MultiIndex.from_arrays([case, headline["session"]]))]
    fall = np.zeros(len(layout.cases), dtype=np.int64)
    score = headline["score"].to_numpy()
    rated = np.flatnonzero(np.isfinite(score))
    drop = score[rated[:-1]] - score[rated[1:]]
    is_drop = (case[rated[1:]] == case[rated[:-1]]) & (drop > 0)
    after = rated[1:][is_drop]
    by_depth = after[np.lexsort((-counted[after], drop[is_drop]))]
    fall[case[by_depth]] = counted[by_depth]  # the deepest comes last, the first of those equally deep
    return _Described(kind, alliance, count_sessions(layout, number), layout.therapist, questionnaire.tolist(), fall)


def _nearby(n_sessions: int) -> range:
    return range(max(n_sessions - SESSIONS_UNSURE, 1), n_sessions + SESSIONS_UNSURE + 1)


def _stop(stops: Numbers, n_sessions: int) -> int:
    """Return after which session a case of this length stops in a group, the shortest where none is short enough."""
    at = int(np.searchsorted(stops, n_sessions, side="right")) - 1
    return int(stops[max(at, 0)])
