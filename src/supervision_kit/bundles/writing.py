"""A bundle written whole or not at all: beside its place first, then moved there."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from supervision_kit.bundles.contents import MANIFEST, PAGES_FOLDER, REPORT, TABLES, table_file, to_publish
from supervision_kit.bundles.manifest import read_manifest, write_manifest
from supervision_kit.bundles.parquet import write_table
from supervision_kit.errors import BundleError
from supervision_kit.words import say

DAY = 24 * 60 * 60  # seconds
_OWNER_READS, _OWNER_ONLY = 0o400, 0o700


def write_bundle(
    folder: Path,
    *,
    tables: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any],
    report: str,
    pages: Mapping[str, bytes],
    replace: bool = False,
) -> None:
    """Write a bundle; its files are for their owner to read, and are dated to the day alone.

    Parameters
    ----------
    folder
        Where it shall lie.
    tables
        Those of :data:`contents.TABLES`; one that is left out is empty.
    settings
        How it was de-identified, as JSON can hold it.
    report
        The disclosure report, in Markdown.
    pages
        Notebooks by name.
    replace
        Whether to put it in the place of a bundle that is there.

    Raises
    ------
    BundleError
        Something is there already, or nothing can be written there.
    """
    check_place(folder, replace=replace)
    published = {name: to_publish(name, tables.get(name, contract.empty())) for name, contract in TABLES.items()}
    files = {table_file(name): write_table(name, table) for name, table in published.items()}
    files |= {f"{PAGES_FOLDER}/{name}": page for name, page in pages.items()} | {REPORT: report.encode()}
    files[MANIFEST] = write_manifest(files, published, settings)
    partial = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        _write_files(partial, files)
        _move(partial, folder)
    except OSError as error:
        raise BundleError(
            say("The bundle cannot be written: {reason}. Give another place.", reason=error.strerror or say("refused"))
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_place(folder: Path, *, replace: bool) -> None:
    """Refuse a place where no bundle can be written."""
    if not folder.parent.is_dir():
        raise BundleError(
            say("The bundle cannot be written: the folder that it shall lie in is not there. Make it first.")
        )
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BundleError(say("The bundle cannot be written: there is a file of that name. Give another name."))
    if not any(folder.iterdir()):
        return
    if not replace:
        raise BundleError(
            say(
                "The bundle cannot be written: the folder is not empty, and nothing is overwritten. Give another name, "
                "or say that the bundle there may be replaced."
            ),
            advice="replace",
        )
    read_manifest(folder)  # nothing but a bundle is ever replaced


def _write_files(partial: Path, files: Mapping[str, bytes]) -> None:
    partial.mkdir(mode=_OWNER_ONLY)
    for name, content in files.items():
        path = partial / name
        path.parent.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        path.write_bytes(content)
        path.chmod(_OWNER_READS)
        date_to_the_day(path)
    for path in [*(path for path in partial.iterdir() if path.is_dir()), partial]:
        date_to_the_day(path)


def date_to_the_day(path: Path) -> None:
    """Date a file or folder to midnight: when in the day something was published tells who was at work."""
    today = time.time() // DAY * DAY
    os.utime(path, (today, today))


def _move(partial: Path, folder: Path) -> None:
    """Put what was written in its place; what was there is taken away when the new one stands."""
    if not folder.exists() or not any(folder.iterdir()):
        partial.rename(folder)  # takes the place of an empty folder
        return
    old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    folder.rename(old)
    try:
        partial.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)
