"""Passwords as files, and how often one may try."""

import asyncio
import hashlib
from base64 import b64encode

import pytest

from apart import run_apart
from shared_server import start_refused
from supervision_kit.server.sharing.limits import Budget, Tries
from supervision_kit.server.sharing.passwords import (
    PasswordFileError,
    PasswordHash,
    make_password_file,
    read_password_file,
)

WORDS = "four quiet words hére"


def test_a_password_file_holds_a_hash_that_only_its_owner_reads(tmp_path):
    made = make_password_file(tmp_path / "group.secret", WORDS)
    assert made.stat().st_mode & 0o777 == 0o600
    assert "quiet" not in made.read_text()
    kept = read_password_file(made)
    assert kept.matches(WORDS)
    assert not kept.matches("four quiet words here")
    assert not kept.matches("")


def test_the_same_letters_typed_on_another_keyboard_are_the_same_password():
    kept = PasswordHash.of("caf\u00e9 and three more")
    assert kept.matches("cafe\u0301 and three more")


def test_a_hash_by_scrypt_itself_is_understood(tmp_path):
    salt = bytes(range(16))
    digest = hashlib.scrypt(b"correct horse battery", salt=salt, n=2**14, r=8, p=2)
    file = tmp_path / "f"
    file.write_text(f"scrypt$n=16384,r=8,p=2${b64encode(salt).decode()}${b64encode(digest).decode()}\n")
    file.chmod(0o600)
    assert read_password_file(file).matches("correct horse battery")


def test_the_same_password_has_another_hash_each_time():
    assert str(PasswordHash.of(WORDS)) != str(PasswordHash.of(WORDS))


def test_a_plain_password_is_refused_and_not_repeated(tmp_path):
    file = tmp_path / "group.secret"
    file.write_text("four quiet words\n")
    file.chmod(0o600)
    with pytest.raises(PasswordFileError, match="--make-password") as caught:
        read_password_file(file)
    assert "quiet" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, 0o602, 0o660])
def test_a_file_that_others_may_read_or_change_is_refused(tmp_path, mode):
    file = make_password_file(tmp_path / "group.secret", WORDS)
    file.chmod(mode)
    with pytest.raises(PasswordFileError, match="chmod 600"):
        read_password_file(file)


@pytest.mark.parametrize("line", ["n=3,r=8,p=1", "n=1024,r=8,p=1", "n=4194304,r=8,p=9", "n=16384,r=0,p=1"])
def test_a_hash_that_costs_too_little_or_too_much_is_refused(tmp_path, line):
    file = tmp_path / "f"
    file.write_text(f"scrypt${line}${'A' * 22}==${'A' * 86}==\n")
    file.chmod(0o600)
    with pytest.raises(PasswordFileError):
        read_password_file(file)


def test_the_command_makes_a_file_once(tmp_path):
    file = tmp_path / "group.secret"
    code, said, errors = start_refused("--make-password", file, stdin=f"{WORDS}\n")
    assert (code, errors) == (0, "")
    assert "quiet" not in said
    code, _, errors = start_refused("--make-password", file, stdin=f"{WORDS}\n")
    assert code == 2
    assert "is there already" in errors
    code, _, errors = start_refused("--make-password", tmp_path / "short", stdin="password\n")
    assert code == 2
    assert errors == "A password has 12 letters or more: four words that do not belong together are a good one.\n"
    assert not (tmp_path / "short").exists()


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_a_budget_fills_up_again():
    clock = Clock()
    budget = Budget(2, 0.5, clock=clock)
    assert [budget.take(), budget.take(), budget.take()] == [True, True, False]
    clock.now += 2
    assert [budget.take(), budget.take()] == [True, False]
    clock.now += 1000
    assert [budget.take(), budget.take(), budget.take()] == [True, True, False]


def try_one(tries, place, *, right=False, known=False, leads=False):
    """Return for how long a try has to wait; 0 if it was made."""

    async def once():
        turn = await tries.begin(place, is_known=known)
        if isinstance(turn, float):
            return turn
        tries.end(turn, was_right=right, is_known=known, clears=leads)
        return 0

    return run_apart(once())


def test_after_five_wrong_passwords_each_further_one_waits_twice_as_long_up_to_two_minutes():
    clock = Clock()
    tries = Tries(clock=clock)
    assert [try_one(tries, "a") for _ in range(5)] == [0] * 5
    waits = []
    for _ in range(10):
        wait = try_one(tries, "a")
        waits.append(wait)
        clock.now += wait
        assert try_one(tries, "a") == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 120, 120, 120]


def test_a_participant_cannot_guess_the_facilitators_password_between_right_ones():
    clock = Clock()
    tries = Tries(clock=clock)
    said = [try_one(tries, "a", right=n % 3 == 2) for n in range(9)]
    assert said[:7] == [0] * 7  # five wrong ones and two right ones
    assert said[7:] == [1, 1]


def test_others_do_not_wait_and_a_facilitators_password_is_a_new_beginning():
    clock = Clock()
    tries = Tries(clock=clock)
    for _ in range(5):
        try_one(tries, "a")
    assert try_one(tries, "b") == 0
    clock.now += 1
    assert try_one(tries, "a", right=True, leads=True) == 0
    assert [try_one(tries, "a") for _ in range(5)] == [0] * 5
    clock.now += 3601
    assert [try_one(tries, "a") for _ in range(5)] == [0] * 5


def test_strangers_from_everywhere_slow_each_other_down_and_no_facilitator_who_was_in_before():
    clock = Clock()
    tries = Tries(clock=clock)
    assert all(try_one(tries, f"10.0.{n}.1") == 0 for n in range(100))
    assert try_one(tries, "10.1.0.1") > 0
    assert try_one(tries, "a browser", known=True) == 0
    clock.now += 6
    assert try_one(tries, "10.1.0.1") == 0


def many_at_once(tries, n, *, right):
    """Return the waits of tries that begin together, and how many were under way at once."""
    under_way, most = 0, 0

    async def once():
        nonlocal under_way, most
        turn = await tries.begin("a", is_known=False)
        if isinstance(turn, float):
            return turn
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        tries.end(turn, was_right=right, is_known=False)
        return 0

    async def together():
        return await asyncio.gather(*(once() for _ in range(n)))

    return run_apart(together()), most


def test_a_group_that_signs_in_together_waits_for_each_other_and_is_not_refused():
    waits, most = many_at_once(Tries(clock=Clock()), 15, right=True)
    assert (waits, most) == ([0] * 15, 5)


def test_wrong_passwords_at_once_are_no_more_than_one_after_the_other():
    waits, _ = many_at_once(Tries(clock=Clock()), 15, right=False)
    assert waits == [0] * 5 + [1] * 10


def test_no_more_wait_than_a_group_has_people():
    waits, _ = many_at_once(Tries(clock=Clock()), 60, right=True)
    assert waits.count(0) == 35
    assert waits.count(1) == 25


def test_what_is_kept_of_wrong_passwords_is_bounded():
    clock = Clock()
    tries = Tries(clock=clock)
    for n in range(11_000):
        clock.now += 10
        try_one(tries, str(n))
    assert len(tries) == 10_000
