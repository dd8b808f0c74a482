"""One session of a consultation group, as all of its pages share it."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from supervision_kit.consulting.questions import QUESTIONS, Answer
from supervision_kit.consulting.stage import Stage
from supervision_kit.consulting.store import Check, Store
from supervision_kit.errors import ConsultationError
from supervision_kit.words import say

FEWEST = 4
"""Fewer answers than this are not parted by choice: the kit's own choice.

Everybody knows their own answer. Of three, that leaves two, whose answers are often told apart by who they are; of two,
it leaves one. From four on, three others stand behind whatever is not one's own.
"""
AWAY = 90  # seconds without a sign of a page, after which its viewer counts as gone; hidden tabs give one a minute
LONGEST_TEXT = 20_000  # letters of a case's notes, or of a decision


@dataclass(frozen=True)
class Together:
    """What a group answered to one question: how many did, and each choice → how many; none where these are too few."""

    question: str
    n_answered: int
    counts: Mapping[str, int] | None


@dataclass(frozen=True)
class Decision:
    """What was agreed on a case.

    Attributes
    ----------
    id
        Its number in this consultation.
    case_id, session
        The case, and its last session by then, both as the group knows them.
    text, at
        What was agreed, and when, in seconds since 1970.
    """

    id: int
    case_id: str
    session: int
    text: str
    at: float


class Consultation:
    """One session as anybody may see it.

    Nothing here returns a single viewer's answer. To lead it, see :class:`Facilitation`; to answer,
    :class:`Participation`.

    Parameters
    ----------
    path
        The session's own file; made, for its owner only, where there is none.

    Raises
    ------
    ConsultationError
        The file cannot be used.

    Examples
    --------
    >>> with Facilitation("monday.sqlite") as leading:  # doctest: +SKIP
    ...     leading.move(lambda stage: stage.choose_case("case-07", revealed=3))
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._store = Store(self.path, first=json.dumps(Stage().to_record()), allowed=self._allowed())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def has_changed(self) -> bool:
        """Tell whether another page changed anything since this was last asked; cheap enough to ask all the time."""
        return self._store.has_changed()

    @property
    def stage(self) -> Stage:
        """Where the group is."""
        return Stage.from_record(json.loads(self._store.read("SELECT record FROM stage")[0][0]))

    @property
    def publication(self) -> str:
        """The publication that the cases come from; empty where they are a workspace's own."""
        return str(self._store.read("SELECT publication FROM stage")[0][0])

    @property
    def n_answered(self) -> int:
        """How many have answered what the group was asked last."""
        return int(self._store.read("SELECT count(*) FROM answers WHERE round = ?", self.stage.round)[0][0])

    @property
    def n_present(self) -> int:
        """How many participants have a page open."""
        return int(self._store.read("SELECT count(*) FROM seats WHERE seen > ?", time.time() - AWAY)[0][0])

    @property
    def together(self) -> tuple[Together, ...]:
        """What the group answered, question by question; nothing before it is shown to all."""
        stage = self.stage
        if "answers" not in stage.shown:
            return ()
        ((kept,),) = self._store.read("SELECT together FROM rounds WHERE number = ?", stage.round)
        return tuple(Together(**one) for one in json.loads(kept))

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was agreed on all cases of this session, oldest first."""
        return tuple(
            Decision(*row)
            for row in self._store.read("SELECT id, case_id, session, text, at FROM decisions ORDER BY id")
        )

    def _allowed(self) -> Check | None:
        return _allow_writing()


class Participation(Consultation):
    """A session as a participant may take part in it: to see it, and to answer for oneself.

    Parameters
    ----------
    path
        As for :class:`Consultation`.
    viewer
        Who answers: a word drawn at random when they signed in.
    """

    def __init__(self, path: str | os.PathLike[str], *, viewer: str) -> None:
        if not viewer:
            raise ConsultationError(say("Only somebody who has signed in can take part. Reload the page."))
        self.viewer = viewer
        super().__init__(path)

    def be_here(self) -> None:
        """Say that this viewer's page is open."""
        with self._store.changing() as connection:
            connection.execute(
                "INSERT INTO seats VALUES (?, ?) ON CONFLICT (viewer) DO UPDATE SET seen = excluded.seen",
                (self.viewer, time.time()),
            )

    @property
    def own_answer(self) -> Answer:
        """What this viewer answers to what the group was asked last; empty where nothing."""
        rows = self._store.read(
            "SELECT answer FROM answers WHERE round = ? AND viewer = ?", self.stage.round, self.viewer
        )
        return {key: tuple(chosen) for key, chosen in json.loads(rows[0][0]).items()} if rows else {}

    def answer(self, chosen: Answer, *, round: int) -> None:  # noqa: A002 - the word of the field
        """Answer the round of that number, or answer it differently, as long as it is open.

        Raises
        ------
        ConsultationError
            The round is closed, or this is no answer to what was asked in it.
        """
        with self._store.changing() as connection:
            stage = _stage_in(connection)
            if not stage.is_open or stage.round != round:
                raise ConsultationError(say("This question is closed: answers stay as they were."))
            kept = {key: list(terms) for key, terms in chosen.items() if terms}
            _check_answer(kept, stage)
            connection.execute("DELETE FROM answers WHERE round = ? AND viewer = ?", (round, self.viewer))
            if kept:
                row = (round, self.viewer, json.dumps(kept, sort_keys=True))
                connection.execute("INSERT INTO answers VALUES (?, ?, ?)", row)

    def _allowed(self) -> Check | None:
        return _allow_writing("answers", "seats", hidden=("notes",))


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
            has_begun = _stage_in(connection).case_id or known
            if has_begun and known != publication:
                raise ConsultationError(say("This consultation was begun over other cases. Start a new one for these."))
            connection.execute("UPDATE stage SET publication = ?", (publication,))

    def move(self, step: Callable[[Stage], Stage]) -> Stage:
        """Take a step and return the stage after it: all pages follow.

        A round that opens gets a new number, and lets go of who answered what in those before; one that closes is
        counted.
        """
        with self._store.changing() as connection:
            before = _stage_in(connection)
            after = step(before)
            if after.is_open and not before.is_open:
                after = _open_round(connection, after)
            elif before.is_open and not after.is_open:
                _count_round(connection, before)
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

    def decide(self, case_id: str, text: str, *, session: int) -> int:
        """Write down what was agreed on a case, whose last session is `session`; return its number."""
        _check_text(text)
        if not text.strip():
            raise ConsultationError(say("Write down what was agreed first."))
        with self._store.changing() as connection:
            row = (case_id, session, text.strip(), time.time())
            return int(connection.execute("INSERT INTO decisions VALUES (NULL, ?, ?, ?, ?)", row).lastrowid or 0)

    def change_decision(self, number: int, text: str) -> None:
        """Write another text in its place; an empty one takes it out."""
        _check_text(text)
        with self._store.changing() as connection:
            if text.strip():
                connection.execute("UPDATE decisions SET text = ? WHERE id = ?", (text.strip(), number))
            else:
                connection.execute("DELETE FROM decisions WHERE id = ?", (number,))

    def clear(self) -> None:
        """Delete all of it, for everybody; the session's file begins anew."""
        with self._store.changing() as connection:
            for table in ("answers", "rounds", "seats", "notes", "decisions"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            connection.execute("UPDATE stage SET publication = '', record = ?", (json.dumps(Stage().to_record()),))

    def noted(self) -> dict[str, str]:
        """Return each case with notes → these."""
        return {case: text for case, text in self._store.read("SELECT case_id, text FROM notes") if text.strip()}

    def _allowed(self) -> Check | None:
        return None


def _stage_in(connection: sqlite3.Connection) -> Stage:
    return Stage.from_record(json.loads(connection.execute("SELECT record FROM stage").fetchone()[0]))


def _open_round(connection: sqlite3.Connection, stage: Stage) -> Stage:
    connection.execute("DELETE FROM answers")
    row = (stage.case_id, stage.revealed, json.dumps(stage.asked))
    opened = connection.execute("INSERT INTO rounds (case_id, session, asked) VALUES (?, ?, ?)", row)
    return replace(stage, round=int(opened.lastrowid or 0))


def _count_round(connection: sqlite3.Connection, stage: Stage) -> None:
    """Keep what the group answered together; counts that are too small are never written."""
    rows = connection.execute("SELECT answer FROM answers WHERE round = ?", (stage.round,)).fetchall()
    answers: list[dict[str, list[str]]] = [json.loads(text) for (text,) in rows]
    together: list[dict[str, Any]] = []
    for key in stage.asked:
        given = [answer[key] for answer in answers if key in answer]
        counted = Counter(term for chosen in given for term in chosen)
        counts = {term: counted[term] for term in QUESTIONS[key].terms} if len(given) >= FEWEST else None
        together.append({"question": key, "n_answered": len(given), "counts": counts})
    connection.execute("UPDATE rounds SET together = ? WHERE number = ?", (json.dumps(together), stage.round))


def _check_answer(chosen: Mapping[str, list[str]], stage: Stage) -> None:
    for key, terms in chosen.items():
        is_known = key in stage.asked and set(terms) <= set(QUESTIONS[key].terms) and len(set(terms)) == len(terms)
        if not is_known or (QUESTIONS[key].is_single and len(terms) > 1):
            raise ConsultationError(say("This is no answer to what the group was asked. Reload the page."))


def _check_text(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise ConsultationError(say("At most {n} letters can be kept here.", n=LONGEST_TEXT))


def _allow_writing(*tables: str, hidden: tuple[str, ...] = ()) -> Check:
    """Return what lets SQLite write to these tables alone, and read what is not hidden."""
    writes = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
    reads = {
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_TRANSACTION,
    }

    def check(action: int, first: str | None, _second: str | None, _database: str | None, _by: str | None) -> int:
        if action in writes:
            return sqlite3.SQLITE_OK if first in tables else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ and first in hidden:
            return sqlite3.SQLITE_DENY
        is_asking = action == sqlite3.SQLITE_PRAGMA and first == "data_version"
        return sqlite3.SQLITE_OK if action in reads or is_asking else sqlite3.SQLITE_DENY

    return check
