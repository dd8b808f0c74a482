"""A sheet as DOCX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from supervision_kit.agenda.blocks import (
    ACCENT,
    COLUMN_GAP,
    NO_DAY,
    PAGE_HEIGHT,
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
from supervision_kit.words import say

FONT = "DejaVu Sans"  # where a computer lacks it, the program takes another
FONT_LINE = 1.164  # of this font: the height of a line, in sizes
STEP = 4.5  # mm that a list is set in
AS_DRAWN = 100  # percent
MM_PER_POINT = 25.4 / 72


def write_docx(sheets: Iterable[tuple[Look, Sequence[Block]]], *, title: str, language: str) -> bytes:
    """Return the sheets as DOCX, each in its look; its properties name the title and language, and nobody."""
    from docx import Document

    document = Document()
    _describe(document, title, language)
    _set_fonts(document, language)
    for n, (look, blocks) in enumerate(sheets):
        _begin_page(document.add_section() if n else document.sections[0], look)
        for block in blocks:
            _add(document, document, block, look)
    written = BytesIO()
    document.save(written)
    return _without_moment(written)


def _without_moment(written: BytesIO) -> bytes:
    """Return a DOCX whose parts do not tell when they were written."""
    timeless = BytesIO()
    with ZipFile(written) as parts, ZipFile(timeless, "w", ZIP_DEFLATED) as copy:
        for part in parts.infolist():
            copy.writestr(ZipInfo(part.filename, NO_DAY.timetuple()[:6]), parts.read(part), ZIP_DEFLATED)
    return timeless.getvalue()


def _describe(document: Any, title: str, language: str) -> None:
    about = document.core_properties
    about.title, about.language, about.author, about.last_modified_by, about.comments = title, language, "", "", ""
    about.created = about.modified = NO_DAY


def _set_fonts(document: Any, language: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        style = document.styles[name]
        style.font.name = FONT
        style.font.color.rgb = RGBColor.from_string(ACCENT if name == "Heading 1" else TEXT)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(kind), FONT)
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(kind), None)
    for spelling in document.styles.element.iter(qn("w:lang")):
        spelling.set(qn("w:val"), language)


def _begin_page(section: Any, look: Look) -> None:
    from docx.shared import Mm

    section.page_width, section.page_height = Mm(PAGE_WIDTH), Mm(PAGE_HEIGHT)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(look.margin)
    section.header_distance = section.footer_distance = Mm(look.margin / 2)


def _add(document: Any, place: Any, block: Block, look: Look) -> None:
    """Add a block to the document, or to a cell of it."""
    match block:
        case Heading():
            _head(document, place, block, look)
        case Paragraph():
            _write(_set(place.add_paragraph(), look), block, look)
        case Points(points):
            _list(place, points, look)
        case Picture(png, words, width):
            _draw(_set(place.add_paragraph(), look, is_line=False), png, words, width)
        case RoomToWrite(lines, lead):
            for line in range(lines):
                _rule(place.add_paragraph(), look, "" if line else lead)
        case Beside():
            _set_beside(document, block, look)


def _head(document: Any, place: Any, heading: Heading, look: Look) -> None:
    if heading.level == 1:
        _head_pages(document.sections[-1], heading.text, look)
    before = 0 if heading.level == 1 else look.gap * 8
    paragraph = _set(place.add_paragraph(style=f"Heading {heading.level}"), look, before=before)
    _run(paragraph, heading.text, look, size=look.headings[heading.level - 1], is_bold=True)
    if heading.aside:
        _run(paragraph, f" {heading.aside}", look)


def _write(paragraph: Any, words: Paragraph, look: Look) -> None:
    if words.lead:
        _run(paragraph, f"{words.lead} ", look, is_bold=True)
    if words.is_quiet:
        _run(paragraph, words.text, look, size=look.quiet, colour=QUIET)
    else:
        _run(paragraph, words.text, look)


def _set_beside(document: Any, block: Beside, look: Look) -> None:
    """Set two columns as a table of one row, which no page cuts in two."""
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    _add(document, document, block.heading, look)
    room = PAGE_WIDTH - 2 * look.margin
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    _set_cell_margins(table)
    row = table.rows[0]
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - python-docx has no other way
    cells = zip(table.columns, row.cells, (block.left, block.right), (look.left, 1 - look.left), strict=True)
    for column, cell, blocks, share in cells:
        column.width = cell.width = Mm((room - COLUMN_GAP) * share + COLUMN_GAP / 2)
        for one in blocks:
            _add(document, cell, one, look)
        _drop(cell.paragraphs[0])  # a cell begins with an empty one


def _set_cell_margins(table: Any) -> None:
    """Let cells begin where paragraphs do, and end half a gap before the next."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side, room in (("left", 0.0), ("right", COLUMN_GAP / 2)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(round(room / MM_PER_POINT * 20)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)  # noqa: SLF001


def _drop(paragraph: Any) -> None:
    paragraph._p.getparent().remove(paragraph._p)  # noqa: SLF001


def _set(paragraph: Any, look: Look, *, before: float = 0, step: int = 0, is_line: bool = True) -> Any:
    """Set how far a paragraph stands from others, `before` in mm, how far in, and how high its lines are."""
    from docx.shared import Mm, Pt

    room = paragraph.paragraph_format
    room.space_before, room.space_after = Mm(before), Pt(look.text * look.line * look.gap)
    if step:
        room.left_indent, room.first_line_indent = Mm(step * STEP), Mm(-STEP)
    room.line_spacing = look.line / FONT_LINE if is_line else 1.0
    return paragraph


def _run(paragraph: Any, text: str, look: Look, *, size: float = 0, is_bold: bool = False, colour: str = "") -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(size or look.text), is_bold
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    if look.stretch != AS_DRAWN:
        stretch = OxmlElement("w:w")
        stretch.set(qn("w:val"), str(round(look.stretch)))
        run._r.get_or_add_rPr().append(stretch)  # noqa: SLF001


def _head_pages(section: Any, sheet: str, look: Look) -> None:
    """Let each page that goes on with a sheet say whose sheet it is; the first has its heading."""
    section.different_first_page_header_footer = True
    section.header.is_linked_to_previous = False
    (paragraph,) = section.header.paragraphs
    _run(paragraph, say("{sheet}, continued", sheet=sheet), look, size=look.quiet, colour=QUIET)


def _list(place: Any, points: tuple[tuple[str, tuple[str, ...]], ...], look: Look) -> None:
    for point, under in points:
        paragraph = _set(place.add_paragraph(style="List Bullet"), look, step=1)
        _run(paragraph, point, look)
        paragraph.paragraph_format.keep_with_next = bool(under)
        for one in under:
            _run(_set(place.add_paragraph(style="List Bullet 2"), look, step=2), one, look)


def _draw(paragraph: Any, png: bytes, words: str, width: float) -> None:
    from docx.shared import Cm

    drawn = paragraph.add_run().add_picture(BytesIO(png), width=Cm(width))
    about = drawn._inline.docPr  # noqa: SLF001 - python-docx has no other way to say what a picture shows
    about.set("descr", words)
    about.set("name", "chart")


def _rule(paragraph: Any, look: Look, lead: str) -> None:
    """Draw a line to write on beneath a paragraph that holds its lead at most."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    _set(paragraph, look, before=max(look.pen - look.text * look.line * MM_PER_POINT, 0))
    _run(paragraph, lead, look, is_bold=True)
    borders = OxmlElement("w:pBdr")
    for edge in ("bottom", "between"):
        line = OxmlElement(f"w:{edge}")
        for name, value in {"val": "single", "sz": "4", "space": "1", "color": QUIET}.items():
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001
