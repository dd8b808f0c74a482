import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_marks, make_scores
from supervision_kit.calibration.chance import COUNTED, TOLD, ChanceBenchmark, simulate_chance
from supervision_kit.calibration.describing import describe_falls, describe_repairs
from supervision_kit.calibration.rated_groups import PlainNoise, RatedGroup, list_groups

FALL = sk.AdjacentDrop(sds=1)


def caseload(*, prefix="C", n_cases=12):
    return pd.concat(
        make_scores(*[4 + ((i * 7 + t * 5) % 9 - 4) / 10 for t in range(6 + i)], case_id=f"{prefix}{i:02}")
        for i in range(n_cases)
    )


def test_a_fixed_line_marks_as_much_noise_as_lies_below_it():
    # below -1: 15.8655 % of standard normal ratings; in 10 ratings, 1 - .841345^10 = 82.23 % of series. A first rating
    # is judged only where it lies below: 1.58655 marks in 9 + .158655 judged sessions, 17.32 %
    group = RatedGroup("noise", "total", "client", (tuple(range(1, 11)),) * 50, PlainNoise())
    chance = simulate_chance([group], method=sk.Cutoff(line=-1), n_series=10_000)
    for measure, expected in {"series with a mark": 82.23, "sessions marked": 17.32}.items():
        row = chance.row(measure)
        assert row["value"] == pytest.approx(expected, abs=1.5)
        assert row["low"] < expected < row["high"]
        assert row["caseload_low"] < row["low"] < row["high"] < row["caseload_high"]


def test_shares_of_falls_add_up_and_the_open_ones_are_not_told():
    chance = sk.chance_benchmark(caseload(), method=FALL, n_series=1200)
    assert chance.table["measure"].to_list() == list(COUNTED)
    shares = {outcome: chance.row(outcome)["value"] for outcome in sk.tables.OUTCOMES}
    assert sum(shares.values()) == pytest.approx(100)
    assert chance.row(TOLD)["value"] == pytest.approx(100 * shares["repaired"] / (100 - shares["undetermined"]))
    assert (chance.n_series, chance.n_caseloads) == (12, 100)


def test_the_same_ratings_give_the_same_numbers_whoever_they_are_from():
    chance = sk.chance_benchmark(caseload(), method=FALL, n_series=1200)
    assert sk.chance_benchmark(caseload(prefix="X"), method=FALL, n_series=1200) is chance  # simulated once
    other = sk.chance_benchmark(caseload(), method=FALL, n_series=1200, seed=2)
    assert not other.table.equals(chance.table)


def test_a_rule_that_allows_more_gives_more_repairs_by_chance():
    strict, mild = (
        sk.chance_benchmark(caseload(), method=FALL, rule=rule, n_series=1200).row(TOLD)["value"]
        for rule in (sk.RepairRule(within=1), sk.RepairRule(within=5, kind="half"))
    )
    assert mild > strict + 10


def test_sessions_stay_as_they_are():
    # ratings 20 sessions apart: nothing is rated within the window, so that no fall can be told
    far = caseload().assign(session=lambda scores: scores["session"] * 20)
    chance = sk.chance_benchmark(far, method=FALL, n_series=1200)
    assert chance.row("undetermined")["value"] + chance.row("unrepaired")["value"] == pytest.approx(100)
    assert chance.row("repaired")["value"] == 0


def test_ratings_that_say_nothing_of_the_alliance_are_refused():
    with pytest.raises(sk.SettingError, match="no alliance rating"):
        sk.chance_benchmark(make_scores(10, 12, instrument="phq9"), method=FALL)
    with pytest.raises(sk.SettingError, match="n_series"):
        sk.chance_benchmark(caseload(), method=FALL, n_series=0)
    with pytest.raises(sk.UnknownNameError, match="measure"):
        sk.chance_benchmark(caseload(), method=FALL, n_series=1200).row("luck")


def benchmark(*, falls=(6, 3, 9), told=60.0, marked=5.0):
    rows = [("falls", "per caseload", falls[0], falls[0], falls[0], falls[1], falls[2]), (TOLD, "%", told, *[told] * 4)]
    rows += [("sessions marked", "%", marked, *[marked] * 4)]
    table = pd.DataFrame(rows, columns=list(sk.tables.CHANCE.columns))
    return ChanceBenchmark(table, "by hand", sk.RepairRule(), 10, 100)


def followed(**outcomes):
    """Return that many falls of each outcome."""
    listed = [outcome.replace("_", " ") for outcome, n in outcomes.items() for _ in range(n)]
    about = {"rater": "client", "instrument": "wai_sr", "scale": "total", "method": "by hand", "onset": 4, "nadir": 4}
    return pd.DataFrame({"outcome": listed, "episode": range(1, len(listed) + 1)}).assign(
        case_id="C1", **about, end=4, n_sessions=1, pre_level=4.0, depth=1.0, depth_sd=2.0,
        repair_session=pd.NA, sessions_to_repair=pd.NA, regained=float("nan"), back_session=pd.NA,
    )  # fmt: skip


def test_a_repair_rate_is_said_with_what_chance_would_give():
    said = describe_repairs(followed(repaired=7, unrepaired=2, partly_repaired=1, undetermined=2), benchmark())
    # binomial of 10 with .6: at most 2 has a chance of 1.2 %, at most 3 of 5.5 %; 9 or more 4.6 %, 10 only .6 %
    repaired = "Of 10 falls whose outcome can be told, 7 came back in time (70 %)."
    by_chance = "Of as many falls by chance alone about 6 would (3 to 9): this is no more than chance gives."
    assert said == (
        "12 falls are marked. In ratings like these chance alone would give about 6 (3 to 9).",
        f"{repaired} {by_chance}",
        "Of 2 falls it cannot be told, or not yet, whether the ratings came back in time.",
    )


@pytest.mark.parametrize(
    ("n_back", "verdict"),
    [
        (10, "more than chance gives."),
        (9, "no more than chance gives."),
        (3, "no more than chance gives."),
        (2, "fewer than chance gives, so not all that stayed down are chance."),
    ],
)
def test_only_what_chance_hardly_gives_is_called_more_or_fewer(n_back, verdict):
    said = describe_repairs(followed(repaired=n_back, unrepaired=10 - n_back), benchmark())
    assert said[1].endswith(f"this is {verdict}")


def test_where_no_number_could_be_more_than_chance_no_verdict_is_given():
    """95 of 100 such falls come back by chance. Binomial of 10: at most 7 has a chance of 1.2 %, at most 8 of 8.6 %."""
    said = describe_repairs(followed(repaired=10), benchmark(told=95))[1]
    assert said == (
        "Of 10 falls whose outcome can be told, 10 came back in time (100 %). Of as many falls by chance alone about "
        "10 would (8 to 10)."
    )
    assert "this is fewer than chance" in describe_repairs(followed(repaired=7, unrepaired=3), benchmark(told=95))[1]


def test_a_number_of_falls_that_stands_beside_it_is_not_said_again():
    said = describe_repairs(followed(repaired=7, unrepaired=3), benchmark(), is_counted=True)
    assert said[0] == ("In ratings like these chance alone would give about 6 falls (3 to 9).")


def test_falls_so_few_that_chance_may_give_any_number_of_them_tell_nothing():
    # binomial of 2 with .6: none 16 %, both 36 %
    said = describe_repairs(followed(repaired=2), benchmark())
    assert said[1].endswith("(0 to 2): this is not to be told from chance: there are too few falls.")


def test_real_ratings_that_cannot_be_judged_have_nothing_by_chance():
    marks = make_marks(5, 5, 5, unjudged=(1, 2, 3))
    assert describe_repairs(followed(), benchmark(), marks=marks) == ("This method can judge none of these ratings.",)


@pytest.mark.parametrize(
    ("n", "falls", "says"),
    [
        (
            0,
            (0.1, 0, 1),
            (
                "No falls are marked by Control chart in this caseload. In ratings like these chance alone would "
                "give about 0.1 (0 to 1)."
            ),
        ),
        (
            1,
            (6, 3, 9),
            (
                "1 fall is marked by Control chart in this caseload. In ratings like these chance alone would "
                "give about 6 (3 to 9). That is "
            ),
        ),
        (
            10,
            (6, 3, 9),
            (
                "10 falls are marked by Control chart in this caseload. In ratings like these chance alone would "
                "give about 6 (3 to 9)."
            ),
        ),
    ],
)
def test_the_number_of_falls_stands_beside_that_by_chance(n, falls, says):
    assert describe_falls(n, benchmark(falls=falls), method="Control chart").startswith(says)


def test_chance_for_some_cases_is_drawn_from_what_all_teach():
    everyone = caseload()
    some = everyone[everyone["case_id"].isin(["C03", "C05"])]
    (group,) = list_groups(some, learn_from=everyone, owner="here")
    (of_all,) = list_groups(everyone, learn_from=None, owner="here")
    assert group.model == of_all.model
    assert group.lengths == (9, 11)
    assert group.learning_lengths == of_all.lengths
    with pytest.raises(sk.SettingError, match="learn_from lacks"):
        sk.chance_benchmark(everyone, learn_from=some, method=FALL)


def test_few_falls_and_none_are_said_as_they_are():
    assert describe_repairs(followed(), benchmark()) == (
        "No falls are marked. In ratings like these chance alone would give about 6 (3 to 9).",
    )
    assert describe_repairs(followed(), benchmark(falls=(0.2, 0, 1)))[0].endswith("would give about 0.2 (0 to 1).")
    assert describe_repairs(followed(), benchmark(falls=(0, 0, 0)))[0].endswith("would give hardly any.")
    assert describe_repairs(followed(repaired=1), benchmark())[1] == (
        "The one fall whose outcome can be told came back in time; by chance alone 60 % would."
    )
    one = describe_repairs(followed(unrepaired=1), benchmark(told=float("nan")))
    assert one[0].startswith("1 fall is marked. ")
    assert one[0].endswith(" That is no more than chance gives.")
    assert one[1].endswith("Chance alone gives hardly any fall here to compare that with.")


def test_where_nothing_can_be_judged_no_number_of_falls_is_said():
    chance = sk.chance_benchmark(make_scores(4.2, 4.3), method=FALL, n_series=100)
    assert describe_repairs(followed(), chance) == ("This method can judge none of these ratings.",)
