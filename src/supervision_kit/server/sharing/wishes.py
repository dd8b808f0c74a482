"""How a bundle is to be served, and whether anybody would get in, or listen, who should not."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from supervision_kit.errors import SupervisionKitError


class ServingError(SupervisionKitError):
    """A way of serving that would let strangers in, or that cannot be."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How a bundle is to be served, as whoever starts the server says it."""

    host: str = "127.0.0.1"
    password_file: str | Path | None = None
    facilitator_password_file: str | Path | None = None
    certfile: str | Path | None = None
    keyfile: str | Path | None = None
    behind_proxy: bool = False
    proxies: Sequence[str] = ("127.0.0.1", "::1")
    names: Sequence[str] = ()
    base_url: str = "/"

    @property
    def is_loopback(self) -> bool:
        """Whether nobody outside of this machine can connect."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def check(self) -> None:
        """Check that nobody would get in, or listen, who should not.

        Raises
        ------
        ServingError
            Somebody would.
        """
        if bool(self.certfile) != bool(self.keyfile):
            raise ServingError("TLS takes two files, the certificate and its key. Give --certfile and --keyfile.")
        if self.is_loopback and not self.behind_proxy:
            return
        if not self.password_file:
            raise ServingError(
                "Others can reach this server, so it needs a password. Make one with: supervision-kit serve "
                "--make-password FILE, and give it with --password-file FILE."
            )
        if not (self.certfile or self.behind_proxy):
            raise ServingError(
                "Others can reach this server, so it needs TLS: what is sent could be read on the way. Give --certfile "
                "and --keyfile, or --behind-proxy if a proxy in front of it does TLS."
            )
        if self.behind_proxy and not self.names:
            raise ServingError("Behind a proxy, say by which name people reach the pages: --name pages.example.org")
