"""What belongs to a user: preferences and drafts, each their own."""

import pytest

import supervision_kit as sk
from workspaces import read

TEXT = "case,session,SRS\nA,1,30\nB,1,31\n"


@pytest.fixture
def two(where):
    with sk.Workspace(where, user="anna") as anna, sk.Workspace(where, user="ben") as ben:
        anna.import_ratings(read(TEXT))
        yield anna, ben


@pytest.mark.parametrize("value", [1, 0.1, "ö", None, True, [], {"a": [1, {"b": None}]}])
def test_a_preference_comes_back_as_it_was_for_its_user_alone(two, value):
    anna, ben = two
    anna.set_preference("weights", "before")
    anna.set_preference("weights", value)
    assert anna.preference("weights", "default") == value
    assert ben.preference("weights", "default") == "default"
    assert anna.preference("other") is None


@pytest.mark.parametrize("value", [{1, 2}, object(), float("nan"), b"x"])
def test_a_preference_that_cannot_be_kept_is_refused(two, value):
    anna, _ = two
    with pytest.raises(sk.WorkspaceError, match="The preference weights is not of numbers"):
        anna.set_preference("weights", value)
    assert anna.preference("weights") is None


def test_what_is_being_typed_outlives_the_page_for_its_user_and_its_place_alone(two, where):
    anna, ben = two
    anna.save_draft("note", "half a", case_id="A")
    anna.save_draft("note", "half a sentence", case_id="A")
    anna.save_draft("note", "about nobody")
    anna.save_draft("decision", "another place", case_id="A")
    with sk.Workspace(where, user="anna") as again:
        assert again.draft("note", case_id="A") == "half a sentence"
        assert again.draft("note") == "about nobody"
        assert again.draft("decision", case_id="A") == "another place"
        assert again.draft("note", case_id="B") == ""
    assert ben.draft("note", case_id="A") == ""
    anna.drop_draft("note", case_id="A")
    anna.drop_draft("note", case_id="A")
    assert anna.draft("note", case_id="A") == ""
    anna.save_draft("note", "")
    assert anna.draft("note") == ""
    assert anna.draft("decision", case_id="A") == "another place"


def test_a_draft_is_one_entry_in_the_audit_and_none_for_undo(two):
    anna, _ = two
    anna.add_note("A", "kept")
    for end in range(1, 5):
        anna.save_draft("note", "half"[:end], case_id="B")
    table = anna.audit()
    assert table.loc[table["view"] == "draft", ["action", "cases"]].to_numpy().tolist() == [["write", ["B"]]]
    assert "half" not in table.to_string()
    assert anna.undo() == "the note on A"
    assert anna.draft("note", case_id="B") == "half"


def test_a_place_or_a_case_that_is_none_is_refused(two):
    anna, _ = two
    with pytest.raises(sk.WorkspaceError, match="The name of the place"):
        anna.save_draft("a\nb", "text")
    for use in (anna.draft, anna.drop_draft, lambda place, case_id: anna.save_draft(place, "text", case_id=case_id)):
        with pytest.raises(sk.UnknownNameError, match="There is no case of that name"):
            use("note", case_id="Z")
