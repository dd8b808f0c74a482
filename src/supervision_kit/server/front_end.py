"""What browsers load of Voila's front end, in a few packed pieces whose addresses change with their content.

Voila's front end is some 200 small scripts, of which a page loads about 90, one after the other, as each comes to be
needed. They are webpack's: a script that is there before it is needed is not asked for. So those that pages need are
listed (``front_end.txt``), joined, and sent while the page's kernel is still at work. A script that is not on the list,
say of another version of Voila, is loaded from its own place, as ever.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from tornado.web import RequestHandler
from voila.paths import collect_static_paths
from voila.utils import get_voila_labextensions_path

from supervision_kit.chart_bundle import bundle_name, read_bundle

LISTED = Path(__file__).with_name("front_end.txt")
"""The scripts that the pages' browsers asked for, one a line; written by ``docs/list_front_end.py``."""

FOLDER = "supervision_kit"
"""Below the server's base address."""

JAVASCRIPT, STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"


@dataclass(frozen=True)
class Piece:
    """A file that browsers may keep for good; its address, below the server's own, changes with its content."""

    address: str
    content: str
    kind: str = JAVASCRIPT

    @classmethod
    def of(cls, name: str, content: str, *, kind: str = JAVASCRIPT) -> Piece:
        """Give a content its address."""
        stem, _, ending = name.rpartition(".")
        return cls(f"{FOLDER}/{stem}-{hashlib.sha256(content.encode()).hexdigest()[:16]}.{ending}", content, kind)

    @cached_property
    def packed(self) -> bytes:
        """Its bytes, compressed once."""
        return gzip.compress(self.content.encode(), mtime=0)


@cache
def front_end() -> dict[str, Piece]:
    """Return the pieces: ``front``, all that is listed; ``start``, which begins; ``look``, JupyterLab's style."""
    scripts = [_alone(path.read_text(encoding="utf-8")) for path in listed_files()]
    return {
        "front": Piece.of("front.js", "\n".join(scripts)),
        "start": Piece.of("start.js", _find("static/voila.js").read_text(encoding="utf-8")),
        "look": Piece.of("look.css", "\n".join(_read_all("static/index.css", "static/theme-light.css")), kind=STYLE),
        "chart": Piece(f"{FOLDER}/{bundle_name()}", read_bundle()),
    }


def listed_files() -> Iterator[Path]:
    """Find the listed scripts among what is installed; those that are not there are passed over."""
    for name in LISTED.read_text(encoding="utf-8").split():
        for root in _roots(name):
            path = root / name.partition("/")[2]
            if path.is_file():
                yield path
                break


def _roots(name: str) -> Iterable[Path]:
    """Return where files of that name can be: scripts of Voila's own, or of an extension."""
    if name.startswith("static/"):
        return map(Path, collect_static_paths(["voila", "nbconvert"], "lab"))
    return map(Path, get_voila_labextensions_path([]))


def _find(name: str) -> Path:
    return next(path for root in _roots(name) if (path := root / name.partition("/")[2]).is_file())


def _read_all(*names: str) -> list[str]:
    return [_find(name).read_text(encoding="utf-8") for name in names]


def _alone(script: str) -> str:
    """Return a script so that what it says of itself ("use strict") holds for none of those that follow it."""
    return f"(function(){{{script}\n}}).call(self);"


class LastingPiece(RequestHandler):
    """Sends a piece, packed for browsers that take it so."""

    def initialize(self, piece: Piece) -> None:
        """Take the piece."""
        self.piece = piece

    def get(self) -> None:
        """Send it."""
        self.set_header("Content-Type", self.piece.kind)
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(self.piece.packed)
        else:
            self.finish(self.piece.content)
