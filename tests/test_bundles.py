"""A bundle holds its tables and nothing else, is written whole or not at all, and is opened only as it was written."""

import hashlib
import io
import json
import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

import supervision_kit as sk
from supervision_kit.apps.shared_words import tell_cut
from supervision_kit.apps.source import Source
from supervision_kit.bundles.contents import TABLES
from supervision_kit.bundles.writing import write_bundle

SCORES = pd.DataFrame(
    {
        "case_id": ["case-02", "case-02", "case-01"],
        "rater": "client",
        "instrument": "wai_sr",
        "scale": "total",
        "session": [2, 1, 1],
        "score": [3.5, 4.25, None],
        "secret": "Erika Mustermann",
    },
    index=["Erika", "Erika", "Max"],
)


def publish(folder, **more):
    given = {"tables": {"scores": SCORES}, "settings": {"audience": "inside"}, "report": "# What was removed\n"}
    write_bundle(folder, **(given | {"pages": {"3_case.ipynb": b"{}"}} | more))
    return folder


@pytest.fixture
def bundle(tmp_path):
    return publish(tmp_path / "bundle")


def loosen(path):
    path.chmod(0o600)
    return path


def test_what_was_published_comes_back_in_an_order_of_its_own(bundle):
    opened = sk.open_bundle(bundle)
    told = opened.scores[["case_id", "session", "score"]].astype(object)
    assert told.where(told.notna(), None).to_numpy().tolist() == [
        ["case-01", 1, None],
        ["case-02", 1, 4.25],
        ["case-02", 2, 3.5],
    ]
    assert (len(opened.responses), len(opened.notes), len(opened.codes)) == (0, 0, 0)
    assert opened.settings == {"audience": "inside"}
    assert opened.report_path.read_text(encoding="utf-8") == "# What was removed\n"


def test_notes_come_back_word_for_word_also_two_of_one_session(tmp_path):
    notes = pd.DataFrame({"case_id": "case-01", "session": [3, 3, None], "text": ["once", "once", "of the case"]})
    opened = sk.open_bundle(publish(tmp_path / "bundle", tables={"scores": SCORES, "notes": notes}))
    assert opened.notes["text"].tolist() == ["once", "once", "of the case"]
    assert opened.notes["session"].tolist() == [3, 3, pd.NA]


def test_the_columns_are_those_of_the_contract_and_none_is_a_date(bundle):
    for name, contract in TABLES.items():
        file = parquet.ParquetFile(bundle / "tables" / f"{name}.parquet")
        assert file.schema_arrow.names == list(contract.columns)
        assert not {"date", "secret"} & set(file.schema_arrow.names)
        assert file.schema_arrow.metadata is None
        assert file.metadata.metadata is None
        for group in range(file.metadata.num_row_groups):
            for column in range(file.metadata.num_columns):
                assert file.metadata.row_group(group).column(column).statistics is None


def test_the_manifest_names_no_place_person_or_moment(bundle):
    text = (bundle / "manifest.json").read_text(encoding="utf-8")
    said = json.loads(text)
    assert set(said) == {"kind", "format", "kit_version", "settings", "tables", "files"}
    assert said["tables"]["scores"]["rows"] == 3
    assert str(bundle.parent) not in text
    assert os.uname().nodename not in text
    assert {path.stat().st_mtime % (24 * 60 * 60) for path in bundle.rglob("*")} == {0}


@pytest.mark.parametrize(
    "name", ["tables/scores.parquet", "tables/notes.parquet", "disclosure_report.md", "pages/3_case.ipynb"]
)
def test_a_file_that_was_changed_or_lost_is_named(bundle, name):
    path = loosen(bundle / name)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(sk.BundleError, match=f"{name} of this bundle was changed"):
        sk.open_bundle(bundle)
    path.unlink()
    with pytest.raises(sk.BundleError, match=f"{name} is missing"):
        sk.open_bundle(bundle)


def test_a_page_that_was_added_is_refused(bundle):
    (bundle / "pages" / "6_other.ipynb").write_bytes(b"{}")
    with pytest.raises(sk.BundleError, match="A page was added"):
        sk.open_bundle(bundle)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "newer version"),
        ({"format": True}, "changed or damaged"),
        ({"format": 0}, "changed or damaged"),
        ({"kind": "another"}, "no bundle"),
        ({"files": {}}, "changed or damaged"),
        ({"settings": None}, "changed or damaged"),
        ({"tables": []}, "changed or damaged"),
    ],
)
def test_a_manifest_that_is_none_is_refused(bundle, change, said):
    path = loosen(bundle / "manifest.json")
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(sk.BundleError, match=said):
        sk.open_bundle(bundle)


@pytest.mark.parametrize("name", ["../outside.ipynb", "pages/../../x.ipynb", "/etc/passwd", "pages/run.py"])
def test_a_manifest_cannot_point_outside(bundle, name):
    path = loosen(bundle / "manifest.json")
    said = json.loads(path.read_text(encoding="utf-8"))
    said["files"][name] = "0" * 64
    path.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(sk.BundleError, match="no bundle holds"):
        sk.open_bundle(bundle)


def forge(bundle, name, content):
    """Put another table into a bundle, with a checksum that fits."""
    loosen(bundle / "tables" / f"{name}.parquet").write_bytes(content)
    path = loosen(bundle / "manifest.json")
    said = json.loads(path.read_text(encoding="utf-8"))
    said["files"][f"tables/{name}.parquet"] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(said), encoding="utf-8")


def opened_or_refused(bundle):
    """Return what is said of a bundle that may be opened, or why it is refused."""
    try:
        opened = sk.open_bundle(bundle)
    except sk.BundleError as refused:
        return str(refused)
    assert len(opened.scores)
    return tell_cut(opened.settings)


@pytest.mark.parametrize("session", [2**62, 0, -1, 4])
@pytest.mark.parametrize("name", ["scores", "notes"])
def test_sessions_that_no_published_case_has_are_refused(tmp_path, name, session):
    notes = pd.DataFrame({"case_id": ["case-01"], "session": [1], "text": ["once"]})
    bundle = publish(tmp_path / "bundle", tables={"scores": SCORES, "notes": notes})
    table = parquet.read_table(bundle / "tables" / f"{name}.parquet")
    odd = pa.array([session, *table["session"].to_pylist()[1:]], pa.int64())
    buffer = io.BytesIO()
    parquet.write_table(table.set_column(table.schema.names.index("session"), "session", odd), buffer)
    forge(bundle, name, buffer.getvalue())
    with pytest.raises(sk.BundleError, match=f"The table {name} of this bundle"):
        sk.open_bundle(bundle)


def test_a_bundle_without_ratings_is_refused(tmp_path):
    with pytest.raises(sk.BundleError, match="holds no ratings"):
        sk.open_bundle(publish(tmp_path / "bundle", tables={}))


def test_a_table_larger_than_any_caseload_is_refused_before_it_is_read(bundle, monkeypatch):
    monkeypatch.setattr("supervision_kit.bundles.parquet.MOST_ROWS", 2)
    with pytest.raises(sk.BundleError, match="scores of this bundle cannot be read"):
        sk.open_bundle(bundle)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**31), st.sampled_from(["scores", "notes"]), st.integers(1, 30))
def test_a_table_that_was_tampered_with_opens_or_is_refused_in_one_sentence(tmp_path_factory, seed, name, n_changes):
    bundle = publish(tmp_path_factory.mktemp("fuzz") / "bundle")
    content = bytearray((bundle / "tables" / f"{name}.parquet").read_bytes())
    chance = np.random.default_rng(seed)
    for at in chance.integers(len(content), size=n_changes):
        content[at] = chance.integers(256)
    forge(bundle, name, bytes(content[: chance.choice([len(content), chance.integers(len(content))])]))
    assert "\n" not in opened_or_refused(bundle)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=10), part, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["kind", "format", "kit_version", "settings", "tables", "files"]), ODD)
def test_a_manifest_that_says_something_odd_opens_or_is_refused_in_one_sentence(tmp_path_factory, part, odd):
    bundle = publish(tmp_path_factory.mktemp("fuzz") / "bundle")
    path = loosen(bundle / "manifest.json")
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(said | {part: odd}), encoding="utf-8")
    assert "\n" not in opened_or_refused(bundle)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1]", b"{", b"[" * 200_000])
def test_anything_but_a_bundle_is_refused_in_words(tmp_path, content):
    with pytest.raises(sk.BundleError, match="no bundle"):
        sk.open_bundle(tmp_path)
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(sk.BundleError):
        sk.open_bundle(tmp_path)


def test_nothing_is_overwritten_but_a_bundle_when_told_so(bundle, tmp_path):
    with pytest.raises(sk.BundleError, match="not empty"):
        publish(bundle)
    publish(bundle, settings={"audience": "outside"}, replace=True)
    assert sk.open_bundle(bundle).settings == {"audience": "outside"}
    mine = tmp_path / "letters"
    mine.mkdir()
    (mine / "a.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(sk.BundleError, match="no bundle"):
        publish(mine, replace=True)
    assert (mine / "a.txt").read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle", "letters"]


def test_an_empty_folder_is_filled_and_a_file_is_not(tmp_path):
    (tmp_path / "empty").mkdir()
    assert len(sk.open_bundle(publish(tmp_path / "empty")).scores) == 3
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for place in (tmp_path / "file", tmp_path / "nowhere" / "bundle"):
        with pytest.raises(sk.BundleError, match="cannot be written"):
            publish(place)


def test_a_bundle_that_cannot_be_written_to_the_end_leaves_nothing(tmp_path, monkeypatch):
    def full(_path, _content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(sk.BundleError, match="No space left"):
        publish(tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []


def test_a_page_stands_on_a_bundle_and_opens_it_again_as_code(bundle, monkeypatch):
    source = Source(sk.open_bundle(bundle))
    assert source.workspace is None
    assert list(source.scores) == list(sk.tables.SCORES.columns)
    monkeypatch.setenv("SUPERVISION_KIT_BUNDLE", str(bundle))
    assert len(sk.open_bundle().scores) == 3
    monkeypatch.delenv("SUPERVISION_KIT_BUNDLE")
    with pytest.raises(sk.BundleError, match="Which bundle"):
        sk.open_bundle()
