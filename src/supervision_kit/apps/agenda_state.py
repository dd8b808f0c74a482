"""The state behind the agenda of a supervision; runs without a browser."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from supervision_kit.agenda import ORDER, follow_decisions, suggest_questions
from supervision_kit.apps.agenda_on_paper import AgendaOnPaper
from supervision_kit.apps.agenda_reading import VIEW
from supervision_kit.apps.case_state import CaseState
from supervision_kit.caseload import list_reasons
from supervision_kit.caseload.ranking import weigh_reasons
from supervision_kit.reasons import weigh
from supervision_kit.tables import SCORES

NEW_QUESTION = "question for the agenda"  # the place of its draft


class AgendaState(AgendaOnPaper):
    """What is to be talked about, what is agreed, and what became of what was agreed before.

    Its parameter and attributes are those of :class:`AgendaReading`: the state of a page, whose case or therapist the
    agenda is about.
    """

    def suggest(self, case_id: str) -> tuple[str, ...]:
        """Return questions that fit what is seen in a case: one for each reason to talk, then what others would ask."""
        line = self._line.case_line if isinstance(self._line, CaseState) else self._line.line.triage
        scores, repairs, marks = (
            table[table["case_id"] == case_id] for table in (self._line.scores, line.repairs, line.marks)
        )
        reasons = list_reasons(scores, repairs, marks=marks, rebases=self._line.source.rebases)
        questions = suggest_questions(weigh_reasons(reasons, weigh({})))
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

    def question(self, case_id: str, item: int) -> str:
        """Return the question of an item as it was last typed."""
        return self.workspace.draft(_question_place(item), case_id=case_id) or self._kept_question(case_id, item)

    def keep_question(self, case_id: str, item: int, text: str) -> None:
        """Keep a question that is being typed."""
        self.workspace.save_draft(_question_place(item), text, case_id=case_id)

    def reword(self, case_id: str, item: int, text: str) -> None:
        """Change the question of an item to what was typed; an empty one leaves it as it was."""
        if text.strip() and text.strip() != self._kept_question(case_id, item):
            self.workspace.change_agenda_item(item, text.strip())
        self.workspace.drop_draft(_question_place(item), case_id=case_id)
        self.refresh()

    def _kept_question(self, case_id: str, item: int) -> str:
        with self.workspace.viewing(VIEW):
            agenda = self.workspace.agenda(case_id)
        return str(agenda.loc[agenda["id"] == item, "text"].iloc[0])

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
        of_cases = self._line.source.cases
        rated = [of_cases[case] for case in table["case_id"].unique() if case in of_cases]
        scores = pd.concat(rated) if rated else SCORES.empty()
        followed = follow_decisions(table, scores, rebases=self._line.source.rebases)
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
        self.workspace.drop_draft(_settling_place(decision), case_id=self._case_of(decision))
        self.refresh()

    def settling(self, decision: int) -> str:
        """Return what was being written of what became of a decision."""
        return self.workspace.draft(_settling_place(decision), case_id=self._case_of(decision))

    def keep_settling(self, decision: int, text: str) -> None:
        """Keep what is being written of what became of a decision."""
        self.workspace.save_draft(_settling_place(decision), text, case_id=self._case_of(decision))

    def _case_of(self, decision: int) -> str | None:
        cases = self._decisions.loc[self._decisions["id"] == decision, "case_id"]
        return None if cases.empty else str(cases.iloc[0])

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
        self.workspace.close_supervision()
        self._read()
        self.revision += 1  # also where nothing leaves the agenda: what is new counts from now on


def _question_place(item: int) -> str:
    return f"agenda item {item}"


def _settling_place(decision: int) -> str:
    return f"what became of decision {decision}"


def _decision_place(item: int | None) -> str:
    return "decision" if item is None else f"decision on item {item}"
