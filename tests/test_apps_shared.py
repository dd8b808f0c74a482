"""Pages over a bundle: to be looked at together, with nothing to keep, to load or to take away."""

import shutil

import ipywidgets as ipw
import pandas as pd
import pytest

import supervision_kit as sk
from supervision_kit.apps.shared_words import tell_cut
from supervision_kit.bundles.writing import write_bundle
from test_publishing import ratings


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """The folder of a bundle that the server shares, with a note and a word of the lens in it."""
    folder = tmp_path / "bundle"
    scores = ratings().drop(columns="date")
    notes = pd.DataFrame({"case_id": ["Ada"], "session": [5], "text": ["<b>We</b> named the withdrawal."]})
    codes = pd.DataFrame({"judgement": [1], "case_id": ["Ada"], "kind": ["touched"], "code": ["honesty"]})
    write_bundle(
        folder,
        tables={"scores": scores, "notes": notes, "codes": codes},
        settings={},
        report="",
        pages={},
    )
    monkeypatch.setenv("SUPERVISION_KIT_BUNDLE", str(folder))
    return folder


def widgets_in(root):
    yield root
    for child in getattr(root, "children", ()):
        yield from widgets_in(child)


def visible_text(page):
    return " ".join(widget.value for widget in widgets_in(page) if isinstance(widget, ipw.HTML))


@pytest.mark.parametrize("name", ["caseload_page", "case_page", "episodes_page"])
def test_a_shared_page_keeps_loads_and_hands_out_nothing(shared, name):
    page = getattr(sk.apps, name)()
    kinds = {type(widget).__name__ for widget in widgets_in(page)}
    assert not kinds & {"SaveButton", "FileDrop", "KeptText", "NotesView", "DatePicker", "AgendaView"}
    text = visible_text(page)
    assert "shared without who they are" in text
    assert "1_load_ratings" not in text
    assert "Import" not in text
    assert str(shared) not in text
    assert page.state.workspace is None


@pytest.fixture
def cut(shared):
    """How many sessions Ada has in a bundle that says that cases of this length went on."""
    bundle = sk.open_bundle(shared)
    n_sessions = int(bundle.scores.loc[bundle.scores["case_id"] == "Ada", "session"].max())
    scores = bundle.scores.copy()
    shutil.rmtree(shared)
    write_bundle(shared, tables={"scores": scores}, settings={"cut_after": [n_sessions]}, report="", pages={})
    return n_sessions


@pytest.mark.parametrize("name", ["caseload_page", "case_page", "episodes_page", "consultation_page"])
def test_sessions_that_were_left_out_are_told_of_where_cases_are_read(cut, name):
    page = getattr(sk.apps, name)(**({"case_id": "Ada"} if name == "case_page" else {}))
    assert "the latest session is the latest that is shown" in visible_text(page)
    of_this_case = f"Of some cases with {cut} sessions here, later ones were left out"
    assert (of_this_case in visible_text(page)) == (name == "case_page")


def test_how_long_a_case_is_stays_unsaid_in_a_group_until_what_happened_is_shown(cut):
    page = sk.apps.consultation_page()
    page.state.choose_case("Ada")
    page.state.show("methods")
    assert f"cases with {cut} sessions" not in visible_text(page)
    page.state.show("outcome")
    assert f"cases with {cut} sessions" in visible_text(page)


@pytest.mark.usefixtures("shared")
def test_the_server_s_bundle_is_shown_whatever_else_there_is(tmp_path, monkeypatch):
    monkeypatch.setenv("SUPERVISION_KIT_WORKSPACE", str(tmp_path / "w.sqlite"))
    with sk.Workspace() as workspace:
        workspace.import_ratings(sk.read_ratings(b"case,session,SRS\nSECRET,1,30\nSECRET,2,31\n"))
    monkeypatch.setenv("SUPERVISION_KIT_RATINGS", str(tmp_path / "nothing.csv"))
    page = sk.apps.caseload_page(workspace=str(tmp_path / "w.sqlite"))
    assert set(page.state.source.cases) == set(ratings()["case_id"])


@pytest.mark.usefixtures("shared")
def test_what_was_chosen_of_a_case_is_shown_with_it_alone():
    page = sk.apps.case_page(case_id="Ada")
    assert "Session 5: &lt;b&gt;We&lt;/b&gt; named the withdrawal." in visible_text(page)
    assert "What the supervisor says of the falls" in visible_text(page)
    page.state.case_id = "Ben"
    assert "withdrawal." not in page.shared.value


def test_a_bundle_that_was_changed_is_told_on_the_page(shared):
    path = shared / "tables" / "scores.parquet"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b" ")
    page = sk.apps.caseload_page()
    assert "tables/scores.parquet of this bundle was changed" in page.banner.value


def test_that_sessions_were_cut_is_said_of_every_case_of_that_length():
    settings = {"cut_after": [4, 9]}
    assert tell_cut(settings, n_sessions=9).startswith("Of some cases with 9 sessions here, later ones were left out")
    assert tell_cut(settings, n_sessions=7) == ""
    assert tell_cut(settings).startswith("Of some cases, sessions at the end were left out")
    for nothing in ({}, {"cut_after": []}, {"cut_after": 9}, {"cut_after": None}):
        assert tell_cut(nothing) == tell_cut(nothing, n_sessions=9) == ""
