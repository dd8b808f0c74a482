"""TLS by two files, a proxy in front, and the names that a server answers to."""

import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared_server import GROUP, PAGE, SharedServer, make_place, start_refused
from supervision_kit.server.sharing.gate import answers_to, believe_proxy, place_of
from supervision_kit.server.sharing.tls import TlsFileError, open_tls

NOW = datetime.now(UTC)
NAMES = (x509.DNSName("localhost"), x509.DNSName("*.clinic.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


def make_certificate(folder, name, *, begins=NOW - timedelta(days=1), ends=NOW + timedelta(days=1), key=None):
    key = key or ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    built = x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number(), begins, ends)
    signed = built.add_extension(x509.SubjectAlternativeName(NAMES), critical=False).sign(key, hashes.SHA256())
    certfile, keyfile = folder / f"{name}.pem", folder / f"{name}.key"
    certfile.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    keyfile.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain),
    )
    keyfile.chmod(0o600)
    return certfile, keyfile


def test_a_certificate_says_by_which_names_the_server_is_reached(tmp_path):
    tls = open_tls(*make_certificate(tmp_path, "own"))
    assert tls.names == ("localhost", "*.clinic.example", "127.0.0.1")
    assert tls.context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_certificate_that_is_not_valid_today_is_refused(tmp_path):
    expired = make_certificate(tmp_path, "old", begins=NOW - timedelta(days=9), ends=NOW - timedelta(days=1))
    with pytest.raises(TlsFileError, match="has expired"):
        open_tls(*expired)
    coming = make_certificate(tmp_path, "new", begins=NOW + timedelta(days=1), ends=NOW + timedelta(days=9))
    with pytest.raises(TlsFileError, match="not valid yet"):
        open_tls(*coming)


def test_two_files_that_do_not_belong_together_are_refused(tmp_path):
    (one, _), (_, other) = make_certificate(tmp_path, "one"), make_certificate(tmp_path, "other")
    with pytest.raises(TlsFileError, match=r"other\.key is not the key of .*one\.pem"):
        open_tls(one, other)
    with pytest.raises(TlsFileError, match="BEGIN"):
        open_tls(other, other)


def test_a_key_that_needs_a_password_or_that_others_may_read_is_refused(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    certfile, keyfile = make_certificate(tmp_path, "own", key=key)
    keyfile.chmod(0o644)
    with pytest.raises(TlsFileError, match="chmod 600"):
        open_tls(certfile, keyfile)
    keyfile.chmod(0o600)
    how = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"words"),
    )
    keyfile.write_bytes(key.private_bytes(*how))
    with pytest.raises(TlsFileError, match="needs a password"):
        open_tls(certfile, keyfile)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return make_place(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def files(place):
    return make_certificate(place, "own")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_by_tls_cookies_are_for_tls_alone(place, files):
    options = ("--certfile", files[0], "--keyfile", files[1], "--password-file", place / "group")
    server = SharedServer(place / "bundle", place / "kept", "--host", "0.0.0.0", *options)  # noqa: S104 - behind TLS
    try:
        assert server.address.startswith("https://localhost:")
        context = ssl.create_default_context(cafile=files[0])
        with socket.create_connection(("127.0.0.2", server.port), timeout=5):
            pass  # it listens where it was told to
        visitor = server.visitor(context=context)
        told = visitor.sign_in(GROUP)
        assert told.status == 303
        for line in told.headers.get_all("Set-Cookie"):
            assert line.startswith("__Host-")
            assert "Secure" in line
        assert visitor.follow(PAGE).status == 200
        assert visitor.get("/sign-in", host="supervision.clinic.example").headers["Strict-Transport-Security"]
        assert visitor.get("/sign-in", host="evil.example").status == 421
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.load_verify_locations(files[0])
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(ssl.SSLError):
            server.visitor(context=old).get("/sign-in")
        with pytest.raises(OSError, match=r"."):
            server.visitor().get("/sign-in")  # in the clear
        assert visitor.get("/sign-in").status == 303
    finally:
        server.stop()


BY_PROXY = {"X-Forwarded-For": "10.1.2.3", "X-Forwarded-Proto": "https"}


def test_behind_a_proxy_only_what_came_by_https_and_under_its_name_is_answered(place):
    options = ("--behind-proxy", "--name", "pages.clinic.example", "--base-url", "/group")
    server = SharedServer(place / "bundle", place / "proxied", *options, "--password-file", place / "group")
    try:
        assert server.address == "https://pages.clinic.example/group/"
        visitor = server.visitor()

        def ask(path, *, host="pages.clinic.example", **headers):
            return visitor.get(path, host=host, headers=BY_PROXY | headers)

        assert ask("/group/sign-in").status == 200
        assert ask("/group/").headers["Location"] == "/group/sign-in"
        assert ask("/sign-in").status == 404
        assert ask("/group/sign-in", **{"X-Forwarded-Proto": "http"}).status == 403
        assert visitor.get("/group/sign-in", host="pages.clinic.example").status == 403
        assert ask("/group/sign-in", host="evil.example").status == 421
        for line in ask("/group/sign-in?lang=de").headers.get_all("Set-Cookie"):
            assert "Path=/group/" in line
    finally:
        server.stop()


def test_behind_a_proxy_others_are_not_answered(place):
    options = ("--behind-proxy", "--name", "localhost", "--proxy", "10.9.9.9", "--password-file", place / "group")
    server = SharedServer(place / "bundle", place / "far", *options)
    try:
        assert server.visitor().get("/sign-in", host="localhost", headers=BY_PROXY).status == 403
    finally:
        server.stop()


def test_wrong_passwords_are_counted_by_who_sent_them_and_not_by_the_proxy(place):
    options = ("--behind-proxy", "--name", "localhost", "--password-file", place / "group")
    server = SharedServer(place / "bundle", place / "counted", *options)
    try:

        def try_from(sender, words):
            visitor = server.visitor()
            headers = BY_PROXY | {"X-Forwarded-For": f"6.6.6.6, {sender}"}
            form = visitor.get("/sign-in", host="localhost", headers=headers).text
            token = form.partition('name="_xsrf" value="')[2].partition('"')[0]
            return visitor.sign_in(words, token=token, host="localhost", headers=headers).status

        assert [try_from("10.0.0.1", "not these words") for _ in range(6)][:5] == [403] * 5
        assert try_from("10.0.0.1", GROUP) == 429
        assert try_from("10.0.0.2", GROUP) == 303
    finally:
        server.stop()


def test_a_certificate_that_cannot_be_used_is_said_in_a_sentence(place):
    expired = make_certificate(place, "old", begins=NOW - timedelta(days=9), ends=NOW - timedelta(days=1))
    said = start_refused(
        *(place / "bundle", "--consultation", place / "none", "--port", "0"),
        *("--certfile", expired[0], "--keyfile", expired[1]),
    )
    assert said == (2, "", f"{expired[0]} has expired. Ask whoever issued it for a new one.\n")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:80", "127.0.0.1:1", "[::1]:8866", "a.clinic.example", "localhost."]
)
def test_names_of_ours(host):
    assert answers_to(host, ("localhost", "127.0.0.1", "::1", "*.clinic.example"))


@pytest.mark.parametrize(
    "host", ["", "clinic.example", "a.b.clinic.example", "aclinic.example", "localhost.evil", "[::2]", "x:y:z"]
)
def test_names_of_others(host):
    assert not answers_to(host, ("localhost", "127.0.0.1", "::1", "*.clinic.example"))


@pytest.mark.parametrize(
    ("said", "sender"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("6.6.6.6, 10.1.2.3", "10.1.2.3"),
        ("6.6.6.6, 10.1.2.3, 127.0.0.1", "10.1.2.3"),
        ("evil<script>, 127.0.0.1", "127.0.0.1"),
        ("", "127.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_sender_is_the_last_one_that_is_no_proxy(said, sender):
    request = SimpleNamespace(headers={"X-Forwarded-For": said}, remote_ip="127.0.0.1")
    believe_proxy(request, (ipaddress.ip_network("127.0.0.0/8"),))
    assert (request.remote_ip, request.protocol) == (sender, "http")


def test_senders_with_addresses_in_plenty_are_counted_by_their_network():
    one, other = (SimpleNamespace(remote_ip=f"2001:db8:1:2::{n}") for n in (1, 2))
    assert place_of(one) == place_of(other) == "2001:db8:1:2::/64"
    assert place_of(SimpleNamespace(remote_ip="::ffff:10.1.2.3")) == "10.1.2.3"
