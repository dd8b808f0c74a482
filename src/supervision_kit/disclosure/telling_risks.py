"""What is still to be found out, by whom, and what to change, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from supervision_kit.detection import METHODS
from supervision_kit.disclosure.account import Account
from supervision_kit.disclosure.generalising import SMALLEST
from supervision_kit.disclosure.linkage import FALL_UNSURE, SESSIONS_UNSURE, Linkage
from supervision_kit.words import say, say_n, say_number, say_share

OPEN_BOOK = 0.5
# who finds out more than half of the cases has them all, for practical purposes


def tell_groups(account: Account) -> Iterator[str]:
    """Say how small the groups are."""
    sizes = account.class_sizes
    if account.settings["audience"] == "outside":
        yield say("Made for readers outside the clinic: {n} cases to a group at least.", n=account.smallest)
    else:
        yield say("Made for readers inside the clinic: {n} cases to a group at least.", n=account.smallest)
    if account.smallest < (usual := SMALLEST[account.settings["audience"]]):
        yield say("That is fewer than the {n} that the kit asks for by itself.", n=usual)
    others = say_number(int(sizes.min()) - 1)
    if account.cases_of_therapists:
        yield say(
            "Every case has the same questionnaires and scales by the same raters, the same therapist's code (or as "
            "little of one) and the same number of sessions as at least {n} others.",
            n=others,
        )
    else:
        yield say(
            "Every case has the same questionnaires and scales by the same raters and the same number of sessions as "
            "at least {n} others.",
            n=others,
        )
    yield say_n(
        "There is {n} such group; it has {smallest} cases.",
        "There are {n} such groups; the smallest has {smallest} cases.",
        len(sizes),
        smallest=say_number(int(sizes.min())),
    )
    yield say(
        "Any count of cases by therapist, questionnaire or rater adds up such groups, and so does the difference of "
        "two counts: neither is ever smaller."
    )
    if account.settings["weeks"]:
        yield say("Where weeks are published, the cases of such a group that last equally long are no fewer either.")
    yield from _tell_what_groups_share(account)


def _tell_what_groups_share(account: Account) -> Iterator[str]:
    """Say what a group tells of each of its cases, as all of them have it."""
    found, n_groups = account.inferring, len(account.class_sizes)
    if found.n_groups_alike:
        yield say_n(
            "In {n} of {groups} groups the ratings of all cases went the same way (no fall, come back, or not, by "
            "{method}). Who knows that a person is in it knows that of them.",
            "In {n} of {groups} groups the ratings of all cases went the same way (no fall, come back, or not, by "
            "{method}). Who knows that a person is in one of them knows that of them.",
            found.n_groups_alike,
            groups=say_number(n_groups),
            method=say(METHODS[account.settings["methods"][0]].title),
        )
    else:
        yield say("In no group did the ratings of all cases go the same way: being in one tells nothing of that.")
    if found.n_words_alike:
        yield say_n(
            "{n} word said of falls is shared by all cases of a group, and so told of each.",
            "{n} words said of falls are each shared by all cases of a group, and so told of each.",
            found.n_words_alike,
        )


def tell_most_at_risk(account: Account) -> Iterator[str]:
    """Say which case is most at risk, and why."""
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


def tell_linkage(account: Account) -> Iterator[str]:
    """Say what the holder of the originals and a colleague would find out."""
    yield from _with_originals(account)
    yield from _with_rough_knowledge(account)
    yield from _with_gaps(account)
    yield from _with_earlier_publications(account)


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


def _with_gaps(account: Account) -> Iterator[str]:
    if n_alone := account.inferring.n_alone_by_gaps:
        yield say_n(
            "{n} case is the only one of its group in which just these forms are missing, or none: who remembers when "
            "a form was left out could know it by that.",
            "{n} cases are each the only one of their group in which just these forms are missing, or none: who "
            "remembers when a form was left out could know them by that.",
            n_alone,
        )


def _with_earlier_publications(account: Account) -> Iterator[str]:
    beside = account.beside
    if beside is None:
        if account.settings["jitter"] is not None:
            yield say(
                "No workspace keeps the shifts: in another publication of these ratings they are others, and the mean "
                "of several comes closer to the originals than each. Publish once."
            )
        return
    if not beside.n_publications:
        yield say("None of these cases was published before, as far as keys are kept.")
        return
    yield say_n(
        "Cases of these are in {n} earlier publication. Who lays it beside this one finds the same courses again, and "
        "{alone} in groups of fewer than {smallest}; the smallest has {fewest}.",
        "Cases of these are in {n} earlier publications. Who lays them beside this one finds the same courses again, "
        "and {alone} in groups of fewer than {smallest}; the smallest has {fewest}.",
        beside.n_publications,
        alone=say_n("{n} case", "{n} cases", beside.n_apart),
        smallest=say_number(account.smallest),
        fewest=say_n("{n} case", "{n} cases", beside.smallest),
    )
    if account.settings["jitter"] is not None:
        yield say(
            "Scores are shifted alike in all publications with this share: several tell no more than one. An earlier "
            "one without shifts tells what they hide."
        )


def _figures(found: Linkage) -> dict[str, str]:
    return {
        "expected": say_number(found.expected, digits=1),
        "n": say_number(found.n_tried),
        "share": say_share(found.share),
        "alone": say_number(found.n_alone),
    }


def tell_what_to_change(account: Account) -> Iterator[tuple[str, str]]:
    """Say what would protect more, each with the key of how it is done: see :mod:`supervision_kit.advice`."""
    settings = account.settings
    if account.with_originals.share > OPEN_BOOK:
        yield _against_originals(account)
    if account.cases_of_therapists:
        yield say("Leave out the therapists' codes."), "therapists"
    if settings["weeks"]:
        yield say("Leave out the weeks, or round them more coarsely."), "weeks"
    if settings["audience"] == "inside":
        yield say("Ask for larger groups, as for readers outside the clinic."), "outside"
    if account.beside is not None and account.beside.n_apart:
        yield say("Publish the same cases by the same settings as before, or withdraw what was published."), ""
    if account.inferring.n_words_alike:
        yield say("Leave out the words said of falls."), "lens"
    is_told = account.with_originals.share > OPEN_BOOK and not settings["items"]
    if account.inferring.n_alone_by_gaps and not settings["headline"] and not is_told:
        yield say("Publish the client's overall ratings alone: sessions without them close up."), "headline only"
    if settings["n_notes"]:
        yield say("Leave out the notes: no rule finds a story that only one person has."), ""
    if account.with_rough_knowledge.n_alone:
        yield say("Choose cases that resemble each other, or more of them."), ""


def _against_originals(account: Account) -> tuple[str, str]:
    settings = account.settings
    if settings["items"]:
        return say("Leave the items out, and round or shift the scores."), "items"
    if not settings["headline"]:
        said = say(
            "Publish the client's overall ratings of the alliance alone, and shift them: each further scale, rater and "
            "session makes a course easier to look up."
        )
        return said, "headline"
    if settings["jitter"] is None:
        return say("Shift the scores, and see what is left of this figure."), "shift"
    return say("Shift the scores more, and round them: each session more makes a course easier to look up."), "stronger"


def tell_what_is_not_promised() -> Iterator[str]:
    """Say what no setting changes."""
    yield say(
        "These remain personal data: whoever holds the key, or the originals, can tell who is who. Give them only to "
        "those for whom they were made, and say that nobody may try to find out."
    )
    yield say(
        "The groups hide who a case is, not what its course shows: when a client's rating fell can be known to those "
        "who were there. A form that is missing in a session shows as well."
    )
