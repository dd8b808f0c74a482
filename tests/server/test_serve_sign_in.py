"""Signing in and out, and what one's role is."""

import re
import signal
import stat
from urllib.parse import urlencode

import pytest

from shared_server import GROUP, LEADER, PAGE, SharedServer, make_place, password_file, start_refused


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return make_place(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def server(place):
    options = ("--password-file", place / "group", "--facilitator-password-file", place / "leader")
    server = SharedServer(place / "bundle", place / "kept", *options)
    yield server
    server.stop()


def cookie_lines(told):
    return told.headers.get_all("Set-Cookie", [])


def test_a_stranger_is_shown_to_the_sign_in_and_then_to_what_was_wanted(server):
    stranger = server.visitor()
    told = stranger.get(f"{PAGE}?case=C07")
    assert told.status == 303
    assert told.headers["Location"] == "/sign-in?next=%2Fvoila%2Frender%2F2_caseload.ipynb%3Fcase%3DC07"
    form = stranger.get(told.headers["Location"])
    assert form.status == 200
    assert 'name="next" value="/voila/render/2_caseload.ipynb?case=C07"' in form.text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/voila/render/../x", "javascript:1", "/sign-in"],
)
def test_nobody_is_sent_elsewhere_after_the_sign_in(server, elsewhere):
    form = server.visitor().get(f"/sign-in?{urlencode({'next': elsewhere})}").text
    assert 'name="next" value="/"' in form


def test_the_right_password_opens_the_pages_and_the_cookie_is_for_this_server_alone(server):
    visitor = server.visitor()
    told = visitor.sign_in(GROUP)
    assert told.status == 303
    for line in cookie_lines(told):
        assert "HttpOnly" in line
        assert "SameSite=Strict" in line
        assert "Path=/" in line
    page = visitor.follow("/")
    assert page.status == 200
    assert "What does the group see" in page.text  # where a group meets
    assert "Whom should we talk about" in visitor.follow(PAGE).text


def test_a_wrong_password_says_so_in_the_language_of_the_visitor(server):
    told = server.visitor().sign_in("not the right words", headers={"Accept-Language": "de"})
    assert told.status == 403
    assert 'lang="de"' in told.text
    assert "not the right words" not in told.text
    assert not [line for line in cookie_lines(told) if "sign_in" in line]


def test_the_facilitator_has_another_password_and_nothing_tells_which_one_was_near(server):
    leader = server.visitor()
    assert leader.sign_in(LEADER).status == 303
    assert "You lead the group" in leader.follow("/").text
    assert "You lead the group" not in server.participant().follow("/").text
    wrong = [server.visitor().sign_in(words) for words in (GROUP[:-1], LEADER[:-1])]
    assert len({(told.status, told.text.partition("_xsrf")[0]) for told in wrong}) == 1


def test_a_form_without_its_token_is_not_taken(server):
    assert server.visitor().sign_in(GROUP, token="").status == 403
    assert server.visitor().sign_in(GROUP, token="2|aaaa|bbbb|1").status == 403  # noqa: S106 - a forged one


def test_signing_out_ends_the_pages_and_an_old_cookie_opens_nothing(server):
    visitor = server.participant()
    assert visitor.follow("/").status == 200
    kept = dict(visitor.cookies)
    token = re.search(r'name="_xsrf" value="([^"]+)"', visitor.follow("/").text)[1]
    told = visitor.ask("POST", "/sign-out", body=urlencode({"_xsrf": token}))
    assert (told.status, told.headers["Location"]) == (303, "/sign-in")
    thief = server.visitor(cookies=kept)
    assert thief.get(PAGE).status == 303


def test_a_cookie_that_was_changed_opens_nothing(server):
    visitor = server.participant()
    (name,) = [name for name in visitor.cookies if "sign_in" in name]
    value = visitor.cookies[name]
    other = "1" if value[-2] == "0" else "0"
    for forged in (f'{value[:-2]}{other}"', value.replace("|", "/"), '"1|x|y"', "x" * 3000):
        assert server.visitor(cookies={name: forged}).get(PAGE).status == 303


def test_what_is_kept_beside_the_consultation_is_for_the_owner_alone(server, place):
    server.participant()
    kept = place / "kept"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept.iterdir()} == {0o600}


def test_who_signed_in_is_the_same_after_the_server_was_killed_and_started_again(place):
    options = ("--password-file", place / "group")
    first = SharedServer(place / "bundle", place / "again", *options)
    visitor = first.participant()
    first.stop(signal.SIGKILL)
    second = SharedServer(place / "bundle", place / "again", "--port", first.port, *options)
    try:
        assert visitor.follow("/").status == 200
    finally:
        second.stop()
    fresh = password_file(place, "fresh", "entirely other words")
    third = SharedServer(place / "bundle", place / "again", "--port", first.port, "--password-file", fresh)
    try:
        assert visitor.get(PAGE).status == 303
    finally:
        third.stop()


def test_where_both_have_one_password_it_makes_nobody_a_facilitator(place):
    both = ("--password-file", place / "group", "--facilitator-password-file", place / "group")
    server = SharedServer(place / "bundle", place / "both", *both)
    try:
        assert "You lead the group" not in server.participant().follow("/").text
    finally:
        server.stop()


def test_at_this_machine_alone_no_password_is_asked_and_the_one_who_starts_it_leads(place):
    server = SharedServer(place / "bundle", place / "alone")
    try:
        leader = server.facilitator_address()
        visitor = server.visitor()
        assert "You lead the group" not in visitor.follow("/").text
        assert "You lead the group" in server.visitor().follow(leader[leader.index("/sign-in") :]).text
        assert "You lead the group" not in server.visitor().follow("/sign-in?token=x").text
        assert server.visitor().get("/sign-in?in=1").status == 403  # keeps no cookies
    finally:
        server.stop()


def test_a_bundle_is_served_once_and_says_how_what_was_agreed_is_brought_back(place):
    server = SharedServer(place / "bundle", place / "once")
    try:
        server.facilitator_address()
        file = place / "once" / "consultation.sqlite"
        told = f"When the session is over: supervision-kit consult bring-back --workspace WORKSPACE --session {file}\n"
        assert server.process.stdout.readline() == told
        code, said, errors = start_refused(place / "bundle", "--port", "0", "--consultation", place / "once")
    finally:
        server.stop()
    assert (code, said) == (2, "")
    assert errors.startswith("This bundle is being served already.")


EVERYWHERE = "0.0.0.0"  # noqa: S104 - it is refused
REFUSED = {
    "no bundle": ((), "Which bundle?"),
    "open to all": (("BUNDLE", "--host", EVERYWHERE), "needs a password"),
    "in the clear": (("BUNDLE", "--host", EVERYWHERE, "--password-file", "group"), "needs TLS"),
    "half of TLS": (("BUNDLE", "--certfile", "group"), "takes two files"),
    "proxy without password": (("BUNDLE", "--behind-proxy", "--name", "x"), "needs a password"),
    "proxy without name": (("BUNDLE", "--behind-proxy", "--password-file", "group"), "--name"),
    "no such proxy": (
        ("BUNDLE", "--behind-proxy", "--password-file", "group", "--name", "x", "--proxy", "front"),
        "A proxy is named by",
    ),
    "no such password": (("BUNDLE", "--password-file", "nothing"), "cannot be read"),
    "no such certificate": (("BUNDLE", "--certfile", "nothing", "--keyfile", "nothing"), "there is no such file"),
    "no certificate": (("BUNDLE", "--certfile", "group", "--keyfile", "group"), "-----BEGIN"),
    "another folder": (("kept",), "This is no bundle"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_served_safely_is_refused_in_a_sentence(place, case):
    options, sentence = REFUSED[case]
    here = {"BUNDLE": "bundle"}
    named = [place / here.get(one, one) if (place / here.get(one, one)).exists() else one for one in options]
    code, said, errors = start_refused(*named, "--port", "0", "--consultation", place / f"refused {case}")
    assert (code, said) == (2, "")
    assert sentence in errors
    assert "Traceback" not in errors
