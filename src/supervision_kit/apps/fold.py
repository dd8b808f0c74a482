"""A part of a page that is folded away until wanted, and made only then."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as ipw

from supervision_kit.apps.fold_button import FoldButton
from supervision_kit.apps.page import Page


class Fold(ipw.VBox):
    """A fold whose parts are filled when it is opened, and kept up to date only while it is open.

    Parameters
    ----------
    title
        What is folded away.
    parts
        What is shown while it is open.
    page
        The page it stands on.
    fill
        Fills the parts.
    is_open
        Whether it begins open.
    """

    def __init__(
        self,
        title: str,
        *parts: ipw.Widget,
        page: Page,
        fill: Callable[[], None] = lambda: None,
        is_open: bool = False,
    ) -> None:
        self._fill, self._is_filled = fill, False
        self.body = ipw.VBox(parts)
        self.button = FoldButton(title, self.body)
        super().__init__([self.button, self.body])
        self.add_class("sk-folded")
        self.button.observe(page.guard(self._fill_once), "is_open")
        self.button.is_open = is_open

    def refresh(self) -> None:
        """Fill it anew: now where it is open, else when it is opened."""
        self._is_filled = False
        self._fill_once()

    def _fill_once(self, _change: object = None) -> None:
        if self.button.is_open and not self._is_filled:
            self._is_filled = True
            self._fill()
