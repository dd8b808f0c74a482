"""Supervisions, and what was done with cases in them: seen, or put off to another day.

Both belong to a user: in a clinic's database each supervisor has hours of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Subquery, exists, func, select
from sqlalchemy.engine import Connection

from supervision_kit.errors import UnknownNameError, WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace.moments import ago, as_moments, read_moment
from supervision_kit.workspace.opened import Opened, codes_of, numbers_of
from supervision_kit.workspace.rows import read_rows
from supervision_kit.workspace.schema import answers, flags, forms, history, imports, supervisions
from supervision_kit.workspace.undoing import Change

FLAGS = ("seen", "not today")
ONE_SITTING = timedelta(hours=12)  # how long a supervision lasts at most; the kit's own choice


class Hours(Opened):
    """Supervisions and flags."""

    def start_supervision(self) -> int:
        """Begin a supervision and return its number; the one under way goes on, for twelve hours at most."""
        with self._changing("supervision") as change:
            return self._under_way(change) or change.insert(
                supervisions, started_at=change.at, ended_at=None, who=self.user
            )

    def close_supervision(self) -> int:
        """End the supervision under way, or one never begun, and return its number; one undo takes it back."""
        with self._changing("supervision, ended") as change:
            number = self._under_way(change)
            if number is None:
                return change.insert(supervisions, started_at=change.at, ended_at=change.at, who=self.user)
            change.update(supervisions, number, ended_at=change.at)
            return number

    def _under_way(self, change: Change) -> int | None:
        """Return the number of this user's supervision under way; those that were never ended end here."""
        mine = select(supervisions).where(supervisions.c.who == self.user, supervisions.c.ended_at.is_(None))
        for row in change.connection.execute(mine.order_by(supervisions.c.id.desc())).all():
            if row.started_at > ago(ONE_SITTING):
                return int(row.id)
            change.update(supervisions, row.id, ended_at=change.at)  # it was forgotten to end it
        return None

    def end_supervision(self, supervision: int) -> None:
        """End a supervision; one that has ended stays as it is."""
        with self._changing("supervision, ended") as change:
            this = select(supervisions.c.ended_at).where(supervisions.c.id == supervision)
            row = change.connection.execute(this.where(supervisions.c.who == self.user)).first()
            if row is None:
                raise WorkspaceError(say("There is no supervision of yours of that number."))
            if row.ended_at is None:
                change.update(supervisions, supervision, ended_at=change.at)

    def supervisions(self) -> pd.DataFrame:
        """Return the supervisions of all users, oldest first: id, started_at, ended_at, who."""
        with self._database.reading() as connection:
            return read_rows(connection, supervisions)

    def last_supervision(self) -> pd.Timestamp | None:
        """Return when the newest of this user's supervisions began that has ended; None where there is none."""
        table = self.supervisions()
        mine = table.loc[(table["who"] == self.user) & table["ended_at"].notna(), "started_at"]
        return None if mine.empty else mine.max()

    def new_since(self, moment: datetime | str | None) -> pd.DataFrame:
        """Return the forms that came in after a moment, or all: case_id, rater, instrument, session, at.

        A form counts once something is answered on it; one that was blank, with the import that fills it.
        """
        came = _arrivals(after="" if moment is None else read_moment(moment))
        columns = (forms.c.case_number, forms.c.rater, forms.c.instrument, forms.c.session, came.c.at)
        query = select(*columns).join(came, came.c.form == forms.c.id).order_by(forms.c.id)
        with self._database.reading() as connection:
            codes = codes_of(connection)
            rows = connection.execute(query).all()
        case, rater, instrument, session, at = list(zip(*rows, strict=True)) or [()] * len(columns)
        self._audit("read", "new forms", case)
        texts = {"case_id": [codes[number] for number in case], "rater": rater, "instrument": instrument}
        table = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in texts.items()})
        return table.assign(session=pd.Series(session, dtype="int64"), at=as_moments(at))

    # Flags

    def flag_case(self, case_id: str, flag: str, *, reason: str = "") -> None:
        """Set a case aside: ``seen`` until a new form of it comes in, ``not today`` for this one."""
        if flag not in FLAGS:
            raise UnknownNameError("flag", flag, FLAGS)
        with self._changing("flag") as change:
            change.cases += numbers_of(change.connection, [case_id])
            given = {"flag": flag, "reason": reason, "at": change.at}
            number = _flag_of(change.connection, change.cases[0], self.user)
            if number is None:
                change.insert(flags, case_number=change.cases[0], **given, who=self.user)
            else:
                change.update(flags, number, **given)

    def unflag_case(self, case_id: str) -> None:
        """Take this user's flag off a case, where there is one."""
        with self._changing("flag, removed") as change:
            change.cases += numbers_of(change.connection, [case_id])
            number = _flag_of(change.connection, change.cases[0], self.user)
            if number is not None:
                change.delete(flags, number)

    def flags(self) -> pd.DataFrame:
        """Return this user's flags, the newest of each case: id, case_id, flag, reason, at, who."""
        return self._read_said("flag", flags, None, flags.c.who == self.user)

    def standing_flags(self) -> pd.DataFrame:
        """Return those of :meth:`flags` that still hold.

        ``seen`` holds until a new form of the case comes in; ``not today`` until the next supervision begins, and for
        twelve hours at most, so that nobody is put off for good.
        """
        table, sat = self.flags(), self.supervisions()
        with self._database.reading() as connection:
            seen = table.loc[table["flag"] == "seen", "case_id"].tolist()
            newest = _newest_forms(connection, codes_of(connection), numbers_of(connection, seen))
        begun = [ago(ONE_SITTING), *sat.loc[sat["who"] == self.user, "started_at"]]
        is_past = table["at"] < max(map(pd.Timestamp, begun))
        has_new = newest.reindex(table["case_id"]).array > table["at"].array
        return table[~np.where(table["flag"] == "seen", has_new, is_past)].reset_index(drop=True)


def _flag_of(connection: Connection, case: int, who: str) -> int | None:
    query = select(flags.c.id).where(flags.c.case_number == case, flags.c.who == who)
    number: int | None = connection.execute(query).scalar()
    return number


def _arrivals(*, cases: Sequence[int] | None = None, after: str = "") -> Subquery:
    """Return form and at: when something on each form came in last, the form itself or what fills a blank of it."""
    wanted = [] if cases is None else [forms.c.case_number.in_(cases)]
    is_answered = exists().where(answers.c.form_number == forms.c.id, answers.c.value.is_not(None))
    new = select(forms.c.id.label("form"), imports.c.at).join(imports)
    new = new.where(imports.c.at > after, *wanted, is_answered)
    is_filled = history.c.old.is_(None) & history.c.slot.not_in(("therapist", "date", "session"))
    filled = select(forms.c.id, history.c.at).join(history).where(history.c.at > after, *wanted, is_filled)
    each = new.union_all(filled).subquery()
    return select(each.c.form, func.max(each.c.at).label("at")).group_by(each.c.form).subquery()


def _newest_forms(connection: Connection, codes: dict[int, str], wanted: list[int]) -> pd.Series:
    """Return when the newest form of each case came in."""
    came = _arrivals(cases=wanted)
    query = select(forms.c.case_number, func.max(came.c.at)).join(came, came.c.form == forms.c.id)
    rows = connection.execute(query.group_by(forms.c.case_number)).all()
    return pd.Series(as_moments(at for _, at in rows).array, index=[codes[case] for case, _ in rows])
