"""No published case stands alone: groups, windows, codes and weeks, by hand and by plain loops."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import supervision_kit as sk
from supervision_kit.disclosure.classes import find_classes, number_sessions
from supervision_kit.disclosure.generalising import generalise
from supervision_kit.disclosure.layout import NOBODY, lay_out
from supervision_kit.disclosure.merging import drop_small_codes, merge_kinds
from supervision_kit.disclosure.since import count_weeks
from supervision_kit.disclosure.windows import choose_stops

SRS, ORS = ("client", "srs", "total"), ("client", "ors", "total")
WAI = ("client", "wai_sr", "total")
BY_THERAPIST = ("therapist", "wai_sr", "total")


def make(**cases):
    """Return scores: ``make(A=(["T1"], {SRS: [1, 2, 3]}))``, a case with its therapists and its forms' sessions."""
    rows = [
        (case, *series, session, therapists[min(session - 1, len(therapists) - 1)], 3.0)
        for case, (therapists, forms) in cases.items()
        for series, sessions in forms.items()
        for session in sessions
    ]
    names = ["case_id", "rater", "instrument", "scale", "session", "therapist_id", "score"]
    return pd.DataFrame(rows, columns=names)


def upto(n_sessions):
    return list(range(1, n_sessions + 1))


def groups_of(scores):
    """Return how many cases share each set of series, therapist and number of sessions: by a plain loop."""
    known = []
    for _, rows in scores.groupby("case_id"):
        (therapist,) = {None if pd.isna(one) else one for one in rows["therapist_id"]}
        sessions = sorted(set(rows["session"]))
        assert sessions == upto(len(sessions)), "a gap would tell one case from another"
        known.append(
            (frozenset(zip(rows["rater"], rows["instrument"], rows["scale"], strict=True)), therapist, len(sessions))
        )
    return Counter(known)


def counts_of(scores):
    """Return every count of cases by therapist, questionnaire or rater, and by two of these."""
    columns = ["therapist_id", "instrument", "rater", "scale"]
    scores = scores.fillna({"therapist_id": "without"})
    by = [[one] for one in columns] + [[one, other] for one in columns for other in columns if one < other]
    counts = [int(n) for one in by for n in scores.groupby(one)["case_id"].nunique()]
    total = scores["case_id"].nunique()  # what is left of all is a count as well: a linked cell
    return counts + [total - n for n in counts if n < total]


# By hand


def test_what_is_alike_is_left_whole():
    scores = make(**{f"C{i}": (["T1"], {SRS: upto(4)}) for i in range(5)})
    made = sk.deidentify(scores, synthetic=True)
    assert len(made.scores) == 20
    assert dict(groups_of(made.scores)) == {(frozenset([SRS]), "therapist-A", 4): 5}


def test_sessions_at_the_end_are_left_out_until_enough_cases_are_equally_long():
    lengths = [4, 4, 5, 6, 4, 12, 12, 13, 15, 12]
    scores = make(**{f"C{i}": (["T1"], {SRS: upto(n)}) for i, n in enumerate(lengths)})
    made = sk.deidentify(scores, synthetic=True, therapists=False)
    assert dict(groups_of(made.scores)) == {(frozenset([SRS]), None, 4): 5, (frozenset([SRS]), None, 12): 5}
    assert "Sessions after 4 are left out in fewer than 5 cases." in made.report.sentences
    assert "Sessions after 12 are left out in fewer than 5 cases." in made.report.sentences
    assert made.settings["cut_after"] == [4, 12]


def test_one_very_short_case_is_left_out_rather_than_the_sessions_of_all_others():
    scores = make(**{f"C{i:02d}": (["T1"], {SRS: upto(10 if i else 1)}) for i in range(11)})
    made = sk.deidentify(scores, synthetic=True)
    assert dict(groups_of(made.scores)) == {(frozenset([SRS]), "therapist-A", 10): 10}
    assert "Left out because too few others are like them: fewer than 5 cases." in made.report.sentences


def test_a_form_that_one_case_has_alone_is_left_out_of_it():
    cases = {f"C{i}": (["T1"], {SRS: upto(4)}) for i in range(5)}
    cases["C4"][1][ORS] = [2, 4]
    made = sk.deidentify(make(**cases), synthetic=True)
    assert dict(groups_of(made.scores)) == {(frozenset([SRS]), "therapist-A", 4): 5}
    assert "ORS total, rated by the client, is left out in fewer than 5 cases." in made.report.sentences


def test_a_form_that_came_in_only_after_the_last_session_kept_sets_no_case_apart():
    cases = {f"C{i}": (["T1"], {SRS: upto(4), ORS: [1, 4]}) for i in range(4)}
    cases["C4"] = (["T1"], {SRS: upto(4), ORS: [5]})
    made = sk.deidentify(make(**cases), synthetic=True)
    assert min(groups_of(made.scores).values()) >= 5


def test_cases_of_few_therapists_lose_their_code_with_enough_others():
    # 8 of T1, 7 of T2, 3 of T3: three without a code would be as good as a code, so that T2's lose theirs as well
    whose = ["T1"] * 8 + ["T2"] * 7 + ["T3"] * 3
    scores = make(**{f"C{i:02d}": ([one], {SRS: upto(4)}) for i, one in enumerate(whose)})
    made = sk.deidentify(scores, synthetic=True)
    srs = frozenset([SRS])
    assert dict(groups_of(made.scores)) == {(srs, "therapist-A", 4): 8, (srs, None, 4): 10}
    assert min(counts_of(made.scores)) == 8


def test_a_case_that_changed_therapist_carries_no_code():
    cases = {f"C{i:02d}": (["T1", "T1", "T2"] if i < 5 else ["T1"], {SRS: upto(4)}) for i in range(12)}
    made = sk.deidentify(make(**cases), synthetic=True)
    srs = frozenset([SRS])
    assert dict(groups_of(made.scores)) == {(srs, "therapist-A", 4): 7, (srs, None, 4): 5}


def test_gaps_in_the_sessions_are_closed_up():
    cases = {f"C{i}": (["T1"], {SRS: [1, 2, 3, 4]}) for i in range(4)}
    cases["C4"] = (["T1"], {SRS: [1, 3, 7, 8]})
    made = sk.deidentify(make(**cases), synthetic=True)
    assert dict(groups_of(made.scores)) == {(frozenset([SRS]), "therapist-A", 4): 5}
    assert (
        "Sessions without any form are closed up, so that a gap tells nothing: fewer than 5 cases."
        in made.report.sentences
    )


@pytest.mark.parametrize(
    "cases",
    [
        {f"C{i}": (["T1"], {SRS: upto(4)}) for i in range(4)},  # too few
        {f"C{i}": (["T1"], {SRS if i < 4 else WAI: upto(4)}) for i in range(8)},  # nothing in common
    ],
)
def test_cases_that_are_too_few_or_too_different_are_refused_by_column_and_rule(cases):
    with pytest.raises(sk.DisclosureError, match=r"^(case_id|rater, instrument, session): ") as refused:
        sk.deidentify(make(**cases), synthetic=True)
    assert not [case for case in cases if case in str(refused.value)]


def test_outside_the_clinic_groups_are_larger():
    scores = make(**{f"C{i}": (["T1"], {SRS: upto(4)}) for i in range(9)})
    assert sk.deidentify(scores, synthetic=True).scores["case_id"].nunique() == 9
    with pytest.raises(sk.DisclosureError, match="a group has 10 cases at least"):
        sk.deidentify(scores, synthetic=True, audience="outside")


# The parts, by hand


def test_the_smallest_kind_joins_that_with_which_it_shares_most():
    kinds = np.array([[1, 1, 0], [1, 1, 1], [0, 0, 1]], dtype=bool)  # of 5, 2 and 6 cases
    n_cases = np.array([5, 2, 6])
    rows = np.array([[10, 10, 0], [4, 4, 4], [0, 0, 12]], dtype=float)
    kept = merge_kinds(kinds, n_cases, rows, smallest=5, per_case=100)  # loses 4 rows, with the last kind 8
    assert kept.astype(int).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    rows[1] = [4, 4, 9]  # 9 with the first, 8 with the last
    kept = merge_kinds(kinds, n_cases, rows, smallest=5, per_case=100)
    assert kept.astype(int).tolist() == [[1, 1, 0], [0, 0, 1], [0, 0, 1]]


def test_a_small_kind_is_left_out_where_that_costs_less_than_what_the_others_would_lose():
    kinds = np.array([[1, 1], [1, 0]], dtype=bool)  # of 5 and 2 cases
    rows = np.array([[10, 10], [3, 0]], dtype=float)
    for per_case, expected in ((3, [[1, 1], [0, 0]]), (4, [[1, 0], [1, 0]]), (np.inf, [[1, 0], [1, 0]])):
        kept = merge_kinds(kinds, np.array([5, 2]), rows, smallest=5, per_case=per_case)  # 3 rows and 2 cases, or 10
        assert kept.astype(int).tolist() == expected


def test_small_codes_by_hand():
    kind = np.array([0] * 9)
    therapist = np.array([0, 0, 0, 0, 1, 1, 1, NOBODY, NOBODY])
    assert drop_small_codes(kind, therapist, smallest=3).tolist() == [0, 0, 0, 0] + [NOBODY] * 5
    assert drop_small_codes(kind, therapist, smallest=2).tolist() == therapist.tolist()
    assert drop_small_codes(kind, therapist, smallest=5).tolist() == [NOBODY] * 9


lengths = st.lists(st.integers(1, 12), min_size=1, max_size=14)


@given(lengths, st.integers(1, 4), st.sampled_from([3.0, 20.0, np.inf]))
def test_windows_leave_out_as_little_as_any_division_would(n_sessions, smallest, per_case):
    ordered = sorted(n_sessions)
    best = {len(ordered): 0.0}  # from which case on → least cost of dividing the rest, tried out in full
    for start in range(len(ordered) - 1, -1, -1):
        best[start] = min(
            (
                sum(ordered[start:end]) - ordered[start] * (end - start) + best[end]
                for end in range(start + smallest, len(ordered) + 1)
            ),
            default=np.inf,
        )
    expected = min(sum(ordered[:left]) + (per_case * left if left else 0) + best[left] for left in range(len(ordered)))
    stops, cost = choose_stops(np.array(n_sessions), smallest=smallest, per_case=per_case)
    assert cost == pytest.approx(expected) or cost == expected
    if np.isfinite(cost):
        assert (stops <= n_sessions).all()
        assert min(Counter(stops[stops > 0].tolist()).values()) >= smallest


def weeks_of(days, *, rounding=4, smallest=3):
    """Return the weeks of cases with these days of their sessions; all of one class."""
    scores = make(**{f"C{i}": (["T1"], {SRS: upto(len(one))}) for i, one in enumerate(days)})
    scores["date"] = pd.to_datetime([day for one in days for day in one])
    layout = lay_out(scores, tuple(scores["case_id"].unique()))
    number = number_sessions(layout, np.ones(len(layout.case), dtype=bool))
    of_case = np.zeros(len(days), dtype=np.int64)
    weeks, n_without = count_weeks(layout, number, of_case, rounding=rounding, smallest=smallest)
    return [weeks[layout.case == case].astype(object).fillna(-1).tolist() for case in range(len(days))], n_without


def test_weeks_are_rounded_and_more_coarsely_where_few_last_equally_long():
    start, two, six, ten = "2025-01-06", "2025-01-20", "2025-02-17", "2025-03-17"  # 0, 2, 6 and 10 weeks
    assert weeks_of([[start, two]] * 3) == ([[0, 4]] * 3, 0)  # 2 of 4 weeks go up
    # 6 → 8 and 10 → 12 to the nearest four: too few of each; to the nearest eight, both are 8
    assert weeks_of([[start, six]] * 2 + [[start, ten]]) == ([[0, 8]] * 3, 0)
    assert weeks_of([[start, two]] * 2 + [[start, "2026-01-06"]]) == ([[-1, -1]] * 3, 3)
    assert weeks_of([[start, None]] * 3) == ([[0, -1]] * 3, 0)
    assert weeks_of([[None, two]] * 3) == ([[-1, -1]] * 3, 0)


def test_weeks_are_published_when_asked_for_only():
    scores = make(**{f"C{i}": (["T1"], {SRS: upto(3)}) for i in range(5)})
    scores["date"] = [pd.Timestamp("2025-01-06") + pd.Timedelta(weeks=3 * (one - 1)) for one in scores["session"]]
    assert "weeks" not in sk.deidentify(scores, synthetic=True).scores
    made = sk.deidentify(scores, synthetic=True, weeks=2)
    assert made.scores.groupby("session")["weeks"].unique().map(list).to_dict() == {1: [0], 2: [4], 3: [6]}


# Whatever the caseload


@st.composite
def caseloads(draw):
    n_cases = draw(st.integers(5, 24))
    series = [SRS, ORS, WAI, BY_THERAPIST]
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    alike = draw(st.sampled_from([0.0, 0.7, 0.95]))  # how often a case is like most others
    cases = {}
    for case in range(n_cases):
        has = [WAI, BY_THERAPIST] if chance.random() < alike else [one for one in series if chance.random() < 0.5]
        n_sessions = 8 if chance.random() < alike else int(chance.integers(1, 12))
        forms = {one: [s for s in upto(n_sessions) if chance.random() < 0.9] for one in has or [SRS]}
        therapists = [f"T{chance.integers(1, 4)}"] if chance.random() < 0.8 else [None, "T1"]
        cases[f"secret-{case}"] = (therapists, forms)
    scores = make(**cases)
    scores["score"] = scores["score"] + chance.integers(0, 5, len(scores)) / 4
    scores["date"] = pd.Timestamp("2021-05-04") + pd.to_timedelta(7 * scores["session"], unit="D")
    return scores


@settings(max_examples=60)
@given(caseloads(), st.integers(3, 6), st.booleans())
def test_no_group_is_smaller_and_nothing_of_the_identified_is_left(scores, smallest, weeks):
    try:
        made = sk.deidentify(scores, synthetic=True, smallest=smallest, weeks=weeks)
    except sk.DisclosureError:
        return
    groups = groups_of(made.scores)
    assert min(groups.values()) >= smallest
    assert min(counts_of(made.scores)) >= smallest
    if weeks:
        last = made.scores.sort_values("session").groupby("case_id").last()
        of_case = [
            frozenset(zip(rows["instrument"], rows["rater"], strict=True)) for _, rows in made.scores.groupby("case_id")
        ]
        ends = Counter(
            zip(of_case, last["therapist_id"].fillna(""), last["session"], last["weeks"].fillna(-1), strict=True)
        )
        assert min(ends.values()) >= smallest
    written = made.scores.to_csv() + made.report.to_markdown() + repr(made.settings)
    assert not [canary for canary in ("secret", "2021", "T1", "T2", "T3") if canary in written]
    assert set(made.scores["case_id"]).isdisjoint(scores["case_id"])


@settings(max_examples=60)
@given(caseloads(), st.integers(3, 6))
def test_what_is_kept_is_a_part_of_what_there_was(scores, smallest):
    layout = lay_out(scores, tuple(scores["case_id"].unique()))
    try:
        draft = generalise(layout, smallest=smallest).draft
    except sk.DisclosureError:
        return
    assert set(draft.therapist[draft.therapist != layout.therapist]) <= {NOBODY}
    of_case, size = find_classes(layout, draft)
    assert size.min() >= smallest
    assert (of_case < 0).sum() <= 0.1 * len(layout.cases)
    number = number_sessions(layout, draft.keeps)
    for case in range(len(layout.cases)):  # published sessions are the first ones, in order
        here = layout.case == case
        pairs = {(int(number[row]), int(layout.session[row])) for row in np.flatnonzero(here & draft.keeps)}
        assert sorted(pairs) == sorted(pairs, key=lambda pair: pair[1])
        assert [one for one, _ in sorted(pairs)] == upto(len(pairs))


def test_the_same_caseload_is_generalised_in_the_same_way_in_any_order_of_its_rows():
    scores = sk.simulate_caseload(30, seed=5).scores
    mixed = scores.sample(frac=1, random_state=1).reset_index(drop=True)
    first, second = (sk.deidentify(one, synthetic=True, seed=1) for one in (scores, mixed))
    assert first.scores.equals(second.scores)
    assert first.report.sentences == second.report.sentences
