import pandas as pd
import pytest

import supervision_kit as sk
from supervision_kit.simulate import STORIES
from supervision_kit.tables import OUTCOMES


@pytest.fixture(scope="module")
def caseload():
    return sk.simulate_caseload(n_cases=40, seed=5)


def test_the_same_seed_gives_the_same_caseload_and_another_another(caseload):
    again, other = sk.simulate_caseload(n_cases=40, seed=5), sk.simulate_caseload(n_cases=40, seed=6)
    pd.testing.assert_frame_equal(again.responses, caseload.responses)
    pd.testing.assert_frame_equal(again.truth, caseload.truth)
    assert not other.responses.equals(caseload.responses)


def test_the_caseload_is_of_the_size_asked_for(caseload):
    assert caseload.scores["case_id"].nunique() == 40
    assert caseload.scores["therapist_id"].nunique() == 6
    assert caseload.scores.groupby("case_id")["session"].max().between(4, 30).all()


def test_the_scores_are_the_means_and_sums_of_the_responses(caseload):
    forms = caseload.responses.dropna(subset="response").groupby(["instrument", "case_id", "rater", "session"])[
        "response"
    ]
    totals = caseload.scores[caseload.scores["scale"] == "total"].set_index(
        ["instrument", "case_id", "rater", "session"]
    )
    for instrument, n_items, expected in (("wai_sr", 12, forms.mean()), ("ors", 4, forms.sum())):
        whole = forms.count()[forms.count() == n_items].loc[[instrument]].index
        assert len(whole) > 100
        assert totals["score"][whole].to_numpy() == pytest.approx(expected[whole].to_numpy())


@pytest.mark.parametrize("name", [name for name, story in STORIES.items() if story.shares])
def test_what_a_story_says_became_of_the_fall_is_what_its_path_does(name):
    story = STORIES[name]
    last = story.shares[-1]
    if story.sessions_after_onset is not None:
        assert story.outcome == "undetermined"
    elif last == 0:
        assert (story.outcome, story.repair_after) == ("repaired", story.shares.index(0))
    else:
        assert story.outcome == ("unrepaired" if last == 1 else "partly repaired")
    assert max(story.shares) == 1


def test_both_raters_both_kinds_of_alliance_form_and_an_outcome_measure_are_there(caseload):
    forms = set(caseload.scores.groupby(["instrument", "rater"]).groups)
    assert forms == {
        ("wai_sr", "client"),
        ("wai_sr", "therapist"),
        ("srs", "client"),
        ("phq9", "client"),
        ("ors", "client"),
    }


def test_every_shape_and_every_outcome_is_planted(caseload):
    assert set(caseload.truth["outcome"]) == set(OUTCOMES)
    assert set(caseload.truth["shape"]) == {story.shape for story in STORIES.values()} - {"none", "ceiling"}


def test_there_are_missing_forms_missing_items_ceiling_raters_and_a_change_of_therapist(caseload):
    scores = caseload.scores
    alliance = scores[
        (scores["rater"] == "client") & (scores["scale"] == "total") & scores["instrument"].isin(["wai_sr", "srs"])
    ]
    per_case = alliance.groupby("case_id")
    assert (per_case.size() < scores.groupby("case_id")["session"].max()).any()
    assert (caseload.responses["response"].isna()).any()
    top = alliance["instrument"].map({"wai_sr": 5.0, "srs": 40.0})
    assert (alliance["score"] == top).groupby(alliance["case_id"]).mean().eq(1).any()
    assert (scores.groupby("case_id")["therapist_id"].nunique() > 1).any()
    assert (scores.groupby("case_id")["session"].max() == 4).any()


def test_a_planted_fall_is_there_in_the_ratings(caseload):
    """At the nadir the ratings lie below the three sessions before the onset, by about the planted depth."""
    totals = caseload.scores[(caseload.scores["rater"] == "client") & (caseload.scores["scale"] == "total")]
    score = totals.set_index(["case_id", "instrument", "session"])["score"]
    shares = []
    for planted in caseload.truth.itertuples():
        series = score[planted.case_id, planted.instrument]
        before = series.loc[planted.onset - 3 : planted.onset - 1].mean()
        shares.append((before - series.get(planted.nadir, float("nan"))) / planted.depth)
    shares = pd.Series(shares).dropna()
    assert len(shares) > 20
    assert shares.mean() == pytest.approx(1, abs=0.2)
    assert (shares > 0.3).mean() > 0.8  # session-to-session variation can hide a fall, as in life


@pytest.mark.parametrize("seed", range(5))
def test_any_seed_and_a_single_case_work(seed):
    assert sk.simulate_caseload(1, seed=seed).scores["case_id"].nunique() == 1
    assert sk.simulate_caseload(60, n_therapists=2, seed=seed).scores["therapist_id"].nunique() == 2


def test_a_caseload_of_nobody_is_refused():
    with pytest.raises(sk.SettingError):
        sk.simulate_caseload(0)
