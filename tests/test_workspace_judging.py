"""Annotations, the supervisor's judgements, codes, consent: kept, changed, and refused where they make no sense."""

import pytest

import supervision_kit as sk
from supervision_kit.lens import describe_lens
from supervision_kit.tables import JUDGEMENTS
from workspaces import read

TEXT = "case,session,SRS\nA,1,30\nA,2,31\nB,1,31\n"
SERIES = {"rater": "client", "instrument": "srs", "scale": "total"}
MARKED = SERIES | {"method": "gumz", "marked_onset": 5}


@pytest.fixture
def filled(workspace):
    workspace.import_ratings(read(TEXT))
    return workspace


# Annotations


def test_an_annotation_is_kept_changed_and_taken_out(filled):
    number = filled.add_annotation("A", 2, "holiday", text="three weeks")
    shown = ["case_id", "session", "kind", "text", "rebases", "cause", "who"]
    assert filled.annotations()[shown].to_numpy().tolist() == [["A", 2, "holiday", "three weeks", False, "", "tester"]]
    filled.change_annotation(number, session=1, rebases=True, cause="another therapist")
    changed = filled.annotations("A")
    assert changed[shown].to_numpy().tolist() == [
        ["A", 1, "holiday", "three weeks", True, "another therapist", "tester"]
    ]
    assert changed["changed_by"].tolist() == ["tester"]
    assert (str(changed["rebases"].dtype), str(changed["session"].dtype)) == ("boolean", "int64")
    filled.change_annotation(number, rebases=False)
    assert filled.annotations()["cause"].tolist() == ["another therapist"], "what is not given stays"
    filled.remove_annotation(number)
    assert len(filled.annotations()) == 0
    assert filled.annotations().dtypes.equals(changed.dtypes)


def test_limits_start_anew_only_with_a_stated_cause(filled):
    with pytest.raises(sk.WorkspaceError, match="only with a stated cause"):
        filled.add_annotation("A", 2, "change of therapist", rebases=True)
    number = filled.add_annotation("A", 2, "change of therapist", rebases=True, cause="parental leave")
    with pytest.raises(sk.WorkspaceError, match="only with a stated cause"):
        filled.change_annotation(number, cause=" \n")
    assert filled.annotations()["cause"].tolist() == ["parental leave"]


@pytest.mark.parametrize("session", [0, -1, 1.5, True])
def test_a_session_that_is_none_is_refused(filled, session):
    with pytest.raises(sk.WorkspaceError, match="A session is a whole number from 1"):
        filled.add_annotation("A", session, "crisis")
    with pytest.raises(sk.WorkspaceError, match="A session is a whole number from 1"):
        filled.judge_episode("A", **SERIES, onset=session, verdict="rupture")


def test_unknown_annotations_are_refused(filled):
    with pytest.raises(sk.UnknownNameError, match=r"Did you mean 'holiday'\?"):
        filled.add_annotation("A", 1, "holidays")
    with pytest.raises(sk.WorkspaceError, match="What has the number 9 is not there"):
        filled.change_annotation(9, text="x")
    with pytest.raises(sk.WorkspaceError, match="What has the number 9 is not there"):
        filled.remove_annotation(9)


# Judgements


def test_a_second_judgement_of_an_episode_takes_the_place_of_the_first(filled):
    first = filled.judge_episode(
        "A", **MARKED, onset=5, verdict="rupture", type="withdrawal", codes={"marker": ["denial", "deferential"]}
    )
    again = filled.judge_episode(
        "A", **MARKED, onset=4, end=6, verdict="unsure", reason="hm", codes={"marker": "denial", "move": ["testing"]}
    )
    assert again == first
    table = filled.judgements("A")
    assert JUDGEMENTS.check(table).equals(table)
    row = table.iloc[0]
    assert row[["method", "marked_onset", "onset", "end", "verdict", "reason"]].tolist() == [
        "gumz", 5, 4, 6, "unsure", "hm",
    ]  # fmt: skip
    assert row[["type", "outcome"]].isna().tolist() == [True, True]
    assert filled.codes()[["judgement", "case_id", "kind", "code"]].to_numpy().tolist() == [
        [first, "A", "marker", "denial"],
        [first, "A", "move", "testing"],
    ]


def test_other_series_methods_onsets_and_cases_are_judged_apart(filled):
    numbers = {
        filled.judge_episode(case, **MARKED | other, onset=5, verdict="rupture")
        for case, other in [
            ("A", {}), ("B", {}), ("A", {"rater": "therapist"}), ("A", {"method": "ewma"}), ("A", {"marked_onset": 9}),
        ]
    }  # fmt: skip
    assert len(numbers) == len(filled.judgements()) == 5


def test_one_added_by_hand_is_known_by_its_onset_and_may_be_dated_anew(filled):
    number = filled.judge_episode("A", **SERIES, onset=3, verdict="rupture")
    assert filled.judge_episode("A", **SERIES, onset=3, end=4, verdict="rupture") == number
    other = filled.judge_episode("A", **SERIES, onset=9, verdict="rupture")
    assert filled.judge_episode("A", **SERIES, marked_onset=3, onset=2, verdict="rupture") == number
    table = filled.judgements()
    assert table["onset"].tolist() == [2, 9]
    assert table["marked_onset"].isna().all()
    assert (table["method"] == "").all()
    with pytest.raises(sk.WorkspaceError, match="begins at that session already"):
        filled.judge_episode("A", **SERIES, marked_onset=2, onset=9, verdict="rupture")
    assert filled.judgements()["id"].tolist() == [number, other]


def test_a_judgement_is_taken_out_with_its_codes(filled):
    number = filled.judge_episode("A", **MARKED, onset=5, verdict="rupture", codes={"tried": ["named it"]})
    filled.remove_judgement(number)
    assert len(filled.judgements()) == len(filled.codes()) == 0
    with pytest.raises(sk.WorkspaceError, match="What has the number 1 is not there"):
        filled.remove_judgement(number)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"verdict": "maybe"}, "There is no verdict of that name"),
        ({"verdict": None}, "There is no verdict of that name"),
        ({"type": "explosion"}, "There is no type of that name"),
        ({"outcome": "fine"}, "There is no outcome of that name"),
        ({"rater": "mother"}, "There is no rater of that name"),
        ({"instrument": "xyz"}, "There is no instrument of that name"),
        ({"scale": "bond"}, "There is no scale of that name"),
        ({"codes": {"mood": ["low"]}}, "There is no kind of code of that name"),
        ({"codes": {"move": ["fleeing"]}}, "There is no code of the kind move of that name"),
        ({"end": 3}, "ends at its onset or after it"),
        ({"marked_onset": None}, "give marked_onset with the method"),
    ],
)
def test_what_a_judgement_cannot_be_is_refused_and_nothing_is_kept(filled, given, said):
    whole = MARKED | {"onset": 5, "verdict": "rupture"} | given
    with pytest.raises(sk.SupervisionKitError, match=said):
        filled.judge_episode("A", **whole)
    assert len(filled.judgements()) == 0


def test_the_lens_reads_what_the_workspace_keeps(filled):
    for onset in (3, 9):
        filled.judge_episode("A", **SERIES, onset=onset, verdict="rupture", codes={"touched": ["honesty"]})
    said = describe_lens(filled.codes(), filled.judgements(), filled.annotations(), case_ids=["A"])
    assert said[:2] == ("2 of 2 falls were read through the trust lens.", "Side of trust touched: honesty (2 of 2).")


def test_sessions_that_are_counted_anew_take_annotations_and_judgements_along(workspace):
    workspace.import_ratings(read("case,date,SRS\nA,2026-03-09,30\nA,2026-03-16,31\n"))
    workspace.add_annotation("A", 2, "crisis")
    for onset, method in ((2, "gumz"), (1, "")):
        workspace.judge_episode(
            "A", **SERIES, method=method, marked_onset=onset if method else None, onset=onset, end=2, verdict="unsure"
        )
    workspace.import_ratings(read("case,date,SRS\nA,2026-03-02,29\n"))
    assert workspace.annotations()["session"].tolist() == [3]
    assert workspace.judgements()[["onset", "end"]].to_numpy().tolist() == [[3, 3], [2, 3]]
    assert workspace.judgements()["marked_onset"].tolist()[0] == 3
    assert workspace.can_undo() is None, "what is undone would stand at the old sessions"


# Consent


def test_consent_is_given_refused_or_open(filled):
    assert len(filled.consents()) == 0
    filled.set_consent("A", teaching=True)
    filled.set_consent("B", teaching=None)
    filled.set_consent("A", teaching=False)
    table = filled.consents()
    assert list(table.columns) == ["case_id", "teaching", "at", "who"]
    assert (table["case_id"].tolist(), str(table["teaching"].dtype)) == (["A", "B"], "boolean")
    assert table["teaching"][0] == False  # noqa: E712 - False, and not <NA>
    assert table["teaching"].isna().tolist() == [False, True]
    assert filled.consents("B")["case_id"].tolist() == ["B"]
