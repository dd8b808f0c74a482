"""A running server that is full: who comes in, who sees who is there, and what one participant can take from others."""

import asyncio
import re
import time
from urllib.parse import urlencode

import pytest
from tornado.httpclient import HTTPClientError

from apart import run_apart
from shared_server import (
    GROUP,
    LEADER,
    PAGE,
    SharedServer,
    connect,
    make_bundle,
    message,
    password_file,
)
from supervision_kit.consulting import Facilitation

ELSEWHERE = "127.0.0.2"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("group")
    make_bundle(place / "bundle")
    password_file(place, "group", GROUP)
    password_file(place, "leader", LEADER)
    return place


@pytest.fixture
def serve(place, tmp_path):
    started = []

    def start(*options):
        passwords = ("--password-file", place / "group", "--facilitator-password-file", place / "leader")
        started.append(SharedServer(place / "bundle", tmp_path / "kept", *passwords, *options))
        return started[-1]

    yield start
    for server in started:
        if server.process.returncode is None:
            assert server.stop() == 0


@pytest.fixture
def leader(serve):
    server = serve("--viewers", "3")
    leader = server.visitor()
    leader.server = server
    assert leader.sign_in(LEADER).status == 303
    return leader


def is_there(visitor, kernel):
    return visitor.get(f"/api/kernels/{kernel}").status == 200


def test_one_who_took_all_seats_gives_one_up_to_somebody_from_elsewhere(leader):
    taken = []
    for _ in range(3):
        attacker = leader.server.participant(source=ELSEWHERE)
        taken.append((attacker, attacker.open_page()))
    assert leader.server.participant(source=ELSEWHERE).follow(PAGE).status == 503
    colleague = leader.server.participant()
    kernel = colleague.open_page()
    assert is_there(colleague, kernel)
    assert [is_there(*one) for one in taken] == [False, True, True]
    assert taken[0][0].follow(PAGE).status == 503  # does not push out whoever it is
    assert is_there(colleague, kernel)
    full = leader.server.participant().follow(PAGE)
    assert full.status == 503
    assert "3 people are here already" in full.text
    assert leader.follow(PAGE).status == 200


def test_the_facilitator_sees_who_is_there_and_sends_everyone_out(leader):
    anna, ben = (leader.server.participant() for _ in range(2))
    kernel = anna.open_page()
    assert "2 participants are signed in. 1 of them has a page open." in leader.get("/people").text
    for participant in (anna, ben):
        assert participant.get("/people").status == 404
        assert participant.ask("POST", "/people", body="").status == 404
    assert leader.ask("POST", "/people", body="").status == 403  # another site cannot
    assert is_there(anna, kernel)
    token = re.search(r'name="_xsrf" value="([^"]+)"', leader.get("/people").text)[1]
    told = leader.ask("POST", "/people", body=urlencode({"_xsrf": token}))
    assert (told.status, told.headers["Location"]) == (303, "/people")
    assert anna.get(PAGE).headers["Location"].startswith("/sign-in")
    assert not is_there(anna, kernel)
    assert leader.get("/people").status == 200
    assert "0 participants are signed in." in leader.get("/people").text
    assert anna.sign_in(GROUP).status == 303  # the password is the same


def test_a_participant_who_signs_in_time_and_again_is_slowed_and_keeps_nobody_elsewhere_out(leader):
    token = leader.server.visitor(source=ELSEWHERE)
    form = token.form_token()

    def come_in():
        return leader.server.visitor(source=ELSEWHERE, cookies=dict(token.cookies)).sign_in(GROUP, token=form)

    said = [come_in() for _ in range(32)]
    assert [told.status for told in said[:30]] == [303] * 30
    assert said[-1].status == 429
    assert 1 <= int(said[-1].headers["Retry-After"]) <= 10
    assert leader.server.participant().get("/sign-in").status == 303
    known = {name: value for name, value in leader.cookies.items() if "known" in name}
    assert leader.server.visitor(source=ELSEWHERE, cookies=known).sign_in(LEADER).status == 303


MEETING = "/voila/render/5_consultation.ipynb"


def wait_until(is_so):
    for _ in range(100):
        if is_so():
            return True
        time.sleep(0.1)
    return False


def test_while_the_group_looks_at_a_case_participants_have_the_consultation_only(leader, tmp_path):
    anna = leader.server.participant()
    there, meeting, leaders = anna.open_page(), anna.open_page(MEETING), leader.open_page()

    async def gather():
        line, other = await connect(anna, there), await connect(anna, meeting)
        with Facilitation(tmp_path / "kept" / "consultation.sqlite") as leading:
            leading.move(lambda stage: stage.choose_case("case-01", revealed=1))
        await line.write_message(message("kernel_info_request", "shell", {}), binary=True)
        async with asyncio.timeout(20):
            while await line.read_message() is not None:
                pass
        await other.write_message(message("kernel_info_request", "shell", {}), binary=True)
        async with asyncio.timeout(20):
            while b'"kernel_info_reply"' not in (told := await other.read_message()):
                pass
        other.close()
        with pytest.raises(HTTPClientError, match=r"40[34]"):
            await connect(anna, there)
        return told

    told = run_apart(gather())
    assert b"3.11" not in told
    assert b"IPython" not in told
    assert anna.get(f"/api/kernels/{there}").status in (403, 404)
    assert wait_until(lambda: anna.get(f"/api/kernels/{there}").status == 404)  # it has ended
    refused = anna.get(PAGE)
    assert refused.status == 403
    assert "The group is looking at a case together" in refused.text
    assert 'href="/"' in refused.text
    assert anna.get("/").headers["Location"] == MEETING
    assert is_there(anna, meeting)
    assert is_there(leader, leaders)
    assert leader.get(PAGE).status == 200
    with Facilitation(tmp_path / "kept" / "consultation.sqlite") as leading:
        leading.move(lambda stage: stage.gather(is_gathered=False))
    assert anna.get(PAGE).status == 200


def test_a_server_that_is_stopped_with_pages_open_writes_nothing_but_requests(serve):
    server = serve()

    async def stop_meanwhile():
        pages = [(one, one.open_page(page)) for one in (server.participant(),) for page in (PAGE, MEETING)]
        lines = [await connect(*one) for one in pages]
        await lines[0].write_message(message("kernel_info_request", "shell", {}), binary=True)
        await asyncio.to_thread(server.stop)
        for line in lines:
            line.close()

    run_apart(stop_meanwhile())
    for line in server.log().splitlines():
        assert re.fullmatch(r"\S+Z (GET|POST) /\S* \d{3} \d+ ms", line), line
