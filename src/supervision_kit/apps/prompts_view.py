"""What others would ask: a few questions, each with why it comes up, where it is from and how strong that is."""

from __future__ import annotations

import html
from collections.abc import Sequence

from supervision_kit.apps.page import quiet
from supervision_kit.evidence import CORRELATIONAL
from supervision_kit.prompts import Prompt
from supervision_kit.words import say


def prompts_in_words(prompts: Sequence[Prompt]) -> str:
    """Return the questions as HTML, largest what is asked; nothing where there is none."""
    if not prompts:
        return ""
    asked = "".join(
        f'<li><p class="sk-question">{html.escape(prompt.question)}</p>'
        f"<p>{html.escape(prompt.why)}</p>{_source(prompt)}</li>"
        for prompt in prompts
    )
    caution = quiet(say(CORRELATIONAL)) if any(prompt.doi for prompt in prompts) else ""
    return f'<h2>{html.escape(say("What others would ask"))}</h2><ul class="sk-questions">{asked}</ul>{caution}'


def _source(prompt: Prompt) -> str:
    parts = (prompt.finding, f"{prompt.source} ({prompt.strength})", prompt.doi and f"doi:{prompt.doi}")
    return quiet(" · ".join(part for part in parts if part))
