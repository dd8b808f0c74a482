"""A server that shares a bundle, as a process, and visitors who are no browsers."""

import html
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from builders import make_scores
from supervision_kit.bundles.writing import write_bundle

PROTOCOL = "v1.kernel.websocket.jupyter.org"
GROUP, LEADER = "four quiet words here", "another four quiet words"
PAGE = "/voila/render/2_caseload.ipynb"


def make_bundle(folder):
    scores = make_scores(4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4)
    write_bundle(folder, tables={"scores": scores}, settings={}, report="# Nothing was removed\n", pages={})
    return folder


def make_place(folder):
    """Fill a folder with all that serving takes: a bundle, the group's password, and that of whoever leads."""
    make_bundle(folder / "bundle")
    password_file(folder, "group", GROUP)
    password_file(folder, "leader", LEADER)
    return folder


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode("utf-8")


@dataclass
class Visitor:
    """Sends what it is told to, and keeps cookies."""

    host: str
    port: int
    context: object = None
    cookies: dict = field(default_factory=dict)
    source: str = ""
    """Another address of this machine, such as 127.0.0.2, that requests come from."""

    def ask(self, method, path, *, body=None, headers=None, timeout=60, host=None):
        scheme = http.client.HTTPConnection if self.context is None else http.client.HTTPSConnection
        more = {} if self.context is None else {"context": self.context}
        if self.source:
            more["source_address"] = (self.source, 0)
        connection = scheme(self.host, self.port, timeout=timeout, **more)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            sent = {"Host": host or f"{self.host}:{self.port}", **self.cookie_header(), **(headers or {})}
            data = body.encode() if isinstance(body, str) else body
            if data is not None:
                sent |= {"Content-Length": str(len(data)), "Content-Type": "application/x-www-form-urlencoded"}
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders(data)
            answer = connection.getresponse()
            told = Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        self.keep(told)
        return told

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def follow(self, path, **more):
        for _ in range(8):
            told = self.get(path, **more)
            if told.status not in (302, 303):
                return told
            path = told.headers["Location"]
        raise AssertionError("it goes round and round")

    def cookie_header(self):
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def keep(self, told):
        for line in told.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or "1970" in morsel["expires"] or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.coded_value

    def form_token(self):
        found = re.search(r'name="_xsrf" value="([^"]+)"', self.get("/sign-in").text)
        return html.unescape(found[1])

    def page_token(self, path=PAGE):
        """The token of the forms in a page, for which a kernel starts."""
        return re.search(r'name="_xsrf" value="([^"]+)"', self.follow(path).text)[1]

    def open_page(self, path=PAGE):
        """Open a page and return the id of its kernel."""
        return re.search(r'"kernelId":\s*"([^"]+)"', self.follow(path).text)[1]

    def sign_in(self, password, *, token=None, **more):
        form = {"_xsrf": self.form_token() if token is None else token, "password": password}
        return self.ask("POST", "/sign-in", body=urlencode(form), **more)


class SharedServer:
    """The server as whoever looks after it starts it."""

    def __init__(self, bundle, keep, *options, env=None):
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the server
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "supervision_kit",
                "serve",
                *map(str, (bundle, "--consultation", keep)),
                "--port",
                "0",
            ]
            + [str(option) for option in options],
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env={**os.environ, **(env or {})},
        )
        line = self.process.stdout.readline()
        self.said = [line]
        self.port = urlsplit(line.split()[-1]).port if line else None
        if line.startswith("For the proxy: "):
            line = self.process.stdout.readline()
            self.said.append(line)
        assert line.startswith("Open: "), (line, self.log())
        self.address = line.split()[1]

    def facilitator_address(self):
        line = self.process.stdout.readline()
        assert line.startswith("Facilitator: ")
        return line.split()[1]

    def visitor(self, **more):
        return Visitor("127.0.0.1", self.port, **more)

    def participant(self, **more):
        visitor = self.visitor(**more)
        assert visitor.sign_in(GROUP).status == 303
        return visitor

    def log(self):
        if self.errors.closed:
            return self.logged
        self.errors.seek(0)
        return self.errors.read().decode("utf-8")

    def stop(self, word=signal.SIGTERM):
        self.process.send_signal(word)
        self.process.wait(timeout=60)
        self.process.stdout.close()
        self.logged = self.log()
        self.errors.close()
        return self.process.returncode


def start_refused(*options, stdin=None):
    """Return the exit code and what was said by a command that is refused."""
    done = subprocess.run(
        [sys.executable, "-m", "supervision_kit", "serve", *[str(option) for option in options]],
        capture_output=True,
        text=True,
        timeout=60,
        input=stdin,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def password_file(folder: Path, name: str, password: str):
    code, _, errors = start_refused("--make-password", folder / name, stdin=f"{password}\n")
    assert (code, errors) == (0, "")
    return folder / name


def message(kind, channel, content):
    said = {"header": {"msg_type": kind, "msg_id": "1", "session": "x", "username": "", "version": "5.3"}}
    said |= {"parent_header": {}, "metadata": {}, "content": content, "buffers": []}
    return serialize_msg_to_ws_v1(said, channel, pack=lambda value: json.dumps(value).encode())


def connect(visitor, kernel, *, origin="own", protocols=(PROTOCOL,), session="0123456789ab", cookies=None):
    own = f"http://{visitor.host}:{visitor.port}"
    headers = visitor.cookie_header() if cookies is None else cookies
    headers |= {"own": {"Origin": own}, None: {}}.get(origin, {"Origin": origin})
    address = f"ws://{visitor.host}:{visitor.port}/api/kernels/{kernel}/channels?session_id={quote(session)}"
    return websocket_connect(HTTPRequest(address, headers=headers), subprotocols=list(protocols))
