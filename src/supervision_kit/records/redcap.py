"""REDCap's flat exports: a row per record, event and repeat of a form, with the columns of all forms in each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from supervision_kit.records.cells import Column, Texts
from supervision_kit.records.folding import squeeze
from supervision_kit.records.naming import rater_in
from supervision_kit.records.roles import FieldRole
from supervision_kit.records.session_columns import read_mark
from supervision_kit.records.values import read_sessions
from supervision_kit.words import later, say

if TYPE_CHECKING:
    from supervision_kit.records.finding import Finding

SHAPE = later("a REDCap export, with the forms of an event in a row")
_OWN = {
    "event": ("redcapeventname", "eventname"),
    "form": ("redcaprepeatinstrument", "repeatinstrument"),
    "instance": ("redcaprepeatinstance", "repeatinstance"),
}
_ASIDE = re.compile(r"redcap_.*|.*_complete|complete\?|.*_timestamp|survey timestamp|.*___.*", re.IGNORECASE)
_ARM = re.compile(r"[_ (]*arm[_ ]?\d+.*$", re.IGNORECASE)


@dataclass(frozen=True)
class RedcapColumns:
    """Where a REDCap export says which event and which repeat of which form a row is; −1 where it does not."""

    event: int
    form: int
    instance: int

    def sessions(self, columns: Sequence[Column]) -> Texts:
        """Return for each row what the event and the instance say of the session.

        It is the number in the event's name (``session_3_arm_1``) or the instance of the form or event. Where both
        could be it, they are given together, and are no number.
        """
        n_rows = len(columns[0])
        none: Texts = np.full(n_rows, "", dtype=object)
        event, instance = (columns[at].cells if at >= 0 else none for at in (self.event, self.instance))
        numbers = {name: read_mark(_ARM.sub("", name)) for name in set(event)}
        of_event = np.array([str(mark.session) if (mark := numbers[name]) else "" for name in event], dtype=object)
        both = (of_event != "") & (instance != "") & (read_sessions(instance) != 1)
        alone = np.where(of_event == "", instance, of_event)
        return np.where(both, of_event + say(", repeat ") + instance, alone).astype(object)

    def says_sessions(self, columns: Sequence[Column]) -> bool:
        """Return whether any event has a number, or any form an instance."""
        events, instances = (columns[at].texts if at >= 0 else () for at in (self.event, self.instance))
        return any(read_mark(_ARM.sub("", name)) for name in events) or any(read_sessions(np.array(instances)) > 0)

    def raters(self, columns: Sequence[Column]) -> Texts | None:
        """Return for each row the rater that the repeated form's name speaks of, else the client."""
        if self.form < 0:
            return None
        names = columns[self.form].cells
        spoken = {name: rater_in(name.replace("_", " ") + " form") for name in set(names)}
        return np.array([spoken[name] or "client" for name in names], dtype=object) if any(spoken.values()) else None


def find_redcap(headings: Sequence[str]) -> RedcapColumns | None:
    """Return where the columns are that REDCap adds to an export, ``None`` where it is none of REDCap's."""
    squeezed = {squeeze(heading): at for at, heading in enumerate(headings)}
    found = {part: next((squeezed[name] for name in names if name in squeezed), -1) for part, names in _OWN.items()}
    by_redcap = any(name.startswith("redcap") for name in squeezed)
    if not by_redcap and not ("recordid" in squeezed and max(found.values()) >= 0):
        return None
    return RedcapColumns(**found)


def take_redcap(finding: Finding) -> None:
    """Read a REDCap export as one: the record is the case, and REDCap's own columns are left aside."""
    finding.redcap = find_redcap(finding.headings)
    if finding.redcap is None:
        return
    for at, heading in enumerate(finding.headings):
        role = finding.roles[at]
        if squeeze(heading) == "recordid" and isinstance(role, FieldRole) and role.rank >= 0:
            finding.roles[at] = FieldRole("case_id", -1)
    own = {finding.redcap.event, finding.redcap.form, finding.redcap.instance}
    aside = [
        at
        for at, heading in enumerate(finding.headings)
        if finding.roles[at] is None and (at in own or _ASIDE.fullmatch(heading))
    ]
    finding.explained.update(aside)
    finding.notes.append(
        say(
            "Read as a REDCap export: the record is the case, and the number in the event’s name or the "
            "instance of the form or event is the session. {n} column(s) of REDCap’s own hold no ratings.",
            n=len(aside),
        )
    )
