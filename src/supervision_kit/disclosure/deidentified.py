""":class:`Deidentified`: the only thing that may be published."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

import pandas as pd

from supervision_kit.disclosure.report import DisclosureReport
from supervision_kit.errors import DisclosureError
from supervision_kit.words import say

_TABLES = ("scores", "responses", "notes", "codes")
_SEAL = object()  # only `seal` hands it over


@dataclass(frozen=True, eq=False)
class Deidentified:
    """Ratings without names, made by :func:`supervision_kit.deidentify` and by nothing else.

    Attributes
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`: ``case_id`` and ``therapist_id`` are drawn codes, ``date`` is empty;
        where asked for, ``weeks`` since the case's first session, rounded.
    responses
        See :data:`supervision_kit.tables.RESPONSES`; no rows unless asked for.
    notes
        ``case_id``, ``session``, ``text``; no rows but of notes that were chosen one by one.
    codes
        What was said of falls: ``case_id``, ``judgement`` (numbered anew), ``kind``, ``code``; no rows unless asked
        for.
    settings
        How it was made, for the manifest; ``publication`` is the name under which the workspace keeps the key, and
        ``cut_after`` lists the numbers of sessions after which some cases were cut.
    report
        What it still tells.
    """

    scores: pd.DataFrame
    responses: pd.DataFrame
    notes: pd.DataFrame
    codes: pd.DataFrame
    settings: Mapping[str, Any]
    report: DisclosureReport
    seal: InitVar[object]
    _digest: str = field(init=False, repr=False, default="")

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("A Deidentified is made by supervision_kit.deidentify, and by nothing else.")
        object.__setattr__(self, "_digest", _digest(self))

    @property
    def is_untouched(self) -> bool:
        """Whether everything is as it was made."""
        return _digest(self) == self._digest

    @property
    def publication(self) -> str:
        """The name under which the workspace keeps who is who."""
        return str(self.settings["publication"])


def seal_tables(
    tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any], report: DisclosureReport
) -> Deidentified:
    """Return what :func:`supervision_kit.deidentify` made, with its tables as they stand."""
    return Deidentified(**{name: tables[name] for name in _TABLES}, settings=settings, report=report, seal=_SEAL)


def check_deidentified(candidate: object) -> Deidentified:
    """Return what was given, refusing all that is not as :func:`supervision_kit.deidentify` made it.

    Raises
    ------
    DisclosureError
        It is something else, or one of its tables was changed since.
    """
    if not isinstance(candidate, Deidentified):
        raise DisclosureError(
            say(
                "Only what supervision_kit.deidentify made is published, and this is a {kind}. De-identify the ratings "
                "first.",
                kind=type(candidate).__name__,
            )
        )
    if not candidate.is_untouched:
        raise DisclosureError(say("The tables were changed after they had been de-identified. De-identify them anew."))
    return candidate


def _digest(made: Deidentified) -> str:
    digest = hashlib.sha256(json.dumps(dict(made.settings), sort_keys=True, default=str).encode())
    digest.update(made.report.to_json().encode())
    for name in _TABLES:
        table = getattr(made, name)
        digest.update(repr(list(table.columns)).encode())
        digest.update(repr(dict(table.attrs)).encode())
        digest.update(pd.util.hash_pandas_object(table, index=True).to_numpy().tobytes())
    return digest.hexdigest()
