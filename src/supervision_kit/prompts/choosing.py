"""Which questions suit what is seen of a case, the most pressing first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from supervision_kit.evidence import EVIDENCE, STRENGTHS
from supervision_kit.prompts import asking
from supervision_kit.prompts.asking import Asked
from supervision_kit.prompts.seen import Seen
from supervision_kit.words import say, say_number

MOST = 4  # questions at once; the kit's own choice


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A question to ask next, in the language of the page.

    Attributes
    ----------
    key
        Which question it is.
    question
        The question.
    why
        What was seen that it is asked for, with its numbers.
    source, doi
        Where what is known of it comes from; the kit's own question has no DOI.
    strength
        How strong that is.
    finding
        What was found there; empty for the kit's own questions. Findings are correlational.
    """

    key: str
    question: str
    why: str
    source: str
    doi: str
    strength: str
    finding: str


# The most pressing first; the order is the kit's own choice.
_QUESTIONS: tuple[Callable[[Seen], Asked | None], ...] = (
    asking.slipped,
    asking.unrecognised,
    asking.trust_touched,
    asking.agreement_touched,
    asking.moved_away,
    asking.moved_against,
    asking.not_back,
    asking.here_and_now,
    asking.silent,
    asking.too_early,
    asking.added_by_hand,
    asking.flat,
    asking.another_therapist,
    asking.ending,
    asking.came_back,
)


def choose_prompts(
    scores: pd.DataFrame,
    judged: pd.DataFrame,
    *,
    session: int | None = None,
    annotations: pd.DataFrame | None = None,
    marks: pd.DataFrame | None = None,
    planned_sessions: int | None = None,
    rebases: pd.DataFrame | None = None,
    most: int = MOST,
) -> tuple[Prompt, ...]:
    """Choose what to ask next about a case: few questions, each for something that was seen.

    They are about one fall of the client's ratings, that of `session` or else the latest; falls that the supervisor
    calls no rupture raise none. Their theme is trust and how clients protect it: curiosity about what the client did,
    the client's chair, the therapist's own part, what was tried and what was learnt.

    Parameters
    ----------
    scores
        All scores of one case; see :data:`supervision_kit.tables.SCORES`.
    judged
        Its falls with the supervisor's judgements; see :func:`judge_beside`.
    session
        The session that is talked about.
    annotations
        What happened in this case; see :data:`supervision_kit.tables.ANNOTATIONS`.
    marks
        The marks behind the falls, of all raters: a therapist's rating that is marked shows a fall.
    planned_sessions
        How many sessions are planned.
    rebases
        Where the case starts anew; see :data:`supervision_kit.tables.REBASES`.
    most
        How many questions at most.

    Returns
    -------
    tuple of Prompt
        The most pressing first; empty where nothing of this is seen, which is not to say that there is nothing to ask.

    Raises
    ------
    TableError
        A table breaks its contract.

    Examples
    --------
    >>> choose_prompts(scores, judge_beside(falls, judgements))[0].question  # doctest: +SKIP
    "What was it like in the client's chair around session 6, and what may have gone unsaid? What was your part?"
    """
    seen = Seen.of(
        scores,
        judged,
        session=session,
        annotations=annotations,
        marks=marks,
        planned_sessions=planned_sessions,
        rebases=rebases,
    )
    asked = (question(seen) for question in _QUESTIONS)
    return tuple(_prompt(one) for one in [one for one in asked if one is not None][:most])


def _prompt(asked: Asked) -> Prompt:
    about = {"key": asked.key, "question": asked.question, "why": asked.why}
    if not asked.finding:
        own = say("The kit's own question")
        return Prompt(**about, source=own, doi="", strength=say("without a study behind it"), finding="")
    finding = EVIDENCE[asked.finding]
    said = say(finding.says)
    if finding.value is not None and finding.low is not None and finding.measure == "r":
        said = say(
            "{finding} (r = {r}, from {low} to {high})",
            finding=said,
            r=say_number(finding.value, digits=2),
            low=say_number(finding.low, digits=2),
            high=say_number(finding.high or 0, digits=2),
        )
    strength = say(STRENGTHS[finding.study.strength])
    return Prompt(**about, source=finding.study.source, doi=finding.study.doi, strength=strength, finding=said)
