"""Consent: whether a case may be used for teaching."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select

from supervision_kit.workspace.opened import Opened, numbers_of
from supervision_kit.workspace.schema import consents


class Consents(Opened):
    """What clients agreed to."""

    def set_consent(self, case_id: str, teaching: bool | None) -> None:  # noqa: FBT001 - what is asked
        """Write down whether the client agreed to teaching use; None where that is not asked, or open again."""
        with self._changing("consent") as change:
            change.cases += numbers_of(change.connection, [case_id])
            given = {"teaching": None if teaching is None else int(teaching), "at": change.at, "who": self.user}
            query = select(consents.c.id).where(consents.c.case_number == change.cases[0])
            number = change.connection.execute(query).scalar()
            if number is None:
                change.insert(consents, case_number=change.cases[0], **given)
            else:
                change.update(consents, number, **given)

    def consents(self, case_id: str | None = None) -> pd.DataFrame:
        """Return what was agreed: case_id, teaching, at, who; a case without a row, or with <NA>, was not asked."""
        return self._read_said("consent", consents, case_id).drop(columns="id")
