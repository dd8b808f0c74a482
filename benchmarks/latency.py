"""Say how soon a page shows new marks: from the input event to the changed SVG, in Chromium, on Voila and JupyterLab.

Run from the root of the project: ``python benchmarks/latency.py`` (half an hour; ``--cases 50 --repeats 9`` for a quick
look). It prints a table; ``--write`` puts it in docs/benchmarks.md. The clock is the page's own
(``performance.now``): it starts as the event is sent to the control, and stops at the first change of the chart's SVG
after which it shows something else.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Locator, Page, sync_playwright

import supervision_kit as sk

ROOT = Path(__file__).parents[1]
WARM_UP, ASKED_MS = 3, 150
PATIENCE_MS = 180_000
PAUSE_MS, QUICK_MS = 800, 250  # after an answer, as a person looks at it; and as one who does not wait for it
MARKS = ".sk-chart svg .mark-symbol path"

DEMO = (
    "import sys; from supervision_kit.server import serve_demo; "
    "sys.exit(serve_demo(port=0, open_browser=False, workspace=sys.argv[1] or None))"
)
LAB = (
    "import sys; from supervision_kit.server import open_lab; "
    "sys.exit(open_lab(sys.argv[2], port=0, open_browser=False, workspace=sys.argv[1] or None))"
)

# what the chart shows: where its marks lie, how its lines run, and its words
CHANGE = """(control, value) => new Promise((resolve, reject) => {
  const chart = document.querySelector(".sk-chart svg .mark-symbol path").closest(".sk-chart");
  const shown = () => {
    const marks = [...chart.querySelectorAll("svg .mark-symbol path, svg .mark-line path")];
    const places = marks.map((mark) => mark.getAttribute("transform") + mark.getAttribute("d")).join();
    return chart.querySelector("svg") && places + chart.querySelector("svg").textContent;
  };
  const before = shown();
  let start = 0;
  const observer = new MutationObserver(() => {
    const now = performance.now(), after = shown();
    if (!after || after === before) return;
    observer.disconnect();
    resolve(now - start);
  });
  observer.observe(chart, { subtree: true, childList: true, attributes: true, characterData: true });
  setTimeout(() => reject(new Error("the chart did not change")), 60000);
  start = performance.now();
  control.value = value;
  for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
})"""


class Row(NamedTuple):
    """One line of the table."""

    where: str
    caseload: str
    what: str
    taken: Sequence[float]  # ms

    def __str__(self) -> str:
        median, p95 = statistics.median(self.taken), statistics.quantiles(self.taken, n=20, method="inclusive")[-1]
        return f"| {self.where} | {self.caseload} | {self.what} | {median:.0f} ms | {p95:.0f} ms | {len(self.taken)} |"


HEAD = ["| in | cases | what is changed | median | p95 | times |", "|---|---|---|---|---|---|"]


def keep_caseload(n_cases: int, path: Path) -> None:
    """Keep a simulated caseload in a workspace."""
    made = sk.simulate_caseload(n_cases)
    empty = sk.read_ratings(b"case,session,SRS\nA,1,30\n")
    n = len(made.scores)
    ratings = sk.Ratings(made.scores, made.responses, empty.problems, n, n, (), (), empty.dated)
    with sk.Workspace(path) as workspace:
        workspace.import_ratings(ratings)


@contextmanager
def served(code: str, *arguments: str) -> Iterator[str]:
    """Run a server and give the address it prints."""
    process = subprocess.Popen(  # noqa: S603 - our own server
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=os.sep,
        env={**os.environ, "JUPYTERLAB_WORKSPACES_DIR": arguments[-1]},  # not what was open in JupyterLab last time
    )
    try:
        line = next((line for line in process.stdout or () if line.startswith("Open: ")), "")
        if not line:
            sys.exit("The server did not start.")
        yield line.removeprefix("Open: ").strip()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def open_in_voila(page: Page, address: str) -> None:
    """Open the page of a case."""
    page.goto(f"{address.rstrip('/')}/voila/render/3_case.ipynb")


def open_in_lab(page: Page, address: str) -> None:
    """Open the page of a case by its link on the page that opens first."""
    page.goto(address)
    page.locator(".jp-MarkdownViewer li a", has_text="Case").last.click()


def settle(page: Page) -> None:
    """Wait until the page has said all it has to say."""
    page.locator(MARKS).first.wait_for(state="attached", timeout=PATIENCE_MS)
    page.locator(".sk-chance .sk-working").wait_for(state="detached", timeout=PATIENCE_MS)
    page.wait_for_timeout(PAUSE_MS)


def options_of(control: Locator) -> list[str]:
    """Return what a select offers, beginning with what is not chosen."""
    values: list[str] = control.evaluate("one => [...one.options].map(option => option.value)")
    at: int = control.evaluate("one => one.selectedIndex")
    return [*values[at + 1 :], *values[: at + 1]]


def change(page: Page, control: Locator, values: Sequence[str], *, times: int) -> list[float]:
    """Change a control again and again, each time once the page has settled."""
    taken = []
    for value in islice(cycle(values), WARM_UP + times):
        settle(page)
        taken.append(control.evaluate(CHANGE, value))
    return taken[WARM_UP:]


def change_quickly(page: Page, control: Locator, values: Sequence[str], *, times: int) -> list[float]:
    """Change a control without waiting for what the page works out besides."""
    settle(page)
    taken = []
    for value in islice(cycle(values), WARM_UP + times):
        page.wait_for_timeout(QUICK_MS)
        taken.append(control.evaluate(CHANGE, value))
    return taken[WARM_UP:]


def measure_page(page: Page, times: int) -> Iterator[tuple[str, list[float]]]:
    """Measure each control of the page of a case."""
    settle(page)
    page.get_by_role("button", name=re.compile("Method and settings")).first.click()
    cases = page.locator(".sk-case-picker select").first
    method = page.get_by_label("Method", exact=True).first
    yield "another case", change(page, cases, options_of(cases), times=times)
    yield "another case, without waiting", change_quickly(page, cases, options_of(cases), times=times)
    for label in ("Rated by", "Scale"):
        control = page.get_by_label(label, exact=True).first
        yield f"another {label.lower()}", change(page, control, options_of(control), times=times)
    yield "another method", change(page, method, options_of(method), times=times)
    yield "another method, without waiting", change_quickly(page, method, options_of(method), times=times)
    for name, title, setting, values in (
        ("control chart", "Control chart", "Sigmas from centre to limit", ("6", "5")),
        ("personal limits", "Personal limits", "False alarms per rating", ("0.03", "0.02")),
    ):
        method.select_option(title)
        field = page.get_by_label(setting).first
        field.wait_for()
        yield f"a setting ({name})", change(page, field, values, times=times)


def measure(browser: Browser, where: str, caseload: str, workspace: str, times: int) -> Iterator[Row]:
    """Measure one caseload in Voila or JupyterLab."""
    page = browser.new_context(viewport={"width": 1280, "height": 1600}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.set_default_navigation_timeout(PATIENCE_MS)
    with tempfile.TemporaryDirectory() as folder:
        code, open_page = (DEMO, open_in_voila) if where == "Voila" else (LAB, open_in_lab)
        with served(code, workspace, folder) as address:
            open_page(page, address)
            for what, taken in measure_page(page, times):
                yield Row(where, caseload, what, taken)
    page.context.close()


def write(lines: Sequence[str]) -> None:
    """Put lines between the markers of the page."""
    path = ROOT / "docs" / "benchmarks.md"
    before, _, rest = path.read_text(encoding="utf-8").partition("<!-- latency -->\n")
    _, _, after = rest.partition("<!-- end of latency -->")
    text = "\n".join(lines)
    path.write_text(f"{before}<!-- latency -->\n{text}\n<!-- end of latency -->{after}", encoding="utf-8")


def main() -> None:
    """Measure, print, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", nargs="*", type=int, default=[0, 50, 2000], help="sizes; 0 is the sample caseload")
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument(
        "--in", dest="places", nargs="*", choices=["Voila", "JupyterLab"], default=["Voila", "JupyterLab"]
    )
    parser.add_argument("--write", action="store_true", help="put the table in docs/benchmarks.md")
    asked = parser.parse_args()
    rows: list[str] = []
    print(*HEAD, sep="\n")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        settings: dict[str, Any] = {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}
        browser = playwright.chromium.launch(**settings)
        for n_cases in asked.cases:
            path = Path(folder, f"{n_cases}.sqlite") if n_cases else ""
            if path:
                keep_caseload(n_cases, Path(path))
            for where in asked.places:
                for row in measure(browser, where, f"{n_cases:,}" if n_cases else "sample", str(path), asked.repeats):
                    rows.append(str(row))
                    print(row, flush=True)
        browser.close()
    if asked.write:
        write([*HEAD, *rows])


if __name__ == "__main__":
    main()
