"""Files in, page out: what the notebooks call."""

from __future__ import annotations

import html
import os
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.case_page import CasePage
from supervision_kit.apps.caseload_page import CaseloadPage
from supervision_kit.apps.line_state import CaseloadState, CaseState
from supervision_kit.apps.page import asked_for, error_box, fold
from supervision_kit.environment import RATINGS
from supervision_kit.errors import SupervisionKitError
from supervision_kit.records import Ratings, read_ratings


def caseload_page(*files: str, **settings: Any) -> ipw.Widget:
    """Read files of ratings and open the caseload on them.

    Parameters
    ----------
    *files
        See :func:`supervision_kit.read_ratings`. A server started for other files shows those instead.
    **settings
        ``method`` and ``rule`` to open with.

    Returns
    -------
    ipywidgets.Widget
        A :class:`CaseloadPage`; its ``state`` holds the tables. Where the files cannot be read, a page that says why.
    """
    return _open(
        files,
        lambda ratings, names: CaseloadPage(CaseloadState(ratings.scores, files=names, **settings), **_about(ratings)),
    )


def case_page(*files: str, case_id: str | None = None, **settings: Any) -> ipw.Widget:
    """Read files of ratings and open one case; see :func:`caseload_page`.

    `case_id` is the case to begin with: the one that the page's address asks for, or else the one most in need of a
    word.
    """

    def build(ratings: Ratings, names: tuple[str, ...]) -> CasePage:
        asked = case_id or asked_for("case")
        return CasePage(CaseState(ratings.scores, case_id=asked, files=names, **settings), **_about(ratings))

    return _open(files, build)


def _open(files: tuple[str, ...], build: Any) -> ipw.Widget:
    served = os.environ.get(RATINGS)
    names = tuple(served.split(os.pathsep)) if served else files
    try:
        return build(read_ratings(list(names)), names)
    except SupervisionKitError as error:
        return error_box(str(error))


def _about(ratings: Ratings) -> dict[str, str]:
    """Return what the reader of the page should know of the files, as HTML: a warning above all, notes below."""
    n = ratings.rows_set_aside
    warning = (
        f"{n} of {ratings.rows_read} rows could not be used and were set aside: run supervision-kit check to see why."
    )
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in ratings.notes)
    return {
        "warning": f'<p class="sk-note">{warning}</p>' if n else "",
        "notes": fold("How the files were read", notes) if notes else "",
    }
