"""What is there to de-identify: the tables of a workspace or those given, of cases that gave their consent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from supervision_kit.errors import DisclosureError, SettingError, UnknownNameError
from supervision_kit.tables import JUDGEMENT_CODES, RESPONSES, SCORES, Column, Table
from supervision_kit.words import say
from supervision_kit.workspace import Workspace

NOTES = ("case_id", "session", "text")
CONSENTS = Table(
    "consents",
    "what a client said",
    (),  # two words on one case are allowed: one no is no
    MappingProxyType(
        {
            "case_id": Column("str", "the case's code"),
            "teaching": Column("boolean", "whether the client agreed to teaching use; <NA> where not asked"),
        }
    ),
)


@dataclass(frozen=True)
class Material:
    """The ratings as they are, and which cases of them may be published.

    Attributes
    ----------
    scores
        Of all cases asked for, those without consent among them: what somebody who holds the originals has.
    consenting
        The cases that may be published, in order.
    n_asked
        How many cases were asked for.
    is_synthetic
        Whether no client is behind them, by the caller's word.
    is_keyed
        Whether there is a workspace that keeps who is who.
    """

    scores: pd.DataFrame
    responses: pd.DataFrame
    notes: pd.DataFrame
    codes: pd.DataFrame
    consenting: tuple[str, ...]
    n_asked: int
    is_synthetic: bool
    is_keyed: bool


def take_material(
    source: Workspace | pd.DataFrame,
    *,
    cases: Iterable[str] | str | None,
    consents: pd.DataFrame | None,
    synthetic: bool,
    responses: pd.DataFrame | None,
    with_items: bool,
    with_codes: bool,
    notes: Iterable[int],
) -> Material:
    """Read the tables and the consents.

    Raises
    ------
    DisclosureError
        No case gave its consent, or nobody says whether any did.
    """
    wanted = [cases] if isinstance(cases, str) else None if cases is None else list(dict.fromkeys(cases))
    notes = list(notes)
    if isinstance(source, Workspace):
        with source.viewing("de-identify"):
            scores = SCORES.check(source.scores(wanted))
            items = source.responses(wanted) if with_items else RESPONSES.empty()
            said = source.notes() if notes else pd.DataFrame(columns=["id", *NOTES])
            codes = source.codes() if with_codes else JUDGEMENT_CODES.empty()
            consents = source.consents()
    else:
        if notes or with_codes:
            raise SettingError("Notes and lens codes are kept in a workspace: give one as the source.")
        if with_items and responses is None:
            raise SettingError("items: give the answers as `responses=`, or a workspace as the source.")
        scores = _of_cases(SCORES.check(source), wanted)
        items = RESPONSES.check(responses) if with_items and responses is not None else RESPONSES.empty()
        said, codes = pd.DataFrame(columns=["id", *NOTES]), JUDGEMENT_CODES.empty()
    there = sorted(scores["case_id"].unique()) if wanted is None else wanted
    is_keyed = isinstance(source, Workspace)
    if synthetic and is_keyed:
        raise SettingError("synthetic is for tables: a workspace says which cases have consent.")
    consenting = there if synthetic else _consenting(there, consents)
    if not consenting:
        raise DisclosureError(
            say(
                "No case asked for has a consent to teaching use, and without one none is published. Nothing was "
                "published. Write down on the page of each case what the client agreed to."
            ),
            column="case_id",
            advice="consents",
        )
    return Material(scores, items, choose_notes(said, notes), codes, tuple(consenting), len(there), synthetic, is_keyed)


def _of_cases(scores: pd.DataFrame, wanted: list[str] | None) -> pd.DataFrame:
    if wanted is None:
        return scores
    known = set(scores["case_id"].unique())
    for code in wanted:
        if code not in known:
            raise UnknownNameError("case", code, known, from_data=True)
    return scores[scores["case_id"].isin(wanted)].reset_index(drop=True)


def _consenting(cases: Iterable[str], consents: pd.DataFrame | None) -> list[str]:
    if consents is None:
        raise DisclosureError(
            "nothing says who gave consent to teaching use. Give `consents=`, a table of case_id and teaching, or say "
            "`synthetic=True` where no client is behind the ratings.",
            column="case_id",
        )
    said = CONSENTS.check(consents)
    is_given = said["teaching"].fillna(value=False).astype(bool)
    given = set(said.loc[is_given, "case_id"]) - set(said.loc[~is_given, "case_id"])
    return [case for case in cases if case in given]


def choose_notes(said: pd.DataFrame, notes: list[int]) -> pd.DataFrame:
    """Return the notes of these numbers."""
    missing = set(notes) - set(said["id"])
    if missing:
        raise UnknownNameError("note", "", map(str, said["id"]), from_data=True)
    return said.loc[said["id"].isin(notes), ["id", *NOTES]].reset_index(drop=True)
