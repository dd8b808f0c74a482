"""Canaries: words planted all over a workspace, and a finder that knows them again in whatever they are wrapped."""

import base64
import binascii
import gzip
import html
import io
import json
import re
import zipfile
import zlib
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pandas as pd

import supervision_kit as sk

SURNAMES = (
    "Quirinalda", "Zwetschgenreuth", "Blaumeiserich", "Oxenknecht", "Wackerbarthin", "Yspertaler", "Juxhofen",
    "Gnadenthalin", "Pfifferlingk", "Krummholtzer", "Tzschirnhaus", "Xanderbeck", "Vogelsprung", "Murmelstetter",
    "Ohnesorgin", "Lindwurmer", "Ratzenhover", "Eichkaterl",
)  # fmt: skip
CASES = [f"{surname}, {first}" for surname, first in zip(SURNAMES, ["Philippine", "Achazius"] * 9, strict=True)]
THERAPISTS = ("Dr. Kraehenbuehl", "Dr. Nachtigaller")

PLANTED = {
    **{f"name {n}": surname for n, surname in enumerate(SURNAMES)},
    "first name": "Philippine",
    "therapist 0": "Kraehenbuehl",
    "therapist 1": "Nachtigaller",
    "user": "oberarzt.zeisig",
    "record number": "MRN-7731905",
    "e-mail": "p.quirin@nordlicht-praxis.example",
    "born": "1979-08-13",
    "born, as Germans write it": "13.08.1979",
    "file": "Anamnese_Bogen_Zaunkoenig",
    "day of a session": "2019-05-17",
    "day of a session, as Germans write it": "17.05.2019",
    "note": "Zitronenfalter im Treppenhaus",
    "note of a session": "Gewitter ueber Spiekeroog",
    "agenda": "Purpurglocke nach dem Umzug",
    "decision": "Holunderbluete ansprechen",
    "decision's outcome": "Sauerampfer besprochen",
    "annotation": "Scheidung von Balthasar",
    "cause": "Wechsel zu Melchiora",
    "judgement": "weil Kunigunde schwieg",
    "draft": "angefangen: Rittersporn",
    "preference": "Lieblingsfall Immergruen",
    "seen": "Sumpfdotterblume vertagt",
    "mapping": "Spaltenplan Tausendschoen",
    "rare score": "3.141592",
}
"""What must never be found, by what it is."""

RARE_QUESTIONNAIRE = "haq_ii"  # one case alone has it
LONGEST = 61  # sessions, of one case alone


def plant(folder):
    """Make a workspace with a canary wherever it takes a word, and return its path."""
    path = folder / "zeisig.sqlite"
    file = folder / f"{PLANTED['file']}.csv"
    _ratings().to_csv(file, index=False)
    rare = folder / f"{PLANTED['file']}_2.csv"
    pd.DataFrame({"case_id": CASES[0], "session": [1, 2, 3], "HAQ-II": [80, 81, 82]}).to_csv(rare, index=False)
    with sk.Workspace(path, user=PLANTED["user"]) as workspace:
        workspace.import_ratings(sk.read_ratings(file, columns={"case_id": "case_id"}))
        workspace.import_ratings(sk.read_ratings(rare))
        workspace.save_mapping(sk.ColumnMapping.of(sk.list_columns([file])[0]), PLANTED["mapping"])
        for case in CASES[:-2]:
            workspace.set_consent(case, teaching=True)
        _say(workspace, CASES[0])
    return path


def _ratings():
    fall = [4.0, 4.1, 3.9, 4.0, 2.4, 2.6, 4.0, 4.1]
    calm = [3.0, 3.1, 3.0, 3.2, 3.1, 3.0, 3.2, 3.1]
    rows = [
        {
            "case_id": case,
            "rater": rater,
            "session": session,
            "wai_sr_total": score,
            "therapist_id": THERAPISTS[at % 2],
            "date": pd.Timestamp("2019-05-17") + pd.Timedelta(days=7 * (session - 1) + at % 2 * 3),
            "Geburtsdatum": PLANTED["born"],
            "E-Mail": PLANTED["e-mail"],
            "Aktenzeichen": PLANTED["record number"],
        }
        for at, case in enumerate(CASES)
        for rater in ("client", "therapist")
        for session, score in enumerate((fall, calm)[(at + (rater == "therapist")) % 2] * (1 + 7 * (at == 1)), 1)
        if session <= LONGEST
    ]
    table = pd.DataFrame(rows)
    table.loc[table["case_id"].eq(CASES[2]) & table["session"].eq(2), "wai_sr_total"] = float(PLANTED["rare score"])
    return table


def _say(workspace, case):
    record = f"{PLANTED['record number']}, {PLANTED['e-mail']}, *{PLANTED['born, as Germans write it']}"
    workspace.add_note(case, f"{PLANTED['note']}. {record}")
    workspace.add_note(case, PLANTED["note of a session"], session=5)
    workspace.add_agenda_item(case, PLANTED["agenda"])
    decision = workspace.add_decision(case, PLANTED["decision"])
    workspace.set_decision_state(decision, "kept", note=PLANTED["decision's outcome"])
    workspace.add_annotation(case, 4, "crisis", text=PLANTED["annotation"], rebases=True, cause=PLANTED["cause"])
    workspace.judge_episode(
        case, rater="client", instrument="wai_sr", scale="total", onset=5, verdict="rupture",
        reason=PLANTED["judgement"], codes={"touched": ["honesty"]},
    )  # fmt: skip
    workspace.save_draft("note", PLANTED["draft"], case_id=case)
    workspace.set_preference("favourite", PLANTED["preference"])
    workspace.flag_case(CASES[1], "seen", reason=PLANTED["seen"])


# The finder

DEEPEST = 4  # wrappings within each other
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){12,}")
_GZIP, _ZIP, _ZLIB = b"\x1f\x8b", b"PK\x03\x04", (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda")


def find_planted(content, planted=PLANTED):
    """Return which canaries are in some bytes or a text, as they are, encoded, escaped or compressed."""
    content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else bytes(content)
    found = set()
    for blob in set(_unwrap(content)):
        lowered = blob.lower()
        found |= {kind for kind, word in planted.items() if any(needle in lowered for needle in _needles(word))}
    return found


def find_in_folder(folder, planted=PLANTED):
    """Return which canaries are in the files of a folder: contents, names, and what Parquet says beside its values."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        told = find_planted(str(path.relative_to(folder)), planted)
        if path.is_file():
            told |= find_planted(path.read_bytes(), planted)
            told |= find_planted(_of_parquet(path), planted) if path.suffix == ".parquet" else set()
            told |= find_planted(_of_pdf(path), planted) if path.suffix == ".pdf" else set()
        if told:
            found[path.name] = told
    return found


@cache
def _needles(word):
    """Return a word in small letters as it stands in bytes: encodings, escapes, percent signs."""
    forms = {word, html.escape(word), quote(word), quote(word, safe=""), json.dumps(word)[1:-1]}
    forms |= {"".join(f"&#{ord(sign)};" for sign in word), "".join(f"\\u{ord(sign):04x}" for sign in word)}
    forms |= {"".join(f"%{ord(sign):02x}" for sign in word), word[::-1]}
    return {form.lower().encode(code) for form in forms for code in ("utf-8", "utf-16-le", "utf-16-be")}


def _unwrap(content, depth=0):
    """Yield some bytes, and what is wrapped in them."""
    yield content
    if depth == DEEPEST:
        return
    for inner in (*_compressed(content), *_encoded(content)):
        yield from _unwrap(inner, depth + 1)


def _compressed(content):
    for at in _places(content, _GZIP, *_ZLIB):
        inflate = zlib.decompressobj(47)  # gzip as well as zlib
        try:
            yield inflate.decompress(content[at:])
        except zlib.error:
            continue
    if _ZIP in content:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield name.encode() + b"\n" + archive.read(name)
        except zipfile.BadZipFile:
            return


def _places(content, *signs):
    return [found.start() for sign in signs for found in re.finditer(re.escape(sign), content)]


def _encoded(content):
    for run in _BASE64.findall(content):
        for start in range(4):  # wherever in the run it begins
            text = run[start:].translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
            try:
                yield base64.b64decode(text[: len(text) - (len(text) % 4 == 1)] + b"=" * (-len(text) % 4))
            except binascii.Error:
                continue
    for run in _HEX.findall(content):
        yield bytes.fromhex(run.decode())


def _of_parquet(path):
    """Return all that a Parquet file tells: values, names, metadata and statistics."""
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    groups = [file.metadata.row_group(n).to_dict() for n in range(file.metadata.num_row_groups)]
    told = [file.metadata.to_dict(), groups, file.metadata.metadata, file.schema_arrow.metadata, str(file.schema)]
    return str(told) + file.read().to_pandas().to_csv()


def _of_pdf(path):
    from pypdf import PdfReader

    reader = PdfReader(path)
    return str(reader.metadata) + " ".join(page.extract_text() for page in reader.pages)


def wrappings():
    """Return ways of hiding a word, by name, to try the finder with."""

    def zipped(word):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside.xml", f"<a>{word}</a>")
        return buffer.getvalue()

    encoded = {"as it is": "utf-8", "UTF-16": "utf-16", "UTF-16 big-endian": "utf-16-be"}
    ways = {name: lambda word, code=code: f"before {word} after".encode(code) for name, code in encoded.items()}
    return ways | {
        "capitals": lambda word: word.upper().encode(),
        "base64": lambda word: base64.b64encode(f"a longer text with {word} in it".encode()),
        "base64 for addresses": lambda word: base64.urlsafe_b64encode(f"??>>~~ {word} in it, as well".encode()),
        "base64 within a line": lambda word: b"data:text/plain;base64," + base64.b64encode(f"there is {word}".encode()),
        "hexadecimal": lambda word: binascii.hexlify(f"with {word} in it".encode()),
        "percent signs": lambda word: quote(word, safe="").encode(),
        "percent signs throughout": lambda word: "".join(f"%{ord(sign):02X}" for sign in word).encode(),
        "JSON": lambda word: json.dumps({"text": word}).encode(),
        "JSON escapes": lambda word: "".join(f"\\u{ord(sign):04x}" for sign in word).encode(),
        "HTML": lambda word: html.escape(word).encode(),
        "HTML numbers": lambda word: "".join(f"&#{ord(sign)};" for sign in word).encode(),
        "gzip": lambda word: b"header" + gzip.compress(f"with {word}".encode()),
        "zlib": lambda word: b"%PDF stream\n" + zlib.compress(f"with {word}".encode()) + b"\nendstream",
        "zip": zipped,
        "base64 of gzip": lambda word: base64.b64encode(gzip.compress(f"with {word} in it".encode())),
        "zip in JSON": lambda word: json.dumps({"blob": base64.b64encode(zipped(word)).decode()}).encode(),
    }
