"""Who sits, and who gives up a seat, by a clock that the test turns."""

from contextlib import ExitStack

import pytest

from supervision_kit.server.sharing.seats import Seats
from supervision_kit.server.sharing.sign_ins import Viewer

PAGE = "2_caseload.ipynb"


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


class Room:
    """Seats, with people who sit down on them and keep their pages connected."""

    def __init__(self, most):
        self.clock, self.n = Clock(), 0
        self.seats = Seats(most, clock=self.clock)
        self.lines = ExitStack()

    def sit(self, name, *, place="clinic", role="participant", connected=True):
        """Return the kernel of a page that somebody opened, and those that ended for it."""
        self.n += 1
        kernel = f"kernel {self.n}"
        self.clock.now += 1
        with self.seats.expecting(Viewer(name, role), place=place, notebook=PAGE) as page:
            ended = self.seats.take(kernel, page)
        for one in ended:
            self.seats.free(one)
        if connected:
            self.lines.enter_context(self.seats.connected(kernel))
        return kernel, ended

    def find(self, name, *, place="clinic", role="participant"):
        return self.seats.find(Viewer(name, role), place=place)


@pytest.fixture
def room():
    return Room(3)


def test_who_sits_and_the_facilitator_come_in_when_it_is_full(room):
    for name in "abc":
        assert room.find(name) == []
        room.sit(name)
    assert room.find("d") is None
    assert room.find("a") == []
    assert room.find("f", role="facilitator") == []
    room.sit("f", role="facilitator")
    assert sorted(room.seats.seated()) == ["a", "b", "c"]


def test_a_seat_is_kept_from_the_first_request_on(room):
    room.sit("a")
    room.sit("b")
    with room.seats.expecting(Viewer("c", "participant"), place="clinic", notebook=PAGE):
        assert room.find("d") is None
    assert room.find("d") == []


def test_a_page_that_was_sent_and_never_connected_keeps_no_seat(room):
    for name in "abc":
        room.sit(name, connected=False)
    assert room.find("d") is None
    room.clock.now += 30
    assert room.find("d") == []


def test_whoever_was_idle_longest_stands_up_and_nobody_before_ten_minutes(room):
    kernels = {name: room.sit(name)[0] for name in "abc"}
    room.clock.now += 500
    room.seats.hear(kernels["a"])
    assert room.find("d") is None
    room.clock.now += 101
    assert room.find("d") == ["b"]


def test_one_who_takes_all_seats_from_elsewhere_gives_them_up_to_the_group():
    room = Room(15)
    for n in range(15):
        room.sit(f"attacker {n}", place="elsewhere")
    came = []
    for n in range(15):
        leaving = room.find(f"colleague {n}", place="clinic")
        if leaving is None:
            break
        for kernel in [one for who in leaving for one in room.seats.of(who)]:
            room.seats.free(kernel)
        room.sit(f"colleague {n}", place="clinic")
        came.append(leaving)
    assert [len(one) for one in came] == [1] * 7
    assert {one[0].split()[0] for one in came} == {"attacker"}
    # at home, each with an address of their own
    for n in range(20):
        leaving = room.find(f"home {n}", place=f"home {n}")
        if leaving is None:
            break
        for kernel in [one for who in leaving for one in room.seats.of(who)]:
            room.seats.free(kernel)
        room.sit(f"home {n}", place=f"home {n}")
    places = [pages[0].place for pages in room.seats.seated().values()]
    assert (places.count("elsewhere"), places.count("clinic"), len(set(places))) == (2, 2, 13)


def test_in_a_group_that_sits_in_one_place_nobody_is_sent_out_for_a_latecomer(room):
    for name in "abc":
        room.sit(name)
    assert room.find("d") is None
    room = Room(3)
    for name in "ab":
        room.sit(name)
    room.sit("c", place="home")
    assert room.find("d", place="another home") is None  # the two sit rightly


def test_a_fifth_page_ends_the_first(room):
    kernels, ended = zip(*(room.sit("f", role="facilitator") for _ in range(5)), strict=True)
    assert [*ended] == [[], [], [], [], [kernels[0]]]


def test_pages_in_all_are_two_for_each_seat_and_who_has_most_loses_the_oldest(room):
    mine = [room.sit("a")[0] for _ in range(3)]
    room.sit("b")
    room.sit("c")
    assert room.sit("c")[1] == []
    assert room.sit("b")[1] == [mine[0]]
    assert len([*room.seats]) == 6


def test_a_page_has_one_line_to_its_kernel_and_two_that_may_be_lost(room):
    kernel, _ = room.sit("a")
    with room.seats.connected(kernel), room.seats.connected(kernel):
        assert not room.seats.has_line_free(kernel)
    assert room.seats.has_line_free(kernel)
    assert not room.seats.has_line_free("nobody's")
