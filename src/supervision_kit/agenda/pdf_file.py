"""A sheet as PDF, with its font inside."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from supervision_kit.agenda.blocks import (
    ACCENT,
    NO_DAY,
    QUIET,
    QUIET_SIZE,
    SIZES,
    TEXT,
    TEXT_SIZE,
    Block,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Points,
    RoomToWrite,
)
from supervision_kit.words import say, say_n

FAMILY = "DejaVu Sans"
STYLES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
MARGIN, LINE, STEP = 20.0, 1.35, 5.0  # mm; line height in sizes; mm that a list is set in
MM_PER_POINT = 25.4 / 72
UNKNOWN_SIGN = "\N{REPLACEMENT CHARACTER}"


def write_pdf(blocks: Iterable[Block], *, title: str, language: str) -> bytes:
    """Return the sheets as PDF; its properties name the title and language, and nobody."""
    document = _begin()
    document.set_title(title)
    document.set_lang(language)
    document.set_creation_date(NO_DAY)
    document.set_margin(MARGIN)
    for style, name in STYLES.items():
        document.add_font(FAMILY, style, str(_font_folder() / name))
    lacking = 0
    for block in blocks:
        lacking += _add(document, block)
    if lacking:
        words = say_n(
            "{n} sign is not in this file’s font and was replaced by {sign}: write DOCX or Markdown to have it.",
            "{n} signs are not in this file’s font and were replaced by {sign}: write DOCX or Markdown to have them.",
            lacking,
            sign=UNKNOWN_SIGN,
        )
        _write(document, words, size=QUIET_SIZE, colour=QUIET)
    return bytes(document.output())


def _begin() -> Any:
    """Return an empty document whose pages that go on with a sheet say whose sheet it is."""
    from fpdf import FPDF

    class Sheets(FPDF):
        sheet = ""  # the heading of the sheet that goes on

        def header(self) -> None:
            if self.sheet:
                _write(self, say("{sheet}, continued", sheet=self.sheet), size=QUIET_SIZE, colour=QUIET)

    return Sheets(format="A4")


@cache
def _font_folder() -> Path:
    """Return where matplotlib keeps the fonts that come with it."""
    found = find_spec("matplotlib")
    (folder,) = found.submodule_search_locations or [""] if found else [""]
    return Path(folder) / "mpl-data" / "fonts" / "ttf"


def _add(document: Any, block: Block) -> int:
    """Add a block; return how many of its signs the font does not have."""
    match block:
        case Heading(text, level):
            if level == 1:
                document.sheet = ""
                document.add_page()
                document.sheet = text
            else:
                document.ln(2)
            document.start_section(_printable(document, text)[0], level=level - 1)
            return _write(document, text, size=SIZES[level], style="B", colour=ACCENT if level == 1 else TEXT)
        case Paragraph(text, is_quiet):
            look = (QUIET_SIZE, QUIET) if is_quiet else (TEXT_SIZE, TEXT)
            return _write(document, text, size=look[0], colour=look[1])
        case Points(points):
            return sum(_write_point(document, point, under) for point, under in points)
        case Picture(png, words, width):
            document.image(BytesIO(png), w=width * 10, alt_text=words)
            document.ln(2)
        case RoomToWrite(lines):
            for _ in range(lines):
                _rule(document)
        case NewPage():
            pass  # its heading begins a page
    return 0


def _write_point(document: Any, text: str, under: tuple[str, ...]) -> int:
    return _write(document, text, bullet="•", indent=STEP) + sum(
        _write(document, one, bullet="–", indent=2 * STEP) for one in under
    )


def _write(
    document: Any,
    text: str,
    *,
    size: float = TEXT_SIZE,
    style: str = "",
    colour: str = TEXT,
    bullet: str = "",
    indent: float = 0,
) -> int:
    document.set_font(FAMILY, style, size)
    document.set_text_color(*bytes.fromhex(colour))
    height = size * MM_PER_POINT * LINE
    if bullet:
        document.set_x(document.l_margin + indent - STEP)
        document.cell(STEP, height, bullet)
    printable, lacking = _printable(document, text)
    document.multi_cell(0, height, printable, align="L", new_x="LMARGIN", new_y="NEXT")
    document.ln(height / 4)
    return lacking


def _printable(document: Any, text: str) -> tuple[str, int]:
    """Return the text with a sign in the place of those that the font does not have, and how many these are."""
    known = document.fonts[FAMILY.lower()].cmap
    signs = [sign if ord(sign) in known or sign.isspace() else UNKNOWN_SIGN for sign in text]
    return "".join(signs), sum(one != other for one, other in zip(signs, text, strict=True))


def _rule(document: Any) -> None:
    """Draw a line to write on."""
    document.ln(8)
    if document.will_page_break(2):
        document.add_page()
    document.set_draw_color(*bytes.fromhex(QUIET))
    document.line(document.l_margin, document.get_y(), document.w - document.r_margin, document.get_y())
    document.ln(2)
