"""What the supervisor says → the rows that the trajectory draws; free text is never among them."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

import pandas as pd

from supervision_kit.charts.layout import Bands
from supervision_kit.charts.sentences import Rows
from supervision_kit.lens import ANNOTATIONS, VERDICTS
from supervision_kit.words import say, say_number

INSET = 0.46  # of a session to either side, as the bands of episodes
# Verdict → the sign in its outline, the outline's dashes, how opaque it is filled.
LOOKS: dict[str, tuple[str, list[int], float]] = {
    "rupture": ("R", [1, 0], 0.22),
    "not a rupture": ("–", [1, 0], 0.0),
    "unsure": ("?", [2, 3], 0.0),
}


def judgement_rows(judgements: pd.DataFrame) -> Rows:
    """One row per judged episode; where one was judged by several methods' marks, the newest judgement."""
    newest = judgements.sort_values("id").drop_duplicates("onset", keep="last").sort_values("onset")
    return [_judgement_row(judgement) for judgement in newest.to_dict("records")]


def _judgement_row(judgement: dict[Any, Any]) -> dict[str, Any]:
    first = int(judgement["onset"])
    last = first if pd.isna(judgement["end"]) else max(first, int(judgement["end"]))
    sign, dash, opacity = LOOKS[judgement["verdict"]]
    return {
        "first": first,
        "last": last,
        "from": first - INSET,
        "to": last + INSET,
        "middle": (first + last) / 2,
        "sign": sign,
        "dash": dash,
        "opacity": opacity,
        "verdict": say(VERDICTS[judgement["verdict"]].words),
        "says": _in_words(first, last, say(VERDICTS[judgement["verdict"]].words)),
    }


def _in_words(first: int, last: int, verdict: str) -> str:
    if first == last:
        return say("Session {first}, the supervisor says: {verdict}", first=say_number(first), verdict=verdict)
    return say(
        "Sessions {first} to {last}, the supervisor says: {verdict}",
        first=say_number(first),
        last=say_number(last),
        verdict=verdict,
    )


def letter_of(place: int) -> str:
    """Return the letter of an annotation by its place in its case: a, b, … z, aa, ab and so on."""
    before, last = divmod(place, len(ascii_lowercase))
    return (letter_of(before - 1) if before else "") + ascii_lowercase[last]


def letter_annotations(annotations: pd.DataFrame) -> pd.DataFrame:
    """Return the annotations of a case in the order of sessions, with the letter that each has in the chart."""
    ordered = annotations.sort_values(["session", "id"], kind="stable").reset_index(drop=True)
    return ordered.assign(letter=pd.Series([letter_of(n) for n in range(len(ordered))], dtype="str"))


def name_annotation(annotation: dict[Any, Any]) -> str:
    """Say what kind of thing happened, and whether the limits start anew there."""
    kind = say(ANNOTATIONS[annotation["kind"]].words) if annotation["kind"] in ANNOTATIONS else annotation["kind"]
    return (
        say("{kind} (new start)", kind=kind) if pd.notna(annotation["rebases"]) and annotation["rebases"] else str(kind)
    )


def annotation_rows(annotations: pd.DataFrame) -> Rows:
    """One row per session with annotations: their letters, and their kinds in words."""
    lettered = letter_annotations(annotations)
    found: Rows = []
    for session in lettered["session"].unique():
        there = lettered[lettered["session"] == session]
        kinds = ", ".join(name_annotation(annotation) for annotation in there.to_dict("records"))
        says = say("Session {session}: {kinds}", session=say_number(int(session)), kinds=kinds)
        found.append({"session": int(session), "letters": " ".join(there["letter"]), "kinds": kinds, "says": says})
    return found


def said_labels(said: dict[str, Rows], bands: Bands) -> Rows:
    """One row per row of what is said that holds any, for the words at its right."""
    places = {"judgements": (bands.judged, say("supervisor")), "annotations": (bands.annotations, say("what happened"))}
    return [{"at": at, "label": label} for name, (at, label) in places.items() if said[name]]


def with_said(columns: Rows, said: dict[str, Rows]) -> Rows:
    """Add to each session what the reader is told of the supervisor's words who points at it."""
    kinds = {row["session"]: row["kinds"] for row in said["annotations"]}
    return [
        column
        | {
            "annotation": kinds.get(column["session"], "–"),
            "judgement": "; ".join(
                row["verdict"] for row in said["judgements"] if row["first"] <= column["session"] <= row["last"]
            )
            or "–",
        }
        for column in columns
    ]
