"""A group of five in five browsers, from its first case to what was agreed; pages reload, come late, and are killed."""

import re
import signal
import socket
from pathlib import Path

import pandas as pd
import pytest

import supervision_kit as sk
from browser.everywhere import FITS, faults
from browser.test_killed_kernel import KERNEL_OF_PAGE, kill_kernel
from builders import make_scores
from shared_server import SharedServer
from supervision_kit.bundles.writing import write_bundle

PAGE = "5_consultation.ipynb"
RATED = (4.2113, 4.3127, 4.2131, 4.2417, 3.0519, 3.5623, 4.1729)  # no two share their decimals with anything else

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for kernels in /proc")


PUBLICATION = "pub-1"
TOLD_OF_FOCUS = """(() => {
    const at = document.activeElement;
    const label = at.labels?.[0]?.innerText ?? (at.id && document.querySelector(`label[for="${at.id}"]`)?.innerText);
    return `${at.innerText ?? ""} ${label ?? ""} ${at.getAttribute("aria-label") ?? ""}`;
})()"""


@pytest.fixture
def place(tmp_path):
    """The workspace that the group's case was published from."""
    scores = make_scores(*RATED, case_id="K01")
    with sk.Workspace(tmp_path / "spring.sqlite") as workspace:
        workspace.import_ratings(sk.read_ratings(scores.to_csv(index=False).encode()))
        sessions = [list(range(1, len(RATED) + 1))]
        key = {"case_id": ["K01"], "code": ["case-01"], "therapists": [{}], "sessions": sessions}
        workspace.keep_key(PUBLICATION, pd.DataFrame(key))
    return tmp_path / "spring.sqlite"


@pytest.fixture
def bundle(tmp_path):
    """What was published: the case that the group looks at, among others."""
    one = make_scores(*RATED, case_id="case-01")
    others = sk.simulate_caseload(n_cases=12, seed=3).scores
    scores = pd.concat([one, others[others["scale"] == "total"]], ignore_index=True)
    settings = {"publication": PUBLICATION}
    write_bundle(tmp_path / "bundle", tables={"scores": scores}, settings=settings, report="# x\n", pages={})
    return tmp_path / "bundle"


class Member:
    """One of the group at their own browser, and all that was sent to it."""

    def __init__(self, visit, query, *, enters_at=None):
        self.visit, self.query, self.received = visit, query, []
        self.page = visit.page
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._take))
        self.page.on("dialog", lambda dialog: dialog.accept())
        if enters_at:
            self.page.goto(enters_at, wait_until="commit")
        self.open()

    def _take(self, payload):
        self.received.append(payload if isinstance(payload, str) else payload.decode("latin-1"))

    def open(self):
        self.page.goto(f"{self.visit.address}/voila/render/{PAGE}{self.query}")
        self.page.locator(".sk-page").first.wait_for()

    def sees(self, text):
        self.page.locator(f".sk-page >> text={text}").first.wait_for()

    def got(self, text):
        return any(text in frame for frame in self.received) or text in self.page.content()

    def answer(self, question, choice):
        self.page.get_by_role("group", name=question).get_by_label(choice, exact=True).check()
        self.sees("Kept: ")

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def say_people(self, n):
        field = self.page.get_by_label("People in the group, with you")
        field.fill(str(n))
        field.press("Enter")

    def assert_for_everyone(self):
        """Hold that axe finds no serious fault in what is shown now, and that it fits a narrow page, light and dark."""
        was, looks = self.page.viewport_size, (("light", 1280), ("dark", 420))
        for scheme, width in looks:
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.wait_for_function("scheme => document.documentElement.dataset.skScheme === scheme", arg=scheme)
            self.page.wait_for_function(FITS, arg=width)
            assert faults(self.page) == [], (scheme, width)
        self.page.set_viewport_size(was)

    def reveal(self, session):
        self.page.get_by_label("Seen up to session").select_option(str(session))
        self.sees(f"case-01, up to session {session}")

    @property
    def n_rated(self):
        return self.page.locator(".sk-chart svg g.mark-symbol.role-mark path[aria-label^=Session]").count()


class Shared:
    """A server that shares the bundle with the group, which can be killed and started again."""

    def __init__(self, bundle, keep):
        self.bundle, self.keep, self.port = bundle, keep, find_free_port()
        self.start()

    def start(self):
        self.server = SharedServer(self.bundle, self.keep, "--port", self.port)
        self.address, self.for_who_leads = self.server.address.rstrip("/"), self.server.facilitator_address()

    def kill(self):
        self.server.stop(signal.SIGKILL)
        self.start()


def find_free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@pytest.fixture
def shared(bundle, tmp_path):
    shared = Shared(bundle, tmp_path / "kept")
    yield shared
    shared.server.stop()


@pytest.fixture
def join(open_tab, shared):
    """A function with which a participant joins."""
    return lambda query="", **more: Member(open_tab(shared.address), query, **more)


@pytest.fixture
def lead(join, shared):
    """Whoever leads, with the case chosen."""
    return join("?case=case-01", enters_at=shared.for_who_leads)


def assert_all_for_everyone(*members):
    for member in members:
        member.assert_for_everyone()


def write_down_and_bring_back(lead, seats, shared, place):
    lead.page.get_by_label("Notes on this case").type("rose smiled")
    lead.sees("Saved.")
    lead.page.get_by_label("What was agreed").fill("ask what helped")
    lead.press("Keep what was agreed")
    for seat in seats:
        seat.sees("ask what helped")
        assert not seat.got("rose smiled")
        assert seat.page.locator(".sk-lead").count() == 0
    assert_all_for_everyone(lead, seats[0])
    with sk.Workspace(place) as workspace:
        sk.bring_back(workspace, shared.keep / "consultation.sqlite")
        decision = workspace.decisions("K01").iloc[0]
        assert (decision["text"], decision["session"]) == ("ask what helped", len(RATED))
        assert workspace.notes("K01")["text"].tolist() == ["rose smiled"]


def test_a_group_goes_through_a_case_to_its_end(lead, join, shared, place):
    seats = [join(), join(), join("?seat=9&case=C1&role=facilitator")]
    for seat in seats:
        seat.sees("case-01, up to session 1")
    assert_all_for_everyone(lead, seats[0])
    for session in (2, 3, 4, 5):
        lead.press("Next session ▸")
        lead.sees(f"case-01, up to session {session}")
    for seat in seats:
        seat.sees("case-01, up to session 5")
        seat.sees("The group now sees the ratings up to session 5.")
        assert seat.got("3.0519")
        assert not seat.got("3.5623")
    suggested = lead.page.get_by_label("Questions that others would ask")
    suggested.select_option(index=1)
    question = suggested.evaluate("choice => choice.selectedOptions[0].textContent")
    lead.say_people(6)
    lead.press("Ask the group")
    for seat in seats:
        seat.sees(question)
        seat.answer("Is this a rupture?", "a rupture")
    assert_all_for_everyone(lead, seats[0])
    late = join()
    late.sees("case-01, up to session 5")
    late.answer("Is this a rupture?", "not a rupture")
    late.answer("Withdrawal or confrontation?", "withdrawal: moving away")
    lead.sees("4 have answered.")
    assert not any(member.got("of 4") for member in (lead, *seats, late))

    again = seats[1]
    again.open()
    again.sees("Kept: a rupture.")
    assert again.page.get_by_role("radio", name="a rupture", exact=True).is_checked()
    lead.press("Show the answers together")
    for seat in (*seats, late, lead):
        seat.sees("3 of 4")
        seat.sees("1 person answered this.")
    assert_all_for_everyone(lead, seats[0])
    for seat in (*seats, late):
        assert not any(seat.got(text) for text in ("3.5623", "4.1729", "Personal limits", "marked below"))
    lead.press("Show what the methods say")
    for seat in (*seats, late):
        seat.sees("What the methods say")
        seat.sees("Session 5 is marked.")
        assert not seat.got("3.5623")
    assert_all_for_everyone(lead, seats[0])
    lead.press("Show what happened")
    for seat in (*seats, late):
        seat.sees("Falls and repairs")
        assert seat.got("4.1729")
    write_down_and_bring_back(lead, [*seats, late], shared, place)
    assert "rose" not in shared.server.log()
    assert not any(member.visit.asked_outside for member in (lead, *seats, late))
    assert not any(member.visit.complaints for member in (lead, *seats, late))


def test_pages_move_on_without_taking_the_focus_or_what_is_being_typed(lead, join, shared):
    seat, scribe = join(), join(enters_at=shared.for_who_leads)
    lead.say_people(6)
    lead.press("Ask the group")
    seat.answer("Is this a rupture?", "unsure")
    scribe.page.get_by_label("What was agreed").type("half a sen")
    before = seat.page.evaluate("document.activeElement.closest('label').textContent.trim()")
    lead.page.get_by_label("The one question").fill("Why now?")
    lead.page.keyboard.press("Enter")
    for member in (seat, scribe):
        member.sees("Why now?")
    assert seat.page.evaluate("document.activeElement.closest('label').textContent.trim()") == before == "unsure"
    assert scribe.page.get_by_label("What was agreed").input_value() == "half a sen"
    scribe.page.keyboard.type("tence")
    assert scribe.page.get_by_label("What was agreed").input_value() == "half a sentence"
    lead.page.locator("text=Show the answers together").focus()
    lead.page.keyboard.press("Enter")
    seat.sees("What the group answered")
    assert lead.page.evaluate("document.activeElement.textContent") == "Ask the group again"
    seat.page.keyboard.press("Tab")  # and on from there
    assert seat.page.evaluate("document.activeElement !== document.body")


def test_time_is_counted_by_the_page_and_starts_on_all(lead, join):
    seat = join()
    seat.sees("15:00 left, the time is stopped")
    lead.press("Start the time")
    seat.page.locator(".sk-time-left", has_text=re.compile(r"14:5\d left")).wait_for()
    n_received = len(seat.received)
    first = seat.page.locator(".sk-time-left").inner_text()
    seat.page.wait_for_function("before => document.querySelector('.sk-time-left').innerText !== before", arg=first)
    lead.press("Next part ▸")
    seat.sees("Part 2 of 3: Exploring it")
    assert seat.page.locator(".sk-time-left").inner_text().startswith(("15:00", "14:5"))
    assert len(seat.received) - n_received < 40


def test_a_group_is_led_and_answers_by_keyboard_alone(lead, join):
    seat = join()

    def reach(member, words):
        for _ in range(80):
            member.page.keyboard.press("Tab")
            told = member.page.evaluate(TOLD_OF_FOCUS)
            if words in told:
                return
        raise AssertionError(words)

    lead.page.evaluate("document.activeElement.blur()")
    reach(lead, "Next session")
    for _ in range(4):
        lead.page.keyboard.press("Enter")  # four in a row are four steps
    seat.sees("case-01, up to session 5")
    reach(lead, "People in the group")
    lead.page.keyboard.press("ControlOrMeta+a")
    lead.page.keyboard.type("2")
    reach(lead, "Ask the group")
    lead.page.keyboard.press("Enter")
    seat.sees("Is this a rupture?")
    reach(seat, "rupture")
    seat.page.keyboard.press("ArrowDown")
    seat.page.keyboard.press("ArrowUp")
    seat.sees("Kept: ")
    lead.sees("1 has answered.")
    assert "Ask the group" in lead.page.evaluate(TOLD_OF_FOCUS) or "Show the answers" in lead.page.evaluate(
        TOLD_OF_FOCUS
    )
    lead.page.keyboard.press("Enter")
    seat.sees("1 person answered this.")
    for words, said in (("what the methods say", "What the methods say"), ("what happened", "Falls and repairs")):
        reach(lead, f"Show {words}")
        lead.page.keyboard.press("Enter")
        seat.sees(said)
    reach(lead, "What was agreed")
    lead.page.keyboard.type("ask what helped")
    reach(lead, "Keep what was agreed")
    lead.page.keyboard.press("Enter")
    seat.sees("ask what helped")


def test_a_part_comes_to_its_end_and_says_so(lead, join):
    seat = join()
    seat.page.clock.install()
    seat.open()
    lead.press("Start the time")
    seat.page.locator(".sk-time-left", has_text=re.compile(r"14:5\d left")).wait_for(timeout=30_000)
    seat.page.clock.fast_forward(10 * 60_000)
    assert seat.page.locator(".sk-time .sk-heard").inner_text() == "5 minutes left"
    seat.page.clock.fast_forward(4 * 60_000)
    assert seat.page.locator(".sk-time .sk-heard").inner_text() == "1 minute left"
    seat.page.clock.fast_forward(60_000)
    assert seat.page.locator(".sk-time-left").inner_text() == "the time of this part is over"
    lead.press("Next part ▸")
    seat.sees("Part 2 of 3: Exploring it")


def test_who_was_killed_is_back_where_the_group_is(lead, join):
    seat = join()
    lead.reveal(5)
    lead.say_people(6)
    lead.press("Ask the group")
    seat.answer("Is this a rupture?", "a rupture")
    lead.page.get_by_label("Notes on this case").type("rose went quiet")
    lead.sees("Saved.")
    lead.page.get_by_label("What was agreed").type("half a sen")
    lead.page.wait_for_timeout(1000)  # at most the last second is lost
    for member in (seat, lead):
        kill_kernel(member.page.evaluate(KERNEL_OF_PAGE))
        member.open()
    assert lead.page.get_by_label("What was agreed").input_value() == "half a sen"
    seat.sees("Kept: a rupture.")
    lead.sees("1 has answered.")
    assert lead.page.get_by_label("Notes on this case").input_value() == "rose went quiet"
    lead.press("Show the answers together")
    seat.sees("1 person answered this.")


def test_a_server_killed_in_the_middle_goes_on_from_there(lead, join, shared):
    seat = join()
    lead.reveal(4)
    lead.say_people(6)
    lead.press("Ask the group")
    seat.answer("Is this a rupture?", "unsure")
    lead.page.get_by_label("Notes on this case").type("rose went quiet")
    lead.sees("Saved.")
    lead.page.get_by_label("What was agreed").type("half a sen")
    lead.page.wait_for_timeout(1000)
    shared.kill()
    for member in (seat, lead):
        member.open()
    seat.sees("case-01, up to session 4")
    seat.sees("Kept: unsure.")
    assert lead.page.get_by_label("What was agreed").input_value() == "half a sen"
    lead.sees("1 has answered.")
    assert lead.page.get_by_label("Notes on this case").input_value() == "rose went quiet"
    lead.press("Show the answers together")
    lead.reveal(5)
    seat.sees("case-01, up to session 5")


def test_one_can_try_a_group_out_over_a_workspace_and_bring_back_what_was_agreed(serve, open_tab, place):
    lead = Member(open_tab(serve(place)), "?case=K01")
    with lead.page.context.expect_page() as opened:
        lead.page.get_by_role("link", name="participant 2").click()
    tab = opened.value
    tab.get_by_text("K01, up to session 1").wait_for()
    assert tab.locator(".sk-lead").count() == 0
    lead.say_people(6)
    lead.press("Ask the group")
    tab.get_by_role("radio", name="unsure").check()
    lead.sees("1 has answered.")
    lead.press("See it as a participant does")
    lead.page.get_by_role("radio", name="unsure").check()
    lead.press("◂ Back to leading")
    lead.sees("2 have answered.")
    lead.press("Close without showing")
    lead.press("Next session ▸")
    tab.get_by_text("K01, up to session 2").wait_for()
    lead.page.get_by_label("What was agreed").fill("ask what helped")
    lead.press("Keep what was agreed")
    lead.page.get_by_role("button", name="After the session").click()
    lead.press("Put it into the workspace")
    lead.sees("Brought back to the workspace: 1 decision and 0 notes.")
    with sk.Workspace(place) as workspace:
        assert workspace.decisions("K01")[["text", "session"]].to_numpy().tolist() == [["ask what helped", len(RATED)]]
