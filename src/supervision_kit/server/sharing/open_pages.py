"""Which pages are open to whom at this moment: to participants of a group that has gathered, only where it meets."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from supervision_kit.consulting import Consultation
from supervision_kit.errors import ConsultationError
from supervision_kit.server.pages import CONSULTATION_PAGE
from supervision_kit.server.sharing.routes import SHARED_PAGES
from supervision_kit.server.sharing.sign_ins import FACILITATOR

ALL_PAGES = frozenset(SHARED_PAGES)
MEETING = frozenset({CONSULTATION_PAGE.notebook})


class OpenPages:
    """Says which pages, by their notebooks, are open to a role now.

    Parameters
    ----------
    is_gathered
        Whether participants are to see nothing but the consultation; asked anew each time.
    """

    def __init__(self, is_gathered: Callable[[], bool] = lambda: False) -> None:
        self._is_gathered = is_gathered

    def __call__(self, role: str) -> frozenset[str]:
        """Return the notebooks of the pages that are open to a role."""
        return MEETING if role != FACILITATOR and self._is_gathered() else ALL_PAGES


class Gathered:
    """Says whether the group of a consultation is gathered; looks only where something has changed since."""

    def __init__(self, consultation: Consultation) -> None:
        self._consultation = consultation
        self._is_gathered = consultation.is_gathered

    def __call__(self) -> bool:
        """Return whether it is; where the file cannot be read just now, whether it was."""
        with suppress(ConsultationError):
            if self._consultation.has_changed():
                self._is_gathered = self._consultation.is_gathered
        return self._is_gathered
