"""People who try to find out who is who, written apart from the kit by plain loops; beside what the report says."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk
from workspaces import read

SERIES = ["rater", "instrument", "scale"]
HALF_A_STEP = {"phq9": 0.5, "ors": 0.05, "srs": 0.05, "wai_sr": 1 / 8}  # of the coarsest scale; 4 items make a twelfth


@pytest.fixture(scope="module")
def ratings():
    return sk.simulate_caseload(40, seed=11).scores


def figures(made):
    return dict(zip(made.report.numbers["key"], made.report.numbers["value"], strict=True))


def forms_of(scores):
    """Return of each case its ratings: session, counted over those with any form, and series → score."""
    found = {}
    for case, rows in scores.groupby("case_id"):
        count = {session: n for n, session in enumerate(sorted(rows["session"].unique()), 1)}
        found[case] = {
            (count[row.session], row.rater, row.instrument, row.scale): row.score for row in rows.itertuples()
        }
    return found


def find_by_records(made, originals, *, within=HALF_A_STEP):
    """Return for each published case which originals can be it, for somebody who holds them all.

    Of an original they take the series that the published case shows and count the sessions anew; every score must be
    there, within so many points of its questionnaire, and every form that is missing must be missing.
    """
    held = dict(list(originals.groupby("case_id")))
    found = {}
    for code, shown in forms_of(made.scores).items():
        series, last = {key[1:] for key in shown}, max(key[0] for key in shown)
        found[code] = []
        for case, rows in held.items():
            kept = rows[[key in series for key in zip(*(rows[name] for name in SERIES), strict=True)]]
            theirs = {key: score for key, score in forms_of(kept).get(case, {}).items() if key[0] <= last}
            if set(theirs) == set(shown) and all(_is_near(shown[key], theirs[key], within[key[2]]) for key in shown):
                found[code].append(case)
    return found


def _is_near(shown, held, within):
    return (np.isnan(shown) and np.isnan(held)) or abs(shown - held) <= within + 1e-5


def right(found, truth):
    """Return how many are right on average, and how many for certain."""
    fits = {code: cases for code, cases in found.items() if truth[code] in cases}
    return sum(1 / len(cases) for cases in fits.values()), sum(len(cases) == 1 for cases in fits.values())


def truth_of(made, originals, **near):
    """Return who each code is, by a publication of the same seed whose scores nobody masked."""
    found = find_by_records(made, originals, **near)
    assert all(len(cases) == 1 for cases in found.values())
    return {code: cases[0] for code, cases in found.items()}


# Records


def test_who_holds_the_records_finds_as_many_as_the_report_says(ratings):
    made = sk.deidentify(ratings, synthetic=True, seed=1)
    found = find_by_records(made, ratings)
    told = figures(made)
    truth = truth_of(made, ratings)
    assert right(found, truth) == (told["with_originals"], told["alone_with_originals"]) == (len(found), len(found))


@pytest.mark.parametrize("jitter", [0.05, 0.1, 0.2])
def test_shifted_scores_are_found_as_often_as_the_report_says(ratings, jitter):
    wai = ratings[ratings["instrument"].eq("wai_sr") & ratings["scale"].eq("total") & ratings["rater"].eq("client")]
    wai = wai.assign(score=np.round(12 * wai["score"]) / 12)  # who knows how it was made moves theirs as well
    truth = truth_of(sk.deidentify(wai, synthetic=True, seed=1), wai, within={"wai_sr": 0})
    made = sk.deidentify(wai, synthetic=True, seed=1, jitter=jitter)
    steps = round(jitter * 48)  # the total lies on 48 steps from 1 to 5
    told = figures(made)
    by_hand = right(find_by_records(made, wai, within={"wai_sr": steps / 12}), truth)
    assert by_hand == (pytest.approx(told["with_originals"], abs=0.01), told["alone_with_originals"])
    assert by_hand[0] < len(truth)


def test_it_falls_with_what_protects(ratings):
    settings = [{}, {"headline": True, "jitter": 0.1}, {"headline": True, "jitter": 0.2, "rounding": 0.2}]
    told = [figures(sk.deidentify(ratings, synthetic=True, seed=1, **one)) for one in settings]
    shares = [one["with_originals"] / one["n_tried"] for one in told]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1
    assert shares[-1] < 0.6


# Rough knowledge


def test_who_knows_one_number_of_sessions_and_when_it_fell_finds_no_group_smaller_than_asked_by_length(ratings):
    made = sk.deidentify(ratings, synthetic=True, seed=1)
    truth = truth_of(made, ratings)
    length = made.scores.groupby("case_id")["session"].max()
    forms = {code: frozenset(key[1:] for key in shown) for code, shown in forms_of(made.scores).items()}
    for code, case in truth.items():
        n_sessions = ratings.loc[ratings["case_id"] == case, "session"].nunique()
        alike = [other for other in forms if forms[other] == forms[code] and length[other] == length[code]]
        assert len(alike) >= 5
        assert length[code] <= n_sessions


# What a group tells

FALL = [4, 4.1, 4, 4.2, 2.2, 2.3, 4.1, 4.2]
CALM = [3, 3.1, 3.2, 3.1, 3.2, 3.3, 3.2, 3.1]


def course(case, scores, *, session=None, rater="client", therapist="T1"):
    number = range(1, len(scores) + 1) if session is None else session
    rows = [(case, rater, "wai_sr", "total", at, therapist, score) for at, score in zip(number, scores, strict=True)]
    return pd.DataFrame(
        rows, columns=["case_id", "rater", "instrument", "scale", "session", "therapist_id", "score"]
    ).astype({"score": float})


def test_a_group_whose_ratings_all_went_the_same_way_is_told():
    fell = [course(f"a{n}", FALL) for n in range(5)]
    mixed = [course(f"b{n}", [*(FALL if n == 0 else CALM), *CALM[:4]]) for n in range(5)]
    made = sk.deidentify(pd.concat([*fell, *mixed]), synthetic=True)
    assert (figures(made)["n_groups"], figures(made)["groups_alike"], figures(made)["cases_alike"]) == (2, 1, 5)
    assert any(
        said.startswith("In 1 of 2 groups the ratings of all cases went the same") for said in made.report.sentences
    )
    made = sk.deidentify(pd.concat([*fell, course("a5", CALM)]), synthetic=True)
    assert figures(made)["groups_alike"] == 0
    assert any(said.startswith("In no group") for said in made.report.sentences)


def test_who_knows_when_a_form_was_left_out_finds_as_many_as_the_report_says(ratings):
    made = sk.deidentify(ratings, synthetic=True, seed=1)
    shown = forms_of(made.scores)
    patterns = {code: frozenset((*key, np.isnan(score)) for key, score in one.items()) for code, one in shown.items()}
    # the number of sessions and the series follow from the pattern; no code has a therapist here
    assert made.scores["therapist_id"].isna().all()
    alone = sum(n == 1 for n in Counter(patterns.values()).values())
    assert figures(made)["alone_by_gaps"] == alone > 10
    assert figures(sk.deidentify(ratings, synthetic=True, headline=True))["alone_by_gaps"] < alone / 2


# Several publications


FORMS = "case_id,rater,instrument,session,date,therapist,total\n" + "".join(
    f"MRN-{case},client,srs,{session},2025-03-{session + 9},T-Schmidt,{(case * 7 + session * 13) % 31 + 5}\n"
    for case in range(1, 14)
    for session in range(1, 7)
)


@pytest.fixture
def kept(workspace):
    workspace.import_ratings(read(FORMS))
    for case in workspace.case_ids():
        workspace.set_consent(case, True)
    return workspace


def published_scores(workspace, made):
    """Return the published scores under the clinic's own codes and sessions."""
    key = workspace.key(made.publication).set_index("code")
    return {
        (key.loc[row.case_id, "case_id"], key.loc[row.case_id, "sessions"][row.session - 1]): row.score
        for row in made.scores.itertuples()
    }


def test_shifts_do_not_average_out_over_publications(kept):
    exact = kept.scores().set_index(["case_id", "session"])["score"].to_dict()
    several = [published_scores(kept, sk.deidentify(kept, jitter=0.1)) for _ in range(5)]
    several.append(published_scores(kept, sk.deidentify(kept, jitter=0.1, cases=[f"MRN-{n}" for n in range(2, 9)])))
    for one in several:
        assert all(several[0][place] == score for place, score in one.items())
    off = [abs(several[0][place] - exact[place]) for place in exact]
    assert 1 < np.mean(off) < 3, "up to 4 points either way, each as likely"
    assert len(kept.publications()) == 6
    table = kept.scores()
    drawn = [sk.deidentify(table, synthetic=True, jitter=0.1) for _ in range(2)]
    assert sorted(drawn[0].scores["score"]) != sorted(drawn[1].scores["score"]), "a table keeps no secret"
    assert any("Publish once." in said for said in drawn[0].report.sentences)


def test_two_shares_of_shifting_do_not_give_the_score_away(kept):
    exact = kept.scores().set_index(["case_id", "session"])["score"].to_dict()
    less, more = (published_scores(kept, sk.deidentify(kept, jitter=share)) for share in (0.1, 0.2))
    ratio = {(more[one] - exact[one]) / (less[one] - exact[one]) for one in exact if less[one] != exact[one]}
    assert len(ratio) > 10, "were the one a multiple of the other, two publications would tell the score"


def test_a_case_added_later_stands_apart_and_the_report_says_so(kept):
    before = sk.deidentify(kept, cases=[f"MRN-{n}" for n in range(1, 13)])
    assert figures(before)["earlier_publications"] == 0
    assert "None of these cases was published before, as far as keys are kept." in before.report.sentences
    after = sk.deidentify(kept)
    courses = [
        Counter(tuple(rows.sort_values("session")["score"]) for _, rows in made.scores.groupby("case_id"))
        for made in (before, after)
    ]
    assert len(courses[1] - courses[0]) == 1, "who lays them side by side finds the new case"
    told = figures(after)
    assert (told["earlier_publications"], told["smallest_beside"], told["apart_beside"]) == (1, 1, 1)
    assert any("1 case in groups of fewer than 5; the smallest has 1 case." in said for said in after.report.sentences)
    assert not any("earlier" in said for said in after.report.for_readers().sentences)
    kept.forget_key(before.publication)
    kept.forget_key(after.publication)
    again = [sk.deidentify(kept), sk.deidentify(kept)]
    assert figures(again[1])["apart_beside"] == 0
    assert figures(again[1])["smallest_beside"] == 13


def test_codes_tell_nothing_of_the_order_nor_of_each_other(kept):
    places, pairs = Counter(), Counter()
    cases = kept.case_ids()
    for _ in range(40):
        made = sk.deidentify(kept)
        key = kept.key(made.publication).set_index("case_id")["code"]
        kept.forget_key(made.publication)
        places[key[cases[0]]] += 1
        pairs[key[cases[0]] < key[cases[1]]] += 1
    assert len(places) > 7
    assert max(places.values()) < 14
    assert 5 < pairs[True] < 35


def test_a_seed_is_not_in_what_is_published_and_cannot_be_told_from_it(ratings):
    first, second = (sk.deidentify(ratings, synthetic=True, seed=1) for _ in range(2))
    assert first.publication != second.publication, (
        "a name drawn by the seed could be drawn again, and the codes with it"
    )
    assert first.settings["seeded"] is True
    assert first.scores.equals(second.scores)


# Words of the lens


def judge(workspace, case, word):
    workspace.judge_episode(
        case, rater="client", instrument="srs", scale="total", onset=2, verdict="rupture", codes={"marker": [word]}
    )


def test_a_word_that_few_cases_of_a_therapist_share_stays(workspace):
    whose = {n: "T-Schmidt" if n <= 8 else "T-Weber" for n in range(1, 17)}
    workspace.import_ratings(
        read(
            "case_id,rater,instrument,session,date,therapist,total\n"
            + "".join(
                f"MRN-{case},client,srs,{session},2025-03-{session + 9},{whose[case]},{30 + case % 3}\n"
                for case in whose
                for session in (1, 2, 3)
            )
        )
    )
    for case in workspace.case_ids():
        workspace.set_consent(case, True)
    for case in (*range(1, 7), 9, 10):  # six of the one therapist, two of the other
        judge(workspace, f"MRN-{case}", "denial")
    made = sk.deidentify(workspace, lens=True)
    key = workspace.key(made.publication).set_index("code")["case_id"]
    assert sorted(key[code] for code in made.codes["case_id"]) == [f"MRN-{case}" for case in range(1, 7)]
    assert any(said.startswith("2 words said of falls are left out") for said in made.report.sentences)
    outside = sk.deidentify(workspace, lens=True, audience="outside", smallest=6)
    assert len(outside.codes) == 6
    assert not len(sk.deidentify(workspace, lens=True, audience="outside").codes)
    for case in (7, 8):
        judge(workspace, f"MRN-{case}", "denial")
    told = sk.deidentify(workspace, lens=True)
    assert any("1 word said of falls is shared by all cases of a group" in said for said in told.report.sentences)
