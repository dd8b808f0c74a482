"""A real JupyterHub, with its proxy from npm, starts the kit's server for each user as deployment/ says."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from tornado.netutil import bind_sockets

DEPLOYMENT = Path(__file__).parents[2] / "deployment"
OWN = """
load_subconfig({config!r}, path={folder!r})
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "a long one for the test"
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = {homes!r} + "/cookie_secret"
c.Spawner.environment = {{"SUPERVISION_KIT_WORKSPACE": {homes!r} + "/workspace.sqlite"}}
"""
GIVE_UP = 120


def find_proxy():
    found = shutil.which("configurable-http-proxy")
    if found is None:
        reason = "there is no configurable-http-proxy on this machine: npm install --global configurable-http-proxy"
        if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def free_ports(count):
    sockets = [bind_sockets(0, "127.0.0.1")[0] for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Person:
    """Someone with a browser's cookies."""

    def __init__(self, address):
        self.address = address
        self.cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.cookies))

    def ask(self, path, form=None):
        body = None if form is None else urlencode(form).encode()
        try:
            with self._opener.open(Request(self.address + path, data=body), timeout=30) as answer:  # noqa: S310
                return answer.status, answer.geturl(), answer.read().decode()
        except HTTPError as refusal:
            return refusal.code, refusal.geturl(), refusal.read().decode()

    def sign_in(self, name):
        _, _, page = self.ask("/hub/login")
        token = re.search(r'name="_xsrf"\s+value="([^"]+)"', page)[1]
        return self.ask("/hub/login", {"username": name, "password": "a long one for the test", "_xsrf": token})

    def wait_for(self, path):
        """Ask until the own server answers at that very address."""
        give_up = time.monotonic() + GIVE_UP
        while time.monotonic() < give_up:
            status, where, text = self.ask(path)
            if status == 200 and where.startswith(f"{self.address}{path}"):
                return text
            time.sleep(0.5)
        pytest.fail(f"The hub gave no server within {GIVE_UP} seconds: {status} at {where}")


def servers_of(homes):
    """Return the processes that work in these homes."""
    working = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").resolve().is_relative_to(homes):
                working.add(process.name)
    return working


def is_well(address):
    try:
        return Person(address).ask("/hub/health")[0] == 200
    except (URLError, ConnectionError):
        return False


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    proxy = find_proxy()
    homes = tmp_path_factory.mktemp("homes")
    port, hub_port, proxy_port = free_ports(3)
    config = homes / "jupyterhub_config.py"
    settings = {"config": "jupyterhub_config.py", "folder": str(DEPLOYMENT), "homes": str(homes), "proxy": proxy}
    config.write_text(OWN.format(**settings, port=port, hub_port=hub_port, proxy_port=proxy_port))
    with (homes / "log").open("w") as log:
        hub = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)], cwd=homes, stdout=log, stderr=subprocess.STDOUT
        )
    address = f"http://127.0.0.1:{port}"
    give_up = time.monotonic() + GIVE_UP
    while not is_well(address):
        if hub.poll() is not None or time.monotonic() > give_up:
            pytest.fail((homes / "log").read_text()[-2000:])
        time.sleep(0.3)
    yield address
    hub.terminate()
    hub.communicate(timeout=60)
    assert servers_of(homes) == set(), "the hub's end is that of every user's server"


def test_each_user_gets_the_pages_in_a_server_of_their_own(hub):
    ada = Person(hub)
    ada.sign_in("ada")
    ada.ask("/hub/spawn")
    lab = ada.wait_for("/user/ada/lab")
    settings = json.loads(re.search(r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', lab, re.DOTALL)[1])
    assert "supervision_kit" in {one["name"] for one in settings["federated_extensions"]}
    assert settings["news"]["disabled"] is True
    status, _, listing = ada.ask("/user/ada/api/contents/notebooks")
    assert status == 200
    assert '"3_case.ipynb"' in listing
    status, _, _ = ada.ask("/user/ada/api/contents/start_here.md")
    assert status == 200

    ben = Person(hub)
    ben.sign_in("ben")
    for other in (Person(hub), ben):
        status, _, text = other.ask("/user/ada/api/contents/notebooks")
        assert status == 403
        assert "3_case.ipynb" not in text
