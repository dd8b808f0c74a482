"""Decisions + scores → what the ratings did since, and whether that is more than is usual for the client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.agenda.telling import BEGAN_ANEW, tell_changes
from supervision_kit.detection.measuring import D2, D4, ROUNDING
from supervision_kit.episodes import smallest_fall
from supervision_kit.errors import TableError
from supervision_kit.headline import find_headline
from supervision_kit.instruments import INSTRUMENTS, rates_alliance
from supervision_kit.outcome.criteria import criteria_for
from supervision_kit.outcome.reviewing import outcome_scales
from supervision_kit.tables import DECISION_CHANGES, FOLLOWED_DECISIONS, SCORES

D3 = 0.853  # the standard deviation of that range, to the decimals that the published tables print
MOST_RANGES = (D2 + 3 * D3) / D4  # 3.865: the upper limit of moving ranges, in median ones
FEWEST_RATINGS = 5  # before a decision, to say what is usual; the kit's own choice
TOO_FEW = f"fewer than {FEWEST_RATINGS} ratings before"
NO_CRITERION = "no reliable change is known for this scale"


def follow_decisions(
    decisions: pd.DataFrame, scores: pd.DataFrame, *, rebases: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Say of each decision what the client's ratings did since.

    Compared are the last rating at or before the session of the decision and the latest one: all scales of the
    client's alliance questionnaire, and the main scale of each outcome measure. See :func:`measure_changes` for the
    numbers. That something changed after a decision is not to say that it changed by it.

    Parameters
    ----------
    decisions
        The columns ``id``, ``case_id`` and ``session`` (``<NA>`` where it is not known), as
        :meth:`supervision_kit.Workspace.decisions` returns them.
    scores
        See :data:`supervision_kit.tables.SCORES`.
    rebases
        Sessions from which a case's ratings are judged anew: ``case_id``, ``session``.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.FOLLOWED_DECISIONS`, in the order of `decisions`.

    Raises
    ------
    TableError
        A table lacks a column or breaks its contract.

    Examples
    --------
    >>> decisions = pd.DataFrame({"id": [1], "case_id": ["C1"], "session": [5]})
    >>> scores = pd.DataFrame({"case_id": "C1", "rater": "client", "instrument": "srs", "scale": "total",
    ...                        "session": range(1, 8), "score": [36, 37, 36, 37, 28, 32, 36]})
    >>> follow_decisions(decisions, scores)["said"][0][0]
    'Over 2 sessions, more than is usual for this client: total up 8.0 to 36.0.'
    """
    asked, rated = _check(decisions, scores)
    changes = measure_changes(asked, rated, rebases=rebases)
    rows = [
        {
            "id": decision["id"],
            "case_id": decision["case_id"],
            "session": decision["session"],
            "last_session": sessions["session"].max() if len(sessions) else pd.NA,
            "said": tell_changes(
                changes[changes["id"] == decision["id"]], session=decision["session"], is_rated=len(sessions) > 0
            ),
        }
        for decision in asked.to_dict("records")
        for sessions in (rated[(rated["case_id"] == decision["case_id"]) & rated["score"].notna()],)
    ]
    return FOLLOWED_DECISIONS.check(pd.DataFrame(rows, columns=list(FOLLOWED_DECISIONS.columns)))


def measure_changes(
    decisions: pd.DataFrame, scores: pd.DataFrame, *, rebases: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Measure how far each scale moved since each decision, beside what is usual for that client.

    Of an alliance scale, the usual is the upper limit of moving ranges on a control chart: 3.865 times the median
    difference between one rating and the next, of this client up to the decision; a single fall hardly widens it. A
    change beyond it that is also no smaller than the scale's smallest fall is more than usual. Of five ratings that
    only go up and down by chance, about one change in seventeen is; of twenty, one in forty. An outcome measure is
    held against its reliable change.

    Parameters
    ----------
    decisions, scores, rebases
        See :func:`follow_decisions`. What is usual is taken from the latest rebase before the decision; a change over
        a rebase is not judged. A reliable change of an outcome measure rests on no earlier ratings of this client, and
        is told whatever starts anew.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.DECISION_CHANGES`: a row for each scale that was rated by the decision.

    Raises
    ------
    TableError
        A table lacks a column or breaks its contract.

    References
    ----------
    Limits of individual values from median moving ranges: Wheeler, D. J. (2000), Understanding Variation, 2nd ed., SPC
    Press. Reliable change: Jacobson & Truax (1991), https://doi.org/10.1037/0022-006X.59.1.12
    """
    asked, rated = _check(decisions, scores)
    followed = rated[rated["case_id"].isin(asked["case_id"])]
    scored = _followed_scales(followed)
    by_case = {str(case): series for case, series in scored.groupby("case_id")}
    anew = pd.DataFrame({"case_id": [], "session": []}) if rebases is None else rebases
    rows: list[dict[str, Any]] = []
    for decision in asked.dropna(subset=["session"]).to_dict("records"):
        starts = anew.loc[anew["case_id"] == decision["case_id"], "session"].to_numpy()
        if decision["case_id"] in by_case:
            rows += _measure_case(decision, by_case[decision["case_id"]], starts)
    return DECISION_CHANGES.check(pd.DataFrame(rows, columns=list(DECISION_CHANGES.columns)))


def _check(decisions: pd.DataFrame, scores: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    if missing := [name for name in ("id", "case_id", "session") if name not in decisions]:
        raise TableError(f"decisions: the column(s) {', '.join(missing)} are missing.")
    kept = decisions[["id", "case_id", "session"]]
    return kept.astype({"case_id": "str", "session": "Int64"}).reset_index(drop=True), SCORES.check(scores)


def _followed_scales(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the client's scored forms on the case's alliance questionnaire, and on the main scale of each outcome."""
    forms = scores[(scores["rater"] == "client") & scores["score"].notna()]
    own = find_headline(scores)[["case_id", "instrument"]].drop_duplicates()
    alliance = forms.merge(own, on=["case_id", "instrument"])
    main = dict(reversed(outcome_scales()))
    main |= {instrument: "total" for instrument, scale in outcome_scales() if scale == "total"}
    outcome = forms[forms["scale"] == forms["instrument"].map(main)]
    forms = pd.concat([alliance, outcome])
    place = {
        (instrument, scale): (scale != "total", at)
        for instrument, known in INSTRUMENTS.items()
        for at, scale in enumerate(known.scales)
    }
    forms["place"] = [place.get(key, (True, 0)) for key in zip(forms["instrument"], forms["scale"], strict=True)]
    return forms.sort_values(["instrument", "place", "session"], kind="stable")


def _measure_case(decision: Mapping[Any, Any], forms: pd.DataFrame, starts: np.ndarray) -> Iterator[dict[str, Any]]:
    """Give the changes of one case's scales, in the order in which the questionnaires name them."""
    after = decision["session"]
    for (instrument, scale), series in forms.groupby(["instrument", "scale"], sort=False):
        session, score = series["session"].to_numpy(), series["score"].to_numpy()
        is_before = session <= after
        if not is_before.any():
            continue
        begun = max((start for start in starts if start <= after), default=0)
        row = {
            "id": decision["id"],
            "case_id": decision["case_id"],
            "rater": "client",
            "instrument": instrument,
            "scale": scale,
            "from_session": session[is_before][-1],
            "before": score[is_before][-1],
            "is_lowest": bool((score[is_before][-1] < score[is_before][:-1]).all()) and int(is_before.sum()) > 1,
        }
        if not is_before.all():
            row |= {"to_session": session[-1], "now": score[-1]}
            row |= _judge(str(instrument), str(scale), row, score[is_before & (session >= begun)])
            is_over_start = ((starts > row["from_session"]) & (starts <= row["to_session"])).any()
            if is_over_start and rates_alliance(str(instrument)):
                row |= {"is_unusual": pd.NA, "note": BEGAN_ANEW}
        yield row


def _judge(instrument: str, scale: str, row: Mapping[str, Any], before: np.ndarray) -> dict[str, Any]:
    """Return how far a scale moved towards better, how far is usual, and whether it moved farther."""
    points = float(row["now"] - row["before"])
    if (instrument, scale) in outcome_scales():
        known = outcome_scales()[instrument, scale]
        points *= 1 if known.better_is == "higher" else -1
        usual = criteria_for(known).reliable_change
        is_unusual = pd.NA if usual is None else abs(points) >= usual - ROUNDING
        return {
            "change": points + 0.0,
            "usual": usual,
            "is_unusual": is_unusual,
            "note": NO_CRITERION if usual is None else "",
        }
    if len(before) < FEWEST_RATINGS:
        return {"change": points, "usual": pd.NA, "is_unusual": pd.NA, "note": TOO_FEW}
    limit, floor = MOST_RANGES * float(np.median(np.abs(np.diff(before)))), smallest_fall(instrument, scale)
    is_unusual = abs(points) > limit + ROUNDING and abs(points) >= floor - ROUNDING
    return {"change": points, "usual": max(limit, floor), "is_unusual": is_unusual, "note": ""}
