""":func:`publish`: the one way out."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from supervision_kit.bundles.contents import TABLES
from supervision_kit.bundles.writing import check_place, date_to_the_day, write_bundle
from supervision_kit.disclosure import Deidentified, check_deidentified
from supervision_kit.errors import BundleError
from supervision_kit.publishing.notebooks import notebooks_for_bundle
from supervision_kit.publishing.page import page_in_html
from supervision_kit.words import say
from supervision_kit.workspace import Workspace


def publish(
    deidentified: Deidentified,
    out: str | Path | None = None,
    *,
    html: str | Path | None = None,
    replace: bool = False,
    workspace: Workspace | None = None,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Path:
    """Write what was de-identified: as a bundle, as one page that opens by double click, or both.

    Nothing but what :func:`supervision_kit.deidentify` made gets out. The bundle is a folder: the tables as Parquet,
    the pages, a manifest with a checksum of every file, the disclosure report. The page is one file with all cases in
    it, that needs no server and asks nothing of the outside. Neither names who published it, where, or when.

    Parameters
    ----------
    deidentified
        What :func:`supervision_kit.deidentify` made, untouched.
    out
        The bundle's folder, which must not be there yet.
    html
        The page's file, which must not be there yet.
    replace
        Whether a bundle, and a page, that are there may be replaced.
    workspace
        Where the publication is entered in the audit: where it was de-identified from.
    tell
        Is called with how many cases of the page are done, of how many.

    Returns
    -------
    Path
        The bundle's folder; without one, the page.

    Raises
    ------
    DisclosureError
        Something else was given, or it was changed since.
    BundleError
        Something is there already, or nothing can be written there.

    Examples
    --------
    >>> made = sk.deidentify(workspace)  # doctest: +SKIP
    >>> print(made.report.to_markdown())  # doctest: +SKIP
    >>> sk.publish(made, "for_monday", html="for_monday.html")  # doctest: +SKIP
    """
    made = check_deidentified(deidentified)
    folder, page = check_places(out, html, replace=replace)
    if page is not None:
        content = page_in_html(made, tell=tell)
        _write_page(page, content)
    if folder is not None:
        write_bundle(
            folder,
            tables={name: getattr(made, name) for name in TABLES},
            settings=made.settings,
            report=made.report.to_markdown(ways={}),  # who reads it there cannot change it
            pages=notebooks_for_bundle(),
            replace=replace,
        )
    if workspace is not None:
        kinds = [kind for kind, place in (("bundle", folder), ("page", page)) if place is not None]
        workspace.record_publication(
            made.publication,
            n_cases=made.scores["case_id"].nunique(),
            audience=made.settings["audience"],
            kind=" and ".join(kinds),
        )
    return folder or Path(str(page))


def check_places(out: str | Path | None, html: str | Path | None, *, replace: bool) -> tuple[Path | None, Path | None]:
    """Return where bundle and page go, refusing places where they cannot be written."""
    folder, page = (None if place is None else Path(place) for place in (out, html))
    if folder is None and page is None:
        raise BundleError(say("Where to? Give a folder for the bundle, a file for the page, or both."))
    if folder is not None:
        check_place(folder, replace=replace)
    if page is not None:
        _check_page(page, replace=replace)
    return folder, page


def _check_page(page: Path, *, replace: bool) -> None:
    if page.suffix.casefold() not in (".html", ".htm"):
        raise BundleError(say("The page cannot be written: its name must end in .html."))
    if not page.parent.is_dir():
        raise BundleError(
            say("The page cannot be written: the folder that it shall lie in is not there. Make it first.")
        )
    if page.is_file() and not replace:
        raise BundleError(
            say(
                "The page cannot be written: there is a file of that name. Give another name, or say that it may be "
                "replaced."
            ),
            advice="replace",
        )
    if page.exists() and not page.is_file():
        raise BundleError(say("The page cannot be written: there is a folder of that name. Give another name."))


def _write_page(page: Path, content: str) -> None:
    partial = page.with_name(f".{page.name}.{secrets.token_hex(4)}")
    try:
        with open(
            partial, "x", encoding="utf-8", newline="\n", opener=lambda path, flags: os.open(path, flags, 0o600)
        ) as f:
            f.write(content)
        date_to_the_day(partial)
        partial.replace(page)
    except OSError as error:
        raise BundleError(
            say("The page cannot be written: {reason}. Give another place.", reason=error.strerror or say("refused"))
        ) from None
    finally:
        partial.unlink(missing_ok=True)
