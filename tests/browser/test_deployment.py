"""The configurations of deployment/, run as they are but for names, ports and files: people get in, and pages live."""

import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import HTTPSHandler, build_opener

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tornado.netutil import bind_sockets

import supervision_kit as sk
from browser.everywhere import open_context

DEPLOYMENT = Path(__file__).parents[2] / "deployment"
NAME, GROUP, FACILITATOR = "localhost", "blue heron at noon", "grey heron at dawn"
GIVE_UP = 60
NGINX = """
daemon off; master_process off; error_log stderr crit; pid {place}/nginx.pid;
events {{}}
http {{
    client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
    include {place}/site.conf;
}}
"""

HUB = """
load_subconfig("clinic.py", path={place!r})
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.bind_url = "https://127.0.0.1:{port}"
c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = {cert!r}, {key!r}
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = {place!r} + "/cookie_secret"
"""


def find_program(name):
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        reason = f"there is no {name} on this machine"
        if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def free_port():
    (one, *_) = bind_sockets(0, "127.0.0.1")
    port = one.getsockname()[1]
    one.close()
    return port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of our own, and its key."""
    place = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (place / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (place / "key.pem").write_bytes(private)
    return place / "cert.pem", place / "key.pem"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    caseload = sk.simulate_caseload(n_cases=40, seed=11)
    published = sk.deidentify(caseload.scores, synthetic=True)
    return sk.publish(published, tmp_path_factory.mktemp("published") / "bundle")


@pytest.fixture(scope="module")
def passwords(tmp_path_factory):
    """Two password files, made as a clinic makes them."""
    place = tmp_path_factory.mktemp("passwords")
    made = []
    for role, password in (("group", GROUP), ("facilitator", FACILITATOR)):
        file = place / f"{role}.secret"
        command = [sys.executable, "-m", "supervision_kit", "serve", "--make-password", str(file)]
        subprocess.run(command, input=f"{password}\n", text=True, check=True, capture_output=True)
        made.append(file)
    return made


@pytest.fixture
def run():
    """A function that starts a program; each is ended with the test."""
    running = []

    def run_one(command, **settings):
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **settings))
        return running[-1]

    yield run_one
    for one in reversed(running):
        one.terminate()
        one.wait(timeout=60)


def wait_for(address):
    """Wait until somebody answers at `address`."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    give_up = time.monotonic() + GIVE_UP
    while time.monotonic() < give_up:
        try:
            build_opener(HTTPSHandler(context=trusting)).open(address, timeout=10)
        except (URLError, ConnectionError) as not_yet:
            said = not_yet
            time.sleep(0.3)
        else:
            return
    pytest.fail(f"Nobody answered at {address}: {said}")


@dataclass
class House:
    """What there is to be served, and with which files."""

    place: Path
    bundle: Path
    passwords: list
    certificate: tuple

    def write(self, target, source, **replaced):
        """Write a configuration with what it says to replace replaced."""
        text = (DEPLOYMENT / source).read_text(encoding="utf-8")
        for old, new in replaced.values():
            assert old in text
            text = text.replace(old, new)
        (self.place / target).write_text(text, encoding="utf-8")

    @property
    def files(self):
        """The files of the certificate, in the place of those that a configuration names."""
        names = ("cert", "/etc/ssl/pages.clinic.example.pem"), ("key", "/etc/ssl/pages.clinic.example.key")
        return {name: (old, str(file)) for (name, old), file in zip(names, self.certificate, strict=True)}


@pytest.fixture
def house(tmp_path, bundle, passwords, certificate):
    return House(tmp_path, bundle, passwords, certificate)


def serve_command(house, port):
    group, facilitator = house.passwords
    return [
        *(sys.executable, "-m", "supervision_kit", "serve", str(house.bundle), "--port", str(port)),
        *("--behind-proxy", "--name", NAME, "--consultation", str(house.place / "kept")),
        *("--password-file", str(group), "--facilitator-password-file", str(facilitator)),
    ]


def through_nginx(house, port, server):
    house.write(
        "site.conf",
        "nginx.conf",
        port=("listen 443", f"listen 127.0.0.1:{port}"),
        host=("server_name pages.clinic.example", f"server_name {NAME}"),
        server=("http://127.0.0.1:8866", f"http://127.0.0.1:{server}"),
        **house.files,
    )
    (house.place / "nginx.conf").write_text(NGINX.format(place=house.place), encoding="utf-8")
    return [find_program("nginx"), "-c", str(house.place / "nginx.conf"), "-e", "stderr"]


def through_caddy(house, port, server):
    house.write(
        "Caddyfile",
        "Caddyfile",
        host=("\npages.clinic.example {", f"{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{NAME}:{port} {{"),
        server=("127.0.0.1:8866", f"127.0.0.1:{server}"),
        **house.files,
    )
    return [find_program("caddy"), "run", "--config", str(house.place / "Caddyfile")]


def through_jupyterhub(house, port, server):
    """The hub starts the group's server itself."""
    group, facilitator = (str(file) for file in house.passwords)
    monday = {"bundle": str(house.bundle), "port": server, "password_file": group}
    groups = {"monday": monday | {"facilitator_password_file": facilitator}}
    (house.place / "groups.json").write_text(json.dumps(groups), encoding="utf-8")
    house.write("clinic.py", "jupyterhub_config.py", host=("hub.clinic.example", NAME))
    settings = {"port": port, "hub_port": free_port(), "proxy_port": free_port(), "place": str(house.place)}
    settings |= {"cert": str(house.certificate[0]), "key": str(house.certificate[1])}
    settings["proxy"] = find_program("configurable-http-proxy")
    (house.place / "jupyterhub_config.py").write_text(HUB.format(**settings), encoding="utf-8")
    return [sys.executable, "-m", "jupyterhub", "-f", str(house.place / "jupyterhub_config.py")]


@pytest.fixture(params=[through_nginx, through_caddy, through_jupyterhub])
def address(request, run, house):
    """Where people find a group's server."""
    server, port = free_port(), free_port()
    is_hub = request.param is through_jupyterhub
    if not is_hub:
        run(serve_command(house, server))
    home = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(house.place))
    run(request.param(house, port, server), env={**os.environ, **home}, cwd=house.place)
    found = f"https://{NAME}:{port}/" + ("services/monday/" if is_hub else "")
    wait_for(found)
    return found


def test_a_group_signs_in_through_what_stands_in_front_and_its_pages_live(chromium, address):
    context = open_context(chromium, ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{address}voila/render/3_case.ipynb")  # leads to the sign-in, and from there back
    page.locator("input[type=password]").fill(GROUP)
    page.keyboard.press("Enter")
    page.locator(".sk-chart svg .mark-symbol path").first.wait_for(state="attached")
    assert {cookie["secure"] for cookie in context.cookies(address) if cookie["httpOnly"]} == {True}
    context.close()
