"""What a page's kernel prints: the kit's own redacted log, and nothing else."""

import subprocess
import sys


def test_only_the_kits_own_redacted_log_reaches_the_server():
    code = """
import logging, os, sys
from supervision_kit.server.kernel import keep_own_log_only
keep_own_log_only()
print("Anna on stdout"); print("Anna on stderr", file=sys.stderr); os.system("echo Anna from a child >&2")
logging.getLogger("another").error("Anna in another log")
logging.getLogger("supervision_kit.apps").error("KeyError in case_page.py:7")
try:
    raise ValueError("Anna in an error")
except ValueError:
    logging.getLogger("supervision_kit.apps").exception("Anna")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert "Anna" not in done.stderr
    first, second = done.stderr.splitlines()
    assert first == "supervision_kit: KeyError in case_page.py:7"
    assert "ValueError" in second
