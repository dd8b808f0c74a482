"""What every answer says to the browser: load nothing from elsewhere, keep nothing, show it in no frame."""

from __future__ import annotations

from typing import Any

from tornado.web import OutputTransform

_NOWHERE = "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

# Voila and Vega compile expressions, widgets run from blobs
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    f"img-src 'self' data: blob:; font-src 'self' data:; {_NOWHERE}"
)
PLAIN_POLICY = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; {_NOWHERE}"
"""For everything else: the sign-in, refusals, files."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    "X-Robots-Tag": "noindex, nofollow",
}
HTTPS_ONLY = f"max-age={180 * 24 * 60 * 60}"


class SafeHeaders(OutputTransform):
    """Sets the headers of every answer, by whichever handler, errors and redirects among them."""

    def __init__(self, request: Any) -> None:
        self._request = request

    def transform_first_chunk(
        self,
        status_code: int,
        headers: Any,
        chunk: bytes,
        finishing: bool,  # noqa: ARG002, FBT001 - Tornado's signature
    ) -> tuple[int, Any, bytes]:
        """Add our headers, and take away what tells about the server."""
        route = getattr(self._request, "route", None)
        is_page = route is not None and route.is_page and status_code == 200  # noqa: PLR2004 - HTTP's own number
        for name, value in ALWAYS.items():
            headers[name] = value
        headers["Content-Security-Policy"] = PAGE_POLICY if is_page else PLAIN_POLICY
        headers.pop("Server", None)
        is_file = status_code in (200, 304) and route is not None and not (route.is_page or route.is_open)
        headers["Cache-Control"] = (
            headers.get("Cache-Control", "no-cache").replace("public", "private") if is_file else "no-store"
        )
        if self._request.protocol == "https" and ":" not in self._request.host:
            headers["Strict-Transport-Security"] = HTTPS_ONLY  # at its own port only: it counts for the whole host
        return status_code, headers, chunk
