"""The state behind the agenda of a supervision; runs without a browser."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from traitlets import HasTraits, Int, Unicode, dlink

from supervision_kit.agenda import (
    ORDER,
    Tables,
    follow_decisions,
    is_own_question,
    make_agenda,
    read_agenda,
    suggest_questions,
)
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.line_state import LineState
from supervision_kit.caseload import list_reasons
from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace import Workspace

VIEW = "agenda"
NEW_QUESTION = "question for the agenda"  # the place of its draft
NOTHING = pd.DataFrame(columns=["id", "case_id", "session", "text", "state", "state_note", "therapist_id"])


class AgendaState(HasTraits):
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
        The therapist whose cases it is about; empty for all.
    revision
        Counts up whenever something else is to be shown; what shows the agenda follows it.
    """

    supervisee = Unicode("")
    case_id = Unicode("")
    revision = Int(0)

    def __init__(self, line: LineState) -> None:
        super().__init__()
        self._line = line
        for own, theirs in (("case_id", "case_id"), ("supervisee", "therapist_id")):
            if line.has_trait(theirs):
                dlink((line, theirs), (self, own))
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
        return (table[table["therapist_id"] == self.supervisee] if self.supervisee else table).reset_index(drop=True)

    def therapist_of(self, case_id: str) -> str:
        """Return the therapist of a case's latest session, empty where none is known."""
        scores = self._line.source.cases.get(case_id)
        if scores is None:
            return ""
        known = scores.dropna(subset="therapist_id").sort_values("session", kind="stable")
        return "" if known.empty else str(known["therapist_id"].iloc[-1])

    # The agenda

    @property
    def items(self) -> pd.DataFrame:
        """The agenda in order: id, case_id, session, text, state (open, or done today), therapist_id and more."""
        return self._agenda

    def suggest(self, case_id: str) -> tuple[str, ...]:
        """Return questions that fit what is seen in a case: one for each reason to talk, then what others would ask."""
        line = self._line.case_line if isinstance(self._line, CaseState) else self._line.line
        scores, repairs, marks = (
            table[table["case_id"] == case_id] for table in (self._line.scores, line.repairs, line.marks)
        )
        questions = suggest_questions(list_reasons(scores, repairs, marks=marks, rebases=self._line.source.rebases))
        if isinstance(self._line, CaseState) and case_id == self._line.case_id:
            questions += tuple(prompt.question for prompt in self._line.prompts)
        return tuple(dict.fromkeys(questions))

    def collect(self, case_id: str, question: str = "", *, session: int | None = None) -> int:
        """Put a case on the agenda with a question, by default the first that fits; return the item's number."""
        item = self.workspace.add_agenda_item(case_id, question.strip() or self.suggest(case_id)[0], session)
        self.workspace.drop_draft(NEW_QUESTION, case_id=case_id)
        self.refresh()
        return item

    def new_question(self, case_id: str) -> str:
        """Return the question on a case that was being written and is not on the agenda yet."""
        return self.workspace.draft(NEW_QUESTION, case_id=case_id)

    def keep_new_question(self, case_id: str, text: str) -> None:
        """Keep a question that is being written."""
        self.workspace.save_draft(NEW_QUESTION, text, case_id=case_id)

    def question(self, item: int) -> str:
        """Return the question of an item as it was last typed."""
        kept = self._agenda.loc[self._agenda["id"] == item, ["case_id", "text"]].iloc[0]
        return self.workspace.draft(_question_place(item), case_id=kept["case_id"]) or str(kept["text"])

    def keep_question(self, item: int, text: str) -> None:
        """Keep a question that is being typed."""
        case = self._agenda.loc[self._agenda["id"] == item, "case_id"].iloc[0]
        self.workspace.save_draft(_question_place(item), text, case_id=case)

    def reword(self, item: int, text: str) -> None:
        """Change the question of an item to what was typed; an empty one leaves it as it was."""
        kept = self._agenda.loc[self._agenda["id"] == item, ["case_id", "text"]].iloc[0]
        if text.strip() and text.strip() != kept["text"]:
            self.workspace.change_agenda_item(item, text.strip())
        self.workspace.drop_draft(_question_place(item), case_id=kept["case_id"])
        self.refresh()

    def move(self, item: int, by: int) -> None:
        """Move an item up (−1) or down (1) among those shown."""
        order = self._agenda["id"].tolist()
        at = order.index(item)
        to = min(max(at + by, 0), len(order) - 1)
        if to != at:
            order.insert(to, order.pop(at))
            self._keep_order(order)

    def _keep_order(self, order: Iterable[int]) -> None:
        kept = list(order)
        others = [number for number in self.workspace.preference(ORDER, []) if number not in kept]
        self.workspace.set_preference(ORDER, [*kept, *others])
        self.refresh()

    def mark(self, item: int, state: str) -> None:
        """Mark an item ``done`` (talked about), ``open`` again, or ``dropped`` from the agenda."""
        self.workspace.set_agenda_state(item, state)
        self.refresh()

    # Decisions

    @property
    def open_decisions(self) -> pd.DataFrame:
        """The open decisions, those since which something was rated first; `said` is what the ratings did since."""
        table = self._follow(self._decisions["state"] == "open")
        return table.sort_values(["is_rated_since", "id"], ascending=[False, True]).reset_index(drop=True)

    @property
    def settled_decisions(self) -> pd.DataFrame:
        """The decisions of which it was said what became of them, the newest first, as :attr:`open_decisions`."""
        return self._follow(self._decisions["state"] != "open").iloc[::-1].reset_index(drop=True)

    @property
    def n_settled(self) -> int:
        """Of how many decisions it was said what became of them."""
        return int((self._decisions["state"] != "open").sum())

    def _follow(self, which: pd.Series) -> pd.DataFrame:
        """Add to these decisions what the ratings did since."""
        table = self._decisions[which].reset_index(drop=True)
        followed = follow_decisions(table, self._line.scores, rebases=self._line.source.rebases)
        is_rated_since = (followed["last_session"] > followed["session"]).fillna(value=False).astype(bool)
        return table.assign(said=followed["said"], is_rated_since=is_rated_since)

    def decide(self, case_id: str, text: str, *, item: int | None = None) -> int:
        """Write a decision down, for the case's latest rated session; return its number.

        Raises
        ------
        WorkspaceError
            The text is empty.
        """
        number = self.workspace.add_decision(case_id, text.strip(), agenda_item=item)
        self.workspace.drop_draft(_decision_place(item), case_id=case_id)
        self.refresh()
        return number

    def settle(self, decision: int, state: str, *, note: str = "") -> None:
        """Say what became of a decision: ``kept``, ``changed``, ``dropped``, or ``open`` again."""
        self.workspace.set_decision_state(decision, state, note=note)
        self.refresh()

    def draft(self, case_id: str, *, item: int | None = None) -> str:
        """Return the decision that was being written."""
        return self.workspace.draft(_decision_place(item), case_id=case_id)

    def keep_draft(self, case_id: str, text: str, *, item: int | None = None) -> None:
        """Keep the decision that is being written."""
        self.workspace.save_draft(_decision_place(item), text, case_id=case_id)

    # The hour

    @property
    def can_undo(self) -> str:
        """Say what an undo would take back; empty where there is nothing."""
        return "" if self.why_not else self.workspace.can_undo() or ""

    def undo(self) -> str:
        """Take the last change back; return what it was, in words."""
        undone = self.workspace.undo() or ""
        self.refresh()
        return undone

    def close(self) -> None:
        """End this supervision: what comes in from now on is new in the next one."""
        workspace = self.workspace
        workspace.end_supervision(workspace.start_supervision())
        self.refresh()

    # On paper

    @property
    def own_words(self) -> tuple[str, ...]:
        """What somebody wrote and a coded paper leaves out: questions in own words, and open decisions."""
        questions = [text for text in self._agenda["text"] if is_own_question(text)]
        return (*questions, *self._decisions.loc[self._decisions["state"] == "open", "text"])

    def make_file(self, kind: str, *, coded: bool = True, with_notes: bool | None = None) -> tuple[str, bytes]:
        """Return the name and the bytes of the agenda as a file: ``docx``, ``pdf`` or ``md``."""
        line = self._line.line
        tables = Tables(
            scores=line.scores, marks=line.marks, falls=line.falls, caseload=line.caseload, rebases=line.rebases
        )
        content = make_agenda(
            self.workspace, tables, kind=kind, supervisee=self.supervisee or None, coded=coded, with_notes=with_notes
        )
        return f"{say('agenda')}.{kind}", content

    def file_as_code(self, kind: str, *, coded: bool = True, with_notes: bool | None = None) -> str:
        """Return the Python lines that write the same file."""
        chosen = f", supervisee={self.supervisee!r}" if self.supervisee else ""
        chosen += "" if coded else ", coded=False"
        chosen += ", with_notes=True" if coded and with_notes else ""
        lines = ["import supervision_kit as sk", "", f"workspace = {self._line.opened_as}"]
        return "\n".join([*lines, f'sk.write_agenda(workspace, "agenda.{kind}"{chosen})'])


def _question_place(item: int) -> str:
    return f"agenda item {item}"


def _decision_place(item: int | None) -> str:
    return "decision" if item is None else f"decision on item {item}"
