"""TLS by a certificate and its key, both looked at before serving starts."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervision_kit.errors import SupervisionKitError
from supervision_kit.server.sharing.passwords import PasswordFileError, check_private

_EXPIRED, _NOT_YET = 10, 9  # OpenSSL's numbers


class TlsFileError(SupervisionKitError):
    """A certificate or key that cannot be used."""


@dataclass(frozen=True)
class Tls:
    """What a server needs for TLS, and the names in its certificate."""

    context: ssl.SSLContext
    names: tuple[str, ...]


def open_tls(certfile: str | Path, keyfile: str | Path) -> Tls:
    """Return what serves by TLS 1.2 or newer with these files.

    Raises
    ------
    TlsFileError
        A file is missing or no such file, they do not belong together, or the certificate is not valid today.
    """
    certificate, key = Path(certfile), Path(keyfile)
    for place in (certificate, key):
        if not place.is_file():
            raise TlsFileError(f"{place}: there is no such file. Give the certificate and its key, in PEM format.")
    _check_kept(key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=_ask_nobody)
    except ssl.SSLError as error:
        raise TlsFileError(_why(error, certificate, key)) from None
    except (OSError, ValueError) as error:
        raise TlsFileError(f"{certificate} or {key} cannot be read: it needs a password, or the right to.") from error
    return Tls(context, _names_of(_shake_hands(context, certificate)))


def _check_kept(key: Path) -> None:
    try:
        check_private(key)
    except PasswordFileError as error:
        raise TlsFileError(str(error)) from None


def _ask_nobody() -> str:
    raise ValueError


def _why(error: ssl.SSLError, certificate: Path, key: Path) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{key} is not the key of {certificate}. Give the two that were made together."
    return f"{certificate} and {key} are no certificate and key in PEM format. Look at how they begin: -----BEGIN …"


def _shake_hands(context: ssl.SSLContext, certificate: Path) -> dict[str, Any]:
    """Return the certificate as a visitor would see it, who trusts it."""
    visitor = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    visitor.check_hostname = False
    visitor.load_verify_locations(certificate)
    visitor.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    to_server, to_visitor = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = context.wrap_bio(to_server, to_visitor, server_side=True)
    theirs = visitor.wrap_bio(to_visitor, to_server)
    waiting = [theirs, ours]
    while waiting:
        side = waiting.pop(0)
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            waiting.append(side)
        except ssl.SSLCertVerificationError as error:
            raise TlsFileError(_not_valid(error, certificate)) from None
    return theirs.getpeercert() or {}


def _not_valid(error: ssl.SSLCertVerificationError, certificate: Path) -> str:
    if error.verify_code == _EXPIRED:
        return f"{certificate} has expired. Ask whoever issued it for a new one."
    if error.verify_code == _NOT_YET:
        return f"{certificate} is not valid yet. Look at this machine's clock, and at the day it begins."
    return f"{certificate} is not valid: {error.verify_message}. Ask whoever issued it for a new one."


def _names_of(certificate: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        str(name).lower() for kind, name in certificate.get("subjectAltName", ()) if kind in ("DNS", "IP Address")
    )
