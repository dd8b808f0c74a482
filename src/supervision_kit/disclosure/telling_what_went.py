"""What was removed, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from supervision_kit.disclosure.account import Account
from supervision_kit.disclosure.telling_of_cases import say_few
from supervision_kit.instruments import name_scale
from supervision_kit.words import say, say_n, say_number
from supervision_kit.words.raters import say_rated_by


def tell_what_went(account: Account) -> Iterator[str]:
    """Say what is not in what is published, and why."""
    for part in (_consent, _replaced, _left_out, _asked):
        yield from part(account)


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
    if layout.n_rare:
        yield say_n(
            "{n} score that no form without gaps gives, as rare as a name, is shown as the nearest that one gives.",
            "{n} scores that no form without gaps gives, as rare as a name, are shown as the nearest that one gives.",
            layout.n_rare,
        )


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
    elif n_lost := account.n_words_left_out:
        yield say_n(
            "{n} word said of falls is left out, as too few like cases have it.",
            "{n} words said of falls are left out, as too few like cases have them.",
            n_lost,
        )
    if not account.settings["n_notes"]:
        yield say("No note is published.")
    elif n_lost := account.settings["n_notes"] - len(account.tables["notes"]):
        yield say_n(
            "{n} note that was chosen is on a case or session that is not published.",
            "{n} notes that were chosen are on cases or sessions that are not published.",
            n_lost,
        )
