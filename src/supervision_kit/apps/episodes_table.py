"""The table of falls: as it is read on the page, and as a workbook."""

from __future__ import annotations

import io

import pandas as pd

from supervision_kit.charts.series_choice import scale_title

WIDTHS = {
    "case": "10%",
    "therapist": "10%",
    "rated on": "10%",
    "fell at session": "8%",
    "how it ended": "12%",
    "lowest at": "8%",
    "level before": "9%",
    "points lost": "9%",
    "% of the scale": "8%",
    "back at session": "8%",
    "now": "8%",
}
"""Heading → width, in the order of the page."""

SHEET = "falls"
LONGEST_COLUMN = 24  # letters


def falls_in_words(falls: pd.DataFrame) -> pd.DataFrame:
    """Return falls, with the columns of :class:`EpisodesState`, under headings as people read them."""
    scales = [scale_title(*key) for key in zip(falls["instrument"], falls["scale"], strict=True)]
    return pd.DataFrame(
        {
            "case": falls["case_id"],
            "therapist": falls["therapist_id"],
            "rated on": scales,
            "fell at session": falls["onset"],
            "how it ended": falls["word"],
            "lowest at": falls["nadir"],
            "level before": falls["pre_level"].round(1),
            "points lost": falls["depth"].round(1),
            "% of the scale": (falls["depth_share"] * 100).round().astype("Int64"),
            "back at session": falls["back_session"],
            "now": falls["is_open"].map({True: "down", False: ""}),
        }
    ).reset_index(drop=True)


def falls_as_workbook(falls: pd.DataFrame, *, about: str) -> bytes:
    """Return the same table as an XLSX file; `about` says on a second sheet what it holds.

    Codes are written as text, never as formulas or links.
    """
    table, target = falls_in_words(falls), io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with pd.ExcelWriter(target, engine="xlsxwriter", engine_kwargs={"options": plain}) as book:
        table.to_excel(book, sheet_name=SHEET, index=False, freeze_panes=(1, 0))
        pd.DataFrame({"about": about.splitlines()}).to_excel(book, sheet_name="about", index=False, header=False)
        for at, name in enumerate(table.columns):
            longest = max([len(name), *table[name].astype("str").str.len()], default=0)
            book.sheets[SHEET].set_column(at, at, min(longest + 2, LONGEST_COLUMN))
    return target.getvalue()
