"""The state behind the facilitator's page: the steps that lead a group, and what the scribe writes down."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.group_state import GroupState, ParticipantState
from supervision_kit.apps.revealed import sessions_of
from supervision_kit.apps.source import Source
from supervision_kit.consulting import Facilitation, Participation, Stage, bring_back
from supervision_kit.consulting.timer import Timer
from supervision_kit.errors import ConsultationError, UnknownNameError
from supervision_kit.words import say
from supervision_kit.workspace import Workspace


class FacilitatorState(GroupState):
    """What the facilitator sees beside what all see, and does.

    Parameters
    ----------
    source, consultation
        As for :class:`GroupState`.
    viewer
        Who leads, as somebody who answers like everybody else.

    Attributes
    ----------
    seat
        Their own seat in the group.
    n_answered, n_present
        How many have answered what the group was asked last, and how many sign-ins are here.
    """

    consultation: Facilitation

    def __init__(self, source: Source, consultation: Facilitation, *, viewer: str = "who leads") -> None:
        self.n_answered = self.n_present = 0
        consultation.begin(publication_of(source))
        super().__init__(source, consultation)
        self.seat = ParticipantState(source, Participation(consultation.path, viewer=viewer))

    @property
    def case_ids(self) -> list[str]:
        """The cases there are, those most in need of a word first."""
        if self.source.in_need is None:
            self.source.in_need = CaseState(self.source).case_ids
        return self.source.in_need

    @property
    def sessions(self) -> tuple[int, ...]:
        """The sessions of the case that the group looks at."""
        return sessions_of(self.source, self.stage.case_id) if self.is_known else ()

    @property
    def suggested(self) -> tuple[str, ...]:
        """Questions that suit what is seen of the case so far."""
        seen = None if "outcome" in self.stage.shown else self.seen
        return tuple(prompt.question for prompt in seen.prompts) if seen else ()

    def choose_case(self, case_id: str) -> None:
        """Turn to a case, of which only the first session is seen."""
        if case_id not in self.source.cases:
            raise UnknownNameError("case", case_id, self.source.cases, from_data=True)
        first = sessions_of(self.source, case_id)[0]
        self._move(lambda stage: stage.choose_case(case_id, revealed=first))

    def leave_case(self) -> None:
        """Look at no case any more."""
        self._move(Stage.leave_case)

    def gather(self, *, is_gathered: bool) -> None:
        """Let participants have this page only, or the others too."""
        self._move(lambda stage: stage.gather(is_gathered=is_gathered))

    def name_people(self, people: int) -> None:
        """Say how many people the group is, whoever leads among them."""
        self._move(lambda stage: stage.name_people(people))

    def ask(self, question: str) -> None:
        """Set the one question that the group looks at the case with."""
        self._move(lambda stage: stage.ask(question))

    def reveal(self, session: int) -> None:
        """Show the sessions up to this one."""
        if session not in self.sessions:
            raise UnknownNameError("session in this case", session, map(str, self.sessions))
        self._move(lambda stage: stage.reveal(session))

    def step(self, by: int) -> None:
        """Show so many sessions more, or less."""
        at = self.sessions.index(self.stage.revealed) + by
        self.reveal(self.sessions[min(max(at, 0), len(self.sessions) - 1)])

    def ask_group(self, asked: Collection[str]) -> None:
        """Ask everybody, for an answer on their own screen: keys of :data:`supervision_kit.consulting.QUESTIONS`."""
        self._move(lambda stage: stage.open_round(asked))

    def close_round(self) -> None:
        """Take no more answers, and show none."""
        self._move(Stage.close_round)

    def show(self, what: str, *, is_shown: bool = True) -> None:
        """Show ``answers``, ``methods`` or ``outcome``, or take them from the pages again."""
        self._move(lambda stage: stage.show(what) if is_shown else stage.hide(what))

    def set_time(self, change: Callable[[Timer, float], Timer]) -> None:
        """Change the time; `change` is given it, and what time it is."""
        self._move(lambda stage: stage.time(change(stage.timer, time.time())))

    def note(self, case_id: str, text: str) -> None:
        """Keep this as the scribe's notes on a case."""
        with self.lock:
            self.consultation.note(case_id, text)

    @property
    def notes(self) -> str:
        """The scribe's notes on this case."""
        return self.consultation.notes(self.stage.case_id)

    def draft(self, decision: int = 0) -> str:
        """Return what is being written as agreed on this case, or in place of a decision."""
        return self.consultation.draft(self.stage.case_id, decision)

    def save_draft(self, case_id: str, text: str, decision: int = 0) -> None:
        """Keep what is being written as agreed, which it is not yet."""
        with self.lock:
            self.consultation.save_draft(case_id, text, decision)

    def decide(self, text: str) -> None:
        """Write down what was agreed on this case."""
        if not self.is_known:
            raise ConsultationError(say("Choose a case first."))
        with self.lock:
            self.consultation.decide(self.stage.case_id, text, session=self.sessions[-1])
            self.take_in()

    def change_decision(self, number: int, text: str) -> None:
        """Write another text in its place; an empty one takes it out."""
        with self.lock:
            self.consultation.change_decision(number, text)
            self.take_in()

    @property
    def workspace(self) -> Workspace | None:
        """The workspace that the cases are in; ``None`` where they were published, or are files."""
        return self.source.workspace

    def bring_back(self, file: str = "") -> tuple[str, ...]:
        """Write what was noted and agreed, here or in another session, into the workspace; say what came of it."""
        if self.workspace is None:
            raise ConsultationError(say("These cases are in no workspace that this page could write to."))
        with self.lock:
            return bring_back(self.workspace, file or self.consultation.path).sentences()

    def begin_anew(self) -> None:
        """Delete all of this session, for everybody."""
        with self.lock:
            self.consultation.clear()
            self.consultation.begin(publication_of(self.source))
            self.take_in()

    def close(self) -> None:
        """Let go of the session's file."""
        self.seat.close()
        super().close()

    def _move(self, step: Callable[[Stage], Stage]) -> None:
        with self.lock:
            try:
                self.consultation.move(step)
            finally:
                self.take_in()

    def _read(self) -> tuple[Any, ...]:
        self.n_answered, self.n_present = self.consultation.n_answered, self.consultation.n_present
        return (*super()._read(), self.n_answered, self.n_present)


def publication_of(source: Source) -> str:
    """Return the name of the publication that the cases are from; empty where they are nobody's publication."""
    return "" if source.bundle is None else str(source.bundle.settings.get("publication", ""))
