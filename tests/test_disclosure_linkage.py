"""What two others could find out, by hand and over many caseloads; scores rounded and shifted."""

import ast
import functools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import supervision_kit as sk
from supervision_kit.disclosure.colleague import link_roughly
from supervision_kit.disclosure.masking import draw_shifts
from supervision_kit.disclosure.originals import link_originals
from supervision_kit.disclosure.steps import count_steps, find_rare, round_scores, shift_scores, snap_scores
from supervision_kit.instruments import INSTRUMENTS


def srs(**courses):
    """Return the SRS totals of cases: ``srs(A=[36, 35, 20])``; None where no form came in."""
    rows = [
        (case, "client", "srs", "total", session, score)
        for case, course in courses.items()
        for session, score in enumerate(course, 1)
        if score is not None
    ]
    table = pd.DataFrame(rows, columns=["case_id", "rater", "instrument", "scale", "session", "score"])
    return table.assign(score=table["score"].astype("float64"))


def truth_of(table):
    return {case: case.lower() for case in table["case_id"]}


# By hand


def test_who_holds_the_originals_finds_each_course_that_no_other_case_has():
    # A and B are alike; C is like no other; D goes on after what is published of it, and begins like A and B
    originals = srs(a=[36, 35, 20], b=[36, 35, 20], c=[36, 35, 21], d=[36, 35, 20, 30], e=[1, 2, 3])
    published = srs(A=[36, 35, 20], B=[36, 35, 20], C=[36, 35, 21], D=[36, 35, 20])
    found = link_originals(published, originals, truth_of(published))
    assert found.by_case == {"A": 3, "B": 3, "C": 1, "D": 3}  # a, b and d fit three of them
    assert found.expected == pytest.approx(1 / 3 + 1 / 3 + 1 + 1 / 3)
    assert (found.n_tried, found.n_alone) == (4, 1)
    assert found.share == pytest.approx(0.5)


def test_gaps_that_were_closed_up_do_not_mislead_who_holds_the_originals():
    originals = srs(a=[36, None, 35, 20], b=[36, 35, 19, 20])
    published = srs(A=[36, 35, 20], B=[36, 35, 19])
    assert link_originals(published, originals, truth_of(published)).by_case == {"A": 1, "B": 1}


def test_a_score_that_is_missing_tells_as_much_as_one_that_is_there():
    originals = srs(a=[36, 35], b=[36, float("nan")], c=[36, float("nan")])
    published = srs(A=[36, 35], B=[36, float("nan")], C=[36, float("nan")])
    assert link_originals(published, originals, truth_of(published)).by_case == {"A": 1, "B": 2, "C": 2}


def test_rounded_scores_fit_all_that_round_alike_and_shifted_ones_all_within_reach():
    originals = srs(a=[36, 35], b=[37, 34], c=[36, 31], d=[20, 20])
    # an eighth of 40 points: to the nearest 5
    rounded = srs(A=[35, 35], B=[35, 35], C=[35, 30], D=[20, 20])
    assert link_originals(rounded, originals, truth_of(rounded), rounding=0.125).by_case == {
        "A": 2, "B": 2, "C": 1, "D": 1,
    }  # fmt: skip
    # by 2 points at most: a and b are within reach of both
    shifted = srs(A=[37, 35], B=[36, 36], C=[34, 31], D=[22, 18])
    assert link_originals(shifted, originals, truth_of(shifted), jitter=0.05).by_case == {
        "A": 2, "B": 2, "C": 1, "D": 1,
    }  # fmt: skip


def test_weeks_help_who_holds_the_originals():
    originals = srs(a=[36, 35], b=[36, 35], c=[36, 35])
    originals["date"] = pd.to_datetime(["2025-01-06", "2025-01-13", "2025-01-06", "2025-02-03", "2025-01-06", None])
    published = srs(A=[36, 35], B=[36, 35])
    truth = truth_of(published)
    assert link_originals(published, originals, truth).by_case == {"A": 3, "B": 3}
    told = published.assign(weeks=pd.array([0, 0, 0, 4], dtype="Int64"))  # b came again after four weeks
    assert link_originals(told, originals, truth).by_case == {"A": 3, "B": 1}


def test_what_a_colleague_finds_out_by_hand():
    falls_early, falls_late = [36, 20, 30, 31, 32, 33, 34], [30, 31, 32, 33, 34, 35, 20]
    originals = srs(a=falls_early, b=falls_early, c=falls_late, d=[30] * 7, e=[36, 20, 30])
    published = srs(A=falls_early, B=falls_early, C=falls_late, D=[30] * 7, E=[36, 20, 30])
    # Who had six sessions would be seen with three, and the colleague is unsure of one: E could be anybody by length.
    # a and b fell at the second session: A, B and E did. c fell at the seventh: C did, and of E that is not to be seen.
    # d never fell, which a colleague does not take for knowledge: all fit. e had three sessions, so that only E fits.
    found = link_roughly(published, originals, truth_of(published))
    assert found.by_case == {"A": 3, "B": 3, "C": 2, "D": 5, "E": 1}
    assert found.expected == pytest.approx(1 / 3 + 1 / 3 + 1 / 2 + 1 / 5 + 1)


def test_a_fall_after_what_is_published_is_of_no_use_to_a_colleague():
    originals = srs(a=[30, 31, 32, 33, 34, 35, 20], b=[30, 31, 32, 33, 34, 35, 36])
    published = srs(A=[30, 31, 32, 33], B=[30, 31, 32, 33])
    assert link_roughly(published, originals, truth_of(published)).by_case == {"A": 2, "B": 2}


def test_a_colleague_knows_whose_case_it_is_as_far_as_that_is_published():
    originals = srs(a=[30] * 4, b=[30] * 4, c=[30] * 4).assign(therapist_id=["T1"] * 4 + ["T2"] * 8)
    published = srs(A=[30] * 4, B=[30] * 4, C=[30] * 4)
    truth = truth_of(published)
    assert link_roughly(published, originals, truth).by_case == {"A": 3, "B": 3, "C": 3}
    coded = published.assign(therapist_id=["therapist-B"] * 4 + ["therapist-A"] * 8)
    assert link_roughly(coded, originals, truth).by_case == {"A": 1, "B": 2, "C": 2}


def test_a_colleague_is_unsure_of_the_number_of_sessions_by_one():
    originals = srs(a=[30] * 4, b=[30] * 5, c=[30] * 6, d=[30] * 9)
    published = srs(A=[30] * 4, B=[30] * 5, C=[30] * 6, D=[30] * 9)
    assert link_roughly(published, originals, truth_of(published)).by_case == {"A": 2, "B": 3, "C": 2, "D": 2}


# Rounding and jitter


SCALES = [scale for instrument in INSTRUMENTS.values() for scale in instrument.scales.values()]


@given(st.sampled_from(SCALES), st.sampled_from([0.01, 0.05, 0.1, 0.25]), st.integers(0, 2**32 - 1))
def test_shifted_scores_stay_on_the_scale_and_its_steps_within_reach(scale, share, seed):
    chance = np.random.default_rng(seed)
    score = chance.uniform(scale.lowest, scale.highest, 50)
    most = count_steps(scale, share)
    shifted = shift_scores(score, scale, draw_shifts([f"{n}" for n in range(50)], most=most, secret=chance.bytes(32)))
    steps = (shifted - scale.lowest) / scale.step
    assert steps == pytest.approx(np.round(steps), abs=1e-4)
    assert shifted.min() >= scale.lowest - 1e-6
    assert shifted.max() <= scale.highest + 1e-6
    reach = max(share * (scale.highest - scale.lowest), scale.step) + scale.step / 2
    assert np.abs(shifted - snap_scores(score, scale)).max() <= reach + 1e-6


@given(st.sampled_from(SCALES), st.sampled_from([0.01, 0.05, 0.1, 0.25]))
def test_rounded_scores_stay_on_the_scale_and_rounding_twice_is_rounding_once(scale, share):
    score = np.linspace(scale.lowest, scale.highest, 101)
    rounded = round_scores(score, scale, share)
    assert rounded.min() >= scale.lowest - 1e-6
    assert rounded.max() <= scale.highest + 1e-6
    assert (np.diff(rounded) >= -1e-6).all()
    assert round_scores(rounded, scale, share) == pytest.approx(rounded, abs=1e-5)


def test_shifts_go_up_as_often_as_down_and_each_as_often_as_any_other():
    shifts = draw_shifts([f"rating {n}" for n in range(7_000)], most=3, secret=b"secret")
    counts = dict(zip(*np.unique(shifts, return_counts=True), strict=True))
    assert list(counts) == [-3, -2, -1, 0, 1, 2, 3]
    assert max(abs(n - 1_000) for n in counts.values()) < 5 * np.sqrt(1_000)


def test_shifts_follow_from_the_rating_and_the_secret_and_from_nothing_else():
    names = [f"rating {n}" for n in range(200)]
    drawn = draw_shifts(names, most=3, secret=b"secret")
    assert draw_shifts(names[::-1], most=3, secret=b"secret").tolist() == drawn[::-1].tolist()
    for other in (draw_shifts(names, most=3, secret=b"another"), draw_shifts(names, most=4, secret=b"secret")):
        assert abs(np.corrcoef(drawn, other)[0, 1]) < 0.25  # by chance alone, of 200: 0.07


def test_what_would_go_beyond_an_end_is_turned_back():
    scale = INSTRUMENTS["phq9"].scales["total"]
    shifts = np.array([-3, -1, 0, 1, 3])
    assert shift_scores(np.full(5, 27.0), scale, shifts).tolist() == [24, 26, 27, 26, 24]
    assert shift_scores(np.full(5, 1.0), scale, shifts).tolist() == [2, 0, 1, 2, 4]


@given(st.sampled_from(SCALES), st.integers(0, 200), st.sampled_from([0, 1, 2, 3, 6]))
def test_what_a_whole_form_gives_is_usual_however_it_was_rounded(scale, step, decimals):
    last = round((scale.highest - scale.lowest) / scale.step)
    score = scale.lowest + min(step, last) * scale.step
    assert not find_rare(np.array([score, round(score, max(decimals, 1))]), scale).any()


def test_what_no_whole_form_gives_is_rare():
    mean_of_twelve, whole = INSTRUMENTS["wai_sr"].scales["total"], INSTRUMENTS["phq9"].scales["total"]
    # 42 points from 11 of 12 items; the same, rounded; a value that nobody else has; and where none is
    assert find_rare(np.array([42 / 11, 3.82, 3.141592, np.nan]), mean_of_twelve).tolist() == [True] * 3 + [False]
    assert find_rare(np.array([12.0, 12.5, 11.7]), whole).tolist() == [False, True, True]


# Over many caseloads


@functools.cache
def simulate(n_cases, n_therapists, seed):
    return sk.simulate_caseload(n_cases, n_therapists=n_therapists, seed=seed).scores


def figures_of(n_cases=40, n_therapists=6, seeds=range(1, 4), **wanted):
    """Return the means over caseloads: shares found with the originals and roughly, of scores, of marks kept; in %."""
    rows = []
    for seed in seeds:
        made = sk.deidentify(simulate(n_cases, n_therapists, seed), synthetic=True, seed=1, **wanted)
        n = dict(zip(made.report.numbers["key"], made.report.numbers["value"], strict=True))
        kept = n["n_marks_kept"] / n["n_marked"] if "n_marked" in n else 1
        rows.append((n["with_originals"] / n["n_tried"], n["roughly"] / n["n_tried"], n["share_of_scores"], kept))
    return 100 * np.mean(rows, axis=0)


def settings_in(cell):
    pairs = (one.split("=") for one in cell.strip(" `").split(", "))
    return {name: ast.literal_eval(value) for name, value in pairs}


def tabled_figures():
    """Return the rows of the table in the page on privacy: settings and figures."""
    lines = (Path(__file__).parents[1] / "docs" / "privacy.md").read_text(encoding="utf-8").splitlines()
    cells = [line.strip("|").split("|") for line in lines if line.startswith("| `") and line.count("%") > 2]
    return [
        (settings_in(first), [100 if "all" in cell else int(cell.strip(" %")) for cell in rest])
        for first, *rest in cells
    ]


def test_exact_scores_are_an_open_book_and_protection_closes_it_as_far_as_the_page_on_privacy_says():
    table = tabled_figures()
    assert len(table) == 8
    with_originals = {}
    for wanted, told in table:
        figures = figures_of(**wanted)
        assert figures == pytest.approx(told, abs=2), wanted  # what is drawn may differ with another numpy
        with_originals[tuple(sorted(wanted))] = figures[0]
    everything, rounded = with_originals["audience",], with_originals["headline", "rounding"]
    shifted, both = with_originals["headline", "jitter"], with_originals["headline", "jitter", "rounding"]
    assert everything > rounded > shifted > both


def test_a_colleague_finds_out_less_in_larger_groups():
    groups = [figures_of(smallest=smallest)[1] for smallest in (4, 7, 10)]
    assert groups == sorted(groups, reverse=True)


def test_a_colleague_finds_out_less_without_therapists_codes():
    many = {"n_cases": 120, "n_therapists": 2}
    coded, uncoded = figures_of(**many), figures_of(therapists=False, **many)
    assert uncoded[1] < coded[1]
