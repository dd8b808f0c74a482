"""The sign-in and what is said instead of a page: axe finds no fault, in all states, and a keyboard is enough."""

from importlib.resources import files

import pytest

from browser.everywhere import open_context
from shared_server import GROUP, LEADER, SharedServer, make_bundle, password_file

MOODS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 420)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    place = tmp_path_factory.mktemp("sign_in")
    make_bundle(place / "bundle")
    passwords = ("--password-file", password_file(place, "group", GROUP))
    passwords += ("--facilitator-password-file", password_file(place, "leader", LEADER))
    server = SharedServer(place / "bundle", place / "kept", *passwords)
    yield server
    server.stop()


@pytest.fixture
def visit(chromium, server):
    """A tab that asks nobody but the server, and complains of nothing but refusals."""
    context = open_context(chromium)
    page = context.new_page()
    page.home = f"http://127.0.0.1:{server.port}"
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert [url for url in asked if not url.startswith((page.home, "data:"))] == []
    assert complaints == []
    context.close()


def faults(page):
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    found = []
    for scheme, width in MOODS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(axe)
        told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        found += [(scheme, width, fault["id"], fault["nodes"][0]["html"][:160]) for fault in told]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((scheme, width, "wider than the screen"))
    return found


def type_password(page, words):
    assert page.evaluate("document.activeElement.id") == "password"  # nothing has to be clicked first
    page.keyboard.type(words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["en", "de"])
def test_everything_before_and_instead_of_a_page_can_be_read_by_everyone(visit, server, language):
    seen = {}

    def see(name):
        assert visit.locator("html").get_attribute("lang") == language
        seen[name] = faults(visit)

    visit.goto(f"{visit.home}/sign-in?lang={language}")
    see("sign-in")
    type_password(visit, "not these words")
    assert visit.locator("#problem").is_visible()
    assert visit.locator("#password").get_attribute("aria-describedby") == "problem"
    see("wrong password")
    visit.goto(f"{visit.home}/sign-in?in=1")
    see("no cookies are kept")
    visit.goto(f"{visit.home}/nowhere")
    see("nothing here")
    visit.goto(f"{visit.home}/sign-in")
    type_password(visit, LEADER)
    visit.goto(f"{visit.home}/people")
    see("who is here")
    server.participant()
    visit.reload()
    see("who is here, with a button")
    assert len(seen) == 6
    assert not [(name, wrong) for name, wrong in seen.items() if wrong]


def test_a_keyboard_is_enough_to_choose_a_language_and_sign_in_and_the_focus_is_seen(visit):
    visit.goto(f"{visit.home}/sign-in?lang=en")
    visit.locator("#password:focus").wait_for()
    stops = []
    for _ in range(3):
        stops.append(visit.evaluate("document.activeElement.id || document.activeElement.tagName"))
        ring = visit.evaluate("(s => s.outlineStyle + s.boxShadow)(getComputedStyle(document.activeElement))")
        assert ring != "nonenone"
        visit.keyboard.press("Tab")
    assert stops == ["password", "BUTTON", "A"]
    visit.goto(f"{visit.home}/sign-in?lang=en")
    visit.locator("#password:focus").wait_for()
    for _ in range(2):
        visit.keyboard.press("Tab")
    with visit.expect_navigation():
        visit.keyboard.press("Enter")
    assert visit.locator("html").get_attribute("lang") == "de"
    type_password(visit, GROUP)
    assert "/voila/render/5_consultation.ipynb" in visit.url


def test_who_has_to_wait_is_told_so_in_a_page_that_everyone_can_read(visit, server):
    guesser = server.visitor()
    token = guesser.form_token()
    for n in range(6):
        guesser.sign_in(f"guess number {n}", token=token)
    visit.goto(f"{visit.home}/sign-in?lang=de")
    type_password(visit, GROUP)
    assert visit.locator("#problem").inner_text().startswith("Bitte warten Sie")
    assert faults(visit) == []
