"""A sheet as Markdown; charts stand in the file itself, at its end."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence

from supervision_kit.agenda.blocks import Block, Heading, Look, Paragraph, Picture, Points, RoomToWrite

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_BEGINS_LIKE_A_MARK = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)")


def write_markdown(sheets: Iterable[tuple[Look, Sequence[Block]]], *, title: str, language: str) -> bytes:  # noqa: ARG001 - as the others
    """Return the sheets as Markdown in UTF-8; texts are escaped, so that none of them becomes markup."""
    lines: list[str] = []
    pictures: list[bytes] = []
    for _, blocks in sheets:
        for block in blocks:
            match block:
                case Heading(text, level, aside):
                    lines += [f"{'#' * level} {_escape(text)}", "", *([_escape(aside), ""] if aside else [])]
                case Paragraph(text, is_quiet):
                    lines += [f"*{_escape(text)}*" if is_quiet else _escape(text), ""]
                case Points(points):
                    lines += [line for point, under in points for line in _point(point, under)] + [""]
                case Picture(png, words):
                    pictures.append(png)
                    lines += [f"![{_escape(words)}][chart-{len(pictures)}]", ""]
                case RoomToWrite(n):
                    lines += ["\\_" * 30, ""] * n
        lines += ["---", ""]
    while lines and lines[-1] in {"", "---"}:
        lines.pop()
    drawn = [f"[chart-{n}]: data:image/png;base64,{b64encode(png).decode()}" for n, png in enumerate(pictures, start=1)]
    return "\n".join([*lines, "", *drawn, ""]).encode()


def _point(text: str, under: tuple[str, ...]) -> Iterable[str]:
    return (f"- {_escape(text)}", *(f"  - {_escape(one)}" for one in under))


def _escape(text: str) -> str:
    """Return a text on one line in which nothing is markup."""
    plain = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return _BEGINS_LIKE_A_MARK.sub(
        lambda mark: f"{mark[1]}\\{mark[2]}" if len(mark[2]) == 1 else f"{mark[1]}{mark[2][:-1]}\\{mark[2][-1]}", plain
    )
