"""Every instrument scores as its forms were worked by hand, also at the edge of the missing rule."""

import tomllib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk

WORKED = tomllib.loads((Path(__file__).parent / "worked_forms.toml").read_text(encoding="utf-8"))
FORMS = [(key, worked) for key, forms in WORKED.items() for worked in forms]


def answers_of(worked):
    return [np.nan if answer == "-" else float(answer) for answer in worked["answers"].split()]


def responses(key, answers):
    about = {"case_id": "C1", "rater": sk.INSTRUMENTS[key].raters[0], "instrument": key, "session": 1}
    return pd.DataFrame({**about, "item": range(1, len(answers) + 1), "response": answers})


@pytest.mark.parametrize(("key", "worked"), FORMS, ids=[f"{key}: {worked['form']}" for key, worked in FORMS])
def test_a_form_scores_as_worked_by_hand(key, worked):
    answers = answers_of(worked)
    assert len(answers) == sk.INSTRUMENTS[key].n_items
    scores = sk.score_responses(responses(key, answers)).set_index("scale")
    assert set(scores.index) == set(worked["scores"])
    for scale, expected in worked["scores"].items():
        if expected == "none":
            assert pd.isna(scores["score"][scale]), scale
        else:
            assert scores["score"][scale] == pytest.approx(float(Fraction(str(expected))), abs=1e-9), scale


@pytest.mark.parametrize("key", sk.INSTRUMENTS)
def test_every_instrument_has_a_form_with_every_score_and_one_with_a_blank_too_many(key):
    assert any("none" not in worked["scores"].values() for worked in WORKED[key])
    assert any("-" in worked["answers"] and "none" in worked["scores"].values() for worked in WORKED[key])


@pytest.mark.parametrize("key", [key for key, one in sk.INSTRUMENTS.items() if one.kind != "rupture"])
def test_the_missing_rule_is_worked_at_its_edge(key):
    """With just enough answers, and with one too few. (The scales of rupture reports have one item each.)"""
    scales = sk.INSTRUMENTS[key].scales.values()
    n_answered = {
        (scale.key, int(np.isfinite([answers_of(worked)[item - 1] for item in scale.items]).sum()))
        for worked in WORKED[key]
        for scale in scales
    }
    assert any((scale.key, scale.fewest_answered) in n_answered for scale in scales)
    assert any((scale.key, scale.fewest_answered - 1) in n_answered for scale in scales)
