"""SPSS, Stata and Parquet files with labels, missing values and dates."""

import datetime as dt
import io
import sys

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
from pyarrow import parquet

import supervision_kit as sk

TABLE = pd.DataFrame(
    {
        "code": ["007", "007", "A1"],
        "sess": [1.0, 2.0, 1.0],
        "who": [1.0, 2.0, 1.0],
        "day": [dt.date(2025, 3, 4), dt.date(2025, 3, 11), None],
        "v1": [4.0, 99.0, 5.0],
        **{f"v{item}": [4.0, 3.0, 5.0] for item in range(2, 13)},
    }
)
LABELS = {"code": "Client ID", "sess": "Session", "who": "Rater", "day": "Date"} | {
    f"v{item}": f"WAI-SR item {item}" for item in range(1, 13)
}
WORDS = {"who": {1.0: "Patient", 2.0: "Therapeut"}, "v2": {3.0: "manchmal", 4.0: "oft"}}


def written(path, write, table=TABLE, **settings):
    write(table, str(path), **settings)
    return path


def check(ratings):
    assert ratings.problems.empty
    assert ratings.rows_read == 3
    first = ratings.responses[ratings.responses["item"] == 1]
    columns = ["case_id", "rater", "session", "response"]
    assert first[columns].astype(object).where(first[columns].notna(), None).to_numpy().tolist() == [
        ["007", "client", 1, 4],
        ["007", "therapist", 2, None],
        ["A1", "client", 1, 5],
    ]
    assert ratings.responses["date"].iloc[0] == pd.Timestamp("2025-03-04")
    assert "“WAI-SR item 1”: 1 value(s) that the file calls missing were read as blank." in ratings.notes
    assert "“Rater”: read by the labels of its values." in ratings.notes


@pytest.mark.parametrize("packed", [False, True])
def test_spss_is_read_by_variable_and_value_labels_and_its_missing_values_are_blank(tmp_path, packed):
    file = written(
        tmp_path / "export.dat",
        pyreadstat.write_sav,
        column_labels=LABELS,
        variable_value_labels=WORDS,
        missing_ranges={"v1": [{"lo": 90, "hi": 99}]},
        compress=packed,
    )
    check(sk.read_ratings(file))
    check(sk.read_ratings(file.read_bytes()))


def test_stata_is_read_the_same_and_its_letters_for_missing_are_blank(tmp_path):
    table = TABLE.assign(v1=pd.Series([4.0, "b", 5.0], dtype=object))
    file = written(
        tmp_path / "export.dta",
        pyreadstat.write_dta,
        table,
        column_labels=LABELS,
        variable_value_labels={"who": {1: "Patient", 2: "Therapeut"}},
        missing_user_values={"v1": ["b"]},
    )
    check(sk.read_ratings(file))


def test_portable_spss_is_read(tmp_path):
    table = pd.DataFrame({"client": ["A", "B"], "session": [1.0, 2.0], "srs": [30.5, 31.0]})
    ratings = sk.read_ratings(written(tmp_path / "export.por", pyreadstat.write_por, table))
    assert ratings.scores["score"].tolist() == [30.5, 31]


def test_a_row_of_a_statistics_file_is_numbered_as_in_the_program(tmp_path):
    table = pd.DataFrame({"client": ["A", "B"], "session": [1.0, 2.0], "srs": [30.5, 41.0]})
    ratings = sk.read_ratings(written(tmp_path / "x.sav", pyreadstat.write_sav, table))
    assert ratings.problems[["row", "column", "value"]].to_numpy().tolist() == [[2, "srs", "41"]]


def test_dates_with_times_and_a_name_that_is_known_go_before_the_label(tmp_path):
    table = pd.DataFrame(
        {"client": ["A"], "session": [1.0], "srs": [30.0], "date": pd.to_datetime(["2025-03-04 15:30"])}
    )
    file = written(tmp_path / "x.sav", pyreadstat.write_sav, table, column_labels={"srs": "ORS total"})
    scores = sk.read_ratings(file).scores
    assert scores["instrument"].tolist() == ["srs"]
    assert scores["date"].tolist() == [pd.Timestamp("2025-03-04")]


def test_a_code_with_labels_stays_a_code(tmp_path):
    table = pd.DataFrame({"client": [7.0], "session": [1.0], "therapist": [3.0], "srs": [30.0]})
    words = {"client": {7.0: "Anna Smith"}, "therapist": {3.0: "Dr Jones"}}
    file = written(tmp_path / "x.sav", pyreadstat.write_sav, table, variable_value_labels=words)
    scores = sk.read_ratings(file).scores
    assert (scores["case_id"].item(), scores["therapist_id"].item()) == ("7", "3")


def test_what_the_caller_says_of_a_variable_goes_by_its_name(tmp_path):
    table = pd.DataFrame({"p": ["A"], "session": [1.0], "v": [30.0]})
    file = written(tmp_path / "x.sav", pyreadstat.write_sav, table, column_labels={"v": "ORS total"})
    scores = sk.read_ratings(file, columns={"p": "case_id", "v": "srs:total"}).scores
    assert scores["instrument"].tolist() == ["srs"]


def test_many_cases_are_read_part_by_part(tmp_path, monkeypatch):
    from supervision_kit.records import statistics_files

    monkeypatch.setattr(statistics_files, "ROWS_AT_ONCE", 2)
    table = pd.DataFrame({"client": list("ABCDE"), "session": [1.0] * 5, "srs": [30.0, 31, 32, 33, 34]})
    file = written(tmp_path / "x.sav", pyreadstat.write_sav, table)
    assert sk.read_ratings(file).scores["score"].tolist() == [30, 31, 32, 33, 34]


def test_without_pyreadstat_the_error_says_what_to_install(tmp_path, monkeypatch):
    file = written(tmp_path / "x.sav", pyreadstat.write_sav)
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(sk.RecordsError, match=r"pip install 'supervision-kit\[spss\]'"):
        sk.read_ratings(file)


@pytest.mark.parametrize("start", [b"$FL2", b"$FL3", b"\x72\x01\x01\x00", b"<stata_dta><header>", b"PAR1"])
def test_a_damaged_file_of_a_program_is_refused(start):
    with pytest.raises(sk.RecordsError, match=r"cannot be opened|without any case"):
        sk.read_ratings(start + bytes(range(1, 250)) * 3)


def test_parquet_is_read_with_its_types():
    table = pa.table(
        {
            "client": pa.array(["007", "007", None]).dictionary_encode(),
            "session": pa.array([1, 2, 3], pa.int8()),
            "date": pa.array([pd.Timestamp("2025-03-04 15:30"), None, None], pa.timestamp("ns")),
            "SRS": pa.array([30.5, None, 31], pa.float32()),
            "tags": pa.array([["a"], [], None]),
        }
    )
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    ratings = sk.read_ratings(buffer.getvalue())
    assert ratings.problems[["row", "rule"]].to_numpy().tolist() == [[3, "case_missing"]]
    assert ratings.scores["score"].fillna(-1).tolist() == [30.5, -1]
    assert ratings.scores["date"].iloc[0] == pd.Timestamp("2025-03-04")
    assert "1 column(s) hold lists or tables of their own, and were left aside." in ratings.notes


@pytest.mark.parametrize("kind", ["dta", "parquet"])
def test_numbers_stored_with_32_bits_are_what_was_typed(tmp_path, kind):
    typed = {"srs_1": 10.0, "srs_2": 9.4, "srs_3": 8.4, "srs_4": 8.2}
    table = pd.DataFrame({"client": ["a"], "session": [1]}).assign(
        **{name: pd.Series([value], dtype="float32") for name, value in typed.items()}
    )
    path = tmp_path / f"x.{kind}"
    table.to_stata(path, write_index=False) if kind == "dta" else table.to_parquet(path)
    ratings = sk.read_ratings([path, b"client,session,srs_1,srs_2,srs_3,srs_4\na,1,10,9.4,8.4,8.2\n"])
    assert ratings.responses["response"].tolist() == [10, 9.4, 8.4, 8.2]
    assert ratings.scores["score"].tolist() == [36]
    assert ratings.problems["rule"].tolist() == ["repeated_row"]


def test_letters_for_missing_are_known_wherever_they_stand_first(tmp_path, monkeypatch):
    from supervision_kit.records import statistics_files

    monkeypatch.setattr(statistics_files, "ROWS_AT_ONCE", 2)
    srs = pd.Series([30.0, 31.0, 32.0, "a", 33.0], dtype=object)
    table = pd.DataFrame({"client": list("ABCDE"), "session": [1.0] * 5, "srs": srs})
    file = written(tmp_path / "x.dta", pyreadstat.write_dta, table, missing_user_values={"srs": ["a"]})
    ratings = sk.read_ratings(file)
    assert ratings.problems.empty
    assert ratings.scores["score"].fillna(-1).tolist() == [30, 31, 32, -1, 33]


def test_what_a_damaged_file_makes_of_the_reader_is_a_plain_error(tmp_path, monkeypatch):
    file = written(tmp_path / "x.dta", pyreadstat.write_dta)

    def read(*_, **__):
        raise TypeError("unsupported operand type(s) for +: 'NoneType' and 'str'")  # as for a name that is no text

    monkeypatch.setattr(pyreadstat, "read_dta", read)
    with pytest.raises(sk.RecordsError, match="cannot be opened as a Stata file"):
        sk.read_ratings(file)


def test_binary_codes_in_parquet_stay_apart():
    codes = [b"\xff", b"\xfe", b"007"]
    table = pa.table({"case_id": pa.array(codes, pa.binary()), "session": [1, 2, 1], "srs_total": [30.0, 20.0, 31.0]})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    assert sk.read_ratings(buffer.getvalue()).scores["case_id"].tolist() == ["007", "fe", "ff"]
