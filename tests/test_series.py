import numpy as np
import pandas as pd

from supervision_kit.series import iter_blocks


def test_ratings_are_laid_out_in_session_order_whatever_the_order_of_the_rows(series):
    scores = series(4.0, 3.0, 2.0).iloc[[2, 0, 1]].reset_index(drop=True)
    (block,) = iter_blocks(scores)
    np.testing.assert_array_equal(block.matrix(scores["score"]), [[4.0, 3.0, 2.0]])


def test_a_gap_in_the_numbering_takes_no_column_and_a_missing_score_keeps_its_own(series):
    scores = series(4.0, None, 2.0, sessions=[1, 5, 1_000_000])
    (block,) = iter_blocks(scores)
    np.testing.assert_array_equal(block.matrix(scores["score"]), [[4.0, np.nan, 2.0]])


def test_every_row_stands_in_exactly_one_block_and_comes_back_to_its_place(series):
    lengths = [1, 2, 3, 4, 5, 8, 9, 30]
    scores = pd.concat([series(*np.arange(n) / 7.0, case_id=f"C{n}") for n in lengths])
    scores = scores.sample(frac=1, random_state=3).reset_index(drop=True)
    back = np.full(len(scores), np.nan)
    for block in iter_blocks(scores):
        assert np.isnan(back[block.rows]).all()
        back[block.rows] = block.cells(block.matrix(scores["score"]))
    np.testing.assert_array_equal(back, scores["score"])


def test_series_that_share_a_matrix_are_at_most_twice_as_long_as_one_another(series):
    scores = pd.concat([series(*[4.0] * n, case_id=f"C{n}") for n in (1, 3, 40, 200)]).reset_index(drop=True)
    assert sum(block.n_series * block.n_columns for block in iter_blocks(scores)) <= 2 * len(scores)


def test_an_empty_table_has_no_blocks(series):
    assert list(iter_blocks(series())) == []
