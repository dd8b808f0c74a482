"""The page that opens by double click: no server, no request, by mouse and by keyboard, small, dark, printed."""

from importlib.resources import files

import pytest

import canaries
import supervision_kit as sk
from browser.everywhere import open_context
from canaries import PLANTED, find_planted
from test_publishing import with_scales

SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return canaries.plant(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def published(planted, tmp_path_factory):
    """A folder with a bundle and a page of a workspace full of canaries."""
    folder = tmp_path_factory.mktemp("published")
    with sk.Workspace(planted, user=PLANTED["user"]) as workspace:
        made = sk.deidentify(workspace, rounding=0.05)
    sk.publish(made, folder / "bundle", html=folder / "page.html")
    return folder


@pytest.fixture
def opened(chromium, published):
    """The page in a tab that lists every request and every complaint."""
    tab = open_context(chromium).new_page()
    asked, complaints = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    address = (published / "page.html").as_uri()
    tab.goto(address)
    yield tab
    assert set(asked) == {address}
    assert complaints == []
    tab.context.close()


def shown(page):
    return page.locator("article:visible, #overview:visible").evaluate_all("found => found.map(one => one.id)")


def test_it_opens_on_the_caseload_and_leads_to_each_case(opened):
    assert shown(opened) == ["overview"]
    n_cases = opened.locator("article").count()
    assert opened.locator("#overview .sk-one-case").count() == n_cases
    first = opened.locator("#overview h3 a").first
    name = first.inner_text()
    first.click()
    assert opened.locator("article:visible h2").first.inner_text() == name
    assert opened.evaluate("document.activeElement.textContent") == name
    assert opened.locator("#drawing svg .point").count() >= 8
    opened.go_back()
    assert shown(opened) == ["overview"]


def test_cases_are_turned_by_buttons_by_arrows_and_by_the_list(opened):
    opened.locator("#after").click()
    assert shown(opened) == ["at-1"]
    opened.locator("h1").click()
    opened.keyboard.press("ArrowRight")
    assert shown(opened) == ["at-2"]
    opened.keyboard.press("ArrowLeft")
    opened.locator("#before").click()
    assert shown(opened) == ["overview"]
    assert opened.locator("#before").is_disabled()
    opened.locator("#picker").select_option("2")
    assert shown(opened) == ["at-3"]
    assert opened.locator("#where").inner_text().endswith(", 3 of 16")
    opened.locator("#picker").press("Tab")
    opened.keyboard.press("Enter")  # the button before
    assert shown(opened) == ["at-2"]


def falling(page):
    """Show a case that fell at session 5 and came back at 7."""
    place = page.evaluate("cases.findIndex(({charts: [chart]}) => chart.tables.episodes.length)")
    page.locator("#picker").select_option(str(place))
    return page


def test_a_case_is_revealed_session_by_session_and_tells_nothing_of_what_comes(opened):
    page = falling(opened)
    assert page.locator(".sk-drawing .episode").count() == 2  # band and pole
    assert page.locator(".sk-drawing .point.marked").count() >= 1
    page.locator("#reveal").click()
    for session in range(1, 5):
        assert page.locator("#drawing .point:not(.second)").count() == session
        assert page.locator("#drawing .episode, #drawing .point.marked").count() == 0
        assert page.locator("article:visible .sk-afterwards:visible").count() == 0
        page.locator("article:visible .sk-numbers summary").evaluate("fold => fold.parentElement.open = true")
        assert page.locator("article:visible .sk-numbers tbody tr:visible").count() == session
        assert "repaired" not in page.locator("article:visible").inner_text()
        assert "repaired" not in page.locator("#drawing").inner_html()
        page.locator("#next").click()
    assert page.locator("#drawing .point.marked").count() == 1
    assert page.locator("#told").inner_text().startswith("Session 5: 2.33, marked")  # 2.4, rounded to 4 / 6
    page.locator("#revealed").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#upTo").inner_text() == "up to session 4"
    page.locator("#whole").click()
    assert page.locator("article:visible .sk-afterwards:visible").count() >= 2
    assert page.locator("#drawing .episode").count() == 2


def test_another_case_begins_with_everything_shown(opened):
    page = falling(opened)
    page.locator("#reveal").click()
    page.locator("#after").click()
    assert page.locator("#reveal").get_attribute("aria-pressed") == "false"
    assert page.locator("article:visible .sk-afterwards:visible").count() >= 2


@pytest.mark.parametrize(
    ("layer", "drawn"),
    [
        ("marks", ".point.marked, .point.unjudged, .line.limit, .sign"),
        ("falls", ".episode, .flag"),
        ("second", ".point.second"),
    ],
)
def test_what_is_drawn_can_be_chosen(opened, layer, drawn):
    page = falling(opened)
    inside = ", ".join(f"#drawing {one.strip()}" for one in drawn.split(","))
    assert page.locator(inside).count() >= 1
    n_ratings = page.locator("#drawing .point:not(.second)").count()
    page.locator(f"[data-layer={layer}]").uncheck()
    assert page.locator(inside).count() == 0
    assert page.locator("#drawing .point:not(.second)").count() == n_ratings
    page.locator(f"[data-layer={layer}]").check()
    assert page.locator(inside).count() >= 1


def test_a_mark_stands_where_python_put_it(opened):
    page = falling(opened)
    scores = page.evaluate("cases[shown].charts[0].tables.ratings.map(({score}) => score)")
    tops = page.locator("#drawing .point:not(.second)").evaluate_all("all => all.map(one => { const box = one.getBBox(); return box.y + box.height / 2; })")  # fmt: skip # noqa: E501
    grid = page.locator("#drawing .grid").evaluate_all("all => all.map(one => Number(one.getAttribute('y1')))")
    points_per_px = 4 / (max(grid) - min(grid))  # the scale reaches from 1 to 5
    read = [1 + (max(grid) - top) * points_per_px for top in tops]
    assert read == pytest.approx(scores, abs=0.06)


def test_another_scale_is_drawn_by_keyboard_and_stays_from_case_to_case(chromium, tmp_path):
    made = sk.deidentify(with_scales(), synthetic=True, seed=7)
    page = chromium.new_context(viewport={"width": 420, "height": 900}).new_page()
    page.goto(sk.publish(made, html=tmp_path / "page.html").as_uri())
    page.locator("#after").click()
    scale = page.get_by_label("Scale")
    assert scale.locator("option").all_inner_texts() == ["WAI-SR total", "WAI-SR bond"]
    scale.focus()
    page.keyboard.press("ArrowDown")
    for _ in range(2):
        assert scale.input_value() == "bond"
        assert "The sentences are about WAI-SR total." in page.locator("#scales").inner_text()
        assert "WAI-SR bond" in page.locator("#drawing svg").get_attribute("aria-label")
        shown_tables = page.locator("article:not([hidden]) .sk-numbers").evaluate_all(
            "all => all.map(one => one.hidden)"
        )
        assert shown_tables == [True, False]
        page.locator("#after").click()
    page.locator("#reveal").click()
    assert "session 1 of 7" in page.locator("#drawing svg").get_attribute("aria-label")
    scale.select_option("total")
    assert "session 1 of 7" in page.locator("#drawing svg").get_attribute("aria-label"), "still session by session"
    page.locator("#picker").select_option("-1")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 420])
def test_axe_finds_no_serious_fault(opened, scheme, width):
    opened.emulate_media(color_scheme=scheme)
    opened.set_viewport_size({"width": width, "height": 900})
    opened.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    for step in ("overview", "case", "revealing"):
        if step == "case":
            falling(opened)
        if step == "revealing":
            opened.locator("#reveal").click()
        opened.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        found = opened.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        told = [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found if fault["impact"] in SERIOUS]
        assert told == [], step
        assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_it_prints_what_it_shows_with_its_folds_open(opened):
    page = falling(opened)
    page.emulate_media(media="print")
    assert not page.locator("#bar").is_visible()
    assert page.locator("#drawing svg").is_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("footer details[open]").count() == page.locator("footer details").count()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("footer details[open]").count() == 0


def test_without_scripts_every_case_can_still_be_read(chromium, published):
    context = open_context(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto((published / "page.html").as_uri())
    assert page.locator("article:visible").count() == 16
    assert not page.locator("#bar").is_visible()
    assert "runs no scripts" in page.locator("header").inner_text()
    context.close()


def test_a_script_that_gets_in_is_not_run(chromium, published, tmp_path):
    page_as_it_is = (published / "page.html").read_text(encoding="utf-8")
    attacked = tmp_path / "attacked.html"
    injected = "<script>window.ran = true</script><img src=x onerror='window.ran = true'>"
    attacked.write_text(page_as_it_is.replace('<main id="main">', f'<main id="main">{injected}', 1), encoding="utf-8")
    context = open_context(chromium)
    page = context.new_page()
    page.goto(attacked.as_uri())
    assert page.evaluate("window.ran") is None
    refused = page.evaluate(
        "new Promise(done => { document.addEventListener('securitypolicyviolation', event => "
        "done(event.violatedDirective)); fetch('http://127.0.0.1:9/').catch(() => {}); })"
    )
    assert refused == "connect-src"
    context.close()


def test_nothing_planted_is_in_the_page_as_the_browser_has_it(opened):
    texts = [opened.content()]
    for place in range(16):
        opened.locator("#picker").select_option(str(place))
        texts.append(opened.content())
    assert find_planted("\n".join(texts)) == set()
