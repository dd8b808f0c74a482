"""A list to tick, or to choose one of, by mouse and by keyboard, that says what it is to screen readers as well."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Bool, List, Unicode

from supervision_kit.words import say


class ChoiceList(anywidget.AnyWidget):
    """Choices under a question, all in sight.

    Parameters
    ----------
    legend
        The question.
    groups
        The title of each group (empty for none) → key → words.
    hint
        A sentence on the question.
    is_single
        Whether only one can be chosen.
    is_searched
        Whether a field narrows the list down to what is typed.

    Attributes
    ----------
    value
        The keys that are chosen, in the order of the list.
    """

    _esm = Path(__file__).with_name("choice_list.js")
    legend = Unicode().tag(sync=True)
    hint = Unicode().tag(sync=True)
    groups: Any = List().tag(sync=True)
    search = Unicode().tag(sync=True)
    is_single = Bool(default_value=False).tag(sync=True)
    value = List(Unicode()).tag(sync=True)

    def __init__(
        self,
        legend: str,
        groups: Mapping[str, Mapping[str, str]],
        *,
        hint: str = "",
        is_single: bool = False,
        is_searched: bool = False,
    ) -> None:
        listed = [
            {"title": title, "choices": [list(pair) for pair in choices.items()]} for title, choices in groups.items()
        ]
        search = say("Find") if is_searched else ""
        super().__init__(legend=legend, groups=listed, hint=hint, is_single=is_single, search=search)
        self.add_class("sk-choices")
