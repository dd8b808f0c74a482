"""The table of falls: as it is read on the page, and as a workbook."""

from __future__ import annotations

import io
from types import MappingProxyType

import pandas as pd

from supervision_kit.instruments import name_scale
from supervision_kit.words import later, say, say_number

WIDTHS = MappingProxyType(
    {
        later("case"): "10%",
        later("therapist"): "10%",
        later("rated on"): "10%",
        later("fell at session"): "8%",
        later("how it ended"): "12%",
        later("lowest at"): "8%",
        later("level before"): "9%",
        later("points lost"): "9%",
        later("% of the scale"): "8%",
        later("back at session"): "8%",
        later("now"): "8%",
    }
)
"""Heading → width, in the order of the page."""

LONGEST_COLUMN = 24  # letters


def widths_in_words() -> dict[str, str]:
    """Return the widths under the headings of the page's language."""
    return {say(heading): width for heading, width in WIDTHS.items()}


def falls_in_words(falls: pd.DataFrame) -> pd.DataFrame:
    """Return falls, with the columns of :class:`EpisodesState`, under headings as people read them."""
    scales = [name_scale(*key) for key in zip(falls["instrument"], falls["scale"], strict=True)]
    columns = (
        falls["case_id"],
        falls["therapist_id"],
        scales,
        falls["onset"],
        falls["word"],
        falls["nadir"],
        falls["pre_level"].round(1),
        falls["depth"].round(1),
        (falls["depth_share"] * 100).round().astype("Int64"),
        falls["back_session"],
        falls["is_open"].map({True: say("down"), False: ""}),
    )
    return pd.DataFrame(dict(zip(widths_in_words(), columns, strict=True)), index=falls.index).reset_index(drop=True)


def falls_to_read(falls: pd.DataFrame) -> pd.DataFrame:
    """Return the same with scores as the language of the page writes them."""
    table = falls_in_words(falls)
    scores = [str(name) for name in table if table[name].dtype.kind == "f"]
    return table.assign(**{name: [say_number(score, digits=1) for score in table[name]] for name in scores})


def falls_as_workbook(falls: pd.DataFrame, *, about: str) -> bytes:
    """Return the same table as an XLSX file; `about` says on a second sheet what it holds.

    Codes are written as text, never as formulas or links.
    """
    table, target, sheet = falls_in_words(falls), io.BytesIO(), say("falls")
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with pd.ExcelWriter(target, engine="xlsxwriter", engine_kwargs={"options": plain}) as book:
        table.to_excel(book, sheet_name=sheet, index=False, freeze_panes=(1, 0))
        pd.DataFrame({"about": about.splitlines()}).to_excel(book, sheet_name=say("about"), index=False, header=False)
        for at, name in enumerate(table.columns):
            longest = max([len(name), *table[name].astype("str").str.len()], default=0)
            book.sheets[sheet].set_column(at, at, min(longest + 2, LONGEST_COLUMN))
    return target.getvalue()
