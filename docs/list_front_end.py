"""List the scripts of Voila's front end that the pages load; to be done again when Voila or a widget library changes.

python docs/list_front_end.py
"""

import shutil
import subprocess
import sys
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from supervision_kit.server.front_end import LISTED
from supervision_kit.server.pages import PAGES

PARTS = "/voila/static/", "/voila/labextensions/"


def name_script(address: str) -> str | None:
    """Return what a script is called on the list; nothing for one that stands in no list."""
    path = urlsplit(address).path
    name = path.removeprefix("/voila/")
    is_entry = "remoteEntry" in name or name == "static/voila.js"  # these find the others by their own address
    return name if path.startswith(PARTS) and name.endswith(".js") and not is_entry else None


def ask_pages(address: str) -> list[str]:
    """Open each page until it stands still, and return the scripts that it asked for, in order."""
    names: dict[str | None, None] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for page in PAGES:
            tab = browser.new_page()
            tab.on("request", lambda request: names.setdefault(name_script(request.url)))
            tab.goto(f"{address}voila/render/{page.notebook}")
            tab.locator(".sk-page").first.wait_for(timeout=120_000)
            tab.wait_for_load_state("networkidle")
            tab.close()
        browser.close()
    return [name for name in names if name]


def main() -> None:
    LISTED.write_text("", encoding="utf-8")  # or nothing would be asked for
    demo = subprocess.Popen(
        [sys.executable, "-m", "supervision_kit", "demo", "--port", "0", "--no-browser"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        names = ask_pages(demo.stdout.readline().removeprefix("Open: ").strip())
    finally:
        demo.terminate()
        demo.wait()
    LISTED.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    print(f"{len(names)} scripts in {LISTED.name}")


if __name__ == "__main__":
    main()
