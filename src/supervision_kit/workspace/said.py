"""Notes, the agenda, and decisions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Table, func, select

from supervision_kit.errors import UnknownNameError, WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace.opened import Opened, numbers_of
from supervision_kit.workspace.rows import check_session, check_text, find_case
from supervision_kit.workspace.schema import agenda, answers, decisions, forms, notes
from supervision_kit.workspace.undoing import Change

AGENDA_STATES = ("open", "done", "dropped")
DECISION_STATES = ("open", "kept", "changed", "dropped")


class Said(Opened):
    """What is said about cases."""

    def add_note(self, case_id: str, text: str, session: int | None = None) -> int:
        """Write a note on a case, or on one of its sessions; return its number."""
        return self._say("note", notes, case_id, text, session)

    def change_note(self, note: int, text: str) -> None:
        """Write another text in the place of a note's."""
        self._say_anew("note", notes, note, text=check_text(text))

    def remove_note(self, note: int) -> None:
        """Take a note out."""
        with self._changing("note, removed") as change:
            change.cases.append(find_case(change.connection, notes, note))
            change.delete(notes, note)

    def notes(self, case_id: str | None = None) -> pd.DataFrame:
        """Return the notes, oldest first: id, case_id, session, text, at, who, changed_at, changed_by."""
        return self._read_said("note", notes, case_id)

    def add_agenda_item(
        self, case_id: str, text: str, session: int | None = None, *, follow_up: date | str | None = None
    ) -> int:
        """Put something on the agenda of supervision; return its number."""
        return self._say("agenda item", agenda, case_id, text, session, state="open", follow_up=_check_day(follow_up))

    def change_agenda_item(self, item: int, text: str) -> None:
        """Write another text in the place of an agenda item's."""
        self._say_anew("agenda item", agenda, item, text=check_text(text))

    def set_agenda_state(self, item: int, state: str) -> None:
        """Set an agenda item ``open``, ``done`` or ``dropped``."""
        if state not in AGENDA_STATES:
            raise UnknownNameError("state of an agenda item", state, AGENDA_STATES)
        self._say_anew("agenda item", agenda, item, state=state)

    def agenda(self, case_id: str | None = None, *, state: str | None = None) -> pd.DataFrame:
        """Return the agenda: id, case_id, session, text, state, follow_up, at, who, changed_at, changed_by."""
        table = self._read_said("agenda item", agenda, case_id)
        return table if state is None else table[table["state"] == state].reset_index(drop=True)

    def add_decision(
        self, case_id: str, text: str, session: int | None = None, *, agenda_item: int | None = None
    ) -> int:
        """Write down what was decided on a case, perhaps about an agenda item of it; return its number.

        Without a session it belongs to the case's latest rated one: what the ratings do after it can be followed.
        """
        new = {"agenda_item": agenda_item, "state": "open", "state_note": ""}
        return self._say("decision", decisions, case_id, text, session, **new)

    def set_decision_state(self, decision: int, state: str, *, note: str = "") -> None:
        """Say what became of a decision: ``open``, ``kept``, ``changed`` or ``dropped``, with a note."""
        if state not in DECISION_STATES:
            raise UnknownNameError("state of a decision", state, DECISION_STATES)
        self._say_anew("decision", decisions, decision, state=state, state_note=note)

    def decisions(self, case_id: str | None = None) -> pd.DataFrame:
        """Return the decisions, oldest first.

        Columns: id, case_id, session, agenda_item, text, state, state_note, at, who, changed_at, changed_by.
        """
        return self._read_said("decision", decisions, case_id)

    def _say(self, what: str, table: Table, case_id: str, text: str, session: int | None, **about: Any) -> int:
        if session is not None:
            session = check_session(session)
        with self._changing(what) as change:
            case = numbers_of(change.connection, [case_id])[0]
            change.cases.append(case)
            item = about.get("agenda_item")
            if item is not None and find_case(change.connection, agenda, item) != case:
                raise WorkspaceError(say("That agenda item is about another case."))
            if session is None and table is decisions:
                session = _last_rated(change, case)
            said = {"case_number": case, "session": session, "text": check_text(text)}
            return change.insert(table, **said, **about, at=change.at, who=self.user)

    def _say_anew(self, what: str, table: Table, number: int, **values: Any) -> None:
        with self._changing(f"{what}, changed") as change:
            change.cases.append(find_case(change.connection, table, number))
            change.update(table, number, **values, changed_at=change.at, changed_by=self.user)


def _check_day(day: date | str | None) -> str | None:
    """Return a day as ISO text."""
    try:
        return None if day is None else date.fromisoformat(str(day)[:10]).isoformat()
    except ValueError:
        raise WorkspaceError(say("A follow-up date is a day such as 2026-03-04.")) from None


def _last_rated(change: Change, case: int) -> int | None:
    """Return the latest session of a case with an answer."""
    rated = select(func.max(forms.c.session)).join(answers, answers.c.form_number == forms.c.id)
    rated = rated.where(forms.c.case_number == case, answers.c.value.is_not(None))
    latest: int | None = change.connection.execute(rated).scalar()
    return latest
