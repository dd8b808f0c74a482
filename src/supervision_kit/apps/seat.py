"""Who somebody is in a consultation: the server says it once, in the environment; without one, who is alone leads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.group_state import GroupState, ParticipantState
from supervision_kit.apps.source import Source
from supervision_kit.consulting import Facilitation, Participation
from supervision_kit.consulting.finding import beside
from supervision_kit.environment import CONSULTATION, ROLE, VIEWER
from supervision_kit.errors import ConsultationError
from supervision_kit.words import say

_until_the_end: list[TemporaryDirectory[str]] = []  # folders that go when this process does


def take_seat(source: Source, *, asked: Mapping[str, str]) -> GroupState:
    """Return the state of a page for whoever has opened it.

    Where a server has said who that is, nothing else counts. Elsewhere one leads, or sits among the participants where
    the page's address asks for a ``seat``, so that a group can be tried out in several tabs.

    Raises
    ------
    ConsultationError
        The session's file cannot be used, or the server did not say who this is.
    """
    role, path = os.environ.get(ROLE), os.environ.get(CONSULTATION)
    if role is None:
        return _alone(source, _own_file(source) if path is None else Path(path), asked.get("seat"))
    if path is None:
        raise ConsultationError(say("There is no consultation to take part in. Ask whoever leads it."))
    if role == "facilitator":
        return FacilitatorState(source, Facilitation(path), viewer=os.environ.get(VIEWER, ""))
    return ParticipantState(source, Participation(path, viewer=os.environ.get(VIEWER, "")))


def is_alone() -> bool:
    """Tell whether no server has said who this is."""
    return ROLE not in os.environ


def _alone(source: Source, path: Path, seat: str | None) -> GroupState:
    if seat is None:
        return FacilitatorState(source, Facilitation(path))
    return ParticipantState(source, Participation(path, viewer=f"seat {seat}"))


def _own_file(source: Source) -> Path:
    """Return where the session is kept: beside the workspace's file, else for as long as this page's process lives."""
    if source.workspace is not None and source.workspace.path is not None:
        return beside(source.workspace.path)
    if not _until_the_end:
        _until_the_end.append(TemporaryDirectory(prefix="supervision_kit_", ignore_cleanup_errors=True))
    return Path(_until_the_end[0].name) / "consultation.sqlite"
