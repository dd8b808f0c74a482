"""The folder in which a group's consultation and its sign-ins are kept, for one server at a time and its user only."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack
from pathlib import Path

from supervision_kit.server.sharing.wishes import ServingError


def own_folder(named: str | Path | None, checksum: str) -> Path:
    """Return the folder of that name, or one in the user's data folder for the bundle with this checksum."""
    from platformdirs import user_data_path

    folder = Path(named) if named else user_data_path("supervision_kit") / "consultations" / checksum[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ServingError(f"Nothing can be kept in {folder}: {error.strerror}.") from error
    return folder.absolute()


def keep_others_out(folder: Path, until_the_end: ExitStack) -> None:
    """Hold the folder as long as this process lives: two servers would mix up two groups."""
    held = sqlite3.connect(private_file(folder / "in_use.sqlite"), timeout=0, isolation_level=None)
    until_the_end.callback(held.close)
    try:
        held.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        raise ServingError(
            "This bundle is being served already. Stop that server first, or keep another group's consultation "
            "apart with: --consultation FOLDER"
        ) from None


def private_file(path: Path) -> Path:
    """Return a path at which there is a file that only its owner can read."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    return path
