"""Nothing planted in a workspace is in what a shared server sends, says or logs of a bundle published from it."""

from urllib.parse import urlsplit

import pytest

import canaries
import supervision_kit as sk
from browser.everywhere import open_context
from canaries import PLANTED, find_planted
from shared_server import GROUP, SharedServer, password_file

PAGES = ("2_caseload", "3_case", "4_ruptures_and_repairs", "5_consultation")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that shares a bundle, with the workspace it was published from named in its own environment."""
    folder = tmp_path_factory.mktemp("shared")
    planted = canaries.plant(folder)
    with sk.Workspace(planted, user=PLANTED["user"]) as workspace:
        made = sk.deidentify(workspace, lens=True, rounding=0.05)
    sk.publish(made, folder / "bundle")
    words = password_file(folder, "group", GROUP), password_file(folder, "leader", "another four quiet words")
    options = ["--password-file", words[0], "--facilitator-password-file", words[1]]
    started = SharedServer(
        folder / "bundle", folder / "keep", *options, env={"SUPERVISION_KIT_WORKSPACE": str(planted)}
    )
    yield started
    started.stop()


@pytest.fixture(scope="module")
def heard(server, chromium):
    """All that a participant's browser got: bodies, headers, websocket messages, and the pages as they stand."""
    context = open_context(chromium)
    page = context.new_page()
    told, answers = [], []

    def keep_answer(answer):  # Playwright takes no method of a list
        answers.append(answer)

    def keep_message(message):
        told.append(message)

    page.on("response", keep_answer)
    page.on("websocket", lambda socket: socket.on("framereceived", keep_message))
    own = f"http://{urlsplit(server.address).netloc}"
    page.goto(f"{own}/sign-in")
    page.locator("input[name=password]").fill(GROUP)
    page.locator("input[name=password]").press("Enter")
    for name in PAGES:
        page.goto(f"{own}/voila/render/{name}.ipynb")
        page.locator(".sk-page .sk-summary, .sk-page-consultation").first.wait_for()
        n_told = -1
        while n_told != len(told):  # until it has said all that it has to say by itself
            n_told = len(told)
            page.wait_for_timeout(1_500)
        told += [page.content(), page.inner_text("body"), *bodies_of(answers)]
        answers.clear()
    context.close()
    return list(dict.fromkeys(one.encode() if isinstance(one, str) else one for one in told))


def bodies_of(answers):
    from playwright.sync_api import Error

    for answer in answers:
        yield str(answer.all_headers())
        try:
            yield answer.body()
        except Error:  # a redirect has none
            continue


def test_the_pages_were_heard(heard):
    everything = b"".join(heard)
    assert b"case-0" in everything
    assert b"comm_open" in everything
    assert b"shared, de-identified" in everything
    assert len(heard) > 60


def test_nothing_planted_is_in_what_the_browser_got(heard):
    found = [kinds for one in heard if (kinds := find_planted(one))]
    assert found == []


def test_nothing_planted_is_in_what_the_server_says(server, heard):
    assert heard
    assert find_planted("".join(server.said) + server.log()) == set()
