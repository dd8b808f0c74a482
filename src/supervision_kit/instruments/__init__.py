"""What is rated: one data file per questionnaire, and the registry of them."""

from __future__ import annotations

from supervision_kit.instruments.instrument import (
    KINDS,
    SURENESS,
    Bands,
    CutoffLine,
    Instrument,
    Item,
    Norms,
    Provenance,
    ReliableChange,
    Scale,
)
from supervision_kit.instruments.reading import read_instrument
from supervision_kit.instruments.registry import INSTRUMENTS, add_instrument, find_instrument

__all__ = [
    "INSTRUMENTS",
    "KINDS",
    "SURENESS",
    "Bands",
    "CutoffLine",
    "Instrument",
    "Item",
    "Norms",
    "Provenance",
    "ReliableChange",
    "Scale",
    "add_instrument",
    "find_instrument",
    "find_scale",
    "rates_alliance",
    "read_instrument",
]


def find_scale(instrument: str, scale: str) -> Scale | None:
    """Return the scale, or ``None`` where the instrument or the scale is not registered."""
    known = INSTRUMENTS.get(instrument)
    return known.scales.get(scale) if known else None


def rates_alliance(instrument: str) -> bool:
    """Tell whether the instrument rates the alliance; one that is not registered is taken at the caller's word."""
    known = INSTRUMENTS.get(instrument)
    return known is None or known.kind == "alliance"
