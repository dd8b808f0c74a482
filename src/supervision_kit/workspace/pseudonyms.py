"""Pseudonyms: what a case is called on paper that leaves the workspace. The key to them stays here."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from sqlalchemy import insert, select

from supervision_kit.workspace.auditing import write_entry
from supervision_kit.workspace.database import next_number
from supervision_kit.workspace.opened import Opened, as_codes, numbers_of
from supervision_kit.workspace.schema import pseudonyms

CONSONANTS, DIGITS = "BCDFGHJKLMNPQRSTVWXZ", "23456789"  # no vowels: no word comes of them; no 0 and 1
PATTERN = (CONSONANTS, DIGITS, CONSONANTS, DIGITS, CONSONANTS)  # half a million of them


class Pseudonyms(Opened):
    """What cases are called outside."""

    def pseudonyms(self, case_ids: Iterable[str] | str) -> dict[str, str]:
        """Return what these cases are called on coded papers: each code of a case with its pseudonym.

        A pseudonym is drawn at random when a case first needs one, has nothing of the case in it, and stays: papers of
        two weeks can be laid side by side. It is erased with the case.
        """
        wanted = as_codes(case_ids)
        with self._database.writing() as connection:
            numbers = dict(zip(wanted, numbers_of(connection, wanted), strict=True))
            known = {row.case_number: row.pseudonym for row in connection.execute(select(pseudonyms))}
            new = [number for number in numbers.values() if number not in known]
            for number in new:
                known[number] = _draw(set(known.values()))
                row = {"id": next_number(connection, "pseudonyms"), "case_number": number, "pseudonym": known[number]}
                connection.execute(insert(pseudonyms), row)
            if new:
                write_entry(connection, self.user, "write", "pseudonym", new)
        return {code: known[number] for code, number in numbers.items()}

    def record_export(self, what: str, case_ids: Iterable[str] | str) -> None:
        """Write into the audit that a paper about these cases was made; `what` is what kind of paper it is."""
        with self._writing(what, action="export") as (connection, about):
            about.extend(numbers_of(connection, as_codes(case_ids)))


def _draw(taken: set[str]) -> str:
    while (drawn := "".join(map(secrets.choice, PATTERN))) in taken:
        pass
    return drawn
