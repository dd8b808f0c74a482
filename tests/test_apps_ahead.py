"""Pages made before anybody asks: taken where they show the same, made anew where they would not."""

import pytest
from ipywidgets.widgets import widget as living

import supervision_kit as sk
from supervision_kit.apps import ahead
from supervision_kit.apps.ahead import making_ahead
from supervision_kit.apps.page import close_pages
from supervision_kit.environment import CONSULTATION
from test_apps_shared import visible_text
from workspaces import read

RATED = "case,session,SRS\n" + "".join(
    f"{case},{session},{score}\n"
    for case in ("Ada", "Ben")
    for session, score in enumerate((36, 37, 36, 25, 30, 36, 37), 1)
)


@pytest.fixture(autouse=True)
def nothing_made(monkeypatch):
    """Begin and end without widgets, and without pages that wait."""
    close_pages()
    monkeypatch.setattr(ahead, "_made", {})
    yield
    for wish in list(ahead._made):
        ahead.forget(wish)
    close_pages()


@pytest.fixture
def kept(tmp_path):
    """A workspace with ratings of two cases, where pages look for one."""
    with sk.Workspace(tmp_path / "workspace.sqlite") as workspace:
        workspace.import_ratings(read(RATED))
        yield workspace


def make(name="case_page", **asked):
    with making_ahead():
        return getattr(sk.apps, name)(**asked)


def looks(workspace):
    is_look = lambda audit: (audit["action"] == "read") & (audit["view"] != "audit")  # noqa: E731
    return workspace.audit().loc[is_look, "view"].tolist()


@pytest.mark.parametrize("name", ["caseload_page", "case_page", "episodes_page"])
@pytest.mark.usefixtures("kept")
def test_a_page_that_was_made_ahead_is_taken_with_its_widgets(name):
    made = make(name)
    assert not living._instances
    assert getattr(sk.apps, name)() is made
    assert made.model_id in living._instances
    assert getattr(sk.apps, name)() is not made


def test_a_look_enters_the_audit_when_the_page_is_taken_and_not_before(kept):
    make()
    assert looks(kept) == []
    sk.apps.case_page()
    assert "case page" in looks(kept)


def test_a_page_taken_shows_what_one_made_now_would_show_and_enters_the_same_looks(kept):
    make()
    taken = sk.apps.case_page()
    entered = looks(kept)
    anew = sk.apps.case_page()
    anew.prepare()
    assert visible_text(taken) == visible_text(anew)
    assert looks(kept) == 2 * entered


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: kept.import_ratings(read("case,session,SRS\nAda,8,20\n")),
        lambda kept: kept.add_note("Ada", "We spoke about the holidays."),
        lambda kept: kept.add_annotation("Ada", 3, "other", text="A new room."),
        lambda kept: kept.save_draft("note", "We", case_id="Ada"),
    ],
)
def test_a_workspace_that_has_changed_is_seen(kept, change):
    made = make()
    change(kept)
    page = sk.apps.case_page()
    assert page is not made
    assert len(page.state.scores) == len(kept.scores())


def test_a_draft_that_is_typed_on_is_seen(kept):
    kept.save_draft("note", "We", case_id="Ada")
    made = make()
    kept.save_draft("note", "We agreed", case_id="Ada")
    assert sk.apps.case_page() is not made


def test_looking_changes_nothing(kept):
    before = kept.revision
    kept.scores()
    sk.apps.case_page()
    assert kept.revision == before


@pytest.mark.usefixtures("kept")
def test_another_workspace_is_never_shown_what_was_made_of_this_one(tmp_path, monkeypatch):
    make()
    with sk.Workspace(tmp_path / "another.sqlite") as another:
        another.import_ratings(read(RATED.replace("Ada", "Cem")))
    monkeypatch.setenv("SUPERVISION_KIT_WORKSPACE", str(tmp_path / "another.sqlite"))
    text = visible_text(sk.apps.caseload_page())
    assert set(sk.apps.case_page().state.case_ids) == {"Cem", "Ben"}
    assert "Ada" not in text


@pytest.mark.usefixtures("kept")
def test_a_page_in_another_language_is_made_anew(monkeypatch):
    made = make()
    monkeypatch.setenv("HTTP_ACCEPT_LANGUAGE", "de")
    assert sk.apps.case_page() is not made


@pytest.mark.usefixtures("kept")
def test_a_page_with_other_settings_is_made_anew():
    made = make()
    assert sk.apps.case_page(method=sk.ControlChart()) is not made


def test_an_address_that_asks_for_a_case_gets_it_of_the_ratings_that_were_read(kept, monkeypatch):
    made = make()
    monkeypatch.setenv("QUERY_STRING", "case=Ben&lang=en")
    page = sk.apps.case_page()
    assert page is not made
    assert page.state.case_id == "Ben"
    assert page.state.source is made.state.source
    assert "case page" in looks(kept)


@pytest.mark.usefixtures("kept")
def test_what_chance_would_give_is_worked_out_ahead():
    page = make()
    assert "being worked out" not in page.chance.text.value
    assert page.chance.text.value == "".join(f'<p role="status">{one}</p>' for one in page.state.chance_in_words)


def test_a_bundle_is_read_once_for_all_pages_and_anew_when_a_file_changes(tmp_path, monkeypatch, fell_and_came_back):
    from supervision_kit.bundles.writing import write_bundle

    for name, scores in (("one", fell_and_came_back), ("two", fell_and_came_back.assign(case_id="Z9"))):
        write_bundle(tmp_path / name, tables={"scores": scores}, settings={}, report="", pages={})
    shared = tmp_path / "shared"
    (tmp_path / "one").rename(shared)
    monkeypatch.setenv("SUPERVISION_KIT_BUNDLE", str(shared))
    made, also = make("case_page"), make("caseload_page")
    assert made.state.source is also.state.source
    assert sk.apps.case_page() is made
    shared.rename(tmp_path / "before")
    (tmp_path / "two").rename(shared)
    assert sk.apps.caseload_page() is not also
    assert sk.apps.case_page().state.case_id == "Z9"


def test_a_page_over_files_sees_another_file_in_their_place(tmp_path):
    file = tmp_path / "ratings.csv"
    file.write_text(RATED)
    made = make(sample=str(file))
    file.write_text(RATED.replace("Ada", "Cem"))
    assert sk.apps.case_page(sample=str(file)) is not made


def test_ratings_that_come_into_a_workspace_take_the_place_of_the_sample(tmp_path, monkeypatch):
    file = tmp_path / "sample.csv"
    file.write_text(RATED)
    monkeypatch.setenv("SUPERVISION_KIT_SAMPLE", str(tmp_path / "sample.sqlite"))
    made = make(sample=str(file))
    assert ahead.still_waits(ahead.newest())
    with sk.Workspace() as workspace:
        workspace.import_ratings(read(RATED.replace("Ada", "Cem")))
    page = sk.apps.case_page(sample=str(file))
    assert page is not made
    assert "Cem" in page.state.case_ids


@pytest.mark.usefixtures("kept")
def test_the_page_of_a_consultation_is_everybody_s_own_over_ratings_that_were_read_ahead(kept, monkeypatch, tmp_path):
    monkeypatch.setenv(CONSULTATION, str(tmp_path / "consultation.sqlite"))
    made = make("consultation_page")
    assert made.is_for_anybody is False
    read_ahead, in_need = made.state.source, made.state.source.in_need
    assert sorted(in_need) == ["Ada", "Ben"]
    close_pages()
    assert looks(kept) == []
    own = sk.apps.consultation_page()
    assert own is not made
    assert own.state.source is read_ahead
    assert own.state.case_ids is in_need
    assert "consultation page" in looks(kept)


def test_the_page_of_a_consultation_over_ratings_that_have_changed_reads_them_anew(kept, monkeypatch, tmp_path):
    monkeypatch.setenv(CONSULTATION, str(tmp_path / "consultation.sqlite"))
    read_ahead = make("consultation_page").state.source
    close_pages()
    kept.import_ratings(read("case,session,SRS\nCleo,1,36\n"))
    own = sk.apps.consultation_page()
    assert own.state.source is not read_ahead
    assert "Cleo" in own.state.case_ids
