import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import supervision_kit as sk
from builders import make_marks


def only(episodes):
    assert len(episodes) == 1
    return episodes.iloc[0]


def test_a_fall_that_comes_back_is_one_episode(marked_series):
    # pre level: median of 4.2 4.3 4.2; half way back from 3.1 is 3.65, so 3.6 is still inside and 4.1 is not
    episode = only(sk.find_episodes(marked_series(4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4, marked=[4])))
    assert (episode["onset"], episode["nadir"], episode["end"], episode["n_sessions"]) == (4, 4, 5, 2)
    assert episode["pre_level"] == 4.2
    assert episode["depth"] == pytest.approx(1.1)
    assert episode["depth_sd"] == pytest.approx(1.1 / 0.446414, abs=1e-4)


def test_an_episode_that_does_not_come_back_reaches_to_the_last_rated_session(marked_series):
    episode = only(sk.find_episodes(marked_series(4, 4, 4, 3, 2.5, 2.8, None, marked=[4])))
    assert (episode["onset"], episode["nadir"], episode["end"], episode["n_sessions"]) == (4, 5, 6, 3)
    assert episode["depth"] == 1.5


def test_a_rating_that_is_still_marked_does_not_end_an_episode(marked_series):
    episode = only(sk.find_episodes(marked_series(4, 4, 4, 3, 3.9, 4, marked=[4, 5])))
    assert episode["end"] == 5


def test_half_way_back_ends_an_episode(marked_series):
    assert only(sk.find_episodes(marked_series(4, 4, 4, 3, 3.5, 3.4, marked=[4])))["end"] == 4
    assert only(sk.find_episodes(marked_series(4, 4, 4, 3, 3.4, 3.4, marked=[4])))["end"] == 6


def test_exactly_half_way_back_counts_in_spite_of_binary_fractions(marked_series):
    # half of the way from 1.1 to 1.8 is 1.45, which is a little less than 1.8 - 0.7 / 2 in binary
    assert only(sk.find_episodes(marked_series(1.8, 1.8, 1.8, 1.1, 1.45, 1.2, marked=[4])))["end"] == 4


def test_one_high_rating_before_the_fall_does_not_set_the_level(marked_series):
    assert only(sk.find_episodes(marked_series(4.0, 4.1, 4.9, 3.4, marked=[4])))["pre_level"] == 4.1
    assert only(sk.find_episodes(marked_series(4.0, 4.5, 3.4, marked=[3])))["pre_level"] == 4.25
    assert only(sk.find_episodes(marked_series(4.5, 3.4, marked=[2])))["pre_level"] == 4.5


def test_the_level_before_a_second_fall_leaves_the_first_one_out(marked_series):
    episodes = sk.find_episodes(marked_series(4, 4, 4, 2, 2, 4.4, 3, marked=[4, 7]))
    assert episodes["episode"].to_list() == [1, 2]
    assert episodes["onset"].to_list() == [4, 7]
    assert episodes["pre_level"].to_list() == [4, 4]  # median of 4, 4, 4.4, not of 2, 2, 4.4


def test_a_marked_first_session_has_no_level_before_it(marked_series):
    episode = only(sk.find_episodes(marked_series(2, 4, 4, 4, marked=[1])))
    assert np.isnan([episode["pre_level"], episode["depth"], episode["depth_sd"]]).all()
    assert (episode["onset"], episode["end"]) == (1, 1)


def test_a_return_from_one_high_rating_has_no_depth_and_ends_at_once(marked_series):
    episode = only(sk.find_episodes(marked_series(3.0, 3.2, 4.4, 3.5, 3.1, 3.2, marked=[4])))
    assert episode["depth"] == pytest.approx(-0.3)
    assert episode["end"] == 4


def test_a_further_fall_from_where_the_ratings_had_settled_is_another_episode(marked_series):
    # half way back from 3 is 3.5, never reached; three ratings at about 3.1 are not marked, then it falls below 3
    marks = marked_series(4, 4, 4, 3, 3.2, 3.1, 3.0, 2.0, 2.1, marked=[4, 8])
    episodes = sk.find_episodes(marks)
    assert episodes[["onset", "nadir", "end", "n_sessions"]].to_numpy().tolist() == [[4, 4, 7, 4], [8, 8, 9, 2]]
    assert episodes["pre_level"].to_list() == [4, 3.1]  # median of 3.2, 3.1, 3.0
    assert episodes["depth"].to_list() == pytest.approx([1, 1.1])


def test_no_further_fall_before_the_ratings_have_settled_or_above_the_first(marked_series):
    assert len(sk.find_episodes(marked_series(4, 4, 4, 3, 3.2, 3.1, 2.0, 2.1, marked=[4, 7]))) == 1
    assert len(sk.find_episodes(marked_series(4, 4, 4, 3, 3.2, 3.2, 3.2, 3.0, 3.1, marked=[4, 8]))) == 1
    assert len(sk.find_episodes(marked_series(4, 4, 4, 3, 3.2, 3.1, 3.1, 2.0, 2.1, marked=[4, 6, 8]))) == 1
    assert len(sk.find_episodes(marked_series(4, 4, 4, 3, 3.2, None, 3.1, 2.0, 2.1, marked=[4, 8]))) == 1


def test_after_a_further_fall_the_level_it_fell_from_counts(marked_series):
    # settled at 3, fell to 2, back at 3, and down again: the last level is the median of 3, 3 and 3, and not of 4s
    marks = marked_series(4, 4, 4, 3, 3, 3, 3, 2, 3, 2, marked=[4, 8, 10])
    assert sk.find_episodes(marks)["pre_level"].to_list() == [4, 3, 3]


def test_session_numbers_are_reported_not_positions(marked_series):
    episode = only(sk.find_episodes(marked_series(4, 4, 4, 3, 3.1, sessions=[2, 5, 9, 11, 20], marked=[11])))
    assert (episode["onset"], episode["nadir"], episode["end"]) == (11, 11, 20)


def test_nothing_marked_gives_no_episodes(marked_series):
    assert sk.find_episodes(marked_series(4, 3, 4, unjudged=[2])).empty
    assert sk.find_episodes(marked_series()).empty


def test_series_and_methods_are_kept_apart(marked_series):
    marks = pd.concat(
        [
            marked_series(4, 4, 4, 3, marked=[4], case_id="B"),
            marked_series(4, 4, 4, 3, marked=[4], case_id="A"),
            marked_series(4, 4, 4, 3, marked=[4], case_id="A").assign(method="other"),
            marked_series(4, 4, 4, 3, marked=[4], case_id="A", scale="bond"),
        ]
    )
    assert sk.find_episodes(marks)[["case_id", "scale", "method"]].to_numpy().tolist() == [
        ["A", "bond", "by hand"],
        ["A", "total", "by hand"],
        ["A", "total", "other"],
        ["B", "total", "by hand"],
    ]


def test_the_episodes_keep_to_their_contract():
    episodes = sk.find_episodes(sk.mark_sessions(sk.simulate_caseload(12).scores, method=sk.METHODS))
    assert len(episodes) > 12
    pd.testing.assert_frame_equal(sk.tables.EPISODES.check(episodes), episodes)
    key = ["case_id", "rater", "instrument", "scale", "method", "episode"]
    pd.testing.assert_frame_equal(episodes.sort_values(key, ignore_index=True), episodes)


ratings = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(10, 50).map(lambda n: n / 10)), st.booleans()), min_size=1, max_size=25
)


@given(ratings)
def test_episodes_are_disjoint_in_order_and_hold_every_mark(ratings):
    marks = make_marks(*[r for r, _ in ratings], marked=[i for i, (_, m) in enumerate(ratings, 1) if m])
    episodes = sk.find_episodes(marks)
    assert (episodes["onset"] <= episodes["nadir"]).all()
    assert (episodes["nadir"] <= episodes["end"]).all()
    assert (episodes["onset"].to_numpy()[1:] > episodes["end"].to_numpy()[:-1]).all()
    marked = marks.loc[marks["is_rupture"].fillna(value=False), "session"]
    inside = [any(e.onset <= s <= e.end for e in episodes.itertuples()) for s in marked]
    assert all(inside)
    score = marks.set_index("session")["score"]
    for episode in episodes.itertuples():
        assert score[episode.nadir] == score.loc[episode.onset : episode.end].min()
        assert episode.n_sessions == score.loc[episode.onset : episode.end].count()
