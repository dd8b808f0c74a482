"""The keys of publications: who is who in what was published without names. They stay here."""

from __future__ import annotations

import json

import pandas as pd
from sqlalchemy import Select, and_, delete, func, select
from sqlalchemy.engine import Connection

from supervision_kit.errors import UnknownNameError, WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace.auditing import check_label, write_entry
from supervision_kit.workspace.comparing import derive_secret
from supervision_kit.workspace.database import insert_rows, next_number
from supervision_kit.workspace.failures import told_if_damaged
from supervision_kit.workspace.moments import as_moments, now
from supervision_kit.workspace.opened import Opened, codes_of, numbers_of
from supervision_kit.workspace.schema import publication_keys, publication_sessions

_KEY = ("id", "publication", "case_number", "code", "therapists", "at", "who")
_OF = ("publication", "case_number")
_SESSIONS = ("id", "publication", "case_number", "published", "session")


class PublicationKeys(Opened):
    """Who is who in what was published."""

    def keep_key(self, publication: str, table: pd.DataFrame) -> None:
        """Keep the key of a publication: case_id, code, therapists, sessions.

        ``therapists`` says for each code of a therapist who that is; ``sessions`` lists the clinical session numbers of
        what was published as session 1, 2, ….  The audit gets an entry; a case that is erased leaves every key.

        Raises
        ------
        WorkspaceError
            There is a key of that name already.
        UnknownNameError
            A case is unknown.
        """
        check_label(publication, "publication")
        with self._database.writing() as connection:
            if connection.execute(_cases_of(publication)).first():
                raise WorkspaceError(
                    say("There is a key for a publication of that name already. Publish under a new one.")
                )
            numbers = numbers_of(connection, table["case_id"].tolist())
            at, start = now(), next_number(connection, "publication_keys")
            written = [json.dumps(dict(told), ensure_ascii=False) for told in table["therapists"]]
            rows = enumerate(zip(numbers, table["code"].tolist(), written, strict=True), start)
            insert_rows(
                connection, "publication_keys", _KEY, [(i, publication, *row, at, self.user) for i, row in rows]
            )
            sessions = [
                (publication, case, published, int(session))
                for case, counted in zip(numbers, table["sessions"], strict=True)
                for published, session in enumerate(counted, 1)
            ]
            start = next_number(connection, "publication_sessions")
            rows_of_sessions = [(number, *row) for number, row in enumerate(sessions, start)]
            insert_rows(connection, "publication_sessions", _SESSIONS, rows_of_sessions)
            write_entry(connection, self.user, "write", "publication key", numbers)

    def key(self, publication: str) -> pd.DataFrame:
        """Return the key of a publication, as :meth:`keep_key` took it, without the cases erased since.

        Raises
        ------
        UnknownNameError
            There is no key of that name.
        """
        with self._database.reading() as connection:
            known = codes_of(connection)
            query = select(publication_keys).where(publication_keys.c.publication == publication)
            rows = connection.execute(query.order_by(publication_keys.c.code)).all()
            if not rows:
                names = connection.execute(select(publication_keys.c.publication).distinct()).scalars()
                raise UnknownNameError("publication", publication, names, from_data=True)
            counted: dict[int, list[int]] = {row.case_number: [] for row in rows}
            of_it = publication_sessions.c.publication == publication
            for row in connection.execute(
                select(publication_sessions).where(of_it).order_by(publication_sessions.c.published)
            ):
                counted[row.case_number].append(row.session)
        self._audit("read", "publication key", [row.case_number for row in rows])
        with told_if_damaged():
            therapists = [json.loads(row.therapists) for row in rows]
        return pd.DataFrame(
            {
                "case_id": pd.Series([known[row.case_number] for row in rows], dtype="str"),
                "code": pd.Series([row.code for row in rows], dtype="str"),
                "therapists": pd.Series(therapists, dtype="object"),
                "sessions": pd.Series([counted[row.case_number] for row in rows], dtype="object"),
            }
        )

    def publications(self, case_id: str | None = None) -> pd.DataFrame:
        """Return the publications whose keys are kept, oldest first: publication, n_cases, at, who.

        With a case, those that it is in: what to withdraw where a consent is withdrawn.
        """
        query = select(publication_keys).order_by(publication_keys.c.id)
        with self._database.reading() as connection:
            about = [] if case_id is None else numbers_of(connection, [case_id])
            if about:
                query = query.where(publication_keys.c.publication.in_(name_publications(connection, about[0])))
            rows = connection.execute(query).all()
        found: dict[str, list[tuple[str, str]]] = {}
        for row in rows:
            found.setdefault(row.publication, []).append((row.at, row.who))
        self._audit("read", "publications", about)
        return pd.DataFrame(
            {
                "publication": pd.Series(list(found), dtype="str"),
                "n_cases": pd.Series([len(cases) for cases in found.values()], dtype="int64"),
                "at": as_moments(cases[0][0] for cases in found.values()),
                "who": pd.Series([cases[0][1] for cases in found.values()], dtype="str"),
            }
        )

    def published_before(self) -> pd.DataFrame:
        """Return what earlier publications showed of each case: publication, case_id, therapist, n_sessions.

        ``therapist`` is the drawn code that the case's therapist had there, empty where none. Of publications whose
        keys were forgotten nothing is known.
        """
        n_sessions = func.count(publication_sessions.c.id)
        query = (
            select(publication_keys.c.publication, publication_keys.c.case_number, publication_keys.c.therapists)
            .add_columns(n_sessions)
            .join(
                publication_sessions, and_(*(publication_sessions.c[name] == publication_keys.c[name] for name in _OF))
            )
            .group_by(publication_keys.c.id)
            .order_by(publication_keys.c.id)
        )
        with self._database.reading() as connection:
            known, rows = codes_of(connection), connection.execute(query).all()
        self._audit("read", "publications", sorted({number for _, number, _, _ in rows}))
        with told_if_damaged():
            return pd.DataFrame(
                [(name, known[number], "".join(json.loads(told)), n) for name, number, told, n in rows],
                columns=["publication", "case_id", "therapist", "n_sessions"],
            )

    def secret_for(self, purpose: str) -> bytes:
        """Return a secret of this workspace's, 32 bytes, the same each time: nothing that leaves may hold it."""
        with self._database.reading() as connection:
            return derive_secret(connection, purpose)

    def record_publication(self, publication: str, *, n_cases: int, audience: str, kind: str) -> None:
        """Enter in the audit that something was published, for whom, and of how many cases; of which, the key tells."""
        check_label(audience, "audience")
        self._audit("publish", f"{publication} {n_cases} cases {audience} {kind}", [])

    def forget_key(self, publication: str) -> None:
        """Take out the key of a publication: nobody can tell from here on who is who in it."""
        with self._writing("publication key, forgotten") as (connection, about):
            about.extend(row.case_number for row in connection.execute(_cases_of(publication)))
            if not about:
                names = connection.execute(select(publication_keys.c.publication).distinct()).scalars()
                raise UnknownNameError("publication", publication, names, from_data=True)
            for table in (publication_sessions, publication_keys):
                connection.execute(delete(table).where(table.c.publication == publication))


def name_publications(connection: Connection, number: int) -> list[str]:
    """Return the publications that a case is in, by its number."""
    query = select(publication_keys.c.publication).where(publication_keys.c.case_number == number)
    return list(connection.execute(query.order_by(publication_keys.c.id)).scalars())


def _cases_of(publication: str) -> Select[tuple[int]]:
    return select(publication_keys.c.case_number).where(publication_keys.c.publication == publication)
