"""The configurations of deployment/, run as they are but for names, ports and files: people get in, and pages live."""

import os
import shutil
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import HTTPSHandler, build_opener

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tornado.netutil import bind_sockets

import supervision_kit as sk

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


def filled(file, **places):
    """Return a configuration with what it says to replace replaced."""
    text = (DEPLOYMENT / file).read_text(encoding="utf-8")
    for old, new in places.values():
        assert old in text
        text = text.replace(old, new)
    return text


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
    """Wait until something answers at `address`, whatever it says."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    give_up = time.monotonic() + GIVE_UP
    while time.monotonic() < give_up:
        try:
            build_opener(HTTPSHandler(context=trusting)).open(address, timeout=10)
        except HTTPError as refused:
            if refused.code < 500:
                return
        except (URLError, ConnectionError):
            pass
        else:
            return
        time.sleep(0.3)
    pytest.fail(f"Nobody answered at {address}.")


def serve_command(bundle, passwords, port, *more):
    group, facilitator = passwords
    return [
        *(sys.executable, "-m", "supervision_kit", "serve", str(bundle), "--port", str(port)),
        *("--behind-proxy", "--name", NAME, *more),
        *("--password-file", str(group), "--facilitator-password-file", str(facilitator)),
    ]


def nginx(place, port, server, certificate):
    (place / "site.conf").write_text(
        filled(
            "nginx.conf",
            port=("listen 443", f"listen 127.0.0.1:{port}"),
            name=("server_name pages.clinic.example", f"server_name {NAME}"),
            certificate=("/etc/ssl/pages.clinic.example.pem", str(certificate[0])),
            key=("/etc/ssl/pages.clinic.example.key", str(certificate[1])),
            server=("http://127.0.0.1:8866", f"http://127.0.0.1:{server}"),
        ),
        encoding="utf-8",
    )
    (place / "nginx.conf").write_text(NGINX.format(place=place), encoding="utf-8")
    return [find_program("nginx"), "-c", str(place / "nginx.conf"), "-e", "stderr"]


def caddy(place, port, server, certificate):
    text = filled(
        "Caddyfile",
        name=("\npages.clinic.example {", f"\n{NAME}:{port} {{"),
        certificate=("/etc/ssl/pages.clinic.example.pem", str(certificate[0])),
        key=("/etc/ssl/pages.clinic.example.key", str(certificate[1])),
        server=("127.0.0.1:8866", f"127.0.0.1:{server}"),
    )
    (place / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text, encoding="utf-8")
    return [find_program("caddy"), "run", "--config", str(place / "Caddyfile")]


def sign_in(page, address, password):
    page.goto(address)
    page.locator("input[type=password]").fill(password)
    page.keyboard.press("Enter")


def sees_a_case(page, address):
    page.goto(f"{address}voila/render/3_case.ipynb")
    page.locator(".sk-chart svg .mark-symbol path").first.wait_for(state="attached", timeout=60_000)


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_a_group_gets_in_through_a_proxy_and_its_pages_live(
    chromium, run, tmp_path, bundle, passwords, certificate, proxy
):
    server, port = free_port(), free_port()
    run(serve_command(bundle, passwords, server, "--consultation", str(tmp_path / "kept")))
    home = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    run(proxy(tmp_path, port, server, certificate), env=home)
    address = f"https://{NAME}:{port}/"
    wait_for(address)
    context = chromium.new_context(ignore_https_errors=True)
    page = context.new_page()
    sign_in(page, address, GROUP)
    sees_a_case(page, address)
    assert [cookie["secure"] for cookie in context.cookies() if cookie["httpOnly"]] == [True]
    context.close()
