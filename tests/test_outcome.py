"""Change on outcome measures: whether it is reliable, which side of the line it ends on, and the alliance beside it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import supervision_kit as sk
from builders import make_scores
from supervision_kit.outcome import criteria_for, standardised_mean_change
from supervision_kit.tables import CHANGES


def phq9(*score, **about):
    return make_scores(*score, instrument="phq9", **about)


def change_of(scores, **more):
    (row,) = sk.review_outcome(scores, **more).to_dict("records")
    return row


@pytest.mark.parametrize(
    ("first", "last", "reliable", "outcome_class"),
    [  # PHQ-9: reliable from 6 points on; 10 and above is clinical
        (17, 8, "improved", "recovered"),
        (16, 10, "improved", "improved"),  # 10 is on the clinical side
        (15, 9, "improved", "recovered"),  # just 6 points, just under the line
        (14, 9, "unchanged", "unchanged"),  # 5 points: under the line, but not reliably
        (9, 2, "improved", "improved"),  # was never on the clinical side
        (9, 15, "deteriorated", "deteriorated"),
        (9, 14, "unchanged", "unchanged"),
        (12, 12, "unchanged", "unchanged"),
    ],
)
def test_lower_is_better(first, last, reliable, outcome_class):
    row = change_of(phq9(first, 27, last))
    assert (row["reliable"], row["outcome_class"], row["change"]) == (reliable, outcome_class, first - last)


@pytest.mark.parametrize(
    ("first", "last", "outcome_class"),
    [  # ORS: reliable from 5 points on; below 25 is clinical, 25 is not
        (20, 25, "recovered"),
        (19.9, 24.9, "improved"),
        (25, 30, "improved"),
        (20, 24.9, "unchanged"),
        (24, 19, "deteriorated"),
    ],
)
def test_higher_is_better(first, last, outcome_class):
    assert change_of(make_scores(first, last, instrument="ors"))["outcome_class"] == outcome_class


def test_the_numbers_of_one_case():
    # norms of the PHQ-9 here: SD 6.1, r .89; S_diff = √2 × 6.1 × √0.11 = 2.8612
    row = change_of(phq9(17, None, 8, sessions=[2, 5, 9]))
    assert (row["n_scores"], row["first_session"], row["last_session"]) == (2, 2, 9)
    assert (row["first"], row["last"], row["reliable_change"], row["cutoff"]) == (17, 8, 6, 10)
    assert row["rci"] == pytest.approx(9 / 2.8612, abs=1e-4)
    assert row["effect_size"] == pytest.approx(9 / 6.1)
    assert row["effect_low"] == pytest.approx((9 - 1.96 * 2.8612) / 6.1, abs=1e-4)
    assert row["effect_high"] == pytest.approx((9 + 1.96 * 2.8612) / 6.1, abs=1e-4)
    assert row["criteria"] == (
        "reliable from 6 points on, after NHS Talking Therapies, not confirmed; line of 10, seen in the source"
    )


def test_without_published_points_they_come_from_the_norms():
    # DASS-21 depression: SD 7.74, r .88: 1.96 × √2 × 7.74 × √0.12 = 7.4319; line b = 5.66 + 2 × 7.74 = 21.14
    of_scale = {"instrument": "dass21", "scale": "depression"}
    row = change_of(make_scores(30, 22, **of_scale))
    assert row["reliable_change"] == pytest.approx(7.4319, abs=1e-4)
    assert row["cutoff"] == pytest.approx(21.14)
    assert (row["reliable"], row["outcome_class"]) == ("improved", "improved")
    assert change_of(make_scores(30, 20, **of_scale))["outcome_class"] == "recovered"
    assert change_of(make_scores(30, 24, **of_scale))["outcome_class"] == "unchanged"
    assert "not confirmed" in row["criteria"]


def test_what_cannot_be_judged_says_why():
    nothing = change_of(phq9(None, None))
    assert (nothing["n_scores"], nothing["note"]) == (0, "no score")
    one = change_of(phq9(None, 12))
    assert (one["first"], one["last"], one["note"]) == (12, 12, "one score: nothing to compare it with")
    no_norms = change_of(make_scores(60, 20, instrument="oq45", scale="distress"))
    assert no_norms["change"] == 40
    assert no_norms["note"] == "no reliable change is published, and there are no norms to compute it from"
    for row in (nothing, one, no_norms):
        assert pd.isna(row["reliable"])
        assert pd.isna(row["outcome_class"])
    for row in (nothing, one):
        assert pd.isna(row["change"])
        assert pd.isna(row["effect_size"])


def test_without_a_line_recovered_and_improved_cannot_be_told_apart():
    only_points = {("phq9", "total"): sk.ChangeCriteria(reliable_change=6)}
    better = change_of(phq9(17, 8), criteria=only_points)
    assert (better["reliable"], pd.isna(better["outcome_class"])) == ("improved", True)
    assert better["note"].startswith("no line between the populations is known")
    worse = change_of(phq9(8, 17), criteria=only_points)
    assert (worse["outcome_class"], worse["note"]) == ("deteriorated", "")


def test_other_criteria_take_the_place_of_the_instruments_own():
    strict = {("ors", "total"): sk.ChangeCriteria(reliable_change=6, cutoff=28, cutoff_is="functional")}
    assert change_of(make_scores(20, 25, instrument="ors"), criteria=strict)["reliable"] == "unchanged"
    assert change_of(make_scores(20, 28, instrument="ors"), criteria=strict)["outcome_class"] == "recovered"


def test_criteria_that_make_no_sense_are_refused():
    with pytest.raises(sk.SettingError, match="reliable_change must be more than 0 scale points, or None"):
        sk.ChangeCriteria(reliable_change=0)
    with pytest.raises(sk.SettingError, match="reliability must be between 0 and 1"):
        sk.ChangeCriteria.from_reliability(sd=7, reliability=1)
    with pytest.raises(sk.SettingError, match="cutoff_is must be 'clinical' or 'functional'"):
        sk.ChangeCriteria(cutoff_is="above")
    with pytest.raises(sk.SettingError, match="core_om risk in criteria is no outcome scale that is reviewed"):
        sk.review_outcome(phq9(17, 8), criteria={("core_om", "risk"): sk.ChangeCriteria()})


def test_risk_and_alliance_are_no_outcome():
    scores = pd.concat([make_scores(4, 2), make_scores(20, 5, instrument="core_om", scale="risk")])
    reviewed = sk.review_outcome(scores)
    assert reviewed.empty
    assert list(reviewed) == list(CHANGES.columns)


@given(
    st.lists(st.integers(0, 27), min_size=1, max_size=8),
    st.permutations(range(8)),
)
def test_the_order_of_the_rows_changes_nothing_and_turning_time_turns_the_sign(scores, order):
    table = pd.concat([phq9(*scores), phq9(*scores[::-1], case_id="C2")]).reset_index(drop=True)
    shuffled = table.iloc[[n for n in order if n < len(table)] + [n for n in range(len(table)) if n >= 8]]
    forwards, backwards = sk.review_outcome(table).to_dict("records")
    pd.testing.assert_frame_equal(sk.review_outcome(shuffled), sk.review_outcome(table))
    if len(scores) > 1:
        assert forwards["change"] == -backwards["change"]
        turned = {"improved": "deteriorated", "deteriorated": "improved", "unchanged": "unchanged"}
        assert turned[forwards["reliable"]] == backwards["reliable"]


@pytest.mark.parametrize("key", [key for key, one in sk.INSTRUMENTS.items() if one.kind == "outcome"])
def test_every_total_of_an_outcome_measure_has_criteria(key):
    for scale in sk.INSTRUMENTS[key].scales.values():
        if scale.key == "total":
            criteria = criteria_for(scale)
            assert criteria.reliable_change > 0
            assert scale.lowest < criteria.cutoff < scale.highest


def test_the_shares_of_a_caseload_with_wilsons_intervals():
    # 2 of 5 recovered; Wilson for 2/5: (0.4 + 1.9207/5 ± 1.96 √(0.24/5 + 0.9604/25)) / (1 + 3.8415/5) = .1176, .7693
    pairs = [(17, 8), (16, 5), (18, 11), (12, 12), (9, 16)]
    changes = sk.review_outcome(pd.concat(phq9(*pair, case_id=f"C{n}") for n, pair in enumerate(pairs)))
    summary = sk.summarise_outcome(changes).set_index("measure")
    assert summary["n_cases"].eq(5).all()
    assert summary["value"].head(5).to_dict() == pytest.approx(
        {"recovered": 0.4, "improved": 0.2, "unchanged": 0.2, "deteriorated": 0.2, "reliably improved": 0.6}
    )
    assert summary.loc["recovered", ["low", "high"]].to_list() == pytest.approx([0.1176, 0.7693], abs=5e-5)
    # changes 9, 11, 7, 0, −7: mean 4, SD √(220 / 4) = 7.4162; t (4 degrees) 2.7764 × 7.4162 / √5 = 9.2085
    assert summary.loc["mean change", ["value", "low", "high"]].to_list() == pytest.approx(
        [4, 4 - 9.2085, 4 + 9.2085], abs=1e-3
    )
    # SD of 17, 16, 18, 12, 9 is √(57.2 / 4) = 3.7815; J(4) = 0.797885; 0.797885 × 4 / 3.7815 = 0.8440
    assert summary.loc["effect size", "value"] == pytest.approx(0.8440, abs=5e-5)


def test_a_share_is_not_given_where_classes_cannot_be_told_apart():
    changes = sk.review_outcome(
        pd.concat([phq9(17, 8), phq9(12, 12, case_id="C2")]),
        criteria={("phq9", "total"): sk.ChangeCriteria(reliable_change=6)},
    )
    summary = sk.summarise_outcome(changes).set_index("measure")
    assert summary.loc[["recovered", "improved"], "n_cases"].to_list() == [0, 0]
    assert summary.loc[["recovered", "improved"], "value"].isna().all()
    assert summary.loc[["unchanged", "reliably improved"], "value"].to_list() == [0.5, 0.5]
    assert pd.isna(summary.loc["effect size", "value"])  # two cases are too few


def relation_of(*tables):
    (row,) = sk.relate_outcome(pd.concat(tables)).to_dict("records")
    return row


@pytest.mark.parametrize(
    ("alliance", "outcome", "relation"),
    [  # WAI-SR from 1 to 5: good from 4 on, low below 3
        ((2, 4, 4, 4.5), (17, 17, 17, 17, 17, 17, 16), "good alliance, no change"),
        ((4, 2.5, 2.9, 2.5), (17, 17, 17, 17, 17, 17, 8), "low alliance, improved"),
        ((3, 3, 3.9, 5), (17, 8), "in between alliance, improved"),
        ((4, 4, 4), (9, 16), "good alliance, worse"),
    ],
)
def test_the_alliance_beside_the_outcome(alliance, outcome, relation):
    row = relation_of(make_scores(*alliance), phq9(*outcome))
    assert (row["relation"], row["note"]) == (relation, "")


def test_the_published_line_of_an_alliance_measure_comes_first():
    # SRS: below 36 is worth a word; 75 % of its range would be 30
    assert relation_of(make_scores(35, instrument="srs"), phq9(17, 8))["alliance"] == "low"
    assert relation_of(make_scores(36, instrument="srs"), phq9(17, 8))["alliance"] == "good"


def test_a_relation_that_cannot_be_told_says_why():
    early = relation_of(make_scores(4, 4), phq9(17, 16, sessions=[1, 6]))
    assert (pd.isna(early["relation"]), early["note"][:26]) == (True, "fewer than 6 sessions from")
    assert relation_of(make_scores(4, 4), phq9(17, 16, sessions=[1, 7]))["relation"] == "good alliance, no change"
    assert relation_of(make_scores(4, 4))["note"] == "no change on an outcome measure that can be judged"
    assert relation_of(phq9(17, 8))["note"] == "no alliance rating by the client on a known scale"
    well = relation_of(make_scores(4, 4), phq9(4, 4, 4, 4, 4, 4, 5))
    assert (well["relation"], well["note"]) == (
        "good alliance, no change",
        "in the functional range at the last form",
    )


def test_worse_on_one_measure_stands_before_better_on_another():
    gad7 = make_scores(15, 4, instrument="gad7")
    row = relation_of(make_scores(4, 4), gad7, phq9(9, 16))
    assert (row["outcome_instrument"], row["relation"]) == ("phq9", "good alliance, worse")
    row = relation_of(make_scores(4, 4), gad7, phq9(12, 12, sessions=[1, 9]))
    assert (row["outcome_instrument"], row["relation"]) == ("gad7", "good alliance, improved")


def reasons_of(*tables):
    scores = pd.concat(tables)
    marks = sk.mark_sessions(scores, method="adjacent_drop")
    (case,) = sk.review_caseload(scores, sk.follow_repairs(sk.find_episodes(marks), scores), marks=marks).to_dict(
        "records"
    )
    return case


def test_the_caseload_says_where_outcome_and_alliance_part():
    steady = make_scores(4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 4.2, 4.3)
    stuck = reasons_of(steady, phq9(17, 17, 16, 17, 18, 17, 17, 16))
    assert stuck["reasons"] == (
        (
            "The alliance is rated well, but the PHQ-9 went from 17 to 16: no reliable change "
            "(reliable from 6 points on, after NHS Talking Therapies, not confirmed)."
        ),
    )
    assert stuck["priority"] == 1
    worse = reasons_of(steady, phq9(9, 16))
    assert worse["reasons"][0].startswith("The PHQ-9 went from 9 to 16, reliably worse (reliable from 6 points on")
    assert worse["priority"] == 3
    weak = reasons_of(make_scores(2.2, 2.3, 2.2, 2.3), phq9(17, 5))
    assert weak["reasons"][0].endswith("although the alliance is rated low.")
    assert weak["priority"] == pytest.approx(0.1)
    well = reasons_of(steady, phq9(4, 4, 4, 4, 4, 4, 5))
    assert well["reasons"] == ()


def test_the_interval_of_the_effect_size_covers_the_true_one_as_often_as_it_says():
    rng = np.random.default_rng(7)
    true, n = 0.8, 8
    hits = 0
    for _ in range(400):
        first = rng.normal(size=n)
        last = 0.5 * first + np.sqrt(0.75) * rng.normal(size=n) + true
        effect = standardised_mean_change(first, last)
        hits += effect.low <= true <= effect.high
    assert 0.93 < hits / 400 <= 0.99
