"""States and pages without a browser; tests/browser opens them in one."""

import logging
from pathlib import Path

import pandas as pd
import pytest
import traitlets

import supervision_kit as sk
from builders import make_scores
from supervision_kit.apps.page import SORRY

SAMPLES = str(Path(__file__).parents[1] / "data_samples")


@pytest.fixture
def scores():
    return pd.concat(
        [
            make_scores(4.2, 4.3, 4.2, 4.3, 3.1, 3.2, 3.1, 3.2, case_id="open", therapist="T1"),
            make_scores(4.2, 4.3, 4.2, 4.3, 3.1, 3.6, 4.2, 4.3, case_id="mended", therapist="T1"),
            make_scores(4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 4.2, 4.3, case_id="steady", therapist="T2"),
            make_scores(15, 14, 12, 11, 10, 9, 9, 8, case_id="open", therapist="T1", instrument="phq9"),
        ]
    )


def texts(widget):
    """Return all text of a page, from top to bottom."""
    own = [getattr(widget, name, "") for name in ("value", "description")]
    return " ".join([*map(str, own), *(texts(child) for child in getattr(widget, "children", ()))])


def find(widget, css_class):
    found = [widget] if css_class in getattr(widget, "_dom_classes", ()) else []
    return found + [one for child in getattr(widget, "children", ()) for one in find(child, css_class)]


# -- states ------------------------------------------------------------------------------------------------------------


def test_a_case_state_opens_on_the_case_most_in_need_of_a_word(scores):
    assert sk.apps.CaseState(scores).case_id == "open"


def test_a_change_of_method_runs_the_line_anew(scores):
    state = sk.apps.CaseState(scores, case_id="open")
    seen = []
    state.observe(lambda change: seen.append(change["new"]), "line")
    state.method = sk.ControlChart(sigmas=1)
    assert len(seen) == 1
    assert set(state.line.marks["method"]) == {"control_chart"}
    state.rule = sk.RepairRule(within=5)
    assert len(seen) == 2


def test_an_unknown_case_or_therapist_leaves_the_state_as_it_was(scores):
    state = sk.apps.CaseState(scores, case_id="open")
    with pytest.raises(sk.UnknownNameError):
        state.case_id = "nobody"
    assert state.case_id == "open"
    caseload = sk.apps.CaseloadState(scores)
    with pytest.raises(sk.UnknownNameError):
        caseload.therapist_id = "nobody"
    assert caseload.therapist_id == ""


def test_the_caseload_of_one_therapist(scores):
    state = sk.apps.CaseloadState(scores)
    assert state.therapist_ids == ["T1", "T2"]
    assert state.cases["case_id"].to_list() == ["open", "mended", "steady"]
    state.therapist_id = "T2"
    assert state.cases["case_id"].to_list() == ["steady"]


def test_the_answer_counts_what_it_says(scores):
    assert sk.apps.CaseloadState(scores).answer == (
        "1 of 3 cases may need a word: the client's rating is down by now. In 1 it fell and came back: worth "
        "learning from."
    )


def test_the_lines_of_code_repeat_what_the_page_shows(tmp_path, scores):
    path = tmp_path / "ratings.csv"
    scores.to_csv(path, index=False)
    case = sk.apps.CaseState(scores, case_id="mended", method=sk.AdjacentDrop(sds=1), files=(str(path),))
    names = {}
    exec(case.as_code, names)  # noqa: S102 - our own code
    order = ["case_id", "session"]
    pd.testing.assert_frame_equal(names["marks"], case.line.marks.sort_values(order, ignore_index=True))
    pd.testing.assert_frame_equal(names["repairs"], case.line.repairs)
    pd.testing.assert_frame_equal(names["caseload"], case.line.caseload)
    caseload = sk.apps.CaseloadState(scores, files=(str(path),))
    caseload.therapist_id = "T1"
    exec(caseload.as_code, names)  # noqa: S102 - our own code
    assert names["caseload"]["case_id"].to_list() == ["open", "mended"]


def test_all_methods_judge_the_headline_ratings_of_the_case(scores):
    state = sk.apps.CaseState(scores, case_id="open", method=sk.AdjacentDrop(sds=1))
    marks = state.comparison
    assert set(marks["method"]) == set(sk.METHODS)
    assert set(marks["case_id"]) == {"open"}
    assert set(marks["instrument"]) == {"wai_sr"}
    own = marks[marks["method"] == "adjacent_drop"].reset_index(drop=True)
    line = state.line.marks.query("case_id == 'open' and instrument == 'wai_sr'").reset_index(drop=True)
    pd.testing.assert_frame_equal(own, line)


def test_each_flag_is_told_with_its_numbers(scores):
    flags = sk.apps.CaseState(scores, case_id="open", method=sk.AdjacentDrop()).flags
    assert 5 in flags
    said = dict(flags[5])["Drop from one session to the next"]
    assert "3.1" in said
    assert "4.3" in said
    assert sk.apps.CaseState(scores, case_id="steady", method=sk.AdjacentDrop()).flags == {}


def test_the_case_says_what_chance_gives_in_the_whole_caseload(scores):
    (said,) = sk.apps.CaseState(scores, case_id="steady", method=sk.AdjacentDrop()).chance_in_words
    assert said.startswith("2 falls are marked by Drop from one session to the next in this caseload. In ratings like ")


def test_without_any_rating_nothing_is_said_of_chance():
    empty = make_scores(None, None, None, case_id="C1")
    assert sk.apps.CaseState(empty, case_id="C1").chance_in_words == ()
    assert sk.apps.EpisodesState(empty).chance_in_words == ()


# -- pages -------------------------------------------------------------------------------------------------------------


def test_the_case_page_has_its_hooks(scores):
    page = sk.apps.CasePage(sk.apps.CaseState(scores))
    assert {"sk-page", "sk-page-case"} <= set(page._dom_classes)
    for hook in ("sk-case-picker", "sk-summary", "sk-chart"):
        assert len(find(page, hook)) == 1, hook
    assert not find(page, "sk-banner-error")


def test_choosing_another_case_changes_the_sentences_and_only_the_data_of_the_chart(scores):
    page = sk.apps.CasePage(sk.apps.CaseState(scores, case_id="mended"))
    (chart,) = find(page, "sk-chart")
    before = chart.figure
    assert "came back after 2 sessions" in page.summary.value
    page.picker.value = "steady"
    assert page.state.case_id == "steady"
    assert "No rating is marked" in page.summary.value
    assert chart.figure["spec"] == before["spec"]
    assert chart.figure["tables"] != before["tables"]


def test_a_strip_for_each_method_stands_on_the_axis_of_the_trajectory(scores):
    page = sk.apps.CasePage(sk.apps.CaseState(scores, case_id="open"))
    assert not page.comparing.button.is_open
    assert not page.comparing.strips.figure["tables"]
    page.comparing.button.is_open = True
    strips, drawn = page.comparing.strips.figure["tables"], page.chart.figure["tables"]
    assert {row["name"] for row in strips["names"]} == {method.title for method in sk.METHODS.values()}
    assert strips["frame"][0]["right"] == drawn["frame"][0]["right"]
    page.picker.value = "mended"
    assert page.comparing.strips.figure["tables"] != strips


def test_a_fold_says_whether_it_is_open(scores):
    (settings,) = [one for one in walk(sk.apps.CasePage(sk.apps.CaseState(scores))) if hasattr(one, "fields")]
    assert (settings.toggle.is_open, settings.body.layout.display) == (False, "none")
    settings.toggle.is_open = True
    assert settings.body.layout.display == ""


def test_choosing_a_method_offers_its_settings_and_redraws(scores):
    page = sk.apps.CasePage(sk.apps.CaseState(scores, case_id="open"))
    settings = find(page, "sk-settings")[-1]
    settings.method.value = "control_chart"
    assert isinstance(page.state.method, sk.ControlChart)
    assert "Control chart" in page.summary.value
    number = find(settings, "sk-field")[0].children[0]
    number.value = 2.5
    assert page.state.method == sk.ControlChart(sigmas=2.5)
    (tick,) = [field.children[0] for field in find(settings, "sk-field") if isinstance(field.children[0].value, bool)]
    tick.value = True
    assert page.state.method == sk.ControlChart(sigmas=2.5, median_range=True)


def test_what_repaired_means_is_chosen_with_the_settings(scores):
    page = sk.apps.CasePage(sk.apps.CaseState(scores, case_id="mended", method=sk.ControlChart(sigmas=1)))
    settings = find(page, "sk-settings")[-1]
    settings.kind.value = "limits"
    assert page.state.rule == sk.RepairRule(kind="limits")
    assert not find(page, "sk-banner-error")


def test_a_setting_that_makes_no_sense_shows_a_plain_banner_and_keeps_the_page(scores):
    page = sk.apps.CasePage(sk.apps.CaseState(scores, case_id="open", method=sk.AdjacentDrop()))
    before = page.state.method
    settings = find(page, "sk-settings")[-1]
    find(settings, "sk-field")[0].children[0].value = -1
    assert page.state.method == before
    assert find(page, "sk-banner-error") == [page.banner]
    assert page.banner.layout.display != "none"
    assert "fall in standard deviations of this person (sds) must be more than 0" in page.banner.value
    find(settings, "sk-field")[0].children[0].value = 3
    assert not find(page, "sk-banner-error")


def test_an_unforeseen_error_shows_a_plain_banner_and_logs_no_value(scores, caplog):
    page = sk.apps.CasePage(sk.apps.CaseState(scores, case_id="open"))

    def break_down(_change):
        raise KeyError("Anna Example, born 1980")

    with caplog.at_level(logging.DEBUG):
        page.guard(break_down)({})
    assert SORRY in page.banner.value
    assert "Anna" not in page.banner.value + caplog.text
    assert "KeyError in test_apps.py" in caplog.text


def test_values_from_the_data_are_escaped():
    nasty = "<img src=x onerror=alert(1)>"
    scores = make_scores(4.2, 4.3, 4.2, 4.3, 3.1, 3.2, case_id=nasty, therapist=nasty)
    for page in (
        sk.apps.CasePage(sk.apps.CaseState(scores, files=(nasty,))),
        sk.apps.CaseloadPage(sk.apps.CaseloadState(scores, files=(nasty,))),
    ):
        html = " ".join(getattr(part, "content", getattr(part, "value", "")) for part in walk(page) if is_markup(part))
        assert "&lt;img" in html
        assert "<img" not in html


def is_markup(widget):
    return type(widget).__name__ in ("HTML", "CaseList")


def walk(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def test_the_caseload_page_lists_the_case_in_need_first_and_opens_it_with_one_click(scores):
    page = sk.apps.CaseloadPage(sk.apps.CaseloadState(scores))
    first = page.cases.content.split('<li class="sk-one-case"')[1]
    assert 'data-case="open"' in first
    assert "has not come back after 3 sessions" in first
    page.cases._handle_custom_msg({"do": "open", "case": "open", "session": "5", "rater": "client"}, [])
    shown = find(page, "sk-page-case")[0].state
    assert (shown.case_id, shown.session) == ("open", 5)
    find(page, "sk-open")[0].click()
    assert not find(page, "sk-page-case")
    assert page.cases in page.children


def test_where_pages_are_served_the_case_and_its_evidence_are_a_link_away(scores, monkeypatch):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    scores["case_id"] = scores["case_id"].replace("open", "a b&c")
    page = sk.apps.CaseloadPage(sk.apps.CaseloadState(scores))
    judged = "method=personal_limits&amp;within=3&amp;kind=level"
    assert f'<a href="3_case.ipynb?case=a%20b%26c&amp;{judged}">a b&amp;c</a>' in page.cases.content
    place = "session=5&amp;rater=client&amp;instrument=wai_sr&amp;scale=total"
    assert f'<a href="3_case.ipynb?case=a%20b%26c&amp;{place}&amp;{judged}">see session 5</a>' in page.cases.content


def test_an_address_opens_the_session_and_the_series_it_names(monkeypatch):
    monkeypatch.setenv("QUERY_STRING", "case=C05&session=3&rater=therapist&instrument=wai_sr&scale=bond")
    state = sk.apps.case_page(SAMPLES + "/caseload_items.xlsx").state
    assert (state.case_id, state.session, state.rater, state.scale) == ("C05", 3, "therapist", "bond")
    monkeypatch.setenv("QUERY_STRING", "case=C05&session=999&rater=nobody")
    state = sk.apps.case_page(SAMPLES + "/caseload_items.xlsx").state
    assert (state.case_id, state.session) == ("C05", None)


def test_the_therapist_filter_redraws(scores):
    page = sk.apps.CaseloadPage(sk.apps.CaseloadState(scores))
    page.therapist.value = "T2"
    assert "open" not in page.cases.content.split("<ol")[1]
    assert page.summary.value.startswith("<p>Nothing stands out in 1 case.</p>")


def test_a_file_opens_a_page_and_says_what_was_set_aside():
    page = sk.apps.case_page(SAMPLES + "/broken_export.csv")
    assert "12 of 17 rows could not be used and were set aside" in texts(page)


def test_the_case_in_the_address_is_opened(monkeypatch):
    monkeypatch.setenv("QUERY_STRING", "case=C05")
    assert sk.apps.case_page(SAMPLES + "/caseload_tidy.csv").state.case_id == "C05"


def test_the_address_can_ask_for_a_method_with_its_settings_and_the_window(monkeypatch):
    monkeypatch.setenv("QUERY_STRING", "case=C05&method=control_chart&sigmas=2&baseline=none&within=5&kind=half")
    state = sk.apps.case_page(SAMPLES + "/caseload_tidy.csv").state
    assert (state.method, state.rule) == (sk.ControlChart(sigmas=2), sk.RepairRule(within=5, kind="half"))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("method=tarot", "There is no method of that name"),
        ("method=control_chart&sigmas=__import__('os')", "a setting that is no number"),
        ("method=control_chart&sigmas=-1", "must be more than 0"),
        ("within=nan", "within must be"),
        ("within=3&kind=magic", "kind must be one of"),
    ],
)
def test_an_address_that_makes_no_sense_gives_a_page_that_says_so(monkeypatch, query, said):
    monkeypatch.setenv("QUERY_STRING", query)
    page = sk.apps.case_page(SAMPLES + "/caseload_tidy.csv")
    assert said in texts(page)
    assert "__import__" not in texts(page)


def test_a_file_that_cannot_be_read_or_a_case_that_is_not_there_gives_a_page_that_says_so():
    assert "sk-banner-error" in {
        name for part in walk(sk.apps.caseload_page("missing.csv")) for name in part._dom_classes
    }
    assert "missing.csv" in texts(sk.apps.caseload_page("missing.csv"))
    assert "There is no case of that name" in texts(sk.apps.case_page(SAMPLES + "/caseload_tidy.csv", case_id="X"))


def test_a_server_started_for_other_files_shows_those(monkeypatch):
    monkeypatch.setenv("SUPERVISION_KIT_RATINGS", SAMPLES + "/caseload_semicolon.csv")
    page = sk.apps.case_page(sample=SAMPLES + "/broken_export.csv")
    assert page.state.files == (SAMPLES + "/caseload_semicolon.csv",)


def test_files_that_are_named_are_shown_whatever_else_there_is(monkeypatch):
    monkeypatch.setenv("SUPERVISION_KIT_RATINGS", SAMPLES + "/caseload_semicolon.csv")
    assert sk.apps.case_page(SAMPLES + "/broken_export.csv").state.files == (SAMPLES + "/broken_export.csv",)


def test_without_any_ratings_a_page_says_what_to_do():
    assert "Load files first, with 1_load_ratings.ipynb" in texts(sk.apps.caseload_page())


def test_states_need_no_widgets():
    assert issubclass(sk.apps.CaseState, traitlets.HasTraits)


def test_what_went_wrong_with_the_picture_is_not_wiped_away_by_what_follows(scores, monkeypatch):
    page = sk.apps.CasePage(sk.apps.CaseState(scores, case_id="open"))
    monkeypatch.setattr("supervision_kit.charts.trajectory", lambda *_, **__: 1 / 0)
    page.picker.value = "mended"
    assert "Something went wrong" in page.banner.value
