"""A stranger, and a participant who wants more, go over every address of a running server: all is refused, it lives."""

import asyncio
import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from tornado.httpclient import HTTPClientError
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.web import Application, RequestHandler

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
from supervision_kit.consulting import Consultation
from supervision_kit.server.front_end import front_end
from supervision_kit.server.pages import find_folder
from supervision_kit.server.sharing.dashboard import SharedDashboard, shared_settings
from supervision_kit.server.sharing.gate import Gate, House
from supervision_kit.server.sharing.open_pages import ALL_PAGES
from supervision_kit.server.sharing.routes import list_routes
from supervision_kit.server.sharing.serving import plan_sharing
from supervision_kit.server.sharing.sign_ins import Viewer
from supervision_kit.server.sharing.wishes import Wishes

NOBODY = "00000000-0000-4000-8000-000000000000"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND")
REFUSED = {403, 404, 405, 421}
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (GET|HEAD|POST|OTHER) /[\w/-]* \d{3} \d+ ms")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    place = tmp_path_factory.mktemp("stranger")
    make_bundle(place / "bundle")
    files = (password_file(place, "group", GROUP), password_file(place, "leader", LEADER))
    server = SharedServer(
        place / "bundle",
        place / "kept",
        *("--password-file", files[0], "--facilitator-password-file", files[1]),
        env={"SUPERVISION_KIT_LANGUAGE": "en"},
    )
    yield server
    server.stop()


@pytest.fixture(scope="module")
def anna(server):
    return server.participant()


@pytest.fixture(scope="module")
def opened():
    return {"KERNEL": NOBODY}


@pytest.fixture
def kernel(anna, opened):
    """The kernel of a page of Anna's; another one where it has ended, for nobody connects to it for a minute."""
    if anna.get(f"/api/kernels/{opened['KERNEL']}").status != 200:
        page = anna.follow(PAGE).text
        opened["KERNEL"] = re.search(r'"kernelId":\s*"([^"]+)"', page)[1]
    return opened["KERNEL"]


@pytest.fixture(scope="module")
def ben(server):
    return server.participant()


@pytest.fixture(autouse=True)
def is_alive_and_quiet(server, anna):
    """After each attack those who are signed in are served, and the log says nothing about anybody."""
    yield
    assert anna.get("/sign-in").status == 303
    for line in server.log().splitlines():
        assert LINE.fullmatch(line), line


# Every rule of the running application, with an address that it would answer at and who may ask for it.
# A rule that Voila, Jupyter or we add has no place here, and fails the test until somebody decides.
STRANGERS, VIEWERS, LEADERS, OWNER = "strangers", "viewers", "facilitators", "the viewer whose kernel it is"
DECISIONS = {
    r"/sign\-in": ("/sign-in", STRANGERS),
    r"/sign\-out": ("/sign-out", VIEWERS),
    r"/people": ("/people", LEADERS),
    r"/": ("/", VIEWERS),
    **{f"/supervision_kit/{name}-HASH": (f"/{piece.address}", VIEWERS) for name, piece in front_end().items()},
    r"/api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)": ("/api/kernels/KERNEL", OWNER),
    r"/api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)/channels": ("/api/kernels/KERNEL/channels", OWNER),
    r"/voila/api/shutdown/(.*)": ("/voila/api/shutdown/KERNEL", OWNER),
    r"/voila/templates/(.*)": ("/voila/templates/lab/static/voila.js", VIEWERS),
    r"/voila/static/(.*)": ("/voila/static/voila.js", VIEWERS),
    r"/voila/labextensions/(.*)": ("/voila/labextensions/anywidget/static/style.js", VIEWERS),
    r"/voila/render/(.*)": (PAGE, VIEWERS),
}


def rules_of(application: Application):
    return {*rules_within(application.wildcard_router), *rules_within(application.default_router)}


def rules_within(router):
    for rule in router.rules:
        if hasattr(rule.target, "rules"):
            yield from rules_within(rule.target)
        elif hasattr(rule.matcher, "regex"):
            yield rule.matcher.regex.pattern.removesuffix("$")
        else:
            yield f"{rule.matcher} → {rule.target}"  # of no kind that is known


@pytest.fixture
def application(tmp_path, monkeypatch):
    monkeypatch.setattr(SharedDashboard, "listen", lambda _: None)
    group = Consultation(tmp_path / "consultation.sqlite")
    sharing = plan_sharing(Wishes(), folder=tmp_path, port=0, viewers=1, group=group)
    settings = {"port": 0, "open_browser": False, "kernel_env": {}, "host": "127.0.0.1", "viewers": 1}
    config = shared_settings(find_folder("notebooks"), sharing, **settings)
    config.PageKernels.is_warmed = False
    dashboard = SharedDashboard(sharing=sharing, config=config)
    dashboard.initialize([])
    dashboard.start()
    yield dashboard.app
    sharing.sign_ins.close()
    group.close()


def test_every_route_of_the_application_has_been_decided_on(application):
    assert {re.sub(r"-[0-9a-f]{16}\\?\.\w+", "-HASH", rule) for rule in rules_of(application)} == set(DECISIONS)


def test_what_an_extension_adds_is_found_and_does_not_exist_for_anybody(application):
    before = rules_of(application)
    application.add_handlers(".*$", [("/added/(.*)", RequestHandler)])  # as extensions of Jupyter do
    application.add_handlers("127\\.0\\.0\\.1", [("/for-one-name", RequestHandler)])
    application.wildcard_router.add_rules([("/late", RequestHandler)])
    assert rules_of(application) - before == {"/added/(.*)", "/for-one-name", "/late"}
    gate = Gate(application, House("/", list_routes()), NoStrangers(), Kernels(), lambda _: ALL_PAGES)
    for path in ("/added/x", "/for-one-name", "/late"):
        asked = HTTPServerRequest(
            start_line=RequestStartLine("GET", path, "HTTP/1.1"),
            headers=HTTPHeaders({"Host": "127.0.0.1"}),
            connection=Connection(),
        )
        gate.find_handler(asked)
        assert asked.route is None


class NoStrangers:
    def viewer(self, _request):
        return Viewer("a" * 16, "facilitator")


class Kernels:
    def owns(self, _kernel_id, _viewer):
        return True

    def is_open_to(self, _kernel_id):
        return True


class Connection:
    """What a request hangs on."""

    def __init__(self):
        self.context = self.stream = self

    def set_close_callback(self, _callback):
        """Never close."""


def address_of(rule, kernel):
    return DECISIONS[rule][0].replace("KERNEL", kernel)


@pytest.mark.parametrize("rule", [rule for rule, (_, who) in DECISIONS.items() if who != STRANGERS])
@pytest.mark.parametrize("method", METHODS)
def test_a_stranger_gets_nowhere(server, kernel, rule, method):
    told = server.visitor().ask(method, address_of(rule, kernel), body="" if method == "POST" else None)
    if told.status == 303:
        assert method == "GET"
        assert told.headers["Location"].startswith("/sign-in")
    else:
        assert told.status in REFUSED
    assert b"anywidget" not in told.body
    assert kernel not in told.text


@pytest.mark.parametrize("rule", [rule for rule, (_, who) in DECISIONS.items() if who == OWNER])
@pytest.mark.parametrize("method", METHODS)
def test_a_participant_reaches_nobody_elses_kernel(ben, anna, kernel, rule, method):
    address = address_of(rule, kernel)
    told = ben.ask(method, address, body="" if method == "POST" else None)
    assert told.status in REFUSED
    unknown = ben.ask(method, address.replace(kernel, NOBODY), body="" if method == "POST" else None)
    assert (unknown.status, unknown.body) == (told.status, told.body)  # no telling which kernels there are
    assert anna.get(f"/api/kernels/{kernel}").status == 200


def test_ones_own_kernel_can_be_seen_and_not_steered(anna, kernel):
    assert json.loads(anna.get(f"/api/kernels/{kernel}").body)["id"] == kernel
    for method in METHODS[1:]:
        assert anna.ask(method, f"/api/kernels/{kernel}").status in REFUSED
    for deed in ("interrupt", "restart"):
        assert anna.ask("POST", f"/api/kernels/{kernel}/{deed}", body="").status == 404


ELSEWHERE = (
    *("/api", "/api/kernels", "/api/kernels/", "/api/kernelspecs", "/api/sessions", "/api/terminals", "/api/status"),
    *(
        "/api/contents",
        "/api/contents/2_caseload.ipynb",
        "/api/config/notebook",
        "/api/me",
        "/api/shutdown",
        "/api/events",
    ),
    *("/api/nbconvert", "/api/spec.yaml", "/api/security/csp-report", "/metrics", "/login", "/logout", "/terminals/1"),
    *("/files/2_caseload.ipynb", "/nbconvert/html/2_caseload.ipynb", "/view/2_caseload.ipynb", "/custom/custom.css"),
    *("/lab", "/tree", "/static/favicon.ico", "/favicon.ico", "/voila", "/voila/", "/voila/tree", "/voila/tree/x"),
    *("/voila/api/contents", "/voila/api/themes/x", "/voila/files/2_caseload.ipynb", "/voila/files/manifest.json"),
    *(f"/voila/query/{NOBODY}", f"/voila/execution/{NOBODY}", "/voila/render/", "/voila/render/1_load_ratings.ipynb"),
    *(
        "/voila/render/2_caseload",
        f"{PAGE}/",
        f"{PAGE}/x",
        "/voila/render/x/2_caseload.ipynb",
        "/voila/render/2_CASELOAD.ipynb",
    ),
    *("/voila/templates/lab/index.html.j2", "/voila/templates/lab/conf.json", "/voila/templates/nbconvert/static/x"),
    *("/voila/labextensions/", "/voila/labextensions/@jupyterlab/git/static/x.js", "/tables/scores.parquet"),
    *("/manifest.json", "/disclosure_report.md", "/pages/3_case.ipynb", "/.git/config", "/server-status", "/lab/api/x"),
)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_there_is_nothing_else_even_for_a_participant(ben, address):
    for method in ("GET", "POST"):
        assert ben.ask(method, address, body="" if method == "POST" else None).status in {404, 405}


ROOTS = ("/voila/static/", "/voila/templates/lab/static/", "/voila/labextensions/anywidget/", "/voila/render/", "/")
UP = (
    *(
        "../" * 12,
        "..\\" * 12,
        "%2e%2e/" * 12,
        "..%2f" * 12,
        "%252e%252e%252f" * 12,
        "..%5c" * 12,
        "%c0%ae%c0%ae/" * 12,
    ),
    *("....//" * 12, ".%2e/" * 12, "./../" * 12, "//", "/" * 3, "%00/", "..;/" * 12),
)


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("up", UP)
def test_no_path_leads_out(ben, root, up):
    for file in ("etc/passwd", "manifest.json", "notebooks/2_caseload.ipynb"):
        told = ben.get(f"{root}{up}{file}")
        assert told.status in {400, 404}
        assert b"root:" not in told.body


def test_a_page_takes_neither_template_nor_theme_from_its_address(server):
    anna = server.participant()
    for asked in ("template=lab", "template=gridstack", "theme=dark", "template=../../x", "voila-template=lab"):
        told = anna.get(f"{PAGE}?{asked}")
        assert told.status == 200
        assert "sk-bar" in told.text
        assert "http://" not in re.sub(r"http://www\.w3\.org", "", told.text).replace("http://127.0.0.1", "")
        assert "cdn" not in told.text.casefold()


def test_every_answer_says_what_browsers_shall_not_do(server, anna):
    for told in (
        server.visitor().get("/"),
        server.visitor().get("/sign-in"),
        server.visitor().get("/nowhere"),
        server.visitor().get("/voila/static/voila.js"),
        anna.get("/voila/static/voila.js"),
        anna.get("/voila/static/nowhere.js"),
        anna.get("/"),
        anna.get("/", host="evil.example"),
        server.visitor().ask("POST", "/sign-in", body="password=x"),
    ):
        policy = told.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy
        assert told.headers["X-Content-Type-Options"] == "nosniff"
        assert told.headers["Referrer-Policy"] == "no-referrer"
        assert told.headers["X-Frame-Options"] == "DENY"
        assert told.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert told.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in told.headers["Permissions-Policy"]
        assert "Server" not in told.headers
        assert "tornado" not in told.text.casefold() or told.headers["Content-Type"].startswith("text/javascript")
        assert told.headers["Cache-Control"] != "public"
    assert server.visitor().get("/sign-in").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:1", "[", "", "a b"])
def test_it_answers_to_its_own_names_only(anna, host):
    assert anna.get("/", host=host or " ").status in {400, 421}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_other_sites_send_nothing_in_the_name_of_a_viewer(anna, headers):
    told = anna.get("/voila/static/voila.js", headers=headers)
    assert told.status == 403
    assert anna.ask("POST", "/sign-out", body="", headers=headers).status == 403


def test_who_follows_a_link_of_another_site_asks_once_more_by_themselves(anna):
    told = anna.get(PAGE, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    assert told.status == 200
    assert f'http-equiv="refresh" content="0; url={PAGE}"' in told.text
    assert "kernelId" not in told.text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Supervision-Kit-Role": "facilitator", "SUPERVISION_KIT_ROLE": "facilitator"},
        {"Cookie": "SUPERVISION_KIT_ROLE=facilitator; role=facilitator"},
        {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https", "X-Real-Ip": "127.0.0.1"},
        {"Authorization": "token x", "X-XSRFToken": "x"},
    ],
)
def test_nobody_becomes_somebody_else_by_what_they_send(server, headers):
    assert server.visitor().get(PAGE, headers=headers).status == 303
    ben = server.participant()
    mine = ben.cookie_header()["Cookie"]
    sent = {**headers, "Cookie": f"{mine}; {headers['Cookie']}"} if "Cookie" in headers else headers
    told = ben.get(f"{PAGE}?SUPERVISION_KIT_ROLE=facilitator&role=facilitator", headers=sent)
    assert told.status == 200
    assert "You lead the group" not in told.text


# --- the websocket -------------------------------------------------------------------------------------------------


def refusal_of(visitor, kernel, **how):
    async def ask():
        with pytest.raises(HTTPClientError) as caught:
            await connect(visitor, kernel, **how)
        return caught.value.code

    return run_apart(ask())


def test_the_websocket_is_for_the_viewer_and_the_page_of_this_server(server, anna, ben, kernel):
    assert refusal_of(server.visitor(), kernel) == 403
    assert refusal_of(anna, kernel, cookies={"Cookie": "supervision_kit_sign_in_0=x"}) == 403
    assert refusal_of(ben, kernel) == 404
    assert refusal_of(anna, NOBODY) == 404
    assert refusal_of(anna, kernel, origin="https://evil.example") == 403
    assert refusal_of(anna, kernel, origin="null") == 403
    assert refusal_of(anna, kernel, origin=None) == 403
    assert refusal_of(anna, kernel, protocols=()) == 400
    assert refusal_of(anna, kernel, session="") == 400
    assert refusal_of(anna, kernel, session="x" * 100) == 400
    assert refusal_of(anna, kernel, session="../../x y") == 400


CUT_OFF = 1006  # as RFC 6455 calls it: the other end was gone before its code could be read


def say_to_kernel(visitor, kernel, sent, *, wait=20.0):
    """Send something, and return the kinds of messages that come back until the connection is closed, and its code."""

    async def talk():
        connection = await connect(visitor, kernel)
        heard, told = [], b""
        with suppress(asyncio.TimeoutError):
            async with asyncio.timeout(wait):
                await connection.write_message(sent, binary=isinstance(sent, bytes))
                while (told := await connection.read_message()) is not None:
                    heard.append(re.search(rb'"msg_type": ?"(\w+)"', told)[1].decode())
                    if "kernel_info_reply" in heard:
                        break
        connection.close()
        return heard, connection.close_code or (CUT_OFF if told is None else None)

    return run_apart(talk())


def test_ones_own_kernel_answers_its_page(anna, kernel):
    heard, code = say_to_kernel(anna, kernel, message("kernel_info_request", "shell", {}))
    assert "kernel_info_reply" in heard
    assert code is None


@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "iopub"])
def test_no_code_runs_on_any_channel(anna, kernel, tmp_path, channel):
    content = {"code": f"open({str(tmp_path / 'ran')!r}, 'w')", "silent": False, "store_history": False}
    heard, code = say_to_kernel(anna, kernel, message("execute_request", channel, content))
    assert code == 1008
    assert not {"execute_reply", "execute_input", "stream", "error"} & {*heard}
    time.sleep(0.5)
    assert not (tmp_path / "ran").exists()
    assert anna.get(f"/api/kernels/{kernel}").status == 200


@pytest.mark.parametrize("kind", ["shutdown_request", "interrupt_request", "debug_request"])
def test_no_kernel_is_steered_from_a_page(anna, kernel, kind):
    _, code = say_to_kernel(anna, kernel, message(kind, "control", {"restart": False}))
    assert code == 1008
    assert anna.get(f"/api/kernels/{kernel}").status == 200


def test_a_message_too_large_and_too_many_of_them_end_the_connection(anna, kernel):
    large = message("comm_msg", "shell", {"comm_id": "x", "data": "x" * 2**21})
    _, code = say_to_kernel(anna, kernel, large)
    assert code in (1009, CUT_OFF)  # it hangs up while the rest is still being sent

    async def flood():
        connection = await connect(anna, kernel)
        small = message("comm_msg", "shell", {"comm_id": "x", "data": {}})
        for _ in range(5000):
            if connection.protocol is None or connection.close_code:
                break
            with suppress(Exception):
                await connection.write_message(small, binary=True)
        async with asyncio.timeout(20):
            while await connection.read_message() is not None:
                pass
        return connection.close_code

    assert run_apart(flood()) == 1008
    assert anna.get(f"/api/kernels/{kernel}").status == 200


# --- what is too much ----------------------------------------------------------------------------------------------


def raw(server, sent, *, wait=5.0):
    """Send bytes as they are, and return what comes back until the other end hangs up or `wait` is over."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=wait) as line:
        heard = b""
        with suppress(OSError):
            line.sendall(sent)
        with suppress(OSError):
            while part := line.recv(65_536):
                heard += part
        return heard


OWN = b"Host: 127.0.0.1\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /sign-in HTTP/1.1\r\n" + OWN + b"X: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET /sign-in?" + b"x" * 100_000 + b" HTTP/1.1\r\n" + OWN + b"\r\n",
        b"POST /sign-in HTTP/1.1\r\n" + OWN + b"Content-Length: 100000000\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\n" + OWN + b"Content-Length: -1\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\n" + OWN + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST /sign-in HTTP/1.1\r\n" + OWN + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /sign-in\x00 HTTP/1.1\r\n" + OWN + b"\r\n",
        b"GET /nowhere?lang=%ff&next=%ff HTTP/1.1\r\n" + OWN + b"\r\n",
        b"GET /sign-in?token=%ff&lang=%ff HTTP/1.1\r\n" + OWN + b"\r\n",
        b"POST /sign-in HTTP/1.1\r\n" + OWN + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 600,
        b"\x00" * 100_000,
    ],
    ids=range(15),
)
def test_odd_requests_are_not_answered(server, sent):
    heard = raw(server, sent)
    assert b" 200 " not in heard.split(b"\r\n")[0]
    assert b"Traceback" not in heard


def test_those_who_say_nothing_or_little_are_hung_up_on_and_nobody_waits_for_them(server, anna):
    begun = (
        b"",
        b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"POST /sign-in HTTP/1.1\r\n"
        + OWN
        + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\np",
    )
    lines = []
    for start in begun * 5:
        line = socket.create_connection(("127.0.0.1", server.port), timeout=40)
        line.sendall(start)
        lines.append(line)
    before = time.monotonic()
    assert anna.get("/sign-in").status == 303
    assert time.monotonic() - before < 5
    for line in lines:
        with suppress(ConnectionResetError):
            while line.recv(1000):
                pass
        line.close()
    assert time.monotonic() - before < 40


def test_silent_connections_keep_nobody_out(server, anna):
    lines = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(230)]
    assert server.visitor().get("/sign-in").status == 200  # strangers, too
    assert anna.get("/sign-in").status == 303
    for line in lines[:20]:  # the oldest made room
        with suppress(ConnectionResetError):
            assert line.recv(1) == b""
    for line in lines:
        line.close()


def test_a_group_that_signs_in_at_once_gets_in(server):
    visitors = [server.visitor() for _ in range(15)]
    tokens = [visitor.form_token() for visitor in visitors]
    with ThreadPoolExecutor(15) as pool:
        said = pool.map(lambda one: one[0].sign_in(GROUP, token=one[1]).status, zip(visitors, tokens, strict=True))
        assert [*said] == [303] * 15


def test_passwords_are_not_guessed_and_a_facilitator_who_was_in_before_comes_in_meanwhile(server):
    leader, guesser = server.visitor(), server.visitor()
    assert leader.sign_in(LEADER).status == 303
    token, said = guesser.form_token(), []
    for n in range(5):  # by somebody who knows the group's password, and gives it in between
        said.append(guesser.sign_in(f"guess number {n}", token=token))
        if n < 4:
            assert guesser.sign_in(GROUP, token=token).status == 303
    assert [told.status for told in said] == [403] * 5
    refused = server.visitor().sign_in(GROUP)
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert "Please wait" in refused.text
    known = {name: value for name, value in leader.cookies.items() if "known" in name}
    assert server.visitor(cookies=dict(known)).sign_in(LEADER).status == 303
    assert not [name for name in guesser.cookies if "known" in name]
