"""Folders of connections that a server left behind when it was killed: they go when the next one starts.

Each server holds a file in its own folder as long as it lives, however it ends. A folder without such a file is not the
kit's, and one whose file is held is in use: neither is touched.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

NAMED = "voila_*"
"""As Voila names them."""

MARK = "held_by_supervision_kit"


def hold_folder(folder: Path) -> IO[bytes] | None:
    """Hold a folder for as long as the file that is returned stays open; None where the system cannot."""
    if sys.platform == "win32":
        return None
    import fcntl

    prepared = folder / f"{MARK}.new"
    held = prepared.open("wb")
    fcntl.flock(held, fcntl.LOCK_EX)
    prepared.rename(folder / MARK)  # held already when others can find it
    return held


def clear_left_folders(root: Path) -> None:
    """Remove the folders of this user's servers that live no more."""
    if sys.platform == "win32":
        return
    import fcntl

    for mark in _marks_in(root):
        try:
            with mark.open("rb") as left:
                fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(mark.parent, ignore_errors=True)
        except OSError:  # somebody holds it, or it has just gone
            continue


def _marks_in(root: Path) -> Iterator[Path]:
    for folder in root.glob(NAMED):
        mark = folder / MARK
        if not folder.is_symlink() and mark.is_file() and not mark.is_symlink() and folder.stat().st_uid == os.getuid():
            yield mark
