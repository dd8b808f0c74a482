"""Files that hold a password as a scrypt hash: made, read and held against what somebody types."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from supervision_kit.errors import SupervisionKitError

FEWEST_LETTERS, MOST_LETTERS = 12, 1000

# scrypt's cost: 32 MB of memory, about 0.1 s (the kit's own choice: a group signs in at once, on two cores)
_COST, _BLOCK, _LANES = 2**15, 8, 1
_MOST_MEMORY = 2**28
_LINE = re.compile(r"scrypt\$n=(\d{1,7}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/=]{22,64})\$([A-Za-z0-9+/=]{43,88})")
_OTHERS, _CHANGED_BY_MORE = 0o007, 0o020


class PasswordFileError(SupervisionKitError):
    """A password that is too short, or a file that does not hold a password's hash safely."""


@dataclass(frozen=True)
class PasswordHash:
    """What is kept of a password."""

    cost: int
    block: int
    lanes: int
    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Return the hash of a password, salted anew."""
        salt = secrets.token_bytes(16)
        return cls(_COST, _BLOCK, _LANES, salt, _scrypt(password, salt, _COST, _BLOCK, _LANES))

    def matches(self, password: str) -> bool:
        """Tell whether this is the password; takes as long for a wrong one."""
        return hmac.compare_digest(self.digest, _scrypt(password, self.salt, self.cost, self.block, self.lanes))

    def __str__(self) -> str:
        salt, digest = (b64encode(part).decode("ascii") for part in (self.salt, self.digest))
        return f"scrypt$n={self.cost},r={self.block},p={self.lanes}${salt}${digest}"


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    typed = unicodedata.normalize("NFC", password[:MOST_LETTERS]).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(typed, salt=salt, n=cost, r=block, p=lanes, maxmem=_MOST_MEMORY)


def make_password_file(path: str | Path, password: str) -> Path:
    """Write the hash of a password to a new file that only its owner can read.

    Raises
    ------
    PasswordFileError
        The password is too short, or the file is there already or cannot be written.
    """
    if not FEWEST_LETTERS <= len(password) <= MOST_LETTERS:
        raise PasswordFileError(
            f"A password has {FEWEST_LETTERS} letters or more: four words that do not belong together are a good one."
        )
    place = Path(path)
    try:
        opened = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise PasswordFileError(f"{place} is there already. Delete it first, or choose another name.") from None
    except OSError as error:
        raise PasswordFileError(f"{place} cannot be written: {error.strerror}.") from error
    with os.fdopen(opened, "w", encoding="ascii") as file:
        file.write(f"{PasswordHash.of(password)}\n")
    return place


def read_password_file(path: str | Path) -> PasswordHash:
    """Return the hash that a file holds.

    Raises
    ------
    PasswordFileError
        There is no such file, others may read or change it, or it holds something else, such as the password itself.
    """
    place = Path(path)
    check_private(place)
    with place.open("rb") as file:
        found = _LINE.fullmatch(file.read(1000).decode("ascii", "replace").strip())
    if found is None:
        raise PasswordFileError(
            f"{place} holds no hash of a password, and a password is never read as it stands. Delete the file, and "
            f"make it with: supervision-kit serve --make-password {place}"
        )
    cost, block, lanes = (int(number) for number in found.groups()[:3])
    salt, digest = (b64decode(part) for part in found.groups()[3:])
    is_sound = (
        cost >= 2**14 and cost & (cost - 1) == 0 and block and lanes and 130 * cost * block * lanes < _MOST_MEMORY
    )
    if not is_sound:
        raise PasswordFileError(
            f"{place} holds a hash that costs too little or too much to check. Make it with: "
            f"supervision-kit serve --make-password {place}"
        )
    return PasswordHash(cost, block, lanes, salt, digest)


def check_private(place: Path) -> None:
    """Check that a file is there, and that others can neither read nor change it.

    Raises
    ------
    PasswordFileError
        It is not so.
    """
    try:
        with place.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
    except OSError as error:
        raise PasswordFileError(f"{place} cannot be read: {error.strerror}.") from error
    if os.name == "posix" and mode & (_OTHERS | _CHANGED_BY_MORE):
        raise PasswordFileError(f"Others on this machine may read or change {place}. Run: chmod 600 {place}")
