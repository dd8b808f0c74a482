"""What the tests of all pages have in common: which pages there are, and how all of a page is opened."""

import time
from functools import cache
from importlib.resources import files

from supervision_kit.apps.chance_view import WORKING
from supervision_kit.server.page_language import say_in
from supervision_kit.server.pages import PAGES

NOTEBOOKS = [page.notebook for page in PAGES]
ASKED = {"3_case.ipynb": "?case=C07", "5_consultation.ipynb": "?case=C07"}
MARKS = ".sk-chart svg .mark-symbol path"
SERIOUS = ("serious", "critical")
PATIENCE = 90  # seconds that anything is waited for: machines that test are busy


def open_context(chromium, **settings):
    """Open a browser context, in which everything is waited for with patience."""
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
    context.set_default_timeout(PATIENCE * 1000)
    return context


def assert_soon(page, happens):
    """Wait until something holds, while the page goes on living."""
    give_up = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < give_up, "it never came to hold"
        page.wait_for_timeout(100)


def open_whole(visit, notebook, *, language="en"):
    """Open a page in a language, with all of its folds open."""
    asked = ASKED.get(notebook, "?")
    page = visit.page
    asked = f"{asked}{'' if asked.endswith('?') else '&'}lang={language}"
    page.goto(f"{visit.address}/voila/render/{notebook}{asked}", wait_until="commit")
    page.locator(".sk-page").first.wait_for()
    if notebook != NOTEBOOKS[0]:
        page.locator(MARKS).first.wait_for(state="attached")
        page.wait_for_function("text => !document.body.innerText.includes(text)", arg=say_in(WORKING, language))
    unfold(page)
    return page


FITS = "width => innerWidth === width && document.documentElement.scrollWidth <= width"
IS_OPEN = "fold => fold.getAttribute('aria-expanded') === 'true'"
CLOSED = ".sk-fold-button[aria-expanded=false]:visible"


def unfold(page):
    """Open every fold, those within others too."""
    for _ in range(3):
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        for fold in page.locator(CLOSED).element_handles():
            fold.click()
            page.wait_for_function(IS_OPEN, arg=fold)
        page.wait_for_timeout(500)  # what opened may hold further ones
    page.wait_for_load_state("networkidle")


@cache
def axe():
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def faults(page, *, within="html"):
    """Return the serious faults that axe finds on a page as it is, or in a part of it, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    found = page.evaluate("part => axe.run(part, {resultTypes: ['violations']})", within)["violations"]
    return [
        (fault["id"], [node["html"][:160] for node in fault["nodes"][:3]])
        for fault in found
        if fault["impact"] in SERIOUS
    ]
