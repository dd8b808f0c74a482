"""What the tests of all pages have in common: which pages there are, and how all of a page is opened."""

from supervision_kit.apps.chance_view import WORKING
from supervision_kit.server.page_language import say_in
from supervision_kit.server.pages import PAGES

NOTEBOOKS = [page.notebook for page in PAGES]
ASKED = {"3_case.ipynb": "?case=C07", "5_consultation.ipynb": "?case=C07"}
MARKS = ".sk-chart svg .mark-symbol path"


def open_whole(visit, notebook, *, language="en"):
    """Open a page in a language, with all of its folds open."""
    asked = ASKED.get(notebook, "?")
    page = visit.page
    asked = f"{asked}{'' if asked.endswith('?') else '&'}lang={language}"
    page.goto(f"{visit.address}/voila/render/{notebook}{asked}", wait_until="commit", timeout=60_000)
    page.locator(".sk-page").first.wait_for(timeout=60_000)
    if notebook != NOTEBOOKS[0]:
        page.locator(MARKS).first.wait_for(state="attached", timeout=60_000)
        page.wait_for_function(
            "text => !document.body.innerText.includes(text)", arg=say_in(WORKING, language), timeout=60_000
        )
    unfold(page)
    return page


def unfold(page):
    """Open every fold, those within others too."""
    for _ in range(3):
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        closed = page.locator(".sk-fold-button[aria-expanded=false]:visible")
        if not closed.count():
            break
        for _ in range(closed.count()):
            closed.first.click()
            page.wait_for_timeout(200)
    page.wait_for_load_state("networkidle")
