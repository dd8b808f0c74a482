"""A consultation as its facilitator leads it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable

from supervision_kit.consulting.consultation import Consultation
from supervision_kit.consulting.rounds import count_answers, open_round
from supervision_kit.consulting.stage import Stage
from supervision_kit.consulting.store import Check, stage_in
from supervision_kit.errors import ConsultationError
from supervision_kit.words import say

LONGEST_TEXT = 20_000  # letters of a case's notes, or of a decision
_ABOUT_CASES = ("rounds", "notes", "drafts", "decisions")


class Facilitation(Consultation):
    """A session as its facilitator leads it, and writes down what it comes to."""

    def begin(self, publication: str) -> None:
        """Say which publication the cases come from.

        Raises
        ------
        ConsultationError
            This session already has cases of another one.
        """
        with self._store.changing() as connection:
            ((known,),) = connection.execute("SELECT publication FROM stage").fetchall()
            has_begun = stage_in(connection).case_id or known
            if has_begun and known != publication:
                raise ConsultationError(say("This consultation was begun over other cases. Start a new one for these."))
            connection.execute("UPDATE stage SET publication = ?", (publication,))

    def move(self, step: Callable[[Stage], Stage]) -> Stage:
        """Take a step and return the stage after it: all pages follow.

        A round that opens gets a new number, and lets go of who answered what in those before; answers are counted
        when they are shown.

        Raises
        ------
        ConsultationError
            The step cannot be taken; or the answers cannot be shown, as more have signed in than the group has people.
        """
        with self._store.changing() as connection:
            before = stage_in(connection)
            after = step(before)
            if after.is_open and not before.is_open:
                after = open_round(connection, after)
            elif before.is_open and "answers" in after.shown:
                count_answers(connection, before)
            connection.execute("UPDATE stage SET record = ?", (json.dumps(after.to_record()),))
        return after

    def notes(self, case_id: str) -> str:
        """Return what was noted on a case."""
        rows = self._store.read("SELECT text FROM notes WHERE case_id = ?", case_id)
        return str(rows[0][0]) if rows else ""

    def note(self, case_id: str, text: str) -> None:
        """Keep this as the notes on a case."""
        _check_text(text)
        with self._store.changing() as connection:
            connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", (case_id, text, time.time()))

    def draft(self, case_id: str, decision: int = 0) -> str:
        """Return what is being written as agreed on a case, or in place of the decision of that number."""
        query = "SELECT text FROM drafts WHERE case_id = ? AND decision = ?"
        rows = self._store.read(query, case_id, decision)
        return str(rows[0][0]) if rows else ""

    def save_draft(self, case_id: str, text: str, decision: int = 0) -> None:
        """Keep what is being written, which is not agreed yet."""
        _check_text(text)
        with self._store.changing() as connection:
            _drop_draft(connection, case_id, decision)
            if text.strip():
                connection.execute("INSERT INTO drafts VALUES (?, ?, ?)", (case_id, decision, text))

    def decide(self, case_id: str, text: str, *, session: int) -> int:
        """Write down what was agreed on a case, whose last session is `session`; return its number."""
        _check_text(text)
        if not text.strip():
            raise ConsultationError(say("Write down what was agreed first."))
        with self._store.changing() as connection:
            _drop_draft(connection, case_id, 0)
            row = (case_id, session, text.strip(), time.time())
            return int(connection.execute("INSERT INTO decisions VALUES (NULL, ?, ?, ?, ?)", row).lastrowid or 0)

    def change_decision(self, number: int, text: str) -> None:
        """Write another text in its place; an empty one takes it out."""
        _check_text(text)
        with self._store.changing() as connection:
            connection.execute("DELETE FROM drafts WHERE decision = ?", (number,))
            if text.strip():
                connection.execute("UPDATE decisions SET text = ? WHERE id = ?", (text.strip(), number))
            else:
                connection.execute("DELETE FROM decisions WHERE id = ?", (number,))

    def clear(self) -> None:
        """Delete all of it, for everybody; the session's file begins anew."""
        with self._store.changing() as connection:
            for table in ("answers", "rounds", "seats", "notes", "drafts", "decisions"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            connection.execute("UPDATE stage SET publication = '', record = ?", (json.dumps(Stage().to_record()),))

    def noted(self) -> dict[str, str]:
        """Return each case with notes → these."""
        return {case: text for case, text in self._store.read("SELECT case_id, text FROM notes") if text.strip()}

    @property
    def n_drafts(self) -> int:
        """How many texts were begun under what was agreed, and neither kept nor taken out."""
        return int(self._store.read("SELECT count(*) FROM drafts")[0][0])

    def has_case(self, case_id: str) -> bool:
        """Tell whether anything of this session is about a case."""
        parts = " UNION ".join(f"SELECT case_id FROM {table}" for table in _ABOUT_CASES)  # noqa: S608 - our own names
        return self.stage.case_id == case_id or (case_id,) in self._store.read(parts)

    def _allowed(self) -> Check | None:
        return None


def _drop_draft(connection: sqlite3.Connection, case_id: str, decision: int) -> None:
    connection.execute("DELETE FROM drafts WHERE case_id = ? AND decision = ?", (case_id, decision))


def _check_text(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise ConsultationError(say("At most {n} letters can be kept here.", n=LONGEST_TEXT))
