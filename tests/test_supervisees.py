"""A supervisee's cases together: counts by hand, intervals from papers and independent packages, no order of people."""

import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.supervisees.funnel import binomial_limit
from supervision_kit.supervisees.intervals import compare_means, compare_shares, mean_of, share_of


def caseload_of(*rows):
    """Rows of (case, therapist, outcome class)."""
    cases, therapists, outcomes = zip(*rows, strict=True)
    return pd.DataFrame(
        {"case_id": cases, "therapist_id": therapists, "n_sessions": 8, "last_session": 8, "last_score": 4.0,
         "open_ruptures": 0, "outcome_class": outcomes, "priority": 0.0, "reasons": [()] * len(rows)}
    )  # fmt: skip


def reasons_of(*rows):
    """Rows of (case, reason)."""
    table = pd.DataFrame(rows, columns=["case_id", "reason"])
    return table.assign(number=table.groupby("case_id").cumcount() + 1, sentence="…")


def flags(hits, n):
    return np.arange(n) < hits


# -- counts ------------------------------------------------------------------------------------------------------------


def test_cases_and_falls_are_counted_by_therapist_in_the_order_of_their_codes():
    caseload = caseload_of(
        ("a", "T2", "unrepaired"),
        ("b", "T2", "repaired"),
        ("c", "T2", None),
        ("d", "T1", "repaired"),
        ("e", None, None),
    )
    reasons = reasons_of(
        ("a", "open"), ("a", "due"), ("a", "unrecognised"), ("a", "repaired"), ("b", "late"), ("b", "rejected"),
        ("c", "missing"), ("c", "top"), ("d", "slipped"), ("e", "open"),
    )  # fmt: skip
    table = sk.count_supervisees(caseload, reasons).set_index("therapist_id")
    assert table.index.to_list() == ["T1", "T2"]
    assert table.loc["T2"].to_dict() == {
        "n_cases": 3, "n_judged": 2, "n_fell": 2, "n_falls": 3, "n_back": 2, "n_partly": 0, "n_down": 1, "n_early": 0,
        "n_handover": 0, "n_anew": 0, "n_unrecognised": 1, "n_missing": 1, "n_top": 1,
    }  # fmt: skip
    assert table.loc["T1", ["n_falls", "n_down", "n_back"]].to_list() == [1, 1, 0]


def test_a_fall_at_a_change_of_therapist_is_nobodys():
    caseload = caseload_of(("a", "T1", "unrepaired"), ("b", "T1", "repaired"), ("c", "T2", "repaired"))
    reasons = reasons_of(("a", "open"), ("a", "handover"), ("a", "late"), ("b", "repaired"))
    reasons["session"] = pd.array([6, 6, 9, 3], dtype="Int64")
    one = sk.count_supervisees(caseload, reasons).set_index("therapist_id").loc["T1"]
    assert one[["n_fell", "n_falls", "n_down", "n_back", "n_handover"]].to_list() == [2, 2, 0, 2, 1]
    said = sk.describe_supervisee(caseload, reasons, therapist_id="T1")
    assert said[1] == "The client's rating fell 2 times, in 2 cases: 2 came back."
    assert said[2] == "At a change of therapist the client's rating fell once: that is not counted as anybody's."
    funnel = sk.funnel_supervisees(caseload, reasons=reasons).set_index("therapist_id")
    assert funnel.loc["T1", ["n_cases", "n_not_back"]].to_list() == [1, 0]
    assert sk.funnel_supervisees(caseload).set_index("therapist_id").loc["T1", "n_cases"] == 2


def test_few_cases_are_counted_and_make_no_pattern():
    said = sk.describe_supervisee(
        caseload_of(("a", "T1", "unrepaired"), ("b", "T1", "unrepaired")),
        reasons_of(("a", "open"), ("a", "unrecognised"), ("b", "open"), ("b", "unrecognised")),
        therapist_id="T1",
    )
    assert said == (
        "2 cases; of 2 the ratings can be judged.",
        "The client's rating fell 2 times, in 2 cases: 2 are down by now.",
        "These are counts: fewer than 5 cases make no pattern. Take them one by one.",
    )


def test_what_several_of_five_cases_share_is_said():
    caseload = caseload_of(*[(case, "T1", "repaired") for case in "abcde"], ("x", "T2", None))
    reasons = reasons_of(
        ("a", "open"), ("a", "unrecognised"), ("b", "partly"), ("b", "unrecognised"), ("c", "gap"), ("x", "gap")
    )
    said = sk.describe_supervisee(caseload, reasons, therapist_id="T1")
    assert said[1] == "The client's rating fell 2 times, in 2 cases: 1 came back in part and 1 is down by now."
    assert said[2:] == ("In 2 of 5 cases: a fall that the therapist's rating hardly shows.",)  # one gap is no pattern


def test_no_fall_is_not_called_no_rupture():
    said = sk.describe_supervisee(caseload_of(("a", "T1", "no fall marked")), reasons_of(), therapist_id="T1")
    assert said[1] == "No fall is marked in them. That does not mean that there was no rupture."


def test_a_therapist_who_is_not_there_is_refused_without_a_name():
    with pytest.raises(sk.UnknownNameError) as refused:
        sk.describe_supervisee(caseload_of(("a", "Anna", None)), reasons_of(), therapist_id="Berta")
    assert "Anna" not in str(refused.value)
    assert "Berta" not in str(refused.value)


# -- intervals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [  # Newcombe (1998), table II, method 10
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((2, 7), (6, 7), 0.0582, 0.8062),
        ((0, 29), (5, 56), -0.0381, 0.1926),
        ((0, 20), (10, 10), 0.6791, 1.0),
        ((0, 10), (10, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_of_shares_is_newcombes(a, b, low, high):
    found = compare_shares(flags(*a), flags(*b))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_intervals_of_shares_and_means_are_those_of_independent_packages():
    share = share_of(flags(3, 8))  # statsmodels 0.15.0, proportion_confint(3, 8, method="wilson")
    assert (share.low, share.high) == pytest.approx((0.13684428582, 0.69425760540))
    a, b = np.array([0.2, -0.1, 0.5, 0.4, 0.0]), np.array([0.6, 0.9, 0.3, 0.8, 0.4, 0.7])
    one = mean_of(a)  # scipy 1.17, ttest_1samp(a, 0).confidence_interval()
    assert (one.value, one.low, one.high) == pytest.approx((0.2, -0.11656344781, 0.51656344781))
    two = compare_means(a, b)  # scipy 1.17, ttest_ind(b, a, equal_var=False).confidence_interval()
    assert (two.value, two.low, two.high) == pytest.approx((0.41666666667, 0.07697412077, 0.75635921256))


# -- earlier and later -------------------------------------------------------------------------------------------------


def followed(outcomes, *, risers=0, rebases=None):
    """Cases of one therapist, a week apart; in the last `risers` the alliance rises by a point."""
    rows = [(f"c{number:02}", "T1", outcome) for number, outcome in enumerate(outcomes)]
    tables = []
    for number, (case, *_rest) in enumerate(rows):
        rise = 1.0 if number >= len(rows) - risers else 0.0
        scores = [3.0, 3.1, 3.2, 3.4, *[one + rise + 0.02 * (number % 3) for one in (3.1, 3.0, 3.2)]]
        dates = pd.Timestamp("2026-01-05") + pd.to_timedelta(7 * (number + np.arange(7)), unit="D")
        tables.append(make_scores(*scores, case_id=case).assign(date=dates))
    scores = pd.concat(tables).sample(frac=1, random_state=1)
    return sk.follow_supervisee(scores, caseload_of(*rows), therapist_id="T1", rebases=rebases)


def test_a_change_is_not_measured_over_a_new_start():
    anew = pd.DataFrame({"case_id": ["c00", "c01", "c02"], "session": [5, 1, 8]})  # the ratings go from 1 to 7
    trend = followed(["repaired"] * 11, risers=5, rebases=anew)
    change = trend[trend["measure"] == "alliance change"].set_index("part")
    assert change["n_cases"].to_list() == [5, 5, 10]
    assert change["value"].to_list() == pytest.approx([0.024, 1.016, 0.992])  # of c01 to c05, and of c06 to c10
    assert "From first to last ratings the WAI-SR total changed by 0.0 points" in sk.describe_trend(trend)[2]


def test_earlier_and_later_cases_are_held_beside_each_other_each_case_once():
    outcomes = ["unrepaired", "repaired", "unrepaired", "repaired", "partly repaired", None, "undetermined"]
    trend = followed([*outcomes, "repaired", "repaired", "repaired", "repaired", "unrepaired"], risers=6)
    shares = trend[trend["measure"] == "falls came back"].set_index("part")
    assert shares["n_cases"].to_list() == [5, 5, 10]  # the two whose end is not known are in neither
    assert shares["value"].to_list() == pytest.approx([2 / 5, 4 / 5, 2 / 5])
    # statsmodels 0.15.0, confint_proportions_2indep(4, 5, 2, 5, method="newcomb")
    assert shares.loc["difference", ["low", "high"]].to_list() == pytest.approx([-0.16261479, 0.72643616])
    change = trend[trend["measure"] == "alliance change"].set_index("part")
    assert change["n_cases"].to_list() == [6, 6, 12]
    assert change["value"].to_list() == pytest.approx([0.02, 1.02, 1.0])  # 0.02 is the mean of 0, 0.02, 0.04, 0, …
    assert change["instrument"].unique().tolist() == ["wai_sr"]


def test_too_few_cases_get_no_difference_and_say_how_many_it_takes():
    trend = followed(["repaired"] * 5 + ["unrepaired"] * 3)
    assert trend.loc[trend["part"] == "difference", "value"].isna().all()
    assert trend["low"].isna().all()
    first, second = sk.describe_trend(trend)
    assert first.endswith("it takes 5 earlier and 5 later cases with a fall whose end is known. So far: 8.")
    assert second.endswith("with 6 ratings or more on one scale. So far: 8.")


def test_cases_without_a_date_are_in_no_half():
    scores = make_scores(4.0, 4.1, 4.0)
    trend = sk.follow_supervisee(scores, caseload_of(("C1", "T1", "repaired")), therapist_id="T1")
    assert trend["n_cases"].to_list() == [0] * 6
    assert trend["value"].isna().all()


def test_a_difference_that_may_be_none_is_said_to_be_so():
    said = sk.describe_trend(followed(["unrepaired", "repaired"] * 6, risers=6))
    assert said[0].startswith("The falls came back in 3 of the 6 earlier cases and in 3 of the 6 later ones:")
    assert said[1] == "No difference at all would fit these numbers as well."


# -- the funnel --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probability", "limit"),
    [
        # binomial with n = 4, p = 1/2: P(R ≤ 0, 1, 2, 3, 4) = .0625, .3125, .6875, .9375, 1
        (0.975, 0.9),  # (4 − (1 − .975) / .0625) / 4
        (0.5, 0.375),  # (2 − (.6875 − .5) / .375) / 4
        (0.025, 0.0),  # (0 − (.0625 − .025) / .0625) / 4 is below nothing
        (0.999, 0.996),  # (4 − .001 / .0625) / 4
    ],
)
def test_limits_are_exact_binomial_ones_between_the_counts(probability, limit):
    assert binomial_limit(probability, 4, 0.5) == pytest.approx(limit)


def test_limits_are_those_of_the_normal_where_there_are_many_cases():
    # share .3 of 10,000: .3 ± 1.96 · √(.21 / 10000), half a case beside it
    assert binomial_limit(0.975, 10_000, 0.3) == pytest.approx(0.3 + 1.96 * 0.0045826, abs=1e-4)
    assert binomial_limit(0.001, 10_000, 0.3) == pytest.approx(0.3 - 3.0902 * 0.0045826, abs=1e-4)


def test_the_funnel_counts_cases_whose_falls_can_be_told():
    funnel = sk.funnel_supervisees(
        caseload_of(
            *[(f"a{n}", "T2", "unrepaired") for n in range(3)],
            *[(f"b{n}", "T2", "no fall marked") for n in range(1)],
            *[(f"c{n}", "T1", "repaired") for n in range(3)],
            ("d", "T1", "partly repaired"),
            ("e", "T1", "undetermined"),
            ("f", "T1", None),
            ("g", None, "unrepaired"),
        )
    )
    assert funnel[["therapist_id", "n_cases", "n_not_back", "share"]].to_numpy().tolist() == [
        ["T1", 4, 1, 0.25],
        ["T2", 4, 3, 0.75],
    ]
    assert funnel["high_95"].to_list() == pytest.approx([0.9, 0.9])  # of all, a half: as above
    lines = sk.draw_funnel_limits(funnel)
    assert lines["n_cases"].to_list() == [1, 2, 3, 4, 5]
    assert lines["whole"].unique().tolist() == [0.5]


def test_a_funnel_names_nobody_and_warns_of_small_numbers():
    caseload = caseload_of(
        *[(f"a{n}", "Anna", "unrepaired") for n in range(4)], *[(f"b{n}", "Berta", "repaired") for n in range(12)]
    )
    said = " ".join(sk.describe_funnel(sk.funnel_supervisees(caseload)))
    assert "Anna" not in said
    assert "1 therapist has fewer than 10 such cases" in said
    assert "cannot be judged from so few" in said


def test_scatter_beyond_chance_is_called_so():
    wide = [
        (f"{therapist}-{n}", f"T{therapist:02}", "unrepaired" if (therapist < 6) == (n < 36) else "repaired")
        for therapist in range(12)
        for n in range(40)
    ]
    even = [
        (f"{therapist}-{n}", f"T{therapist:02}", "unrepaired" if n < 20 else "repaired")
        for therapist in range(12)
        for n in range(40)
    ]
    assert "scatter more than chance" in sk.describe_funnel(sk.funnel_supervisees(caseload_of(*wide)))[-1]
    assert "about as chance" in sk.describe_funnel(sk.funnel_supervisees(caseload_of(*even)))[-1]


def test_one_therapist_or_none_is_no_comparison():
    assert "nothing to compare" in sk.describe_funnel(sk.funnel_supervisees(caseload_of(("a", "T1", "repaired"))))[0]
    empty = sk.funnel_supervisees(caseload_of(("a", None, "repaired")))
    assert empty.empty
    assert sk.draw_funnel_limits(empty).empty
