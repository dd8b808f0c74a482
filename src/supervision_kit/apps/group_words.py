"""What a page of a consultation says: what has just moved, what was answered together, what happened."""

from __future__ import annotations

import html
from collections.abc import Iterable

from supervision_kit.apps.page import quiet
from supervision_kit.consulting import FEWEST, QUESTIONS, Answer, Decision, Stage, Together
from supervision_kit.words import later, say, say_list, say_n, say_number

_SHOWN = {
    "answers": later("The answers of the group are shown."),
    "methods": later("What the methods say is shown."),
    "outcome": later("What happened is shown."),
}


def tell_move(before: Stage, after: Stage) -> str:
    """Say what moved from one stage to the next; empty where nothing that all see did."""
    if not after.case_id and before.case_id:
        return say("The group has left the case.")
    if after.case_id != before.case_id:
        return say("The group now looks at {case}, session {session}.", case=after.case_id, session=after.revealed)
    moved = [say(_SHOWN[what]) for what in _SHOWN if what in after.shown - before.shown]
    if after.is_open and not before.is_open:
        moved.append(say("You are asked: {questions}", questions=" ".join(questions_in_words(after.asked))))
    elif before.is_open and not after.is_open and not moved:
        moved.append(say("The question to the group is closed."))
    if after.revealed != before.revealed:
        moved.append(say("The group now sees the ratings up to session {session}.", session=after.revealed))
    if after.question != before.question:
        moved.append(say("The question is now: {question}", question=after.question))
    if after.timer.part != before.timer.part:
        moved.append(say("Part {part} begins.", part=after.timer.part))
    return " ".join(moved)


def questions_in_words(keys: Iterable[str]) -> list[str]:
    """Return the questions to the group as they are asked."""
    return [say(QUESTIONS[key].words) for key in keys]


def terms_in_words(question: str, keys: Iterable[str]) -> str:
    """Return what was chosen, as one reads it."""
    return say_list([say(QUESTIONS[question].terms[key].words) for key in keys])


def own_answer_in_words(answer: Answer, *, is_open: bool) -> str:
    """Return as HTML what a viewer answers, and who sees it."""
    if not (answer or is_open):
        return quiet(say("You did not answer this question."))
    if not answer:
        return quiet(say("Choose what fits. Nobody else sees your answer singly, whoever leads the group included."))
    chosen = "; ".join(terms_in_words(key, answer[key]) for key in QUESTIONS if key in answer)
    if not is_open:
        return quiet(say("Your answer: {answer}.", answer=chosen))
    return quiet(say("Kept: {answer}. You can change it until the answers are shown.", answer=chosen))


def together_in_words(together: tuple[Together, ...]) -> str:
    """Return as HTML what a group answered: for each choice how many, or that they are too few to tell."""
    parts = [_question_in_words(one) for one in together]
    return f"<h2>{html.escape(say('What the group answered'))}</h2>{''.join(parts)}" if parts else ""


def _question_in_words(one: Together) -> str:
    question = QUESTIONS[one.question]
    head = f"<h3>{html.escape(say(question.words))}</h3>"
    if not one.n_answered:
        return head + quiet(say("Nobody answered this."))
    if one.counts is None:
        said = say_n("{n} person answered this.", "{n} people answered this.", one.n_answered)
        why = say("Below {fewest} answers are not told apart, so that nobody is given away.", fewest=FEWEST)
        return head + quiet(f"{said} {why}")
    rows = "".join(
        _bar(say(term.words), one.counts.get(key, 0), one.n_answered)
        for key, term in question.terms.items()
        if question.is_single or one.counts.get(key, 0)
    )
    note = "" if question.is_single else quiet(say("Each could choose several; what nobody chose is left out."))
    return f'{head}<table class="sk-together"><tbody>{rows}</tbody></table>{note}'


def _bar(words: str, n: int, of: int) -> str:
    told = html.escape(say("{n} of {of}", n=say_number(n), of=say_number(of)))
    bar = f'<span class="sk-share" style="width: {100 * n / of:.0f}%"></span>'
    return f'<tr><th scope="row">{html.escape(words)}</th><td>{told}</td><td class="sk-share-cell">{bar}</td></tr>'


def decisions_in_words(decisions: tuple[Decision, ...]) -> str:
    """Return as HTML what was agreed on the case."""
    if not decisions:
        return ""
    listed = "".join(f"<li>{html.escape(one.text)}</li>" for one in decisions)
    return f"<h2>{html.escape(say('What was agreed'))}</h2><ul>{listed}</ul>"
