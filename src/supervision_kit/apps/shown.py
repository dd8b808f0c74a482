"""Which ratings a page shows, and what its reader should know of them."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
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
from supervision_kit.workspace.looks import looks_ahead
from supervision_kit.workspace.places import Place, find_place


@dataclass(frozen=True)
class Shown:
    """What a page stands on; `origin` is for the code that repeats it, `about` is HTML for its reader.

    `is_as_it_was` tells whether the same would be shown if it was found again now.
    """

    source: Source
    origin: dict[str, Any]
    about: dict[str, str]
    is_as_it_was: Callable[[], bool]


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
    kept = None if files else _read_workspace(workspace, view) or _read_kept_sample(sample, view, workspace=workspace)
    if kept is not None:
        return kept
    if not files and sample is None:
        raise RecordsError(say("There are no ratings to show yet. Load files first, with {page}.", page=LOAD_NOTEBOOK))
    names = files or (str(sample),)
    is_as_it_was = _watch(names, unmade=None if files else find_place(workspace))
    ratings = read_ratings(list(names))
    source = Source(ratings.scores, responses=ratings.responses)
    return Shown(source, {"files": names}, _about_files(ratings, is_sample=not files), is_as_it_was)


def _open_bundle(named: str | None) -> Shown:
    """Open the server's bundle, or else the one that is named; where it lies is told to nobody who did not say it."""
    is_served_here = bool(os.environ.get(BUNDLE))
    folder = Path(os.environ[BUNDLE] if is_served_here else str(named)).absolute()
    source, is_as_it_was = _source_of_bundle(folder, None if is_served_here else named)
    about = say_n(
        "{n} case, shared without who it is: it has a drawn code, and no date.",
        "{n} cases, shared without who they are: they have drawn codes, and no dates.",
        len(source.cases),
    )
    origin = {"opened_as": f"sk.open_bundle({'' if is_served_here else repr(named)})"}
    cut = tell_cut(source.bundle.settings) if source.bundle is not None else ""
    return Shown(source, origin, {"warning": quiet(about) + quiet(cut)}, is_as_it_was)


_bundles: dict[tuple[Path, str | None], tuple[Source, Callable[[], bool]]] = {}


def _source_of_bundle(folder: Path, named: str | None) -> tuple[Source, Callable[[], bool]]:
    """Return a bundle as a source, and what tells whether it is as it was; opened anew where its files have changed.

    What methods learn of its ratings so serves all pages that are made ahead, and all kernels forked afterwards.
    """
    known = _bundles.get((folder, named))
    if known is None or not known[1]():
        is_as_it_was = _watch([folder, *folder.rglob("*")])
        known = Source(open_bundle(named)), is_as_it_was
        if looks_ahead() is not None:
            _bundles[folder, named] = known
    return known


def _watch(names: Iterable[str | Path], *, unmade: Place | None = None) -> Callable[[], bool]:
    """Return what tells whether files are as they are now, and whether a workspace that is not made is not yet."""
    before = {Path(name).absolute(): _stamp(Path(name)) for name in names}

    def is_as_it_was() -> bool:
        is_same = all(_stamp(path) == stamp for path, stamp in before.items())
        return is_same and (unmade is None or not is_made(unmade))

    return is_as_it_was


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


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
    workspace = Workspace(where)  # it stays open: what is said on the page is kept in it
    source = Source(workspace, view=view)
    if source.scores.empty:
        source.close()
        return None
    cases = say_n("{n} case", "{n} cases", len(source.cases))
    about = say("From {place}, {cases}.", place=name_place(place), cases=cases)
    origin = {"opened_as": f"sk.Workspace({'' if where is None else repr(str(where) if place.path else place.shown)})"}

    def is_as_it_was() -> bool:
        # connections to a database server do not survive forking; a file's are opened for each reading
        return place.path is not None and is_made(place) and workspace.revision == source.revision

    return Shown(source, origin, {"warning": f'<p class="sk-quiet">{html.escape(about)}</p>'}, is_as_it_was)


def _read_kept_sample(sample: str | None, view: str, *, workspace: str | None) -> Shown | None:
    """Return the sample as a demonstration keeps it, taken in when a page first asks for it."""
    where = os.environ.get(SAMPLE)
    if where is None or sample is None:
        return None
    with Workspace(where) as kept_sample:
        if not kept_sample.case_ids():
            kept_sample.import_ratings(read_ratings(sample))
    kept, own = _read_workspace(where, view), find_place(workspace)
    about = say("A demonstration with simulated ratings: what you write here goes when it is stopped.")
    return kept and replace(
        kept,
        about={"warning": f'<p class="sk-quiet">{html.escape(about)} {_invitation()}</p>'},
        is_as_it_was=lambda: not is_made(own) and kept.is_as_it_was(),
    )


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
