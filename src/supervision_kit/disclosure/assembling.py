"""The published tables, made anew column by column: what no line here names is not in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from supervision_kit.disclosure.layout import NOBODY, Layout, Numbers
from supervision_kit.disclosure.material import Material
from supervision_kit.disclosure.steps import Scores
from supervision_kit.instruments import find_instrument
from supervision_kit.lens import CODES
from supervision_kit.tables import RESPONSES, SCORES

_FORM = ["case_id", "rater", "instrument", "session"]


@dataclass(frozen=True)
class Published:
    """What of a layout is published, under which codes.

    Attributes
    ----------
    number
        Of each row, which session of its case it is; 0 where it is not published.
    case_codes, therapist_codes
        Of each case and therapist; empty where it has none.
    therapist, of_case
        Of each case: its therapist as far as published, and its class.
    """

    layout: Layout
    number: Numbers
    case_codes: tuple[str, ...]
    therapist_codes: tuple[str, ...]
    therapist: Numbers
    of_case: Numbers

    @property
    def rows(self) -> Numbers:
        """The rows that are published."""
        return np.flatnonzero(self.number)

    @property
    def truth(self) -> dict[str, str]:
        """The case that each code stands for: never part of what is published."""
        return {code: case for code, case in zip(self.case_codes, self.layout.cases, strict=True) if code}


def make_scores(published: Published, score: Scores, weeks: pd.Series | None, *, with_answered: bool) -> pd.DataFrame:
    """Return the scores; `score` and `weeks` are of all rows of the layout."""
    layout, rows = published.layout, published.rows
    rater, instrument, scale = _texts(layout.series, layout.of_series[rows])
    n_items = [len(find_instrument(one).scales[key].items) for _, one, key in layout.series]
    columns = {
        "case_id": _text(published.case_codes, layout.case[rows]),
        "rater": rater,
        "instrument": instrument,
        "scale": scale,
        "session": published.number[rows],
        "therapist_id": _therapists(published, layout.case[rows]),
        "score": score[rows],
        "n_items": pd.array(np.array(n_items, dtype=np.int64)[layout.of_series[rows]], dtype="Int64"),
    }
    if with_answered:
        columns["n_answered"] = layout.table["n_answered"].array[rows]
    made = pd.DataFrame(columns)
    order = made.sort_values(list(SCORES.key)).index
    checked = SCORES.check(made.loc[order].reset_index(drop=True))
    if weeks is not None:
        checked["weeks"] = weeks.array[rows][order]
    return checked


def _texts(series: tuple[tuple[str, str, str], ...], number: Numbers) -> list[pd.Series]:
    return [_text(tuple(one[at] for one in series), number) for at in range(3)]


def _text(texts: tuple[str, ...], number: Numbers) -> pd.Series:
    return pd.Series(np.array([*texts, None], dtype=object)[number], dtype="str")


def _therapists(published: Published, case: Numbers) -> pd.Series:
    return _text(published.therapist_codes, published.therapist[case])  # NOBODY takes the last, which is none


def make_responses(published: Published, responses: pd.DataFrame) -> pd.DataFrame:
    """Return the answers to items, of forms that every case of a class has answers of.

    An answer outside those that the form allows is left out.
    """
    layout, rows = published.layout, published.rows
    places = pd.DataFrame(
        {
            "case_id": _text(layout.cases, layout.case[rows]),
            "rater": _texts(layout.series, layout.of_series[rows])[0],
            "instrument": _texts(layout.series, layout.of_series[rows])[1],
            "session": layout.session[rows],
            "published": published.number[rows],
            "case": layout.case[rows],
        }
    ).drop_duplicates(_FORM)
    answered = responses[[*_FORM, "item", "response"]].merge(places, on=_FORM)
    answered = answered[_allowed(answered)]
    of_case = published.of_case[answered["case"]]
    size = np.bincount(published.of_case[published.of_case >= 0])
    with_form = answered.assign(of_case=of_case).groupby(["of_case", "rater", "instrument"])["case"].nunique()
    whole = with_form[with_form.to_numpy() == size[with_form.index.get_level_values(0)]].index
    is_whole = pd.MultiIndex.from_arrays([of_case, answered["rater"], answered["instrument"]]).isin(whole)
    answered = answered[is_whole]
    made = pd.DataFrame(
        {
            "case_id": _text(published.case_codes, answered["case"].to_numpy()),
            "rater": answered["rater"].to_numpy(),
            "instrument": answered["instrument"].to_numpy(),
            "session": answered["published"].to_numpy(),
            "item": answered["item"].to_numpy(),
            "therapist_id": _therapists(published, answered["case"].to_numpy()),
            "response": answered["response"].to_numpy(),
        }
    )
    return RESPONSES.check(made.sort_values(list(RESPONSES.key)).reset_index(drop=True))


def _allowed(answered: pd.DataFrame) -> np.ndarray:
    """Tell for each answer whether its form has such an item, and allows it."""
    is_allowed = np.zeros(len(answered), dtype=bool)
    item, response = answered["item"].to_numpy(), answered["response"].to_numpy()
    for key in answered["instrument"].unique():
        items = find_instrument(key).items
        here = np.flatnonzero((answered["instrument"] == key).to_numpy() & (item >= 1) & (item <= len(items)))
        lowest = np.array([one.lowest for one in items])[item[here] - 1]
        highest = np.array([one.highest for one in items])[item[here] - 1]
        is_allowed[here] = ~((response[here] < lowest) | (response[here] > highest))
    return is_allowed


def make_notes(published: Published, material: Material) -> pd.DataFrame:
    """Return the notes chosen, of published cases and sessions; one on a case as a whole has no session."""
    numbers = _published_sessions(published)
    codes = {case: code for code, case in published.truth.items()}
    made = [
        (codes[case], pd.NA if pd.isna(session) else numbers[case].get(int(session)), str(text))
        for case, session, text in material.notes[["case_id", "session", "text"]].itertuples(index=False, name=None)
        if case in codes and (pd.isna(session) or int(session) in numbers[case])
    ]
    table = pd.DataFrame(made, columns=["case_id", "session", "text"])
    table = table.astype({"case_id": "str", "session": "Int64", "text": "str"})
    return table.sort_values(["case_id", "session", "text"]).reset_index(drop=True)


def make_codes(published: Published, material: Material, *, smallest: int, by_class: bool) -> pd.DataFrame:
    """Return what was said of falls; judgements are numbered anew.

    A word is published of the cases of a therapist's code, or of a class, where `smallest` of them have it.
    """
    codes = {case: code for code, case in published.truth.items()}
    said = material.codes
    known = [kind in CODES and code in CODES[kind] for kind, code in zip(said["kind"], said["code"], strict=True)]
    said = said[np.array(known, dtype=bool) & said["case_id"].isin(list(codes)).to_numpy(dtype=bool)]
    cells = published.of_case if by_class else published.therapist
    cell = said["case_id"].map(dict(zip(published.layout.cases, cells.tolist(), strict=True))).rename("cell")
    n_cases = said.groupby([cell, "kind", "code"])["case_id"].transform("nunique")
    said = said[n_cases >= smallest]
    made = pd.DataFrame({"case_id": [codes[case] for case in said["case_id"]]}, dtype="str")
    made["judgement"] = said["judgement"].to_numpy(dtype=np.int64)
    made["kind"], made["code"] = (pd.Series(said[name].tolist(), dtype="str") for name in ("kind", "code"))
    made = made.sort_values(["case_id", "judgement", "kind", "code"]).reset_index(drop=True)
    made["judgement"] = pd.factorize(made["judgement"])[0].astype(np.int64) + 1
    return made[["judgement", "case_id", "kind", "code"]]


def make_key(published: Published) -> pd.DataFrame:
    """Return who is who, see :meth:`supervision_kit.Workspace.keep_key`."""
    layout = published.layout
    numbers = _published_sessions(published)
    return pd.DataFrame(
        [
            (
                case,
                code,
                _named(published.therapist_codes, layout.therapists, int(published.therapist[at])),
                sorted(numbers[case], key=numbers[case].__getitem__),
            )
            for at, (case, code) in enumerate(zip(layout.cases, published.case_codes, strict=True))
            if code
        ],
        columns=["case_id", "code", "therapists", "sessions"],
    )


def _named(codes: tuple[str, ...], therapists: tuple[str, ...], number: int) -> Mapping[str, str]:
    return {} if number == NOBODY else {codes[number]: therapists[number]}


def _published_sessions(published: Published) -> dict[str, dict[int, int]]:
    """Return for each published case the number that each of its clinical sessions has."""
    layout, rows = published.layout, published.rows
    case, session, number = layout.case[rows], layout.session[rows], published.number[rows]
    is_new = np.append(True, (np.diff(case) != 0) | (np.diff(session) != 0)) if len(rows) else np.zeros(0, dtype=bool)
    found: dict[str, dict[int, int]] = {}
    for one, old, new in zip(case[is_new].tolist(), session[is_new].tolist(), number[is_new].tolist(), strict=True):
        found.setdefault(layout.cases[one], {})[old] = new
    return found
