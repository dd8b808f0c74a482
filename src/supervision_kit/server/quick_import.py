"""A shorter start for the processes that the kit itself starts; never done by importing supervision_kit."""

import sys


def skip_grammar() -> None:
    """Let jsonschema, and so altair and the Jupyter server, load in a third of the time in this process.

    When jsonschema loads, ``rfc3987_syntax`` compiles a grammar for 2 seconds that only the check of ``iri`` formats
    uses. jsonschema does without that check where the module cannot be imported.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def skip_debugger() -> None:
    """Let a kernel start without its debugger, which nobody can use on a page, and spare half of its memory."""
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]
