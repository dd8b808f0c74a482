"""The page that opens by double click: one file with all cases in it, that asks nothing of anybody.

Its drawing is the kit's own, in SVG: Vega would bring 0.96 MB and need to be allowed to make code of text, which this
page forbids itself. Everything is worked out here, by the states behind the other pages; the script places it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from supervision_kit import __version__
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.caseload_state import CaseloadState
from supervision_kit.apps.methods_view import meaning
from supervision_kit.apps.page import fold, quiet, table_of
from supervision_kit.apps.settings import KINDS
from supervision_kit.apps.source import Source
from supervision_kit.disclosure import Deidentified, DisclosureReport
from supervision_kit.publishing.page_case import address_of, case_in_html
from supervision_kit.publishing.page_overview import overview_in_html
from supervision_kit.words import current_language, say, say_n

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page_in_html(made: Deidentified, *, tell: Callable[[int, int], None] = lambda _done, _all: None) -> str:
    """Return the page of these cases, in the language that is spoken.

    Parameters
    ----------
    made
        What :func:`supervision_kit.deidentify` made.
    tell
        Is called with how many cases are done, of how many.
    """
    source = Source(made.scores, responses=made.responses)
    caseload = CaseloadState(source)
    order = list(caseload.ranked["case_id"])
    place = {case: at for at, case in enumerate(order)}
    articles, drawn = [], []
    state = CaseState(source, case_id=order[0])
    for at, case in enumerate(order):
        state.case_id = case
        article, chart = case_in_html(state, at=at, notes=made.notes, codes=made.codes, settings=made.settings)
        articles.append(article)
        drawn.append(chart)
        tell(at + 1, len(order))

    def link(case_id: str, text: str, seen_at: Mapping[str, Any]) -> str:
        return "" if seen_at else f'<a href="#{address_of(place[case_id])}">{html.escape(text)}</a>'

    content = {"cases": drawn, "words": _words()}
    return _lay_out(
        "".join([overview_in_html(caseload, link=link, settings=made.settings), *articles, _stage()]),
        picker=_picker(order),
        after=f"{_methods(caseload)}{meaning()}{_report(made.report.for_readers())}",
        content=content,
        n_cases=len(order),
    )


def as_script_data(content: Any) -> str:
    """Return JSON that can stand inside a script element, whatever is in it."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return "".join(_ESCAPES.get(sign, sign) for sign in text)


def _lay_out(main: str, *, picker: str, after: str, content: Any, n_cases: int) -> str:
    style, script = (_read(f"page.{ending}") for ending in ("css", "js"))
    title = html.escape(say("Cases to look at together"))
    about = say_n(
        "{n} case, shared without who it is: it has a drawn code, and no date.",
        "{n} cases, shared without who they are: they have drawn codes, and no dates.",
        n_cases,
    )
    unscripted = html.escape(
        say("Your browser runs no scripts here: all cases stand below each other, without pictures.")
    )
    return f"""<!DOCTYPE html>
<html lang="{current_language()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<a class="sk-skip" href="#main">{html.escape(say("Skip to the page"))}</a>
<header><h1>{title}</h1>{quiet(about)}<noscript>{quiet(unscripted)}</noscript></header>
{picker}
<main id="main">{main}</main>
<footer>{after}</footer>
<script type="application/json" id="content">{as_script_data(content)}</script>
<script>{script}</script>
</body>
</html>
"""


def _policy(style: str, script: str) -> str:
    """Return what the browser lets the page do: run its own script, wear its own style, and nothing else."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _words() -> dict[str, str]:
    """Return what the script says; it fills the places."""
    return {
        "title": say("Cases to look at together"),
        "overview": say("All cases"),
        "where": say("{case}, {n} of {all}"),
        "upTo": say("up to session {session}"),
        "revealed": say("The ratings up to session {session} of {all}; the table beneath says the same."),
        "session": say("Session"),
        "ofScale": say("The sentences are about {scale}."),
    }


def _picker(order: list[str]) -> str:
    chosen = [("-1", say("All cases")), *((str(at), case) for at, case in enumerate(order))]
    options = "".join(f'<option value="{value}">{html.escape(text)}</option>' for value, text in chosen)
    return (
        f'<nav id="bar" hidden aria-label="{html.escape(say("Cases"))}"><div>'
        f'<label for="picker">{html.escape(say("Case"))}</label><select id="picker">{options}</select>'
        f'<button type="button" id="before">{html.escape(say("◂ Previous"))}</button>'
        f'<button type="button" id="after">{html.escape(say("Next ▸"))}</button>'
        f'<p id="where" role="status"></p></div></nav>'
    )


def _stage() -> str:
    """Return the place of the drawing, with what can be chosen about it; the script puts it into the case shown."""
    layers = {
        "marks": say("marks and limits"),
        "falls": say("falls, and what became of them"),
        "second": say("the other rater"),
        "outcome": say("the outcome measure"),
    }
    boxes = "".join(
        f'<label><input type="checkbox" checked data-layer="{name}"> {html.escape(said)}</label>'
        for name, said in layers.items()
    )
    veiled = say("What came later, and what was made of it, is hidden until everything is shown.")
    return (
        '<div id="stage" hidden><div class="sk-stage-controls">'
        f'<div class="sk-controls"><button type="button" id="reveal" aria-pressed="false">'
        f'{html.escape(say("Session by session"))}</button><div id="steps" hidden>'
        f'<button type="button" id="next">{html.escape(say("Next session"))}</button>'
        f'<label for="revealed" id="upTo"></label><input type="range" id="revealed" min="1" max="1" step="1">'
        f'<button type="button" id="whole">{html.escape(say("Show everything"))}</button></div></div>'
        f'<p id="veiled" class="sk-quiet" hidden>{html.escape(veiled)}</p>'
        f'<div class="sk-controls" id="scales"><label for="scale">{html.escape(say("Scale"))}</label>'
        f'<select id="scale"></select><span id="ofScale" class="sk-quiet" role="status"></span></div>'
        f"<fieldset><legend>{html.escape(say('Show'))}</legend>{boxes}</fieldset></div>"
        f'<div id="drawing" class="sk-drawing"></div>{_keys()}<p id="told" role="status"></p></div>'
    )


def _keys() -> str:
    """Return what the signs of the drawing mean."""
    signs = {
        '<circle class="point rated" cx="12" cy="8" r="4"/>': say("a rating, not marked"),
        '<path class="point marked" d="M6 3h12L12 14z"/>': say("marked (R)"),
        '<circle class="point unjudged" cx="12" cy="8" r="4"/>': say("cannot be judged"),
        '<path class="line second" d="M1 8h22"/><circle class="point second" cx="12" cy="8" r="2.6"/>': say(
            "the other rater"
        ),
        '<path class="line expected" d="M1 8h22"/>': say("expected"),
        '<path class="line limit" d="M1 8h22"/>': say("marked below"),
        '<text class="none" x="12" y="13">×</text>': say("no form"),
    }
    icon = '<svg aria-hidden="true" width="24" height="16" viewBox="0 0 24 16">'
    parts = "".join(f"<span>{icon}{sign}</svg> {html.escape(said)}</span>" for sign, said in signs.items())
    return f'<p class="sk-legend sk-drawing">{parts}</p>'


def _methods(state: CaseloadState) -> str:
    """Return by which method and rule everything was judged, and what of it may be chance."""
    kind = next(say(words) for words, key in KINDS if key == state.rule.kind)
    within = say_n("within {n} session", "within {n} sessions", state.rule.within)
    said = [
        say("Judged by: {method}", method=state.method.in_words),
        say("Source: {source}", source=say(state.method.source)),
        say("Repaired means: {kind}, {within}.", kind=kind, within=within),
        *state.chance_in_words,
        *([state.advice] if state.advice else []),
        say("Made with supervision_kit {version}.", version=__version__),
    ]
    return fold(say("How these cases were judged"), "".join(f"<p>{html.escape(sentence)}</p>" for sentence in said))


def _report(report: DisclosureReport) -> str:
    parts = "".join(
        f"<h3>{html.escape(heading)}</h3><ul>{''.join(f'<li>{html.escape(text)}</li>' for text in sentences)}</ul>"
        for heading, sentences in report.parts.items()
    )
    rows = ([str(what), str(value)] for what, value in report.numbers[["what", "said"]].itertuples(index=False))
    numbers = table_of([say("what"), say("value")], rows, label=say("In numbers"))
    return fold(say("What was taken out, and what can still be told: the disclosure report"), parts + numbers)
