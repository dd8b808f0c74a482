"""The account of what was done, in sentences and numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from supervision_kit.detection import METHODS
from supervision_kit.disclosure.account import Account
from supervision_kit.disclosure.report import DisclosureReport
from supervision_kit.disclosure.telling_of_cases import say_cases
from supervision_kit.disclosure.telling_risks import (
    tell_groups,
    tell_linkage,
    tell_most_at_risk,
    tell_what_is_not_promised,
    tell_what_to_change,
)
from supervision_kit.disclosure.telling_what_went import tell_what_went
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.words import say, say_list, say_n, say_number, say_share
from supervision_kit.words.raters import say_rated_by

# figures on what others could find out
_LINKAGE = (
    *("n_tried", "with_originals", "alone_with_originals", "roughly", "alone_roughly"),
    *("alone_by_gaps", "earlier_publications", "smallest_beside", "apart_beside"),
)


def tell(account: Account) -> DisclosureReport:
    """Return the report."""
    risk, linkage, change = (
        say("The case most at risk"),
        say("What others could find out"),
        say("What to change if that is too much"),
    )
    advice = dict(tell_what_to_change(account))
    told = {
        say("What was removed"): tell_what_went(account),
        say("What remains"): _remains(account),
        say("The smallest group"): tell_groups(account),
        risk: tell_most_at_risk(account),
        linkage: tell_linkage(account),
        say("What rounding and jitter did to the picture"): _picture(account),
        change: advice,
        say("What this does not promise"): tell_what_is_not_promised(),
    }
    return DisclosureReport(
        parts={heading: sentences for heading, part in told.items() if (sentences := tuple(part))},
        numbers=_numbers(account),
        title=say("Disclosure report"),
        titles_of_numbers=(say("In numbers"), say("what"), say("value")),
        not_for_readers=(risk, linkage, change, *_LINKAGE),
        advice={sentence: key for sentence, key in advice.items() if key},
    )


def _remains(account: Account) -> Iterator[str]:
    scores = account.tables["scores"]
    sessions = scores.groupby("case_id")["session"].max()
    yield say(
        "{cases} with {n} scores: case, therapist, rater, questionnaire, scale, session, score.",
        cases=say_cases(account.n_cases),
        n=say_number(len(scores)),
    )
    if sessions.min() == sessions.max():
        yield say_n("Every case has {n} session.", "Every case has {n} sessions.", int(sessions.max()))
    else:
        yield say(
            "The cases have from {shortest} to {longest} sessions.",
            shortest=say_number(sessions.min()),
            longest=say_number(sessions.max()),
        )
    forms = scores[["instrument", "rater", "case_id"]].drop_duplicates()
    counts = Counter(zip(forms["instrument"], forms["rater"], strict=True))
    for (instrument, rater), n_cases in sorted(counts.items()):
        yield say(
            "{form}, {rated_by}: {cases}.",
            form=INSTRUMENTS[instrument].short_title,
            rated_by=say_rated_by(rater),
            cases=say_cases(n_cases),
        )
    if account.cases_of_therapists:
        yield say_n(
            "{n} therapist has a code, with {fewest} cases or more.",
            "{n} therapists have a code, each with {fewest} cases or more.",
            len(account.cases_of_therapists),
            fewest=min(account.cases_of_therapists.values()),
        )
    if len(account.tables["responses"]):
        yield say("{n} answers to items.", n=say_number(len(account.tables["responses"])))
    if len(account.tables["notes"]):
        yield say_n(
            "{n} note, word for word as it was chosen.",
            "{n} notes, word for word as they were chosen.",
            len(account.tables["notes"]),
        )
    if len(account.tables["codes"]):
        yield say(
            "What was said of falls, as far as {n} cases share a word: {codes}.",
            n=account.smallest,
            codes=say_n("{n} word", "{n} words", len(account.tables["codes"])),
        )


def _picture(account: Account) -> Iterator[str]:
    effects = account.effects
    if effects is None:
        return
    yield say(
        "Of {marked} marks on the clients' ratings ({methods}), {kept} are still there, and {new} are new.",
        marked=say_number(effects.n_marked),
        methods=say_list([say(METHODS[key].title) for key in effects.methods]),
        kept=say_number(effects.n_kept),
        new=say_number(effects.n_new),
    )
    yield say(
        "Scores moved by {mean} of their scale's range on average, up and down taken together, and by {largest} at "
        "most.",
        mean=say_share(effects.mean_shift, digits=2),
        largest=say_share(effects.largest_shift, digits=1),
    )


def _numbers(account: Account) -> pd.DataFrame:
    rough, exact = account.with_rough_knowledge, account.with_originals
    rows: list[tuple[str, str, Any]] = [
        ("n_cases", say("cases published"), account.n_cases),
        ("n_scores", say("scores published"), len(account.tables["scores"])),
        ("smallest", say("cases that a group has at least, as asked for"), account.smallest),
        ("smallest_group", say("cases of the smallest group"), int(account.class_sizes.min())),
        ("n_groups", say("groups"), len(account.class_sizes)),
        ("n_without_consent", say("left out for want of consent"), _masked(account.n_without_consent, account)),
        ("n_unlike", say("left out as too few are like them"), _masked(account.n_unlike, account)),
        ("share_of_scores", say("share of the scores with consent that is published"), _share_kept(account)),
        ("n_tried", say("cases tried to find out"), exact.n_tried),
        ("with_originals", say("of these found out with the originals, on average"), round(exact.expected, 2)),
        ("alone_with_originals", say("of these for certain"), exact.n_alone),
        ("roughly", say("of these found out with rough knowledge, on average"), round(rough.expected, 2)),
        ("alone_roughly", say("of these for certain"), rough.n_alone),
        ("groups_alike", say("groups whose cases all went the same way"), account.inferring.n_groups_alike),
        ("cases_alike", say("cases in these"), account.inferring.n_cases_alike),
        ("alone_by_gaps", say("cases alone in their group by missing forms"), account.inferring.n_alone_by_gaps),
    ]
    if account.beside is not None:
        rows += [
            ("earlier_publications", say("earlier publications of these cases"), account.beside.n_publications),
            ("smallest_beside", say("smallest group beside these"), account.beside.smallest),
            ("apart_beside", say("cases in smaller groups than asked for, beside these"), account.beside.n_apart),
        ]
    if account.effects is not None:
        effects = account.effects
        rows += [
            ("n_marked", say("marks before"), effects.n_marked),
            ("n_marks_kept", say("of these still there"), effects.n_kept),
            ("n_marks_new", say("marks that are new"), effects.n_new),
            ("mean_shift", say("mean shift, as a share of the range"), round(effects.mean_shift, 4)),
            ("largest_shift", say("largest shift, as a share of the range"), round(effects.largest_shift, 4)),
        ]
    keys, what, values = zip(*rows, strict=True)
    said = [value if isinstance(value, str) else say_number(value, digits=_digits(value)) for value in values]
    return pd.DataFrame({"key": keys, "what": what, "value": pd.Series(values, dtype="object"), "said": said})


def _digits(value: float) -> int:
    return 0 if isinstance(value, int) else 3


def _masked(n_cases: int, account: Account) -> int | str:
    return f"<{account.smallest}" if 0 < n_cases < account.smallest else n_cases


def _share_kept(account: Account) -> float:
    return round(len(account.published.rows) / len(account.published.layout.case), 3)
