"""The page of ruptures and repairs in a browser: filters, chance, trust, table, workbook, keyboard, accessibility."""

import io
import re

import openpyxl
import pytest

PAGE = "4_ruptures_and_repairs.ipynb"


def open_page(visit):
    page = visit.open_chart(PAGE)
    page.locator(".sk-rows tbody tr").first.wait_for()
    page.get_by_role("heading", name="Do the methods agree?").wait_for()  # the last that comes by itself
    return page


def shown(page):
    return page.get_by_text(re.compile(r"falls?, in \d+ cases?")).first.inner_text()


def test_chance_stands_beside_the_falls_a_moment_after_the_page(visit):
    page = open_page(visit)
    page.get_by_text(re.compile("In ratings like these chance alone would give about")).wait_for()
    page.get_by_role("heading", name="How long until they are back").wait_for()
    page.locator(".sk-chart svg", has_text="still followed").wait_for()
    page.get_by_role("heading", name="Do the methods agree?").wait_for()
    page.get_by_text("Pair by pair").click()
    assert page.locator("table.sk-kappa").count() == 2  # those that look back, and those at the whole series, apart
    assert visit.asked_outside == []
    assert visit.complaints == []


def test_filters_change_the_time_lines_and_the_table(visit):
    page = open_page(visit)
    before = shown(page)
    page.get_by_label("only those down at the latest rating").check()
    page.wait_for_function("before => !document.body.innerText.includes(before)", arg=before)
    n = int(re.match(r"\d+", shown(page))[0])
    page.wait_for_function(f"document.querySelectorAll('.sk-rows tbody tr').length === Math.min({n}, 10)")
    page.get_by_label("How it ended", exact=True).select_option("repaired")
    page.get_by_label("Fell by").select_option("30 % of the scale or more")
    page.get_by_text("No fall is left by these filters.").wait_for()
    page.locator(".sk-chart").first.wait_for(state="hidden")
    assert visit.complaints == []


def test_a_row_that_is_clicked_leads_to_its_case_with_the_method(visit):
    page = open_page(visit)
    label = page.locator(".sk-chart svg .role-axis-label text").filter(has_text=re.compile(r"^C\d\d$")).nth(2)
    box = label.bounding_box()
    page.mouse.click(box["x"] + 300, box["y"] + box["height"] / 2)
    page.get_by_role("link", name=f"Open {label.text_content()}").wait_for()
    page.get_by_label("Method", exact=True).first.select_option("Control chart")
    link = page.locator(".sk-case-choice a[href*='method=control_chart']")
    link.wait_for()
    case = link.inner_text().removeprefix("Open ")
    link.click()
    page.locator(".sk-chart svg", has_text=f"Case {case}").wait_for()
    assert "Control chart" in page.locator(".sk-chart svg").text_content()


def test_the_falls_shown_are_saved_as_a_workbook(visit):
    page = open_page(visit)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save these falls (Excel)").click()
    assert download.value.suggested_filename == "falls.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert book["falls"].max_row > 5
    assert next(book["falls"].iter_rows(values_only=True))[0] == "case"


def test_further_cases_are_a_page_away(visit):
    page = open_page(visit)
    first = page.locator(".sk-case-choice option").first.inner_text()
    page.get_by_role("button", name="Further cases ▸").click()
    page.wait_for_function("first => document.querySelector('.sk-case-choice option').innerText !== first", arg=first)
    assert page.get_by_role("button", name="Further cases ▸").is_disabled()


def test_the_methods_are_tried_and_the_threshold_moves_by_keyboard(visit):
    page = open_page(visit)
    page.get_by_label("Method", exact=True).first.select_option("Drop by points")
    start = page.get_by_role("button", name="Try the methods on ratings like these")
    start.focus()
    page.keyboard.press("Enter")
    page.locator(".sk-trust .sk-chart svg").nth(2).wait_for(timeout=300_000)
    said = page.get_by_text(re.compile("chance alone gives about"))
    before = said.inner_text()
    page.locator(".sk-threshold [role=slider]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => !document.body.innerText.includes(before)", arg=before)
    assert visit.asked_outside == []
    assert visit.complaints == []


def test_the_settings_say_whether_they_are_open(visit):
    page = open_page(visit)
    button = page.get_by_role("button", name=re.compile("Method and settings"))
    assert button.get_attribute("aria-expanded") == "false"
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Repaired if back").wait_for()
    assert button.get_attribute("aria-expanded") == "true"


def test_no_rule_of_accessibility_is_broken(visit):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(visit)
    page.get_by_role("heading", name="Do the methods agree?").wait_for()
    page.get_by_text("Pair by pair").click()
    found = Axe().run(page, context=".sk-page").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("query", ["", "?case=C14"])
def test_the_case_page_compares_all_methods(visit, query):
    from axe_playwright_python.sync_playwright import Axe

    page = visit.open_chart("3_case.ipynb", query)
    page.get_by_role("button", name="Compare methods").click()
    page.locator(".sk-strips svg", has_text="Judged from earlier sessions alone").wait_for()
    page.get_by_text(re.compile("marked by .* in this caseload")).wait_for()
    found = Axe().run(page, context=".sk-page").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert visit.complaints == []
