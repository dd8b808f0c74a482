"""The page that loads files, without a browser: what is said of the files, of the columns, and of the workspace."""

import io

import openpyxl
import pytest
from traitlets import HasTraits

import supervision_kit as sk
from supervision_kit.apps.column_words import list_choices, say_column
from supervision_kit.apps.file_drop import PIECE, DroppedFile, FileDrop
from supervision_kit.words import speaking

NASTY = "<img src=x onerror=alert(1)>"
MARCH = "Client,Session,Date,SRS total\nC1,1,2025-03-04,31\nC1,2,2025-03-11,33.5\nC2,1,2025-03-05,41\nC2,2,,28\n"


def dropped(text, name="march.csv"):
    return DroppedFile(name, text.encode())


def loaded(*files):
    state = sk.apps.LoadState()
    state.add(files)
    return state


@pytest.fixture
def open_page():
    """A function that opens the page with files dropped on it."""

    def open_one(*files):
        page = sk.apps.load_page()
        page.drop._take(list(files))
        return page

    return open_one


def walk(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def texts(widget):
    return " ".join(str(getattr(each, name, "")) for each in walk(widget) for name in ("value", "description"))


def labelled(widget, label):
    (found,) = [each for each in walk(widget) if getattr(each, "description", None) == label]
    return found


# -- what is recognised ------------------------------------------------------------------------------------------------


def test_what_a_file_holds_is_said_in_a_sentence():
    state = loaded(dropped(MARCH))
    assert state.answer == "3 of 4 rows are ready, 1 set aside."
    (file,) = state.reading.files
    assert file.sentences == (
        (
            "SRS, rated by client · 2 cases · 3 forms · sessions 1 to 2 · 4 March 2025 to 11 March 2025 · "
            "3 rows ready, 1 set aside"
        ),
    )


def test_a_refused_file_stays_listed_with_its_reason_while_others_load():
    state = loaded(dropped(MARCH), dropped("%PDF-1.7", "scan.pdf"))
    assert state.answer == "3 of 4 rows are ready, 1 set aside. 1 file could not be read."
    march, scan = state.reading.files
    assert march.refusal == ""
    assert scan.refusal.startswith("scan.pdf is a PDF")
    state.take_away("scan.pdf")
    assert state.answer == "3 of 4 rows are ready, 1 set aside."


def test_what_is_being_done_is_said_while_files_are_read():
    state, said = sk.apps.LoadState(), []
    state.observe(lambda change: said.append(change["new"]), "stage")
    state.add([dropped(MARCH)])
    assert {"Reading march.csv", "Putting forms together"} <= set(said)
    assert (said[-1], state.progress) == ("", -1)


def test_only_refused_files_leave_nothing_to_import():
    state = loaded(dropped("%PDF-1.7", "scan.pdf"))
    assert state.reading.ratings is None
    assert state.answer == "This file could not be read yet."


def test_a_file_of_the_same_name_takes_the_place_of_the_first():
    state = loaded(dropped(MARCH))
    assert state.add([dropped(MARCH + "C3,1,,30\n")]) == ("march.csv",)
    assert len(state.files) == 1
    assert state.reading.ratings.rows_read == 5


def test_files_of_one_name_from_two_folders_are_two_files():
    state = loaded(dropped(MARCH, "a › march.csv"), dropped(MARCH.replace("\nC", "\nD"), "b › march.csv"))
    assert [file.name for file in state.reading.files] == ["a › march.csv", "b › march.csv"]
    assert [len(file.sheets) for file in state.reading.files] == [1, 1]
    assert state.reading.ratings.scores["case_id"].nunique() == 4


def test_each_sheet_of_a_workbook_is_said(tmp_path):
    book = openpyxl.Workbook()
    for title, values in {"SRS": (31, 33), "ORS": (20, 22)}.items():
        sheet = book.create_sheet(title)
        for row in [("case id", "session", f"{title} total"), ("C1", 1, values[0]), ("C1", 2, values[1])]:
            sheet.append(row)
    book.remove(book["Sheet"])
    book.save(tmp_path / "both.xlsx")
    state = loaded(DroppedFile("both.xlsx", (tmp_path / "both.xlsx").read_bytes()))
    first, second = state.reading.files[0].sentences
    assert first.startswith("sheet “SRS”: SRS, rated by client · 1 case · 2 forms")
    assert second.startswith("sheet “ORS”: ORS, rated by client")


def test_the_rows_set_aside_come_back_as_a_workbook_with_the_reason():
    book = openpyxl.load_workbook(io.BytesIO(loaded(dropped(MARCH)).rows_set_aside()))
    headings, row = [[cell.value for cell in row] for row in book.active.iter_rows()][-2:]
    found = dict(zip(headings, row, strict=True))
    assert found["Client"] == "C2"
    assert found["SRS total"] == "41"
    assert any("0 to 40" in str(cell) for cell in row)


def test_the_lines_of_code_read_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = MARCH.replace("Client", "Pat.")
    (tmp_path / "march.csv").write_text(text)
    state = loaded(dropped(text))
    headings = ("Pat.", "Session", "Date", "SRS total")
    state.choose_column(headings, "Pat.", "case_id")
    names = {}
    exec(state.as_code, names)  # noqa: S102 - our own code
    assert names["ratings"].scores.equals(state.reading.ratings.scores)
    assert len(names["ratings"].scores) == 3


# -- columns -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "words"),
    [
        ("case_id", "case code"),
        ("wai_sr:3", "WAI-SR item 3"),
        ("srs:total:therapist", "SRS total, rated by the therapist"),
        ("wai_sr:bond:sum", "WAI-SR bond, as a sum"),
        ("srs:total:session 3", "SRS total, session 3"),
        ("*:3", "item 3"),
        ("ignore", "leave aside"),
        ("", "not recognised: not used"),
    ],
)
def test_what_a_column_is_read_as_is_said_in_words(ours, words):
    assert say_column(ours) == words


@pytest.mark.parametrize("key", sk.INSTRUMENTS)
def test_every_choice_is_something_that_a_column_can_be_read_as(key):
    words, ours = zip(*list_choices([key], ""), strict=True)
    assert len(set(words)) == len(words)
    for each in filter(None, ours):
        sk.list_columns(b"a,b\n1,2\n", columns={"a": each})  # raises where it is nothing
    assert list_choices([], "srs:total:session 3")[-1] == ("SRS total, session 3", "srs:total:session 3")


def test_a_refused_file_is_read_once_its_columns_are_said(open_page):
    page = open_page(dropped(MARCH.replace("Client", "Kd.")))
    assert page.state.reading.ratings is None
    assert "say below which column is which" in texts(page.files)
    assert "columns=" not in texts(page.files)
    choice = labelled(page.files, "Kd.")
    choice.value = "case_id"
    assert page.state.answer == "3 of 4 rows are ready, 1 set aside."
    assert labelled(page.files, "Kd.") is choice  # the focus stays where it is
    choice.value = ""
    assert page.state.reading.ratings is None


def test_choosing_the_questionnaire_the_rater_and_the_order_of_dates(open_page):
    page = open_page(dropped("Client,Session,Date,Total\nC1,1,03/04/2025,31\nC1,2,04/04/2025,30\n"))
    assert page.state.reading.ratings is None
    labelled(page.files, "Questionnaire").value = "srs"
    labelled(page.files, "Rated by").value = "therapist"
    labelled(page.files, "03/04/2025 is").value = "month"
    scores = page.state.reading.ratings.scores
    assert set(scores["instrument"]) == {"srs"}
    assert set(scores["rater"]) == {"therapist"}
    assert f"{scores['date'].iloc[0]:%Y-%m-%d}" == "2025-03-04"
    labelled(page.files, "03/04/2025 is").value = "day"
    assert f"{page.state.reading.ratings.scores['date'].iloc[0]:%Y-%m-%d}" == "2025-04-03"


def test_of_many_columns_those_recognised_as_answers_are_folded_away(open_page):
    items = [f"WAI-SR {n}" for n in range(1, 13)]
    text = ",".join(["case", "session", "date", "odd", *items]) + "\nC1,1,2025-03-04,x," + ",".join("4" * 12) + "\n"
    page = open_page(dropped(text))
    labelled(page.files, "Columns: see or change").is_open = True
    assert labelled(page.files, "odd").value == ""
    assert "WAI-SR 3" not in [getattr(each, "description", "") for each in walk(page.files)]
    labelled(page.files, "Show 12 more columns, recognised as answers").is_open = True
    assert labelled(page.files, "WAI-SR 3").value == "wai_sr:3"


SUM_RANGE = "Compare with the form; leave the cell blank where there is no score."
DATED = "Client,Session,Date,SRS total\nC1,1,03/04/2025,31\nC1,2,04/04/2025,30\n"


def test_dates_that_can_be_read_two_ways_are_asked_about_and_answered_with_one_click(open_page):
    page = open_page(dropped(DATED), dropped(MARCH.replace("\nC", "\nD"), "other.csv"))
    assert "march.csv has dates such as 03/04/2025, which can be read two ways." in texts(page.question)
    assert "other.csv" not in texts(page.question)
    (table,) = page.problems.place.children
    assert set(table.df["suggestion"]) == {"Answer the question above the table.", SUM_RANGE}
    labelled(page.question, "4 March: month first").click()
    assert "· 4 March 2025 to 4 April 2025 (month first) ·" in texts(page.files)
    assert page.question.children == ()
    scores = page.state.reading.ratings.scores
    assert f"{scores.loc[scores['case_id'] == 'C1', 'date'].min():%Y-%m-%d}" == "2025-03-04"


def test_the_order_that_dates_show_is_said():
    state = loaded(dropped(DATED + "C2,1,28/04/2025,30\n"))
    assert "· 3 April 2025 to 28 April 2025 (day first) ·" in state.reading.files[0].sentences[0]


def test_sessions_known_only_by_dates_of_two_ways_are_asked_about_too(open_page):
    page = open_page(dropped("Client,Date,SRS total\nC1,03/04/2025,31\nC1,05/06/2025,30\n"))
    assert page.state.reading.ratings.rows_kept == 0
    labelled(page.question, "3 April: day first").click()
    assert page.state.reading.ratings.rows_kept == 2


# -- problems ----------------------------------------------------------------------------------------------------------


def test_problems_stand_in_a_table_and_can_be_chosen_by_rule(open_page):
    page = open_page(dropped(MARCH + "C3,two,,30\n"))
    assert [label for label, _ in page.problems.rule.options] == [
        "all (2)",
        "The score is below or above what the scale allows. (1)",
        "The session is not a whole number from 1 up. (1)",
    ]
    (table,) = page.problems.place.children
    assert table.df["row"].to_list() == [4, 6]
    page.problems.rule.value = "session_not_a_number"
    (table,) = page.problems.place.children
    assert table.df["row"].to_list() == [6]
    assert list(table.df) == ["row", "column", "value", "what is wrong", "suggestion"]


def test_the_table_of_problems_speaks_the_language_of_the_page(open_page):
    with speaking("de"):
        page = open_page(dropped(MARCH + "C3,two,,30\n"))
        (table,) = page.problems.place.children
        assert list(table.df) == ["Zeile", "Spalte", "Wert", "was nicht stimmt", "Vorschlag"]
        assert table.df["was nicht stimmt"].to_list()[1] == "Eine Sitzung ist eine ganze Zahl von 1 bis 9.999."
        assert page.problems.rule.options[0][0] == "alle (2)"
        assert page.state.answer == "3 von 5 Zeilen sind bereit, 2 beiseitegelegt."


def test_rows_that_are_kept_are_told_from_those_set_aside(open_page):
    page = open_page(dropped(MARCH + "C1,3,2025-03-05,30\n"))  # a session before the one that it follows
    (table,) = page.problems.place.children
    assert table.df.loc[table.df["value"] == "41", "the row is"].to_list() == ["set aside"]
    assert "kept" in table.df["the row is"].to_list()
    assert page.state.answer == "4 of 5 rows are ready, 1 set aside."


def test_without_problems_there_is_no_table_and_nothing_to_download(open_page):
    page = open_page(dropped("Client,Session,SRS total\nC1,1,31\n"))
    assert page.problems.layout.display == "none"
    assert page.saving.layout.display == "none"


def test_hostile_names_headings_and_cells_are_escaped(open_page):
    text = f'Client,Session,SRS total,"{NASTY}"\n{NASTY},1,{NASTY},1\n{NASTY},2,31,1\n'
    page = open_page(dropped(text, f"{NASTY}.csv"), dropped("%PDF", f"{NASTY}.pdf"))
    shown = " ".join(each.value for each in walk(page) if type(each).__name__ == "HTML")
    assert "&lt;img" in shown
    assert "<img" not in shown


# -- the drop zone -----------------------------------------------------------------------------------------------------


class Browser:
    """Stands at the other end of the drop zone: keeps what it is told, and sends what it is told to."""

    def __init__(self, **files):
        self.files, self.taken, self.asked, self.said = files, [], [], []
        self.drop = FileDrop(self.taken.extend, lambda callback: callback)
        self.drop.send = self.asked.append

    def offer(self):
        offered = [{"name": name, "size": len(content)} for name, content in self.files.items()]
        self.drop._hear(None, {"kind": "offer", "files": offered}, [])
        while self.asked:
            self.said.append((self.drop.status, round(self.drop.progress, 2)))
            wanted = self.asked.pop()
            content = list(self.files.values())[wanted["file"]]
            piece = content[wanted["start"] : wanted["start"] + PIECE]
            self.drop._hear(None, {"kind": "piece"}, [memoryview(piece)])


def test_files_arrive_in_pieces_and_whole():
    large = bytes(range(256)) * 40_000  # 10.24 MB: three pieces
    browser = Browser(large=large, empty=b"", small=b"abc")
    browser.offer()
    assert [(file.name, file.content) for file in browser.taken] == [
        ("large", large),
        ("empty", b""),
        ("small", b"abc"),
    ]
    assert browser.said[:3] == [("Taking in large …", 0), ("Taking in large …", 0.39), ("Taking in large …", 0.78)]


def test_more_than_there_is_room_for_is_refused_before_anything_is_sent():
    browser = Browser()
    with pytest.raises(sk.RecordsError, match="This is 101 MB, and there is room for 100 MB"):
        browser.drop._hear(None, {"kind": "offer", "files": [{"name": "x", "size": 101_000_000}]}, [])
    with pytest.raises(sk.RecordsError, match="These are 501 files"):
        browser.drop._hear(None, {"kind": "offer", "files": [{"name": "x", "size": 1}] * 501}, [])
    assert browser.asked == []
    browser.drop._hear(None, {"kind": "piece"}, [memoryview(b"not announced")])
    assert browser.taken == []


def test_a_file_that_grows_while_it_is_sent_is_refused():
    browser = Browser()
    browser.drop._hear(None, {"kind": "offer", "files": [{"name": "x", "size": 2}]}, [])
    with pytest.raises(sk.RecordsError, match="changed while it was sent"):
        browser.drop._hear(None, {"kind": "piece"}, [memoryview(b"abc")])
    with pytest.raises(sk.RecordsError, match="could not be read by the browser"):
        browser.drop._hear(None, {"kind": "unreadable", "name": "x"}, [])


def test_room_shrinks_by_what_is_on_the_page(open_page):
    page = open_page(dropped(MARCH))
    assert page.drop.room == 100_000_000 - len(MARCH)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a/b/march.csv", "a › b › march.csv"),
        ("..\\..\\march.csv", ".. › .. › march.csv"),
        ("\x1b[31mmarch\u202e.csv", "[31mmarch.csv"),
        ("/", "a file without a name"),
    ],
)
def test_names_are_made_fit_to_show(name, shown):
    browser = Browser(**{name: b"abc"})
    browser.offer()
    assert browser.taken[0].name == shown


# -- keeping -----------------------------------------------------------------------------------------------------------


def imported(page):
    page.keep.button.click()
    return page


def test_looking_makes_no_workspace_and_importing_does(open_page, tmp_path):
    page = open_page(dropped(MARCH))
    assert not (tmp_path / "workspace.sqlite").exists()
    assert "will be made by this import" in texts(page.keep)
    assert str(tmp_path) not in texts(page)
    assert page.keep.button.description == "Import 3 rows"
    imported(page)
    assert (tmp_path / "workspace.sqlite").exists()
    assert "Imported." in page.keep.result.value
    assert page.keep.button.layout.display == "none"
    said = page.keep.result.value
    imported(page)  # a second click that waited for the first
    assert page.keep.result.value == said
    with sk.Workspace() as workspace:
        assert len(workspace.scores()) == 3


def test_cases_that_were_erased_come_back_only_when_asked(open_page):
    imported(open_page(dropped(MARCH)))
    with sk.Workspace() as workspace:
        workspace.erase_case("C1")
    page = open_page(dropped(MARCH))
    assert page.keep.erased.value == "leave_out"
    page.keep.erased.value = "take"
    imported(page)
    with sk.Workspace() as workspace:
        assert "C1" in workspace.case_ids()


def test_the_same_file_again_has_nothing_new(open_page):
    imported(open_page(dropped(MARCH)))
    page = open_page(dropped(MARCH, "again.csv"))
    assert "Nothing is new: all 3 forms are in the workspace already." in texts(page.keep)
    assert page.keep.button.layout.display == "none"


def test_what_is_new_is_counted_and_what_differs_waits_for_a_decision(open_page):
    imported(open_page(dropped(MARCH)))
    page = open_page(dropped(MARCH.replace("33.5", "12") + "C3,1,2025-04-01,30\n"))
    assert "New since last import: 1 form, 1 new case. 1 value differs from last time" in texts(page.keep)
    imported(page)
    (number,) = page.keep.conflicts.choices
    choice = page.keep.conflicts.choices[number]
    assert choice.description == "C1, session 2, SRS, rated by the client: score total"
    assert [label for label, _ in choice.options] == ["decide later", "keep 33.5", "take 12 from the file"]
    choice.value = "replace"
    page.keep.conflicts.reason.value = "typing error"
    page.keep.conflicts.button.click()
    assert page.keep.conflicts.layout.display == "none"
    with sk.Workspace() as workspace:
        scores = workspace.scores().set_index(["case_id", "session"])["score"]
        assert scores["C1", 2] == 12
        assert workspace.history("C1")["reason"].to_list()[-1] == "typing error"


def test_all_that_differs_is_decided_at_once(open_page):
    imported(open_page(dropped(MARCH)))
    page = imported(open_page(dropped(MARCH.replace("33.5", "12").replace(",31", ",13"))))
    page.keep.conflicts.all.value = "keep"
    assert {choice.value for choice in page.keep.conflicts.choices.values()} == {"keep"}
    page.keep.conflicts.button.click()
    with sk.Workspace() as workspace:
        assert workspace.conflicts().empty
        assert sorted(workspace.scores()["score"]) == [28, 31, 33.5]


def test_more_conflicts_than_are_listed_can_be_decided_too(open_page):
    def ratings(score):
        return "Client,Session,SRS total\n" + "".join(f"C1,{n},{score}\n" for n in range(1, 61))

    imported(open_page(dropped(ratings(30))))
    page = imported(open_page(dropped(ratings(20))))
    assert len(page.keep.conflicts.choices) == 50
    assert "The first 50 are listed, 10 come after them." in texts(page.keep)
    page.keep.conflicts.all.value = "replace"
    page.keep.conflicts.button.click()
    with sk.Workspace() as workspace:
        assert set(workspace.scores()["score"]) == {20}


def test_what_was_said_of_columns_is_kept_with_the_import_and_used_again(open_page):
    first = open_page(dropped(MARCH.replace("Client", "Kd.")))
    labelled(first.files, "Kd.").value = "case_id"
    imported(first)
    assert "remembered for files with the same headings" in first.keep.result.value
    second = open_page(dropped(MARCH.replace("Client", "Kd.").replace("C1", "D1"), "april.csv"))
    assert second.state.answer == "3 of 4 rows are ready, 1 set aside."
    labelled(second.files, "Columns: see or change").is_open = True
    assert "What you said of these columns before was used again." in texts(second.files)


def test_a_workspace_that_cannot_be_used_is_said_and_the_files_are_read_all_the_same(open_page, tmp_path):
    (tmp_path / "workspace.sqlite").write_text("my diary")
    page = open_page(dropped(MARCH))
    assert page.state.answer == "3 of 4 rows are ready, 1 set aside."
    assert "is no workspace, and was left as it is" in texts(page.keep)
    assert page.keep.button.layout.display == "none"
    assert (tmp_path / "workspace.sqlite").read_text() == "my diary"


def test_a_demonstration_says_that_it_keeps_nothing(open_page, monkeypatch):
    monkeypatch.setenv("SUPERVISION_KIT_FLEETING", "1")
    assert "This is a demonstration" in texts(open_page(dropped(MARCH)).keep)


# -- what the other pages show then ------------------------------------------------------------------------------------


def test_the_other_pages_show_the_workspace_once_it_holds_ratings(open_page, tmp_path):
    sample = tmp_path / "sample.csv"
    sample.write_text(MARCH.replace("\nC", "\nS"))
    assert sk.apps.caseload_page(sample=str(sample)).state.files == (str(sample),)
    imported(open_page(dropped(MARCH)))
    for page in (sk.apps.caseload_page(sample=str(sample)), sk.apps.case_page(sample=str(sample), case_id="C1")):
        assert "From the workspace workspace.sqlite, 2 cases." in texts(page)
        assert str(tmp_path) not in texts(page)
        assert set(page.state.scores["case_id"]) == {"C1", "C2"}
        names = {}
        exec(page.state.as_code, names)  # noqa: S102 - our own code
        assert len(names["scores"]) == 3
    with sk.Workspace() as workspace:
        assert {"caseload page", "case page"} <= set(workspace.audit()["view"])
    assert sk.apps.caseload_page(str(sample)).state.files == (str(sample),)


def test_a_demonstration_keeps_its_sample_in_a_workspace_of_its_own(open_page, monkeypatch, tmp_path):
    monkeypatch.setenv("SUPERVISION_KIT_FLEETING", "1")
    monkeypatch.setenv("SUPERVISION_KIT_SAMPLE", str(tmp_path / "sample.sqlite"))
    sample = tmp_path / "sample.csv"
    sample.write_text(MARCH.replace("\nC", "\nS"))
    page = sk.apps.caseload_page(sample=str(sample))
    assert "what you write here goes when it is stopped" in texts(page)
    with sk.Workspace(tmp_path / "sample.sqlite") as workspace:
        assert set(workspace.case_ids()) == set(page.state.scores["case_id"])
        workspace.add_note("S1", "kept until it stops")
    sk.apps.case_page(sample=str(sample))
    with sk.Workspace(tmp_path / "sample.sqlite") as workspace:
        assert len(workspace.notes()) == 1
    imported(open_page(dropped(MARCH)))
    assert set(sk.apps.caseload_page(sample=str(sample)).state.scores["case_id"]) == {"C1", "C2"}


def test_states_of_loading_need_no_widgets():
    loaded(dropped(MARCH))
    assert issubclass(sk.apps.LoadState, HasTraits)
