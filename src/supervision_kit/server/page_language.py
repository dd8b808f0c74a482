"""In which language a page is served: the viewer's choice, else the server's, else the browser's wish, else English."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from supervision_kit.environment import LANGUAGE
from supervision_kit.words import LANGUAGES, SOURCE_LANGUAGE, say, speaking, understand_languages

ACCEPTED = "Accept-Language"
ASKED, COOKIE = "lang", "supervision_kit_language"
SETTING = "supervision_kit"  # in a served notebook's metadata


def settle_language(handler: Any) -> tuple[str, bool]:
    """Return the language of a request, and whether its address asks for it."""
    asked = handler.request.query_arguments.get(ASKED, [b""])[-1].decode("ascii", "replace")
    if asked in LANGUAGES:
        return asked, True
    kept = handler.get_cookie(COOKIE, "")
    served = handler.settings.get(LANGUAGE, "")
    wished = understand_languages(handler.request.headers.get(ACCEPTED, ""))
    return next((one for one in (kept, served, wished) if one in LANGUAGES), SOURCE_LANGUAGE), False


def language_of(handler: Any) -> str:
    """Return the language of a request."""
    return settle_language(handler)[0]


def say_in(text: str, language: str = SOURCE_LANGUAGE, **named: object) -> str:
    """Return `text` in a language; a filter for templates."""
    with speaking(language if language in LANGUAGES else SOURCE_LANGUAGE):
        return say(text, **named)


def translate_notebook(handler: Any, *, notebook: Any, **_more: object) -> Any:
    """Return a page's notebook with its title cell in the language of the request, and what the template needs of it.

    Voila calls this ahead of each page: its ``prelaunch_hook``.
    """
    language = language_of(handler)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = "\n".join(_say_line(line, language) for line in cell.source.splitlines())
    notebook.metadata[SETTING] = {"language": language, "others": link_others(handler, language)}
    return notebook


def _say_line(line: str, language: str) -> str:
    words = line.lstrip("# ")
    return line.replace(words, say_in(words, language)) if words else line


def link_others(handler: Any, language: str) -> list[dict[str, str]]:
    """Return a link to this very page for each other language."""
    rest = [
        (name, value)
        for name, values in handler.request.query_arguments.items()
        if name != ASKED
        for value in (text.decode("utf-8", "replace") for text in values)
    ]
    return [
        {"language": key, "title": title, "href": f"?{urlencode([*rest, (ASKED, key)])}"}
        for key, title in LANGUAGES.items()
        if key != language
    ]
