"""FHIR QuestionnaireResponses in every dress."""

import json

import pandas as pd
import pytest

import supervision_kit as sk

WAI = "https://clinic.example/fhir/Questionnaire/wai-sr|1.0"


def answer(link, value, kind="valueInteger", **more):
    return {"linkId": link, "answer": [{kind: value}], **more}


def response(items, **more):
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": WAI,
        "subject": {"reference": "Patient/K7", "display": "Anna Smith"},
        "source": {"reference": "Patient/K7"},
        "authored": "2025-03-04T23:30:00-08:00",
        "item": items,
        "extension": [{"url": "https://clinic.example/session-number", "valueInteger": 3}],
        **more,
    }


TWELVE = [answer(f"wai-{item}", 4) for item in range(1, 13)]
PATIENT = {"resourceType": "Patient", "id": "K7", "name": [{"family": "Smith"}]}


def bundle(*resources):
    entries = [{"fullUrl": "urn:uuid:1", "resource": each} for each in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


SECOND = response(TWELVE, authored="2025-03-11", extension=[{"url": "x/session", "valueInteger": 4}])
DRESSES = {
    "a bundle": json.dumps(bundle(PATIENT, response(TWELVE), SECOND)),
    "an array": json.dumps([PATIENT, response(TWELVE), SECOND]),
    "ndjson": "\n".join(map(json.dumps, [PATIENT, response(TWELVE), SECOND])) + "\n",
    "one after the other, over several lines": "\n".join(
        json.dumps(each, indent=2) for each in [PATIENT, response(TWELVE), SECOND]
    ),
    "bundles, one after the other": json.dumps(bundle(PATIENT, response(TWELVE))) + json.dumps(bundle(SECOND)),
}


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_dress_holds_the_same_forms(dress, encoding):
    ratings = sk.read_ratings(DRESSES[dress].encode(encoding))
    assert ratings.problems.empty
    assert ratings.rows_read == 2
    total = ratings.scores[ratings.scores["scale"] == "total"]
    assert total[["case_id", "rater", "instrument", "session", "score"]].to_numpy().tolist() == [
        ["K7", "client", "wai_sr", 3, 4.0],
        ["K7", "client", "wai_sr", 4, 4.0],
    ]
    assert total["date"].tolist() == [pd.Timestamp("2025-03-04"), pd.Timestamp("2025-03-11")]
    assert "Left aside, as they are no answers to a form: 1 Patient." in ratings.notes
    assert not [note for note in ratings.notes if "Smith" in note]


def read(*resources, **settings):
    return sk.read_ratings(json.dumps(list(resources)).encode(), **settings)


ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


@pytest.mark.parametrize(
    "given",
    [
        {"valueInteger": 3},
        {"valueDecimal": 3.0},
        {"valueQuantity": {"value": 3, "unit": "points"}},
        {"valueString": "3"},
        {"valueCoding": {"code": "3", "display": "often"}},
        {"valueCoding": {"code": "often", "extension": [{"url": ORDINAL, "valueDecimal": 3}]}},
        {"valueCoding": {"code": "often"}, "extension": [{"url": ORDINAL, "valueDecimal": 3}]},
    ],
)
def test_an_answer_may_be_given_in_many_types(given):
    items = [{"linkId": "g", "item": [{"linkId": "q1", "answer": [given]}, *TWELVE[1:]]}]
    items[0]["item"][0]["linkId"] = "wai-1"
    responses = read(response(items)).responses
    assert responses["response"].tolist() == [3, *[4] * 11]


def test_answers_are_weighed_as_the_questionnaire_in_the_file_says():
    options = [
        {"valueCoding": {"code": f"w{n}"}, "extension": [{"url": ORDINAL, "valueDecimal": n}]} for n in range(1, 6)
    ]
    questionnaire = {
        "resourceType": "Questionnaire",
        "url": "https://clinic.example/q/17",
        "title": "Working Alliance Inventory – Short Revised (WAI-SR)",
        "item": [{"linkId": f"x{n}", "code": [{"code": f"WAI-SR {n}"}], "answerOption": options} for n in range(1, 13)],
    }
    items = [answer(f"x{n}", {"code": "w2"}, "valueCoding") for n in range(1, 13)]
    ratings = read(response(items, questionnaire="https://clinic.example/q/17"), questionnaire)
    assert ratings.responses["response"].tolist() == [2] * 12


def test_loinc_codes_of_the_phq_9_are_its_items_and_answers():
    codes = ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8"]
    said = ["LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"]  # 0 1 2 3
    items = [answer(f"/{code}", {"code": said[n % 4]}, "valueCoding") for n, code in enumerate(codes)]
    ratings = read(response(items, questionnaire="http://loinc.org/q/44249-1"))
    assert ratings.responses["item"].tolist() == list(range(1, 10))
    assert ratings.scores["score"].tolist() == [0 + 1 + 2 + 3 + 0 + 1 + 2 + 3 + 0]


def test_numbered_questions_are_items_where_they_are_all_there_and_others_can_be_said():
    numbered = [answer(f"2.{n}", 5) for n in range(1, 13)]
    assert read(response(numbered)).responses["item"].tolist() == list(range(1, 13))
    strange = [answer(letter, 9) for letter in "abcd"]
    columns = {letter: f"srs:{n}" for n, letter in enumerate("abcd", 1)}
    ratings = read(response(strange, questionnaire="Questionnaire/x"), columns=columns)
    assert ratings.scores["score"].tolist() == [36]


def test_the_instrument_may_be_said_by_the_caller_and_the_session_may_be_a_question():
    items = [*[answer(str(n), 9) for n in range(1, 5)], answer("Session no.", 7)]
    ratings = read(response(items, questionnaire="Questionnaire/17", extension=[]), instrument="srs")
    assert ratings.scores[["session", "score"]].to_numpy().tolist() == [[7, 36]]


WHO = [
    ({"source": {"reference": "Practitioner/T9"}}, ["therapist"], "T9"),
    ({"source": {"reference": "https://x.example/fhir/PractitionerRole/8"}}, ["therapist"], None),
    ({"source": {"reference": "urn:uuid:8", "type": "Patient"}}, ["client"], None),
    ({"source": {}, "author": {"reference": "Patient/K7"}}, ["client"], None),
    ({"source": {"reference": "RelatedPerson/1"}}, "rater_unknown", None),
    ({"source": {}, "author": {"reference": "Practitioner/T9"}}, "rater_missing", None),
]


@pytest.mark.parametrize(("who", "found", "therapist"), WHO)
def test_who_rates_is_who_the_source_is(who, found, therapist):
    ratings = read(response(TWELVE, **who))
    if isinstance(found, str):
        assert ratings.problems["rule"].tolist() == [found]
    else:
        assert ratings.scores["rater"].unique().tolist() == found
        assert ratings.scores["therapist_id"].astype(object).fillna("").unique().tolist() == [therapist or ""]


def test_a_professional_who_writes_down_a_form_of_the_client_s_is_not_its_rater():
    items = [answer(str(n), 2) for n in range(1, 10)]
    written = response(items, questionnaire="x/phq-9", source={}, author={"reference": "Practitioner/T9"})
    assert read(written).scores["rater"].tolist() == ["client"]


def test_the_therapist_is_the_only_professional_of_the_encounter():
    encounter = {
        "resourceType": "Encounter",
        "id": "e1",
        "participant": [{"individual": {"reference": "Practitioner/T2"}}, {"individual": {"reference": "Patient/1"}}],
    }
    ratings = read(encounter, response(TWELVE, encounter={"reference": "Encounter/e1"}))
    assert ratings.scores["therapist_id"].unique().tolist() == ["T2"]
    encounter["participant"].append({"individual": {"reference": "Practitioner/T3"}})
    ratings = read(encounter, response(TWELVE, encounter={"reference": "Encounter/e1"}))
    assert ratings.scores["therapist_id"].isna().all()


def test_the_case_is_the_reference_or_the_identifier_and_never_the_name():
    cases = [
        {"reference": "https://x.example/fhir/Patient/007/_history/2", "display": "Anna Smith"},
        {"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"},
        {"identifier": {"value": "MRN-12"}, "display": "Anna Smith"},
        {"display": "Anna Smith"},
    ]
    ratings = read(*[response(TWELVE, subject=subject) for subject in cases])
    assert sorted(ratings.scores["case_id"].unique()) == ["007", "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "MRN-12"]
    assert ratings.problems[["row", "rule"]].to_numpy().tolist() == [[4, "case_missing"]]
    assert "Smith" not in str(ratings.problems.to_numpy())


@pytest.mark.parametrize("status", ["entered-in-error", "in-progress", "stopped"])
def test_a_form_that_is_not_complete_is_set_aside_with_its_place_in_the_file(status):
    ratings = read(PATIENT, response(TWELVE), PATIENT, response(TWELVE, status=status))
    assert ratings.problems[["row", "column", "value", "rule"]].to_numpy().tolist() == [
        [4, "status", status, "form_not_complete"]
    ]
    assert (ratings.rows_read, ratings.rows_kept) == (2, 1)


def test_forms_of_several_questionnaires_are_sheets_of_their_own():
    srs = response([answer(str(n), 9) for n in range(1, 5)], questionnaire="x/srs")
    ratings = read(srs, response(TWELVE), response([answer("diet", "good", "valueString")], questionnaire="x/diet"))
    assert [sheet.source for sheet in ratings.sheets] == ["data, questionnaire “srs”", "data, questionnaire “wai-sr”"]
    assert any(note.startswith("Left aside: data, questionnaire “diet”") for note in ratings.notes)


@pytest.mark.parametrize(
    "items",
    ["none", [1, 2], [{"text": None}], [{"linkId": "wai-1", "answer": 4}], [{"linkId": "wai-1", "answer": [4]}]],
)
def test_a_form_of_the_wrong_build_is_set_aside(items):
    ratings = read(response(TWELVE), response(items))
    assert ratings.problems[["row", "rule"]].to_numpy().tolist() == [[2, "form_malformed"]]


def test_a_question_answered_twice_is_a_problem_and_not_a_choice():
    items = [*TWELVE[1:], {"linkId": "wai-1", "answer": [{"valueInteger": 3}, {"valueInteger": 4}]}]
    assert read(response(items)).problems[["value", "rule"]].to_numpy().tolist() == [["3; 4", "response_not_a_number"]]
    items = [*TWELVE, answer("wai-1", 2)]
    assert read(response(items)).problems["value"].tolist() == ["4; 2"]


BROKEN = {
    "a comma": ('{"resourceType": "Bundle",\n "entry": [,]}', "broken in line 2, column 12"),
    "the end": ('{"resourceType": "Bundle"', "broken in line 1"),
    "a key twice": ('[{"a": 1, "a": 2}]', "line 1 holds a key twice"),
    "depth": ("[{" + '"item": [{' * 100_000, "nested deeper|broken in line"),
    "nothing of it": ('{"resourceType": "Patient"}', "holds no QuestionnaireResponse"),
    "an empty array": ("[]", "holds no QuestionnaireResponse"),
    "a huge number": (json.dumps([response(TWELVE, id=1)]).replace('"id": 1', '"id": ' + "9" * 9_999 + ","), "broken"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_json_is_refused_with_its_place_and_nothing_of_it_is_quoted(kind):
    text, what = BROKEN[kind]
    with pytest.raises(sk.RecordsError, match=what):
        sk.read_ratings(text.encode())


def test_numbers_of_any_size_are_read_as_they_are_written():
    items = [answer("wai-1", 1), *TWELVE[1:]]
    text = json.dumps([response(items)]).replace('"valueInteger": 1}', '"valueInteger": ' + "9" * 9_999 + "}")
    assert sk.read_ratings(text.encode()).problems["rule"].tolist() == ["response_not_a_number"]
    for strange in ("NaN", "Infinity", "1e999"):
        text = json.dumps([response(items)]).replace('"valueInteger": 1}', f'"valueInteger": {strange}' + "}")
        ratings = sk.read_ratings(text.encode())
        assert ratings.rows_read == 1


def numbered(n_items, value):
    return [answer(f"p{n}", value) for n in range(1, n_items + 1)]


def in_session(number):
    return [{"url": "x/session", "valueInteger": number}]


def contained_form(title, n_items):
    items = [{"linkId": f"p{n}"} for n in range(1, n_items + 1)]
    return [{"resourceType": "Questionnaire", "id": "q", "title": title, "item": items}]


def test_contained_questionnaires_of_the_same_local_id_are_told_apart():
    phq = response(numbered(9, 3), questionnaire="#q", contained=contained_form("PHQ-9", 9), extension=in_session(1))
    gad = response(numbered(7, 3), questionnaire="#q", contained=contained_form("GAD-7", 7), extension=in_session(2))
    again = {**gad, "extension": in_session(3)}
    scores = read(phq, gad, again).scores
    assert scores[["session", "instrument", "score"]].to_numpy().tolist() == [
        [2, "gad7", 21],
        [3, "gad7", 21],
        [1, "phq9", 27],
    ]
    shown = [
        {**form, "questionnaire": None, "_questionnaire": {"extension": [{"url": "display", "valueString": title}]}}
        for form, title in ((phq, "PHQ-9"), (gad, "GAD-7"))
    ]
    assert sorted(read(*shown).scores["score"]) == [21, 27]


def options(**weights):
    return [
        {"valueCoding": {"code": code}, "extension": [{"url": ORDINAL, "valueDecimal": weight}]}
        for code, weight in weights.items()
    ]


def test_a_code_weighs_what_its_own_question_says():
    items = [{"linkId": f"p{n}", "answerOption": options(a=0, b=1, c=2, d=3)} for n in range(1, 10)]
    items[1]["answerOption"] = options(a=3, b=2, c=1, d=0)
    form = {"resourceType": "Questionnaire", "url": "https://x.example/phq9", "item": items}
    given = [answer(f"p{n}", {"code": "a"}, "valueCoding") for n in range(1, 10)]
    ratings = read(form, response(given, questionnaire="https://x.example/phq9"))
    assert ratings.responses["response"].tolist() == [0, 3, 0, 0, 0, 0, 0, 0, 0]
    assert ratings.scores["score"].tolist() == [3]


def test_answers_are_weighed_as_the_version_of_the_questionnaire_says():
    def form(version, weight):
        items = [{"linkId": f"p{n}", "answerOption": options(a=weight)} for n in range(1, 10)]
        return {"resourceType": "Questionnaire", "url": "https://x.example/phq9", "version": version, "item": items}

    given = [answer(f"p{n}", {"code": "a"}, "valueCoding") for n in range(1, 10)]
    first = response(given, questionnaire="https://x.example/phq9|1", extension=in_session(1))
    second = response(given, questionnaire="https://x.example/phq9|2", extension=in_session(2))
    scores = read(form("1", 1), form("2", 2), first, second).scores
    assert scores[["session", "score"]].to_numpy().tolist() == [[1, 9], [2, 18]]


def patient(identifier):
    return {"resourceType": "Patient", "id": "p1", "identifier": [{"value": identifier}] if identifier else []}


def test_a_contained_patient_is_known_by_the_identifier_and_not_by_the_local_id():
    forms = [
        response(TWELVE, subject={"reference": "#p1"}, source={"reference": "#p1"}, contained=[patient(identifier)])
        for identifier in ("007", "008", "")
    ]
    ratings = read(*forms)
    assert sorted(ratings.scores["case_id"].unique()) == ["007", "008"]
    assert ratings.scores["rater"].unique().tolist() == ["client"]
    assert ratings.problems[["row", "rule"]].to_numpy().tolist() == [[3, "case_missing"]]


def test_a_reference_within_the_bundle_is_the_resource_it_means():
    who = {"reference": "urn:uuid:aa"}
    encounter = {"resourceType": "Encounter", "participant": [{"individual": {"reference": "urn:uuid:cc"}}]}
    beside = {
        "urn:uuid:aa": {"resourceType": "Patient", "id": "P9"},
        "urn:uuid:bb": encounter,
        "urn:uuid:cc": {"resourceType": "Practitioner", "identifier": [{"value": "T2"}]},
    }
    form = response(TWELVE, subject=who, source=who, encounter={"reference": "urn:uuid:bb"})
    entries = [{"fullUrl": address, "resource": each} for address, each in beside.items()]
    ratings = read({"resourceType": "Bundle", "entry": [*entries, {"resource": form}]})
    assert ratings.scores[["case_id", "rater", "therapist_id"]].drop_duplicates().to_numpy().tolist() == [
        ["P9", "client", "T2"]
    ]


def srs(*values, unit=None, session=1, code=None):
    said = {name: each for name, each in (("unit", unit), ("code", code)) if each}
    items = [answer(str(n), {"value": value, **said}, "valueQuantity") for n, value in enumerate(values, 1)]
    return response(items, questionnaire="x/srs", extension=in_session(session))


def test_the_unit_of_a_quantity_is_kept():
    forms = [
        srs(8, 8, 8, 8, unit="mm", session=1),
        srs(8, 8, 8, 8, unit="cm", session=2),
        srs(80, 85, 90, 65, unit="Millimeter", code="mm", session=3),
        srs(8, 8, 8, 8, unit="points", session=4),
        srs(80, 80, 80, 80, unit="%", session=5),
    ]
    ratings = read(*forms)
    assert ratings.scores[["session", "score"]].to_numpy().tolist() == [
        [1, pytest.approx(3.2)],
        [2, 32],
        [3, 32],
        [4, 32],
    ]
    assert ratings.problems["rule"].unique().tolist() == ["response_not_a_number"]
    assert "12 cell(s) say in what they are measured (82 mm, 8.2 cm), and were read as that." in ratings.notes


def test_a_bundle_within_a_bundle_is_opened():
    batch = {"resourceType": "Bundle", "type": "batch-response", "entry": [{"resource": bundle(response(TWELVE))}]}
    assert read(batch).scores["score"].tolist() == [4, 4, 4, 4]
    deep = response(TWELVE)
    for _ in range(100):
        deep = bundle(deep)
    assert read(deep).rows_read == 1


def test_a_page_of_a_search_says_that_there_is_more_of_it():
    said = "data is a page of several, and the next one is not in it. Read all pages together."
    first = {**bundle(response(TWELVE)), "link": [{"relation": "next", "url": "https://x.example?page=2"}]}
    last = {**bundle(SECOND), "link": [{"relation": "self", "url": "https://x.example?page=2"}]}
    assert said in read(first).notes
    assert said not in read(first, last).notes


def test_messages_call_a_form_a_resource():
    ratings = read(PATIENT, response(TWELVE), response(TWELVE))
    (message,) = ratings.problems["message"]
    assert "resource 2" in message
    assert " row 2" not in message


def test_link_ids_that_number_the_items_may_have_gaps_and_others_beside_them():
    items = [answer(str(item), 4) for item in range(1, 13) if item != 3]
    ratings = sk.read_ratings(json.dumps(response([*items, answer("99", "none", "valueString")])).encode())
    assert ratings.responses["item"].tolist() == [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert ratings.scores.set_index("scale")["score"]["total"] == 4


def test_a_further_question_is_left_out_where_columns_says_so():
    phq9 = [answer(str(item), 1) for item in range(1, 11)]
    form = json.dumps(response(phq9, questionnaire="https://clinic.example/Questionnaire/phq9"))
    with pytest.raises(sk.RecordsError, match="a column for item 10"):
        sk.read_ratings(form.encode())
    ratings = sk.read_ratings(form.encode(), columns={"10": "ignore"})
    assert ratings.scores["score"].tolist() == [9]
