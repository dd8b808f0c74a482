"""What a group noted and agreed, brought back to the workspace that its cases came from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from supervision_kit.consulting.leading import Facilitation
from supervision_kit.errors import ConsultationError, UnknownNameError
from supervision_kit.words import say, say_n

if TYPE_CHECKING:
    from supervision_kit.workspace import Workspace


@dataclass(frozen=True)
class BroughtBack:
    """How much came back.

    Attributes
    ----------
    n_decisions, n_notes
        Written into the workspace now.
    n_known
        In it already, and left as they are.
    n_left
        About cases that the workspace does not have (any more); they stay in the session's file alone.
    n_drafts
        Begun under what was agreed, and never kept as that; they stay there as well.
    """

    n_decisions: int = 0
    n_notes: int = 0
    n_known: int = 0
    n_left: int = 0
    n_drafts: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing is in the session's file alone."""
        return not (self.n_left or self.n_drafts)

    def sentences(self) -> tuple[str, ...]:
        """Return what came of it, in plain words."""
        said = [
            say(
                "Brought back to the workspace: {decisions} and {notes}.",
                decisions=say_n("{n} decision", "{n} decisions", self.n_decisions),
                notes=say_n("{n} note", "{n} notes", self.n_notes),
            )
        ]
        if self.n_known:
            said.append(say_n("{n} was there already.", "{n} were there already.", self.n_known))
        if self.n_left:
            said.append(
                say_n(
                    "{n} is about a case that this workspace does not have, and stays in the session's file alone.",
                    "{n} are about cases that this workspace does not have, and stay in the session's file alone.",
                    self.n_left,
                )
            )
        if self.n_drafts:
            said.append(
                say_n(
                    "{n} text under What was agreed was begun and not kept by its button; it stays in the session's "
                    "file alone.",
                    "{n} texts under What was agreed were begun and not kept by their button; they stay in the "
                    "session's file alone.",
                    self.n_drafts,
                )
            )
        return tuple(said)


@dataclass(frozen=True)
class _Known:
    """A case as the workspace knows it, and its sessions by the numbers that the group knew them by."""

    case_id: str
    sessions: tuple[int, ...] | None = None

    def session(self, published: int) -> int | None:
        """Return the clinical number of a session; ``None`` where it is not known."""
        if self.sessions is None:
            return published or None
        return self.sessions[published - 1] if 0 < published <= len(self.sessions) else None


def bring_back(workspace: Workspace, session: str | os.PathLike[str]) -> BroughtBack:
    """Write what a group agreed into the workspace as decisions, and the scribe's notes as notes.

    Cases are found by the key of the publication that the group looked at, which never left the workspace. What is
    there already, word for word, is not written twice, so that it can be done again after more was agreed. The
    session's file stays as it is.

    Parameters
    ----------
    workspace
        The workspace that the cases were published from.
    session
        The file of the consultation.

    Raises
    ------
    ConsultationError
        There is no such file, or it holds no consultation, or its cases were not published from this workspace.
    WorkspaceError
        The workspace cannot be written.

    Examples
    --------
    >>> bring_back(sk.Workspace("spring.sqlite"), "monday.sqlite").sentences()  # doctest: +SKIP
    """
    if not Path(session).is_file():
        raise ConsultationError(say("There is no file of a consultation there. Check its name and folder."))
    with Facilitation(session) as held:
        known = _known_cases(workspace, held.publication)
        there = {what: _there(workspace, what) for what in ("decisions", "notes")}
        counts = {"n_decisions": 0, "n_notes": 0, "n_known": 0, "n_left": 0}
        for what, code, number, text in _said(held):
            case = known.get(code)
            if case is None:
                counts["n_left"] += 1
            elif (case.case_id, text) in there[what]:
                counts["n_known"] += 1
            else:
                counts[f"n_{what}"] += 1
                if what == "notes":
                    workspace.add_note(case.case_id, text)
                else:
                    workspace.add_decision(case.case_id, text, case.session(number))
        return BroughtBack(**counts, n_drafts=held.n_drafts)


def _said(held: Facilitation) -> Iterator[tuple[str, str, int, str]]:
    """Return what was said: decisions or notes, the case's code, its last session (0 for none), the text."""
    for one in held.decisions:
        yield "decisions", one.case_id, one.session, one.text
    for case_id, text in held.noted().items():
        yield "notes", case_id, 0, text.strip()


def _there(workspace: Workspace, what: str) -> set[tuple[str, str]]:
    table = workspace.decisions() if what == "decisions" else workspace.notes()
    return set(table[["case_id", "text"]].itertuples(index=False, name=None))


def _known_cases(workspace: Workspace, publication: str) -> dict[str, _Known]:
    """Return for each code that the group knew a case by what the workspace knows of it."""
    if not publication:  # the group looked at the workspace itself
        return {case_id: _Known(case_id) for case_id in workspace.case_ids()}
    try:
        key = workspace.key(publication)
    except UnknownNameError:
        raise ConsultationError(
            say("The cases of this consultation were not published from this workspace. Name the one they came from.")
        ) from None
    return {
        code: _Known(case_id, tuple(int(number) for number in sessions))
        for case_id, code, sessions in key[["case_id", "code", "sessions"]].itertuples(index=False, name=None)
    }
