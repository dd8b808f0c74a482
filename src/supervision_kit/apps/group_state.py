"""The state behind a page of a consultation: what the group sees, as the session's file has it; no browser needed."""

from __future__ import annotations

from threading import RLock
from typing import Any

from traitlets import HasTraits, Instance, Int, Tuple

from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.revealed import see_case, sessions_of
from supervision_kit.apps.shared_words import tell_cut_of_case
from supervision_kit.apps.source import Source
from supervision_kit.consulting import Answer, Consultation, Participation, Stage

N_REMEMBERED = 60  # pictures seen before, which going back to takes no time


class GroupState(HasTraits):
    """What everybody in a consultation sees.

    Parameters
    ----------
    source
        The ratings.
    consultation
        The session's file.

    Attributes
    ----------
    stage
        Where the group is.
    together, decisions
        What it answered, once that is shown; what was agreed on this case.
    revision
        Counts up once whenever something else is to be shown.
    """

    stage = Instance(Stage, (), read_only=True)
    together: Any = Tuple(read_only=True)
    decisions: Any = Tuple(read_only=True)
    revision = Int(0)

    def __init__(self, source: Source, consultation: Consultation) -> None:
        super().__init__()
        self.source, self.consultation = source, consultation
        self.lock = RLock()  # pages are followed in another thread than the one that answers clicks
        self._seen: dict[tuple[str, int], CaseState] = {}
        self._shown: tuple[Any, ...] = ()
        self.take_in()

    def look(self) -> None:
        """Take in what others changed, where they did."""
        with self.lock:
            if self.consultation.has_changed():
                self.take_in()

    def take_in(self) -> None:
        """Read where the group is, and tell those who follow if that is something else."""
        with self.lock:
            shown = self._read()
            if shown == self._shown:
                return
            self._shown = shown
            self.set_trait("stage", shown[0])
            self.set_trait("together", shown[1])
            self.set_trait("decisions", shown[2])
            self.revision += 1

    def _read(self) -> tuple[Any, ...]:
        """Return all that is shown; the stage, what was answered and agreed come first."""
        stage, together = self.consultation.stage, self.consultation.together
        decisions = tuple(one for one in self.consultation.decisions if one.case_id == stage.case_id)
        return stage, together, decisions

    @property
    def is_known(self) -> bool:
        """Whether the case that the group looks at is among these ratings."""
        return self.stage.case_id in self.source.cases

    @property
    def seen(self) -> CaseState | None:
        """What is seen of the case: up to the session revealed, or all of it once what happened is shown."""
        if not self.is_known:
            return None
        case_id = self.stage.case_id
        last = sessions_of(self.source, case_id)[-1] if "outcome" in self.stage.shown else self.stage.revealed
        return self._see(case_id, last)

    def _see(self, case_id: str, last: int) -> CaseState:
        with self.lock:
            if (case_id, last) not in self._seen:
                self._seen = dict(list(self._seen.items())[1 - N_REMEMBERED :])
                self._seen[case_id, last] = see_case(self.source, case_id, last)
            return self._seen[case_id, last]

    @property
    def is_judged(self) -> bool:
        """Whether what the methods say is shown."""
        return bool(self.stage.shown & {"methods", "outcome"})

    @property
    def whole(self) -> CaseState | None:
        """All of the case that the group looks at, or of any one: to prepare on it what is shown later."""
        if not self.source.cases:
            return None
        case_id = self.stage.case_id if self.is_known else next(iter(self.source.cases))
        return self._see(case_id, sessions_of(self.source, case_id)[-1])

    @property
    def cut(self) -> str:
        """That later sessions of cases as long as this one were left out, where they were, once all of it is shown."""
        return tell_cut_of_case(self.source, self.stage.case_id) if "outcome" in self.stage.shown else ""

    def close(self) -> None:
        """Let go of the session's file."""
        self.consultation.close()


class ParticipantState(GroupState):
    """What a participant sees, and answers.

    Attributes
    ----------
    own_answer
        What this viewer answers to what the group was asked last.
    """

    consultation: Participation

    def __init__(self, source: Source, consultation: Participation) -> None:
        self.own_answer: Answer = {}
        super().__init__(source, consultation)

    def be_here(self) -> None:
        """Say that this viewer's page is open."""
        with self.lock:
            self.consultation.be_here()

    def answer(self, question: str, chosen: tuple[str, ...]) -> None:
        """Choose this for a question; kept at once, and changed as often as one likes while it is open.

        Raises
        ------
        ConsultationError
            The question is closed.
        """
        with self.lock:
            if self.own_answer.get(question, ()) == chosen:
                return
            try:
                self.consultation.answer({**self.own_answer, question: chosen}, round=self.stage.round)
            finally:
                self.take_in()

    def _read(self) -> tuple[Any, ...]:
        self.own_answer = self.consultation.own_answer
        return (*super()._read(), self.own_answer)
