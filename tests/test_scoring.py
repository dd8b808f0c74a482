"""Every expected value is worked by hand from the scoring keys."""

import pandas as pd
import pytest

import supervision_kit as sk

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
