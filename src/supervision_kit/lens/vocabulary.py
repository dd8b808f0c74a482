"""The vocabularies: markers and strategies by the names of the 3RS, and the kit's own words for trust.

The key of a term is what is kept, and does not change; its words are shown, by ``say(term.words)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supervision_kit.words import later


@dataclass(frozen=True)
class Term:
    """One word of a vocabulary.

    Attributes
    ----------
    key, words
        What is kept, and what is shown (in English: ``say(term.words)``).
    provenance
        Where it comes from, and how sure that is; in English as well.
    group
        Of a marker: withdrawal or confrontation; else empty.
    """

    key: str
    words: str
    provenance: str
    group: str = ""


Terms = Mapping[str, Term]

_FIELD = later("Usual in the field, after Safran and Muran; “mixed” is the kit's own.")
_THREE_RS = later(
    "Code name of the 3RS (Eubanks, Muran & Safran 2015, doi:10.13140/2.1.1666.8488); names only, not confirmed "
    "against the manual."
)
_PART = later("The kit's own words, after what clients and therapists tell of ruptures: offered, never imposed.")
_TRUST = later("After the definition of trust in Camanto & Campbell (2025), doi:10.1177/02654075251346105.")
_HYPOTHESIS = later("The kit's own words. A hypothesis about what history may speak here, never a finding.")
_KIT = later("The kit's own words.")


def _terms(provenance: str, words: Mapping[str, str], group: str = "") -> dict[str, Term]:
    return {key: Term(key, said, provenance, group) for key, said in words.items()}


VERDICTS: Terms = MappingProxyType(
    _terms(
        _KIT,
        {"rupture": later("a rupture"), "not a rupture": later("not a rupture"), "unsure": later("unsure")},
    )
)
TYPES: Terms = MappingProxyType(
    _terms(
        _FIELD,
        {
            "withdrawal": later("withdrawal: moving away"),
            "confrontation": later("confrontation: moving against"),
            "mixed": later("mixed: some of both"),
        },
    )
)
MARKERS: Terms = MappingProxyType(
    _terms(
        _THREE_RS,
        {
            "denial": later("denial"),
            "minimal response": later("minimal response"),
            "abstract communication": later("abstract communication"),
            "avoidant storytelling": later("avoidant storytelling and/or shifting topic"),
            "deferential": later("deferential and appeasing"),
            "content/affect split": later("content/affect split"),
            "self-criticism": later("self-criticism and/or hopelessness"),
        },
        "withdrawal",
    )
    | _terms(
        _THREE_RS,
        {
            "about therapist": later("complaints/concerns about the therapist"),
            "rejects intervention": later("patient rejects therapist intervention"),
            "about activities": later("complaints/concerns about the activities of therapy"),
            "about parameters": later("complaints/concerns about the parameters of therapy"),
            "about progress": later("complaints/concerns about progress in therapy"),
            "defends self": later("patient defends self against therapist"),
            "control": later("efforts to control/pressure therapist"),
        },
        "confrontation",
    )
)
STRATEGIES: Terms = MappingProxyType(
    _terms(
        _THREE_RS,
        {
            "clarifies": later("clarifies a misunderstanding"),
            "changes tasks": later("changes tasks or goals"),
            "gives rationale": later("illustrates tasks or provides a rationale for treatment"),
            "invites": later("invites thoughts or feelings about the therapist or some aspect of therapy"),
            "owns contribution": later("acknowledges own contribution to the rupture"),
            "discloses": later("discloses own internal experience of the patient-therapist interaction"),
            "links to therapist": later("links the rupture to larger interpersonal patterns with the therapist"),
            "links to others": later("links the rupture to larger interpersonal patterns in other relationships"),
            "validates": later("validates the patient's defensive posture"),
            "redirects": later("redirects or refocuses the patient"),
        },
    )
)
ANNOTATIONS: Terms = MappingProxyType(
    _terms(
        _KIT,
        {
            "holiday": later("holiday or break"),
            "change of therapist": later("change of therapist"),
            "crisis": later("crisis"),
            "repair attempt": later("repair attempt"),
            "supervision": later("supervision"),
            "other": later("something else"),
        },
    )
)
TOUCHED: Terms = MappingProxyType(
    _terms(
        _TRUST,
        {
            "care and respect": later("care and respect"),
            "honesty": later("honesty"),
            "predictability": later("predictability and reliability"),
        },
    )
)
PART: Terms = MappingProxyType(
    _terms(
        _PART,
        {
            "missed cue": later("missed an emotional cue"),
            "invalidated": later("invalidated without meaning to"),
            "forgot": later("forgot something that had been shared"),
            "wrong interpretation": later("an interpretation that did not fit"),
            "own reaction": later("own reaction to the client"),
            "change of arrangement": later("a change of arrangement"),
            "none seen": later("none seen"),
        },
    )
)
MOVE: Terms = MappingProxyType(
    _terms(
        _PART,
        {
            "going quiet": later("going quiet"),
            "pleasing": later("making it right for the other"),
            "changing the subject": later("changing the subject, or joking"),
            "keeping back": later("keeping things back"),
            "testing": later("testing whether it holds"),
            "arguing": later("arguing or attacking"),
            "staying away": later("coming late, missing or leaving"),
        },
    )
)
HISTORY: Terms = MappingProxyType(
    _terms(
        _HYPOTHESIS,
        {
            "emotional neglect": later("emotional neglect"),
            "bullying": later("bullying"),
            "discrimination": later("discrimination, or ill-treatment by an authority"),
            "betrayal": later("betrayal"),
            "loss": later("loss"),
        },
    )
)
TRIED: Terms = MappingProxyType(
    _terms(
        _PART,
        {
            "named it": later("named it"),
            "owned own part": later("owned own part"),
            "immediacy": later("immediacy or self-disclosure"),
            "agreed anew": later("agreed goals and tasks anew"),
            "explained": later("explained the rationale"),
            "validated": later("validated the protection"),
            "gave time": later("gave time"),
        },
    )
)
# What may be said of a fall, by the kind under which it is kept.
CODES: Mapping[str, Terms] = MappingProxyType(
    {
        "marker": MARKERS,
        "strategy": STRATEGIES,
        "touched": TOUCHED,
        "part": PART,
        "move": MOVE,
        "history": HISTORY,
        "tried": TRIED,
    }
)
