"""The script that draws charts in a page, with everything it needs inside: built once, kept in the user's cache.

Apart from :mod:`supervision_kit.apps` and light to import, because the server needs the script but none of the widgets.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

from supervision_kit.environment import CHART_URL

_SOURCE = Path(__file__).parent / "apps" / "chart_view.js"

# anywidget runs a widget's script from a blob, where only absolute addresses can be imported
_IMPORT_FROM_PAGE = """\
const page = JSON.parse(document.getElementById("jupyter-config-data").textContent);
const script = await import(new URL(`${page.baseUrl}%s`, window.location.origin).href);
export default script.default;
"""


def chart_script() -> str:
    """Return what a chart widget sends to the page: the whole script, or a line that loads it from the kit's server."""
    url = os.environ.get(CHART_URL)
    return _IMPORT_FROM_PAGE % url if url else read_bundle()


def bundle_name() -> str:
    """Return the script's file name, which changes with all that goes into it: altair, vl-convert, our own code."""
    parts = (version("altair"), version("vl-convert-python"), _SOURCE.read_text(encoding="utf-8"))
    return f"chart-{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}.js"


@cache
def read_bundle() -> str:
    """Return the script with Vega, Vega-Lite and vega-embed inside (about 0.9 MB), from the cache or built anew."""
    from platformdirs import user_cache_path

    kept = user_cache_path("supervision_kit") / bundle_name()
    try:
        return kept.read_text(encoding="utf-8")
    except OSError:
        bundle = _build()
    try:
        _keep(kept, bundle)
    except OSError:
        return bundle  # no place to keep it: every process builds its own
    return bundle


def _build() -> str:
    import vl_convert

    # an Altair writes the Vega-Lite of its own major number; vl-convert has that one's releases up to the newest
    of_altair = [
        known for known in vl_convert.get_vegalite_versions() if known.split(".")[0] == version("altair").split(".")[0]
    ]
    newest = max(of_altair, key=lambda known: tuple(map(int, known.split("."))))
    return vl_convert.javascript_bundle(_SOURCE.read_text(encoding="utf-8"), vl_version=newest)


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as unfinished:
        unfinished.write(text)
    Path(unfinished.name).replace(path)
