"""JupyterLab over a copy of the pages."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from base64 import b64decode
from xml.etree import ElementTree as ET

from supervision_kit.server.cards import write_cards
from supervision_kit.server.lab import _takes_connections, copy_pages
from supervision_kit.server.start_page import write_start_page
from supervision_kit.words import speaking

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
    assert (place / "start_here.md").read_text(encoding="utf-8").startswith("# The supervision hour starts here\n")


def test_the_page_that_opens_first_leads_to_every_page_and_speaks_the_language_asked_for(tmp_path):
    copy_pages(tmp_path)
    with speaking("de"):
        page = write_start_page()
    links = re.findall(r"\]\((notebooks/[^)]+)\)", page)
    assert len(links) == 5
    assert all((tmp_path / link).is_file() for link in links)
    assert page.startswith("# Hier beginnt die Supervisionsstunde")
    picture = b64decode(re.search(r"^\[hour\]: data:image/svg\+xml;base64,(.*)$", page, re.MULTILINE)[1]).decode()
    assert ">Fallliste</text>" in picture
    ET.fromstring(picture)  # noqa: S314 - our own text: it is well formed


def test_a_card_stands_for_each_page_that_is_there(tmp_path):
    place, folder = tmp_path / "mine", tmp_path / "extensions"
    copy_pages(place)
    (place / "notebooks" / "1_load_ratings.ipynb").unlink()
    write_cards(place, folder)
    script = (folder / "supervision_kit" / "static" / "cards.js").read_text(encoding="utf-8")
    filled = json.loads(re.search(r"const \{ start: START, cards: CARDS, sorry: SORRY \} = (.*);", script)[1])
    assert filled["start"] == "start_here.md"
    assert [card["title"] for card in filled["cards"]] == ["Caseload", "Case", "Ruptures & repairs", "Consultation"]
    assert filled["cards"][0]["path"] == "notebooks/2_caseload.ipynb"


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


def test_a_server_that_does_not_listen_yet_cannot_be_reached():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = {"hostname": "127.0.0.1", "port": bound.getsockname()[1]}
        assert not _takes_connections(server)
        bound.listen()
        assert _takes_connections(server)


def test_a_folder_that_cannot_be_used_is_said_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(tmp_path / "file")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == f"JupyterLab cannot be opened in {tmp_path / 'file'}: Not a directory\n"
