"""Signing in and out."""

from __future__ import annotations

import asyncio
import hmac
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from supervision_kit.server.page_language import COOKIE, link_others, settle_language
from supervision_kit.server.sharing.gate import House, place_of
from supervision_kit.server.sharing.limits import Tries
from supervision_kit.server.sharing.passwords import PasswordHash
from supervision_kit.server.sharing.refusals import PlainPage
from supervision_kit.server.sharing.routes import find_route
from supervision_kit.server.sharing.sign_ins import FACILITATOR, PARTICIPANT, SignIns
from supervision_kit.words import later, say_n, speaking

WRONG = later("This is not the password. Please try again.")
NO_COOKIES = later("You were signed in, but your browser did not keep it. Please allow cookies for this address.")
MOST_WAITING = 100
"""Passwords that wait to be checked; who comes then is asked to try again."""


@dataclass
class Doorkeeper:
    """Who gets which role.

    Without a participants' password everybody is a participant; `token` is the facilitator's where there is no
    facilitator's password. Both are for one machine only, which is checked before serving starts.
    """

    participants: PasswordHash | None = None
    facilitators: PasswordHash | None = None
    token: str | None = None
    tries: Tries = field(default_factory=Tries)
    _checking: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "passwords"))
    _waiting: int = 0

    @property
    def fingerprints(self) -> dict[str, str]:
        """For each role a text that changes with its password."""
        return {PARTICIPANT: str(self.participants or ""), FACILITATOR: str(self.facilitators or "")}

    def is_token(self, text: str) -> bool:
        """Tell whether this is the facilitator's token."""
        return self.token is not None and hmac.compare_digest(self.token.encode(), text.encode("utf-8", "replace"))

    async def admit(self, place: str, password: str, *, is_known: bool) -> str | float | None:
        """Return the role that a password gives, None for none, or for how many seconds none is looked at."""
        if self._waiting >= MOST_WAITING:
            return 1.0
        self._waiting += 1
        try:
            turn = await self.tries.begin(place, is_known=is_known)
            if isinstance(turn, float):
                return turn
            role = None
            try:
                role = await self._role_of(password)
            finally:
                leads = role == FACILITATOR
                self.tries.end(turn, was_right=role is not None, is_known=is_known, clears=leads)
            return (self.tries.may_come_in(place, turn) if role == PARTICIPANT else 0.0) or role
        finally:
            self._waiting -= 1

    async def _role_of(self, password: str) -> str | None:
        """Return the role of a password. Both are tried for a wrong one; where they are the same, it is the lesser."""
        for role, kept in ((PARTICIPANT, self.participants), (FACILITATOR, self.facilitators)):
            loop = asyncio.get_running_loop()
            if kept is not None and await loop.run_in_executor(self._checking, kept.matches, password):
                return role
        return None


class SignInPage(PlainPage):
    """Asks for the password; without a participants' password, lets everybody in as a participant."""

    def initialize(self, doorkeeper: Doorkeeper, sign_ins: SignIns, house: House) -> None:
        """Take what decides."""
        self.doorkeeper, self.sign_ins, self.house = doorkeeper, sign_ins, house

    def get(self) -> None:
        """Show the form, or go on where nothing is to be asked."""
        language, is_chosen = settle_language(self)
        if is_chosen:
            self.set_cookie(COOKIE, language, path=self.settings["base_url"], samesite="Strict", httponly=True)
        if self.doorkeeper.is_token(self.get_argument("token", "")):
            self._go_in(FACILITATOR)
        elif self.sign_ins.viewer(self.request) is not None:
            self.redirect(self._next(), status=303)
        elif self.get_argument("in", ""):
            self._ask(NO_COOKIES, status=403)
        elif self.doorkeeper.participants is None:
            self._go_in(PARTICIPANT)
        else:
            self._ask()

    async def post(self) -> None:
        """Take the password."""
        known = self.sign_ins.known_browser(self.request)
        password = self.get_body_argument("password", "", strip=False)
        role = await self.doorkeeper.admit(known or place_of(self.request), password, is_known=known is not None)
        if isinstance(role, float):
            self._ask_later(math.ceil(role))
        elif role is None:
            self._ask(WRONG, status=403)
        else:
            self._go_in(role)

    def _go_in(self, role: str) -> None:
        self.sign_ins.begin(self, role)
        there = {"in": "1", "next": self._next()}
        self.redirect(f"{self.settings['base_url']}sign-in?{urlencode(there)}", status=303)

    def _next(self) -> str:
        wanted = self.get_argument("next", "")
        route = find_route(wanted.partition("?")[0], self.house.base, self.house.routes)
        return wanted if route is not None and route.is_page and wanted.isprintable() else self.house.base

    def _ask_later(self, seconds: int) -> None:
        self.set_header("Retry-After", str(seconds))
        with speaking(settle_language(self)[0]):
            minutes = math.ceil(seconds / 60)
            short = say_n(
                "Please wait {n} second before you try again.",
                "Please wait {n} seconds before you try again.",
                seconds,
            )
            long = say_n(
                "Please wait {n} minute before you try again.",
                "Please wait {n} minutes before you try again.",
                minutes,
            )
        self._ask(short if seconds <= 60 else long, status=429)  # noqa: PLR2004 - a minute

    def _ask(self, problem: str = "", *, status: int = 200) -> None:
        self.set_status(status)
        language = settle_language(self)[0]
        self.write_page(
            "sign_in.html",
            problem=problem,
            form_token=self.xsrf_form_html(),
            next=self._next(),
            others=link_others(self, language),
        )


class SignOut(PlainPage):
    """Signs somebody out: their pages end with it."""

    def initialize(self, sign_ins: SignIns) -> None:
        """Take where sign-ins are kept."""
        self.sign_ins = sign_ins

    async def post(self) -> None:
        """Sign out, and show the sign-in."""
        viewer: Any = self.sign_ins.end(self)
        if viewer is not None:
            await self.settings["kernel_manager"].end_pages_of(viewer.id)
        self.redirect(f"{self.settings['base_url']}sign-in", status=303)
