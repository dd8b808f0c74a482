"""The page of a case in a browser: a session clicked, judged, annotated, taken back; nothing lost, nothing flickers."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

import supervision_kit as sk
from browser.everywhere import FITS, PATIENCE, assert_soon

SAMPLES = Path(__file__).parents[2] / "data_samples"
WEEKS = ("week_1.csv", "week_2.csv")
CHART = ".sk-chart svg"
UNDO = ".sk-undo button"


@pytest.fixture
def kept(tmp_path, serve):
    """A demo with a workspace that holds two weeks of ratings."""
    path = tmp_path / "spring.sqlite"
    with sk.Workspace(path) as workspace:
        for week in WEEKS:
            workspace.import_ratings(sk.read_ratings(SAMPLES / week))
    return serve(path)


@pytest.fixture
def visit(open_tab, kept):
    return open_tab(kept)


def open_case(visit, case="W08"):
    page = visit.open_chart("3_case.ipynb", f"?case={case}")
    page.get_by_role("heading", name="What we say").wait_for()
    return page


def unfold(page, title):
    page.locator(".sk-fold-button", has_text=title).click()


def is_said(page, text):
    page.get_by_text(text).first.wait_for()  # what chance gives is worked out meanwhile


def test_a_clicked_session_shows_its_answers_and_the_list_follows(visit):
    page = open_case(visit)
    page.locator(f"{CHART} path[aria-label^='Session 7']").first.click(force=True)
    is_said(page, "answers were weaker than at the session before")
    assert page.get_by_label("Session", exact=True).input_value() == "7"
    before = page.locator(".sk-session svg").text_content()
    page.get_by_label("Session", exact=True).select_option("6")  # by keyboard as well: it is a list
    is_said(page, "At session 6,")
    assert page.locator(".sk-session svg").text_content() != before
    assert visit.complaints == []


def test_an_episode_is_judged_with_words_and_all_of_it_is_there_after_a_reload(visit):
    page = open_case(visit)
    page.get_by_label("a rupture", exact=True).check()
    page.get_by_label("Why we see it so").fill("she went quiet")
    is_said(page, "Saved.")
    unfold(page, "Kind, markers and repair")
    page.get_by_label("Find").first.fill("minimal")
    assert page.get_by_label("denial").is_hidden()
    page.get_by_label("minimal response").check()
    page.get_by_label("acknowledges own contribution").check()
    unfold(page, "Read it through the trust lens")
    page.get_by_label("predictability and reliability").check()
    is_said(page, "Side of trust touched: predictability and reliability.")
    page.locator("body").click(position={"x": 5, "y": 5})  # leaves the field
    page = open_case(visit)
    is_said(page, "Side of trust touched")
    assert page.get_by_label("a rupture", exact=True).is_checked()
    assert page.get_by_label("Why we see it so").input_value() == "she went quiet"
    unfold(page, "Kind, markers and repair")
    page.wait_for_function(
        "[...document.querySelectorAll('input[type=checkbox]')].filter(box => box.checked).length === 2"
    )
    page.locator(UNDO).click()
    is_said(page, "Taken back: ")
    page.locator(".sk-undo").evaluate("undo => { undo.tabIndex = -1; undo.focus(); }")
    told = page.locator(".sk-undo [role=status]")

    def is_all_taken_back():
        page.keyboard.press("Control+z")
        return told.inner_text() == "There is nothing to take back."

    assert_soon(page, is_all_taken_back)
    expect(page.get_by_label("a rupture", exact=True)).not_to_be_checked()  # as it was before


def test_a_new_start_breaks_the_line_and_is_taken_back_by_keyboard(visit):
    page = open_case(visit)
    page.locator(CHART).evaluate("svg => { svg.dataset.same = 'yes'; }")
    unfold(page, "Add an annotation")
    page.get_by_label("At session", exact=True).select_option("7")
    page.get_by_label("What happened", exact=True).select_option("change of therapist")
    page.get_by_label("Start the limits anew from here").check()
    page.get_by_role("button", name="Add it").click()
    is_said(page, "only with a stated cause")
    page.get_by_label("Because (needed for a new start)").fill("T1 left")
    page.get_by_role("button", name="Add it").click()
    is_said(page, "The limits start anew at session 7.")
    assert "change of therapist (new start)" in page.locator(".sk-said-row").inner_text()
    assert page.locator(CHART).first.get_attribute("data-same") == "yes"  # changed in place
    page.locator(UNDO).focus()
    page.keyboard.press("Control+z")
    is_said(page, "Taken back: the annotation on W08.")
    page.locator(".sk-said-row").wait_for(state="detached")
    assert visit.complaints == []


def test_what_is_being_typed_survives_a_page_that_is_gone(visit, open_tab, kept):
    page = open_case(visit, "W03")
    unfold(page, "Notes")
    page.get_by_label("A note on this case").click()  # waits until it is unfolded; typing alone would not
    page.keyboard.type("half a sentence")
    is_said(page, "Saved.")
    page.context.close()  # and with it the kernel
    again = open_case(open_tab(kept), "W03")
    assert again.get_by_label("A note on this case").input_value() == "half a sentence"
    again.get_by_role("button", name="Keep this note").click()
    again.locator(".sk-said-row", has_text="half a sentence").wait_for()
    assert again.get_by_label("A note on this case").input_value() == ""


# from here on it is noted when the picture is another one, or stands empty even for a moment
WATCH = """() => {
  const chart = document.querySelector(".sk-chart"), svg = chart.querySelector("svg");
  window.flashes = [];
  new MutationObserver(() => {
    const now = chart.querySelector("svg");
    if (now !== svg) window.flashes.push("another picture");
    else if (!now.querySelector(".mark-symbol path")) window.flashes.push("an empty picture");
  }).observe(chart, { subtree: true, childList: true });
}"""


LIMIT = f"{CHART} .mark-line path[stroke-dasharray='5,3']"
LIMIT_MOVED = f"""before => document.querySelector("{LIMIT}").getAttribute("d") !== before"""


def drawn_limit(page):
    return page.locator(LIMIT).first.get_attribute("d")


def drawn_marks(page):
    return page.locator(f"{CHART} .mark-symbol path").evaluate_all(
        "marks => marks.map((mark) => mark.getAttribute('transform')).join()"
    )


def test_case_rater_scale_method_and_setting_change_in_place(visit):
    page = open_case(visit)
    page.get_by_role("button", name="Method and settings").click()
    page.evaluate(WATCH)

    def choose(label, value, shown):
        before = drawn_marks(page)
        page.get_by_label(label, exact=True).first.select_option(value)
        page.locator(CHART, has_text=shown).first.wait_for()
        assert drawn_marks(page) != before

    choose("Scale", "bond", "WAI-SR bond")
    choose("Rated by", "therapist", "rated by the therapist")
    choose("Rated by", "client", "rated by the client")
    choose("Case", "W03", "Case W03")
    page.get_by_label("Method", exact=True).select_option("Control chart")
    page.locator(CHART, has_text="Control chart").first.wait_for()
    before = drawn_limit(page)
    field = page.get_by_label("Sigmas from centre to limit")
    field.fill("6")
    field.press("Tab")
    page.wait_for_function(LIMIT_MOVED, arg=before)
    assert page.evaluate("window.flashes") == []
    assert visit.complaints == []


def test_next_and_previous_lead_through_the_caseload(visit):
    page = open_case(visit)
    page.get_by_role("button", name="Next ▸").click()
    page.wait_for_function("document.querySelector('.sk-case-picker select').value !== 'W08'")
    page.get_by_role("button", name="◂ Previous").click()
    is_said(page, "Case W08")


@pytest.mark.parametrize("width", [420, 1280])
def test_with_everything_opened_the_page_fits_its_window(visit, width):
    visit.page.set_viewport_size({"width": width, "height": 900})
    page = open_case(visit)
    page.locator(f"{CHART} path[aria-label^='Session 7']").first.click(force=True)
    is_said(page, "answers were weaker")
    page.get_by_label("a rupture", exact=True).check()
    page.get_by_label("Why we see it so").wait_for()
    closed = page.locator(".sk-fold-button[aria-expanded=false]:visible")
    while closed.count():
        n = closed.count()
        closed.first.click()
        page.wait_for_function(
            "n => [...document.querySelectorAll('.sk-fold-button[aria-expanded=false]')]"
            ".filter(one => one.checkVisibility()).length < n",
            arg=n,
        )
    page.wait_for_function(FITS, arg=width)
    page.get_by_role("button", name="Take this judgement out").click()
    page.get_by_label("Why we see it so").wait_for(state="hidden")


def test_files_that_are_only_shown_say_where_what_is_said_can_be_kept(open_tab):
    code = (
        "import sys; from supervision_kit.server import serve_demo; "
        "sys.exit(serve_demo(ratings=[sys.argv[1]], port=0, open_browser=False))"
    )
    command = [sys.executable, "-c", code, str(SAMPLES / "week_2.csv")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().removeprefix("Open: ").strip().rstrip("/")
        page = open_tab(address).open_chart("3_case.ipynb", "?case=W08")
        is_said(page, "is kept once their ratings are in a workspace")
        assert page.get_by_role("link", name="Import them on the page Load").count() == 1
        assert page.locator(".sk-choices").count() == 0
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
