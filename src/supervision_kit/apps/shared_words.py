"""What goes with a shared case: notes and words that were chosen to be shared, and where its sessions were cut."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import pandas as pd

from supervision_kit.apps.source import Source
from supervision_kit.lens import CODES
from supervision_kit.words import say, say_number


def words_in_html(case_id: str, *, notes: pd.DataFrame, codes: pd.DataFrame) -> str:
    """Return what was chosen of this case; `notes` and `codes` as in :class:`supervision_kit.Bundle`."""
    return _notes(notes[notes["case_id"] == case_id]) + _codes(codes[codes["case_id"] == case_id])


def _notes(notes: pd.DataFrame) -> str:
    said = [f"{_when(session)} {text}" for session, text in zip(notes["session"], notes["text"], strict=True)]
    return _listed(say("Notes that were chosen to be shared"), said)


def _when(session: Any) -> str:
    return say("The case:") if pd.isna(session) else say("Session {session}:", session=say_number(session))


def _codes(codes: pd.DataFrame) -> str:
    said = [
        say(CODES[kind][code].words)
        for kind, code in codes[["kind", "code"]].drop_duplicates().itertuples(index=False, name=None)
        if kind in CODES and code in CODES[kind]
    ]
    return _listed(say("What the supervisor says of the falls"), said)


def _listed(title: str, said: list[str]) -> str:
    items = "".join(f"<li>{html.escape(text)}</li>" for text in said)
    return f"<h2>{html.escape(title)}</h2><ul>{items}</ul>" if said else ""


def tell_cut_of_case(source: Source, case_id: str) -> str:
    """Say it of a case that is shown; empty where there is no bundle, or no case as long as this was cut."""
    if source.bundle is None or case_id not in source.cases:
        return ""
    return tell_cut(source.bundle.settings, n_sessions=int(source.cases[case_id]["session"].max()))


def tell_cut(settings: Mapping[str, Any], *, n_sessions: int | None = None) -> str:
    """Say that sessions at the end were left out, where they were; empty where not.

    It is said of every case of that length, cut or not: which of them went on would tell them apart.

    Parameters
    ----------
    settings
        Of a publication, see :attr:`supervision_kit.Deidentified.settings`.
    n_sessions
        Of the case that is shown; without, of all cases together.
    """
    cut_after = settings.get("cut_after")
    if not isinstance(cut_after, list):  # a bundle may come from others, or from an earlier version
        return ""
    if n_sessions is not None and n_sessions in cut_after:
        return say(
            "Of some cases with {n} sessions here, later ones were left out, and this may be one of them: the latest "
            "session is the latest that is shown.",
            n=say_number(n_sessions),
        )
    if n_sessions is None and cut_after:
        return say(
            "Of some cases, sessions at the end were left out, so that none stands out by its length: the latest "
            "session is the latest that is shown."
        )
    return ""
