"""Bring the files of translations up to date: every sentence of the kit is there, and none that is gone.

Sentences come from the code (what is given to ``say``, ``say_n`` and ``later``), the templates (``"…" | say(…)``), the
titles of the instruments' scales, and the title cells of the notebooks.

Run from the root of the project: ``python docs/make_words.py``. What is translated stays; what is new gets an empty
``msgstr``. A test fails where one is left empty.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "supervision_kit"
WORDS = PACKAGE / "words"
SAID = {"say": 1, "say_n": 2, "later": 1}  # function → how many texts it is given
IN_TEMPLATES = re.compile(r'"([^"]+)" \| say\(')


def collect_sentences() -> Catalog:
    """Return every text that the code says."""
    found = Catalog()
    for message in (*_in_code(), *_in_templates(), *_in_instruments(), *_in_notebooks()):
        found.add(message)
    return found


def _in_code() -> Iterator[str | tuple[str, ...]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in SAID:
                texts = [one.value for one in call.args[: SAID[call.func.id]] if isinstance(one, ast.Constant)]
                if len(texts) == SAID[call.func.id] and all(texts):
                    yield texts[0] if len(texts) == 1 else tuple(texts)


def _in_templates() -> Iterator[str]:
    for path in sorted((PACKAGE / "server" / "templates").rglob("*")):
        if path.is_file():
            yield from IN_TEMPLATES.findall(path.read_text(encoding="utf-8"))


def _in_instruments() -> Iterator[str]:
    for path in sorted((PACKAGE / "instruments").glob("*.toml")):
        for scale in tomllib.loads(path.read_text(encoding="utf-8"))["scales"].values():
            yield scale["title"]


def _in_notebooks() -> Iterator[str]:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                yield from (words for line in cell["source"] if (words := line.strip().lstrip("# ")))


def read_translations(language: str) -> Catalog:
    """Return the translations that there are."""
    with (WORDS / f"{language}.po").open("rb") as source:
        return read_po(source, locale=language)


def bring_up_to_date(language: str) -> tuple[str, int]:
    """Return what a file of translations should hold, and how many sentences in it wait for a translation."""
    old, new = read_translations(language), Catalog(locale=language, fuzzy=False)
    n_missing = 0
    for message in collect_sentences():
        if message.id:
            known = old.get(message.id[0] if isinstance(message.id, tuple) else message.id)
            kept = known.string if known else None
            if kept is not None and isinstance(kept, tuple | list) != isinstance(message.id, tuple):
                kept = None
            n_missing += not kept or (not isinstance(kept, str) and not all(kept))
            new.add(message.id, kept or "")
    written = BytesIO()
    write_po(written, new, width=0, sort_output=True, omit_header=True, no_location=True)
    header = (
        f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {new.plural_forms}\\n"\n\n'
    )
    return header + written.getvalue().decode(), n_missing


def main() -> None:
    """Write each file of translations anew."""
    for path in sorted(WORDS.glob("*.po")):
        text, n_missing = bring_up_to_date(path.stem)
        path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {n_missing} sentences wait for a translation")


if __name__ == "__main__":
    main()
