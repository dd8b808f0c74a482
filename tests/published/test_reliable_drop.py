"""The numbers that go with Jacobson & Truax (1991): SD 7.5, r .80, SEM 3.3541, S_diff 4.7434."""

import numpy as np
import pytest

import supervision_kit as sk

RULE = sk.ReliableDrop(sd=7.5, reliability=0.8, min_drop=0)


def test_the_standard_error_of_a_difference():
    assert RULE.standard_error == pytest.approx(4.7434, abs=5e-5)


def test_a_fall_of_fifteen_points_is_3_162_standard_errors():
    # 32.5 and 47.5 in the paper, there as a rise
    assert RULE.judge(np.array([[47.5, 32.5]])).evidence[0, 1] == pytest.approx(3.162, abs=5e-4)


def test_a_fall_is_reliable_from_1_96_standard_errors_on():
    # 1.96 · 4.7434 = 9.2971 points
    judgement = RULE.judge(np.array([[40.0, 30.71, 40.0, 30.7]]))
    assert judgement.limit[0] == pytest.approx([np.nan, 30.7029, 21.4129, 30.7029], abs=1e-4, nan_ok=True)
    assert judgement.is_rupture[0, 1:].tolist() == [0, 0, 1]
