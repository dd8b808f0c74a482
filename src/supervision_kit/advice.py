"""What one could do about a refusal or a risk, by a key: whoever shows the sentence says how that is done there.

Sentences say what to do in words. How it is done differs: in Python it is a parameter, on the command line an option
(:data:`supervision_kit.cli.commands.IN_COMMANDS`).
"""

from __future__ import annotations

from types import MappingProxyType

IN_PYTHON = MappingProxyType(
    {
        "consents": "Workspace.consents(), Workspace.set_consent(…, teaching=True)",
        "few": "Workspace.set_consent(…, teaching=True), smallest=3",
        "alike": "headline=True",
        "notes": "preview_notes(…)",
        "headline": "headline=True, jitter=0.1",
        "headline only": "headline=True",
        "shift": "jitter=0.1",
        "stronger": "jitter=0.2, rounding=0.2",
        "items": "items=False, jitter=0.1",
        "therapists": "therapists=False",
        "weeks": "weeks=False",
        "lens": "lens=False",
        "outside": 'audience="outside"',
        "replace": "replace=True",
    }
)
