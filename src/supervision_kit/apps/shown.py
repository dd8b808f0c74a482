"""Which ratings a page shows, and what its reader should know of them."""

from __future__ import annotations

import html
import os
from dataclasses import dataclass, replace
from typing import Any

from supervision_kit.apps.page import LOAD_NOTEBOOK, fold, is_served, quiet
from supervision_kit.apps.shared_words import tell_cut
from supervision_kit.apps.source import Source
from supervision_kit.bundles import open_bundle
from supervision_kit.environment import BUNDLE, FLEETING, RATINGS, SAMPLE
from supervision_kit.errors import RecordsError
from supervision_kit.records import Ratings, read_ratings
from supervision_kit.words import say, say_n, say_number
from supervision_kit.workspace import Workspace
from supervision_kit.workspace.places import Place, find_place


@dataclass(frozen=True)
class Shown:
    """What a page stands on; `origin` is for the code that repeats it, `about` is HTML for its reader."""

    source: Source
    origin: dict[str, Any]
    about: dict[str, str]


def find_ratings(
    files: tuple[str, ...], *, bundle: str | None, workspace: str | None, sample: str | None, view: str
) -> Shown:
    """Return what to show: files given, else the server's, else a workspace that holds ratings, else the sample.

    Where a bundle is shared, it is shown and nothing else. A demonstration keeps its sample in a workspace of its own,
    so that everything can be tried on it.

    Raises
    ------
    BundleError, RecordsError, WorkspaceError
        What is to be shown cannot be read, or there is nothing to show.
    """
    if bundle is not None or os.environ.get(BUNDLE):
        return _open_bundle(bundle)
    served = os.environ.get(RATINGS)
    files = files or (tuple(served.split(os.pathsep)) if served else ())
    kept = None if files else _read_workspace(workspace, view) or _read_kept_sample(sample, view)
    if kept is not None:
        return kept
    if not files and sample is None:
        raise RecordsError(say("There are no ratings to show yet. Load files first, with {page}.", page=LOAD_NOTEBOOK))
    names = files or (str(sample),)
    ratings = read_ratings(list(names))
    source = Source(ratings.scores, responses=ratings.responses)
    return Shown(source, {"files": names}, _about_files(ratings, is_sample=not files))


def _open_bundle(named: str | None) -> Shown:
    """Open the server's bundle, or else the one that is named; where it lies is told to nobody who did not say it."""
    is_served_here = bool(os.environ.get(BUNDLE))
    bundle = open_bundle(None if is_served_here else named)
    source = Source(bundle)
    about = say_n(
        "{n} case, shared without who it is: it has a drawn code, and no date.",
        "{n} cases, shared without who they are: they have drawn codes, and no dates.",
        len(source.cases),
    )
    origin = {"opened_as": f"sk.open_bundle({'' if is_served_here else repr(named)})"}
    return Shown(source, origin, {"warning": quiet(about) + quiet(tell_cut(bundle.settings))})


def is_made(place: Place) -> bool:
    """Return whether there is a workspace; looking at a page makes none."""
    return place.path is None or place.path.exists()


def name_place(place: Place) -> str:
    """Return what a workspace is called in a sentence: a file by its name alone, without the folders it is in."""
    if os.environ.get(FLEETING):
        return say("this demonstration’s workspace")
    return place.named


def _read_workspace(where: str | None, view: str) -> Shown | None:
    place = find_place(where)
    if not is_made(place):
        return None
    source = Source(Workspace(where), view=view)  # it stays open: what is said on the page is kept in it
    if source.scores.empty:
        source.close()
        return None
    cases = say_n("{n} case", "{n} cases", len(source.cases))
    about = say("From {place}, {cases}.", place=name_place(place), cases=cases)
    origin = {"opened_as": f"sk.Workspace({'' if where is None else repr(str(where) if place.path else place.shown)})"}
    return Shown(source, origin, {"warning": f'<p class="sk-quiet">{html.escape(about)}</p>'})


def _read_kept_sample(sample: str | None, view: str) -> Shown | None:
    """Return the sample as a demonstration keeps it, taken in when a page first asks for it."""
    where = os.environ.get(SAMPLE)
    if where is None or sample is None:
        return None
    with Workspace(where) as workspace:
        if not workspace.case_ids():
            workspace.import_ratings(read_ratings(sample))
    kept = _read_workspace(where, view)
    about = say("A demonstration with simulated ratings: what you write here goes when it is stopped.")
    return kept and replace(kept, about={"warning": f'<p class="sk-quiet">{html.escape(about)} {_invitation()}</p>'})


def _invitation() -> str:
    """Return as HTML where one's own files are loaded."""
    if is_served():
        return f'<a href="{LOAD_NOTEBOOK}">{html.escape(say("Load your own files"))}</a>.'
    return html.escape(say("Load your own with {page}.", page=LOAD_NOTEBOOK))


def _about_files(ratings: Ratings, *, is_sample: bool) -> dict[str, str]:
    """Return what the reader should know of the files: a warning above all, notes below."""
    sample = f'<p class="sk-quiet">{html.escape(say("A sample with simulated ratings."))} {_invitation()}</p>'
    warning = html.escape(
        say(
            "{n} of {all} rows could not be used and were set aside: drop the file on the page Load, or run "
            "supervision-kit check, to see why.",
            n=say_number(ratings.rows_set_aside),
            all=say_number(ratings.rows_read),
        )
    )
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in ratings.notes)
    return {
        "warning": (sample if is_sample else "")
        + (f'<p class="sk-note">{warning}</p>' if ratings.rows_set_aside else ""),
        "notes": fold(say("How the files were read"), notes) if notes else "",
    }
