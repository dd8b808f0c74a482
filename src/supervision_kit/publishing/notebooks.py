"""The pages that go with a bundle: the kit's own notebooks over it, with nothing stored in them."""

from __future__ import annotations

import json
import re
from typing import Any

from supervision_kit.apps.page import LOAD_NOTEBOOK
from supervision_kit.server.pages import PAGES, find_folder

_SAMPLE = re.compile(r"\bsample=(\"[^\"]*\"|'[^']*')")
_OVER_THE_BUNDLE = 'bundle=".."'  # a page lies in a folder of the bundle


def notebooks_for_bundle() -> dict[str, bytes]:
    """Return the pages by name; each opens the bundle that it lies in, and nothing can be loaded by them."""
    folder = find_folder("notebooks")
    names = [page.notebook for page in PAGES if page.notebook != LOAD_NOTEBOOK]
    return {name: _over_bundle((folder / name).read_bytes()) for name in names if (folder / name).is_file()}


def _over_bundle(content: bytes) -> bytes:
    """Return a notebook without what was stored: outputs, counts, metadata of cells and of the notebook."""
    cells = [_cell(cell, place) for place, cell in enumerate(json.loads(content)["cells"], 1)]
    python = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    kept = {"cells": cells, "metadata": python, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(kept, indent=1, ensure_ascii=False) + "\n").encode()


def _cell(cell: dict[str, Any], place: int) -> dict[str, Any]:
    kind, source = cell["cell_type"], "".join(cell["source"])
    kept = {"cell_type": kind, "id": f"cell-{place}", "metadata": {}, "source": source}
    if kind != "code":
        return kept
    return kept | {"source": _SAMPLE.sub(_OVER_THE_BUNDLE, source), "execution_count": None, "outputs": []}
