"""A page made ahead is taken by each fork for itself, with all that it needs imported."""

import json
import tempfile
from pathlib import Path

import pytest

import supervision_kit as sk
from apart import run_apart
from supervision_kit.environment import LANGUAGE, WORKSPACE
from supervision_kit.server.kernels import OwnPython, PageKernels
from supervision_kit.server.pages import find_folder
from supervision_kit.server.warm import can_fork
from test_apps_ahead import RATED
from workspaces import read

pytestmark = pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux only")

CHOICES = """
from ipywidgets import Dropdown
from ipywidgets.widgets import widget
chosen = next(one for one in widget._instances.values() if isinstance(one, Dropdown) and len(one.options) > 1)
"""
IMPORTED = """
import sys
from supervision_kit.apps import ahead
from supervision_kit.server.rehearsal import imported
print(len(ahead._given), sorted(set(sys.modules) - imported))
"""


@pytest.fixture
def ask(tmp_path):
    """A function that opens the first page in as many kernels as codes, and then runs the codes one after the other."""
    with sk.Workspace(tmp_path / "kept.sqlite") as workspace:
        workspace.import_ratings(read(RATED))
    served = {WORKSPACE: str(tmp_path / "kept.sqlite"), LANGUAGE: "en"}
    return lambda *codes: run_apart(ask_pages(served, codes))


async def ask_pages(served, codes):
    kernels = PageKernels(
        kernel_spec_manager=OwnPython(),
        connection_dir=tempfile.gettempdir(),
        pages=str(find_folder("notebooks")),
        kernel_env=served,
    )
    try:
        kernels.wait_until_warm()
        first = kernels.expected_orders()[0]
        shown = cells_of(Path(first["cwd"]) / Path(first["env"]["SCRIPT_NAME"]).name)
        clients = []
        for _ in codes:
            started = await kernels.start_kernel(kernel_name="python3", env=first["env"], cwd=first["cwd"])
            client = kernels.get_kernel(started).client()
            client.start_channels()
            await client._async_wait_for_ready(timeout=60)
            await printed_by(client, shown)
            clients.append(client)
        printed = [await printed_by(client, code) for client, code in zip(clients, codes, strict=True)]
        for client in clients:
            client.stop_channels()
        return printed
    finally:
        await kernels.shutdown_all(now=True)


def cells_of(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


async def printed_by(client, code):
    printed = []
    hear = lambda message: printed.append(message["content"].get("text", ""))  # noqa: E731
    answer = await client._async_execute_interactive(code, timeout=60, output_hook=hear)
    assert answer["content"]["status"] == "ok", answer["content"]
    return "".join(printed)


def test_a_fork_takes_the_page_made_ahead_and_imports_nothing_for_it(ask):
    assert ask(IMPORTED) == ["1 []\n"]


def test_what_one_viewer_chooses_another_who_took_the_same_page_does_not(ask):
    change = CHOICES + "before = chosen.index; chosen.index = 1 - before; print(before, chosen.index)"
    look = CHOICES + "from supervision_kit.apps import ahead; print(len(ahead._given), chosen.index)"
    changed, kept = (printed.split() for printed in ask(change, look))
    assert changed[0] != changed[1]
    assert kept == ["1", changed[0]]
