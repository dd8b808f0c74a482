"""What belongs to a user: preferences, and what is being typed."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from supervision_kit.errors import WorkspaceError
from supervision_kit.workspace.auditing import check_label, write_entry
from supervision_kit.workspace.database import next_number
from supervision_kit.workspace.failures import told_if_damaged
from supervision_kit.workspace.moments import now
from supervision_kit.workspace.opened import Opened, numbers_of
from supervision_kit.workspace.schema import drafts, preferences


class Belongings(Opened):
    """What this user alone has."""

    def set_preference(self, name: str, value: Any) -> None:
        """Keep a setting of this user's: numbers, texts, lists and dictionaries of them, as JSON has them."""
        check_label(name, "preference")
        try:
            written = json.dumps(value, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError):
            raise WorkspaceError(f"The preference {name} is not of numbers, texts, lists and dictionaries.") from None
        with self._changing("preference") as change:
            given = {"value": written, "at": change.at}
            this = select(preferences.c.id).where(preferences.c.who == self.user, preferences.c.name == name)
            number = change.connection.execute(this).scalar()
            if number is None:
                change.insert(preferences, who=self.user, name=name, **given)
            else:
                change.update(preferences, number, **given)

    def preference(self, name: str, default: Any = None) -> Any:
        """Return a setting of this user's, or the default where it was never set."""
        this = select(preferences.c.value).where(preferences.c.who == self.user, preferences.c.name == name)
        with self._database.reading() as connection:
            written = connection.execute(this).scalar()
        with told_if_damaged():
            return default if written is None else json.loads(written)

    def save_draft(self, place: str, text: str, *, case_id: str | None = None) -> None:
        """Keep what is being typed at a place of a page, so that it outlives the page; an empty text drops it.

        The audit has one entry for a draft, made when it is begun. Undo leaves drafts alone.
        """
        check_label(place, "place")
        if not text:
            self.drop_draft(place, case_id=case_id)
            return
        with self._database.writing() as connection:
            this = self._draft(connection, place, case_id)
            number = connection.execute(select(drafts.c.id).where(*this)).scalar()
            given = {"text": text, "at": now()}
            if number is not None:
                connection.execute(update(drafts).where(drafts.c.id == number).values(given))
                return
            cases = [] if case_id is None else numbers_of(connection, [case_id])
            about = {"id": next_number(connection, "drafts"), "who": self.user, "place": place}
            connection.execute(insert(drafts), about | given | {"case_number": cases[0] if cases else None})
            write_entry(connection, self.user, "write", "draft", cases)

    def draft(self, place: str, *, case_id: str | None = None) -> str:
        """Return what this user was typing there; empty where nothing."""
        with self._database.reading() as connection:
            this = self._draft(connection, place, case_id)
            return connection.execute(select(drafts.c.text).where(*this)).scalar() or ""

    def drop_draft(self, place: str, *, case_id: str | None = None) -> None:
        """Forget what was being typed there."""
        with self._database.writing() as connection:
            connection.execute(delete(drafts).where(*self._draft(connection, place, case_id)))

    def _draft(self, connection: Connection, place: str, case_id: str | None) -> list[Any]:
        """Return the conditions that find a draft."""
        case = None if case_id is None else numbers_of(connection, [case_id])[0]
        return [drafts.c.who == self.user, drafts.c.place == place, drafts.c.case_number.is_not_distinct_from(case)]
