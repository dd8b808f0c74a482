"""A question to the group, from its opening to the answers that all see together."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import replace
from typing import Any

from supervision_kit.consulting.present import count_present
from supervision_kit.consulting.questions import QUESTIONS
from supervision_kit.consulting.stage import Stage
from supervision_kit.errors import ConsultationError
from supervision_kit.words import say, say_number

FEWEST = 4
"""Fewer answers than this are not parted by choice: the kit's own choice.

Everybody knows their own answer. Of three, that leaves two, whose answers are often told apart by who they are; of two,
it leaves one. From four on, three others stand behind whatever is not one's own.
"""


def open_round(connection: sqlite3.Connection, stage: Stage) -> Stage:
    """Give a round its number, and let go of who answered what before."""
    connection.execute("DELETE FROM answers")
    row = (stage.case_id, stage.revealed, json.dumps(stage.asked))
    opened = connection.execute("INSERT INTO rounds (case_id, session, asked) VALUES (?, ?, ?)", row)
    return replace(stage, round=int(opened.lastrowid or 0))


def count_answers(connection: sqlite3.Connection, stage: Stage) -> None:
    """Keep what the group answered together; counts that are too small are never written.

    Raises
    ------
    ConsultationError
        More have signed in than the group has people: one person may stand behind several answers.
    """
    n_present = count_present(lambda query, *values: connection.execute(query, values).fetchall(), stage)
    if n_present > stage.people:
        raise ConsultationError(
            say(
                "{signed_in} sign-ins, but {people} people: somebody came later, or is here twice. Set the number of "
                "people right, or have the second page closed, close the question and ask again.",
                signed_in=say_number(n_present),
                people=say_number(stage.people),
            )
        )
    rows = connection.execute("SELECT answer FROM answers WHERE round = ?", (stage.round,)).fetchall()
    answers: list[dict[str, list[str]]] = [json.loads(text) for (text,) in rows]
    together = [_count(key, [answer[key] for answer in answers if key in answer]) for key in stage.asked]
    connection.execute("UPDATE rounds SET together = ? WHERE number = ?", (json.dumps(together), stage.round))


def _count(question: str, given: list[list[str]]) -> dict[str, Any]:
    counted = Counter(term for chosen in given for term in chosen)
    counts = {term: counted[term] for term in QUESTIONS[question].terms} if len(given) >= FEWEST else None
    return {"question": question, "n_answered": len(given), "counts": counts}
