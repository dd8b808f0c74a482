"""What others would ask: a few questions, each with why it comes up and where it is from."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

from supervision_kit.words import say


def prompts_in_words(prompts: Iterable[Any]) -> str:
    """Return the questions as HTML, largest what is asked; nothing where there is none."""
    asked = "".join(
        f"<li><p class='sk-question'>{html.escape(prompt.question)}</p>"
        f"<p class='sk-quiet'>{html.escape(prompt.why)}<br>"
        f"{html.escape(prompt.source)} ({html.escape(prompt.strength)})</p></li>"
        for prompt in prompts
    )
    return f"<h2>{html.escape(say('What others would ask'))}</h2><ul class='sk-questions'>{asked}</ul>" if asked else ""
