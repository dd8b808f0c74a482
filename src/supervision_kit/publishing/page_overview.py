"""The caseload of the page that opens by double click: whom to talk about, and why, every case with its strip."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

from supervision_kit.apps.case_rows import CAUTIONS, GROUP_NAMES, case_in_html
from supervision_kit.apps.caseload_page import CHANCE
from supervision_kit.apps.caseload_state import CaseloadState
from supervision_kit.apps.page import quiet
from supervision_kit.apps.shared_words import tell_cut
from supervision_kit.charts import strip_legend
from supervision_kit.words import say, say_number

Link = Callable[[str, str, Mapping[str, Any]], str]


def overview_in_html(state: CaseloadState, *, link: Link, settings: Mapping[str, Any]) -> str:
    """Return the cases in the order in which they need a word; `link` makes what opens one, `settings` see the page."""
    cut = tell_cut(settings)
    groups = "".join(_group(state, name, link) for name in GROUP_NAMES if name != "aside")
    title = html.escape(say("Whom should we talk about, and why?"))
    return (
        f'<section id="overview"><h2 tabindex="-1">{title}</h2>'
        f'<p class="sk-summary">{html.escape(state.answer)}</p>{quiet(say(CHANCE))}'
        f"{quiet(cut) if cut else ''}"
        f"{strip_legend(has_new=False)}{groups}</section>"
    )


def _group(state: CaseloadState, name: str, link: Link) -> str:
    entries = state.entries_of(name)
    if not entries:
        return ""
    title = say("{group} ({n})", group=say(GROUP_NAMES[name]), n=say_number(len(entries)))
    rows = "".join(case_in_html(entry, state, link=link) for entry in entries)
    caution = quiet(say(CAUTIONS[name])) if name in CAUTIONS else ""
    return f'<h2>{html.escape(title)}</h2>{caution}<ol class="sk-rows-of-cases">{rows}</ol>'
