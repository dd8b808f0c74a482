"""Take the screenshots in the docs: start the demo, open each page at both widths, save what is seen.

Run from the root of the project: ``make screenshots``. Needs Chromium on the machine.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
FILE = Path(__file__).parents[1] / "data_samples" / "broken_export.csv"
PAGES = {
    "load": "1_load_ratings.ipynb",
    "caseload": "2_caseload.ipynb",
    "case": "3_case.ipynb?case=C02",
    "episodes": "4_ruptures_and_repairs.ipynb",
    "consultation": "5_consultation.ipynb?case=C02",
}
WIDTHS = {"": 1280, "_narrow": 420}


def take(browser: Browser, url: str, path: Path, width: int) -> None:
    """Save one page as an image, as tall as it is."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(url)
    show(page)
    page.wait_for_timeout(500)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, 2400)})
    page.wait_for_timeout(500)
    page.screenshot(path=path)
    page.close()


def show(page: Page) -> None:
    """Wait until the page shows its chart or, where it is the one that loads files, what is in a file."""
    page.wait_for_selector(".sk-chart svg, .sk-drop button", timeout=120_000)
    if page.locator(".sk-drop").count():
        page.locator(".sk-drop input").set_input_files(FILE)
        page.wait_for_selector(".sk-problems tbody tr", timeout=60_000)
    if page.locator(".sk-chance").count():  # comes a moment after the page
        page.wait_for_function(
            "!document.querySelector('.sk-chance').innerText.includes('worked out')", timeout=120_000
        )
    if page.locator(".sk-page-episodes").count():
        page.wait_for_selector("text=Pair by pair", timeout=120_000)


def main() -> int:
    """Take all screenshots."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not on this machine: apt-get install chromium")
        return 2
    IMAGES.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "supervision_kit", "demo", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo, sync_playwright() as playwright:  # noqa: S603 - our own
        url = next(line for line in demo.stdout or () if line.startswith("Open: ")).removeprefix("Open: ").strip()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, address in PAGES.items():
            for suffix, width in WIDTHS.items():
                take(browser, f"{url}voila/render/{address}", IMAGES / f"{name}{suffix}.png", width)
        browser.close()
        demo.terminate()
    return 0


if __name__ == "__main__":
    sys.exit(main())
