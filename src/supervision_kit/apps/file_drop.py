"""A place to drop files on: they come in pieces, so that no limit of a web socket swallows a large one."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Bool, Dict, Float, Int, Unicode, default

from supervision_kit.errors import RecordsError
from supervision_kit.words import current_language, later, say, say_number

MEGABYTE = 1_000_000
LIMIT = 100 * MEGABYTE
"""What the files on a page may hold together."""
MOST_FILES = 500
PIECE = 4 * MEGABYTE  # below the 10 MB above which Voila and JupyterLab drop a message without a word
LONGEST_NAME = 120
FOLDER = " › "
TOO_MANY = later("These are {n} files. Drop up to {most} at once, or a zip of them.")
TOO_LARGE = later(
    "This is {n} MB, and there is room for {room} MB on this page. Take files away, or split the export, by year for "
    "instance."
)


@dataclass(frozen=True)
class DroppedFile:
    """A file as it was dropped: its name, with the folders it was dropped in, and its bytes."""

    name: str
    content: bytes

    def open(self) -> io.BytesIO:
        """Return the file to read from, under its name."""
        file = io.BytesIO(self.content)
        file.name = self.name  # as files on disk have it
        return file


class FileDrop(anywidget.AnyWidget):
    """A drop zone with buttons to choose files or a folder, and a line that says how far things are.

    Parameters
    ----------
    take
        Called with the dropped files once all of them have arrived.
    guard
        Wraps what the browser's messages call; see :meth:`supervision_kit.apps.page.Page.guard`.

    Attributes
    ----------
    room
        How many bytes may still be dropped.
    status
        One plain sentence, read out by screen readers as it changes.
    progress
        The part that is done, from 0 to 1; less than 0 where nothing is under way.
    is_busy
        Whether the buttons rest because files are being read.
    """

    _esm = Path(__file__).with_name("file_drop.js")
    limit = Int(LIMIT).tag(sync=True)
    most_files = Int(MOST_FILES).tag(sync=True)
    piece = Int(PIECE).tag(sync=True)
    room = Int(LIMIT).tag(sync=True)
    status = Unicode("").tag(sync=True)
    progress = Float(-1.0).tag(sync=True)
    is_busy = Bool(default_value=False).tag(sync=True)
    words = Dict().tag(sync=True)

    def __init__(self, take: Callable[[list[DroppedFile]], None], guard: Callable[..., Any]) -> None:
        super().__init__()
        self.add_class("sk-drop")
        self._take = take
        self._coming: list[tuple[str, int, bytearray]] = []
        self.on_msg(guard(self._hear))

    @default("words")
    def _said_in_the_page(self) -> dict[str, str]:
        return {
            "language": current_language(),
            "title": say("Drop export files here, or"),
            "files": say("Choose files …"),
            "folder": say("Choose a folder …"),
            "input": say("Export files"),
            "bar": say("How much is done"),
            "hint": say(
                "CSV or other text, Excel, OpenDocument, SPSS, Stata, Parquet, REDCap, FHIR, or a zip of them · up to "
                "{n} MB together",
                n=say_number(LIMIT / MEGABYTE, digits=0),
            ),
            "busy": say("Files are being read. Please drop these again in a moment."),
            "none": say("There is no file in what was dropped. Drop the export files themselves."),
            "many": say(TOO_MANY, n="{n}", most=MOST_FILES),
            "large": say(TOO_LARGE, n="{n}", room="{room}"),
            "unread": say(
                "What was dropped could not be read by the browser. Choose the files with the button instead."
            ),
        }

    def announce(self, status: str, progress: float = -1.0) -> None:
        """Say how far things are."""
        self.status, self.progress = status, progress

    def _hear(self, _widget: object, message: dict[str, Any], buffers: list[memoryview]) -> None:
        try:
            if message["kind"] == "offer":
                self._announce(message["files"])
            elif message["kind"] == "piece":
                self._add_piece(buffers[0])
            else:
                self._give_up(message["name"])
        except RecordsError:
            self._coming = []
            self.announce("")
            raise

    def _give_up(self, name: str) -> None:
        raise RecordsError(
            say(
                "{file} could not be read by the browser: it may have been moved or changed. Drop it again.",
                file=_tidy(name),
            )
        )

    def _announce(self, offered: list[dict[str, Any]]) -> None:
        """Note what is to come, and ask for the first piece."""
        total = sum(int(file["size"]) for file in offered)
        if len(offered) > MOST_FILES:
            raise RecordsError(say(TOO_MANY, n=say_number(len(offered)), most=MOST_FILES))
        if total > self.room:
            here, room = (say_number(size / MEGABYTE, digits=0) for size in (total, self.room))
            raise RecordsError(say(TOO_LARGE, n=here, room=room))
        self._coming = [(_tidy(str(file["name"])), int(file["size"]), bytearray()) for file in offered]
        self._ask_on()

    def _add_piece(self, piece: memoryview) -> None:
        """Add a piece to the file that is on its way; what was not announced is not kept."""
        waiting = next(((size, content) for _, size, content in self._coming if len(content) < size), None)
        if waiting is None:
            return
        size, content = waiting
        if not len(piece) or len(content) + len(piece) > size:
            raise RecordsError(say("A file changed while it was sent. Drop it again."))
        content += piece
        self._ask_on()

    def _ask_on(self) -> None:
        """Ask for the next piece, or hand over the files that are here."""
        for at, (name, size, content) in enumerate(self._coming):
            if len(content) < size:
                total = sum(each for _, each, _ in self._coming)
                here = sum(len(each) for _, _, each in self._coming)
                self.announce(say("Taking in {file} …", file=name), here / total)
                self.send({"kind": "send", "file": at, "start": len(content)})
                return
        files = [DroppedFile(name, bytes(content)) for name, _, content in self._coming]
        self._coming = []
        self.announce("")
        if files:
            self._take(files)


def _tidy(name: str) -> str:
    """Return a name to show: folders told apart from the file, nothing that cannot be printed."""
    parts = [part for part in name.replace("\\", "/").split("/") if part.strip()]
    shown = "".join(letter for letter in FOLDER.join(parts) if letter.isprintable())
    return shown[-LONGEST_NAME:] or say("a file without a name")
