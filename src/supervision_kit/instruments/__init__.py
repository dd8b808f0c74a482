"""What is rated: one data file per questionnaire, and the registry of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from supervision_kit.errors import UnknownNameError
from supervision_kit.instruments.instrument import (
    SURENESS,
    CutoffLine,
    Instrument,
    Provenance,
    ReliableChange,
    Scale,
)

__all__ = [
    "INSTRUMENTS",
    "SURENESS",
    "CutoffLine",
    "Instrument",
    "Provenance",
    "ReliableChange",
    "Scale",
    "find_instrument",
    "find_scale",
    "rates_alliance",
]


def _load() -> Mapping[str, Instrument]:
    shipped = sorted(f.name for f in files(__name__).iterdir() if f.name.endswith(".toml"))
    read = [
        Instrument.from_mapping(tomllib.loads(files(__name__).joinpath(name).read_text("utf-8"))) for name in shipped
    ]
    return MappingProxyType({instrument.key: instrument for instrument in read})


INSTRUMENTS: Mapping[str, Instrument] = _load()


def find_instrument(key: str) -> Instrument:
    """Return the instrument registered under `key`.

    Raises
    ------
    UnknownNameError
        Lists the registered keys and the nearest ones.
    """
    try:
        return INSTRUMENTS[key]
    except KeyError:
        raise UnknownNameError("instrument", key, INSTRUMENTS) from None


def find_scale(instrument: str, scale: str) -> Scale | None:
    """Return the scale, or ``None`` where the instrument or the scale is not registered."""
    known = INSTRUMENTS.get(instrument)
    return known.scales.get(scale) if known else None


def rates_alliance(instrument: str) -> bool:
    """Tell whether the instrument rates the alliance; one that is not registered is taken at the caller's word."""
    return instrument not in INSTRUMENTS or INSTRUMENTS[instrument].kind == "alliance"
