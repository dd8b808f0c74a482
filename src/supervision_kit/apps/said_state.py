"""What is said of the case on a page: read from the workspace, written to it, taken back; runs without a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from supervision_kit.apps.case_state import CaseState
from supervision_kit.lens import describe_lens
from supervision_kit.workspace import Workspace

VIEW = "case page"
Written = TypeVar("Written")


@dataclass(frozen=True)
class Said:
    """What a workspace holds of one case beside its ratings; `consent` is ``None`` where the client was not asked."""

    notes: pd.DataFrame
    codes: pd.DataFrame
    consent: bool | None


class SaidState:
    """What is said of the case that a page shows; whoever follows the case's ``revision`` sees it up to date.

    Parameters
    ----------
    case
        The state of the page.
    workspace
        Where what is said is kept.
    """

    def __init__(self, case: CaseState, workspace: Workspace) -> None:
        self.case, self.workspace = case, workspace
        self._said: Said | None = None
        self._about = ""

    @property
    def said(self) -> Said:
        """What is said of the case by now.

        Raises
        ------
        WorkspaceError
            The workspace cannot be read.
        """
        if self._said is None or self._about != self.case.case_id:
            self._said, self._about = self._read(), self.case.case_id
        return self._said

    @property
    def undoable(self) -> str | None:
        """What :meth:`undo` would take back, in plain words; ``None`` where there is nothing."""
        return self.workspace.can_undo()

    @property
    def lens(self) -> tuple[str, ...]:
        """What is known over time of the falls of this case that were read through the trust lens."""
        case = self.case
        if self.said.codes.empty:
            return ()
        return describe_lens(self.said.codes, case.judgements, case.annotations, case_ids=[case.case_id])

    def write(self, change: Callable[[Workspace, str], Written]) -> Written:
        """Make a change to the workspace, given it and the case, show what came of it, and return what it returned."""
        written = change(self.workspace, self.case.case_id)
        self.renew()
        return written

    def undo(self) -> str | None:
        """Take this user's last change back and say in plain words what it was; ``None`` where there is none."""
        try:
            return self.workspace.undo()
        finally:
            self.renew()

    def renew(self) -> None:
        """Read anew what is said, and show it."""
        self._said = None
        self.case.refresh()

    def _read(self) -> Said:
        case_id, workspace = self.case.case_id, self.workspace
        with workspace.viewing(VIEW):
            consents = workspace.consents(case_id).set_index("case_id")["teaching"]
            given = consents.get(case_id)
            return Said(
                notes=workspace.notes(case_id),
                codes=workspace.codes(case_id),
                consent=None if given is None or pd.isna(given) else bool(given),
            )
