"""How much each viewer may say to kernels and have said by them, all pages of one viewer taken together."""

from __future__ import annotations

from collections import OrderedDict

from supervision_kit.server.sharing.limits import MOST_KEPT, Budget

MOST_UNSENT = 16 * 2**20
"""Bytes that wait for the pages of a viewer to take them: who asks and does not listen is hung up on."""

_MESSAGES_AT_ONCE, _MESSAGES_PER_SECOND = 1500, 100
_BYTES_AT_ONCE, _BYTES_PER_SECOND = 8 * 2**20, 2**20
_TOLD_AT_ONCE, _TOLD_PER_SECOND = 64 * 2**20, 4 * 2**20


class Allowance:
    """What one viewer may say and be told."""

    def __init__(self) -> None:
        self._messages = Budget(_MESSAGES_AT_ONCE, _MESSAGES_PER_SECOND)
        self._bytes = Budget(_BYTES_AT_ONCE, _BYTES_PER_SECOND)
        self._told = Budget(_TOLD_AT_ONCE, _TOLD_PER_SECOND)
        self._unsent = 0

    def may_say(self, n: int) -> bool:
        """Tell whether a message of `n` bytes may pass to a kernel."""
        return self._messages.take() and self._bytes.take(n)

    def may_be_told(self, n: int) -> bool:
        """Tell whether a message of `n` bytes may pass to a page; if so, it waits until it :meth:`is_taken`."""
        if self._unsent + n > MOST_UNSENT or not self._told.take(n):
            return False
        self._unsent += n
        return True

    def is_taken(self, n: int) -> None:
        """Note that `n` bytes wait no more."""
        self._unsent -= n


class Allowances:
    """The allowance of each viewer."""

    def __init__(self) -> None:
        self._each: OrderedDict[str, Allowance] = OrderedDict()

    def of(self, viewer_id: str) -> Allowance:
        """Return a viewer's; that of the one heard of longest ago is forgotten where there are very many."""
        found = self._each.pop(viewer_id, None) or Allowance()
        self._each[viewer_id] = found
        while len(self._each) > MOST_KEPT:
            self._each.popitem(last=False)
        return found
