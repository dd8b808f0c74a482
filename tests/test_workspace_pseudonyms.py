"""What cases are called outside: drawn at random, the same next time, gone with the case."""

import re

import pytest

import supervision_kit as sk
from workspaces import read

FORMS = "case_id,rater,instrument,session,total\n" + "".join(f"{case},client,srs,1,36\n" for case in ("AB", "CD", "EF"))


@pytest.fixture
def workspace(tmp_path):
    with sk.Workspace(tmp_path / "spring.sqlite") as workspace:
        workspace.import_ratings(read(FORMS))
        yield workspace


def test_a_pseudonym_is_drawn_once_says_nothing_and_is_no_ones_else(workspace):
    first = workspace.pseudonyms(["AB", "CD"])
    assert all(re.fullmatch("[B-Z][2-9][B-Z][2-9][B-Z]", pseudonym) for pseudonym in first.values())
    assert len(set(first.values())) == 2
    assert workspace.pseudonyms(["CD", "AB", "EF"]).items() >= first.items()
    assert list(workspace.pseudonyms("EF")) == ["EF"]


def test_two_workspaces_draw_others(workspace, tmp_path):
    with sk.Workspace(tmp_path / "other.sqlite") as other:
        other.import_ratings(read(FORMS))
        assert workspace.pseudonyms(["AB", "CD", "EF"]) != other.pseudonyms(["AB", "CD", "EF"])


def test_a_pseudonym_is_erased_with_its_case_and_restored_with_the_rest(workspace, tmp_path):
    drawn = workspace.pseudonyms(["AB", "CD"])
    workspace.erase_case("AB")
    workspace.export(tmp_path / "all.zip")
    with sk.Workspace.restore(tmp_path / "all.zip", tmp_path / "new.sqlite") as restored:
        assert restored.pseudonyms("CD") == {"CD": drawn["CD"]}
    assert drawn["AB"].encode() not in (tmp_path / "spring.sqlite").read_bytes()


def test_drawing_and_every_paper_stand_in_the_audit(workspace):
    workspace.pseudonyms("AB")
    workspace.pseudonyms("AB")
    workspace.record_export("agenda, coded", ["AB", "CD"])
    audit = workspace.audit()
    said = audit.loc[audit["action"].isin(["write", "export"]), ["action", "view", "cases"]].to_numpy().tolist()
    assert said[1:] == [["write", "pseudonym", ["AB"]], ["export", "agenda, coded", ["AB", "CD"]]]


def test_a_case_that_is_not_there_has_none(workspace):
    with pytest.raises(sk.UnknownNameError, match="There is no case of that name"):
        workspace.pseudonyms(["AB", "nobody"])
