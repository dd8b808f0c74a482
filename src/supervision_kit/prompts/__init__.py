"""What to ask next about a case: few questions, each for something that was seen."""

from supervision_kit.prompts.choosing import MOST, Prompt, choose_prompts

__all__ = ["MOST", "Prompt", "choose_prompts"]
