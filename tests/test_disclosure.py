"""What leaves is made anew from an allow-list, with drawn codes, of cases with consent; and nothing else does."""

import dataclasses
import json
import pickle
import re

import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk
from supervision_kit.disclosure import check_deidentified
from supervision_kit.tables import JUDGEMENT_CODES, RESPONSES, SCORES
from supervision_kit.words import speaking
from workspaces import read

CANARIES = ("Erika Mustermann", "1961-02-28", "erika@example.org", "MRN-4711", "T-Schmidt")


def caseload(n_cases=8, n_sessions=5, *, therapist="T-Schmidt", day="2025-03-03"):
    """Return the SRS totals of cases that are alike, with everything that must not leave."""
    rows = [
        {
            "case_id": f"MRN-47{11 + case}",
            "rater": "client",
            "instrument": "srs",
            "scale": "total",
            "session": session,
            "therapist_id": therapist,
            "date": pd.Timestamp(day) + pd.Timedelta(weeks=session),
            "score": 30.0 + (case * 7 + session * 3) % 10,
        }
        for case in range(n_cases)
        for session in range(1, n_sessions + 1)
    ]
    return pd.DataFrame(rows)


def figures(made):
    numbers = made.report.numbers
    return dict(zip(numbers["key"], numbers["value"], strict=True))


def everything(made):
    """Return all that there is of what may be published, as one text."""
    tables = [getattr(made, name) for name in ("scores", "responses", "notes", "codes")]
    texts = [table.to_csv() + repr(table.attrs) + repr(table.index.names) for table in tables]
    pickled = b"".join(pickle.dumps(table) for table in tables).decode("latin-1")
    return "".join((*texts, pickled, json.dumps(dict(made.settings)), made.report.to_markdown(), made.report.to_json()))


# The allow-list


def test_a_column_that_the_contract_does_not_name_never_leaves_nor_what_hangs_on_a_table():
    scores = caseload().assign(name=CANARIES[0], born=CANARIES[1], mail=CANARIES[2], n_answered=4)
    scores.attrs["source"] = CANARIES[0]
    scores.index = pd.Index([f"{CANARIES[0]} {row}" for row in range(len(scores))], name=CANARIES[2])
    scores["therapist_id"] = pd.Categorical(scores["therapist_id"], categories=list(CANARIES))
    made = sk.deidentify(scores, synthetic=True)
    assert list(made.scores.columns) == list(SCORES.columns)
    assert made.scores["date"].isna().all()
    assert made.scores["n_answered"].isna().all()
    assert made.scores["n_items"].eq(4).all()
    assert made.scores.attrs == {}
    assert made.scores.index.equals(pd.RangeIndex(len(scores)))
    assert not [canary for canary in (*CANARIES, "MRN-47", "2025-03") if canary in everything(made)]
    assert SCORES.check(made.scores).equals(made.scores)
    assert RESPONSES.empty().columns.equals(made.responses.columns)
    assert set(JUDGEMENT_CODES.columns) == set(made.codes.columns)


def test_names_of_questionnaires_and_scales_that_the_kit_does_not_know_are_free_text_and_stay():
    own = caseload().assign(instrument="form of Dr. Mustermann")
    odd = caseload().assign(scale="Erika's own")
    far = caseload(n_sessions=6).assign(score=lambda table: table["score"].where(table["session"] < 6, 471_147.5))
    made = sk.deidentify(pd.concat([own, odd, far], ignore_index=True), synthetic=True)
    assert set(made.scores["instrument"]) == {"srs"}
    assert set(made.scores["scale"]) == {"total"}
    assert made.scores.groupby("session")["score"].count().to_dict() == {1: 8, 2: 8, 3: 8, 4: 8, 5: 8, 6: 0}
    assert not [word for word in ("Mustermann", "Erika", "471147") if word in everything(made)]
    assert "80 scores on questionnaires or scales that the kit does not know" in made.report.to_markdown()
    assert "Taken out: 8 scores beyond the ends" in made.report.to_markdown()


def test_a_case_of_nothing_but_such_questionnaires_is_left_out_and_misleads_nobody():
    own = caseload(n_cases=1).assign(case_id="MRN-9999", instrument="form of Dr. Mustermann", score=-5.0)
    alone, beside = (
        sk.deidentify(scores, synthetic=True, seed=1)
        for scores in (caseload(), pd.concat([caseload(), own], ignore_index=True))
    )
    assert beside.scores["case_id"].nunique() == 8
    assert figures(beside)["n_unlike"] == "<5"
    for figure in ("with_originals", "roughly", "alone_roughly"):
        assert figures(beside)[figure] == figures(alone)[figure]


def test_codes_are_drawn_anew_each_time_and_their_order_says_nothing():
    scores = caseload(n_cases=30)
    orders = set()
    for _ in range(5):
        made = sk.deidentify(scores, synthetic=True)
        assert sorted(made.scores["case_id"].unique()) == [f"case-{number:02d}" for number in range(1, 31)]
        assert set(made.scores["therapist_id"]) == {"therapist-A"}
        orders.add(tuple(made.scores.loc[made.scores["session"] == 1, "score"]))
    assert len(orders) == 5, "ratings stand in the order of the drawn codes"
    assert made.publication.startswith("publication-")
    assert sk.deidentify(scores, synthetic=True, seed=1).scores.equals(
        sk.deidentify(scores, synthetic=True, seed=1).scores
    )


def test_the_same_seed_draws_by_number_not_by_what_is_in_the_table():
    first, second = (sk.deidentify(caseload(day=day), synthetic=True, seed=3) for day in ("2025-03-03", "1999-01-01"))
    assert first.scores.equals(second.scores)


# What was made is what is published


def test_nothing_else_passes_as_deidentified():
    made = sk.deidentify(caseload(), synthetic=True)
    assert check_deidentified(made) is made
    with pytest.raises(sk.DisclosureError, match="this is a DataFrame"):
        check_deidentified(made.scores)
    with pytest.raises(TypeError, match="and by nothing else"):
        sk.Deidentified(*(caseload() for _ in range(4)), {}, made.report, object())
    with pytest.raises((TypeError, ValueError), match="seal"):
        dataclasses.replace(made, scores=caseload())


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.scores.loc.__setitem__((0, "therapist_id"), "Schmidt"),
        lambda made: made.scores.insert(0, "name", "Schmidt"),
        lambda made: made.scores.attrs.update(name="Schmidt"),
        lambda made: made.settings.update(audience="outside"),
        lambda made: object.__setattr__(made, "notes", made.notes.assign(name=[])),
    ],
)
def test_what_was_changed_afterwards_is_refused(change):
    made = sk.deidentify(caseload(), synthetic=True)
    change(made)
    with pytest.raises(sk.DisclosureError, match="changed after they had been de-identified"):
        check_deidentified(made)


# Consent


def consenting(scores, *, refusing=()):
    cases = scores["case_id"].unique()
    return pd.DataFrame({"case_id": cases, "teaching": [None if case in refusing else True for case in cases]})


def test_without_a_word_on_consent_nothing_is_published():
    scores = caseload()
    with pytest.raises(sk.DisclosureError, match="nothing says who gave consent"):
        sk.deidentify(scores)
    with pytest.raises(sk.DisclosureError, match=r"^case_id: No case asked for has a consent"):
        sk.deidentify(scores, consents=consenting(scores, refusing=set(scores["case_id"])))
    with pytest.raises(sk.TableError, match=r"consents: the column\(s\) case_id, teaching are missing"):
        sk.deidentify(scores, consents=pd.DataFrame({"case": []}))
    with pytest.raises(sk.TableError, match="teaching holds something that is not true, false or <NA>"):
        sk.deidentify(scores, consents=consenting(scores).assign(teaching="not yet"))


@pytest.mark.parametrize("answer", [False, None, pd.NA])
def test_a_case_without_consent_is_left_out_whoever_asks_for_it(answer):
    scores = caseload()
    scores.loc[scores["case_id"] == "MRN-4711", "score"] = 39.5
    consents = consenting(scores)
    consents["teaching"] = consents["teaching"].astype("boolean")
    consents.loc[0, "teaching"] = answer
    made = sk.deidentify(scores, consents=consents, cases=list(scores["case_id"].unique()))
    assert made.scores["case_id"].nunique() == 7
    assert 39.5 not in set(made.scores["score"])
    assert figures(made)["n_without_consent"] == "<5"
    assert "want of consent to teaching use: fewer than 5 cases" in made.report.to_markdown()


def test_a_case_with_two_words_on_consent_of_which_one_is_no_is_left_out():
    scores = caseload()
    consents = pd.concat([consenting(scores), pd.DataFrame({"case_id": ["MRN-4711"], "teaching": [False]})])
    assert sk.deidentify(scores, consents=consents).scores["case_id"].nunique() == 7


# Settings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"smallest": 2}, "3 or more"),
        ({"smallest": True}, "3 or more"),
        ({"smallest": 9}, "a group has 9 cases at least"),
        ({"audience": "everybody"}, "no audience of that name"),
        ({"methods": "magic"}, "no method of that name"),
        ({"weeks": 1}, "2 or more"),
        ({"rounding": 0}, "rounding is a share .* above 0"),
        ({"jitter": 0.5}, "0.25 at most"),
        ({"items": True, "jitter": 0.1}, "give away the scores"),
        ({"items": True}, "give the answers as `responses=`"),
        ({"notes": [1]}, "kept in a workspace"),
        ({"lens": True}, "kept in a workspace"),
        ({"cases": ["nobody"]}, "no case of that name"),
    ],
)
def test_settings_that_would_not_do_are_refused(settings, message):
    with pytest.raises(sk.SupervisionKitError, match=message) as refused:
        sk.deidentify(caseload(), synthetic=True, **settings)
    assert not [value for value in ("MRN", "Schmidt", "nobody") if value in str(refused.value)]


def test_the_settings_are_plain_and_hold_nothing_of_the_cases():
    made = sk.deidentify(caseload(), synthetic=True, weeks=True, jitter=0.1)
    said = json.loads(json.dumps(dict(made.settings)))
    assert (said["audience"], said["smallest"], said["weeks"], said["jitter"]) == ("inside", 5, 4, 0.1)
    assert said["methods"] == ["personal_limits"]


# Items


def items_of(scores, *, without=()):
    rows = scores[~scores["case_id"].isin(without)]
    rows = rows.loc[rows.index.repeat(4)].drop(columns=["scale", "score"])
    return rows.assign(item=np.tile([1, 2, 3, 4], len(rows) // 4), response=7.5)


def test_items_are_published_when_asked_for_as_far_as_the_form_has_them():
    scores = caseload()
    responses = items_of(scores)
    responses.iloc[0, responses.columns.get_loc("item")] = 4711
    responses.iloc[1, responses.columns.get_loc("response")] = 4711.5
    made = sk.deidentify(scores, responses=responses, items=True, synthetic=True)
    assert len(made.responses) == 8 * 5 * 4 - 2
    assert set(made.responses["item"]) == {1, 2, 3, 4}
    assert set(made.responses["response"]) == {7.5}
    assert set(made.responses["case_id"]) == set(made.scores["case_id"])
    assert made.responses["date"].isna().all()
    assert "MRN" not in everything(made)


def test_items_that_not_every_case_of_a_group_has_stay():
    scores = caseload()
    made = sk.deidentify(scores, responses=items_of(scores, without=["MRN-4711"]), items=True, synthetic=True)
    assert not len(made.responses)


# A workspace


FORMS = "case_id,rater,instrument,session,date,therapist,total\n" + "".join(
    f"MRN-{case},client,srs,{session},2025-03-{session + 9},T-Schmidt,{30 + (case * 7 + session * 3) % 10}\n"
    for case in range(1, 8)
    for session in (1, 2, 4, 5)
)


@pytest.fixture
def kept(workspace):
    workspace.import_ratings(read(FORMS))
    for case in workspace.case_ids():
        workspace.set_consent(case, True)
    return workspace


def test_a_workspace_keeps_the_key_by_which_every_published_row_is_found_again(kept):
    kept.set_consent("MRN-3", None)
    made = sk.deidentify(kept)
    key = kept.key(made.publication)
    assert sorted(key["case_id"]) == [f"MRN-{case}" for case in (1, 2, 4, 5, 6, 7)]
    assert key["sessions"].tolist() == [[1, 2, 4, 5]] * 6
    assert key["therapists"].tolist() == [{"therapist-A": "T-Schmidt"}] * 6
    originals = kept.scores().set_index(["case_id", "session"])["score"]
    who = key.set_index("code")
    for row in made.scores.itertuples():
        case = who.loc[row.case_id]
        assert row.score == originals[case["case_id"], case["sessions"][row.session - 1]]
    assert len(made.scores) == 6 * 4
    assert set(made.scores["session"]) == {1, 2, 3, 4}, "the session without any form is closed up"
    assert not [canary for canary in ("MRN", "Schmidt", "2025-03") if canary in everything(made)]


def test_the_same_cases_published_again_have_other_codes_and_a_key_of_their_own(kept):
    keys = [kept.key(sk.deidentify(kept).publication).set_index("case_id")["code"] for _ in range(6)]
    assert len({tuple(key.sort_index()) for key in keys}) > 1
    assert len(kept.publications()) == 6


def test_reading_for_it_and_keeping_the_key_stand_in_the_audit(kept):
    before = len(kept.audit())
    sk.deidentify(kept)
    entries = kept.audit().iloc[before:]
    assert entries["view"].tolist()[-3:] == ["de-identify", "publications", "publication key"]
    assert entries["n_cases"].tolist()[-3:] == [7, 0, 7], "nothing was published before"


def test_a_workspace_says_itself_who_consented(kept):
    with pytest.raises(sk.SettingError, match="synthetic is for tables"):
        sk.deidentify(kept, synthetic=True)


def test_where_no_key_can_be_kept_nothing_is_handed_out(kept, monkeypatch):
    def refuse(*_arguments):
        raise sk.WorkspaceError("no room")

    monkeypatch.setattr(kept, "keep_key", refuse)
    with pytest.raises(sk.WorkspaceError, match="no room"):
        sk.deidentify(kept)


# Notes and the lens


def test_notes_go_out_one_by_one_with_the_session_they_are_shown_at(kept):
    wanted = kept.add_note("MRN-1", "went quiet after I cancelled", 4)
    whole = kept.add_note("MRN-2", "a good working pair")
    kept.add_note("MRN-1", "not chosen", 4)
    kept.set_consent("MRN-5", False)
    gone = kept.add_note("MRN-5", "no consent", 1)
    shown = sk.preview_notes(kept, [wanted, whole])
    assert shown[["text", "refused"]].to_numpy().tolist() == [
        ["went quiet after I cancelled", ""],
        ["a good working pair", ""],
    ]
    made = sk.deidentify(kept, notes=[wanted, whole, gone])
    code = kept.key(made.publication).set_index("case_id")["code"]
    assert sorted(map(tuple, made.notes.astype(object).fillna(0).to_numpy().tolist())) == sorted(
        [(code["MRN-1"], 3, "went quiet after I cancelled"), (code["MRN-2"], 0, "a good working pair")]
    )
    assert "1 note that was chosen is on a case or session that is not published" in made.report.to_markdown()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("better than with mrn-2", "a code or name that the workspace knows"),
        ("T-SCHMIDT was on leave", "a code or name that the workspace knows"),
        ("ask tester", "a code or name that the workspace knows"),
        ("write to erika@example.org", "an e-mail address"),
        ("see https://example.org", "an address on the web"),
        ("since 3.4.2025", "a date"),
        ("born 1961", "a date"),
        ("call 030 123456", "a long number"),
    ],
)
def test_a_note_that_names_somebody_is_refused_by_column_and_rule(kept, text, rule):
    note = kept.add_note("MRN-1", text, 1)
    assert sk.preview_notes(kept, [note])["refused"].tolist() == [rule]
    with pytest.raises(sk.DisclosureError, match=r"^text: ") as refused:
        sk.deidentify(kept, notes=[note])
    assert rule in str(refused.value)
    assert text not in str(refused.value)
    assert not len(kept.publications()), "no key of what was not handed out"


def test_short_codes_do_not_stand_in_the_way_of_ordinary_words(workspace):
    forms = "case_id,rater,instrument,session,total\n" + "".join(
        f"{case},client,srs,1,36\n" for case in ("A", "IN", "7")
    )
    workspace.import_ratings(read(forms))
    notes = [workspace.add_note("A", text) for text in ("a pause in session 7", "as with IN", "A")]
    refused = sk.preview_notes(workspace, notes)["refused"].tolist()
    assert refused == ["", "a code or name that the workspace knows", ""]


def test_a_note_that_is_not_there_is_refused(kept):
    with pytest.raises(sk.UnknownNameError, match="no note of that name"):
        sk.deidentify(kept, notes=[99])


def test_words_of_the_lens_go_out_when_asked_for_and_enough_cases_share_them(kept):
    for case in range(1, 7):
        codes = {"marker": ["denial"], "history": ["betrayal"] if case == 1 else []}
        kept.judge_episode(
            f"MRN-{case}", rater="client", instrument="srs", scale="total", onset=2, verdict="rupture", codes=codes,
            reason="Erika Mustermann said so",
        )  # fmt: skip
    assert not len(sk.deidentify(kept).codes)
    made = sk.deidentify(kept, lens=True)
    assert made.codes["code"].tolist() == ["denial"] * 6
    assert sorted(made.codes["judgement"]) == [1, 2, 3, 4, 5, 6]
    assert set(made.codes["case_id"]) <= set(made.scores["case_id"])
    assert "Mustermann" not in everything(made)


# The report


def test_the_report_reads_in_words_numbers_and_json():
    made = sk.deidentify(sk.simulate_caseload(40, seed=3).scores, synthetic=True)
    page = made.report.to_markdown()
    told = json.loads(made.report.to_json())
    assert page.startswith("# Disclosure report\n")
    assert tuple(sentence for part in told["parts"].values() for sentence in part) == made.report.sentences
    assert told["numbers"] == figures(made)
    assert all(sentence in page for sentence in made.report.sentences)
    assert figures(made)["smallest_group"] >= 5
    assert "an open book" in page
    assert not [line for line in made.report.sentences if "C0" in line or "T1" in line]


def test_readers_are_not_told_whom_to_look_for():
    made = sk.deidentify(sk.simulate_caseload(40, seed=3).scores, synthetic=True)
    shown = made.report.for_readers()
    assert list(shown.parts) == ["What was removed", "What remains", "The smallest group", "What this does not promise"]
    assert not [line for line in shown.sentences if re.search(r"case-\d|certain|colleague who", line)]
    assert not {"alone_roughly", "with_originals"} & set(shown.numbers["key"])
    assert "The case most at risk" in made.report.to_markdown()


def test_the_report_speaks_german():
    with speaking("de"):
        made = sk.deidentify(caseload(), synthetic=True)
    assert made.report.to_markdown().startswith("# Bericht zur Offenlegung\n")
    assert "Kein Datum wird veröffentlicht" in made.report.to_markdown()


def test_the_report_counts_nothing_smaller_than_a_group():
    for seed in range(1, 4):
        made = sk.deidentify(sk.simulate_caseload(40, seed=seed).scores, synthetic=True, weeks=True)
        counted = [int(n) for line in made.report.sentences for n in re.findall(r"\b(\d+) cases?\b", line)]
        assert len(counted) > 5
        assert min(counted) >= 5
        assert "left out in fewer than 5 cases" in made.report.to_markdown()


def test_the_report_says_what_is_unusual_about_the_settings():
    made = sk.deidentify(caseload(), synthetic=True, smallest=4, seed=1)
    assert "That is fewer than the 5 that the kit asks for by itself." in made.report.sentences
    assert any(line.startswith("The codes were drawn from a seed") for line in made.report.sentences)
    assert not any("seed" in line for line in sk.deidentify(caseload(), synthetic=True).report.sentences)


def test_the_report_says_what_rounding_did():
    made = sk.deidentify(caseload(), synthetic=True, rounding=0.25)  # every 10 of 40 points, from 30 to 39
    expected = (
        np.mean([10.0 if score >= 35 else 0.0 for score in caseload()["score"]]) + 30 - caseload()["score"].mean()
    )
    assert figures(made)["mean_shift"] == pytest.approx(expected / 40, abs=1e-4)
    assert figures(made)["largest_shift"] == pytest.approx(5 / 40, abs=1e-4)
    assert set(made.scores["score"]) == {30.0, 40.0}
    assert "What rounding and jitter did to the picture" in made.report.to_markdown()
