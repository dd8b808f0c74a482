"""What a state works out once for each thing that it can show, so that going back to it takes no time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, overload

from supervision_kit.words import current_language

MOST = 2000  # results that are kept, before all are forgotten
MOST_LATEST = 8  # of what is about all cases, and large


class Remembering(Protocol):
    """What keeps results in `remembered`; it empties it once they do not hold any longer."""

    remembered: dict[Any, Any]


Key = TypeVar("Key")
Kept = TypeVar("Kept")


def keep_latest(kept: dict[Key, Kept], key: Key, make: Callable[[], Kept]) -> Kept:
    """Return what is kept under a key, made if need be; the eight that were asked for last stay."""
    result = kept.pop(key) if key in kept else make()
    kept[key] = result
    if len(kept) > MOST_LATEST:
        del kept[next(iter(kept))]
    return result


Owner = TypeVar("Owner", bound=Remembering)
Result = TypeVar("Result")


class Remembered(Generic[Owner, Result]):
    """A property that is worked out once for all that it depends on, in each language."""

    def __init__(self, make: Callable[[Owner], Result], names: tuple[str, ...]) -> None:
        self._make, self._names, self.__doc__ = make, names, make.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> Remembered[Owner, Result]: ...
    @overload
    def __get__(self, owner: Owner, kind: type) -> Result: ...

    def __get__(self, owner: Owner | None, kind: type) -> Remembered[Owner, Result] | Result:
        if owner is None:
            return self
        key = (self._make.__name__, current_language(), *(getattr(owner, name) for name in self._names))
        if key not in owner.remembered:
            if len(owner.remembered) >= MOST:
                owner.remembered.clear()
            owner.remembered[key] = self._make(owner)
        result: Result = owner.remembered[key]
        return result


def remembered(*names: str) -> Callable[[Callable[[Owner], Result]], Remembered[Owner, Result]]:
    """Make a property of a method that depends on these attributes alone, and on what empties the memory."""
    return lambda make: Remembered(make, names)
