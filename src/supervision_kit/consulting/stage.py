"""Where a consultation stands: what everybody sees, and how it may go on from there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from supervision_kit.consulting.questions import QUESTIONS
from supervision_kit.consulting.timer import Timer
from supervision_kit.errors import ConsultationError, UnknownNameError
from supervision_kit.words import say

SHOWABLE = ("answers", "methods", "outcome")
LONGEST_QUESTION = 500  # letters
MOST_PEOPLE = 99


@dataclass(frozen=True)
class Stage:
    """What the whole group sees; a step returns the stage after it, or says why it cannot be taken.

    Attributes
    ----------
    case_id
        The case by the code that the group knows it by; empty before one is chosen.
    question
        The one question that the group looks at it with.
    revealed
        The last session that is seen, as it is numbered; 0 for none.
    round
        The number of the latest round of answers on this case, given by the session's file; 0 before there is one.
    asked
        What is asked in it: keys of :data:`QUESTIONS`.
    is_open
        Whether it can be answered now.
    shown
        Which of ``answers``, ``methods`` and ``outcome`` are shown.
    timer
        The time of the parts.
    people
        How many people the group is, whoever leads among them, as whoever leads has said; 0 before that.
    is_gathered
        Whether participants have this page only: on the others a case could be read ahead.
    """

    case_id: str = ""
    question: str = ""
    revealed: int = 0
    round: int = 0
    asked: tuple[str, ...] = ()
    is_open: bool = False
    shown: frozenset[str] = field(default_factory=frozenset)
    timer: Timer = field(default_factory=Timer)
    people: int = 0
    is_gathered: bool = False

    def choose_case(self, case_id: str, *, revealed: int) -> Stage:
        """Turn to a case, of which the sessions up to `revealed` are seen; with the first one the group is gathered."""
        self._refuse_while_open()
        is_gathered = self.is_gathered or not self.case_id
        return replace(self.leave_case(), case_id=case_id, revealed=revealed, is_gathered=is_gathered)

    def leave_case(self) -> Stage:
        """Look at no case any more; time goes on as it did, and participants may go where they like."""
        self._refuse_while_open()
        return Stage(timer=self.timer, people=self.people)

    def gather(self, *, is_gathered: bool) -> Stage:
        """Let participants have this page only, or the others too."""
        return replace(self, is_gathered=is_gathered)

    def name_people(self, people: int) -> Stage:
        """Say how many people the group is, whoever leads among them."""
        if not 1 <= people <= MOST_PEOPLE:
            raise ConsultationError(say("A group has from 1 to {most} people.", most=MOST_PEOPLE))
        return replace(self, people=people)

    def ask(self, question: str) -> Stage:
        """Set the question of this case."""
        self._need_case()
        question = " ".join(question.split())
        if len(question) > LONGEST_QUESTION:
            raise ConsultationError(say("A question has at most {n} letters.", n=LONGEST_QUESTION))
        return replace(self, question=question)

    def reveal(self, session: int) -> Stage:
        """Show the sessions up to this one; what was said of another picture is taken from the pages."""
        self._need_case()
        self._refuse_while_open()
        if session == self.revealed:
            return self
        return replace(self, revealed=session, asked=(), shown=frozenset())

    def open_round(self, asked: Collection[str]) -> Stage:
        """Ask the group; the session's file gives the round its number."""
        self._need_case()
        self._refuse_while_open()
        for key in asked:
            if key not in QUESTIONS:
                raise UnknownNameError("question to the group", key, QUESTIONS)
        if not asked:
            raise ConsultationError(say("Choose what to ask first."))
        if not self.people:
            raise ConsultationError(say("Say first how many people the group is, with you."))
        kept = tuple(key for key in QUESTIONS if key in asked)
        return replace(self, asked=kept, is_open=True, shown=frozenset())

    def close_round(self) -> Stage:
        """Take no more answers; from here on they stay as they are."""
        if not self.is_open:
            raise ConsultationError(say("No question to the group is open."))
        return replace(self, is_open=False)

    def show(self, what: str) -> Stage:
        """Show the answers together, what the methods say, or what happened; answers are closed by that."""
        self._check_showable(what)
        if what == "answers" and not (self.is_open or what in self.shown):
            raise ConsultationError(say("Ask the group first: answers are shown as long as a question is open."))
        if what != "answers":
            self._refuse_while_open()
        return replace(self, is_open=False, shown=self.shown | {what})

    def hide(self, what: str) -> Stage:
        """Take it from the pages again."""
        self._check_showable(what)
        return replace(self, shown=self.shown - {what})

    def time(self, timer: Timer) -> Stage:
        """Set the time."""
        return replace(self, timer=timer)

    def to_record(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {**asdict(self), "shown": sorted(self.shown)}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Stage:
        """Return the stage that :meth:`to_record` wrote down."""
        timer = Timer(**{**record["timer"], "minutes": tuple(record["timer"]["minutes"])})
        told = {"asked": tuple(record["asked"]), "shown": frozenset(record["shown"]), "timer": timer}
        return cls(**{**record, **told})

    def _need_case(self) -> None:
        if not self.case_id:
            raise ConsultationError(say("Choose a case first."))

    def _refuse_while_open(self) -> None:
        if self.is_open:
            raise ConsultationError(say("The group is answering. Show the answers, or close the question, first."))

    def _check_showable(self, what: str) -> None:
        self._need_case()
        if what not in SHOWABLE:
            raise UnknownNameError("thing to show", what, SHOWABLE)
