"""A TOML file → its content, and the instrument that it describes."""

from __future__ import annotations

import tomllib
from os import PathLike
from pathlib import Path
from typing import Any

from supervision_kit.errors import InstrumentError
from supervision_kit.instruments.building import build_instrument
from supervision_kit.instruments.checking import find_faults
from supervision_kit.instruments.instrument import Instrument
from supervision_kit.words import say, say_number

MOST_BYTES = 1_000_000  # of a data file; the largest of ours has 5,000


def read_instrument(path: str | PathLike[str]) -> Instrument:
    """Read an instrument from a data file, without registering it.

    Parameters
    ----------
    path
        A TOML file, as ``docs/instruments/own.md`` describes it.

    Returns
    -------
    Instrument
        The instrument, to look at or to give to :func:`add_instrument`.

    Raises
    ------
    InstrumentError
        The file cannot be read, is no TOML, or describes no instrument. It names the file and, for everything that is
        wrong at once, the place in it, what is wrong and what is allowed.
    """
    return instrument_of(read_toml(path), Path(path).name)


def read_toml(path: str | PathLike[str]) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises
    ------
    InstrumentError
        Says why it cannot be read; for a slip in the writing, in which line and column.
    """
    name = Path(path).name
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InstrumentError(say("{name} cannot be opened ({why}).", name=name, why=error.strerror)) from error
    if len(content) > MOST_BYTES:
        raise InstrumentError(
            say(
                "{name} is too large for a data file of an instrument (over {most} bytes).",
                name=name,
                most=say_number(MOST_BYTES),
            )
        )
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InstrumentError(say("{name} is not written in UTF-8. Save it as UTF-8.", name=name)) from error
    except tomllib.TOMLDecodeError as error:
        raise InstrumentError(say("{name} is not TOML: {error}.", name=name, error=error)) from error


def instrument_of(raw: dict[str, Any], name: str) -> Instrument:
    """Return the instrument that the content of the file `name` describes.

    Raises
    ------
    InstrumentError
        Lists everything that is wrong with it.
    """
    if faults := find_faults(raw):
        raise InstrumentError.listing(name, faults)
    return build_instrument(raw)
