"""Ratings without names: what may leave, by allow-list, and the report of what it still tells."""

from supervision_kit.disclosure.deidentified import Deidentified, check_deidentified
from supervision_kit.disclosure.deidentifying import deidentify
from supervision_kit.disclosure.report import DisclosureReport
from supervision_kit.disclosure.texts import preview_notes

__all__ = ["Deidentified", "DisclosureReport", "check_deidentified", "deidentify", "preview_notes"]
