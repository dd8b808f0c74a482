"""When a sign-in ends, by a clock that the test turns; the cookie is as a browser would send it."""

from http.cookies import SimpleCookie
from types import SimpleNamespace

import pytest

from supervision_kit.server.sharing.sign_ins import FACILITATOR, PARTICIPANT, SignIns

HOUR = 60 * 60


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now

    def pass_hours(self, n):
        self.now += n * HOUR


class Browser:
    """Keeps cookies for as long as it is told to hold them, and longer."""

    def __init__(self, sign_ins):
        self.sign_ins = sign_ins
        self.request = SimpleNamespace(cookies=SimpleCookie())
        self.lasting = {}

    def set_cookie(self, name, value, *, max_age, **_options):
        self.request.cookies[name] = value.decode()
        self.lasting[name] = max_age

    def clear_cookie(self, name, **_options):
        self.request.cookies.pop(name, None)

    def sign_in(self, role=PARTICIPANT):
        return self.sign_ins.begin(self, role)

    @property
    def viewer(self):
        return self.sign_ins.viewer(self.request)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sign_ins(tmp_path, clock):
    kept = SignIns(tmp_path / "s.sqlite", passwords={PARTICIPANT: "p", FACILITATOR: "f"}, suffix="1", clock=clock)
    yield kept
    kept.close()


@pytest.fixture
def browser(sign_ins):
    return Browser(sign_ins)


def test_who_is_there_is_signed_in_for_twelve_hours_and_no_longer(browser, clock):
    viewer = browser.sign_in()
    for _ in range(11):
        clock.pass_hours(1)
        assert browser.viewer == viewer
    clock.pass_hours(0.999)
    assert browser.viewer == viewer
    clock.pass_hours(0.002)
    assert browser.viewer is None
    assert not browser.sign_ins.holds(viewer)
    assert browser.lasting["supervision_kit_sign_in_1"] == 12 * HOUR


def test_a_sign_in_that_nobody_uses_ends_after_two_hours(browser, clock):
    viewer = browser.sign_in()
    clock.pass_hours(1.99)
    assert browser.sign_ins.holds(viewer)
    clock.pass_hours(0.02)
    assert not browser.sign_ins.holds(viewer)
    assert browser.viewer is None
    assert browser.viewer is None  # asking for it is no use of it


def test_an_open_page_is_a_use_and_brings_nobody_back(browser, clock):
    viewer = browser.sign_in()
    for _ in range(6):
        clock.pass_hours(1.5)
        browser.sign_ins.see([viewer])
    assert browser.viewer == viewer
    clock.pass_hours(2.1)
    browser.sign_ins.see([viewer])
    assert browser.viewer is None


def test_use_is_noted_often_enough_to_count(browser, clock):
    viewer = browser.sign_in()
    clock.pass_hours(1.9)
    assert browser.viewer == viewer
    clock.pass_hours(1.9)
    assert browser.viewer == viewer


def test_a_cookie_of_another_server_opens_nothing(browser, clock, tmp_path):
    browser.sign_in()
    other = SignIns(tmp_path / "o.sqlite", passwords={PARTICIPANT: "p", FACILITATOR: "f"}, suffix="1", clock=clock)
    assert browser.viewer is not None
    assert other.viewer(browser.request) is None
    other.close()


def test_a_new_sign_in_ends_the_old_one_and_gives_another_id(browser):
    first = browser.sign_in()
    kept = dict(browser.request.cookies)
    assert browser.sign_in(FACILITATOR).id != first.id
    browser.request.cookies = kept
    assert browser.viewer is None


def test_a_browser_in_which_a_facilitator_was_is_known_for_thirty_days(browser, clock):
    browser.sign_in()
    assert browser.sign_ins.known_browser(browser.request) is None
    browser.sign_in(FACILITATOR)
    clock.pass_hours(24 * 29.9)
    assert browser.sign_ins.known_browser(browser.request) is not None
    assert browser.viewer is None
    clock.pass_hours(24 * 0.2)
    assert browser.sign_ins.known_browser(browser.request) is None


def test_all_participants_are_sent_out_and_the_facilitator_stays(sign_ins, clock):
    leader, anna, ben = (Browser(sign_ins) for _ in range(3))
    leader.sign_in(FACILITATOR)
    anna.sign_in()
    ben.sign_in()
    assert (sign_ins.count(PARTICIPANT), sign_ins.count(FACILITATOR)) == (2, 1)
    sign_ins.end_all(PARTICIPANT)
    assert (anna.viewer, ben.viewer, leader.viewer.role) == (None, None, FACILITATOR)
    assert sign_ins.count(PARTICIPANT) == 0
    anna.sign_in()
    clock.pass_hours(2.1)
    assert sign_ins.count(PARTICIPANT) == 0


def test_a_new_password_ends_the_sign_ins_by_the_old_one(browser, sign_ins, clock, tmp_path):
    leader = Browser(sign_ins)
    leader.sign_in(FACILITATOR)
    browser.sign_in()
    changed = SignIns(tmp_path / "s.sqlite", passwords={PARTICIPANT: "new", FACILITATOR: "f"}, suffix="1", clock=clock)
    assert changed.viewer(browser.request) is None
    assert changed.viewer(leader.request).role == FACILITATOR
    assert changed.count(PARTICIPANT) == 0
    changed.close()


def test_participants_push_out_no_facilitator(sign_ins, monkeypatch):
    monkeypatch.setattr("supervision_kit.server.sharing.sign_ins.MOST_KEPT", 5)
    leader = Browser(sign_ins)
    leader.sign_in(FACILITATOR)
    for _ in range(10):
        Browser(sign_ins).sign_in()
    assert leader.viewer.role == FACILITATOR
    assert sign_ins.count(PARTICIPANT) == 4
