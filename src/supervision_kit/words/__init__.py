"""Every word that a person sees: English stands in the code, each other language in one file beside this one."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from supervision_kit.environment import ASKED_LANGUAGE, LANGUAGE
from supervision_kit.errors import UnknownNameError

Result = TypeVar("Result")

SOURCE_LANGUAGE = "en"
LANGUAGES = {SOURCE_LANGUAGE: "English", "de": "Deutsch"}
_OF_THE_SYSTEM = ("LC_ALL", "LC_MESSAGES", "LANG")  # environment variables, the strongest first
_chosen: list[str] = []  # the innermost last


def say(text: str, **named: object) -> str:
    """Return `text` in the language of the page, with what is `named` in its places.

    Examples
    --------
    >>> say("Nothing stands out in {cases}.", cases="3 cases")
    'Nothing stands out in 3 cases.'
    """
    said = _translate(text, current_language())
    return said.format(**named) if named else said


def say_n(one: str, many: str, n: int, **named: object) -> str:
    """Return the form of a text that suits a number, which has its place as ``{n}``.

    Examples
    --------
    >>> say_n("{n} case", "{n} cases", 1)
    '1 case'
    """
    return _catalogue(current_language()).ngettext(one, many, n).format(n=say_number(n), **named)


def say_filled(text: str, templates: Iterable[str]) -> str:
    """Return a text that stands filled in, in a table, in the language of the page.

    `templates` are what it may have been filled from; where it is none of them, it is one as it stands. What fills the
    places of a template is numbers.
    """
    for template in templates:
        if found := _filled_from(template).fullmatch(text):
            return say(template, **found.groupdict())
    return say(text)


def later(text: str) -> str:
    """Return `text` itself: it is written down here, and said where it is shown."""
    return text


MINUS = "\N{MINUS SIGN}"


def say_number(value: float, *, digits: int | None = None) -> str:
    """Return a number as the language writes it; with `digits` after the point, or with as many as it has, two at most.

    Examples
    --------
    >>> say_number(1234.5), say_number(0.8, digits=2), say_number(-1)
    ('1,234.5', '0.80', '−1')
    """
    text = f"{value:,.{2 if digits is None else digits}f}"
    text = text.rstrip("0").rstrip(".") if digits is None else text
    text = text.replace("-", MINUS) if text.strip("-0.,") else text.lstrip("-")
    language = current_language()
    return text if language == SOURCE_LANGUAGE else text.translate(_number_signs(language))


def say_share(value: float, *, digits: int = 0) -> str:
    """Return a share, 0.5 for a half, in per cent.

    Examples
    --------
    >>> say_share(0.5)
    '50 %'
    """
    return say("{n} %", n=say_number(100 * value, digits=digits))


def say_list(parts: Sequence[str]) -> str:
    """Return what is listed as one reads it.

    Examples
    --------
    >>> say_list(["bond", "task", "goal"])
    'bond, task and goal'
    """
    *others, last = parts or [""]
    return say("{others} and {last}", others=", ".join(others), last=last) if others else last


def say_day(day: date) -> str:
    """Return a day as the language writes it, the month in letters, so that nobody takes one for the other."""
    from babel.dates import format_date

    return str(
        format_date(day, format="long", locale="en_GB" if current_language() == SOURCE_LANGUAGE else current_language())
    )


def current_language() -> str:
    """Return the language in which :func:`say` speaks.

    The one chosen; else the one that the page was asked for in; else what ``SUPERVISION_KIT_LANGUAGE`` says; else, in
    a notebook, the system's; else English.
    """
    if _chosen:
        return _chosen[-1]
    return _usual_language(os.environ.get(ASKED_LANGUAGE, ""), os.environ.get(LANGUAGE, ""))


@functools.cache
def _usual_language(asked: str, set_language: str) -> str:
    if understood := understand_languages(asked):
        return understood
    if set_language:
        return _known(set_language)
    return system_language() if "ipykernel" in sys.modules else SOURCE_LANGUAGE


def understand_languages(accepted: str) -> str:
    """Return the first of our languages that a browser accepts, or nothing: ``"fr, de-AT;q=0.8"`` is ``"de"``."""
    wishes = [wish.strip().partition(";q=") for wish in accepted.split(",")]
    weighed = [(float(weight) if _is_number(weight) else 1.0, tag) for tag, _, weight in wishes]
    for weight, tag in sorted(weighed, key=lambda wish: -wish[0]):
        language = tag.strip().lower().replace("_", "-").split("-")[0]
        if weight > 0 and language in LANGUAGES:
            return language
    return ""


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def system_language() -> str:
    """Return the language that the operating system is set to where it is one of ours, else English."""
    said = next((value for name in _OF_THE_SYSTEM if (value := os.environ.get(name))), "")
    return understand_languages(said.split(".")[0]) or SOURCE_LANGUAGE


def keep_what_is_said(most: int) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Keep what a function returned for the same arguments, up to so many results, in each language apart."""

    def decorate(make: Callable[..., Result]) -> Callable[..., Result]:
        @functools.lru_cache(maxsize=most)
        def kept(_language: str, *arguments: Any) -> Result:
            return make(*arguments)

        @functools.wraps(make)
        def made(*arguments: Any) -> Result:
            return kept(current_language(), *arguments)

        return made

    return decorate


def choose_language(language: str) -> None:
    """Speak `language` from now on: a key of :data:`LANGUAGES`.

    Raises
    ------
    UnknownNameError
        There is no such language.
    """
    _chosen[:] = [_known(language)]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` for a while."""
    _chosen.append(_known(language))
    try:
        yield
    finally:
        _chosen.pop()


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
    return language


@functools.cache
def _filled_from(template: str) -> re.Pattern[str]:
    places = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[\\d.,]+)", re.escape(template))
    return re.compile(places)


@functools.lru_cache(maxsize=10_000)
def _translate(text: str, language: str) -> str:
    return _catalogue(language).gettext(text) if text else ""  # gettext says its own header for nothing


def number_signs() -> tuple[str, str]:
    """Return what the language writes before the decimals of a number, and between its thousands."""
    language = current_language()
    return (".", ",") if language == SOURCE_LANGUAGE else tuple(_number_signs(language).values())  # type: ignore[return-value]


@functools.cache
def _number_signs(language: str) -> dict[int, str]:
    """Return what stands for the signs of an English number, for :meth:`str.translate`."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    return {ord("."): get_decimal_symbol(language), ord(","): get_group_symbol(language)}


@functools.cache
def _catalogue(language: str) -> NullTranslations:
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with Path(__file__).with_name(f"{language}.po").open("rb") as source:
        translated = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, translated)
    compiled.seek(0)
    return GNUTranslations(compiled)
