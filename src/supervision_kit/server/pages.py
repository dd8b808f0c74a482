"""Which pages there are, and where their notebooks and the sample files lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from supervision_kit.errors import SupervisionKitError
from supervision_kit.words import later

_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Page:
    """One page: the notebook that makes it, the title that viewers read, and what it is for."""

    notebook: str
    title: str
    about: str


FIRST_PAGE = Page("2_caseload.ipynb", later("Caseload"), later("whom to talk about today, and why"))
"""Where a visitor lands."""

CONSULTATION_PAGE = Page(
    "5_consultation.ipynb", later("Consultation"), later("a case seen together with a group, session by session")
)
"""Where a group meets."""

PAGES = (
    Page("1_load_ratings.ipynb", later("Load"), later("bring in an export of ratings, and see what is in it")),
    FIRST_PAGE,
    Page("3_case.ipynb", later("Case"), later("what happened between these two, and what to make of it")),
    Page(
        "4_ruptures_and_repairs.ipynb",
        later("Ruptures & repairs"),
        later("how ruptures go in this caseload, and how far that can be trusted"),
    ),
    CONSULTATION_PAGE,
)
"""In the order of the bar at the top."""


def name_workspace(workspace: str) -> str:
    """Return the path or URL of a workspace so that it holds in every folder.

    Raises
    ------
    WorkspaceError
        A workspace cannot be kept there.
    """
    from supervision_kit.workspace.places import find_place

    path = find_place(workspace).path
    return workspace if path is None else str(path)


def find_folder(name: str) -> Path:
    """Return the folder ``notebooks`` or ``data_samples``: of the checkout, or of the installed package.

    Raises
    ------
    SupervisionKitError
        Neither has it: the installation is not complete.
    """
    for folder in (_PACKAGE / "pages" / name, _PACKAGE.parents[1] / name):
        if folder.is_dir():
            return folder
    raise SupervisionKitError(
        f"The folder {name} is missing from this installation of supervision_kit. Install the package again."
    )
