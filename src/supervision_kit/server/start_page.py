"""The page that opens first in JupyterLab: what the pages are for, and where to begin."""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Iterator

from supervision_kit.server.pages import PAGES
from supervision_kit.words import later, say

START_PAGE = "start_here.md"

# the picture of the hour: a box for each step, with what one does there
STEPS = (
    (later("Load"), later("Bring in this week's ratings")),
    (later("Caseload"), later("Whom should we talk about, and why?")),
    (later("Case"), later("What happened between these two?")),
    (later("Agenda"), later("What did we agree, and what became of it?")),
)
_BOX, _GAP, _HEIGHT = 190, 34, 92  # px
_LINE = 24  # letters in a line of a box


def write_start_page() -> str:
    """Return the page as Markdown, in the language of the page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield f"# {say('The supervision hour starts here')}\n"
    yield say(
        "These pages turn what clients and therapists rated after each session into a supervision conversation. "
        "Nothing leaves this computer, and there is no need to read or write any code."
    )
    yield f"\n![{say('From ratings to the caseload, to a case, to the agenda')}][hour]\n"
    yield f"## {say('The pages')}\n"
    for page in PAGES:
        yield f"- [{say(page.title)}](notebooks/{page.notebook}): {say(page.about)}"
    yield "\n" + say(
        "A click opens a page and fills it, which takes some seconds. The pages show an invented caseload until you "
        "load your own ratings; the caseload is a good page to begin with."
    )
    yield "\n" + say("The same pages stand as cards in the launcher: the blue + at the top left opens it.")
    for heading, sentences in ((MARKS, WHAT_A_MARK_MEANS), (KNOW, GOOD_TO_KNOW)):
        yield f"\n## {say(heading)}\n"
        yield from (f"- {say(sentence)}" for sentence in sentences)
    # within the page, and at its end: beside a picture in a file JupyterLab asks for it where it is not, now and then
    yield f"\n[hour]: data:image/svg+xml;base64,{b64encode(draw_hour().encode()).decode()}\n"


MARKS, KNOW = later("What a mark means"), later("Good to know")
WHAT_A_MARK_MEANS = (
    later(
        "A mark says that a rating lies lower than is usual for this person. It is a reason to talk, not a diagnosis."
    ),
    later("No mark does not mean that there was no rupture: withdrawal often leaves ratings as they are."),
    later("Some marks are chance. The pages say about how many."),
    later("A hollow circle means that a session cannot be judged: too few ratings, or ratings that do not vary."),
)
GOOD_TO_KNOW = (
    later("What you import, note and decide is kept as you go along; nothing needs to be saved."),
    later("If a page stops answering, close its tab without saving and open it again from here."),
    later("The lines of code on a page can stay as they are; everything is done with the controls below them."),
    later("Ratings change when clients know that others see them. Say who sees what."),
)


def draw_hour() -> str:
    """Return the picture of the hour as SVG, in the language of the page."""
    width = len(STEPS) * (_BOX + _GAP) - _GAP
    boxes = "".join(_box(n, say(title), say(about)) for n, (title, about) in enumerate(STEPS))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" '
        f'font-family="sans-serif">{boxes}</svg>\n'
    )


def _box(n: int, title: str, about: str) -> str:
    left = n * (_BOX + _GAP)
    rows = "".join(
        f'<text x="{left + 12}" y="{48 + 18 * row}" font-size="13" fill="#333">{html.escape(line)}</text>'
        for row, line in enumerate(_broken(about))
    )
    arrow = f'<path d="M{left - _GAP + 6} 46h16l-6 -5m6 5l-6 5" fill="none" stroke="#3d6d99" stroke-width="2"/>'
    return (
        f'<rect x="{left + 1}" y="1" width="{_BOX - 2}" height="{_HEIGHT - 2}" rx="6" fill="#fff" stroke="#3d6d99"/>'
        f'<text x="{left + 12}" y="25" font-size="15" font-weight="bold" fill="#1d3f5e">{html.escape(title)}</text>'
        f"{rows}{arrow if n else ''}"
    )


def _broken(text: str) -> list[str]:
    """Return a text in lines that fit a box."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(f"{lines[-1]} {word}") > _LINE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
