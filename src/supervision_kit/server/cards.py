"""The pages as cards in JupyterLab's launcher: a small extension of JupyterLab, filled in for each start."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

from supervision_kit.server.pages import PAGES
from supervision_kit.server.start_page import START_PAGE
from supervision_kit.words import say

_EXTENSION = Path(__file__).parent / "lab_extension"
_SCRIPT = Path("static", "cards.js")
_EMPTY = '/* filled in */ { start: "", cards: [], sorry: "" }'


def write_cards(place: Path, folder: Path) -> None:
    """Write the extension into `folder`, with a card for each page whose notebook is in `place`.

    It opens the start page, too, where there is one.
    """
    own = folder / "supervision_kit"
    copytree(_EXTENSION, own)
    cards = [
        {
            "path": f"notebooks/{page.notebook}",
            "title": say(page.title),
            "about": say(page.about),
            "category": say("Supervision"),
        }
        for page in PAGES
        if (place / "notebooks" / page.notebook).is_file()
    ]
    sorry = say("JupyterLab did not run this page. Please click it once more, or choose Run All Cells in the menu Run.")
    filled = json.dumps({"start": START_PAGE if (place / START_PAGE).is_file() else "", "cards": cards, "sorry": sorry})
    script = (own / _SCRIPT).read_text(encoding="utf-8")
    (own / _SCRIPT).write_text(script.replace(_EMPTY, filled), encoding="utf-8")
