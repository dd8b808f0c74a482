"""Passwords as files, and how often one may try."""

import hashlib
from base64 import b64encode

import pytest

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


def test_after_five_wrong_passwords_each_further_one_waits_twice_as_long_up_to_a_quarter_of_an_hour():
    clock = Clock()
    tries = Tries(clock=clock)
    assert [tries.begin("a", is_known=False) for _ in range(5)] == [0] * 5
    waits = []
    for _ in range(13):
        wait = tries.begin("a", is_known=False)
        waits.append(wait)
        clock.now += wait
        assert tries.begin("a", is_known=False) == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_others_do_not_wait_and_the_right_password_is_a_new_beginning():
    clock = Clock()
    tries = Tries(clock=clock)
    for _ in range(5):
        tries.begin("a", is_known=False)
    assert tries.begin("b", is_known=False) == 0
    clock.now += 1
    assert tries.begin("a", is_known=False) == 0
    tries.succeed("a", is_known=False)
    assert [tries.begin("a", is_known=False) for _ in range(5)] == [0] * 5


def test_strangers_from_everywhere_slow_each_other_down_and_nobody_who_was_in_before():
    clock = Clock()
    tries = Tries(clock=clock)
    assert all(tries.begin(f"10.0.{n}.1", is_known=False) == 0 for n in range(100))
    assert tries.begin("10.1.0.1", is_known=False) > 0
    assert tries.begin("a browser", is_known=True) == 0
    clock.now += 6
    assert tries.begin("10.1.0.1", is_known=False) == 0


def test_what_is_kept_of_wrong_passwords_is_bounded():
    clock = Clock()
    tries = Tries(clock=clock)
    for n in range(11_000):
        clock.now += 10
        tries.begin(str(n), is_known=False)
    assert len(tries) == 10_000
