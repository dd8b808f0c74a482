"""The list of cases as HTML: rank, code, strip, reasons with links to their evidence, and what can be done."""

from __future__ import annotations

import html
from collections.abc import Callable, Collection, Mapping
from typing import Any

import pandas as pd

from supervision_kit.apps.caseload_answer import GROUPS
from supervision_kit.apps.caseload_state import CASES_PER_PAGE, CaseEntry, CaseloadState
from supervision_kit.apps.page import quiet
from supervision_kit.charts import heat_strip, strip_legend
from supervision_kit.headline import tell_rated
from supervision_kit.words import later, say, say_n, say_number

Link = Callable[[str, str, Mapping[str, Any]], str]  # case, text, where to look → HTML
GROUP_NAMES = {
    "needs_word": later("Needs a word"),
    "to_ask": later("Worth asking about"),
    "came_back": later("Came back"),
    "unclear": later("Cannot be judged"),
    "quiet": later("Nothing stands out"),
    "aside": later("Set aside"),
}
CAUTIONS = {
    "to_ask": later("Nothing here fell of late. These are questions that can wait, for when there is time."),
    "came_back": later("Fell and came back, in time or later. What went well here? Some of these are chance."),
    "unclear": later("Too few ratings, or ratings that do not vary. That is not to say that all is well."),
    "quiet": later("Nothing in the ratings needs a word. That does not mean that there was no rupture."),
    "aside": later(
        "Seen: back when a new form comes in. Not today: back when the next supervision begins, tomorrow at the latest."
    ),
}
EMPTY = {
    "needs_word": later("No case here needs a word by its ratings. That does not mean that there was no rupture."),
    "aside": later("No case is set aside."),
}
FLAGS = {"seen": later("Seen"), "not today": later("Not today")}
THERAPIST_CODE = "therapist-"  # what codes begin with that publishing draws
LONGEST_REASON = 200  # characters
CASES_AN_HOUR = 8  # that are shown without unfolding the rest; the kit's own choice


def list_in_html(state: CaseloadState, *, link: Link, on_agenda: Collection[str] = ()) -> str:
    """Return the groups to choose from, the cases of the chosen one, and the pages they fill.

    `link` makes what opens a case; `on_agenda` are the cases that are on the agenda.
    """
    entries = state.entries
    caution = CAUTIONS.get(state.group, "") if entries else EMPTY.get(state.group, later("No case is here."))
    is_filtered = bool(state.reason or state.query or state.only_new or state.therapist_id)
    hint = say("Some are left out by what is chosen above.") if is_filtered and not entries else ""
    rows = [case_in_html(entry, state, link=link, is_on_agenda=entry.case_id in on_agenda) for entry in entries]
    return (
        f"{_groups(state)}{quiet(say(caution) if caution else '')}{quiet(hint)}"
        f"{strip_legend(has_new=not state.is_shared) if entries else ''}{_rows(rows, state)}{_pages(state)}"
    )


def _rows(rows: list[str], state: CaseloadState) -> str:
    """Return the rows as a list; of those that need a word, what goes beyond an hour is folded away."""
    first = state.page * CASES_PER_PAGE + 1
    if state.group != GROUPS[0] or state.page or len(rows) <= CASES_AN_HOUR:
        return _ordered(rows, first)
    n_more = len(state.listed[state.group]) - CASES_AN_HOUR
    more = say_n("{n} more that may need a word", "{n} more that may need a word", n_more)
    return (
        f"{quiet(say('For an hour, these weigh most:'))}{_ordered(rows[:CASES_AN_HOUR], 1)}"
        f'<details data-key="more"><summary data-key="more">{html.escape(more)}</summary>'
        f"{_ordered(rows[CASES_AN_HOUR:], CASES_AN_HOUR + 1)}</details>"
    )


def _ordered(rows: list[str], first: int) -> str:
    return f'<ol class="sk-rows-of-cases" start="{first}">{"".join(rows)}</ol>'


def _groups(state: CaseloadState) -> str:
    buttons = "".join(
        _button("group", say("{group} ({n})", group=say(GROUP_NAMES[name]), n=say_number(len(state.listed[name]))),
                pressed=name == state.group, group=name)
        for name in GROUPS
        if name != "aside" or state.workspace is not None
    )  # fmt: skip
    return f'<div class="sk-groups" role="group" aria-label="{html.escape(say("Which cases"))}">{buttons}</div>'


def case_in_html(entry: CaseEntry, state: CaseloadState, *, link: Link, is_on_agenda: bool = False) -> str:
    """Return the row of a case; see :func:`list_in_html`."""
    marks = state.marks_of(entry.case_id)
    strip = "" if marks is None else heat_strip(marks, last_session=entry.last_session, new_sessions=entry.new_sessions)
    about = [
        *([name_therapist(entry.therapist_id)] if entry.therapist_id else []),
        tell_rated(entry.n_sessions, entry.n_by_therapist),
        *([say_n("{n} new rating", "{n} new ratings", entry.n_new)] if entry.n_new else []),
    ]
    reasons = "".join(_reason(entry.case_id, one, link) for one in entry.reasons if one["reason"] != "new")
    return (
        f'<li class="sk-one-case" data-case="{html.escape(entry.case_id)}">'
        f'<div class="sk-one-top"><div class="sk-one-head"><h3>{link(entry.case_id, entry.case_id, {})}</h3>'
        f'<span class="sk-quiet">{html.escape(", ".join(about))}</span></div>'
        f'<div class="sk-one-strip">{strip}</div></div>'
        f"<ul>{reasons or _nothing()}</ul>{_aside(entry)}{_actions(entry, state, link, is_on_agenda=is_on_agenda)}</li>"
    )


def name_therapist(code: str) -> str:
    """Return what a therapist is called in a row; a code that was drawn says already that it is one's."""
    return code if code.startswith(THERAPIST_CODE) else say("therapist {code}", code=code)


def _nothing() -> str:
    return f'<li class="sk-quiet">{html.escape(say("Nothing in the ratings stands out."))}</li>'


def _reason(case_id: str, reason: Mapping[Any, Any], link: Link) -> str:
    place = {name: reason[name] for name in ("session", "rater", "instrument", "scale") if pd.notna(reason[name])}
    new = f' <span class="sk-mark">{html.escape(say("new"))}</span>' if reason["is_new"] is True else ""
    seen = link(case_id, say("see session {session}", session=place["session"]), place) if "session" in place else ""
    return f"<li>{html.escape(reason['sentence'])}{new} {seen}</li>"


def _aside(entry: CaseEntry) -> str:
    if not entry.flag:
        return ""
    flag = say(FLAGS[entry.flag])
    why = say("{flag}: {reason}", flag=flag, reason=entry.flag_reason) if entry.flag_reason else flag
    return f'<p class="sk-quiet">{html.escape(why)}</p>'


def _actions(entry: CaseEntry, state: CaseloadState, link: Link, *, is_on_agenda: bool) -> str:
    case = entry.case_id
    opened = f'<span class="sk-open">{link(case, say("Open {case}", case=case), _first_place(entry))}</span>'
    if state.workspace is None:
        return f'<div class="sk-one-actions">{opened}</div>'
    if entry.flag:
        return f'<div class="sk-one-actions">{opened}{_button("take_up", say("Take up again"), case=case)}</div>'
    noted = f'<span class="sk-mark">{html.escape(say("on the agenda"))}</span>'
    agenda = (
        noted
        if is_on_agenda
        else _button("agenda", say("Agenda"), name=say("Put {case} on the agenda", case=case), case=case)
    )
    menu = (
        f'<details class="sk-put-off" data-key="{html.escape(case)}">'
        f'<summary data-key="{html.escape(case)}">{html.escape(say("Seen, or not today"))}</summary><form>'
        f"<label>{html.escape(say('Why? (may stay empty)'))}"
        f'<input type="text" name="reason" maxlength="{LONGEST_REASON}" autocomplete="off" '
        f'data-key="{html.escape(case)}"></label>'
        f"{_button('set_aside', say('Not today'), case=case, flag='not today')}"
        f"{_button('set_aside', say('Seen'), case=case, flag='seen')}</form></details>"
    )
    return f'<div class="sk-one-actions">{opened}{agenda}{menu}</div>'


def _first_place(entry: CaseEntry) -> dict[str, Any]:
    """Return where the evidence of the weightiest reason is seen."""
    names = ("session", "rater", "instrument", "scale")
    return {name: entry.reasons[0][name] for name in names if pd.notna(entry.reasons[0][name])} if entry.reasons else {}


def _pages(state: CaseloadState) -> str:
    if state.n_pages == 1:
        return ""
    first, n = state.page * CASES_PER_PAGE + 1, len(state.listed[state.group])
    shown = say(
        "{first} to {last} of {n}",
        first=say_number(first),
        last=say_number(min(n, first + CASES_PER_PAGE - 1)),
        n=say_number(n),
    )
    back = _button("page", say("◂ Previous"), page=str(state.page - 1), disabled=state.page == 0)
    on = _button("page", say("Next ▸"), page=str(state.page + 1), disabled=state.page == state.n_pages - 1)
    name = html.escape(say("Pages of cases"))
    return f'<nav class="sk-pages" aria-label="{name}">{back}<span role="status">{shown}</span>{on}</nav>'


def _button(
    action: str, text: str, *, name: str = "", pressed: bool | None = None, disabled: bool = False, **about: str
) -> str:
    given = "".join(f' data-{name}="{html.escape(value)}"' for name, value in about.items())
    state = "" if pressed is None else f' aria-pressed="{str(pressed).lower()}"'
    state += f' aria-label="{html.escape(name)}"' if name else ""
    off = " disabled" if disabled else ""
    return f'<button type="button" data-do="{action}"{given}{state}{off}>{html.escape(text)}</button>'
