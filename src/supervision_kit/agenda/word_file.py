"""A sheet as DOCX."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

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
from supervision_kit.words import say

FONT = "DejaVu Sans"  # where a computer lacks it, the program takes another


def write_docx(blocks: Iterable[Block], *, title: str, language: str) -> bytes:
    """Return the sheets as DOCX; its properties name the title and language, and nobody."""
    from docx import Document

    document = Document()
    _describe(document, title, language)
    _set_look(document, language)
    for block in blocks:
        _add(document, block)
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


def _set_look(document: Any, language: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    (page,) = document.sections
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2)
    looks = {"Normal": (TEXT_SIZE, TEXT, False)} | {
        f"Heading {n}": (SIZES[n], ACCENT if n == 1 else TEXT, True) for n in SIZES
    }
    for name, (size, colour, is_bold) in looks.items():
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold = FONT, Pt(size), is_bold
        style.font.color.rgb = RGBColor.from_string(colour)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(kind), FONT)
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(kind), None)
        style.paragraph_format.space_before = Pt(8 if name in {"Heading 2", "Heading 3"} else 0)
        style.paragraph_format.space_after = Pt(4)
    for spelling in document.styles.element.iter(qn("w:lang")):
        spelling.set(qn("w:val"), language)


def _add(document: Any, block: Block) -> None:
    match block:
        case Heading(text, level):
            if level == 1:
                _head_pages(document.sections[-1], text)
            document.add_heading(text, level)
        case Paragraph(text, is_quiet):
            _write(document, text, is_quiet=is_quiet)
        case Points(points):
            _list(document, points)
        case Picture(png, words, width):
            _draw(document, png, words, width)
        case RoomToWrite(lines):
            for _ in range(lines):
                _rule(document.add_paragraph())
        case NewPage():
            document.add_section()


def _head_pages(section: Any, sheet: str) -> None:
    """Let each page that goes on with a sheet say whose sheet it is; the first has its heading."""
    from docx.shared import Pt, RGBColor

    section.different_first_page_header_footer = True
    section.header.is_linked_to_previous = False
    (paragraph,) = section.header.paragraphs
    run = paragraph.add_run(say("{sheet}, continued", sheet=sheet))
    run.font.size, run.font.color.rgb = Pt(QUIET_SIZE), RGBColor.from_string(QUIET)


def _write(document: Any, text: str, *, is_quiet: bool) -> None:
    from docx.shared import Pt, RGBColor

    run = document.add_paragraph().add_run(text)
    if is_quiet:
        run.font.size, run.font.color.rgb = Pt(QUIET_SIZE), RGBColor.from_string(QUIET)


def _list(document: Any, points: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    for point, under in points:
        document.add_paragraph(point, "List Bullet").paragraph_format.keep_with_next = bool(under)
        for one in under:
            document.add_paragraph(one, "List Bullet 2")


def _draw(document: Any, png: bytes, words: str, width: float) -> None:
    from docx.shared import Cm

    drawn = document.add_picture(BytesIO(png), width=Cm(width))
    about = drawn._inline.docPr  # noqa: SLF001 - python-docx has no other way to say what a picture shows
    about.set("descr", words)
    about.set("name", "chart")


def _rule(paragraph: Any) -> None:
    """Draw a line to write on beneath an empty paragraph."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    paragraph.paragraph_format.space_before = Pt(12)
    borders = OxmlElement("w:pBdr")
    for edge in ("bottom", "between"):
        line = OxmlElement(f"w:{edge}")
        for name, value in {"val": "single", "sz": "4", "space": "1", "color": QUIET}.items():
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001
