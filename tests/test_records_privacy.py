"""What a message may hold: known words and headings, never a name, and nothing that a terminal acts on."""

import io

import openpyxl
import pytest

import supervision_kit as sk

NAMES = ("Anna", "Smith", "Jones", "1980")


def refusal(text, **settings):
    with pytest.raises(sk.RecordsError) as caught:
        sk.read_ratings(text.encode(), **settings)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "Anna Smith;;therapist\n",
        "Client:;Anna Smith\nDate of birth:;01.02.1980\n",
        "Client:;Anna Smith\nSession:;3\nSRS total:;36\n",
        "Client;Anna Smith;Therapist;Dr Jones\n",
        "Client;Anna Smith;Therapist;Dr Jones\nSession;3;Date;01.02.2025\n",
        "Client;Anna Smith;Therapist;Dr Jones\nSRS 1;9;SRS 2;8\n",
        "Smith,Anna,client\n",
        "Smith,Anna,client\nMiller,Bob,2025-01-02\n",
        "Anna Smith;therapist;weekly\nBert Jones;4;5\n",
        "Jones, Anna;1;36\n",
    ],
)
def test_a_refusal_holds_no_name(text):
    message = refusal(text)
    assert [name for name in NAMES if name in message] == []


def test_known_words_are_listed_and_the_others_counted():
    message = refusal("Client;Anna Smith;Therapist;Dr Jones\n")
    assert "Columns found: “Client”, “Therapist” and 2 others in row 1." in message


def test_unknown_headings_over_numbers_are_listed():
    assert "Columns found: “foo”, “bar”, “baz”." in refusal("foo,bar,baz\n1,2,3\n4,5,6\n")
    assert "Columns found: “Client”, “Visit”, “anxiety scale”." in refusal("Client,Visit,anxiety scale\nC1,1,3\n")


def test_a_heading_like_a_name_is_called_by_its_column():
    assert "Columns found: “Client”, “Visit”, column C." in refusal("Client,Visit,Anna Smith\nC1,1,3\n")
    ratings = sk.read_ratings(b"Client;Anna Smith;Session;Bob;SRS\nX1;x;1;3;36\n")
    assert "Not used: column B, “Bob”." in ratings.notes
    ratings = sk.read_ratings(b"Client,Session,SRS Total,Anxiety Scale,SRS T1,Client Name\nX1,1,36,3,3,x\n")
    assert "Not used: “Anxiety Scale”, “SRS T1”, “Client Name”." in ratings.notes


def test_the_note_on_a_sheet_left_aside_holds_no_name():
    book = openpyxl.Workbook()
    for row in [["case", "session", "SRS"], ["A", 1, 30]]:
        book.active.append(row)
    sheet = book.create_sheet("Cover")
    for row in [["Client", "Anna Smith", "Therapist", "Dr Jones"], ["Session", 1, "Date", "2025-01-01"]]:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    notes = " ".join(sk.read_ratings(buffer.getvalue()).notes)
    assert "Left aside" in notes
    assert [name for name in NAMES if name in notes] == []


@pytest.mark.parametrize("strange", ["\x1f", "\u009b31m", "\u202e", "\u200b", "\x7f"])
def test_nothing_that_a_terminal_acts_on_is_passed_on(strange):
    text = f"client,session,SRS,he{strange}ading\nC1,1,a{strange}b,x\n"
    ratings = sk.read_ratings(text.encode())
    shown = " ".join([*ratings.notes, *ratings.problems.astype(str).to_numpy().ravel()])
    assert strange[0] not in shown
    assert strange[0] not in refusal(f"client,he{strange}ading,SRS\nC1,1,36\n")


def test_an_escape_sequence_late_in_a_file_is_not_passed_on():
    text = f"client,session,comment,SRS\nC1,1,{'so ' * 200_000},36\nC1,2,,a\x1b[31mb\n"
    assert sk.read_ratings(text.encode()).problems["value"].tolist() == ["a[31mb"]


@pytest.mark.parametrize(
    "text",
    [
        "Session,Date,Annegret Z,Quintus B\n1,2025-01-01,30,31\n",
        "Client;Annegret Z.;Quintus B.\nSession 1;30;31\n",
        "SRS;Annegret;Quintus;Brambilla\n1;30;31;3\n",
        "Session,Annegret,Quintus\n1,30,31\n",
    ],
)
def test_names_of_clients_as_headings_are_called_by_their_columns(text):
    message = refusal(text, instrument="srs")
    assert [name for name in ("Annegret", "Quintus", "Brambilla") if name in message] == []
