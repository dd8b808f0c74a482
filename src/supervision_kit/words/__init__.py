"""Every word that a person sees: English stands in the code, each other language in one file beside this one."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from supervision_kit.environment import LANGUAGE
from supervision_kit.errors import UnknownNameError

SOURCE_LANGUAGE = "en"
LANGUAGES = {SOURCE_LANGUAGE: "English", "de": "Deutsch"}
_chosen: list[str] = []  # the innermost last


def say(text: str, **named: object) -> str:
    """Return `text` in the language of the page, with what is `named` in its places.

    Examples
    --------
    >>> say("Nothing stands out in {cases}.", cases="3 cases")
    'Nothing stands out in 3 cases.'
    """
    said = _catalogue(current_language()).gettext(text)
    return said.format(**named) if named else said


def say_n(one: str, many: str, n: int, **named: object) -> str:
    """Return the form of a text that suits a number, which has its place as ``{n}``.

    Examples
    --------
    >>> say_n("{n} case", "{n} cases", 1)
    '1 case'
    """
    return _catalogue(current_language()).ngettext(one, many, n).format(n=say_number(n), **named)


def later(text: str) -> str:
    """Return `text` itself: it is written down here, and said where it is shown."""
    return text


def say_number(value: float, *, digits: int | None = None) -> str:
    """Return a number as the language writes it; with `digits` after the point, or with as many as it has, two at most.

    Examples
    --------
    >>> say_number(1234.5), say_number(0.8, digits=2)
    ('1,234.5', '0.80')
    """
    if current_language() == SOURCE_LANGUAGE:
        text = f"{value:,.{2 if digits is None else digits}f}"
        text = text.rstrip("0").rstrip(".") if digits is None else text
        return text.lstrip("-") if not text.strip("-0.,") else text
    from babel.numbers import format_decimal

    places = "##" if digits is None else "0" * digits
    shown: str = format_decimal(value + 0.0, format=f"#,##0.{places}" if places else "#,##0", locale=current_language())
    return shown.lstrip("-") if not shown.strip("-0.,") else shown


def say_day(day: date) -> str:
    """Return a day as the language writes it, the month in letters, so that nobody takes one for the other."""
    from babel.dates import format_date

    return str(
        format_date(day, format="long", locale="en_GB" if current_language() == SOURCE_LANGUAGE else current_language())
    )


def current_language() -> str:
    """Return the language in which :func:`say` speaks: the one chosen, else the server's, else English."""
    return _chosen[-1] if _chosen else _known(os.environ.get(LANGUAGE) or SOURCE_LANGUAGE)


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
