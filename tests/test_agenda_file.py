"""The agenda as DOCX, PDF and Markdown: one sheet per supervisee, nothing on it that should not be."""

import io
import re
import shutil
import stat
import subprocess
from zipfile import ZipFile

import pandas as pd
import pytest
from docx import Document
from docx.enum.section import WD_SECTION
from pypdf import PdfReader

import supervision_kit as sk
from builders import make_scores
from supervision_kit.agenda.blocks import LOOKS, Heading, Look, Paragraph, Points
from supervision_kit.agenda.markdown_file import write_markdown
from supervision_kit.agenda.pdf_file import write_pdf
from supervision_kit.cli import main

FELL = (4.2, 4.3, 4.2, 4.3, 3.0, 3.1, 3.0)
STEADY = (4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 4.2)
CASES = {"ANNA": (FELL, "BERG"), "BODO": (STEADY, "BERG"), "CARL": (FELL, "KLEIN")}
OWN = "What about the letter from Anna's father?"
DECISION = "Name the withdrawal to ANNA on Tuesday"


@pytest.fixture
def workspace(tmp_path):
    scores = pd.concat(
        make_scores(*scores, case_id=case, therapist=therapist) for case, (scores, therapist) in CASES.items()
    )
    scores.assign(date=pd.Timestamp("2025-03-03")).to_csv(tmp_path / "march.csv", index=False)
    with sk.Workspace(tmp_path / "private_practice_berg.sqlite") as workspace:
        workspace.import_ratings(sk.read_ratings(str(tmp_path / "march.csv")))
        workspace.add_agenda_item("ANNA", OWN)
        workspace.add_agenda_item("BODO", "What should we look at together?")
        workspace.add_agenda_item("CARL", "What happened around session 5, and what has been tried since?")
        workspace.add_decision("ANNA", DECISION, 5)
        yield workspace


def words_of(path):
    """All that a file says, and what it says of itself."""
    if path.suffix == ".md":
        return re.sub(r"\\(.)", r"\1", path.read_text(encoding="utf-8"))
    if path.suffix == ".pdf":
        reader = PdfReader(path)
        return " ".join([str(reader.metadata), *(page.extract_text() for page in reader.pages)]).replace("\n", " ")
    document = Document(str(path))
    pictures = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    about = document.core_properties
    own = [about.title, about.author, about.last_modified_by, about.comments, str(about.created)]
    cells = [cell.text for table in document.tables for cell in table.rows[0].cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells, *pictures, *own])


@pytest.mark.parametrize("kind", ["docx", "pdf", "md"])
def test_a_coded_file_names_nobody_no_day_and_nothing_that_was_written(workspace, tmp_path, kind):
    path = sk.write_agenda(workspace, tmp_path / f"agenda.{kind}")
    said = words_of(path)
    for secret in (*CASES, "BERG", "KLEIN", OWN, DECISION, "Anna", "Tuesday", "2025", "2026", str(tmp_path)):
        assert secret not in said
    drawn = workspace.pseudonyms(CASES)
    assert all(f"Case {pseudonym}" in said for pseudonym in drawn.values())
    assert "Supervisee A" in said
    assert "Supervisee B" in said
    assert "fell 1.3 points" in said
    assert "What happened around session 5" in said
    assert "A question, its words left out here." in said
    assert "After session 5: A decision, its words left out here." in said
    assert "Over 2 sessions" in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["docx", "pdf", "md"])
def test_an_identifiable_file_says_all(workspace, tmp_path, kind):
    said = words_of(sk.write_agenda(workspace, tmp_path / f"agenda.{kind}", coded=False))
    for known in ("Case ANNA", "Case BODO", "Supervisee BERG", "Supervisee KLEIN", OWN, DECISION):
        assert known in said


def test_what_was_written_comes_on_a_coded_file_only_when_asked_for(workspace, tmp_path):
    said = words_of(sk.write_agenda(workspace, tmp_path / "agenda.md", with_notes=True))
    assert OWN in said
    assert f"After session 5: {DECISION}" in said
    assert "look that no text names anybody" in said
    assert "BODO" not in said


def test_a_case_keeps_its_code_from_paper_to_paper_and_supervisees_are_sorted_by_theirs(workspace, tmp_path):
    first, second = (words_of(sk.write_agenda(workspace, tmp_path / f"{name}.md")) for name in ("one", "two"))
    assert set(re.findall("Case [A-Z0-9]{5}", first)) == set(re.findall("Case [A-Z0-9]{5}", second))
    assert re.findall("# (Supervisee .)", first) == ["Supervisee A", "Supervisee B"]


def test_no_part_of_a_docx_tells_when_it_was_written(workspace, tmp_path):
    with ZipFile(sk.write_agenda(workspace, tmp_path / "agenda.docx")) as parts:
        assert {part.date_time for part in parts.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert parts.testzip() is None


def test_a_sheet_says_of_a_fall_what_the_supervisor_made_of_it(workspace, tmp_path):
    series = {"rater": "client", "instrument": "wai_sr", "scale": "total"}
    workspace.judge_episode(
        "ANNA", **series, method="personal_limits", marked_onset=5, onset=5, verdict="not a rupture", reason="a cold"
    )
    workspace.set_preference("planned_sessions", 8)
    workspace.set_preference("weights", {"near_end": 9, "no such reason": 1})
    said = words_of(sk.write_agenda(workspace, tmp_path / "agenda.md", supervisee="BERG", coded=False))
    anna = said[said.index("Case ANNA") : said.index("Case BODO")]
    points = [line.removeprefix("- ") for line in anna.splitlines() if line.startswith("- ")]
    assert points[:3] == [
        "1 of 8 planned sessions is left: time to speak about the ending.",
        "1 decision is open, and sessions have gone by since.",
        "Client-rated alliance fell 1.3 points at session 5; the supervisor sees no rupture in it.",
    ]
    assert "a cold" not in said


def test_every_supervisee_has_a_page(workspace, tmp_path):
    pages = PdfReader(sk.write_agenda(workspace, tmp_path / "agenda.pdf", coded=False)).pages
    heads = [page.extract_text().split("\n")[0] for page in pages]
    assert [head for head in heads if "continued" not in head] == ["Supervisee BERG", "Supervisee KLEIN"]
    document = Document(str(sk.write_agenda(workspace, tmp_path / "agenda.docx", coded=False)))
    assert [one.text for one in document.paragraphs if one.style.name == "Heading 1"] == [
        "Supervisee BERG",
        "Supervisee KLEIN",
    ]
    assert [section.start_type for section in document.sections] == [WD_SECTION.NEW_PAGE] * 2


def test_a_sheet_that_goes_on_says_on_each_page_whose_it_is(workspace, tmp_path):
    """A question of 12,000 characters takes more than a page; nothing of it is cut off."""
    workspace.add_agenda_item("CARL", "why " * 3000 + "LAST")
    pages = PdfReader(sk.write_agenda(workspace, tmp_path / "agenda.pdf", coded=False)).pages
    heads = [page.extract_text().split("\n")[0] for page in pages]
    assert set(heads[heads.index("Supervisee KLEIN") + 1 :]) == {"Supervisee KLEIN, continued"}
    assert all(head.removesuffix(", continued") in ("Supervisee BERG", "Supervisee KLEIN") for head in heads)
    assert "LAST" in words_of(tmp_path / "agenda.pdf")
    sections = Document(str(sk.write_agenda(workspace, tmp_path / "agenda.docx", coded=False))).sections
    assert [section.header.paragraphs[0].text for section in sections] == [
        "Supervisee BERG, continued",
        "Supervisee KLEIN, continued",
    ]
    assert all(section.different_first_page_header_footer for section in sections)
    assert not any(section.first_page_header.paragraphs[0].text for section in sections)


LONG = (
    "How does the client come back to what was said in the last hour, and what would show you that it is heard? " * 2
)[:200]


@pytest.fixture
def taken_along(tmp_path):
    """A function that gives a workspace with so many cases of one therapist, each with a question and a decision."""
    opened = []

    def take(n_cases, text=LONG):
        names = [f"K{n}" for n in range(1, n_cases + 1)]
        scores = pd.concat(make_scores(*FELL, case_id=case, therapist="KLEIN") for case in names)
        workspace = sk.Workspace(tmp_path / f"of_{n_cases}.sqlite")
        opened.append(workspace)
        workspace.import_ratings(sk.read_ratings(scores.to_csv(index=False).encode()))
        for case in names:
            workspace.add_agenda_item(case, text)
            workspace.add_decision(case, text, 5)
        return workspace

    yield take
    for workspace in opened:
        workspace.close()


@pytest.mark.parametrize("n_cases", [1, 3, 6])
def test_a_supervisee_has_one_page_with_all_that_was_written(taken_along, tmp_path, n_cases):
    written = sk.write_agenda(taken_along(n_cases), tmp_path / "agenda.pdf", coded=False)
    (page,) = PdfReader(written).pages
    said = " ".join(page.extract_text().split())
    assert said.count(LONG.strip()) == 2 * n_cases
    assert said.count("What we agree") == n_cases
    assert "overleaf" not in said


def test_word_documents_have_one_page_for_a_supervisee_too(taken_along, tmp_path):
    """Where LibreOffice is: it sets the pages. Elsewhere: a case is a row that no page cuts, in what one page holds."""
    written = sk.write_agenda(taken_along(6), tmp_path / "agenda.docx", coded=False)
    document = Document(str(written))
    cells = [cell for table in document.tables for cell in table.rows[0].cells]
    assert len(document.inline_shapes) == 6
    assert sum(" ".join(cell.text.split()).count(LONG.strip()) for cell in cells) == 12
    assert all(table.rows[0]._tr.trPr.xpath("w:cantSplit") for table in document.tables)
    sizes = [run.font.size.pt for cell in cells for paragraph in cell.paragraphs for run in paragraph.runs if run.text]
    assert min(sizes) >= 8.5
    if office := shutil.which("soffice"):
        own = f"-env:UserInstallation=file://{tmp_path}/profile"
        convert = [office, own, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path / "set"), str(written)]
        subprocess.run(convert, check=True, timeout=180)
        assert len(PdfReader(tmp_path / "set" / "agenda.pdf").pages) == 1


def test_nothing_on_a_sheet_is_too_small_to_read():
    assert min(min(look.text, look.quiet, *look.headings) for look in LOOKS) >= 8.5


def test_beyond_what_a_page_holds_a_sheet_goes_on_and_says_so_and_no_case_is_cut_in_two(taken_along, tmp_path):
    pages = PdfReader(sk.write_agenda(taken_along(9), tmp_path / "agenda.pdf", coded=False)).pages
    said = [page.extract_text() for page in pages]
    assert len(said) > 1
    assert "it goes on overleaf." in " ".join(said[0].split())
    assert [text.split("\n")[0] for text in said[1:]] == ["Supervisee KLEIN, continued"] * (len(said) - 1)
    assert all(text.count("Question:") == text.count("What we agree:") for text in said)
    assert sum(text.count("What we agree:") for text in said) == 9


def test_one_supervisees_sheet_holds_only_their_cases(workspace, tmp_path):
    said = words_of(sk.write_agenda(workspace, tmp_path / "agenda.md", supervisee="KLEIN", coded=False))
    assert "CARL" in said
    assert "ANNA" not in said
    with pytest.raises(sk.UnknownNameError, match=r"There is no supervisee of that name. There are 2."):
        sk.write_agenda(workspace, tmp_path / "other.md", supervisee="NOBODY")


def test_charts_say_in_words_what_they_show(workspace, tmp_path):
    document = Document(str(sk.write_agenda(workspace, tmp_path / "agenda.docx", coded=False)))
    said = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert len(said) == 3
    assert all(words.startswith("Case ") and " at 7 sessions, " in words for words in said)


def test_what_was_talked_about_stays_on_it_until_the_supervision_is_over(workspace, tmp_path):
    workspace.set_agenda_state(2, "done")
    assert "BODO" in words_of(sk.write_agenda(workspace, tmp_path / "one.md", coded=False))
    workspace.end_supervision(workspace.start_supervision())
    assert "BODO" not in words_of(sk.write_agenda(workspace, tmp_path / "two.md", coded=False))
    assert "BODO" in words_of(sk.write_agenda(workspace, tmp_path / "three.md", coded=False, since="2020-01-01"))


def test_the_audit_names_every_file_and_its_cases(workspace, tmp_path):
    sk.write_agenda(workspace, tmp_path / "agenda.md", supervisee="KLEIN")
    sk.write_agenda(workspace, tmp_path / "named.md", coded=False)
    audit = workspace.audit()
    exported = audit.loc[audit["action"] == "export", ["view", "cases"]].to_numpy().tolist()
    assert exported == [["agenda, coded", ["CARL"]], ["agenda, identifiable", ["ANNA", "BODO", "CARL"]]]


def test_what_cannot_be_written_is_refused(workspace, tmp_path):
    with pytest.raises(sk.SettingError, match=r"written as \.docx, \.pdf, \.md"):
        sk.write_agenda(workspace, tmp_path / "agenda.odt")
    (tmp_path / "agenda.md").write_text("mine")
    with pytest.raises(sk.WorkspaceError, match="is there already"):
        sk.write_agenda(workspace, tmp_path / "agenda.md")
    assert (tmp_path / "agenda.md").read_text() == "mine"
    with pytest.raises(sk.WorkspaceError, match="cannot be written"):
        sk.write_agenda(workspace, tmp_path / "no folder" / "agenda.md")
    with pytest.raises(sk.SettingError, match="Since is a day"):
        sk.write_agenda(workspace, tmp_path / "new.md", since="yesterday evening")
    workspace.set_decision_state(1, "kept")
    for item in (1, 2, 3):
        workspace.set_agenda_state(item, "dropped")
    with pytest.raises(sk.WorkspaceError, match="there is nothing to write"):
        sk.write_agenda(workspace, tmp_path / "new.md")


def test_the_command_line_writes_it_coded_unless_told_otherwise(workspace, tmp_path, capsys):
    where = ["--workspace", str(workspace.path)]
    assert main(["agenda", *where, "--out", str(tmp_path / "a.md")]) == 0
    assert capsys.readouterr().out == "Written: a.md (coded), readable for you only.\n"
    assert "ANNA" not in words_of(tmp_path / "a.md")
    assert main(["agenda", *where, "--out", str(tmp_path / "b.md"), "--identifiable", "--supervisee", "BERG"]) == 0
    assert DECISION in words_of(tmp_path / "b.md")
    assert "CARL" not in words_of(tmp_path / "b.md")
    assert main(["agenda", *where, "--out", str(tmp_path / "a.md")]) == 2
    assert "is there already" in capsys.readouterr().err


def test_nothing_written_becomes_markup():
    texts = ["# no heading", "- no list", "1. no number", "a|b `c` *d* [e](f) <script>", "two\nlines"]
    written = write_markdown([(Look(), [Paragraph(text) for text in texts])], title="", language="en").decode()
    assert written.split("\n\n")[:5] == [
        r"\# no heading",
        r"\- no list",
        r"1\. no number",
        r"a\|b \`c\` \*d\* \[e\](f) \<script\>",
        "two lines",
    ]


def test_signs_that_the_font_lacks_are_replaced_and_said():
    blocks = [Heading("Ж für Überraschung", 1), Points((("漢字 ok", ()),))]
    written = write_pdf([(Look(), blocks)], title="t", language="de")
    reader = PdfReader(io.BytesIO(written))
    said = reader.pages[0].extract_text()
    assert "Ж für Überraschung" in said
    assert "\ufffd\ufffd ok" in said
    assert "2 signs" in said
    assert reader.trailer["/Root"]["/Lang"] == "de"
    assert set(reader.metadata) <= {"/Title", "/CreationDate", "/Producer"}
