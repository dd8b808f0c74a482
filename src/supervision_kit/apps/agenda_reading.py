"""What a page knows of the agenda: which items and decisions there are, read anew whenever something changed."""

from __future__ import annotations

import pandas as pd
from traitlets import HasTraits, Int, Unicode, dlink

from supervision_kit.agenda import read_agenda
from supervision_kit.apps.line_state import LineState
from supervision_kit.apps.therapist_state import NO_THERAPIST
from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace import Workspace

VIEW = "agenda"
NOTHING = pd.DataFrame(columns=["id", "case_id", "session", "text", "state", "state_note", "therapist_id"])


class AgendaReading(HasTraits):
    """What is to be talked about, what is agreed, and what became of what was agreed before.

    Parameters
    ----------
    line
        The ratings and what they come to. The agenda is kept in its workspace; where it has none, nothing can be kept,
        and :attr:`why_not` says so. The case, or the therapist, that `line` is about is what the agenda is about.

    Attributes
    ----------
    case_id
        The case that it is about; empty for all cases of the supervisee.
    supervisee
        The therapist whose cases it is about, as :class:`TherapistState` has it; empty for all.
    revision
        Counts up whenever something else is to be shown; what shows the agenda follows it.
    """

    supervisee = Unicode("")
    case_id = Unicode("")
    revision = Int(0)

    def __init__(self, line: LineState) -> None:
        super().__init__()
        self._line = line
        if line.has_trait("therapist_id"):
            dlink((line, "therapist_id"), (self, "supervisee"))
        self.case_id = getattr(line, "case_id", "")
        self._read()
        self.observe(self._turn_to, ["supervisee", "case_id"])
        line.observe(self.refresh, "revision")

    @property
    def why_not(self) -> str:
        """Say why no agenda can be kept, and what to do; empty where one can."""
        if self._line.workspace is not None:
            return ""
        return say(
            "What you agree on cannot be kept with files that are only shown: import them on the page Load, and an "
            "agenda can be made of these cases."
        )

    @property
    def workspace(self) -> Workspace:
        """Where the agenda is kept.

        Raises
        ------
        WorkspaceError
            Nothing can be kept here.
        """
        if self._line.workspace is None:
            raise WorkspaceError(self.why_not)
        return self._line.workspace

    def refresh(self, _change: object = None) -> None:
        """Read the agenda anew, as after a change elsewhere."""
        case = getattr(self._line, "case_id", self.case_id)
        if case != self.case_id:
            self.case_id = case  # and turn to it
            return
        before = self._agenda, self._decisions, self._line.scores
        self._read()
        after = self._agenda, self._decisions, self._line.scores
        if not all(one.equals(other) for one, other in zip(before, after, strict=True)):
            self.revision += 1

    def _turn_to(self, _change: object) -> None:
        self._read()
        self.revision += 1

    def _read(self) -> None:
        self._agenda, self._decisions = NOTHING.copy(), NOTHING.copy()
        if self.why_not:
            return
        workspace, case = self.workspace, self.case_id or None
        with workspace.viewing(VIEW):
            agenda, decisions = read_agenda(workspace, case), workspace.decisions(case)
        self._agenda, self._decisions = self._of_supervisee(agenda), self._of_supervisee(decisions)

    def _of_supervisee(self, table: pd.DataFrame) -> pd.DataFrame:
        """Add the therapist of each case; leave those of other supervisees out where one is chosen."""
        therapists = {case: self.therapist_of(case) for case in table["case_id"].unique()}
        table = table.assign(therapist_id=table["case_id"].map(therapists).astype("str"))
        if self.supervisee:
            table = table[table["therapist_id"] == self.sheet_of]
        return table.reset_index(drop=True)

    @property
    def sheet_of(self) -> str | None:
        """The therapist whose sheet it is: the code, empty for the cases without one, None for everybody's."""
        if not self.supervisee:
            return None
        return "" if self.supervisee == NO_THERAPIST else self.supervisee

    def therapist_of(self, case_id: str) -> str:
        """Return the therapist of a case's latest session, empty where none is known."""
        scores = self._line.source.cases.get(case_id)
        if scores is None:
            return ""
        known = scores.dropna(subset="therapist_id").sort_values("session", kind="stable")
        return "" if known.empty else str(known["therapist_id"].iloc[-1])

    @property
    def items(self) -> pd.DataFrame:
        """The agenda in order: id, case_id, session, text, state (open, or done today), therapist_id and more."""
        return self._agenda
