"""Write the pages that come from the code: one per instrument, and the tables of the contract.

Run from the root of the project: ``python docs/make_pages.py``. A test fails where a page is not what this writes.
"""

from __future__ import annotations

from pathlib import Path

from supervision_kit.instruments import INSTRUMENTS, SURENESS, Instrument, Scale
from supervision_kit.tables import TABLES

HERE = Path(__file__).parent


def instrument_page(one: Instrument) -> str:
    """Return the page of an instrument."""
    doi = f" [{one.doi}](https://doi.org/{one.doi})" if one.doi else ""
    kind = "Alliance" if one.kind == "alliance" else "Outcome"
    turned = ", ".join(map(str, one.reversed_items)) or "none"
    lines = [
        f"# {one.title} (`{one.key}`)",
        "",
        f"{kind} measure, filled in by {' and '.join(one.raters)}; {one.better_is} is better.",
        "",
        "| | |",
        "|---|---|",
        f"| items | {one.n_items}, answers {one.answers} |",
        f"| reversed items | {turned} |",
        f"| how sure of items, answers and scales | {one.items_provenance.words} |",
        f"| missing answers | {one.missing_rule} How sure: {one.missing_provenance.words} |",
        f"| source | {one.source}{doi} |",
        f"| licence | {one.licence} |",
        "",
        "## Scales",
        "",
        "| scale | items | score | range | fewest answered | smallest fall marked | tolerance of a repair |",
        "|---|---|---|---|---|---|---|",
        *[_scale_row(scale) for scale in one.scales.values()],
        "",
        f"The last two columns are {SURENESS['kit']}: 7.5 % and 6.25 % of the scale's range.",
        "",
        "## Published lines",
        "",
        *_lines(one),
    ]
    return "\n".join(lines) + "\n"


def _scale_row(scale: Scale) -> str:
    items = ", ".join(map(str, scale.items))
    return (
        f"| {scale.key} | {items} | {scale.statistic} | {scale.lowest:g} to {scale.highest:g} "
        f"| {scale.fewest_answered} | {scale.min_drop:g} points | {scale.tolerance:g} points |"
    )


def _lines(one: Instrument) -> list[str]:
    lines = []
    for scale in one.scales.values():
        if scale.cutoff:
            words = f"{scale.cutoff.marks} {scale.cutoff.line:g}"
            lines.append(f"- {scale.title}: {words} counts. How sure: {scale.cutoff.provenance.words}")
        if scale.reliable_change:
            change = scale.reliable_change
            lines.append(
                f"- {scale.title}: reliable change of {change.points:g} points. How sure: {change.provenance.words}"
            )
    return lines or ["None is published."]


def tables_page() -> str:
    """Return the page of the tables."""
    lines = ["# The tables", "", "Every stage takes and gives plain tables. A star marks the columns of the key."]
    for table in TABLES.values():
        lines += ["", f"## {table.name}", "", f"A row is {table.row}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        for name, column in table.columns.items():
            star = " *" if name in table.key else ""
            optional = " May be left out." if column.optional else ""
            meaning = column.meaning.replace("<NA>", "`<NA>`")
            lines.append(f"| `{name}`{star} | {column.dtype} | {meaning}.{optional} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Return every page that comes from the code, by its path."""
    made = {HERE / "instruments" / f"{key}.md": instrument_page(one) for key, one in INSTRUMENTS.items()}
    return made | {HERE / "tables.md": tables_page()}


def main() -> None:
    """Write the pages."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
