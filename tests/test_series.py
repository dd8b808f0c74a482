import numpy as np
import pandas as pd
import pytest

from supervision_kit.series import column_of, iter_blocks
from supervision_kit.tables import SCORES
from supervision_kit.threads import work_through


def blocks_of(scores, chosen=None):
    checked, ordering = SCORES.check_in_order(scores)
    return column_of(checked["score"]), list(iter_blocks(ordering, chosen))


def many_series(n, length):
    """Scores of `n` series, all different, `length` of a number in turn, with no column of text built row by row."""
    lengths = np.resize(length, n)
    case = np.repeat(np.arange(n), lengths)
    return pd.DataFrame(
        {
            "case_id": case,
            "rater": "client",
            "instrument": "wai_sr",
            "scale": "total",
            "session": np.concatenate([np.arange(1, one + 1) for one in lengths]),
            "score": np.arange(len(case)) / 7,
        }
    )


def test_ratings_are_laid_out_in_session_order_whatever_the_order_of_the_rows(series):
    score, (block,) = blocks_of(
        pd.concat([series(4.0, 3.0, 2.0), series(1.0, 5.0, case_id="C2")]).iloc[[2, 4, 0, 3, 1]]
    )
    np.testing.assert_array_equal(block.matrix(score), [[4.0, 3.0, 2.0], [1.0, 5.0, np.nan]])


def test_one_series_alone_gets_a_row_of_nothing_beside_it(series):
    score, (block,) = blocks_of(series(4.0, 3.0))
    assert block.n_series == 1
    np.testing.assert_array_equal(block.matrix(score), [[4.0, 3.0], [np.nan, np.nan]])


def test_a_gap_in_the_numbering_takes_no_column_and_a_missing_score_keeps_its_own(series):
    score, (block,) = blocks_of(series(4.0, None, 2.0, sessions=[1, 5, 1_000_000]))
    np.testing.assert_array_equal(block.matrix(score)[:1], [[4.0, np.nan, 2.0]])


def assert_every_row_comes_back_to_its_place(scores):
    score, blocks = blocks_of(scores)
    times, back = np.zeros(len(score)), np.full(len(score), np.nan)
    for block in blocks:
        times[block.rows] += 1
        block.put(block.matrix(score), back)
    assert (times == 1).all()
    np.testing.assert_array_equal(back, score)
    return blocks


def test_every_row_stands_in_exactly_one_block_and_comes_back_to_its_place():
    scores = many_series(8, [1, 2, 3, 4, 5, 8, 9, 30])
    assert len(assert_every_row_comes_back_to_its_place(scores)) == 1
    assert_every_row_comes_back_to_its_place(scores.sample(frac=1, random_state=3))


def test_many_series_are_cut_into_blocks_and_every_row_comes_back_to_its_place():
    for lengths in ([12], [1, 2, 3, 4, 5, 8, 9, 30]):
        scores = many_series(12_000, lengths)
        assert len(assert_every_row_comes_back_to_its_place(scores)) > 1
        assert len(assert_every_row_comes_back_to_its_place(scores.sample(frac=1, random_state=3))) > 1


def test_many_series_that_share_a_matrix_are_at_most_twice_as_long_as_one_another():
    scores = many_series(12_000, [1, 3, 40, 200])
    _, blocks = blocks_of(scores)
    assert sum(block.n_series * block.n_columns for block in blocks) <= 2 * len(scores)
    assert all(block.length.max() <= 2 * block.length.min() for block in blocks)


def test_only_the_chosen_series_are_laid_out(series):
    scores = pd.concat([series(4.0, 3.0), series(1.0, case_id="C2"), series(5.0, 2.0, case_id="C3")])
    score, (block,) = blocks_of(scores, np.array([True, False, True]))
    np.testing.assert_array_equal(block.matrix(score), [[4.0, 3.0], [5.0, 2.0]])
    assert blocks_of(scores, np.array([False, False, False]))[1] == []


def test_an_error_in_one_of_many_blocks_is_not_lost():
    _, blocks = blocks_of(many_series(12_000, [12]))

    def fail_at_the_last(block):
        if block is blocks[-1]:
            raise ArithmeticError("the last")

    with pytest.raises(ArithmeticError, match="the last"):
        work_through(blocks, fail_at_the_last, n_rows=144_000)


def test_an_empty_table_has_no_blocks(series):
    assert blocks_of(series())[1] == []
