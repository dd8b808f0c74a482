"""Files in, page out: what the notebooks call."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.address import asked_for, asked_place, asked_settings
from supervision_kit.apps.ahead import open_or_take
from supervision_kit.apps.case_page import CasePage
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.caseload_page import CaseloadPage
from supervision_kit.apps.caseload_state import CaseloadState
from supervision_kit.apps.consultation_page import ConsultationPage
from supervision_kit.apps.episodes_page import EpisodesPage
from supervision_kit.apps.episodes_state import EpisodesState
from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.import_state import ImportState
from supervision_kit.apps.load_page import LoadPage
from supervision_kit.apps.load_state import LoadState
from supervision_kit.apps.page import Page, error_box
from supervision_kit.apps.seat import take_seat
from supervision_kit.apps.shown import Shown, find_ratings
from supervision_kit.apps.turns import is_in_kernel
from supervision_kit.errors import SupervisionKitError


def load_page(*, workspace: str | None = None) -> ipw.Widget:
    """Open the page that loads files of ratings and keeps them; its ``state`` holds what was read.

    Parameters
    ----------
    workspace
        Where ratings are kept, see :class:`supervision_kit.Workspace`.
    """
    return LoadPage(LoadState(), ImportState(workspace))


def caseload_page(
    *files: str, bundle: str | None = None, workspace: str | None = None, sample: str | None = None, **settings: Any
) -> ipw.Widget:
    """Open the caseload: of a bundle, these files, those that the server was started for, a workspace, or a sample.

    Parameters
    ----------
    *files
        See :func:`supervision_kit.read_ratings`; they are shown whatever else there is but a bundle.
    bundle
        The folder of a published bundle, see :func:`supervision_kit.open_bundle`; it is shown and nothing else.
    workspace
        Where ratings are kept, see :class:`supervision_kit.Workspace`; it is shown once it holds any.
    sample
        A file to show where there is nothing else.
    **settings
        ``method`` and ``rule`` to open with.

    Returns
    -------
    ipywidgets.Widget
        A :class:`CaseloadPage`; its ``state`` holds the tables. Where nothing can be shown, a page that says why.
    """

    def build(shown: Shown) -> CaseloadPage:
        return CaseloadPage(CaseloadState(shown.source, **shown.origin, **settings), **shown.about)

    view = "caseload page"
    return _open(build, files, settings, bundle=bundle, workspace=workspace, sample=sample, view=view)


def case_page(
    *files: str,
    case_id: str | None = None,
    bundle: str | None = None,
    workspace: str | None = None,
    sample: str | None = None,
    **settings: Any,
) -> ipw.Widget:
    """Open one case; see :func:`caseload_page`.

    `case_id` is the case to begin with: the one that the page's address asks for, or else the one most in need of a
    word. The address can ask for a method and its settings as well; links from the other pages do.
    """

    def build(shown: Shown) -> CasePage:
        asked = asked_for()
        state = CaseState(
            shown.source, case_id=case_id or asked.get("case"), **shown.origin, **{**settings, **asked_settings(asked)}
        )
        state.look_at(asked_place(asked))
        return CasePage(state, **shown.about)

    asked = {"case_id": case_id, **settings}
    return _open(build, files, asked, bundle=bundle, workspace=workspace, sample=sample, view="case page")


def episodes_page(
    *files: str, bundle: str | None = None, workspace: str | None = None, sample: str | None = None, **settings: Any
) -> ipw.Widget:
    """Open ruptures and repairs; see :func:`caseload_page`.

    The page's address can ask for a rater (``?rater=therapist``), and for a method and its settings.
    """

    def build(shown: Shown) -> EpisodesPage:
        asked = asked_for()
        state = EpisodesState(shown.source, **shown.origin, **{**settings, **asked_settings(asked)})
        state.rater = asked.get("rater", state.rater)
        return EpisodesPage(state, **shown.about)

    view = "ruptures and repairs page"
    return _open(build, files, settings, bundle=bundle, workspace=workspace, sample=sample, view=view)


def consultation_page(
    *files: str, bundle: str | None = None, workspace: str | None = None, sample: str | None = None
) -> ipw.Widget:
    """Open the consultation of a group; see :func:`caseload_page`.

    The server says who opens it. Without one, who does leads a group of their own; the page's address can ask for a
    case to begin with.
    """

    def build(shown: Shown) -> ConsultationPage:
        asked = asked_for()
        state = take_seat(shown.source, asked=asked)
        if isinstance(state, FacilitatorState) and not state.stage.case_id and "case" in asked:
            state.choose_case(asked["case"])
        return ConsultationPage(state, **shown.about)

    view = "consultation page"
    return _open(build, files, {}, bundle=bundle, workspace=workspace, sample=sample, view=view)


@contextmanager
def keeping_all() -> Iterator[None]:
    """Collect no garbage while a page is made: nearly all of what comes then stays, and looking through it takes time.

    In a kernel, which has one page, what there is afterwards is never looked through again; else a click would now and
    then wait a tenth of a second for it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
    if is_in_kernel():
        gc.freeze()


def _open(
    build: Callable[[Shown], Page], files: tuple[str, ...], settings: dict[str, Any], *, view: str, **where: str | None
) -> ipw.Widget:
    """Open a page of what is found for these files, or `where` it says; `settings` are what else it was asked for."""
    find = functools.partial(find_ratings, files, view=view, **where)
    try:
        with keeping_all():
            return open_or_take(
                build, find, about=(view, files, repr(sorted(settings.items())), *sorted(where.items()))
            )
    except SupervisionKitError as error:
        return error_box(str(error))
