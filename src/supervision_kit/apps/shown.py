"""Which ratings a page shows, and what its reader should know of them."""

from __future__ import annotations

import html
import os
from dataclasses import dataclass
from typing import Any

import pandas as pd

from supervision_kit.apps.page import LOAD_NOTEBOOK, fold, is_served
from supervision_kit.environment import FLEETING, RATINGS
from supervision_kit.errors import RecordsError
from supervision_kit.reasons import counted
from supervision_kit.records import Ratings, read_ratings
from supervision_kit.workspace import Workspace
from supervision_kit.workspace.places import Place, find_place


@dataclass(frozen=True)
class Shown:
    """The scores of a page; `origin` is for the code that repeats it, `about` is HTML for its reader."""

    scores: pd.DataFrame
    origin: dict[str, Any]
    about: dict[str, str]


def find_ratings(files: tuple[str, ...], *, workspace: str | None, sample: str | None, view: str) -> Shown:
    """Return what to show: files given, else the server's, else a workspace that holds ratings, else the sample.

    Raises
    ------
    RecordsError, WorkspaceError
        What is to be shown cannot be read, or there is nothing to show.
    """
    served = os.environ.get(RATINGS)
    files = files or (tuple(served.split(os.pathsep)) if served else ())
    kept = None if files else _read_workspace(workspace, view)
    if kept is not None:
        return kept
    if not files and sample is None:
        raise RecordsError(f"There are no ratings to show yet. Load files first, with {LOAD_NOTEBOOK}.")
    names = files or (str(sample),)
    ratings = read_ratings(list(names))
    return Shown(ratings.scores, {"files": names}, _about_files(ratings, is_sample=not files))


def is_made(place: Place) -> bool:
    """Return whether there is a workspace; looking at a page makes none."""
    return place.path is None or place.path.exists()


def name_place(place: Place) -> str:
    """Return what a workspace is called in a sentence: a file by its name alone, without the folders it is in."""
    if os.environ.get(FLEETING):
        return "this demonstration’s workspace"
    return place.words[0].lower() + place.words[1:]


def _read_workspace(where: str | None, view: str) -> Shown | None:
    place = find_place(where)
    if not is_made(place):
        return None
    with Workspace(where) as workspace:
        scores = workspace.scores(view=view)
    if scores.empty:
        return None
    n_cases = len(scores["case_id"].unique())
    about = f"From {name_place(place)}, {counted(n_cases, 'case')}."
    origin = {"workspace": f"sk.Workspace({'' if where is None else repr(str(where) if place.path else place.shown)})"}
    return Shown(scores, origin, {"warning": f'<p class="sk-quiet">{html.escape(about)}</p>'})


def _about_files(ratings: Ratings, *, is_sample: bool) -> dict[str, str]:
    """Return what the reader should know of the files: a warning above all, notes below."""
    n = ratings.rows_set_aside
    load = (
        f'<a href="{LOAD_NOTEBOOK}">Load your own files</a>' if is_served() else f"Load your own with {LOAD_NOTEBOOK}"
    )
    sample = f'<p class="sk-quiet">A sample with simulated ratings. {load}.</p>' if is_sample else ""
    warning = (
        f"{n:,} of {ratings.rows_read:,} rows could not be used and were set aside: drop the file on the page "
        "Load, or run supervision-kit check, to see why."
    )
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in ratings.notes)
    return {
        "warning": sample + (f'<p class="sk-note">{warning}</p>' if n else ""),
        "notes": fold("How the files were read", notes) if notes else "",
    }
