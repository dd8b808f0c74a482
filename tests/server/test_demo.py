"""The demo as a process: its one line, its refusals, its end."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

SERVE = (
    "import sys; from supervision_kit.server import serve_demo; "
    "sys.exit(serve_demo(port=int(sys.argv[1]), open_browser=False, ratings=sys.argv[2:]))"
)


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-c", SERVE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_workspace_that_cannot_be_one_is_said_in_one_sentence():
    demo = subprocess.Popen(
        [sys.executable, "-m", "supervision_kit", "demo", "--port", "0", "--no-browser", "--workspace", "mysql://x/y"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, err = demo.communicate(timeout=60)
    assert (demo.returncode, out) == (2, "")
    assert (
        err == "A workspace cannot be kept in mysql. Give the path of a file, or a URL beginning with postgresql://.\n"
    )


def test_what_a_demonstration_keeps_goes_with_it(monkeypatch, tmp_path):
    monkeypatch.delenv("SUPERVISION_KIT_WORKSPACE")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    demo = start("0")
    assert demo.stdout.readline().startswith("Open: ")
    (folder,) = tmp_path.glob("supervision_kit_*")
    assert folder.stat().st_mode & 0o077 == 0
    demo.terminate()
    demo.communicate(timeout=60)
    assert not list(tmp_path.glob("supervision_kit_*"))


def descendants_of(pid):
    """Return the numbers of all processes below one: the warmed one, and the kernels forked from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return children + [one for child in children for one in descendants_of(child)]


def test_a_port_that_is_taken_is_said_in_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        demo = start(str(port))
        out, err = demo.communicate(timeout=60)
    assert (demo.returncode, out) == (2, "")
    assert err == (f"Port {port} is not free or not allowed: another program may use it. Choose another with --port.\n")


def test_a_file_that_is_not_there_is_said_in_one_sentence(tmp_path):
    demo = start("0", str(tmp_path / "march.xlsx"))
    out, err = demo.communicate(timeout=60)
    assert (demo.returncode, out) == (2, "")
    assert err == f"There is no file {tmp_path / 'march.xlsx'}. Check the name and the folder.\n"


def test_a_folder_is_no_file_of_ratings(tmp_path):
    demo = start("0", str(tmp_path))
    out, err = demo.communicate(timeout=60)
    assert (demo.returncode, out) == (2, "")
    assert err == f"{tmp_path}: a folder. Give the files of ratings in it.\n"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the kernels in /proc")
@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_demo_ends_well_and_leaves_no_kernel_behind(word):
    demo = start("0")
    line = demo.stdout.readline()
    assert line.startswith("Open: http://127.0.0.1:")
    address = line.split()[1]
    with urllib.request.urlopen(address) as page:  # noqa: S310 - our own address
        assert b"Whom should we talk about" in page.read()
    kernels = descendants_of(demo.pid)
    assert len(kernels) == 2
    demo.send_signal(word)
    out, err = demo.communicate(timeout=30)
    assert (demo.returncode, out, err) == (0, "", "")
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in kernels) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in kernels if Path(f"/proc/{pid}").exists()]


def test_the_demo_answers_only_to_the_name_of_this_machine():
    demo = start("0")
    address = demo.stdout.readline().split()[1]
    stranger = urllib.request.Request(f"{address}voila/render/3_case.ipynb", headers={"Host": "clinic.example"})  # noqa: S310
    try:
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(stranger)  # noqa: S310
    finally:
        demo.terminate()
        demo.communicate(timeout=30)


def test_kernels_find_their_files_in_the_environment(tmp_path):
    from supervision_kit.server.dashboard import dashboard_settings

    settings = dashboard_settings(tmp_path, port=0, open_browser=False, kernel_env={"SUPERVISION_KIT_RATINGS": "a.csv"})
    given = settings.PageKernels.kernel_env
    assert given["SUPERVISION_KIT_RATINGS"] == "a.csv"
    assert given["SUPERVISION_KIT_CHART_URL"].startswith("supervision_kit/chart-")
    assert os.environ.get("SUPERVISION_KIT_CHART_URL") is None


def test_kernels_of_closed_pages_are_stopped_and_those_of_open_ones_are_not(tmp_path):
    from supervision_kit.server.dashboard import dashboard_settings

    kernels = dashboard_settings(tmp_path, port=0, open_browser=False, kernel_env={}).PageKernels
    assert kernels.cull_idle_timeout == 600
    assert kernels.cull_connected is False


@pytest.mark.skipif(sys.platform == "win32", reason="folders are held on other systems only")
def test_what_a_killed_server_left_goes_at_the_next_start_and_nothing_else(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "voila_of_others").mkdir()
    folders = lambda: {path.name for path in tmp_path.glob("voila_*")}  # noqa: E731
    begun = []
    try:
        for _ in range(2):
            begun.append(start("0"))
            assert begun[-1].stdout.readline().startswith("Open: ")
        of_both = folders()
        assert len(of_both) == 3
        begun[0].kill()
        begun[0].wait()
        assert folders() == of_both
        begun.append(start("0"))
        assert begun[-1].stdout.readline().startswith("Open: ")
        kept = folders() & of_both
        assert "voila_of_others" in kept
        assert len(kept) == 2
        assert len(folders()) == 3
    finally:
        for demo in begun[1:]:
            demo.terminate()
            demo.communicate(timeout=30)
    assert folders() == {"voila_of_others"}
