"""The gate: every request passes here before a handler of Voila or Jupyter sees it, and most that is odd ends here."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from tornado.httputil import HTTPMessageDelegate, split_host_and_port
from tornado.routing import Router

from supervision_kit.server.sharing.refusals import Refusal, Refused
from supervision_kit.server.sharing.routes import Route, find_route
from supervision_kit.server.sharing.sign_ins import FACILITATOR, Viewer, WhoIsIt
from supervision_kit.words import later

_ENCRYPTED = ("https", "wss")  # what proxies call it, of a web socket too
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

_NOT_HERE = Refusal(404, later("There is nothing at this address"))
_WRONG_NAME = Refusal(421, later("This server does not answer to this name"))
_NOT_BY_PROXY = Refusal(403, later("This server answers to its proxy only"))
_NOT_ENCRYPTED = Refusal(403, later("These pages are reached by https only"))
_FROM_ELSEWHERE = Refusal(403, later("Another page sent this request"))
_NOT_SO = Refusal(405, later("This cannot be done here"))
_STRANGER = Refusal(403, later("Sign in first"))
_GATHERED = Refusal(
    403,
    later("The group is looking at a case together"),
    later(
        "Until whoever leads the group opens the others again, only the page of the consultation is open: it shows "
        "what everybody sees."
    ),
)


@dataclass(frozen=True)
class House:
    """What the gate knows of the server."""

    base: str
    routes: tuple[Route, ...]
    names: tuple[str, ...] = LOOPBACK_NAMES
    """The names of hosts that it answers to; ``*.`` stands for one more word before a name."""

    proxies: Networks | None = None
    """Where a proxy may be; None where there is none."""


class WhoseKernels(Protocol):
    """Knows whose page each kernel runs, and whether it is open."""

    def owns(self, kernel_id: str, viewer: Viewer) -> bool:
        """Tell whether a kernel is this viewer's."""

    def is_open_to(self, kernel_id: str) -> bool:
        """Tell whether the page of a kernel is open to its viewer now."""


@dataclass
class Gate(Router):
    """Lets a request through to `app`, or answers it here."""

    app: Any
    house: House
    who: WhoIsIt
    kernels: WhoseKernels
    open_pages: Callable[[str], frozenset[str]]
    """Which pages are open to a role now."""

    def find_handler(self, request: Any, **_more: Any) -> HTTPMessageDelegate | None:
        """Return what answers a request; it takes along what was found out about it."""
        request.route = request.viewer = None
        refusal = self._came_rightly(request)
        if refusal is None:
            request.route = find_route(request.path, self.house.base, self.house.routes)
            refusal = self._asks_rightly(request)
        if refusal is None:
            request.viewer = self.who.viewer(request)
            request.server_connection.stream.is_viewers = request.viewer is not None
            refusal = self._may(request)
        if refusal is None:
            found: HTTPMessageDelegate | None = self.app.find_handler(request)
            return found
        delegate: HTTPMessageDelegate = self.app.get_handler_delegate(request, Refused, {"refusal": refusal})
        return delegate

    def _came_rightly(self, request: Any) -> Refusal | None:
        if self.house.proxies is not None:
            if not _is_in(request.remote_ip, self.house.proxies):
                return _NOT_BY_PROXY
            believe_proxy(request, self.house.proxies)
            if request.protocol != "https":
                return _NOT_ENCRYPTED
        return None if answers_to(request.host, self.house.names) else _WRONG_NAME

    def _asks_rightly(self, request: Any) -> Refusal | None:
        route = request.route
        if route is None:
            return _NOT_HERE
        if request.method not in route.methods:
            return _NOT_SO
        if is_from_elsewhere(request):
            is_visit = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
            return Refusal(200, again=request.uri) if is_visit and (route.is_page or route.is_open) else _FROM_ELSEWHERE
        return None

    def _may(self, request: Any) -> Refusal | None:
        route = request.route
        if route.is_open:
            return None
        if request.viewer is None:
            is_visit = route.is_page and request.method == "GET"
            return Refusal(303, to=self._sign_in_for(request)) if is_visit else _STRANGER
        named = route.pattern.fullmatch(request.path[len(self.house.base) :]).groupdict()
        kernel, page, role = named.get("kernel"), named.get("page"), request.viewer.role
        is_others = kernel is not None and not self.kernels.owns(kernel, request.viewer)
        if is_others or (route.leads and role != FACILITATOR):
            return _NOT_HERE
        is_closed = kernel is not None and not route.is_goodbye and not self.kernels.is_open_to(kernel)
        return _GATHERED if is_closed or (page is not None and page not in self.open_pages(role)) else None

    def _sign_in_for(self, request: Any) -> str:
        wanted = request.uri if request.path != self.house.base else ""
        return f"{self.house.base}sign-in" + (f"?{urlencode({'next': wanted})}" if wanted else "")


def answers_to(host: str, names: Iterable[str]) -> bool:
    """Tell whether the name in a ``Host`` header is one of ours."""
    try:
        name, _ = split_host_and_port(host.lower())
    except ValueError:
        return False
    name = name.strip("[]").rstrip(".")
    return any(name == own or (own.startswith("*.") and name.partition(".")[2] == own[2:]) for own in names)


def is_from_elsewhere(request: Any) -> bool:
    """Tell whether a page of another site sent a request: by what browsers say of it."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return True
    is_channel = request.headers.get("Upgrade", "").lower() == "websocket"
    origin = request.headers.get("Origin")
    if origin is None or (origin == "null" and not is_channel):  # forms say null where no referrer is sent
        return bool(is_channel)
    own: str = f"{request.protocol}://{request.host}".lower()
    return own != str(origin).lower()


def believe_proxy(request: Any, proxies: Networks) -> None:
    """Take a request's sender and scheme from what its proxy says: the last sender that is no proxy itself."""
    hops = re.split(r"\s*,\s*", request.headers.get("X-Forwarded-For", "").strip())
    senders = [hop for hop in hops if _address(hop) is not None]
    request.remote_ip = next((hop for hop in reversed(senders) if not _is_in(hop, proxies)), request.remote_ip)
    said = request.headers.get("X-Forwarded-Proto", "").rpartition(",")[2].strip().lower()
    request.protocol = "https" if said in _ENCRYPTED else "http"


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_in(address: str, networks: Networks) -> bool:
    found = _address(address)
    return found is not None and any(found in network for network in networks)


def place_of(request: Any) -> str:
    """Return by what wrong passwords of a sender are counted: an address, or its network where addresses are plenty."""
    found = _address(request.remote_ip)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
