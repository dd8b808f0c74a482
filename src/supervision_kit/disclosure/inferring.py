"""What is still told of a case by its group, or by its gaps, though the group is large enough.

A group hides which of its cases is whose. Where all of them went the same way, it hides nothing of that: *attribute
disclosure*, against which groups must be diverse (Machanavajjhala et al. 2007, doi:10.1145/1217299.1217302).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from supervision_kit.caseload import review_caseload
from supervision_kit.detection import mark_sessions
from supervision_kit.disclosure.assembling import Published
from supervision_kit.episodes import find_episodes
from supervision_kit.headline import find_headline
from supervision_kit.repair import follow_repairs


@dataclass(frozen=True)
class Inferring:
    """What of each case can be inferred.

    Attributes
    ----------
    n_groups_alike, n_cases_alike
        Groups in which the ratings of every case went the same way (no fall marked, repaired, …), and their cases.
    n_alone_by_gaps
        Cases that no other of their group shares the sessions with, in which a form, or its score, is missing.
    n_words_alike
        Words of the lens that every case of a group has, summed over the groups.
    """

    n_groups_alike: int
    n_cases_alike: int
    n_alone_by_gaps: int
    n_words_alike: int


def infer(published: Published, tables: dict[str, pd.DataFrame], *, method: str) -> Inferring:
    """Say what can be inferred from published tables; how ratings went is judged by `method`."""
    of_code = dict(zip(published.case_codes, published.of_case.tolist(), strict=True))
    went = _classify(tables["scores"], method)
    ways: dict[int, set[str | None]] = {}
    for code, way in went.items():
        ways.setdefault(of_code[code], set()).add(way)
    size = np.bincount(published.of_case[published.of_case >= 0])
    alike = [group for group, found in ways.items() if len(found) == 1 and found != {None}]
    codes = tables["codes"]
    said = codes[["case_id", "kind", "code"]].drop_duplicates()
    with_word = Counter((of_code[case], kind, word) for case, kind, word in said.itertuples(index=False, name=None))
    return Inferring(
        n_groups_alike=len(alike),
        n_cases_alike=int(size[alike].sum()),
        n_alone_by_gaps=_count_alone_by_gaps(published),
        n_words_alike=sum(n == size[group] for (group, _, _), n in with_word.items()),
    )


def _classify(scores: pd.DataFrame, method: str) -> dict[str, str | None]:
    """Return what became of the falls of each case; None where it cannot be told."""
    marks = mark_sessions(find_headline(scores), method=method)
    caseload = review_caseload(scores, follow_repairs(find_episodes(marks), scores), marks=marks)
    told = dict(zip(caseload["case_id"], caseload["outcome_class"], strict=True))
    return {case: None if pd.isna(told.get(case)) else told[case] for case in scores["case_id"].unique()}


def _count_alone_by_gaps(published: Published) -> int:
    layout, rows = published.layout, published.rows
    has_score = np.isfinite(layout.table["score"].to_numpy(dtype=np.float64)[rows])
    shown: dict[int, set[tuple[int, int, bool]]] = {}
    for case, *place in zip(
        layout.case[rows].tolist(),
        layout.of_series[rows].tolist(),
        published.number[rows].tolist(),
        has_score.tolist(),
        strict=True,
    ):
        shown.setdefault(case, set()).add((place[0], place[1], place[2]))
    patterns = Counter((int(published.of_case[case]), frozenset(places)) for case, places in shown.items())
    return sum(n == 1 for n in patterns.values())
