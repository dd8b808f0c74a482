"""How far the methods agree, as a sentence and small tables."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd

from supervision_kit.apps.page import fold, quiet, scrolling
from supervision_kit.detection import METHODS
from supervision_kit.words import later, say, say_number

LOOKS = {
    "back": later("Methods that judge from earlier sessions alone"),
    "whole": later("Methods that look at the whole series"),
}
KAPPA = later(
    "Cohen's κ is agreement beyond chance: 1 is perfect, 0 is no more than chance. Sessions that either method cannot "
    "judge are left out. The darker the cell, the higher κ."
)
DARKEST = 0.5  # opacity of the blue behind a κ of 1; black text on it stays readable


def agreement_in_words(sentence: str, pairs: pd.DataFrame) -> str:
    """Return the sentence and, for each way of looking, a table of κ by pair, as HTML; nothing where nothing fell."""
    if not sentence:
        return ""
    tables = "".join(
        f"<h3>{html.escape(say(title))}</h3>{_matrix(pairs[pairs['looks'] == looks])}"
        for looks, title in LOOKS.items()
        if (pairs["looks"] == looks).any()
    )
    details = fold(say("Pair by pair"), f"{quiet(say(KAPPA))}{tables}")
    return f"<h2>{html.escape(say('Do the methods agree?'))}</h2><p>{html.escape(sentence)}</p>{details}"


def _matrix(pairs: pd.DataFrame) -> str:
    """Lay the pairs out as a lower triangle: a row and a column per method."""
    methods = list(dict.fromkeys([*pairs["method_a"], *pairs["method_b"]]))
    rows = {frozenset((row["method_a"], row["method_b"])): row for row in pairs.to_dict("records")}
    heads = "".join(f'<th scope="col">{_title(method)}</th>' for method in methods[:-1])
    body = "".join(
        f'<tr><th scope="row">{_title(method)}</th>'
        + "".join(_cell(rows.get(frozenset((method, other)))) for other in methods[:n])
        + "</tr>"
        for n, method in enumerate(methods)
        if n
    )
    table = f'<table class="sk-table sk-kappa"><tr><td></td>{heads}</tr>{body}</table>'
    return scrolling(table, label=say("Pair by pair"))


def _cell(pair: dict[Any, Any] | None) -> str:
    if pair is None:
        return "<td></td>"
    both = html.escape(
        say(
            "both mark {both}, only one {one} of {n} sessions",
            both=pair["n_both"],
            one=pair["n_only_a"] + pair["n_only_b"],
            n=say_number(pair["n_sessions"]),
        )
    )
    if pd.isna(pair["kappa"]):
        return f'<td>{html.escape(say("κ not defined"))}<br><span class="sk-quiet">{both}</span></td>'
    shade = f"rgba(0, 114, 198, {DARKEST * max(pair['kappa'], 0):.2f})"
    value, low, high = (say_number(pair[name], digits=2) for name in ("kappa", "kappa_low", "kappa_high"))
    told = value if pd.isna(pair["kappa_low"]) else say("{value} ({low} to {high})", value=value, low=low, high=high)
    return f'<td style="background: {shade}">{told}<br><span>{both}</span></td>'


def _title(method: str) -> str:
    return html.escape(say(METHODS[method].title) if method in METHODS else method)
