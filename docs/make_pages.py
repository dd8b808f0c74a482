"""Write the pages that come from the code: one per instrument, and the tables of the contract.

Run from the root of the project: ``python docs/make_pages.py``. A test fails where a page is not what this writes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from supervision_kit.instruments import INSTRUMENTS, KINDS, SURENESS, Instrument, Norms, Scale
from supervision_kit.tables import TABLES

HERE = Path(__file__).parent
FEWEST_IN_A_RUN = 3  # "1, 2" but "1 to 3"
WORKED_FORMS = HERE.parent / "tests" / "published" / "worked_forms.toml"


def instrument_page(one: Instrument) -> str:
    """Return the page of an instrument."""
    doi = f" [{one.doi}](https://doi.org/{one.doi})" if one.doi else ""
    lines = [
        f"# {one.title} (`{one.key}`)",
        "",
        f"{KINDS[one.kind]}. Filled in by {' and '.join(one.raters)}. {_direction(one)}",
        "",
        "| | |",
        "|---|---|",
        f"| items | {one.n_items}, answers {one.answers}. How sure: {one.items_provenance.words} |",
        f"| reversed items | {_numbers(one.reversed_items)}. How sure: {_reversal(one)} |",
        *_risk_row(one),
        *_condition_rows(one),
        f"| missing answers | {one.missing_rule} How sure: {one.missing_provenance.words} |",
        *_shared_row(one),
        f"| source | {one.source}{doi} |",
        f"| licence | {one.licence} |",
        "",
        "## Scales",
        "",
        *_scale_table(one),
        *_scale_notes(one),
        "",
        "## Published lines",
        "",
        *_lines(one),
        *_norms(one),
        *_codes(one),
        *_worked(one),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _direction(one: Instrument) -> str:
    differing = {scale.better_is for scale in one.scales.values()} != {one.better_is}
    if not differing:
        return f"{one.better_is.capitalize()} is better."
    return " ".join(f"{scale.title.capitalize()}: {scale.better_is} is better." for scale in one.scales.values())


def _numbers(numbers: Iterable[int]) -> str:
    numbers = list(numbers)
    if len(numbers) >= FEWEST_IN_A_RUN and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers)) or "none"


def _reversal(one: Instrument) -> str:
    of_items = one.reversed_provenance == one.items_provenance
    return one.reversed_provenance.short if of_items else one.reversed_provenance.words


def _risk_row(one: Instrument) -> list[str]:
    if not one.risk_provenance:
        return []
    shown = "to be shown by themselves, whatever the score"
    return [f"| items about risk | {_numbers(one.risk_items)}: {shown}. How sure: {one.risk_provenance.words} |"]


def _condition_rows(one: Instrument) -> list[str]:
    return [
        f"| item {item.number} | counts only where the answer to item {item.only_where[0]} is {item.only_where[1]:g} |"
        for item in one.items
        if item.only_where
    ]


def _shared_row(one: Instrument) -> list[str]:
    names = ", ".join(f"“{name}”" for name in one.shared_names)
    return [f"| names that are not enough | {names}: other questionnaires are called so, too |"] if names else []


def _scale_table(one: Instrument) -> list[str]:
    """List the scales; what the methods take for a fall is told of the scales that they judge."""
    if one.kind != "alliance":
        head = ["| scale | items | score | range | fewest answered |", "|---|---|---|---|---|"]
        return [*head, *(f"{_scale_row(scale)} |" for scale in one.scales.values())]
    return [
        "| scale | items | score | range | fewest answered | smallest fall marked | tolerance of a repair |",
        "|---|---|---|---|---|---|---|",
        *(
            f"{_scale_row(scale)} | {scale.min_drop:.4g} points | {scale.tolerance:.4g} points |"
            for scale in one.scales.values()
        ),
        "",
        f"The last two columns are {SURENESS['kit']}: 7.5 % and 6.25 % of the scale's range.",
    ]


def _scale_row(scale: Scale) -> str:
    return (
        f"| {scale.key} | {_numbers(scale.items)} | {scale.score_words} | {scale.lowest:g} to {scale.highest:g} "
        f"| {scale.fewest_answered}"
    )


def _scale_notes(one: Instrument) -> list[str]:
    """Say how sure of a scale's items and missing rule, where it is not as sure as of the rest."""
    notes = []
    for scale in one.scales.values():
        if scale.items_provenance != one.items_provenance:
            notes.append(f"- {scale.title}, its items and score. How sure: {scale.items_provenance.words}")
        if scale.missing_provenance != one.missing_provenance:
            notes.append(f"- {scale.title}, missing answers. How sure: {scale.missing_provenance.words}")
    return ["", *notes] if notes else []


def _lines(one: Instrument) -> list[str]:
    lines = []
    for scale in one.scales.values():
        for cutoff in scale.cutoffs:
            name = f" ({cutoff.name})" if cutoff.name else ""
            words = f"{cutoff.marks} {cutoff.line:g} counts{name}"
            lines.append(f"- {scale.title}: {words}. How sure: {cutoff.provenance.words}")
        if scale.bands:
            labels = ", ".join(
                f"{label} from {line:g}" for line, label in zip(scale.bands.lines, scale.bands.labels[1:], strict=True)
            )
            words = f"{scale.bands.labels[0]}, {labels}"
            lines.append(f"- {scale.title}, bands: {words}. How sure: {scale.bands.provenance.words}")
        if scale.reliable_change:
            change = scale.reliable_change
            lines.append(
                f"- {scale.title}: reliable change of {change.points:g} points. How sure: {change.provenance.words}"
            )
    return lines or ["None is published."]


def _norms(one: Instrument) -> list[str]:
    rows = [
        f"| {scale.title} | {words}, {norms.population} | {norms.mean:g} | {norms.sd:g} "
        f"| {f'{norms.n:,}' if norms.n else 'not known'} | {_reliability(norms)} | {_source(norms)} "
        f"| {norms.provenance.words} |"
        for scale in one.scales.values()
        for words, norms in (("clinical", scale.norms), ("functional", scale.functional_norms))
        if norms
    ]
    head = ["| scale | population | mean | SD | people | reliability | source | how sure |", f"|{'---|' * 8}"]
    return ["", "## Norms", "", *(head + rows if rows else ["None that could be seen."])]


def _reliability(norms: Norms) -> str:
    return f"{norms.reliability:g}, {norms.reliability_is}" if norms.reliability else "not known"


def _source(norms: Norms) -> str:
    return f"{norms.provenance.source}{f' [{norms.doi}](https://doi.org/{norms.doi})' if norms.doi else ''}"


def _codes(one: Instrument) -> list[str]:
    if not one.codes_provenance:
        return []
    listed = [f"- {scale}: {', '.join(names)}" for scale, names in one.codes.items()]
    return ["", "## Codes", "", f"Their names only. How sure: {one.codes_provenance.words}", "", *listed]


def _worked(one: Instrument) -> list[str]:
    """Return the forms worked by hand that the tests hold the code to."""
    lines = ["", "## Worked by hand"]
    for form in tomllib.loads(WORKED_FORMS.read_text(encoding="utf-8"))[one.key]:
        scores = ", ".join(f"{scale} {score}" for scale, score in form["scores"].items())
        lines += ["", f"{form['form'][0].upper()}{form['form'][1:]}. Answers: {form['answers']}", ""]
        lines += [*(f"- {step}" for step in form["steps"]), f"- **scores: {scores}**"]
    return lines


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
