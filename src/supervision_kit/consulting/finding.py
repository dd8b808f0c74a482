"""Which files of consultations a case of the workspace may stand in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from supervision_kit.consulting.leading import Facilitation
from supervision_kit.errors import ConsultationError

if TYPE_CHECKING:
    from supervision_kit.workspace import Workspace


def find_sessions(workspace: Workspace, case_id: str) -> tuple[Path, ...]:
    """Return the files of consultations in which something is about a case.

    Looked at are the file beside the workspace's own, and those that ``serve`` keeps where it was told nothing else. A
    file there that cannot be opened is among them, as the case may stand in it.

    Parameters
    ----------
    workspace, case_id
        The workspace, and the case as it knows it.

    Examples
    --------
    >>> find_sessions(sk.Workspace("spring.sqlite"), "C07")  # doctest: +SKIP
    """
    codes = {"": case_id}
    for publication in workspace.publications(case_id)["publication"]:
        key = workspace.key(publication)
        codes[publication] = str(key.loc[key["case_id"] == case_id, "code"].iloc[0])
    return tuple(path for path in _kept_sessions(workspace) if _may_have(path, codes))


def _kept_sessions(workspace: Workspace) -> Iterator[Path]:
    from platformdirs import user_data_path

    if workspace.path is not None and beside(workspace.path).is_file():
        yield beside(workspace.path)
    yield from sorted(user_data_path("supervision_kit").glob("consultations/*/consultation.sqlite"))


def beside(workspace: Path) -> Path:
    """Return where a session over a workspace's file is kept."""
    return workspace.with_name(f"{workspace.stem}_consultation.sqlite")


def _may_have(path: Path, codes: dict[str, str]) -> bool:
    try:
        with Facilitation(path) as held:
            code = codes.get(held.publication)
            return code is not None and held.has_case(code)
    except ConsultationError:
        return path.stat().st_size > 0
