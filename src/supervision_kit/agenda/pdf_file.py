"""A sheet as PDF, with its font inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from supervision_kit.agenda.blocks import (
    ACCENT,
    COLUMN_GAP,
    NO_DAY,
    PAGE_WIDTH,
    QUIET,
    TEXT,
    Beside,
    Block,
    Heading,
    Look,
    Paragraph,
    Picture,
    Points,
    RoomToWrite,
)
from supervision_kit.words import say, say_n

FAMILY = "DejaVu Sans"
STYLES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
STEP = 4.5  # mm that a list is set in
ENDLESS = 1e6  # mm
MM_PER_POINT = 25.4 / 72
UNKNOWN_SIGN = "\N{REPLACEMENT CHARACTER}"


def write_pdf(sheets: Iterable[tuple[Look, Sequence[Block]]], *, title: str, language: str) -> bytes:
    """Return the sheets as PDF, each in its look; its properties name the title and language, and nobody."""
    document = _begin("A4")
    document.set_title(title)
    document.set_lang(language)
    document.set_creation_date(NO_DAY)
    ruler = Ruler()
    lacking, look = 0, Look()
    for look, blocks in sheets:
        document.begin_sheet(look)
        for block in blocks:
            _keep_together(document, block, look, ruler)
            lacking += _add(document, block, look)
    if lacking:
        words = say_n(
            "{n} sign is not in this file’s font and was replaced by {sign}: write DOCX or Markdown to have it.",
            "{n} signs are not in this file’s font and were replaced by {sign}: write DOCX or Markdown to have them.",
            lacking,
            sign=UNKNOWN_SIGN,
        )
        _write(document, words, look, size=look.quiet, colour=QUIET)
    return bytes(document.output())


class Ruler:
    """Measures blocks on a page that has no end."""

    def __init__(self) -> None:
        self.document = _begin((PAGE_WIDTH, ENDLESS))

    def measure(self, blocks: Sequence[Block], look: Look) -> float:
        """Return how much room blocks take from top to bottom, in mm."""
        self.document.begin_sheet(look)
        top: float = self.document.get_y()
        for block in blocks:
            _add(self.document, block, look)
        taken: float = self.document.get_y() - top
        return taken


def _begin(size: str | tuple[float, float]) -> Any:
    """Return an empty document whose pages that go on with a sheet say whose sheet it is."""
    from fpdf import FPDF

    class Sheets(FPDF):
        sheet = ""  # the heading of the sheet that goes on
        look = Look()

        def begin_sheet(self, look: Look) -> None:
            self.sheet, self.look = "", look
            self.set_margin(look.margin)
            self.set_auto_page_break(True, margin=look.margin)
            self.add_page()

        def header(self) -> None:
            if self.sheet:
                words = say("{sheet}, continued", sheet=self.sheet)
                _write(self, words, self.look, size=self.look.quiet, colour=QUIET)

    document = Sheets(format=size)
    for style, name in STYLES.items():
        document.add_font(FAMILY, style, str(_font_folder() / name))
    return document


@cache
def _font_folder() -> Path:
    """Return where matplotlib keeps the fonts that come with it."""
    found = find_spec("matplotlib")
    (folder,) = found.submodule_search_locations or [""] if found else [""]
    return Path(folder) / "mpl-data" / "fonts" / "ttf"


def _keep_together(document: Any, block: Block, look: Look, ruler: Ruler) -> None:
    """Begin a page where a case would be cut in two; one that takes more than a page flows."""
    end = document.get_y() + (ruler.measure([block], look) if isinstance(block, Beside) else 0)
    if end > document.h - look.margin:
        document.add_page()


def _add(document: Any, block: Block, look: Look) -> int:
    """Add a block; return how many of its signs the font does not have."""
    match block:
        case Heading():
            return _head(document, block, look)
        case Paragraph(text, is_quiet, lead):
            if lead:
                return _write_led(document, lead, text, look, size=look.text)
            size, colour = (look.quiet, QUIET) if is_quiet else (look.text, TEXT)
            return _write(document, text, look, size=size, colour=colour)
        case Points(points):
            return sum(_write_point(document, point, under, look) for point, under in points)
        case Picture(png, words, width):
            document.image(BytesIO(png), w=width * 10, alt_text=words)
            document.ln(2 * look.gap + 0.5)
        case RoomToWrite(lines, lead):
            for line in range(lines):
                _rule(document, look, "" if line else lead)
        case Beside():
            return _set_beside(document, block, look)
    return 0


def _head(document: Any, heading: Heading, look: Look) -> int:
    if heading.level > 1:
        document.ln(look.gap * 8)
    document.start_section(_printable(document, heading.text)[0], level=heading.level - 1)
    size = look.headings[heading.level - 1]
    if heading.level == 1:
        document.sheet = heading.text
        return _write(document, heading.text, look, size=size, style="B", colour=ACCENT)
    return _write_led(document, heading.text, heading.aside, look, size=size)


def _set_beside(document: Any, block: Beside, look: Look) -> int:
    """Set two columns from the same line on, and go on beneath the longer one."""
    lacking = _add(document, block.heading, look)
    top = document.get_y()
    room = PAGE_WIDTH - 2 * look.margin - COLUMN_GAP
    ends = []
    for blocks, from_left, width in (
        (block.left, 0.0, room * look.left),
        (block.right, room * look.left + COLUMN_GAP, room * (1 - look.left)),
    ):
        document.set_left_margin(look.margin + from_left)
        document.set_right_margin(PAGE_WIDTH - look.margin - from_left - width)
        document.set_xy(document.l_margin, top)
        lacking += sum(_add(document, one, look) for one in blocks)
        ends.append(document.get_y())
    document.set_left_margin(look.margin)
    document.set_right_margin(look.margin)
    document.set_xy(look.margin, max(ends))
    return lacking


def _write_point(document: Any, text: str, under: tuple[str, ...], look: Look) -> int:
    return _write(document, text, look, bullet="•", indent=STEP) + sum(
        _write(document, one, look, bullet="–", indent=2 * STEP) for one in under
    )


def _write(
    document: Any,
    text: str,
    look: Look,
    *,
    size: float = 0,
    style: str = "",
    colour: str = TEXT,
    bullet: str = "",
    indent: float = 0,
) -> int:
    height = _set_type(document, look, size or look.text, style, colour)
    if bullet:
        document.set_x(document.l_margin + indent - STEP)
        document.cell(STEP, height, bullet)
    printable, lacking = _printable(document, text)
    document.multi_cell(0, height, printable, align="L", new_x="LMARGIN", new_y="NEXT")
    document.ln(height * look.gap)
    return lacking


def _write_led(document: Any, lead: str, text: str, look: Look, *, size: float) -> int:
    """Write a lead in bold, of a size of its own, and a text that goes on from it."""
    height = _set_type(document, look, size, "B", TEXT)
    (first, lacking), (then, lacking_too) = (_printable(document, one) for one in (lead, text))
    document.write(height, first)
    if then:
        _set_type(document, look, look.text, "", TEXT)
        document.write(height, f" {then}")
    document.ln(height * (1 + look.gap))
    return lacking + lacking_too


def _set_type(document: Any, look: Look, size: float, style: str, colour: str) -> float:
    """Set what the next words look like; return the height of their lines in mm."""
    document.set_font(FAMILY, style, size)
    document.set_stretching(look.stretch)
    document.set_text_color(*bytes.fromhex(colour))
    return size * MM_PER_POINT * look.line


def _printable(document: Any, text: str) -> tuple[str, int]:
    """Return the text with a sign in the place of those that the font does not have, and how many these are."""
    known = document.fonts[FAMILY.lower()].cmap
    signs = [sign if ord(sign) in known or sign.isspace() else UNKNOWN_SIGN for sign in text]
    return "".join(signs), sum(one != other for one, other in zip(signs, text, strict=True))


def _rule(document: Any, look: Look, lead: str) -> None:
    """Draw a line to write on, behind its lead."""
    if document.will_page_break(look.pen + 2):
        document.add_page()
    height = _set_type(document, look, look.text, "B", TEXT)
    document.ln(max(look.pen - height, 0))
    start = document.l_margin
    if lead:
        document.cell(document.get_string_width(lead) * look.stretch / 100 + 1, height, lead)
        start = document.get_x() + 1
    document.ln(height)
    document.set_draw_color(*bytes.fromhex(QUIET))
    document.line(start, document.get_y(), document.w - document.r_margin, document.get_y())
    document.ln(1 + look.gap * 4)
