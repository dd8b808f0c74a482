"""The pages in a browser: each shows its chart, answers to its controls, and asks nothing of the outside."""

import re

import pytest

from browser.everywhere import FITS, MARKS, assert_soon

PAGES = ["2_caseload.ipynb", "3_case.ipynb", "4_ruptures_and_repairs.ipynb"]
CHART_FITS = """least => {
    const width = (found) => document.querySelector(found).getBoundingClientRect().width;
    return width(".sk-chart svg") <= width(".sk-chart") + 1 && width(".sk-chart svg") > least;
}"""


def drawn_marks(page):
    return page.locator(MARKS).evaluate_all("marks => marks.map(mark => mark.getAttribute('transform')).join()")


@pytest.mark.parametrize("notebook", PAGES)
def test_a_page_shows_its_chart_and_asks_nothing_of_the_outside(firewalled, notebook):
    page = firewalled.open_chart(notebook)
    page.wait_for_load_state("networkidle")
    assert page.locator(MARKS).count() > 5
    assert page.locator(".sk-chart .sk-banner-error").count() == 0
    assert firewalled.asked_outside == []
    assert firewalled.complaints == []


def test_what_is_asked_of_the_outside_is_noticed(firewalled):
    page = firewalled.page
    page.set_content("<img src='http://203.0.113.1/picture.png'>", wait_until="commit")
    page.wait_for_function("document.images.length === 1")
    assert_soon(page, lambda: firewalled.asked_outside == ["http://203.0.113.1/picture.png"])


def test_a_page_has_a_language_a_title_and_no_waiting_text_once_open(visit):
    page = visit.open_chart("3_case.ipynb")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title() == "Case · supervision_kit"
    assert page.locator("#loading").count() == 0
    assert page.locator("h1").count() >= 1


LIST_ANEW = "() => { const list = document.querySelector('.sk-case-list > div'); list.innerHTML = list.innerHTML; }"
PAGE_MOVES = "() => document.querySelector('.sk-page').style.setProperty('margin-top', '300px')"


def hold(page, control):
    """Put the mouse on a control, press, and return where."""
    control.scroll_into_view_if_needed()
    box = control.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def test_what_is_pressed_is_clicked_once_though_the_page_moves_or_is_drawn_anew_meanwhile(visit):
    page = visit.open_chart("2_caseload.ipynb")
    groups = page.locator("[data-do=group]")
    hold(page, groups.nth(1))
    page.evaluate(LIST_ANEW)
    page.mouse.up()
    page.wait_for_function("document.querySelectorAll('[data-do=group]')[1].ariaPressed === 'true'")
    x, y = hold(page, groups.nth(2))
    page.mouse.move(x + 200, y + 200)
    page.mouse.up()
    code = page.get_by_text("As code").last
    hold(page, code)
    page.evaluate(PAGE_MOVES)
    page.mouse.up()
    assert_soon(page, lambda: code.evaluate("summary => summary.parentElement.open"))
    code.click()
    assert not code.evaluate("summary => summary.parentElement.open")
    assert groups.nth(1).get_attribute("aria-pressed") == "true"  # the one that was dragged away from is not


def test_choosing_another_case_redraws_the_marks_without_embedding_the_chart_anew(visit):
    page = visit.open_chart("3_case.ipynb", "?case=C07")
    page.locator(".sk-chart svg").evaluate("svg => { svg.dataset.same = 'yes'; }")
    before = drawn_marks(page)
    picker = page.locator(".sk-case-picker select")
    picker.select_option("C13")  # rated on the same questionnaires as C07
    page.wait_for_function(
        "([selector, before]) => [...document.querySelectorAll(selector)]"
        ".map(mark => mark.getAttribute('transform')).join() !== before",
        arg=[MARKS, before],
    )
    assert page.locator(".sk-chart svg").get_attribute("data-same") == "yes"
    assert page.locator(".sk-chart svg").count() == 1
    assert "C13" in page.locator(".sk-chart svg").text_content()
    assert visit.complaints == []


def test_a_case_on_another_questionnaire_gets_its_own_chart(visit):
    page = visit.open_chart("3_case.ipynb", "?case=C07")
    page.locator(".sk-case-picker select").select_option("C09")  # rated on the SRS
    page.locator(".sk-chart svg", has_text="C09").wait_for()
    assert page.locator(".sk-chart svg").count() == 1
    assert "SRS" in page.locator(".sk-chart svg").text_content()
    assert visit.complaints == []


@pytest.mark.parametrize("notebook", PAGES)
def test_a_page_fits_its_window(visit, notebook):
    visit.page.set_viewport_size({"width": 420, "height": 900})
    page = visit.open_chart(notebook)
    for width in (420, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(FITS, arg=width)
        page.wait_for_function(CHART_FITS, arg=0.75 * min(width, 1120))


def test_a_chart_follows_its_window(visit):
    page = visit.open_chart("3_case.ipynb")
    page.set_viewport_size({"width": 640, "height": 900})
    page.wait_for_function("document.querySelector('.sk-chart svg').getBoundingClientRect().width < 640")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_the_bar_leads_from_page_to_page(visit):
    page = visit.open_chart("2_caseload.ipynb")
    bar = page.get_by_role("navigation", name="Pages")
    assert bar.get_by_role("link").all_inner_texts() == [
        "Load",
        "Caseload",
        "Case",
        "Ruptures & repairs",
        "Consultation",
        "Deutsch",
    ]
    assert bar.locator("[aria-current=page]").inner_text() == "Caseload"
    bar.get_by_role("link", name="Case", exact=True).click()
    page.wait_for_url(re.compile("3_case"))
    page.locator(MARKS).first.wait_for(state="attached")
    assert page.locator("nav [aria-current=page]").inner_text() == "Case"


def test_the_bar_is_seen_and_can_be_skipped_by_keyboard(visit):
    page = visit.open_chart("3_case.ipynb")
    bar = page.get_by_role("navigation", name="Pages").bounding_box()
    top = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('nav') !== null", [bar["x"] + 100, bar["y"] + 20]
    )
    assert top
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "rendered_cells"


def test_the_first_address_is_the_caseload(visit):
    visit.page.goto(visit.address)
    assert visit.page.url.endswith("/voila/render/2_caseload.ipynb")


@pytest.mark.parametrize("query", ["?template=lab", "?theme=dark", "?template=reveal"])
def test_no_address_brings_another_template_back(visit, query):
    page = visit.open_chart("3_case.ipynb", query)
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("navigation", name="Pages").count() == 1
    assert page.locator("body.theme-light").count() == 1
    assert visit.asked_outside == []


def test_an_unknown_address_says_so_in_words_and_leads_back(visit):
    for path in ("/nothing", "/voila/render/none.ipynb", "/voila/tree/"):
        page = visit.page
        answer = page.goto(f"{visit.address}{path}")
        assert answer.status == 404
        assert page.locator("h1").inner_text() == "There is no page at this address"
        assert page.get_by_role("link", name="Go to the first page").get_attribute("href") == "/"
    assert visit.asked_outside == []


def test_closing_a_page_stops_its_kernel(visit):
    page = visit.open_chart("3_case.ipynb")
    kernel = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    other = visit.page.context.new_page()
    assert other.request.get(f"{visit.address}/api/kernels/{kernel}").status == 200
    page.close(run_before_unload=True)
    assert_soon(other, lambda: other.request.get(f"{visit.address}/api/kernels/{kernel}").status == 404)


@pytest.mark.parametrize("notebook", PAGES)
def test_a_page_loads_little(visit, notebook):
    asked = []
    visit.page.on("requestfinished", lambda request: asked.append((request.url, request.sizes()["responseBodySize"])))
    visit.open(notebook).locator(".sk-page").first.wait_for()
    files = [(url, size) for url, size in asked if url.startswith("http")]
    assert len(files) < 15, sorted(files)
    assert sum(size for _, size in files) < 2_000_000
