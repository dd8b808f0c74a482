"""What the columns are read as, and mappings that are kept for the next export."""

import json

import pytest

import supervision_kit as sk
from supervision_kit.cli import main

CLINIC = "Kd.,Sitzung,Bez.,X\nK7,1,17,-\nK7,2,18,-\n"
SAID = {"Kd.": "case_id", "Bez.": "wai_sr:bond:sum", "X": "ignore"}


def read(text, **settings):
    return sk.read_ratings(text.encode(), **settings)


def columns(text, **settings):
    (sheet,) = sk.list_columns(text.encode(), **settings)
    return sheet


def mapping(text=CLINIC, said=SAID, **settings):
    return sk.ColumnMapping.of(columns(text, columns=said), **settings)


def test_each_column_is_listed_with_what_it_is_read_as():
    sheet = columns("Client ID,Session,Rater,WAI-SR 3,SRS total (therapist),WAI-SR bond sum,Note,\nA,1,c,4,30,14,x,y\n")
    assert [(column.position, column.heading, column.read_as) for column in sheet.columns] == [
        (0, "Client ID", "case_id"),
        (1, "Session", "session"),
        (2, "Rater", "rater"),
        (3, "WAI-SR 3", "wai_sr:3"),
        (4, "SRS total (therapist)", "srs:total:therapist"),
        (5, "WAI-SR bond sum", "wai_sr:bond:sum"),
        (6, "Note", ""),
        (7, "column H", ""),
    ]
    assert (sheet.source, sheet.header_row, sheet.refusal) == ("data", 1, "")
    assert sheet.headings[-2:] == ("Note", "")


def test_a_table_that_would_be_refused_is_listed_with_the_sentence_of_the_refusal():
    sheet = columns("Ratings of March\nKd.,Sitzung,SRS\nK7,1,36\n")
    assert sheet.read_as == {"Sitzung": "session", "SRS": "srs:total"}
    assert sheet.header_row == 2
    with pytest.raises(sk.RecordsError) as refused:
        read("Ratings of March\nKd.,Sitzung,SRS\nK7,1,36\n")
    assert sheet.refusal == str(refused.value)


def test_a_table_without_any_known_heading_is_listed_too():
    sheet = columns("x,y\n1,2\n")
    assert [(column.heading, column.read_as) for column in sheet.columns] == [("x", ""), ("y", "")]
    assert "no heading row" in sheet.refusal


def test_what_the_caller_says_is_listed_as_said():
    sheet = columns(CLINIC, columns=SAID)
    assert sheet.read_as == SAID | {"Sitzung": "session"}
    assert sheet.refusal == ""
    assert columns("case,session,Item 1\nA,1,9\n", instrument="srs").read_as["Item 1"] == "srs:1"
    assert columns("case,session,tool,Item 1\nA,1,SRS,9\n").read_as["Item 1"] == "*:1"
    assert columns(CLINIC, columns={"nothing like it": "case_id"}).read_as == {"Sitzung": "session"}


def test_what_is_listed_can_be_said_and_reads_the_same():
    text = "case,session,tool,Item 1,Item 2,total\nA,1,SRS,9,8,\nA,1,ORS,5,6,20\n"
    again = read(text, columns=columns(text).read_as)
    assert again.responses.equals(read(text).responses)
    assert again.scores.equals(read(text).scores)
    assert len(again.responses) == 4


def test_the_summary_of_a_sheet_holds_what_its_columns_were_read_as():
    (summary,) = read(CLINIC, columns=SAID).sheets
    assert summary.columns == columns(CLINIC, columns=SAID)


def test_every_sheet_of_every_file_is_listed():
    found = sk.list_columns([b"case,session,SRS\nA,1,30\n", b"case,session,ORS\nA,1,30\n"])
    assert [sheet.source for sheet in found] == ["data", "data (2)"]


def test_a_saved_mapping_reads_the_next_export_with_the_same_headings(tmp_path):
    mapping().save(tmp_path / "clinic.json")
    kept = sk.ColumnMapping.load(tmp_path / "clinic.json")
    assert kept == mapping()
    ratings = read("Export of May\nX,bez,KD,Sitzung\n-,17,K8,4\n", mappings=[kept])
    assert ratings.scores[["case_id", "scale", "session", "score"]].values.tolist() == [["K8", "bond", 4, 4.25]]
    assert "Read with a saved column mapping: the headings are the ones it was saved for." in ratings.notes


@pytest.mark.parametrize("headings", ["Kd.,Sitzung,Bez.", "Kd.,Sitzung,Bez.,X,Y", "Kd.,Sitzung,Bez.,X,X"])
def test_a_mapping_is_not_used_for_other_headings(headings):
    with pytest.raises(sk.RecordsError, match="no heading row"):
        read(f"{headings}\nK7,1,17,-,-\n", mappings=[mapping()])


def test_a_mapping_for_headings_in_two_rows_is_found_again():
    text = "Client,Session,SRS,,,,x\n,,Q1,Q2,Q3,Q4,\nC1,1,9,8,7,6,20\n"
    kept = mapping(text, {"x": "ors:total"})
    assert kept.columns["SRS Q2"] == "srs:2"
    assert read(text, mappings=[kept]).scores["instrument"].tolist() == ["ors", "srs"]


def test_what_the_caller_says_goes_before_the_mapping():
    kept = mapping(day_first=True, rater="therapist")
    ratings = read(CLINIC, mappings=[kept], columns={"Bez.": "wai_sr:task:sum"}, rater="client")
    assert ratings.scores[["rater", "scale"]].values.tolist() == [["client", "task"]] * 2


def test_of_several_mappings_the_first_that_fits_is_used_for_each_sheet():
    other = mapping("Nr,Datum,Sitzung,W\nA,2025-01-02,1,30\n", {"Nr": "case_id", "W": "srs:total"})
    ratings = sk.read_ratings(
        [CLINIC.encode(), b"Nr,Datum,Sitzung,W\nA,2025-01-02,1,30\n"], mappings=[other, mapping()]
    )
    assert ratings.scores["instrument"].tolist() == ["srs", "wai_sr", "wai_sr"]


def test_a_mapping_says_how_dates_are_read():
    text = "case,session,date,SRS\nA,1,03/04/2025,30\n"
    assert read(text).scores["date"].isna().all()
    (day,) = read(text, mappings=[mapping(text, {}, day_first=True)]).scores["date"]
    assert (day.day, day.month) == (3, 4)


def test_a_mapping_may_be_changed_column_by_column():
    kept = sk.ColumnMapping.of(columns(CLINIC), columns={"kd": "case_id", "Bez.": "wai_sr:goal", "Sitzung": ""})
    assert dict(kept.columns) == {"Kd.": "case_id", "Bez.": "wai_sr:goal"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no JSON", "no saved column mapping"),
        ("[1]", "no saved column mapping"),
        (json.dumps({"kind": "supervision_kit column mapping", "version": 2}), "later supervision_kit"),
        (json.dumps(mapping().to_mapping() | {"headings": "Kd."}), "a list of headings"),
        (json.dumps(mapping().to_mapping() | {"columns": {"Kd.": 3}}), "a list of headings"),
        (json.dumps(mapping().to_mapping() | {"columns": {"Kd.": "birthday"}}), "nothing to read as"),
        (json.dumps(mapping().to_mapping() | {"columns": {"Kdd": "case_id"}}), "no such heading"),
        (json.dumps(mapping().to_mapping() | {"day_first": "yes"}), "day_first"),
        (json.dumps(mapping().to_mapping() | {"instrument": "srss"}), "no instrument of that name"),
        (json.dumps(mapping().to_mapping() | {"headings": [], "columns": {}}), "fits no table"),
    ],
)
def test_a_file_that_holds_no_mapping_is_refused(tmp_path, content, said):
    (tmp_path / "m.json").write_text(content, encoding="utf-8")
    with pytest.raises(sk.RecordsError, match=rf"m\.json.*{said}"):
        sk.ColumnMapping.load(tmp_path / "m.json")


def test_a_mapping_that_is_not_there_or_is_none_is_refused(tmp_path):
    with pytest.raises(sk.RecordsError, match=r"m\.json cannot be opened"):
        sk.ColumnMapping.load(tmp_path / "m.json")
    with pytest.raises(sk.RecordsError, match=r"m\.json cannot be written"):
        mapping().save(tmp_path / "no folder" / "m.json")
    with pytest.raises(sk.RecordsError, match="mappings= holds a dict"):
        read(CLINIC, mappings=[mapping().to_mapping()])


def test_the_command_line_saves_a_mapping_and_uses_it(tmp_path, capsys):
    (tmp_path / "march.csv").write_text(CLINIC)
    (tmp_path / "april.csv").write_text(CLINIC.replace("K7", "K8"))
    said = [f"--column={theirs}={ours}" for theirs, ours in SAID.items()]
    kept = str(tmp_path / "clinic.json")
    assert main(["check", str(tmp_path / "march.csv"), *said, "--save-mapping", kept]) == 0
    assert main(["check", str(tmp_path / "april.csv")]) == 2
    assert main(["check", str(tmp_path / "april.csv"), "--mapping", kept]) == 0
    assert "saved column mapping" in capsys.readouterr().out
    text = (tmp_path / "clinic.json").read_text()
    assert "K7" not in text


def test_the_command_line_saves_no_mapping_of_two_tables(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("case,session,SRS\nA,1,30\n")
    (tmp_path / "b.csv").write_text("case,session,ORS\nA,1,30\n")
    files = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    assert main(["check", *files, "--save-mapping", str(tmp_path / "m.json")]) == 2
    assert "one table" in capsys.readouterr().err
    assert not (tmp_path / "m.json").exists()
