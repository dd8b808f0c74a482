"""What a page's address asks for: a case and where to look in it, a method with its settings, the repair rule."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from supervision_kit.detection import METHODS, Method
from supervision_kit.detection.marking import find_method
from supervision_kit.errors import SettingError
from supervision_kit.repair import RepairRule
from supervision_kit.words import say

CASE_NOTEBOOK = "3_case.ipynb"
_NONE = "none"


def asked_for() -> dict[str, str]:
    """Return what the page's address asks for, as in ``3_case.ipynb?case=C07``: the first value of each name."""
    return {name: values[0] for name, values in parse_qs(os.environ.get("QUERY_STRING", "")).items()}


def case_link(
    case_id: str, text: str, *, method: Method, rule: RepairRule, seen_at: Mapping[str, object] | None = None
) -> str:
    """Return a link, as HTML, to a case's page that judges as this page does.

    `seen_at` says what the page shall open with: any of ``session, rater, instrument, scale``.
    """
    where = {name: value for name, value in (seen_at or {}).items() if value is not None}
    settings = {
        one.name: _NONE if value is None else f"{value:g}"
        for one in method.settings()
        if (value := getattr(method, one.name)) != one.default
    }
    query = urlencode(
        {"case": case_id, **where, "method": method.key, **settings, "within": rule.within, "kind": rule.kind},
        quote_via=quote,
    )
    return f'<a href="{CASE_NOTEBOOK}?{html.escape(query)}">{html.escape(text)}</a>'


def asked_place(asked: Mapping[str, str]) -> dict[str, object]:
    """Return where an address asks a case's page to open: any of ``session, rater, instrument, scale``."""
    place: dict[str, object] = {name: asked[name] for name in ("rater", "instrument", "scale") if name in asked}
    if asked.get("session", "").isdecimal():
        place["session"] = int(asked["session"])
    return place


def asked_settings(asked: Mapping[str, str]) -> dict[str, object]:
    """Return the method and the rule that an address asks for, as arguments of a page; none where it does not.

    Raises
    ------
    UnknownNameError, SettingError
        The address names a method that there is none of, or a setting that makes no sense.
    """
    given: dict[str, object] = {}
    if "method" in asked:
        method = find_method(asked["method"], known=METHODS)
        kinds = {one.name: str(one.type) for one in fields(method)}
        settings = {one.name: asked[one.name] for one in method.settings() if one.name in asked}
        given["method"] = replace(method, **{name: _read(text, kinds[name]) for name, text in settings.items()})
    if "within" in asked:
        kind: Any = asked.get("kind", RepairRule.kind)
        given["rule"] = RepairRule(within=_read(asked["within"], "int") or 0, kind=kind)
    return given


def _read(text: str, kind: str) -> Any:
    if text == _NONE:
        return None
    try:
        number = float(text)
    except ValueError:
        raise SettingError(
            say("The page's address holds a setting that is no number. Open the case from a page.")
        ) from None
    if kind == "bool":
        return bool(number)
    return int(number) if "int" in kind and number.is_integer() else number
