"""Every expected value is worked by hand from the scoring keys."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import supervision_kit as sk
from supervision_kit.scoring import turn_answers

BLANK = None


def form(instrument, *answers, session=1, rater="client"):
    return pd.DataFrame(
        {
            "case_id": "C1",
            "rater": rater,
            "instrument": instrument,
            "session": session,
            "item": range(1, len(answers) + 1),
            "response": pd.array(answers, dtype="Float64").astype("float64"),
        }
    )


def scores_of(*forms):
    return sk.score_responses(pd.concat(forms)).set_index("scale")["score"]


def test_wai_sr_scales_are_item_means_of_their_own_items():
    # task 1 2 10 12: 5+4+1+4 = 14; bond 3 5 7 9: 3+1+4+2 = 10; goal 4 6 8 11: 2+5+3+5 = 15; all: 39 of 12 items
    scores = scores_of(form("wai_sr", 5, 4, 3, 2, 1, 5, 4, 3, 2, 1, 5, 4))
    assert scores.to_dict() == {"task": 3.5, "bond": 2.5, "goal": 3.75, "total": 3.25}


def test_wai_sr_needs_three_quarters_of_the_items():
    # nine answered of twelve: total from 9 items (sum 36); task lacks 1 and 2, bond lacks 3, goal is whole
    scores = scores_of(form("wai_sr", BLANK, BLANK, BLANK, *[4] * 9))
    assert scores["total"] == 4
    assert scores["bond"] == 4
    assert scores["goal"] == 4
    assert pd.isna(scores["task"])


def test_wai_sr_with_four_blanks_has_no_total():
    assert pd.isna(scores_of(form("wai_sr", *[BLANK] * 4, *[4] * 8))["total"])


def test_srs_is_the_sum_of_four_lines():
    assert scores_of(form("srs", 9.1, 8.0, 8.5, 9.0))["total"] == 34.6


def test_a_sum_of_tenths_comes_out_as_written():
    # in binary, 9.1 + 9.1 + 9.1 + 8.3 is 35.599999999999994
    assert scores_of(form("srs", 9.1, 9.1, 9.1, 8.3))["total"] == 35.6


def test_srs_and_ors_with_one_line_missing_have_no_score():
    assert pd.isna(scores_of(form("srs", 9, 9, BLANK, 9))["total"])
    assert pd.isna(scores_of(form("ors", BLANK, 9, 9, 9))["total"])


def test_ors_is_the_sum_of_four_lines():
    assert scores_of(form("ors", 5.5, 4.0, 6.2, 3.3))["total"] == 19.0


def test_phq9_with_two_blanks_is_prorated_and_with_three_has_no_score():
    # seven answered items of 2 and 1: 2+2+2+2+1+1+1 = 11, 11/7 × 9 = 14.142857
    assert scores_of(form("phq9", 2, 2, 2, 2, 1, 1, 1, BLANK, BLANK))["total"] == pytest.approx(99 / 7)
    assert pd.isna(scores_of(form("phq9", 2, 2, 2, 2, 1, 1, BLANK, BLANK, BLANK))["total"])


def test_gad7_with_one_blank_is_prorated():
    assert scores_of(form("gad7", 2, 2, 2, 1, 1, 1, BLANK))["total"] == 10.5  # 9/6 × 7


def test_core10_turns_items_two_and_three():
    assert scores_of(form("core10", *[0] * 10))["total"] == 8  # items 2 and 3 become 4 each
    assert scores_of(form("core10", 0, 4, 4, *[0] * 7))["total"] == 0


def test_core10_with_one_blank_is_ten_times_the_mean():
    # item 2 = 4 → 0, item 3 = 0 → 4, seven items of 2 = 14: 18 over nine items, mean 2
    assert scores_of(form("core10", BLANK, 4, 0, *[2] * 7))["total"] == 20


@pytest.mark.parametrize("instrument", sk.INSTRUMENTS.values(), ids=sk.INSTRUMENTS)
def test_an_unanswered_form_is_missing_and_keeps_its_row(instrument):
    scores = sk.score_responses(form(instrument.key, *[BLANK] * instrument.n_items))
    assert len(scores) == len(instrument.scales)
    assert scores["score"].isna().all()
    assert (scores["n_answered"] == 0).all()


@pytest.mark.parametrize("instrument", sk.INSTRUMENTS.values(), ids=sk.INSTRUMENTS)
def test_the_lowest_and_the_highest_form_reach_the_ends_of_the_scale(instrument):
    ends = [
        (item.highest, item.lowest) if item.is_reversed else (item.lowest, item.highest) for item in instrument.items
    ]
    lowest, highest = (sk.score_responses(form(instrument.key, *answers)) for answers in zip(*ends, strict=True))
    conditional = {item.number for item in instrument.items if item.only_where}
    for scale in (each for each in instrument.scales.values() if not conditional & set(each.items)):
        assert lowest.set_index("scale")["score"][scale.key] == scale.lowest
        assert highest.set_index("scale")["score"][scale.key] == scale.highest


def test_therapist_date_and_counts_come_along():
    answers = form("srs", 9, 9, 9, 9).assign(therapist_id="T1", date="2025-02-03")
    row = sk.score_responses(answers).iloc[0]
    assert (row["therapist_id"], str(row["date"].date()), row["n_answered"], row["n_items"]) == (
        "T1",
        "2025-02-03",
        4,
        4,
    )


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (form("wai_sr", 6, *[4] * 11), "1 response.s. that are not whole numbers from 1 to 5"),
        (form("wai_sr", 3.5, *[4] * 11), "1 response.s. that are not whole numbers from 1 to 5"),
        (form("srs", -1, 11, 9, 9), "2 response.s. that are not numbers from 0 to 10"),
        (form("srs", 9, 9, 9, 9, 9), "1 item number.s. outside 1 to 4"),
    ],
)
def test_answers_that_the_form_does_not_have_are_refused(answers, message):
    with pytest.raises(sk.TableError, match=message):
        sk.score_responses(answers)


def test_an_unknown_instrument_is_refused_with_the_nearest_name():
    with pytest.raises(sk.UnknownNameError, match="Did you mean 'wai_sr'"):
        sk.score_responses(form("wai_srs", 4))


def test_no_responses_give_no_scores():
    assert sk.score_responses(form("srs")).empty


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ((2, 1, 1, 1), "1 response.s. that are not whole numbers from 0 to 1 .item 1., whole numbers from 1 to 5"),
        ((1, 0, 1, 1), "1 response.s. that are not whole numbers"),
        ((0.5, 3, 3, 3), "1 response.s. that are not whole numbers"),
    ],
)
def test_each_item_is_held_against_its_own_answers(answers, message):
    with pytest.raises(sk.TableError, match=message):
        sk.score_responses(form("psq_rupture", *answers))


INSTRUMENTS = st.sampled_from(list(sk.INSTRUMENTS.values()))


@st.composite
def filled_forms(draw):
    """An instrument and up to four forms of it, with blanks, every answer one that the form allows."""
    instrument = draw(INSTRUMENTS)

    def answer(item):
        if instrument.whole_numbers:
            return st.none() | st.integers(int(item.lowest), int(item.highest))
        return st.none() | st.integers(int(item.lowest * 10), int(item.highest * 10)).map(lambda tenths: tenths / 10)

    forms = draw(st.lists(st.tuples(*map(answer, instrument.items)), min_size=1, max_size=4))
    return instrument, pd.concat(form(instrument.key, *each, session=n) for n, each in enumerate(forms, start=1))


@given(filled_forms())
def test_every_score_lies_in_its_range_and_rests_on_enough_answers(forms):
    instrument, responses = forms
    for row in sk.score_responses(responses).itertuples():
        scale = instrument.scales[row.scale]
        assert row.n_items == len(scale.items)
        if pd.notna(row.score):
            assert scale.lowest <= row.score <= scale.highest
            assert row.n_answered >= scale.fewest_answered
        elif not instrument.impute_from:
            assert row.n_answered < scale.fewest_answered


@given(filled_forms(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(forms, random):
    _, responses = forms
    order = list(range(len(responses)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(sk.score_responses(responses), sk.score_responses(responses.iloc[order]))


@given(filled_forms())
def test_turning_the_reversed_items_twice_changes_nothing(forms):
    instrument, responses = forms
    answers = responses["response"].to_numpy().reshape(-1, instrument.n_items)
    turned = turn_answers(answers, instrument)
    np.testing.assert_allclose(turn_answers(turned, instrument), answers)
    untouched = [item.number - 1 for item in instrument.items if not item.is_reversed]
    np.testing.assert_array_equal(turned[:, untouched], answers[:, untouched])
