"""One contract for all methods; a method is not done before it keeps it."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk

RNG = np.random.default_rng(20)
RATINGS = np.clip(RNG.normal(4, 0.5, size=(60, 14)).round(2), 1, 5)
RATINGS[RNG.random(RATINGS.shape) < 0.15] = np.nan

PRIOR = sk.LimitsPrior(level=4, between=0.5, spreads=(0.3, 0.6), weights=(0.5, 0.5), growth=(-0.3, -0.2, -0.1, 0))
AS_SET = {
    "personal_limits": sk.PersonalLimits(),
    "personal_limits, retrospective": sk.PersonalLimits(rate=0.1, retrospective=True),
    "personal_limits, prior": sk.PersonalLimits(prior=PRIOR),
    "control_chart": sk.ControlChart(),
    "control_chart, 2 sigmas": sk.ControlChart(sigmas=2),
    "control_chart, baseline of 4": sk.ControlChart(sigmas=2, baseline=4),
    "control_chart, median range": sk.ControlChart(median_range=True),
    "control_chart, median range of a baseline": sk.ControlChart(sigmas=2, baseline=5, median_range=True),
    "run_rules": sk.RunRules(),
    "run_rules, tight": sk.RunRules(ranges=1.5, min_drop=0),
    "ewma": sk.Ewma(),
    "ewma, quick": sk.Ewma(weight=0.5, sigmas=1.5, baseline=4),
    "change_point": sk.ChangePoint(),
    "change_point, cheap": sk.ChangePoint(penalty=0.5, min_drop=0),
    "change_point, two cuts": sk.ChangePoint(cuts=2, shortest=1),
    "gumz": sk.Gumz(sample_sd=0.4),
    "gumz, 2 SD of single falls": sk.Gumz(sds=2, cumulative=False, sample_sd=0.3),
    "points_drop": sk.PointsDrop(),
    "points_drop, half a point": sk.PointsDrop(points=0.5, min_drop=0),
    "reliable_drop": sk.ReliableDrop(),
    "reliable_drop, norms set": sk.ReliableDrop(sd=0.6, reliability=0.8),
    "adjacent_drop": sk.AdjacentDrop(),
    "adjacent_drop, no floor": sk.AdjacentDrop(sds=1, min_drop=0),
    "cutoff": sk.Cutoff(),
    "cutoff at 3.8": sk.Cutoff(line=3.8),
}
every_method = pytest.mark.parametrize("method", AS_SET.values(), ids=AS_SET)
every_relative_method = pytest.mark.parametrize(
    "method",
    [m for m in AS_SET.values() if m.key != "cutoff" and getattr(m, "prior", None) is None],
    ids=[k for k in AS_SET if "cutoff" not in k and k != "personal_limits, prior"],
)


def test_every_registered_method_is_under_this_contract():
    assert {method.key for method in AS_SET.values()} == set(sk.METHODS)


@pytest.mark.parametrize("key", sk.METHODS)
def test_a_method_says_what_it_is_and_where_it_comes_from(key):
    method = sk.METHODS[key]
    assert method.key == key
    assert method.title
    assert method.source
    assert isinstance(method.prospective, bool)
    assert method.min_sessions >= 1
    assert repr(method()).startswith(method.__name__ + "(min_drop=")


@every_method
def test_the_shape_is_kept_and_the_input_is_not_changed(method):
    before = RATINGS.copy()
    judgement = method.judge(RATINGS)
    for part in (judgement.expected, judgement.limit, judgement.evidence, judgement.is_rupture):
        assert part.shape == RATINGS.shape
    np.testing.assert_array_equal(RATINGS, before)


@every_method
def test_a_session_is_marked_not_marked_or_cannot_be_judged(method):
    is_rupture = method.judge(RATINGS).is_rupture
    assert np.isin(is_rupture[~np.isnan(is_rupture)], [0, 1]).all()


@every_method
def test_a_missing_score_cannot_be_judged(method):
    assert np.isnan(method.judge(RATINGS).is_rupture[np.isnan(RATINGS)]).all()


@every_method
@pytest.mark.parametrize("level", [1.0, 4.0, 5.0])
def test_a_series_without_spread_cannot_be_judged_unless_it_lies_below_a_published_line(method, level):
    is_rupture = method.judge(np.full((1, 9), level)).is_rupture
    if method.key == "cutoff" and method.line is not None and level < method.line:
        assert (is_rupture == 1).all()
    else:
        assert np.isnan(is_rupture).all()


@every_method
def test_a_series_with_too_few_scores_cannot_be_judged(method):
    x = np.full((1, 9), np.nan)
    few = method.fewest_sessions - 1
    x[0, :few] = np.linspace(4.5, 4, few)
    assert np.isnan(method.judge(x).is_rupture).all()


@every_method
def test_every_score_of_nothing_cannot_be_judged(method):
    assert np.isnan(method.judge(np.full((3, 5), np.nan)).is_rupture).all()
    assert method.judge(np.empty((0, 5))).is_rupture.shape == (0, 5)


@every_method
def test_each_series_is_judged_by_itself(method):
    method = method.learn_from([RATINGS])
    together = method.judge(RATINGS).is_rupture
    alone = np.vstack([method.judge(RATINGS[[row]]).is_rupture for row in range(len(RATINGS))])
    np.testing.assert_array_equal(together, alone)


@every_method
def test_a_column_without_scores_changes_nothing(method):
    wider = np.insert(RATINGS, 6, np.nan, axis=1)
    np.testing.assert_array_equal(
        np.delete(method.judge(wider).is_rupture, 6, axis=1), method.judge(RATINGS).is_rupture
    )


@every_relative_method
def test_shifting_all_scores_by_a_constant_changes_no_mark(method):
    np.testing.assert_array_equal(method.judge(RATINGS + 10).is_rupture, method.judge(RATINGS).is_rupture)


@every_method
def test_the_limit_that_is_drawn_is_the_limit_that_is_used(method):
    judgement = method.judge(RATINGS)
    distance = judgement.limit - RATINGS

    judged = ~np.isnan(judgement.is_rupture)
    assert (judgement.is_rupture[judged & (distance > 1e-6)] == 1).all()
    assert (judgement.is_rupture[judged & (distance < -1e-6)] == 0).all()


@every_method
def test_no_fall_smaller_than_the_floor_is_marked(method):
    judgement = method.judge(RATINGS)
    floor = method.for_scale(None).min_drop
    marked = judgement.is_rupture == 1
    assert ((judgement.expected - RATINGS)[marked] >= floor - 1e-6).all()


@every_method
def test_a_stricter_threshold_marks_no_session_more(method):
    setting = method.for_scale(None).threshold
    start = getattr(method.for_scale(None), setting)
    values = (start, start / 2, start / 4) if setting == "rate" else (start, start + 0.5, start + 1)
    strict = {value: replace(method, **{setting: value}).judge(RATINGS) for value in values}
    for looser, stricter in pairwise(judgement.is_rupture for judgement in strict.values()):
        judged = ~np.isnan(looser) & ~np.isnan(stricter)
        assert (stricter[judged] <= looser[judged]).all()
    if (strict[start].is_rupture == 1).any() and getattr(method, "cuts", None) is None:  # a set number has no price
        fewest = [np.nansum(judgement.is_rupture) for judgement in strict.values()]
        assert fewest[-1] < fewest[0]


@every_method
def test_a_prospective_method_never_looks_ahead(method):
    if not method.is_prospective:
        # then it must indeed depend on what comes later, else it is labelled wrongly
        whole = method.judge(RATINGS)
        cut = method.judge(RATINGS[:, :8])
        assert not np.array_equal(whole.is_rupture[:, :8], cut.is_rupture, equal_nan=True)
        return
    whole = method.judge(RATINGS).is_rupture
    for t in range(1, RATINGS.shape[1] + 1):
        np.testing.assert_array_equal(method.judge(RATINGS[:, :t]).is_rupture, whole[:, :t])


@every_method
def test_a_mark_is_explained_in_a_sentence_with_its_numbers(method, series):
    scores = pd.concat([series(*row, case_id=f"C{i}") for i, row in enumerate(RATINGS)])
    marks = sk.mark_sessions(scores, method=method).query("is_rupture")
    settled = method.for_scale(sk.INSTRUMENTS["wai_sr"].scales["total"])
    for mark in marks.head(20).to_dict("records"):
        sentence = settled.explain(**{name: mark[name] for name in ("score", "expected", "limit", "evidence")})
        assert sentence.startswith(("The rating", "The level"))
        assert sentence.endswith(".")
        assert f"{mark['score']:.2f}".rstrip("0").rstrip(".") in sentence
        assert "nan" not in sentence


@every_method
def test_marks_say_why_whenever_a_session_cannot_be_judged(method, series):
    scores = pd.concat(
        [series(*row, case_id=f"C{i}") for i, row in enumerate(RATINGS)]
        + [series(5, 5, 5, 5, 5, case_id="top"), series(4, 3, case_id="short"), series(3, 3, 3, 3, case_id="flat")]
    )
    marks = sk.mark_sessions(scores, method=method)
    assert ((marks["note"] != "") == marks["is_rupture"].isna()).all()
    assert len(marks) == len(scores)
