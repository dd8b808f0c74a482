"""Broken bytes of every format: read with every row accounted for, or refused with a RecordsError, and nothing else."""

import bz2
import functools
import gzip
import io
import json
import lzma
import runpy
import struct
import zipfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import supervision_kit as sk

FILES = Path(__file__).parent / "files"
TABLE = pd.DataFrame(
    {"client": ["A", "A", "B"], "session": [1.0, 2.0, 1.0], "rater": ["client"] * 3, "srs": [30.5, 41.0, 20.0]}
)
FORM = {
    "resourceType": "QuestionnaireResponse",
    "status": "completed",
    "questionnaire": "https://clinic.example/Questionnaire/srs",
    "subject": {"reference": "Patient/7"},
    "source": {"reference": "Patient/7"},
    "authored": "2025-03-04",
    "item": [
        {"linkId": "session", "answer": [{"valueInteger": 1}]},
        *({"linkId": str(n), "answer": [{"valueDecimal": 9.5}]} for n in range(1, 5)),
    ],
}


def through_disk(write, ending):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"table.{ending}")
        write(path)
        return path.read_bytes()


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@functools.cache
def seeds():
    """Return a small file of every format."""
    text = TABLE.to_csv(index=False)
    book = runpy.run_path(str(FILES / "make_workbooks.py"))["workbook"]()
    by_hand = runpy.run_path(str(Path(__file__).parent / "test_records_workbooks.py"))
    return {
        "csv": text.encode(),
        "quoted": TABLE.to_csv(index=False, sep=";", decimal=",", quoting=1).encode("utf-16"),
        "spaces": TABLE.to_string(index=False).encode(),
        "xlsx": through_disk(book.save, "xlsx"),
        "xls": (FILES / "table.xls").read_bytes(),
        "ods": (FILES / "table.ods").read_bytes(),
        "xlsb": by_hand["xlsb"](by_hand["XLSB"]),
        "parquet": through_disk(TABLE.to_parquet, "parquet"),
        "sav": through_disk(lambda path: pyreadstat.write_sav(TABLE, str(path)), "sav"),
        "zsav": through_disk(lambda path: pyreadstat.write_sav(TABLE, str(path), compress=True), "sav"),
        "por": through_disk(lambda path: pyreadstat.write_por(TABLE, str(path)), "por"),
        "dta": through_disk(lambda path: pyreadstat.write_dta(TABLE, str(path)), "dta"),
        "bundle": json.dumps({"resourceType": "Bundle", "entry": [{"resource": FORM}] * 2}).encode(),
        "ndjson": b"\n".join([json.dumps(FORM).encode()] * 2),
        "zip": zipped({"a.csv": text, "b/c.ndjson": json.dumps(FORM), "d.txt": "none"}),
        "gz": gzip.compress(text.encode()),
        "bz2": bz2.compress(text.encode()),
        "xz": lzma.compress(text.encode()),
    }


TEXTS, WORKBOOKS = ("csv", "quoted", "spaces", "bundle", "ndjson"), ("xlsx", "xls", "ods", "xlsb")
KINDS = (*TEXTS, *WORKBOOKS, "parquet", "sav", "zsav", "por", "dta", "zip", "gz", "bz2", "xz")
MAGIC = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"PAR1",
    b"$FL2@(#) SPSS DATA FILE",
    b"$FL3",
    b"<stata_dta><header><release>118</release>",
    b"\x72\x02\x01\x00",
    b"\x1f\x8b\x08\x00",
    b"BZh9",
    b"\xfd7zXZ\x00",
    b"{",
    b'[{"',
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xff\xfe\x00\x00",
    b"\xef\xbb\xbf",
    b"sep=",
    b"client,session,SRS\n",
]


def read_or_refuse(content):
    try:
        ratings = sk.read_ratings(content)
    except (sk.RecordsError, sk.UnknownNameError):
        return
    problems = ratings.problems[~ratings.problems["kept"]]
    aside = problems[["source", "row"]].drop_duplicates()
    assert ratings.rows_read == ratings.rows_kept + len(aside)
    assert ratings.rows_set_aside == len(aside)


@pytest.mark.parametrize("kind", KINDS)
def test_every_seed_is_read(kind):
    assert set(seeds()) == set(KINDS)
    assert sk.read_ratings(seeds()[kind]).rows_read > 0


@st.composite
def damage(draw, content):
    """Return the content with some bytes changed, cut out, put in, moved or doubled."""
    content = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(content)))
        stop = start + draw(st.integers(0, 40))
        how = draw(st.sampled_from(["flip", "cut", "put", "double", "end"]))
        if how == "flip":
            content[start : start + 1] = draw(st.binary(min_size=1, max_size=1))
        elif how == "cut":
            del content[start:stop]
        elif how == "put":
            content[start:start] = draw(st.binary(max_size=12))
        elif how == "double":
            content[start:start] = content[start:stop]
        else:
            del content[start:]
    return bytes(content)


@settings(max_examples=40, deadline=20_000, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_of_any_format_is_read_or_refused(kind, data):
    read_or_refuse(data.draw(damage(seeds()[kind])))


@settings(max_examples=300, deadline=20_000)
@given(start=st.sampled_from(MAGIC), rest=st.binary(max_size=300), packed=st.booleans())
def test_random_bytes_after_the_first_ones_of_each_format_are_read_or_refused(start, rest, packed):
    read_or_refuse(gzip.compress(start + rest) if packed else start + rest)


def test_a_container_that_counts_more_tables_than_it_has_sectors_is_refused_at_once():
    damaged = bytearray(seeds()["xls"])
    damaged[44:48] = struct.pack("<I", 2**30)  # the number of tables
    damaged[68:72] = struct.pack("<I", 2**20)  # where further ones lie: behind the end
    with pytest.raises(sk.RecordsError):
        sk.read_ratings(io.BytesIO(bytes(damaged)))


@settings(max_examples=60, deadline=20_000, suppress_health_check=list(HealthCheck))
@given(data=st.data(), kinds=st.tuples(st.sampled_from(KINDS), st.sampled_from(KINDS)))
def test_two_files_put_together_are_read_or_refused(data, kinds):
    first, second = (seeds()[kind] for kind in kinds)
    at, of = data.draw(st.integers(0, len(first))), data.draw(st.integers(0, len(second)))
    read_or_refuse(first[:at] + second[of:])


@settings(max_examples=60, deadline=20_000, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xlsb"])
def test_a_part_of_a_workbook_that_is_damaged_before_it_is_packed_is_read_or_refused(kind, data):
    with zipfile.ZipFile(io.BytesIO(seeds()[kind])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(members)))
    members[name] = data.draw(damage(members[name]))
    read_or_refuse(zipped(members))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(sorted({*FORM, "linkId", "answer", "valueCoding", "extension"})), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=20_000)
@given(changes=st.dictionaries(st.sampled_from(sorted(FORM)), values, max_size=4), twice=st.booleans())
def test_a_form_with_values_of_the_wrong_kind_is_read_or_refused(changes, twice):
    read_or_refuse(json.dumps([FORM | changes, *([FORM] if twice else [])]).encode())
