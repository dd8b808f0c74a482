"""Personal limits against plain summation, exact conditioning, simulation, and what they promise."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special, stats

import supervision_kit as sk
from supervision_kit.detection.personal import side_by_side
from supervision_kit.detection.personal.filter import DIP, People, foresee
from supervision_kit.detection.personal.form import Form
from supervision_kit.detection.personal.judging import judge_ratings, judge_together
from supervision_kit.detection.personal.learning import learn_in_turn
from supervision_kit.detection.personal.nodes import gauss_nodes, on_few_nodes
from supervision_kit.detection.personal.odds import CAP, CARRIED, DEPTH, FIRST, Odds, critical_value
from supervision_kit.detection.personal.quantiles import find_quantile
from supervision_kit.detection.personal.sample import spread_evenly
from supervision_kit.detection.personal.side_by_side import Task
from supervision_kit.detection.personal.tails import share_below

SRS = Form(1.0, 0.0, 40.0)
SPREADS, WEIGHTS = np.array([1.0, 1.6, 2.6]), np.array([0.3, 0.5, 0.2])


def people(*, level=36.0, between=2.5, sigma=SPREADS, weight=WEIGHTS, carry=0.0, dip=0.0, growth=None, n_sessions=12):
    return People(
        level=np.array([level]),
        between=np.array([between]),
        carry=np.array([carry]),
        sigma=np.array(sigma)[:, None],
        weight=np.array(weight)[:, None],
        growth=np.zeros((n_sessions, 1)) if growth is None else np.array(growth)[:, None],
        dip=np.array([dip]),
        fall=np.zeros(1),
    )


def foreseen(x, form, who):
    lower, upper = form.interval(np.asarray(x, dtype=float))
    return list(foresee(lower.T, upper.T, who))


# -- the filter --------------------------------------------------------------------------------------------------------


def tails_by_summation(series, *, level, between):
    """Half the chance of the same rating and all of the chance of a lower one, by summing over levels and spreads."""
    levels = level + between * np.linspace(-6, 6, 1201)
    chance = {
        (m, s): stats.norm.pdf(m, level, between) * w for m in levels for s, w in zip(SPREADS, WEIGHTS, strict=True)
    }
    tails = []
    for rating in series:
        low = -np.inf if rating == 0 else rating - 0.5
        high = np.inf if rating == 40 else rating + 0.5
        m, s = np.array(list(chance)).T
        weight = np.array(list(chance.values()))
        below, up_to = stats.norm.cdf(low, m, s), stats.norm.cdf(high, m, s)
        tails.append((weight * (below + up_to) / 2).sum() / weight.sum())
        chance = dict(zip(chance, weight * (up_to - below), strict=True))
    return tails


@pytest.mark.parametrize(
    "series", [[38, 40, 40, 39, 40, 33, 40, 38], [36, 35, 37, 36, 36, 35, 31, 36], [40, 40, 40, 40, 40, 40, 37, 36]]
)
def test_the_filter_agrees_with_summation_where_ratings_are_rounded_and_cut(series):
    expected = tails_by_summation(series, level=36.0, between=2.5)
    tails = [float(one.tail[0]) for one in foreseen([series], SRS, people())]
    assert stats.norm.ppf(tails) == pytest.approx(stats.norm.ppf(expected), abs=0.03)


def test_the_filter_agrees_with_exact_conditioning_where_deviations_carry_over():
    # one spread, no steps: all ratings are jointly normal, and each is normal given those before
    sigma, between, carry, growth = 1.5, 2.0, 0.3, np.array([-2, -1, -0.5, 0, 0, 0.0])
    y = np.array([34.0, 36.2, 35.1, 37.0, 31.5, 36.0])
    lag = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    cov = between**2 + sigma**2 * carry**lag
    mean = 36 + growth
    who = people(between=between, sigma=[sigma], weight=[1.0], carry=carry, growth=growth, n_sessions=6)
    for t, one in enumerate(foreseen([y], Form(), who)):
        before = np.linalg.solve(cov[:t, :t], cov[:t, t]) if t else np.empty(0)
        foreseen_mean = mean[t] + before @ (y[:t] - mean[:t])
        foreseen_sd = np.sqrt(cov[t, t] - before @ cov[:t, t])
        assert one.mean[0, 0] == pytest.approx(foreseen_mean)
        assert 1 / one.per_sd[0, 0] == pytest.approx(foreseen_sd)
        assert one.tail[0] == pytest.approx(stats.norm.cdf(y[t], foreseen_mean, foreseen_sd))


def test_a_low_rating_that_may_be_a_dip_moves_the_level_only_as_far_as_it_may_not_be():
    # spread 1, levels N(36, 2²), ratings 36, 36, 31: before the third the level is N(36, 4/9), the rating N(36, 13/9)
    dip = 0.1
    who = people(between=2.0, sigma=[1.0], weight=[1.0], dip=dip)
    usual = (1 - dip) * stats.norm.pdf(31, 36, np.sqrt(13 / 9))
    in_dip = dip * stats.norm.pdf(31, 36 - DIP, np.sqrt(13 / 9 + 1))
    p = usual / (usual + in_dip)
    one = foreseen([[36.0, 36.0, 31.0, 36.0]], Form(), who)
    assert one[2].likelihood[0] == pytest.approx(usual + in_dip)
    assert one[3].mean[0, 0] == pytest.approx(36 + p * (4 / 13) * -5)  # gain 4/9 over 13/9


def test_a_rating_further_off_than_any_spread_explains_is_taken_for_a_dip():
    # 35 within-person SD down; the next rating is foreseen as if it had not been
    one = foreseen([[36.0, 36.5, 35.5, 36.0, 1.0, 36.0]], Form(), people(sigma=[1.0], weight=[1.0], dip=0.005))
    assert one[5].mean[0, 0] == pytest.approx(one[4].mean[0, 0], abs=0.01)


def test_the_share_below_is_that_of_the_normal_distribution():
    z = np.linspace(-8, 8, 4001)
    found, exact = share_below(z, np.exp(-z * z / 2)), special.ndtr(z)
    assert found == pytest.approx(exact, abs=2e-9)
    is_judged = np.abs(z) < 7  # rarer ratings are all alike, see RAREST
    assert stats.norm.ppf(found[is_judged]) == pytest.approx(z[is_judged], abs=1e-4)


# -- the form ----------------------------------------------------------------------------------------------------------


@given(
    y=st.floats(-5, 50),
    softness=st.sampled_from([0.0, 0.5, 2.0]),
    form=st.sampled_from([SRS, Form(0.1, 0, 40), Form(1 / 12, 1, 5), Form(0.25, 1, 5)]),
)
def test_a_latent_rating_lies_in_the_interval_of_the_score_that_the_form_shows(y, softness, form):
    shown = form.fill_in(np.array([y]), softness=softness)
    lower, upper = form.interval(shown, softness=softness)
    assert lower[0] - 1e-6 <= y <= upper[0] + 1e-6


def test_ratings_come_out_rounded_to_the_steps_and_cut_at_the_ends():
    latent = np.array([0.2, 1.06, 3.3, 4.97, 7.0])
    assert Form(0.25, 1, 5).fill_in(latent) == pytest.approx([1, 1, 3.25, 5, 5])


# -- the odds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("carry", [0.0, 0.3])
def test_critical_values_are_exceeded_as_often_as_asked(carry):
    rng = np.random.default_rng(4)
    d1 = DEPTH / np.sqrt(1 - carry**2)
    d2 = d1 * (1 - carry / 2)
    held = np.zeros(400_000)
    for t in range(12):
        z = rng.normal(size=len(held))
        odds = np.exp(d1 * z - d1**2 / 2) + CARRIED * held * np.exp(d2 * z - d2**2 / 2)
        for rate in (0.01, 0.05):
            if t > FIRST:
                critical = critical_value(rate, carry, t)
                assert (np.log(odds) > critical).mean() == pytest.approx(rate, rel=0.06)  # four standard errors at 1 %
        if t >= FIRST:
            held = np.minimum(odds, CAP)


@given(held=st.floats(1e-6, CAP), critical=st.floats(0.7, 2.5), carry=st.sampled_from([0.0, 0.15, 0.3]))
def test_the_score_needed_is_where_the_odds_reach_the_critical_value(held, critical, carry):
    odds = Odds(carry)
    needed = odds.needed(critical, np.array([held]))
    assert np.log(odds.of(needed, np.array([held])))[0] == pytest.approx(critical, abs=1e-5)


def test_the_limit_is_the_quantile_of_what_was_foreseen():
    one = foreseen([[36.0, 38.0, 33.0, 36.0, 36.0]], Form(), people())[4]
    for z in (1.0, 2.0, 2.6):

        def too_many(y, z=z):
            return (one.weight[:, 0] * stats.norm.cdf(y, one.mean[:, 0], 1 / one.per_sd[:, 0])).sum() - stats.norm.sf(z)

        assert find_quantile(one, np.array([z]))[0] == pytest.approx(optimize.brentq(too_many, 0, 60), abs=2e-4)


@pytest.mark.parametrize("step", [0.0, 0.25, 2.0])
def test_single_precision_judges_as_double_precision_does(monkeypatch, step):
    prior = replace(PRIOR, step=step)
    x = prior.draw(np.full(2000, 12), rng=np.random.default_rng(22))
    x[::7, 6:] -= 12
    x[3, 8], x[4, 8] = 130.0, -60.0  # further off than single precision reaches
    single = judge_ratings(x, prior=prior, rate=0.02, since=-1)
    monkeypatch.setattr(side_by_side, "MOST_SPREADS", 0)
    double = judge_ratings(x, prior=prior, rate=0.02, since=-1)
    for one, other in zip(single, double, strict=True):
        np.testing.assert_allclose(one, other, atol=3e-3)
        assert np.nanquantile(np.abs(one - other), 0.99) < 1e-4


def test_series_of_several_kinds_are_judged_together_as_each_kind_alone():
    others = replace(
        PRIOR, level=30.0, spreads=(2.0,), weights=(1.0,), autocorrelation=0.3, growth=(-1.0, 0.0), step=1.0
    )
    wide = replace(PRIOR, between=5000.0)  # is judged in double precision
    rng = np.random.default_rng(24)
    tasks = [
        Task(prior.draw(np.full(n, longest), rng=rng), prior, since)
        for prior, n, longest, since in [(PRIOR, 5, 7, 3), (others, 1, 12, 7), (wide, 3, 9, -1), (PRIOR, 4, 12, 7)]
    ]
    tasks[0].ratings[1, 5], tasks[3].ratings[2, 9:] = -100.0, np.nan
    for task, together in zip(tasks, judge_together(tasks, rate=0.02), strict=True):
        alone = judge_ratings(task.ratings, prior=task.prior, rate=0.02, since=task.since)
        for one, other in zip(together, alone, strict=True):
            np.testing.assert_array_equal(one, other)


@given(
    st.lists(st.none() | st.integers(0, 5), max_size=40),
    st.integers(1, 12),
)
def test_series_to_learn_from_are_evenly_many_of_all_in_the_order_of_their_values(values, most):
    place = np.array([np.nan if value is None else value for value in values])
    sorted_all = [at for at in np.argsort(place, kind="stable") if not np.isnan(place[at])]
    if len(sorted_all) > most:
        sorted_all = [sorted_all[int(rank)] for rank in np.linspace(0, len(sorted_all) - 1, most)]
    assert spread_evenly(place, most=most).tolist() == sorted_all


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_nodes_of_masses_along_a_normal_density_are_those_of_gauss_and_hermite(n):
    at = np.linspace(-9, 9, 2001)
    nodes, weights = gauss_nodes(at, stats.norm.pdf(at) * (at[1] - at[0]), n)
    hermite, shares = np.polynomial.hermite_e.hermegauss(n)
    np.testing.assert_allclose(nodes, hermite, atol=1e-9)
    np.testing.assert_allclose(weights, shares / np.sqrt(2 * np.pi), atol=1e-9)


def test_two_nodes_for_three_equal_masses_are_worked_by_hand():
    # masses of 1/3 at −1, 0, 1: variance 2/3, no skewness, so ±√(2/3), a half each
    nodes, weights = gauss_nodes(np.array([-1.0, 0.0, 1.0]), np.full(3, 1 / 3), 2)
    np.testing.assert_allclose(nodes, [-np.sqrt(2 / 3), np.sqrt(2 / 3)])
    np.testing.assert_allclose(weights, [0.5, 0.5])


def test_spreads_that_lie_far_apart_are_all_kept_and_close_ones_are_judged_by_fewer(monkeypatch):
    assert on_few_nodes(PRIOR) is PRIOR
    close = replace(PRIOR, spreads=tuple(2 * np.exp(np.linspace(-0.29, 0.29, 7))), weights=tuple(np.full(7, 1 / 7)))
    few = on_few_nodes(close)
    assert len(few.spreads) == 5
    assert sum(few.weights) == pytest.approx(1)
    x = close.draw(np.full(500, 40), rng=np.random.default_rng(23))
    x[:250, 20:] -= 5
    by_few = judge_ratings(x, prior=close, rate=0.02, since=-1)
    monkeypatch.setattr(side_by_side, "on_few_nodes", lambda prior: prior)
    by_all = judge_ratings(x, prior=close, rate=0.02, since=-1)
    apart = np.abs(by_few[1] - by_all[1]) / 2
    assert np.nanquantile(apart, 0.99) < 0.01
    assert np.nanmax(apart) < 0.05


# -- what it promises --------------------------------------------------------------------------------------------------

PRIOR = sk.LimitsPrior(
    level=36,
    between=2.5,
    spreads=(1.0, 1.6, 2.6),
    weights=(0.3, 0.5, 0.2),
    autocorrelation=0.2,
    growth=(-2, -1.2, -0.7, -0.3, 0),
)
ON_FORM = replace(PRIOR, step=1.0, lowest=0.0, highest=40.0)


def share_marked(method, x):
    is_rupture = method.judge(x).is_rupture
    return np.nanmean(is_rupture[:, 3:], axis=0)


@pytest.mark.parametrize("prior", [PRIOR, ON_FORM], ids=["no steps", "whole points with a ceiling"])
@pytest.mark.parametrize("rate", [0.02, 0.1])
def test_with_the_right_prior_the_rate_holds_from_session_4_on(prior, rate):
    x = prior.draw(np.full(20_000, 12), rng=np.random.default_rng(11))
    shares = share_marked(sk.PersonalLimits(rate=rate, prior=prior), x)
    assert (shares > 0.8 * rate).all()
    assert (shares < 1.2 * rate).all()


def test_a_caseload_that_is_learnt_from_holds_the_rate_too():
    rng = np.random.default_rng(12)
    shares = [share_marked(sk.PersonalLimits(), PRIOR.draw(np.full(1000, 10), rng=rng)).mean() for _ in range(8)]
    assert np.mean(shares) == pytest.approx(0.02, rel=0.2)


def test_no_mark_depends_on_a_later_column_in_blocks_of_any_width():
    rng = np.random.default_rng(13)
    wide, narrow = PRIOR.draw(np.full(30, 19), rng=rng), PRIOR.draw(np.full(50, 9), rng=rng)
    wide[rng.random(wide.shape) < 0.05] = np.nan
    method = sk.PersonalLimits(rate=0.1)
    whole = method.learn_from([wide, narrow])
    for t in (4, 7, 8, 12, 16, 18):
        cut = method.learn_from([wide[:, :t], narrow[:, :t]])
        for x in (wide, narrow):
            for name in ("is_rupture", "limit", "evidence"):
                np.testing.assert_array_equal(getattr(cut.judge(x[:, :t]), name), getattr(whole.judge(x), name)[:, :t])


def test_with_a_prior_an_empty_row_is_as_good_as_none():
    x = PRIOR.draw(np.full(200, 9), rng=np.random.default_rng(21))
    gapped = np.insert(x, 5, np.nan, axis=1)
    gapped[::2, 5:9] = gapped[::2, 6:]  # in every other series the gap comes last
    gapped[::2, 9] = np.nan
    method = sk.PersonalLimits(rate=0.1, prior=PRIOR)
    with_gap, without = method.judge(gapped), method.judge(x)
    for name in ("is_rupture", "limit", "evidence"):
        found = getattr(with_gap, name)
        np.testing.assert_array_equal(found[::2, :9], getattr(without, name)[::2])
        np.testing.assert_array_equal(np.delete(found[1::2], 5, axis=1), getattr(without, name)[1::2])


def test_the_order_of_the_series_does_not_matter():
    x = PRIOR.draw(np.full(400, 9), rng=np.random.default_rng(14))
    turned = np.random.default_rng(1).permutation(400)
    method = sk.PersonalLimits(rate=0.1)
    np.testing.assert_array_equal(method.judge(x[turned]).is_rupture, method.judge(x).is_rupture[turned])


def test_another_unit_changes_no_mark_where_the_scale_is_not_registered():
    x = PRIOR.draw(np.full(40, 12), rng=np.random.default_rng(15))
    method = sk.PersonalLimits(rate=0.1)
    np.testing.assert_array_equal(method.judge(2.5 * x - 7).is_rupture, method.judge(x).is_rupture)


def test_no_limit_lies_beyond_the_scale_and_top_marks_are_never_marked():
    x = replace(ON_FORM, level=41).draw(np.full(300, 12), rng=np.random.default_rng(16))
    judgement = sk.PersonalLimits(rate=0.1, prior=replace(ON_FORM, level=41)).judge(x)
    assert np.nanmax(judgement.limit) <= 40
    assert np.nanmin(judgement.limit) >= 0
    assert not (judgement.is_rupture[x == 40] == 1).any()
    assert np.nanmax(judgement.expected) <= 40


# -- what it learns ----------------------------------------------------------------------------------------------------


def as_scores(series, x):
    import pandas as pd

    return pd.concat([series(*row, case_id=f"C{i}") for i, row in enumerate(x)])


def test_what_drew_the_ratings_is_recovered(series):
    x = ON_FORM.draw(np.full(300, 16), rng=np.random.default_rng(17))
    learnt = sk.learn_prior(as_scores(series, x).assign(instrument="srs"), instrument="srs", scale="total")
    assert learnt.level == pytest.approx(36, abs=0.6)
    assert learnt.between == pytest.approx(2.5, rel=0.2)
    assert learnt.typical_spread == pytest.approx(PRIOR.typical_spread, rel=0.1)
    assert learnt.autocorrelation == pytest.approx(0.2, abs=0.07)
    assert learnt.growth[0] - learnt.growth[10] == pytest.approx(-2, abs=0.5)
    assert (learnt.step, learnt.lowest, learnt.highest) == (1.0, 0.0, 40.0)  # tenths are possible, nobody used them


@pytest.mark.parametrize(("instrument", "used"), [("wai_sr", 1 / 12), ("wai", 1 / 36), ("srs", 1.0), ("core10", 1.0)])
def test_only_marks_on_lines_may_have_been_made_in_whole_points(instrument, used):
    from supervision_kit.instruments import find_scale

    form = Form.of(find_scale(instrument, "total"))
    assert form.as_used(np.array([[4.0, 4.0, 4.0, 3.0]])).step == pytest.approx(used)


def test_a_client_who_always_answers_four_is_not_taken_for_one_who_cannot_answer_between(series):
    flat, fine = (4, 4, 4, 4, 4, 3.5, 3.25, 4), (4, 4, 4, 3.917, 4, 3.5, 3.25, 4)
    marks = [sk.mark_sessions(series(*row, instrument="wai_sr"), method="personal_limits") for row in (flat, fine)]
    tails = [stats.norm.sf(one["evidence"].to_numpy(dtype=float)[5]) for one in marks]
    assert tails[0] == pytest.approx(tails[1], rel=1)
    assert max(tails) < 0.05


def test_a_scale_with_norms_is_expected_to_be_rated_like_them():
    from supervision_kit.detection.personal.fitting import guess_of
    from supervision_kit.instruments import Provenance
    from supervision_kit.instruments.instrument import Norms

    norms = Norms("people in treatment", 70.0, 10.0, Provenance("kit"), reliability=0.36)
    guess = guess_of(np.array([[70.0, 71.0]]), Form(1.0, 0.0, 100.0, norms=norms))
    # measurement error 10 √(1 − .36) = 8, more than the usual 6.5; 10² − 8² = 6²
    assert guess.centre[0] == 70
    assert np.exp(guess.centre[1:3]) == pytest.approx([6, 8])


def test_ruptures_in_the_caseload_hardly_widen_the_spread():
    rng = np.random.default_rng(18)
    x = PRIOR.draw(np.full(300, 16), rng=rng)
    ruptured = x.copy()
    ruptured[:100, 8:] -= 4  # a third fall by two and a half typical spreads, for good
    ruptured[100:200, 5] -= 4  # another third for one session
    calm, shaken = (sk.PersonalLimits().learn_from([part]).learnt[-1][1].typical_spread for part in (x, ruptured))
    plain = np.exp(np.log(ruptured.std(axis=1)).mean()) / np.exp(np.log(x.std(axis=1)).mean())
    assert shaken / calm < 1.1 < plain


def test_one_case_alone_is_judged_by_what_others_showed():
    case = np.array([[34.0, 35, 36, 36, 37, 36, 30, 31, 36, 37]])
    alone = sk.PersonalLimits(prior=ON_FORM).judge(case)
    assert np.flatnonzero(alone.is_rupture[0] == 1).tolist() == [6, 7]
    assert stats.norm.sf(alone.evidence[0, 6]) < 0.01


def test_a_mark_is_explained_with_the_chance_of_such_a_rating():
    words = sk.PersonalLimits().explain(score=3.1, expected=4.2, limit=3.7, evidence=2.0)
    assert "3.1 lies 1.1 points below the expected 4.2" in words
    assert "22.75 times in 1000" in words  # 1 - Φ(2) = .02275
    assert "below 3.7 are marked" in words


def test_looking_back_judges_all_sessions_and_holds_the_rate_with_the_right_prior():
    method = sk.PersonalLimits(retrospective=True, prior=replace(PRIOR, autocorrelation=0.0))
    assert not method.is_prospective
    x = method.prior.draw(np.full(6000, 10), rng=np.random.default_rng(19))
    is_rupture = method.judge(x).is_rupture
    assert not np.isnan(is_rupture).any()
    assert is_rupture.mean() == pytest.approx(0.9 * 0.02, rel=0.2)  # two standard errors of both simulations


def test_looking_back_sees_a_fall_in_the_first_sessions():
    x = np.array([[31.0, 31, 36, 37, 36, 37, 36, 36, 37, 36]])
    assert np.flatnonzero(sk.PersonalLimits(retrospective=True, prior=ON_FORM).judge(x).is_rupture[0]).tolist() == [
        0,
        1,
    ]


# -- what it cannot tell -----------------------------------------------------------------------------------------------


def test_the_first_three_ratings_and_those_that_are_all_the_same_cannot_be_judged_but_have_a_tail():
    judgement = sk.PersonalLimits(prior=ON_FORM).judge(np.array([[36.0, 36, 36, 36, 36, 30], [36, 33, 36, 36, 36, 30]]))
    assert np.isnan(judgement.is_rupture).tolist() == [[True] * 5 + [False], [True] * 3 + [False] * 3]
    assert (judgement.is_rupture[:, 5] == 1).all()
    assert not np.isnan(judgement.evidence).any()


def test_it_is_told_apart_why_a_rating_that_comes_too_early_or_after_equal_ones_cannot_be_judged(series):
    marks = sk.mark_sessions(series(4, 4, 4, 4, 4, 3, instrument="wai_sr"), method="personal_limits")
    assert marks["note"].to_list() == [
        *["fewer than 3 ratings before it"] * 3,
        *["all ratings so far are the same"] * 2,
        "",
    ]
    assert marks["evidence"].notna().to_list() == [False] * 3 + [True] * 3


ODD = np.random.default_rng(20)
ODD_SERIES = {
    "one rating differs": np.where(np.arange(45).reshape(5, 9) == 40, 3.0, 4.0),
    "all at the top but one": np.where(np.arange(80).reshape(10, 8) == 45, 20.0, 40.0),
    "one or two ratings each": np.where(ODD.random((30, 10)) < 0.9, np.nan, 35.0),
    "only the ends": ODD.choice([0.0, 40.0], size=(40, 12)),
    "two sessions": np.array([[4.0, 3.0]]),
    "far from 0": 1e9 + ODD.normal(size=(20, 10)),
    "one long series": ODD.normal(35, 2, size=(1, 130)),
}


@pytest.mark.parametrize("x", ODD_SERIES.values(), ids=ODD_SERIES)
@pytest.mark.parametrize("form", [Form(), SRS, Form(1 / 12, 1, 5)], ids=["no form", "srs", "wai_sr"])
@pytest.mark.parametrize("retrospective", [False, True])
def test_odd_series_are_judged_without_a_hole(x, form, retrospective):
    judgement = sk.PersonalLimits(form=form, retrospective=retrospective).judge(x)
    judged = ~np.isnan(judgement.is_rupture)
    for part in (judgement.expected, judgement.limit, judgement.evidence):
        assert np.isfinite(part[judged]).all()


@pytest.mark.parametrize("rate", [0, 0.5, -1, float("nan")])
def test_a_rate_that_cannot_be_held_is_refused(rate):
    with pytest.raises(sk.SettingError, match="rate"):
        sk.PersonalLimits(rate=rate)


@pytest.mark.parametrize(
    "wrong",
    [{"between": 0}, {"spreads": (1.0, -1.0, 2.0)}, {"weights": (0.5, 0.6, 0.1)}, {"autocorrelation": 1}, {"step": -1}],
)
def test_a_prior_that_cannot_be_is_refused(wrong):
    with pytest.raises(sk.SettingError, match=next(iter(wrong))):
        replace(PRIOR, **wrong)


def test_even_one_session_each_gives_a_prior(series):
    prior = sk.learn_prior(as_scores(series, np.array([[3.5], [4.0], [4.5]])), instrument="wai_sr", scale="total")
    assert prior.level == pytest.approx(4, abs=0.3)
    assert prior.between > 0


def test_what_ratings_taught_is_remembered_for_no_others():
    x = np.random.default_rng(7).normal(4, 0.5, size=(8, 12))
    first = learn_in_turn([x], Form())
    assert learn_in_turn([x.reshape(12, 8)], Form()) != first  # the same numbers, of other people
    x[0, 0] -= 2  # the very table, changed since
    assert learn_in_turn([x], Form()) != first


def test_a_scale_that_nobody_rated_cannot_be_learnt_from(series):
    with pytest.raises(sk.UnknownNameError):
        sk.learn_prior(series(4, 4, 5), instrument="srs", scale="bond")
