"""The agenda of a supervision, its state and its view, without a browser."""

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores

FELL = (4.2, 4.3, 4.2, 4.3, 3.0, 3.1, 3.0)
CAME_BACK = (*FELL, 3.6, 4.2)
STEADY = (4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 4.2)


def frame(**cases):
    return pd.concat(make_scores(*scores, case_id=case, therapist=case[0]) for case, scores in cases.items())


def imported(workspace, tmp_path, **cases):
    path = tmp_path / "forms.csv"
    frame(**cases).to_csv(path, index=False)
    workspace.import_ratings(sk.read_ratings(str(path)), on_change="keep")


@pytest.fixture
def workspace(tmp_path):
    with sk.Workspace(tmp_path / "spring.sqlite") as workspace:
        imported(workspace, tmp_path, A1=FELL, A2=STEADY, B1=FELL)
        yield workspace


@pytest.fixture
def caseload(workspace):
    return sk.apps.CaseloadState(workspace, method=sk.AdjacentDrop())


@pytest.fixture
def agenda(caseload):
    return sk.apps.AgendaState(caseload)


def listed(agenda):
    return agenda.items["case_id"].tolist()


def test_a_case_is_collected_with_the_question_that_fits_what_is_seen(agenda):
    agenda.collect("A1")
    agenda.collect("A2")
    agenda.collect("B1", "  What did the letter change? ")
    assert agenda.items["text"].tolist() == [
        "What happened around session 5, and what has been tried since?",
        "What should we look at together?",
        "What did the letter change?",
    ]
    assert agenda.items["therapist_id"].tolist() == ["A", "A", "B"]


def test_the_agenda_is_ordered_by_hand_and_stays_so(agenda, caseload):
    items = [agenda.collect(case) for case in ("A1", "A2", "B1")]
    agenda.move(items[2], -1)
    agenda.move(items[2], -1)
    agenda.move(items[2], -1)  # it is the first already
    agenda.move(items[0], 1)
    assert listed(agenda) == ["B1", "A2", "A1"]
    assert listed(sk.apps.AgendaState(caseload)) == ["B1", "A2", "A1"]


def test_what_was_talked_about_stays_until_the_supervision_is_closed(agenda, workspace):
    first, second = agenda.collect("A1"), agenda.collect("A2")
    agenda.mark(first, "done")
    assert agenda.items["state"].tolist() == ["done", "open"]
    agenda.close()
    assert listed(agenda) == ["A2"]
    assert workspace.last_supervision() is not None
    agenda.mark(second, "dropped")
    assert listed(agenda) == []


def test_one_supervisees_agenda_and_one_cases(agenda, caseload, workspace):
    for case in ("A1", "A2", "B1"):
        agenda.collect(case)
    caseload.therapist_id = "B"
    assert listed(agenda) == ["B1"]
    case = sk.apps.CaseState(workspace, case_id="A2")
    of_case = sk.apps.AgendaState(case)
    assert listed(of_case) == ["A2"]
    case.case_id = "A1"
    assert listed(of_case) == ["A1"]
    assert of_case.suggest("A2") == ("What should we look at together?",)


def test_the_question_offered_first_fits_what_weighs_most(tmp_path):
    """It fell twice: at 4 it came back, at 8 it did not."""
    fell = make_scores(4.2, 4.3, 4.2, 3.1, 4.2, 4.3, 4.2, 3.0, 3.1, 3.0)
    with sk.Workspace(tmp_path / "twice.sqlite") as opened:
        opened.import_ratings(sk.read_ratings(fell.to_csv(index=False).encode()))
        agenda = sk.apps.AgendaState(sk.apps.CaseloadState(opened, method=sk.AdjacentDrop()))
        assert agenda.suggest("C1")[0] == "What happened around session 8, and what has been tried since?"


def test_a_decision_comes_back_with_what_the_ratings_did_since(agenda, caseload, workspace, tmp_path):
    item = agenda.collect("A1")
    agenda.decide("A1", "Name the withdrawal", item=item)
    agenda.decide("B1", "Wait", item=None)
    assert agenda.open_decisions["session"].tolist() == [7, 7]
    assert agenda.open_decisions["said"].tolist() == [("No alliance rating by the client since session 7.",)] * 2
    imported(workspace, tmp_path, A1=CAME_BACK)
    caseload.refresh(ratings=True)
    first = agenda.open_decisions.iloc[0]
    assert (first["case_id"], first["is_rated_since"]) == ("A1", True)
    # differences up to session 7: .1 .1 .1 1.3 .1 .1, median .1, 3.865 · .1 = .386; from 3.0 to 4.2
    assert first["said"][0] == "Over 2 sessions, more than is usual for this client: total up 1.2 to 4.2."


def test_what_became_of_a_decision_is_said_and_can_be_taken_back(agenda):
    number = agenda.decide("A1", "Name the withdrawal")
    agenda.settle(number, "changed", note="asked instead")
    assert agenda.open_decisions.empty
    settled = agenda.settled_decisions.iloc[0]
    assert (settled["state"], settled["state_note"], agenda.n_settled) == ("changed", "asked instead", 1)
    agenda.undo()
    assert agenda.open_decisions["id"].tolist() == [number]
    assert agenda.can_undo == "the decision on A1"
    agenda.undo()
    assert agenda.open_decisions.empty


def test_an_empty_decision_is_refused(agenda):
    with pytest.raises(sk.WorkspaceError, match="There is no text yet"):
        agenda.decide("A1", "   ")


def test_what_is_being_typed_is_kept_until_it_is_settled(agenda, caseload):
    item = agenda.collect("A1")
    agenda.keep_question("A1", item, "What did sh")
    agenda.keep_draft("A1", "Ask her ab", item=item)
    agenda.keep_new_question("A2", "And wh")
    again = sk.apps.AgendaState(caseload)
    assert again.question("A1", item) == "What did sh"
    assert again.draft("A1", item=item) == "Ask her ab"
    assert again.new_question("A2") == "And wh"
    again.reword("A1", item, "What did she say?")
    again.decide("A1", "Ask her about it", item=item)
    again.collect("A2", "And what then?")
    assert again.items["text"].tolist() == ["What did she say?", "And what then?"]
    assert (again.draft("A1", item=item), again.new_question("A2")) == ("", "")
    again.reword("A1", item, "  ")
    assert again.question("A1", item) == "What did she say?"


def test_what_is_being_typed_of_a_decision_is_kept_until_it_is_settled(agenda, caseload):
    number = agenda.decide("A1", "Name it")
    agenda.keep_settling(number, "we nam")
    assert sk.apps.AgendaState(caseload).settling(number) == "we nam"
    agenda.settle(number, "kept", note="we named it")
    assert agenda.settling(number) == ""


def test_what_shows_the_agenda_is_told_of_changes_and_of_nothing_else(agenda, caseload):
    told = []
    agenda.observe(lambda change: told.append(change["new"]), "revision")
    agenda.refresh()
    caseload.refresh()
    assert told == []
    agenda.collect("A1")
    assert len(told) == 1


def test_with_files_that_are_only_shown_nothing_can_be_kept_and_the_reason_is_said():
    agenda = sk.apps.AgendaState(sk.apps.CaseloadState(frame(A1=FELL)))
    assert "import them on the page Load" in agenda.why_not
    assert agenda.items.empty
    assert agenda.open_decisions.empty
    assert agenda.can_undo == ""
    with pytest.raises(sk.WorkspaceError, match="import them"):
        agenda.collect("A1")
    page = sk.apps.AgendaView(agenda, sk.apps.CaseloadPage(sk.apps.CaseloadState(frame(A1=FELL))))
    assert len(page.children) == 2


def test_the_code_that_the_page_shows_writes_the_same_file(agenda, caseload, tmp_path, monkeypatch):
    agenda.collect("A1", "My own words")
    agenda.collect("B1")
    caseload.therapist_id = "A"
    monkeypatch.chdir(tmp_path)
    exec(agenda.file_as_code("md", coded=False), {})  # noqa: S102 - our own code
    name, content = agenda.make_file("md", coded=False)
    written = (tmp_path / "agenda.md").read_text(encoding="utf-8")
    assert name == "agenda.md"
    assert "My own words" in written
    assert content.decode().split("![")[0] == written.split("![")[0]


def test_what_a_coded_paper_leaves_out_is_listed_before(agenda):
    agenda.collect("A1")
    agenda.collect("A1", "Anna's father")
    agenda.decide("B1", "Call the clinic")
    assert agenda.own_words == ("Anna's father", "Call the clinic")


# -- the view ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def view(agenda, caseload):
    return sk.apps.AgendaView(agenda, sk.apps.CaseloadPage(caseload))


def typed(field, text, *, is_left=False):
    field._take(field, {"about": field.field["about"], "n": 1, "text": text, "is_left": is_left}, [])


def test_an_empty_agenda_says_what_to_do(view):
    assert "Press “Agenda” beside a case" in view.empty.value
    assert "No decision is open" in view.agreed.value
    assert view.settled_fold.layout.display == "none"


def test_an_item_is_worded_decided_and_talked_about_on_the_page(view, workspace):
    view.adder("A1").click()
    (item,) = view.items.children
    assert "A1" in item.title.value
    assert "<b>" not in item.title.value.replace("</b>", "")
    typed(item.question, "Why so quiet?")
    assert workspace.agenda()["text"].tolist() != ["Why so quiet?"]
    typed(item.question, "Why so quiet?", is_left=True)
    assert workspace.agenda()["text"].tolist() == ["Why so quiet?"]
    typed(item.decision, "Ask her")
    item.agree.click()
    assert item.decision.text == ""
    assert workspace.decisions()["agenda_item"].tolist() == [item.number]
    item.done.click()
    assert item.body.layout.display == "none"
    assert view.items.children == (item,)


def test_a_decision_that_cannot_be_written_stays_in_its_field(view, workspace, monkeypatch):
    view.adder("A1").click()
    (item,) = view.items.children
    typed(item.decision, "Ask her")

    def refuse(*_given, **_named):
        raise sk.WorkspaceError("The workspace cannot be written.")

    monkeypatch.setattr(workspace, "add_decision", refuse)
    item.agree.click()
    assert item.decision.text == "Ask her"
    assert "cannot be written" in view._page.banner.value


def test_items_keep_their_fields_while_others_come_and_go(view):
    view.adder("A1").click()
    view.adder("A2").click()
    first, second = view.items.children
    typed(first.decision, "half a sen")
    second.up.click()
    assert view.items.children == (second, first)
    second.drop.click()
    assert view.items.children == (first,)
    assert first.decision.text == "half a sen"


def test_a_decision_is_settled_on_the_page(view, agenda, workspace):
    agenda.decide("A1", "Name <it> & wait")
    (decision,) = view.decisions.children
    assert "Name &lt;it&gt; &amp; wait" in decision.words.value
    typed(decision.note, "we named it")
    decision.settle.children[0].click()
    assert workspace.decisions()[["state", "state_note"]].to_numpy().tolist() == [["kept", "we named it"]]
    assert view.decisions.children == ()
    assert view.settled_fold.button.description == "1 settled decision"
    view.settled_fold.button.is_open = True
    (settled,) = view.settled.children
    settled.again.click()
    assert len(view.decisions.children) == 1


def test_a_coded_file_with_notes_shows_them_first(view, agenda):
    agenda.collect("A1", "Anna's <father>")
    assert "none of your own texts (1 of them)" in view.file.about.value
    view.file.notes.value = True
    assert "Anna&#x27;s &lt;father&gt;" in view.file.about.value
    view.file.naming.value = False
    assert "coded=False" in view.file.code.value


def test_the_case_page_asks_for_a_question_and_offers_those_that_fit(workspace):
    case = sk.apps.CaseState(workspace, case_id="A1", method=sk.AdjacentDrop())
    view = sk.apps.AgendaView(sk.apps.AgendaState(case), sk.apps.CasePage(case))
    view.question.button.is_open = True
    assert view.question.text.text == "What happened around session 5, and what has been tried since?"
    typed(view.question.text, "What now?")
    case.case_id = "A2"
    assert view.question.text.text == "What should we look at together?"
    case.case_id = "A1"
    assert view.question.text.text == "What now?"
    view.question.add.click()
    assert workspace.agenda()[["case_id", "text"]].to_numpy().tolist() == [["A1", "What now?"]]
    assert view.file.layout.display == "none"
