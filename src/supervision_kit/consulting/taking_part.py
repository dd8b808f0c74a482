"""A consultation as one of the group takes part in it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping

from supervision_kit.consulting.consultation import Consultation
from supervision_kit.consulting.questions import QUESTIONS, Answer
from supervision_kit.consulting.stage import Stage
from supervision_kit.consulting.store import Check, allow_writing, stage_in
from supervision_kit.errors import ConsultationError
from supervision_kit.words import say


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
            stage = stage_in(connection)
            if not stage.is_open or stage.round != round:
                raise ConsultationError(say("This question is closed: answers stay as they were."))
            kept = {key: list(terms) for key, terms in chosen.items() if terms}
            _check_answer(kept, stage)
            connection.execute("DELETE FROM answers WHERE round = ? AND viewer = ?", (round, self.viewer))
            if kept:
                row = (round, self.viewer, json.dumps(kept, sort_keys=True))
                connection.execute("INSERT INTO answers VALUES (?, ?, ?)", row)

    def _allowed(self) -> Check | None:
        return allow_writing("answers", "seats", hidden=("notes", "drafts"))


def _check_answer(chosen: Mapping[str, list[str]], stage: Stage) -> None:
    for key, terms in chosen.items():
        is_known = key in stage.asked and set(terms) <= set(QUESTIONS[key].terms) and len(set(terms)) == len(terms)
        if not is_known or (QUESTIONS[key].is_single and len(terms) > 1):
            raise ConsultationError(say("This is no answer to what the group was asked. Reload the page."))
