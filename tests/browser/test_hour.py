"""The supervisor's hour, walked from end to end: from last week's export to what became of a decision."""

import io
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import expect

import supervision_kit as sk

SAMPLES = Path(__file__).parents[2] / "data_samples"
QUESTION = "What happened around session 7, and what has been tried since?"
DECISION = "Name the withdrawal, and own the part in it"
CAUSE = "the therapist came back from leave"
RATED = ".sk-chart svg .ratings_marks path[aria-label^='Session {}:']"


@pytest.fixture
def hour(open_tab, serve, tmp_path):
    """A visit to a workspace that holds the first of three weekly exports, and the workspace's file."""
    place = tmp_path / "spring.sqlite"
    with sk.Workspace(place) as workspace:
        workspace.import_ratings(sk.read_ratings(SAMPLES / "week_1.csv"))
    return open_tab(serve(place)), place


def import_week(visit, week):
    page = visit.open("1_load_ratings.ipynb")
    button = page.get_by_role("button", name="Choose files …")
    button.wait_for()
    with page.expect_file_chooser() as chooser:
        button.click()
    chooser.value.set_files(SAMPLES / f"week_{week}.csv")
    page.get_by_role("button", name="Import").click()
    page.get_by_role("link", name="Go on to the caseload").click()
    page.locator(".sk-one-case").first.wait_for()
    return page


def saved(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the agenda").click()
    assert download.value.suggested_filename == "agenda.docx"
    document = Document(io.BytesIO(download.value.path().read_bytes()))
    beside = [cell.text for table in document.tables for cell in table.rows[0].cells]
    return "\n".join([*(one.text for one in document.paragraphs), *beside]), len(document.inline_shapes)


def read_why(page):
    """Read why the first case is first."""
    first = page.locator(".sk-one-case").first
    assert first.get_attribute("data-case") == "W08"
    assert "fell 1.2 points at session 7, the latest rating." in first.inner_text()
    assert "The therapist's rating hardly changed around session 7." in first.inner_text()
    return first


def say_what_happened(page):
    """Click the marked session, confirm the episode, name the repair, add an annotation that rebases."""
    page.locator(RATED.format(6)).first.wait_for(state="attached")
    page.locator(RATED.format(6)).first.click(force=True)
    page.locator(RATED.format(7)).first.click(force=True)
    page.locator(".sk-session", has_text="session 7").wait_for()
    page.get_by_role("group", name="Was this a rupture?").get_by_label("a rupture", exact=True).check()
    page.get_by_role("button", name="Kind, markers and repair, by the names of the 3RS").click()
    tried = page.get_by_role("group", name="What did the therapist do to repair it?")
    tried.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Add an annotation").click()
    page.get_by_label("At session", exact=True).select_option("2")
    page.get_by_label("What happened", exact=True).select_option(label="change of therapist")
    page.get_by_label("Start the limits anew from here").check()
    page.get_by_label("Because (needed for a new start)").fill(CAUSE)
    page.get_by_role("button", name="Add it").click()
    page.get_by_text(CAUSE).first.wait_for()


def agree(page):
    """Put the case on the agenda, with a decision."""
    page.get_by_role("button", name="Put this case on the agenda").click()
    expect(page.get_by_label("Question for the agenda")).to_have_value(QUESTION)
    page.get_by_role("button", name="Put on the agenda", exact=True).click()
    page.get_by_label("What we agree").fill(DECISION)
    page.get_by_role("button", name="Note this decision").click()
    page.locator(".sk-decision", has_text="No alliance rating by the client since session 7.").wait_for()


def take_along(page):
    """Save the agenda: coded, and then as the clinic names its cases."""
    page.locator(".sk-agenda-item", has_text="W08").wait_for()
    said, n_charts = saved(page)
    assert n_charts == 1
    assert "Supervisee A" in said
    assert not any(secret in said for secret in ("W08", DECISION, CAUSE, "T2"))
    page.get_by_label("Cases are named").select_option(label="as the clinic names them")
    page.get_by_text("all that was written on them").wait_for()
    said, _ = saved(page)
    for known in ("Supervisee T2", "Case W08", "fell 1.2 points at session 7", QUESTION, DECISION):
        assert known in said


def see_what_became_of_it(page):
    """Find the decision with what the ratings did since, and say what became of it."""
    back = page.locator(".sk-decision", has_text=DECISION)
    back.get_by_text("Over 2 sessions").first.wait_for()
    assert "total up 1.2 to 4.0" in back.inner_text()
    back.get_by_label("What became of it").fill("named in session 8")
    back.get_by_role("button", name="Kept").click()
    page.get_by_role("button", name="1 settled decision").wait_for()


def test_the_hour(hour):
    visit, place = hour
    page = import_week(visit, 2)
    read_why(page).get_by_role("link", name="Open W08").click()
    say_what_happened(page)
    agree(page)
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Caseload").click()
    take_along(page)
    see_what_became_of_it(import_week(visit, 3))
    with sk.Workspace(place) as workspace:
        judged = workspace.judgements()[["case_id", "verdict", "marked_onset"]].to_numpy().tolist()
        assert judged == [["W08", "rupture", 7]]
        assert set(workspace.codes()["kind"]) == {"strategy"}
        assert workspace.annotations()[["session", "cause"]].to_numpy().tolist() == [[2, CAUSE]]
        assert workspace.decisions()[["state", "state_note"]].to_numpy().tolist() == [["kept", "named in session 8"]]
    assert visit.asked_outside == []
    assert visit.complaints == []
