"""What a bundle says of itself: format, version, settings, tables, a checksum of each file; not who, where or when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from supervision_kit import __version__
from supervision_kit.bundles.contents import FORMAT, MANIFEST, PAGES_FOLDER, REPORT, TABLES, is_known_file, table_file
from supervision_kit.bundles.parquet import schema_of
from supervision_kit.errors import BundleError
from supervision_kit.words import say

KIND = "supervision_kit bundle"


def write_manifest(
    files: Mapping[str, bytes], tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any]
) -> bytes:
    """Return the manifest of these files."""
    said = {
        "kind": KIND,
        "format": FORMAT,
        "kit_version": __version__,
        "settings": dict(settings),
        "tables": {name: {"rows": len(table), "columns": schema_of(name)} for name, table in tables.items()},
        "files": {name: checksum(content) for name, content in sorted(files.items())},
    }
    return (json.dumps(said, indent=1) + "\n").encode()


def checksum(content: bytes) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what the bundle in `folder` says of itself.

    Raises
    ------
    BundleError
        There is no bundle, or one that this version does not understand.
    """
    try:
        said = json.loads((folder / MANIFEST).read_bytes())
    except OSError:
        raise _none() from None
    except (ValueError, RecursionError):  # no JSON, no text at all, or brackets within brackets without end
        raise _damaged(MANIFEST) from None
    if not isinstance(said, dict) or said.get("kind") != KIND:
        raise _none()
    made_for = said.get("format")
    if isinstance(made_for, bool) or not isinstance(made_for, int) or made_for < 1:
        raise _damaged(MANIFEST)
    if made_for > FORMAT:
        raise BundleError(say("This bundle was made by a newer version of supervision_kit. Upgrade to open it."))
    _check_parts(said)
    return said


def _check_parts(said: dict[str, Any]) -> None:
    files, tables, settings = (said.get(name, ()) for name in ("files", "tables", "settings"))
    are_whole = all(isinstance(part, dict) for part in (files, tables, settings))
    if not are_whole or set(tables) != set(TABLES) or not {REPORT, *map(table_file, TABLES)} <= set(files):
        raise _damaged(MANIFEST)
    if not all(map(is_known_file, files)):
        raise BundleError(say("This bundle lists files that no bundle holds. Do not use it."))


def check_files(folder: Path, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files that the manifest lists, each as it was published.

    Raises
    ------
    BundleError
        Names the file that is missing or was changed; a page was added.
    """
    content = {}
    for name, expected in manifest["files"].items():
        try:
            content[name] = (folder / name).read_bytes()
        except OSError:
            raise BundleError(say("{file} is missing from this bundle. Ask for it again.", file=name)) from None
        if checksum(content[name]) != expected:
            raise _damaged(name)
    pages = {f"{PAGES_FOLDER}/{path.name}" for path in (folder / PAGES_FOLDER).glob("*.ipynb")}
    if not pages <= set(content):
        raise BundleError(say("A page was added to this bundle after it was published. Ask for it again."))
    return content


def _none() -> BundleError:
    return BundleError(say("This is no bundle: give the folder that supervision-kit publish wrote."))


def _damaged(name: str) -> BundleError:
    return BundleError(
        say("{file} of this bundle was changed or damaged after it was published. Ask for it again.", file=name)
    )
