"""Folders and archives of exports, and compressed files."""

import bz2
import gzip
import io
import lzma
import os
import zipfile

import pytest

import supervision_kit as sk
from supervision_kit.records import files

MARCH = "case,session,SRS\nA,1,30\nA,2,x\n"
APRIL = "Klient;Sitzung;SRS\nA;3;32\n"


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


MEMBERS = {
    "march.csv": MARCH,
    "sub/april.txt": APRIL,
    "README.txt": "Ratings of the spring.\n",
    "logo.png": b"\x89PNG\r\n\x1a\n",
    ".DS_Store": b"\x00\x00\x00\x01Bud1",
    "__MACOSX/._march.csv": b"\x00\x05\x16\x07",
    "sub/~$april.xlsx": b"lock",
    "old.zip": zipped({"x.csv": MARCH}),
}


def folder(path):
    for name, content in MEMBERS.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def check(ratings, sources):
    assert ratings.scores[["session", "score"]].to_numpy().tolist() == [[1, 30], [3, 32]]
    assert ratings.problems[["source", "row"]].to_numpy().tolist() == [[sources[0], 3]]
    assert [sheet.source for sheet in ratings.sheets] == sources
    notes = " ".join(ratings.notes)
    assert "Left aside: README.txt: no heading row" in notes
    assert "Left aside: logo.png is an image" in notes
    assert "hidden or system file(s) were left aside" in notes
    return notes


def test_an_archive_is_read_with_its_folders_and_what_holds_no_ratings_is_named():
    notes = check(sk.read_ratings(zipped(MEMBERS)), ["march.csv", "sub/april.txt"])
    assert "Left aside: old.zip is a zip archive in another." in notes
    assert "data: 3 hidden or system file(s)" in notes


def test_a_folder_is_read_as_an_archive_is(tmp_path):
    del (members := dict(MEMBERS))["old.zip"]
    path = folder(tmp_path / "exports")
    (path / "old.zip").unlink()
    check(sk.read_ratings(path), ["march.csv", "sub/april.txt"])
    assert sk.read_ratings(str(path)).scores.equals(sk.read_ratings(zipped(members)).scores)


def test_an_archive_in_a_folder_is_read_too(tmp_path):
    (tmp_path / "week.zip").write_bytes(zipped({"march.csv": MARCH, "april.csv": APRIL}))
    assert [sheet.source for sheet in sk.read_ratings(tmp_path).sheets] == ["april.csv", "march.csv"]


def test_where_no_file_of_several_holds_ratings_it_is_an_error(tmp_path):
    with pytest.raises(sk.RecordsError, match="a zip archive without any file"):
        sk.read_ratings(zipped({}) + b"")
    with pytest.raises(sk.RecordsError, match=r"README\.txt: no heading row"):
        sk.read_ratings(zipped({"README.txt": "Ratings\n"}))
    with pytest.raises(sk.RecordsError, match=r"none of its 2 file\(s\) can be read. a.png is an image"):
        sk.read_ratings(zipped({"a.png": b"\x89PNG", "b.csv": ""}))
    with pytest.raises(sk.RecordsError, match="is a folder without any file"):
        sk.read_ratings(tmp_path)


def test_a_damaged_member_is_named_and_the_others_are_read():
    content = bytearray(zipped({"april.csv": APRIL, "march.csv": MARCH * 50}))
    at = content.index(b"march.csv") + 40
    content[at : at + 10] = bytes(10)
    ratings = sk.read_ratings(bytes(content))
    assert ratings.rows_read == 1
    assert any(note.startswith("Left aside: march.csv is damaged") for note in ratings.notes)


def test_members_under_a_password_are_told_apart():
    def locked(name):
        content = bytearray(zipped({"april.csv": APRIL, "march.csv": MARCH}))
        for at in range(len(content)):
            flag = {b"PK\x03\x04": 6, b"PK\x01\x02": 8}.get(bytes(content[at : at + 4]))
            if flag and name in content[at : at + 60]:
                content[at + flag] |= 1
        return bytes(content)

    ratings = sk.read_ratings(locked(b"march"))
    assert ratings.rows_read == 1
    assert "Left aside: march.csv in data is protected by a password." in ratings.notes
    with pytest.raises(sk.RecordsError, match="is protected by a password"):
        sk.read_ratings(locked(b"r"))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_file_is_read(pack, tmp_path):
    path = tmp_path / "march.csv.packed"
    path.write_bytes(pack(MARCH.encode()))
    told = []
    assert sk.read_ratings(path, progress=told.append).rows_read == 2
    assert max(each.done for each in told) <= path.stat().st_size
    assert sk.read_ratings(zipped({"march.csv.gz": pack(MARCH.encode())})).rows_read == 2


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_UNPACKED", 10_000)
    with pytest.raises(sk.RecordsError, match="unpacks to more"):
        sk.read_ratings(zipped({"a.csv": MARCH * 200, "b.csv": MARCH * 200}))
    with pytest.raises(sk.RecordsError, match="unpacks to more"):
        sk.read_ratings(gzip.compress(MARCH.encode() * 1_000))


def test_an_archive_that_says_it_holds_less_than_it_does_is_refused():
    content = bytearray(zipped({"march.csv": MARCH * 1_000}))
    size = len(MARCH) * 1_000
    said = size.to_bytes(4, "little")
    assert content.count(said) == 2
    with pytest.raises(sk.RecordsError, match="is damaged"):
        sk.read_ratings(bytes(content.replace(said, (100).to_bytes(4, "little"))))


def test_a_pipe_is_read_like_a_file():
    read, write = os.pipe()
    os.write(write, MARCH.encode())
    os.close(write)
    try:
        assert sk.read_ratings(f"/dev/fd/{read}").rows_read == 2
    finally:
        os.close(read)


def test_names_in_an_archive_are_cleaned_for_messages():
    ratings = sk.read_ratings(zipped({"a\x1b[31m\u202e.csv": MARCH}))
    assert ratings.problems["source"].tolist() == ["a[31m.csv"]
