"""The page of ruptures and repairs, its state and its table, without a browser."""

import io

import openpyxl
import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.apps.agreement_words import agreement_in_words
from supervision_kit.apps.class_shares_view import ClassSharesView
from supervision_kit.apps.episodes_table import falls_as_workbook, falls_in_words

# Level before 4.3 (median of the three before the fall), a fall of 1.2 points on a scale that spans 4: 30 %.
STAYED = (4.2, 4.3, 4.2, 4.3, 3.1, 3.2, 3.1, 3.2, 3.1)
MENDED = (4.2, 4.3, 4.2, 4.3, 3.1, 3.6, 4.2, 4.3, 4.3)
CAME_LATE = (4.2, 4.3, 4.2, 4.3, 3.1, 3.1, 3.1, 3.1, 4.2)
TOO_EARLY = (4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 3.1)
STEADY = (4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 4.2)


@pytest.fixture
def scores():
    cases = {"stayed": STAYED, "mended": MENDED, "late": CAME_LATE, "early": TOO_EARLY, "steady": STEADY}
    return pd.concat(
        make_scores(*score, case_id=case, therapist="T1" if case in ("stayed", "mended") else "T2")
        for case, score in cases.items()
    )


@pytest.fixture
def state(scores):
    return sk.apps.EpisodesState(scores, method=sk.AdjacentDrop())


def looks(falls):
    return dict(zip(falls["case_id"], falls["look"], strict=True))


def test_every_fall_of_the_clients_headline_rating_is_there_with_how_it_ended(state):
    assert looks(state.episodes) == {
        "stayed": "unrepaired",
        "mended": "repaired",
        "late": "came back late",
        "early": "undetermined",
    }
    assert set(state.episodes.loc[state.episodes["is_open"], "case_id"]) == {"stayed", "early"}


def test_falls_on_other_scales_and_by_other_raters_are_not_counted_again(scores):
    more = [scores.assign(rater="therapist"), scores.assign(scale="bond")]
    state = sk.apps.EpisodesState(pd.concat([scores, *more]), method=sk.AdjacentDrop())
    assert len(state.episodes) == 4


def test_another_raters_falls_are_shown_by_the_ratings_of_that_rater(scores):
    by_therapist = scores[scores["case_id"].isin(["mended", "steady"])].assign(rater="therapist", therapist_id="T1")
    swapped = by_therapist.assign(case_id=by_therapist["case_id"].map({"mended": "steady", "steady": "mended"}))
    more = make_scores(*STAYED, case_id="late", rater="therapist", therapist="T2")
    state = sk.apps.EpisodesState(pd.concat([scores, swapped, more]), method=sk.AdjacentDrop())
    assert state.raters == ("client", "therapist")
    state.rater = "therapist"
    assert looks(state.episodes) == {"steady": "repaired", "late": "unrepaired"}
    assert state.answer == (
        "By the therapist's ratings: 2 falls in 2 of 3 cases: 1 came back in time, 1 did not come back. "
        "1 of them is down at the latest rating."
    )
    assert set(state.episodes.loc[state.episodes["is_open"], "case_id"]) == {"late"}
    assert (state.shown_cases["open_ruptures"] == 0).all()  # the client's are not shown beside the therapist's
    assert "sk.find_headline(scores, rater='therapist')" in state.as_code
    assert 'caseload["open_ruptures"] = 0' in state.as_code
    state.therapist_id = "T2"
    assert looks(state.episodes) == {"late": "unrepaired"}
    state.rater = "client"
    assert set(looks(state.episodes)) == {"late", "early"}


def test_only_raters_of_the_alliance_can_be_chosen_and_the_choice_is_shown_where_there_is_one(scores):
    state = sk.apps.EpisodesState(scores, method=sk.AdjacentDrop())
    assert state.raters == ("client",)
    with pytest.raises(sk.UnknownNameError, match="rater"):
        state.rater = "therapist"
    alone = sk.apps.EpisodesPage(state)
    two = pd.concat([scores, scores.assign(rater="therapist")])
    both = sk.apps.EpisodesPage(sk.apps.EpisodesState(two, method=sk.AdjacentDrop()))
    assert alone.filters.rater not in alone.filters.children
    assert both.filters.rater in both.filters.children
    both.filters.rater.value = "therapist"
    assert both.trust.group == "wai_sr total therapist"
    assert both.state.answer.startswith("By the therapist's ratings: ")
    assert both.state.answer[28:] in both.summary.value


def test_the_address_asks_for_a_rater(scores, monkeypatch, tmp_path):
    path = tmp_path / "scores.csv"
    pd.concat([scores, scores.assign(rater="therapist")]).to_csv(path, index=False)
    monkeypatch.setenv("QUERY_STRING", "rater=therapist&method=adjacent_drop")
    page = sk.apps.episodes_page(str(path))
    assert (page.state.rater, page.state.method) == ("therapist", sk.AdjacentDrop())


def test_the_answer_counts_what_became_of_all_falls(state):
    assert state.answer == (
        "4 falls in 4 of 5 cases: 1 came back in time, 1 came back late, 1 did not come back, 1 cannot be told yet. "
        "2 of them are down at the latest rating."
    )


def test_the_answer_says_what_it_does_not_mean_that_nothing_is_marked(scores):
    state = sk.apps.EpisodesState(scores[scores["case_id"] == "steady"], method=sk.AdjacentDrop())
    assert state.answer.endswith("marks no fall in 1 case. That does not mean that there was no rupture.")
    assert state.showing == ""


@pytest.mark.parametrize(
    ("ratings", "says"),
    [
        (make_scores(4.2, 4.3, 4.1), "Personal limits can judge none of these 3 ratings (too few rated sessions: "),
        (make_scores(4.2), "Personal limits cannot judge this one rating ("),
        (make_scores(5, 5, 5, 5, 5, 5), "Personal limits can judge none of these 6 ratings (at the ceiling: "),
        (make_scores(4, 4.1, 4, 3, rater="therapist"), "There is no alliance rating by the client here"),
        (make_scores(9, 8, 9, 8, 9, instrument="phq9"), "There is no alliance rating by the client here"),
    ],
)
def test_where_nothing_can_be_judged_no_word_is_said_of_falls_or_chance(ratings, says):
    state = sk.apps.EpisodesState(ratings)
    assert state.answer.startswith(says)
    assert "marks no fall" not in state.answer
    assert state.chance_in_words == ()
    case = sk.apps.CaseState(ratings)
    assert case.chance_in_words == () or case.rater == "therapist"  # whose ratings are shown where there are no others


def test_one_fall_is_said_as_one(scores):
    state = sk.apps.EpisodesState(scores[scores["case_id"] == "mended"], method=sk.AdjacentDrop())
    assert state.showing == "The one fall, in 1 case; cases most in need of a word first."
    assert state.agreed in {
        "More than half of the methods that can judge the first session of the fall mark it.",
        "No more than half of the methods that can judge the first session of the fall mark it.",
    }


def test_a_therapist_changes_the_answer_and_the_other_filters_only_what_is_shown(state):
    state.therapist_id = "T1"
    assert state.answer.startswith("2 falls in 2 of 2 cases:")
    state.therapist_id = ""
    answer = state.answer
    state.outcome = "repaired"
    assert looks(state.shown) == {"mended": "repaired"}
    assert state.answer == answer
    assert state.showing == "1 of 4 falls, in 1 case; cases most in need of a word first."
    state.outcome, state.open_only = "", True
    assert set(state.shown["case_id"]) == {"stayed", "early"}


def test_the_depth_filter_is_a_share_of_the_scale(state):
    state.least_depth = 0.3
    assert len(state.shown) == 4
    state.least_depth = 0.31
    assert state.shown.empty
    assert state.showing.startswith("No fall is left by these filters.")


def test_falls_stand_in_the_order_of_the_caseload(state):
    # both are down; the one of which the window for repair is over is due for follow-up as well
    assert state.shown["case_id"].to_list() == ["stayed", "early", "late", "mended"]


def test_many_cases_come_in_pages():
    many = pd.concat(make_scores(*STAYED, case_id=f"C{n:02}") for n in range(45))
    state = sk.apps.EpisodesState(many, method=sk.AdjacentDrop())
    assert (state.n_pages, len(state.shown_cases)) == (3, 20)
    state.page = 2
    assert state.shown_cases["case_id"].to_list() == [f"C{n}" for n in range(40, 45)]
    assert "page 3 of 3" in state.showing
    state.page = 9
    assert state.page == 2
    state.outcome = "unrepaired"
    assert state.page == 0


def test_the_cases_stand_beside_published_shares_once_that_is_unfolded(state):
    page = sk.apps.EpisodesPage(state)
    (view,) = [part for part in page.children if isinstance(part, ClassSharesView)]
    assert view.text.value == ""
    view.button.is_open = True
    assert "14.7 %" in view.text.value  # Larsson et al. 2018
    n_cases = [row["n_cases"] for row in state.class_shares.to_dict("records")]
    assert sum(n_cases) == len(state.cases)
    assert "is no finding" in view.text.value


def test_an_outcome_there_is_none_of_is_refused(state):
    with pytest.raises(sk.UnknownNameError):
        state.outcome = "healed"


def test_the_lines_of_code_repeat_what_the_page_shows(tmp_path, scores):
    path = tmp_path / "ratings.csv"
    pd.concat([scores, scores.assign(rater="therapist")]).to_csv(path, index=False)
    state = sk.apps.EpisodesState(sk.read_ratings(path).scores, method=sk.AdjacentDrop(sds=1), files=(str(path),))
    state.therapist_id = "T2"
    names = {}
    exec(state.as_code, names)  # noqa: S102 - our own code
    columns = list(names["falls"])
    order = ["case_id", "onset"]
    pd.testing.assert_frame_equal(
        names["falls"].sort_values(order, ignore_index=True),
        state.episodes[columns].sort_values(order, ignore_index=True),
    )


# -- the table ---------------------------------------------------------------------------------------------------------


def test_the_table_says_in_words_what_became_of_a_fall(state):
    rows = falls_in_words(state.shown).set_index("case")
    stayed = rows.loc["stayed"]
    assert (stayed["fell at session"], stayed["level before"], stayed["points lost"]) == (5, 4.3, 1.2)
    assert (stayed["% of the scale"], stayed["how it ended"], stayed["now"]) == (30, "not repaired", "down")
    assert stayed["rated on"] == "WAI-SR total"
    assert rows.loc["late", "back at session"] == 9
    assert pd.isna(rows.loc["early", "back at session"])


def test_the_workbook_holds_what_is_shown_and_says_what_that_is(state):
    state.outcome = "unrepaired"
    book = openpyxl.load_workbook(io.BytesIO(falls_as_workbook(state.shown, about="one\ntwo")))
    headings, *rows = book["falls"].iter_rows(values_only=True)
    assert headings[:4] == ("case", "therapist", "rated on", "fell at session")
    assert [row[:4] for row in rows] == [("stayed", "T1", "WAI-SR total", 5)]
    assert [row[0] for row in book["about"].iter_rows(values_only=True)] == ["one", "two"]


def test_a_code_that_looks_like_a_formula_stays_text_in_the_workbook(scores):
    nasty = scores[scores["case_id"] == "stayed"].assign(case_id="=1+1", therapist_id="http://x.example")
    state = sk.apps.EpisodesState(nasty, method=sk.AdjacentDrop())
    (_, row) = openpyxl.load_workbook(io.BytesIO(falls_as_workbook(state.shown, about="")))["falls"].iter_rows()
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in row[:2]] == [
        ("=1+1", "s", None),
        ("http://x.example", "s", None),
    ]


# -- the page ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(state):
    return sk.apps.EpisodesPage(state)


def test_the_page_has_its_hooks(page):
    assert {"sk-page", "sk-page-episodes"} <= set(page._dom_classes)
    assert "sk-banner-error" not in page.banner._dom_classes
    assert "4 falls in 4 of 5 cases" in page.summary.value


def test_filters_change_the_drawing_and_the_table(page):
    page.filters.outcome.value = "repaired"
    assert [row["case_id"] for row in page.timeline.figure["tables"]["cases"]] == ["mended"]
    page.filters.open_only.value = True
    assert "No fall is left" in page.showing.value
    assert {part.layout.display for part in (page.drawn, page.rows)} == {"none"}
    page.filters.outcome.value = ""
    assert page.drawn.layout.display != "none"


def test_the_method_is_chosen_with_the_filters_or_the_settings_alike(page):
    page.filters.method.value = "control_chart"
    assert page.state.method == sk.ControlChart()
    (settings,) = [part for part in page.parts if type(part).__name__ == "SettingsView"]
    assert settings.method.value == "control_chart"
    settings.method.value = "adjacent_drop"
    assert page.filters.method.value == "adjacent_drop"


def test_a_row_that_is_clicked_is_the_case_that_opens(page):
    page.timeline.picked = {"case_id": ["late"]}
    assert page.cases.choice.value == "late"
    page.cases.children[1].click()
    (*_, back, case) = page.children
    assert case.state.case_id == "late"
    back.click()
    assert page.summary in page.children


def test_where_pages_are_served_the_case_opens_with_the_method_of_this_page(state, monkeypatch):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    state.method, state.rule = sk.AdjacentDrop(sds=1), sk.RepairRule(within=5)
    page = sk.apps.EpisodesPage(state)
    page.cases.choice.value = "mended"
    address = "3_case.ipynb?case=mended&amp;method=adjacent_drop&amp;sds=1&amp;within=5&amp;kind=level"
    assert f'<a href="{address}">Open mended</a>' in page.cases.children[1].value


def test_the_pages_of_time_lines_are_turned():
    many = pd.concat(make_scores(*STAYED, case_id=f"C{n:02}") for n in range(25))
    page = sk.apps.EpisodesPage(sk.apps.EpisodesState(many, method=sk.AdjacentDrop()))
    assert (page.turner.back.disabled, page.turner.on.disabled) == (True, False)
    page.turner.on.click()
    assert [row["case_id"] for row in page.timeline.figure["tables"]["cases"]] == [f"C{n}" for n in range(20, 25)]
    assert (page.turner.back.disabled, page.turner.on.disabled) == (False, True)


def test_what_chance_gives_and_the_curve_come_once_the_page_is_seen(page):
    assert "is being worked out" in page.chance.text.value
    assert page.curve.figure["spec"] == {}
    page.chance.children[1]._handle_custom_msg({}, [])  # what the browser sends once it shows the page
    page.chance.work.wait()
    assert "In ratings like these chance alone would give about" in page.chance.text.value
    rows = page.curve.figure["tables"]["columns"]
    # mended and late are back 2 and 4 sessions on; stayed is followed for 4, early for none
    assert [(row["sessions"], row["told"], row["at_risk"]) for row in rows] == [
        (0, "0 %", 4),
        (1, "0 %", 3),
        (2, "33 %", 3),
        (3, "33 %", 2),
        (4, "67 %", 2),
    ]


def test_what_chance_gives_follows_the_therapist_and_the_method(page):
    page.chance._begin()
    page.filters.therapist.value = "T1"
    page.chance.work.wait()
    assert "Of 2 falls whose outcome can be told, 1 came back in time" in page.chance.text.value
    page.filters.method.value = "cutoff"
    page.chance.work.wait()
    assert "can judge none of these" in page.summary.value  # the WAI-SR has no line
    assert page.times.layout.display == "none"


def test_how_far_methods_agree_is_told_pair_by_pair(state):
    assert state.agreed.startswith("At ")
    assert state.agreed.endswith("of 4 falls more than half of the methods that can judge its first session mark it.")
    pairs = pd.DataFrame(
        {
            "method_a": ["control_chart", "control_chart", "cutoff"],
            "method_b": ["adjacent_drop", "gumz", "ewma"],
            "looks": ["whole", "whole", "back"],
            "n_sessions": [40, 40, 30],
            "n_both": [3, 0, 0],
            "n_only_a": [1, 4, 0],
            "n_only_b": [2, 0, 0],
            "kappa": [0.62, -0.05, None],
            "kappa_low": [0.2, None, None],
            "kappa_high": [0.9, None, None],
        }
    )
    text = agreement_in_words("<b>", pairs)
    assert "&lt;b&gt;" in text
    assert text.index("earlier sessions alone") < text.index("the whole series")  # apart, those that look back first
    assert "0.62 (0.20 to 0.90)<br><span>both mark 3, only one 3 of 40 sessions</span>" in text
    assert "−0.05<br>" in text  # with a minus sign, as numbers in sentences
    assert "κ not defined" in text
    assert agreement_in_words("", pairs) == ""


def test_values_from_the_data_are_escaped():
    nasty = "<img src=x onerror=alert(1)>"
    scores = make_scores(*STAYED, case_id=nasty, therapist=nasty)
    page = sk.apps.EpisodesPage(sk.apps.EpisodesState(scores, method=sk.AdjacentDrop(), files=(nasty,)))
    assert "<img" not in page.summary.value + page.showing.value + page.code.value


def test_a_method_without_a_line_for_the_questionnaire_says_so_and_what_to_do(state):
    state.method = sk.Cutoff()
    assert state.advice == (
        "Published line cannot judge ratings on the WAI-SR: no line for this scale. Choose another method, or give it "
        "what is missing, under Method and settings."
    )
    state.method = sk.Cutoff(line=3.5)
    assert state.advice == ""
