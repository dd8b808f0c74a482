"""What pages show first, and that of several choices in a row the last one wins."""

import time
from types import SimpleNamespace

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.apps.page import Page
from supervision_kit.threads import tell_share


@pytest.fixture
def scores():
    return pd.concat(
        [
            make_scores(4.2, 4.3, 4.2, 4.3, 3.1, 3.2, 3.1, 3.2, case_id="open", therapist="T1"),
            make_scores(4.2, 4.3, 4.2, 4.3, 3.1, 3.6, 4.2, 4.3, case_id="mended", therapist="T1"),
            make_scores(4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 4.2, 4.3, case_id="steady", therapist="T2"),
        ]
    )


class Loop:
    """A kernel's loop that comes back when it is told to."""

    def __init__(self):
        self.waiting = []

    def call_later(self, _seconds, work):
        self.waiting.append(work)
        return SimpleNamespace(cancel=lambda: self.waiting.remove(work) if work in self.waiting else None)

    def go_on(self):
        self.waiting.pop()()


@pytest.fixture
def loop(monkeypatch):
    made = Loop()
    monkeypatch.setattr("supervision_kit.apps.turns._loop_of_kernel", lambda: made)
    return made


def test_the_picture_comes_first_and_what_it_tells_a_moment_later(scores, loop):
    page = sk.apps.CasePage(sk.apps.CaseState(scores, case_id="open"))
    page.catch_up()
    before = page.summary.value
    page.picker.value = "mended"
    loop.go_on()
    assert page.chart.figure["tables"]["caption"][0]["title"] == "Case mended"
    assert page.summary.value == before
    loop.go_on()
    assert page.summary.value != before
    assert "mended" in page.code.value
    assert not loop.waiting


def test_what_is_clicked_next_meets_the_whole_page(scores, loop):
    page = sk.apps.CasePage(sk.apps.CaseState(scores, case_id="open"))
    before, told = page.summary.value, []
    page.picker.value = "mended"
    page.guard(lambda: told.append(page.summary.value))()
    assert told != [before]
    loop.go_on()  # finds nothing left to do
    assert [page.summary.value] == told


def test_of_several_choices_in_a_row_only_the_last_is_drawn(scores, loop, monkeypatch):
    page, drawn = sk.apps.CasePage(sk.apps.CaseState(scores)), []
    page.catch_up()
    cases = page.state.case_ids
    monkeypatch.setattr(page.chart, "show", lambda chart: drawn.append(chart.datasets["caption"][0]["title"]))
    for _ in range(len(cases) + 2):  # once round, and two further
        page.cases.after.click()
    assert drawn == []
    loop.go_on()
    assert drawn == [f"Case {cases[2 % len(cases)]}"]
    page.picker.value = cases[1]  # while the sentences of the case before still wait: they are never said
    loop.go_on()
    loop.go_on()
    assert drawn[1:] == [f"Case {cases[1]}"]
    assert f"case_id=&#x27;{cases[1]}&#x27;" in page.code.value
    assert not loop.waiting


@pytest.mark.usefixtures("loop")
def test_a_choice_of_the_case_before_does_nothing(scores):
    page = sk.apps.CasePage(sk.apps.CaseState(scores))
    page.catch_up()
    page.cases.rater.options = [("the client", "client"), ("an observer", "observer")]
    page.cases.rater.value = "observer"  # nobody observed any of these cases
    page.catch_up()
    assert (page.state.rater, page.cases.rater.value, page.banner.value) == ("client", "client", "")


@pytest.mark.usefixtures("loop")
def test_a_setting_of_the_method_before_does_nothing(scores):
    page = sk.apps.CasePage(sk.apps.CaseState(scores, method=sk.ControlChart()))
    settings = next(part for part in page.children if type(part).__name__ == "SettingsView")
    (sigmas,) = (field for field in settings.fields.children if "Sigmas" in field.children[0].description)
    settings.method.value = "adjacent_drop"
    sigmas.children[0].value = 5  # clicked before its fields have gone
    page.catch_up()
    assert (page.state.method.key, page.banner.value) == ("adjacent_drop", "")


def test_fields_show_what_is_set_elsewhere(scores):
    page = sk.apps.CasePage(sk.apps.CaseState(scores, method=sk.ControlChart()))
    settings = next(part for part in page.children if type(part).__name__ == "SettingsView")
    first = settings.fields.children
    page.state.method = sk.ControlChart(sigmas=4)
    assert first[0].children[0].value == 4
    settings.method.value = "adjacent_drop"
    settings.method.value = "control_chart"
    assert settings.fields.children == first  # no widget is made twice
    assert first[0].children[0].value == sk.ControlChart().sigmas


def test_what_takes_long_is_said_while_it_goes_on(monkeypatch):
    monkeypatch.setattr("supervision_kit.apps.working.LONG", 0.01)
    page, said = Page(), []
    page.working.observe(lambda change: said.append(change["new"]), "value")

    def work():
        tell_share(0.25)
        give_up = time.monotonic() + 10
        while not (said and 'value="0.25"' in said[-1]) and time.monotonic() < give_up:
            time.sleep(0.005)

    page.guard(work)()
    assert "being worked out" in said[0]
    assert 'value="0.25"' in said[-2]
    assert said[-1] == ""


def test_what_takes_a_moment_is_not_called_work():
    page, said = Page(), []
    page.working.observe(said.append, "value")
    page.guard(lambda: None)()
    assert said == []


def test_a_page_says_no_more_of_itself_in_plain_text_than_what_it_is():
    page = Page()
    page.announce("of somebody")
    assert page._repr_mimebundle_()["text/plain"] == "Page()"
