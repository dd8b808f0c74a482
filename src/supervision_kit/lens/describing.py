"""What the lens has shown over time, in sentences: counts of what was said of falls, never a type of client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from supervision_kit.lens.vocabulary import ANNOTATIONS, CODES
from supervision_kit.tables import ANNOTATIONS as EVENTS
from supervision_kit.tables import JUDGEMENT_CODES, JUDGEMENTS
from supervision_kit.words import later, say, say_n, say_number

# The kit's own choices.
FEW_FALLS = 5  # below this many, a likeness between them is a thought to hold lightly
OFTEN = 2  # a likeness begins with two
_BREAKS = ("holiday", "change of therapist", "crisis")  # of the annotations, what a fall may follow

# The kinds of codes that belong to the trust lens, and how they are listed.
_LISTED: Mapping[str, str] = MappingProxyType(
    {
        "touched": later("Side of trust touched: {terms}."),
        "part": later("The therapist's part: {terms}."),
        "move": later("How the client kept safe: {terms}."),
        "history": later("History that may speak here, as a hypothesis: {terms}."),
        "tried": later("Repair tried: {terms}."),
    }
)


@dataclass
class _Fall:
    case_id: str
    first: int
    last: int
    codes: dict[str, set[str]] = field(default_factory=dict)


def describe_lens(
    codes: pd.DataFrame, judgements: pd.DataFrame, annotations: pd.DataFrame, *, case_ids: Iterable[str]
) -> tuple[str, ...]:
    """Say what falls that were read through the trust lens have in common.

    A fall that was judged on several scales, or by several methods, counts once: judgements of a case whose sessions
    overlap are one fall. Those judged not to be a rupture are left out. Across several cases nothing is said of their
    histories. Counts only: with falls as few as a caseload has, a percentage would promise more than is known.

    Parameters
    ----------
    codes, judgements, annotations
        See :data:`supervision_kit.tables.JUDGEMENT_CODES`, :data:`supervision_kit.tables.JUDGEMENTS` and
        :data:`supervision_kit.tables.ANNOTATIONS`; a workspace has them.
    case_ids
        The case, or the cases to be taken together: a supervisee's.

    Returns
    -------
    tuple of str
        Sentences without codes of cases; empty where no fall was read through the lens.

    Raises
    ------
    TableError
        A table breaks its contract.

    Examples
    --------
    >>> describe_lens(w.codes(), w.judgements(), w.annotations(), case_ids=["C07"])  # doctest: +SKIP
    ('4 of 5 falls were read through the trust lens.',
     '3 of 4 falls went with “a change of arrangement”: predictability and reliability.', ...)
    """
    codes, judgements = JUDGEMENT_CODES.check(codes), JUDGEMENTS.check(judgements)
    annotations, wanted = EVENTS.check(annotations), set(case_ids)
    falls = _gather_falls(judgements[judgements["case_id"].isin(wanted)], codes)
    read = [fall for fall in falls if fall.codes.keys() & _LISTED.keys()]
    if not read:
        return ()
    said = [
        say_n(
            "The one fall was read through the trust lens.",
            "{read} of {n} falls were read through the trust lens.",
            len(falls),
            read=say_number(len(read)),
        )
    ]
    across = len(wanted) > 1
    said += [*_pairs(read, across=across), *_lists(read, across=across)]
    said += _after_breaks(falls, annotations, across=across)
    return (*said, *_cautions(read, across=across))


def _gather_falls(judgements: pd.DataFrame, codes: pd.DataFrame) -> list[_Fall]:
    """Return the falls of each case in order; judgements whose sessions overlap are one."""
    of_judgement: dict[int, list[tuple[str, str]]] = {}
    for judgement, kind, code in codes[["judgement", "kind", "code"]].itertuples(index=False, name=None):
        of_judgement.setdefault(int(judgement), []).append((kind, code))
    standing = judgements[judgements["verdict"] != "not a rupture"].sort_values(["case_id", "onset", "id"])
    falls: list[_Fall] = []
    for number, case, onset, end in standing[["id", "case_id", "onset", "end"]].itertuples(index=False, name=None):
        last = int(onset) if pd.isna(end) else int(end)
        if not (falls and falls[-1].case_id == case and onset <= falls[-1].last):
            falls.append(_Fall(case, int(onset), last))
        falls[-1].last = max(falls[-1].last, last)
        for kind, code in of_judgement.get(int(number), []):
            falls[-1].codes.setdefault(kind, set()).add(code)
    return falls


def _pairs(read: list[_Fall], *, across: bool) -> Iterator[str]:
    """Say which part of the therapist's went with which side of trust, where that came more than once."""
    found = [
        ((part, side), fall.case_id)
        for fall in read
        for part in sorted(fall.codes.get("part", set()) - {"none seen"})
        for side in sorted(fall.codes.get("touched", set()))
    ]
    for (part, side), n in Counter(pair for pair, _ in found).most_common(2):
        if n < OFTEN:
            continue
        told = {"total": say_number(len(read)), "part": _name("part", part), "touched": _name("touched", side)}
        if not across:
            yield say("{n} of {total} falls went with “{part}”: {touched}.", n=say_number(n), **told)
            continue
        yield say_n(
            "{falls} of {total} falls, in {n} case, went with “{part}”: {touched}.",
            "{falls} of {total} falls, in {n} cases, went with “{part}”: {touched}.",
            len({case for pair, case in found if pair == (part, side)}),
            falls=say_number(n),
            **told,
        )


def _lists(read: list[_Fall], *, across: bool) -> Iterator[str]:
    for kind, sentence in _LISTED.items():
        found: dict[str, list[str]] = {}  # code → the case of each fall of which it was said
        for fall in read:
            for code in sorted(fall.codes.get(kind, set())):
                found.setdefault(code, []).append(fall.case_id)
        if found and not (across and kind == "history"):  # histories of several people make no pattern
            often = sorted(found.items(), key=lambda entry: -len(entry[1]))
            terms = [_term(_name(kind, code), cases, len(read), across=across) for code, cases in often]
            yield say(sentence, terms=", ".join(terms))


def _term(name: str, cases: list[str], total: int, *, across: bool) -> str:
    if total == 1:
        return name
    if not across:
        return say("{term} ({n} of {total})", term=name, n=say_number(len(cases)), total=say_number(total))
    return say_n(
        "{term} ({falls} of {total}, in {n} case)",
        "{term} ({falls} of {total}, in {n} cases)",
        len(set(cases)), term=name, falls=say_number(len(cases)), total=say_number(total),
    )  # fmt: skip


def _name(kind: str, code: str) -> str:
    return say(CODES[kind][code].words) if code in CODES[kind] else code


def _after_breaks(falls: Collection[_Fall], annotations: pd.DataFrame, *, across: bool) -> Iterator[str]:
    """Say how many falls began at a session with a break, or at the one after it."""
    for kind in _BREAKS:
        at = annotations.loc[annotations["kind"] == kind, ["case_id", "session"]]
        sessions = set(at.itertuples(index=False, name=None))
        whose = [
            fall.case_id for fall in falls if {(fall.case_id, fall.first), (fall.case_id, fall.first - 1)} & sessions
        ]
        if len(whose) < OFTEN:
            continue
        told = {"total": say_number(len(falls)), "kind": say(ANNOTATIONS[kind].words)}
        if not across:
            yield say(
                "{n} of {total} falls began at or right after a session marked “{kind}”.",
                n=say_number(len(whose)),
                **told,
            )
            continue
        yield say_n(
            "{falls} of {total} falls, in {n} case, began at or right after a session marked “{kind}”.",
            "{falls} of {total} falls, in {n} cases, began at or right after a session marked “{kind}”.",
            len(set(whose)),
            falls=say_number(len(whose)),
            **told,
        )


def _cautions(read: list[_Fall], *, across: bool) -> Iterator[str]:
    if across and len({fall.case_id for fall in read}) == 1:
        yield say("All of this is from one case, and says nothing about the others.")
    if len(read) < FEW_FALLS:
        yield say("These are few: a thought to hold lightly, not yet a pattern.")
