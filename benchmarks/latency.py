"""Say how soon pages answer: from the input event to the changed picture or list, in Chromium, Voila and JupyterLab.

Run from the root of the project: ``python benchmarks/latency.py`` (seven minutes, never more than eight; ``--cases 50
--times 5`` for a quick look). It prints a table; ``--write`` puts it in docs/benchmarks.md. The clock is the page's own
(``performance.now``): it starts as the event is sent to the control, and stops at the first change of the page after
which the chart, or the list, shows something else. Beside the kit, in the same run, plain Voila serves an ordinary
notebook: the same chart, drawn anew by Altair's own widget whenever a control changes.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Locator, Page
from serving import DEMO, LAB, ROOT, chromium, end_by, serving, serving_plainly, write_notebook, write_table

import supervision_kit as sk

LIMIT = 475.0  # s, of the whole run
WARM_UP, TIMES = 2, 9
PATIENCE_MS, PAUSE_MS = 60_000, 500  # the pause is a person's who looks at the answer and goes on
ASKED_MS, ASKED_OF_LIST_MS = 150, 300
NEVER, MOST_LOST = float("inf"), 2  # ms, where nothing changed; and how often that is tried
MARKS = "svg .mark-symbol path"
NOTEBOOK = """\
import altair as alt
import ipywidgets
import supervision_kit as sk

scores = sk.read_ratings({sample!r}).scores
alt.JupyterChart.enable_offline()
case = ipywidgets.Dropdown(options=sorted(scores["case_id"].unique()), description="Case")
method = ipywidgets.Dropdown(options=["control_chart", "ewma", "run_rules", "adjacent_drop"], description="Method")


def draw():
    of_case = scores[scores["case_id"] == case.value]
    marks = sk.mark_sessions(of_case, method=method.value)
    falls = sk.follow_repairs(sk.find_episodes(marks), of_case)
    return sk.charts.trajectory(marks, falls, case_id=case.value, scores=of_case, width=800)


shown = alt.JupyterChart(draw(), embed_options={{"renderer": "svg"}})
for control in (case, method):
    control.observe(lambda change: setattr(shown, "chart", draw()), "value")
ipywidgets.VBox([case, method, shown])
"""

# what a chart shows: where its marks lie, how its lines run, and its words; of a list, its words
CHANGE = """(control, [value, place]) => new Promise((resolve) => {
  const shown = () => {
    const root = document.querySelector(place);
    if (place === ".sk-case-list") return root.textContent;
    const marks = [...root.querySelectorAll("svg .mark-symbol path, svg .mark-line path")];
    const places = marks.map((mark) => mark.getAttribute("transform") + mark.getAttribute("d")).join();
    return places && places + root.querySelector("svg").textContent;
  };
  const before = shown();
  let start = 0;
  const observer = new MutationObserver(() => {
    const now = performance.now(), after = shown();
    if (!after || after === before) return;
    observer.disconnect();
    resolve(now - start);
  });
  const root = document.querySelector(place);
  observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  setTimeout(() => { observer.disconnect(); resolve(null); }, 5000);
  start = performance.now();
  if (value === null) { control.click(); return; }
  control.value = value;
  for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
})"""
CHART, LIST, WHOLE_PAGE = ".sk-chart:has(.mark-symbol)", ".sk-case-list", "body"


class Row(NamedTuple):
    """One line of the table."""

    where: str
    caseload: str
    what: str
    taken: Sequence[float]  # ms
    asked: int | None = ASKED_MS
    peer: float | None = None  # ms, the median of the ordinary notebook

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.taken, n=20, method="inclusive")[-1]

    def __str__(self) -> str:
        median = statistics.median(self.taken)
        ratio = f"{median / self.peer:.2f}" if self.peer else ""
        asked = f"{self.asked} ms" if self.asked else ""
        cells = (self.where, self.caseload, self.what, _say(median), _say(self.p95), asked, ratio)
        return f"| {' | '.join(cells)} |"


def _say(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < NEVER else "no answer"


HEAD = [
    "| in | cases | what is changed | median | p95 | asked of p95 | median, × the ordinary notebook |",
    "|---|---|---|---|---|---|---|",
]


def keep_caseload(n_cases: int, path: Path) -> Path:
    """Keep a simulated caseload in a workspace."""
    made = sk.simulate_caseload(n_cases)
    empty = sk.read_ratings(b"case,session,SRS\nA,1,30\n")
    n = len(made.scores)
    ratings = sk.Ratings(made.scores, made.responses, empty.problems, n, n, (), (), empty.dated)
    with sk.Workspace(path) as workspace:
        workspace.import_ratings(ratings)
    return path


def new_page(browser: Browser) -> Page:
    """Return a page of somebody new, which waits for nothing without a limit."""
    page = browser.new_context(viewport={"width": 1280, "height": 1600}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.set_default_navigation_timeout(PATIENCE_MS)
    return page


def options_of(control: Locator) -> list[str]:
    """Return what a select offers, beginning with what is not chosen; selects are filled a moment after the chart."""
    control.page.wait_for_timeout(PAUSE_MS)
    values: list[str] = control.evaluate("one => [...one.options].map(option => option.value)")
    at: int = control.evaluate("one => one.selectedIndex")
    return [*values[at + 1 :], *values[: at + 1]]


def change(
    page: Page, control: Locator, values: Sequence[str | None], *, times: int, place: str = CHART
) -> list[float]:
    """Change a control, or click it where the value is None, again and again, as one who looks at each answer."""
    taken = list[float]()
    for value in islice(cycle(values), WARM_UP + times):
        taken.append(ask(page, control, value, place))
        if taken.count(NEVER) >= MOST_LOST:
            return taken  # the rest would be no other, and take long
    return taken[WARM_UP:]


def ask(page: Page, control: Locator, value: str | None, place: str) -> float:
    """Change a control once, or click it, after a pause; return how long it took."""
    page.wait_for_timeout(PAUSE_MS)
    took: float | None = control.evaluate(CHANGE, [value, place])
    if took is None:
        name = control.evaluate("one => one.labels?.[0]?.textContent || one.textContent.slice(0, 40)")
        print(f"Nothing changed: {name!r} was set to {value!r}.", file=sys.stderr)
    return took or NEVER


def measure_case(page: Page, times: int) -> Iterator[tuple[str, list[float]]]:
    """Measure each control of the page of a case."""
    page.locator(f".sk-chart {MARKS}").first.wait_for(state="attached")
    page.get_by_role("button", name=re.compile("Method and settings")).first.click()
    cases = page.locator(".sk-case-picker select").first
    method = page.get_by_label("Method", exact=True).first
    yield "another case", change(page, cases, options_of(cases), times=times)
    for label in ("Rated by", "Scale"):
        control = page.get_by_label(label, exact=True).first
        yield f"another {label.lower()}", change(page, control, options_of(control), times=times)
    yield "another method", change(page, method, options_of(method), times=times)
    for name, title, setting, values in (
        ("control chart", "Control chart", "Sigmas from centre to limit", ("6", "5")),
        ("personal limits", "Personal limits", "False alarms per rating", ("0.03", "0.02")),
    ):
        method.select_option(label=title)
        field = page.get_by_label(setting).first
        field.wait_for(state="visible")
        yield f"a setting ({name})", change(page, field, values, times=times)


def measure_list(page: Page, times: int) -> Iterator[tuple[str, list[float]]]:
    """Measure what the page of the caseload lists."""
    page.locator(".sk-one-case").first.wait_for()
    query = page.get_by_label("Code of the case").first
    reason = page.get_by_label("Reason", exact=True).first

    def again(control: Locator, values: Sequence[str | None]) -> list[float]:
        return change(page, control, values, times=times, place=LIST)

    groups = page.locator("[data-do=group]:not([aria-pressed=true])").first
    yield "list: another group", again(groups, [None])
    page.locator("[data-do=group]").first.click()
    pages = page.locator("[data-do=page]")
    if pages.count():
        yield "list: another page", again(page.locator("[data-do=page]:enabled").first, [None])
    choices = options_of(reason)
    yield "list: another reason", again(reason, [choices[0], choices[-1]])
    reason.select_option(index=0)
    yield "list: search by code", again(query, ["1", ""])
    query.fill("")
    undo = page.get_by_role("button", name=re.compile("^Undo: "))
    for flag in ("seen", "not today"):
        button = page.locator(f'[data-do=set_aside][data-flag="{flag}"]').first
        asked = [(ask(page, button, None, LIST), ask(page, undo, None, LIST)) for _ in range(WARM_UP + times)]
        yield f"list: {flag}", [there for there, _ in asked[WARM_UP:]]
    yield "list: undo", [back for _, back in asked[WARM_UP:]]


def measure_kit(browser: Browser, where: str, caseload: str, workspace: Path, times: int) -> Iterator[Row]:
    """Measure one caseload in Voila or JupyterLab."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        env = {"JUPYTERLAB_WORKSPACES_DIR": place}  # not what was open in JupyterLab last time
        code = DEMO if where == "Voila" else LAB
        with serving(code, str(workspace), place, folder=folder, env=env) as server:
            page = new_page(browser)
            if where == "Voila":
                page.goto(f"{server.address}/voila/render/3_case.ipynb")
            else:
                page.goto(server.address)
                page.locator(".jp-MarkdownViewer li a", has_text="Case").last.click()
            for what, taken in measure_case(page, times):
                yield Row(where, caseload, what, taken)
            page.context.close()
            if where == "Voila":
                page = new_page(browser)
                page.goto(f"{server.address}/voila/render/2_caseload.ipynb")
                for what, taken in measure_list(page, times):
                    yield Row(where, caseload, what, taken, ASKED_OF_LIST_MS)
                page.context.close()


def measure_peer(browser: Browser, times: int) -> Iterator[Row]:
    """Measure the ordinary notebook in plain Voila."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sample = str(ROOT / "data_samples" / "caseload_items.xlsx")
        notebook = write_notebook(folder / "ordinary.ipynb", NOTEBOOK.format(sample=sample))
        with serving_plainly(folder) as server:
            page = new_page(browser)
            page.goto(f"{server.address}/voila/render/{notebook.name}")
            page.locator(MARKS).first.wait_for(state="attached")
            for name in ("Case", "Method"):
                control = page.get_by_label(name, exact=True).first
                taken = change(page, control, options_of(control), times=times, place=WHOLE_PAGE)
                yield Row("plain Voila, ordinary notebook", "sample", f"another {name.lower()}", taken, None)
            page.context.close()


def measure(caseloads: Sequence[int], places: Sequence[str], times: int, end: float) -> Iterator[Row]:
    """Measure all that there is time for."""
    with chromium() as browser, tempfile.TemporaryDirectory() as place:
        peers: dict[str, float] = {}
        for row in measure_peer(browser, times):
            peers[row.what] = statistics.median(row.taken)
            yield row
        for n_cases in caseloads:
            path = keep_caseload(n_cases, Path(place, f"{n_cases}.sqlite"))
            for where in places:
                if time.monotonic() > end - LIMIT / 5:
                    print(f"No time is left for {n_cases} cases in {where}.", file=sys.stderr)
                    continue
                for row in measure_kit(browser, where, f"{n_cases:,}", path, times):
                    yield row._replace(peer=peers.get(row.what))


def main() -> None:
    """Measure, print, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", nargs="*", type=int, default=[50, 2000], help="sizes of caseloads")
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument(
        "--in", dest="places", nargs="*", choices=["Voila", "JupyterLab"], default=["Voila", "JupyterLab"]
    )
    parser.add_argument("--write", action="store_true", help="put the table in docs/benchmarks.md")
    asked = parser.parse_args()
    end, rows = end_by(LIMIT), list[str]()
    print(*HEAD, sep="\n", flush=True)
    for row in measure(asked.cases, asked.places, asked.times, end):
        rows.append(str(row))
        print(row, flush=True)
    if asked.write:
        write_table("latency", [*HEAD, *rows])


if __name__ == "__main__":
    main()
