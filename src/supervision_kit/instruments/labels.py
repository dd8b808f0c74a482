"""The clinic's own item labels: a local file for each instrument, which the kit never ships."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from supervision_kit.errors import InstrumentError
from supervision_kit.instruments.configuration import configuration_folder
from supervision_kit.instruments.entries import NAMES, TEXT, Faults
from supervision_kit.instruments.instrument import Instrument
from supervision_kit.instruments.reading import read_toml

LABEL_FILE = {"instrument": TEXT, "labels": NAMES}


def read_labels(path: str | PathLike[str], instrument: Instrument) -> tuple[str, ...]:
    """Return the item labels that a file holds for this instrument.

    Raises
    ------
    InstrumentError
        The file cannot be read, is of another instrument, or has too few or too many labels. All faults at once.
    """
    faults = Faults()
    held = faults.check_table(read_toml(path), LABEL_FILE)
    if held.get("instrument", instrument.key) != instrument.key:
        faults.add("instrument", f"is not “{instrument.key}”, whose labels are asked for.")
    labels = tuple(held.get("labels", ()))
    if labels and len(labels) != instrument.n_items:
        faults.add("labels", f"are {len(labels)}. {instrument.short_title} has {instrument.n_items} items.")
    if faults.found:
        raise InstrumentError.listing(Path(path).name, faults.found)
    return labels


def labels_in_configuration(instrument: Instrument) -> tuple[str, ...]:
    """Return the labels in ``labels/<key>.toml`` of the user's configuration folder; none where there is no file."""
    path = configuration_folder() / "labels" / f"{instrument.key}.toml"
    return read_labels(path, instrument) if path.exists() else ()
