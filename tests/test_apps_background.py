"""What takes long is worked out beside the page: only the latest counts, and nothing is lost in silence."""

from threading import Event

import pytest

from supervision_kit.apps.background import Background
from supervision_kit.apps.page import Page
from supervision_kit.errors import SettingError
from supervision_kit.threads import tell_share


@pytest.fixture
def shown():
    return []


def test_what_is_found_is_shown_and_how_far_it_has_come_is_told(shown):
    told = []

    def work():
        tell_share(0.25)
        return "found"

    background = Background(work, shown.append, tell=told.append, page=Page())
    background.begin()
    background.wait()
    assert (shown, told) == (["found"], [0.25])


def test_beginning_anew_ends_what_was_begun_at_its_next_step(shown):
    has_begun, may_go_on, went_on = Event(), Event(), []
    answers = iter(["first", "second"])

    def work():
        answer = next(answers)
        if answer == "first":
            has_begun.set()
            may_go_on.wait(10)
            tell_share(0.5)
            went_on.append(answer)
        return answer

    background = Background(work, shown.append, tell=lambda _share: None, page=Page())
    background.begin()
    first = background._thread
    assert has_begun.wait(10)
    background.begin()
    background.wait()
    may_go_on.set()
    first.join(10)
    assert (shown, went_on) == (["second"], [])


def test_changes_one_after_the_other_begin_the_work_once(shown):
    background = Background(lambda: "found", shown.append, tell=lambda _share: None, page=Page())
    for _ in range(5):
        background.begin(after=0.2)
    background.wait()
    assert shown == ["found"]


def test_what_goes_wrong_stands_in_the_banner(shown):
    def work():
        raise SettingError("n_series must be 1 or more.")

    page = Page()
    background = Background(work, shown.append, tell=lambda _share: None, page=page)
    background.begin()
    background.wait()
    assert "n_series must be 1 or more." in page.banner.value
    assert shown == []
