"""What goes with a shared case: notes that were chosen to be shared, and the words chosen for its falls."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd

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
