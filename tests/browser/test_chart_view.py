"""The chart widget and a failing page, on small notebooks of their own."""

import subprocess
import sys

import nbformat
import pytest

from browser.everywhere import assert_soon

SERVE = """
import logging.config, sys
from pathlib import Path
from supervision_kit.server.dashboard import Dashboard, dashboard_settings
from supervision_kit.server.quiet_log import LOGGING
logging.config.dictConfig(LOGGING)
settings = dashboard_settings(Path(sys.argv[1]), port=0, open_browser=False, kernel_env={})
Dashboard.launch_instance(argv=[], log=logging.getLogger("supervision_kit.server"), config=settings)
"""

CHART = """
import altair as alt
import ipywidgets as ipw
from supervision_kit.apps.chart_view import ChartView

def points(*scores):
    return {"points": [{"session": n, "score": score} for n, score in enumerate(scores, start=1)]}

def draw(datasets, **look):
    base = alt.Chart(alt.NamedData("points"), height=120).encode(x="session:O", y="score:Q")
    picked = alt.selection_point(name="picked", fields=["session"])
    marks = base.mark_point(size=300, filled=True, **look).add_params(picked)
    return alt.layer(base.mark_line(), marks, datasets=datasets).properties(width="container")
"""
WIDGETS = {
    "picked": """
view, told = ChartView(draw(points(4, 3, 2))), ipw.HTML()
told.add_class("told")
view.observe(lambda change: setattr(told, "value", str(change["new"])), "picked")
ipw.VBox([view, told])
""",
    "chosen": """
view, choose, told = ChartView(draw(points(4, 3, 2))), ipw.Button(description="third"), ipw.HTML()
told.add_class("told")
choose.on_click(lambda _: setattr(view, "picked", {"session": [3]}))
view.observe(lambda change: setattr(told, "value", str(change["new"])), "picked")
ipw.VBox([view, choose, told])
""",
    "typed": """
from supervision_kit.apps.kept_text import KeptText
from supervision_kit.apps.page import Page
page, kept, left = Page(), ipw.HTML(), ipw.HTML()
kept.add_class("kept"), left.add_class("left")
field, other = KeptText("Note", page=page), ipw.Button(description="other case")
def show(name):
    field.show("", keep=lambda text: setattr(kept, "value", f"{name}: {text}"),
               done=lambda text: setattr(left, "value", f"{name}: {text}"))
show("C1")
other.on_click(lambda _: show("C2"))
page.lay_out(field, other, kept, left)
page
""",
    "early": """
import time
from supervision_kit.apps.kept_text import KeptText
from supervision_kit.apps.page import Page
page, kept = Page(), ipw.HTML()
kept.add_class("kept")
field, go = KeptText("Note", page=page), ipw.Button(description="go")
def show(_button):
    time.sleep(0.5)
    field.show("", keep=lambda text: setattr(kept, "value", f"C1: {text}"))
go.on_click(show)
page.lay_out(field, go, kept)
page
""",
    "fourth": """
view, more, other = ChartView(draw(points(4, 3, 2))), ipw.Button(description="more"), ipw.Button(description="other")
more.on_click(lambda _: view.show(draw(points(4, 3, 2, 1))))
other.on_click(lambda _: view.show(draw(points(4, 3), shape="square")))
ipw.VBox([view, more, other])
""",
    "stacked": """
panel = alt.Chart(alt.NamedData("points"), width="container", height=80).mark_point().encode(x="session:O", y="score:Q")
ChartView(alt.vconcat(panel, panel, datasets=points(4, 3, 2)))
""",
    "broken": """
view = ChartView()
view.figure = {"spec": {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "mark": "nonsense"}, "tables": {}}
view
""",
}


@pytest.fixture(scope="module")
def small_pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, code in {**WIDGETS, "failed": "raise ValueError('Jane Doe')"}.items():
        cells = [nbformat.v4.new_code_cell(CHART), nbformat.v4.new_code_cell(code.strip())]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    yield server, server.stdout.readline().removeprefix("Open: ").strip().rstrip("/")
    server.terminate()
    server.communicate(timeout=30)


@pytest.fixture
def small(open_tab, small_pages):
    return open_tab(small_pages[1])


def test_what_is_picked_in_the_chart_comes_back(small):
    page = small.open_chart("picked.ipynb")
    page.locator(".sk-chart svg .mark-symbol path").nth(1).click()
    page.locator(".told", has_text="{'session': [2]}").wait_for()
    page.locator(".sk-chart svg").click(position={"x": 60, "y": 15})
    page.locator(".told", has_text="{}").wait_for()
    assert small.complaints == []


def test_what_python_picks_is_shown_as_picked_and_can_be_picked_away_from(small):
    page = small.open_chart("chosen.ipynb")
    points = page.locator(".sk-chart svg .mark-symbol path")
    page.get_by_role("button", name="third").click()
    page.locator(".told", has_text="{'session': [3]}").wait_for()
    page.wait_for_timeout(300)
    points.nth(0).click()
    page.locator(".told", has_text="{'session': [1]}").wait_for()
    page.get_by_role("button", name="third").click()
    page.locator(".told", has_text="{'session': [3]}").wait_for()
    points.nth(0).click()
    page.locator(".told", has_text="{'session': [1]}").wait_for()


LISTEN = """() => {
    const status = document.querySelector(".sk-kept-text [role=status]");
    window.said = [];
    const listen = () => window.said.push(status.textContent);
    new MutationObserver(listen).observe(status, { subtree: true, childList: true });
}"""


def test_a_text_is_kept_while_it_is_typed_and_says_so(small):
    page = small.open("typed.ipynb")
    field = page.get_by_label("Note")
    field.wait_for()
    page.evaluate(LISTEN)
    field.type("rose went quiet")
    page.wait_for_function("window.said.includes('Not saved yet …')")
    page.locator(".kept", has_text="C1: rose went quiet").wait_for()
    page.wait_for_function("document.querySelector('.sk-kept-text [role=status]').textContent === 'Saved.'")
    assert page.locator(".left").inner_text().strip() == ""
    field.press("End")
    field.type("er")
    page.get_by_role("button", name="other case").click()  # before the pause is over
    page.locator(".left", has_text="C1: rose went quieter").wait_for()
    page.wait_for_function("document.querySelector('.sk-kept-text textarea').value === ''")
    assert page.locator(".kept").inner_text() == "C1: rose went quieter"


def test_a_field_takes_no_words_before_they_belong_to_something(small):
    page = small.open("early.ipynb")
    field = page.get_by_label("Note")
    field.wait_for()
    page.get_by_text("go", exact=True).click()
    field.press_sequentially("lost")
    assert field.input_value() == ""
    field.fill("kept")  # waits until it can be written to
    page.get_by_text("Saved.").wait_for()
    page.locator(".kept", has_text="C1: kept").wait_for()
    assert small.complaints == []


def test_without_a_kernel_the_text_says_that_it_is_not_saved(small):
    page = small.open("typed.ipynb")
    field = page.get_by_label("Note")
    field.wait_for()
    kernel = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    # as the page itself does when it is closed
    assert page.evaluate("path => navigator.sendBeacon(path)", f"/voila/api/shutdown/{kernel}")
    assert_soon(page, lambda: page.request.get(f"{small.address}/api/kernels/{kernel}").status == 404)
    field.type("rose went quiet")
    page.locator(".sk-kept-text", has_text="Not saved: this page gets no answer").wait_for()
    assert field.input_value() == "rose went quiet"


def test_a_chart_takes_new_rows_in_place_and_another_look_anew(small):
    page = small.open_chart("fourth.ipynb")
    marks = page.locator(".sk-chart svg .mark-symbol path")
    page.locator(".sk-chart svg").evaluate("svg => { svg.dataset.same = 'yes'; }")
    assert marks.count() == 3
    page.get_by_role("button", name="more").click()
    page.wait_for_function("document.querySelectorAll('.sk-chart svg .mark-symbol path').length === 4")
    assert page.locator(".sk-chart svg").get_attribute("data-same") == "yes"
    page.get_by_role("button", name="other").click()
    page.wait_for_function("document.querySelectorAll('.sk-chart svg .mark-symbol path').length === 2")
    assert page.locator(".sk-chart svg").get_attribute("data-same") is None
    assert page.locator(".sk-chart svg").count() == 1
    assert small.complaints == []


@pytest.mark.parametrize("width", [420, 1280])
def test_panels_under_each_other_fill_the_width(small, width):
    small.page.set_viewport_size({"width": width, "height": 900})
    page = small.open_chart("stacked.ipynb")
    width_of = "found => document.querySelector(found).getBoundingClientRect().width"
    page.wait_for_function(
        f"() => {{ const width = {width_of}; return Math.abs(width('.sk-chart svg') - width('.sk-chart')) <= 2; }}"
    )


def test_a_chart_that_cannot_be_drawn_says_so_in_a_sentence(small):
    page = small.open("broken.ipynb")
    banner = page.locator(".sk-chart .sk-banner-error")
    banner.wait_for()
    assert banner.inner_text().startswith("This chart could not be drawn. Please reload the page")
    assert banner.get_attribute("role") == "alert"


def test_viewers_and_the_log_learn_nothing_from_a_failing_cell(small, small_pages):
    page = small.open("failed.ipynb")
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text().startswith("This page had to stop here. Please reload it")
    assert "Jane" not in page.content()
    said = iter(small_pages[0].stderr.readline, "")
    before = []  # what became of pages closed before
    for line in said:
        if "ValueError" in line:
            break
        before.append(line)
    assert "Jane" not in "".join(before)
    assert line == (
        "supervision_kit: Something stopped with ValueError. To see why, open its notebook with: supervision-kit lab\n"
    )
