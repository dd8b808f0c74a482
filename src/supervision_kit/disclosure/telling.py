"""The account of what was done, in sentences and numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from supervision_kit.detection import METHODS
from supervision_kit.disclosure.account import Account
from supervision_kit.disclosure.generalising import SMALLEST
from supervision_kit.disclosure.linkage import FALL_UNSURE, SESSIONS_UNSURE, Linkage
from supervision_kit.disclosure.report import DisclosureReport
from supervision_kit.instruments import INSTRUMENTS, name_scale
from supervision_kit.words import say, say_list, say_n, say_number, say_share
from supervision_kit.words.raters import say_rated_by

OPEN_BOOK = 0.5  # who finds out more than half of the cases has them all, for practical purposes


def tell(account: Account) -> DisclosureReport:
    """Return the report."""
    parts = {
        say("What was removed"): [*_consent(account), *_replaced(account), *_left_out(account), *_asked(account)],
        say("What remains"): list(_remains(account)),
        say("The smallest group"): list(_groups(account)),
        say("The case most at risk"): list(_risk(account)),
        say("What others could find out"): [*_with_originals(account), *_with_rough_knowledge(account)],
        say("What rounding and jitter did to the picture"): list(_picture(account)),
        say("What to change if that is too much"): list(_to_change(account)),
        say("What this does not promise"): list(_not_promised()),
    }
    return DisclosureReport(
        parts={heading: tuple(told) for heading, told in parts.items() if told},
        numbers=_numbers(account),
        title=say("Disclosure report"),
        titles_of_numbers=(say("In numbers"), say("what"), say("value")),
    )


def say_few(n_cases: int, account: Account) -> str:
    """Return how many cases; where they are fewer than a group, that a number could give away: "fewer than 5 cases"."""
    if 0 < n_cases < account.smallest:
        return say("fewer than {n} cases", n=say_number(account.smallest))
    return _cases(n_cases)


def _cases(n_cases: int) -> str:
    return say_n("{n} case", "{n} cases", n_cases)


def _consent(account: Account) -> Iterator[str]:
    if account.material.is_synthetic:
        yield say("The ratings were said to be synthetic, with no client behind them: consent was not asked for.")
    elif account.n_without_consent:
        yield say(
            "Left out for want of consent to teaching use: {cases}.",
            cases=say_few(account.n_without_consent, account),
        )
    else:
        yield say("There is consent to teaching use for every case that was asked for.")


def _replaced(account: Account) -> Iterator[str]:
    if account.material.is_keyed:
        yield say("Cases have codes drawn at random. Who is who stands in the workspace and nowhere else.")
    else:
        yield say("Cases have codes drawn at random. Who is who was not kept.")
    if account.settings["seeded"]:
        yield say("The codes were drawn from a seed, for a test: who knows it draws them again. Do not hand this on.")
    if weeks := account.settings["weeks"]:
        yield say(
            "No date is published: sessions are numbered, with the weeks since the first one to the nearest {n}.",
            n=weeks,
        )
    else:
        yield say("No date is published: sessions are numbered.")
    if account.n_closed_up:
        yield say(
            "Sessions without any form are closed up, so that a gap tells nothing: {cases}.",
            cases=say_few(account.n_closed_up, account),
        )
    layout = account.published.layout
    if layout.n_unknown:
        yield say(
            "Left out, as their names may tell something: {n} scores on questionnaires or scales that the kit does not "
            "know.",
            n=say_number(layout.n_unknown),
        )
    if layout.n_out_of_range:
        yield say("Taken out: {n} scores beyond the ends of their scale.", n=say_number(layout.n_out_of_range))


def _left_out(account: Account) -> Iterator[str]:
    if account.n_unlike:
        yield say(
            "Left out because too few others are like them: {cases}.",
            cases=say_few(account.n_unlike, account),
        )
    for (rater, instrument, scale), n_cases in account.left_out_series.items():
        yield say(
            "{scale}, {rated_by}, is left out in {cases}.",
            scale=name_scale(instrument, scale),
            rated_by=say_rated_by(rater),
            cases=say_few(n_cases, account),
        )
    for stop, n_cases in account.stops.items():
        yield say("Sessions after {stop} are left out in {cases}.", stop=stop, cases=say_few(n_cases, account))
    if not account.settings["therapists"]:
        yield say("Therapists have no codes: none were asked for.")
    elif account.n_uncoded and not account.cases_of_therapists:
        yield say("Therapists have no codes: with them, groups would be too small, or too much else be left out.")
    elif account.n_uncoded:
        yield say(
            "Without their therapist's code, as too few others share it or as there were several: {cases}.",
            cases=say_few(account.n_uncoded, account),
        )
    if account.n_without_weeks:
        yield say(
            "Without weeks, as too few others last equally long: {cases}.",
            cases=say_few(account.n_without_weeks, account),
        )


def _asked(account: Account) -> Iterator[str]:
    """Say what is published only when asked for."""
    if account.settings["headline"]:
        yield say("Of each case, only the client's overall ratings of the alliance are published.")
    if not account.settings["items"]:
        yield say("Answers to single items are not published, nor how many were answered.")
    if not account.settings["lens"]:
        yield say("What was said of falls (the lens) is not published.")
    if not account.settings["n_notes"]:
        yield say("No note is published.")
    elif n_lost := account.settings["n_notes"] - len(account.tables["notes"]):
        yield say_n(
            "{n} note that was chosen is on a case or session that is not published.",
            "{n} notes that were chosen are on cases or sessions that are not published.",
            n_lost,
        )


def _remains(account: Account) -> Iterator[str]:
    scores = account.tables["scores"]
    sessions = scores.groupby("case_id")["session"].max()
    yield say(
        "{cases} with {n} scores: case, therapist, rater, questionnaire, scale, session, score.",
        cases=_cases(account.n_cases),
        n=say_number(len(scores)),
    )
    yield say("The cases have from {shortest} to {longest} sessions.", shortest=sessions.min(), longest=sessions.max())
    forms = scores[["instrument", "rater", "case_id"]].drop_duplicates()
    counts = Counter(zip(forms["instrument"], forms["rater"], strict=True))
    for (instrument, rater), n_cases in sorted(counts.items()):
        yield say(
            "{form}, {rated_by}: {cases}.",
            form=INSTRUMENTS[instrument].short_title,
            rated_by=say_rated_by(rater),
            cases=_cases(n_cases),
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


def _groups(account: Account) -> Iterator[str]:
    sizes = account.class_sizes
    if account.settings["audience"] == "outside":
        yield say("Made for readers outside the clinic: {n} cases to a group at least.", n=account.smallest)
    else:
        yield say("Made for readers inside the clinic: {n} cases to a group at least.", n=account.smallest)
    if account.smallest < (usual := SMALLEST[account.settings["audience"]]):
        yield say("That is fewer than the {n} that the kit asks for by itself.", n=usual)
    yield say(
        "Every case has the same questionnaires and scales by the same raters, the same therapist's code and the same "
        "number of sessions as at least {n} others. There are {groups} such groups; the smallest has {smallest} cases.",
        n=say_number(int(sizes.min()) - 1),
        groups=say_number(len(sizes)),
        smallest=say_number(int(sizes.min())),
    )
    yield say(
        "Any count of cases by therapist, questionnaire or rater adds up such groups, and so does the difference of "
        "two counts: neither is ever smaller."
    )
    if account.settings["weeks"]:
        yield say("Where weeks are published, the cases of such a group that last equally long are no fewer either.")


def _risk(account: Account) -> Iterator[str]:
    code, n_fitting, size, is_alone = account.most_at_risk
    if n_fitting == 1:
        yield say(
            "{case} is one of {n} that look alike, but the only one whose rating falls when it does. A colleague who "
            "knows that person's course roughly would recognise it.",
            case=code,
            n=size,
        )
    elif n_fitting:
        yield say(
            "{case}: a colleague who knows that person's course roughly would find {n} cases that could be it, the "
            "fewest of all.",
            case=code,
            n=n_fitting,
        )
    else:
        yield say("No case stands out to a colleague who knows a person's course roughly; {case} as little.", case=code)
    if is_alone:
        yield say("Somebody who holds the original ratings finds it for certain.")


def _with_originals(account: Account) -> Iterator[str]:
    found = account.with_originals
    yield say(
        "Somebody who holds all original ratings exactly, and looks each published case up among them, would be right "
        "about {expected} of {n} on average ({share}), and certain of {alone}.",
        **_figures(found),
    )
    if found.share > OPEN_BOOK:
        yield say(
            "To them this is an open book, whatever the codes: a course of scores is as good as a name. Only who "
            "may know these cases anyway may have both."
        )


def _with_rough_knowledge(account: Account) -> Iterator[str]:
    yield say(
        "A colleague who knows of a person that the case is published, its therapist, its questionnaire, how many "
        "sessions it had to within {sessions}, and to within {falls} sessions when the client's rating fell most, "
        "would be right about {expected} of {n} on average ({share}), and certain of {alone}.",
        sessions=SESSIONS_UNSURE,
        falls=FALL_UNSURE,
        **_figures(account.with_rough_knowledge),
    )
    if account.with_rough_knowledge.n_tried < account.n_cases:
        yield say("Both were tried with {n} cases.", n=say_number(account.with_rough_knowledge.n_tried))


def _figures(found: Linkage) -> dict[str, str]:
    return {
        "expected": say_number(found.expected, digits=1),
        "n": say_number(found.n_tried),
        "share": say_share(found.share),
        "alone": say_number(found.n_alone),
    }


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


def _to_change(account: Account) -> Iterator[str]:
    settings = account.settings
    if account.with_originals.share > OPEN_BOOK:
        if settings["items"]:
            yield say("Leave the items out, and round or shift the scores.")
        elif not settings["headline"]:
            yield say(
                "Publish the client's overall ratings of the alliance alone (headline=True), and shift them "
                "(jitter=0.1): each further scale, rater and session makes a course easier to look up."
            )
        elif settings["jitter"] is None:
            yield say("Shift the scores (jitter=0.1), and see what is left of this figure.")
        else:
            yield say("Shift the scores more, and round them: each session more makes a course easier to look up.")
    if account.cases_of_therapists:
        yield say("Leave out the therapists' codes (therapists=False).")
    if settings["weeks"]:
        yield say("Leave out the weeks, or round them more coarsely.")
    if settings["audience"] == "inside":
        yield say('Ask for larger groups, as for readers outside the clinic (audience="outside").')
    if settings["n_notes"]:
        yield say("Leave out the notes: no rule finds a story that only one person has.")
    if account.with_rough_knowledge.n_alone:
        yield say("Choose cases that resemble each other, or more of them.")


def _not_promised() -> Iterator[str]:
    yield say(
        "These remain personal data: whoever holds the key, or the originals, can tell who is who. Give them only to "
        "those for whom they were made, and say that nobody may try to find out."
    )
    yield say(
        "The groups hide who a case is, not what its course shows: when a client's rating fell can be known to those "
        "who were there. A form that is missing in a session shows as well."
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
