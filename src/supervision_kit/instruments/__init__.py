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
from supervision_kit.words import say

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
    "name_scale",
    "rates_alliance",
    "read_instrument",
    "say_scale",
]


def find_scale(instrument: str, scale: str) -> Scale | None:
    """Return the scale, or ``None`` where the instrument or the scale is not registered."""
    known = INSTRUMENTS.get(instrument)
    return known.scales.get(scale) if known else None


def rates_alliance(instrument: str) -> bool:
    """Tell whether the instrument rates the alliance; one that is not registered is taken at the caller's word."""
    known = INSTRUMENTS.get(instrument)
    return known is None or known.kind == "alliance"


def say_scale(instrument: str, scale: str) -> str:
    """Return what a scale is called in the language of the page; one that is not registered by its key."""
    known = find_scale(instrument, scale)
    return say(known.title) if known else scale


def name_scale(instrument: str, scale: str) -> str:
    """Return instrument and scale in words, as far as they are registered: "WAI-SR total"."""
    known = INSTRUMENTS.get(instrument)
    return f"{known.short_title if known else instrument} {say_scale(instrument, scale)}"
