"""Annotations: what happened at a session, and whether the limits start anew there."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import select

from supervision_kit.errors import UnknownNameError, WorkspaceError
from supervision_kit.lens import ANNOTATIONS
from supervision_kit.words import say
from supervision_kit.workspace.opened import Opened, numbers_of
from supervision_kit.workspace.rows import check_session, find_case
from supervision_kit.workspace.schema import annotated


class Annotating(Opened):
    """What happened at sessions."""

    def add_annotation(
        self, case_id: str, session: int, kind: str, *, text: str = "", rebases: bool = False, cause: str = ""
    ) -> int:
        """Say what happened at a session; return the annotation's number.

        Parameters
        ----------
        case_id, session
            Of which case, at which session.
        kind
            One of the keys of :data:`supervision_kit.lens.ANNOTATIONS`.
        text
            What there is to say of it.
        rebases, cause
            Whether limits start anew at that session, and why: without a cause it is refused.

        Raises
        ------
        WorkspaceError
            Limits are to start anew without a cause, or the session is none.
        UnknownNameError
            The case or the kind is unknown.
        """
        said = _check({"session": session, "kind": kind, "text": text, "rebases": rebases, "cause": cause})
        with self._changing("annotation") as change:
            change.cases += numbers_of(change.connection, [case_id])
            case = change.cases[0]
            return change.insert(annotated, case_number=case, **said, at=change.at, who=self.user)

    def change_annotation(
        self,
        annotation: int,
        *,
        session: int | None = None,
        kind: str | None = None,
        text: str | None = None,
        rebases: bool | None = None,
        cause: str | None = None,
    ) -> None:
        """Change what is given of an annotation; the rest stays. Errors as of :meth:`add_annotation`."""
        given = {"session": session, "kind": kind, "text": text, "rebases": rebases, "cause": cause}
        with self._changing("annotation, changed") as change:
            change.cases.append(find_case(change.connection, annotated, annotation))
            columns = [annotated.c[name] for name in given]
            row = change.connection.execute(select(*columns).where(annotated.c.id == annotation)).mappings().one()
            said = _check(dict(row) | {name: value for name, value in given.items() if value is not None})
            change.update(annotated, annotation, **said, changed_at=change.at, changed_by=self.user)

    def remove_annotation(self, annotation: int) -> None:
        """Take an annotation out."""
        with self._changing("annotation, removed") as change:
            change.cases.append(find_case(change.connection, annotated, annotation))
            change.delete(annotated, annotation)

    def annotations(self, case_id: str | None = None) -> pd.DataFrame:
        """Return the annotations, oldest first.

        Columns: id, case_id, session, kind, text, rebases, cause, at, who, changed_at, changed_by.
        """
        return self._read_said("annotation", annotated, case_id)


def _check(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of an annotation as it is kept."""
    if said["kind"] not in ANNOTATIONS:
        raise UnknownNameError("kind of annotation", said["kind"], ANNOTATIONS)
    if said["rebases"] and not said["cause"].strip():
        raise WorkspaceError(
            say("Limits start anew only with a stated cause: say what changed at that session, or leave them be.")
        )
    return said | {"session": check_session(said["session"]), "rebases": int(said["rebases"])}
