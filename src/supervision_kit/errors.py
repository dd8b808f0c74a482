"""Every error that supervision_kit raises on purpose.

A message says where, what is wrong, and what is allowed or what to do. It never holds a name, a date of birth or free
text from the data: values stay in tables, messages name columns and rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from supervision_kit.advice import IN_PYTHON

if TYPE_CHECKING:
    import pandas as pd


class SupervisionKitError(Exception):
    """The common base: catch this one to catch them all.

    ``advice`` is a key of :data:`supervision_kit.advice.IN_PYTHON`, or empty: how to do what the message advises. A
    traceback says it below the message; others that show the message say it in their own way.
    """

    def __init__(self, message: str = "", *, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice
        if advice:
            self.add_note(f"In Python: {IN_PYTHON[advice]}")

    @property
    def in_words(self) -> str:
        """The message for those who never see a table."""
        return str(self)


class RecordsError(SupervisionKitError):
    """A file of ratings that cannot be understood at all.

    ``problems`` holds what was found row by row before reading stopped, or ``None`` where it did not get that far.
    """

    def __init__(self, message: str, *, problems: pd.DataFrame | None = None) -> None:
        super().__init__(message)
        self.problems = problems


class TableError(SupervisionKitError):
    """A table that does not keep to its contract in :mod:`supervision_kit.tables`."""


class DisclosureError(SupervisionKitError):
    """Something that must not be published as it is: the message names column and rule, never a value."""

    def __init__(self, message: str, *, column: str = "", advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.column = column

    def __str__(self) -> str:
        return f"{self.column}: {self.in_words}" if self.column else self.in_words

    @property
    def in_words(self) -> str:
        """The message without the column."""
        return str(self.args[0])


class WorkspaceError(SupervisionKitError):
    """A workspace that cannot be opened, or something that it does not allow."""


class BundleError(SupervisionKitError):
    """A published bundle that cannot be opened or written: incomplete, changed since, or of a newer version."""


class ConsultationError(SupervisionKitError):
    """A step that a consultation does not allow at this point, or a session's store that cannot be used."""


class InstrumentError(SupervisionKitError):
    """A data file of an instrument, or of its labels, that cannot be used.

    ``faults`` holds what is wrong with it, one sentence each: the place in the file, what is wrong, what is allowed.
    """

    def __init__(self, message: str, *, faults: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)

    @classmethod
    def listing(cls, name: str, faults: Iterable[str]) -> InstrumentError:
        """Return the error that lists all that is wrong with the file `name`."""
        faults = tuple(faults)
        lines = "".join(f"\n  {fault}" for fault in faults)
        return cls(f"{name} cannot be used; {len(faults)} thing(s) to mend:{lines}", faults=faults)


class SettingError(SupervisionKitError, ValueError):
    """A setting outside what its method or rule allows."""


class UnknownNameError(SupervisionKitError, KeyError):
    """A name that is not there.

    The message lists what there is and the nearest names, unless the names come from the data (codes of cases and
    therapists, which some clinics write as names): then it only says how many there are.
    """

    def __init__(self, kind: str, name: object, known: Iterable[str], *, from_data: bool = False) -> None:
        known = sorted(known)
        near = [] if from_data else get_close_matches(str(name).casefold(), known, n=3)
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        listed = f" There are {len(known)}." if from_data else f" Known: {', '.join(known)}."
        self.message = f"There is no {kind} of that name.{hint}{listed}"
        super().__init__(self.message)

    def __str__(self) -> str:  # KeyError would print the repr
        return self.message
