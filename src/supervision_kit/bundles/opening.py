"""A published bundle, opened: its tables, once every file is found to be as it was published."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from supervision_kit.bundles.contents import MANIFEST, REPORT, TABLES, table_file
from supervision_kit.bundles.manifest import check_files, checksum, read_manifest
from supervision_kit.bundles.parquet import read_table
from supervision_kit.environment import BUNDLE
from supervision_kit.errors import BundleError
from supervision_kit.words import say


@dataclass(frozen=True, kw_only=True, eq=False)
class Bundle:
    """A published bundle; :func:`open_bundle` makes one.

    Attributes
    ----------
    path
        Its folder.
    scores, responses, notes, codes
        Its tables, see :data:`supervision_kit.bundles.contents.TABLES`; empty where nothing of the kind was published.
    settings
        How it was de-identified.
    manifest
        All that it says of itself.
    checksum
        SHA-256 of the manifest, which holds those of the other files: two bundles with one checksum are the same.
    """

    path: Path
    scores: pd.DataFrame
    responses: pd.DataFrame
    notes: pd.DataFrame
    codes: pd.DataFrame
    settings: Mapping[str, Any]
    manifest: Mapping[str, Any]
    checksum: str

    @property
    def report_path(self) -> Path:
        """Where its disclosure report lies."""
        return self.path / REPORT


def open_bundle(path: str | Path | None = None) -> Bundle:
    """Open a bundle that :func:`supervision_kit.publish` wrote, after holding every file against its checksum.

    Checksums tell damage and later changes by accident or carelessness; they are no signature: get bundles from people
    you trust.

    Parameters
    ----------
    path
        Its folder; without one, the folder in ``SUPERVISION_KIT_BUNDLE``.

    Raises
    ------
    BundleError
        There is no bundle, it was made by a newer version, or a file is missing or changed; names the file.

    Examples
    --------
    >>> bundle = open_bundle("for_monday")  # doctest: +SKIP
    >>> marks = sk.mark_sessions(bundle.scores, method=sk.PersonalLimits())  # doctest: +SKIP
    """
    named = os.environ.get(BUNDLE) if path is None else path
    if not named:
        raise BundleError(say("Which bundle? Give the folder that supervision-kit publish wrote."))
    folder = Path(named)
    manifest = read_manifest(folder)
    content = check_files(folder, manifest)
    tables = {name: read_table(name, content[table_file(name)]) for name in TABLES}
    _check_sessions(tables)
    return Bundle(
        path=folder,
        **tables,
        settings=manifest["settings"],
        manifest=manifest,
        checksum=checksum((folder / MANIFEST).read_bytes()),
    )


def _check_sessions(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a bundle without ratings, or with sessions that no published case has: they are numbered without gaps."""
    n_ratings = len(tables["scores"])
    if not n_ratings:
        raise BundleError(say("This bundle holds no ratings: there is nothing to look at. Ask for another."))
    for name in ("scores", "responses", "notes"):
        sessions = tables[name]["session"].dropna()
        if not sessions.between(1, n_ratings).all():
            raise BundleError(
                say(
                    "The table {name} of this bundle has sessions that no published case has. Do not use it.",
                    name=name,
                )
            )
