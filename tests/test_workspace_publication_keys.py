"""Who is who in what was published: kept in the workspace, gone with the case."""

import pandas as pd
import pytest

import supervision_kit as sk
from workspaces import read

FORMS = "case_id,rater,instrument,session,total\n" + "".join(
    f"{case},client,srs,{session},36\n" for case in ("AB", "CD") for session in (1, 2, 4)
)
KEY = pd.DataFrame(
    {
        "case_id": ["AB", "CD"],
        "code": ["case-02", "case-01"],
        "therapists": [{"therapist-A": "T1"}, {}],
        "sessions": [[1, 2, 4], [1, 2]],
    }
)


@pytest.fixture
def kept(workspace):
    workspace.import_ratings(read(FORMS))
    workspace.keep_key("spring", KEY)
    return workspace


def rows(table):
    return table[["case_id", "code", "therapists", "sessions"]].to_numpy().tolist()


def test_a_key_comes_back_by_its_codes(kept):
    assert rows(kept.key("spring")) == [
        ["CD", "case-01", {}, [1, 2]],
        ["AB", "case-02", {"therapist-A": "T1"}, [1, 2, 4]],
    ]
    assert kept.publications()[["publication", "n_cases", "who"]].to_numpy().tolist() == [["spring", 2, "tester"]]


def test_a_key_is_kept_once_and_only_of_cases_that_are_there(kept):
    with pytest.raises(sk.WorkspaceError, match="a key for a publication of that name already"):
        kept.keep_key("spring", KEY)
    with pytest.raises(sk.UnknownNameError, match="There is no case of that name"):
        kept.keep_key("autumn", KEY.assign(case_id=["AB", "nobody"]))
    with pytest.raises(sk.UnknownNameError, match=r"There is no publication of that name\. There are 1\."):
        kept.key("autumn")


def test_an_erased_case_leaves_every_key(kept):
    kept.keep_key("autumn", KEY)
    erasure = kept.erase_case("AB")
    assert erasure.publications == ("spring", "autumn")
    assert "The case is in 2 publication(s)" in " ".join(erasure.sentences())
    for publication in ("spring", "autumn"):
        assert rows(kept.key(publication)) == [["CD", "case-01", {}, [1, 2]]]


def test_a_key_is_exported_and_restored_with_the_rest(kept, tmp_path):
    kept.export(tmp_path / "all.zip")
    with sk.Workspace.restore(tmp_path / "all.zip", tmp_path / "new.sqlite") as restored:
        pd.testing.assert_frame_equal(restored.key("spring"), kept.key("spring"))


def test_the_publications_of_a_case_are_named(kept):
    kept.keep_key("autumn", KEY.iloc[:1])
    assert kept.publications("AB")["publication"].tolist() == ["spring", "autumn"]
    assert kept.publications("CD")[["publication", "n_cases"]].to_numpy().tolist() == [["spring", 2]]


def test_a_key_can_be_forgotten(kept):
    kept.keep_key("autumn", KEY)
    kept.forget_key("spring")
    assert kept.publications()["publication"].tolist() == ["autumn"]
    with pytest.raises(sk.UnknownNameError):
        kept.forget_key("spring")
    kept.keep_key("spring", KEY)


def test_keeping_reading_and_forgetting_stand_in_the_audit(kept):
    kept.key("spring")
    kept.forget_key("spring")
    audit = kept.audit()
    about = audit["view"].str.startswith("publication")
    assert audit.loc[about, ["action", "view", "cases"]].to_numpy().tolist() == [
        ["write", "publication key", ["AB", "CD"]],
        ["read", "publication key", ["AB", "CD"]],
        ["write", "publication key, forgotten", ["AB", "CD"]],
    ]


def test_sessions_counted_anew_from_dates_move_in_the_key_too(workspace):
    later = "case_id,rater,instrument,date,total\nA,client,srs,2026-03-09,30\nA,client,srs,2026-03-16,31\n"
    workspace.import_ratings(read(later))
    key = pd.DataFrame({"case_id": ["A"], "code": ["case-01"], "therapists": [{}], "sessions": [[1, 2]]})
    workspace.keep_key("spring", key)
    workspace.import_ratings(read("case_id,rater,instrument,date,total\nA,client,srs,2026-03-02,29\n"))
    assert workspace.key("spring")["sessions"].tolist() == [[2, 3]]
