"""JupyterLab over a copy of the pages."""

import signal
import subprocess
import sys
import urllib.request

from supervision_kit.server.lab import copy_pages

OPEN = (
    "import sys; from supervision_kit.server import open_lab; "
    "sys.exit(open_lab(sys.argv[1], port=0, open_browser=False))"
)


def test_pages_and_samples_are_copied_and_what_is_there_is_kept(tmp_path):
    place = tmp_path / "mine"
    assert copy_pages(place).startswith("Copied ")
    assert (place / "data_samples" / "caseload_tidy.csv").is_file()
    own = place / "notebooks" / "3_case.ipynb"
    own.write_text("my own")
    (place / "notebooks" / "2_caseload.ipynb").unlink()
    sentence = copy_pages(place)
    assert sentence.startswith(f"Copied 1 file(s) to {place}. Kept as they were: ")
    assert "notebooks/3_case.ipynb" in sentence
    assert own.read_text() == "my own"
    assert (place / "notebooks" / "2_caseload.ipynb").is_file()


def test_jupyterlab_opens_says_where_and_ends_well(tmp_path):
    lab = subprocess.Popen(
        [sys.executable, "-c", OPEN, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert lab.stdout.readline().startswith("Copied ")
    line = lab.stdout.readline()
    assert line.startswith("Open: http://127.0.0.1:")
    assert "token=" in line
    with urllib.request.urlopen(line.split()[1]) as page:  # noqa: S310 - our own address
        assert page.status == 200
    lab.send_signal(signal.SIGTERM)
    out, _ = lab.communicate(timeout=30)
    assert (lab.returncode, out) == (0, "")


def test_a_folder_that_cannot_be_used_is_said_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(tmp_path / "file")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == f"JupyterLab cannot be opened in {tmp_path / 'file'}: Not a directory\n"
