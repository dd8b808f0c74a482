"""What is said of files is said in the language of the page: refusals, problems, notes and the report."""

import ast
import io
import re
from pathlib import Path

import pandas as pd
import pytest

import supervision_kit as sk
from supervision_kit.words import speaking

ROOT = Path(__file__).parents[1]
RECORDS = ROOT / "src" / "supervision_kit" / "records"
SAMPLES = ROOT / "data_samples"
TRANSLATES = {"say", "say_n", "later", "say_number", "say_rater"}
WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
IN_CODE = re.compile(r"columns=\{.*?\}|[“„\[(][^”“\])]*[”“\])]")

WIDE = "case,rater,session,wai_sr_1,wai_sr_2\n"
REFUSED = {
    "no case": "session,wai_sr_1,wai_sr_2\n1,3,4\n",
    "no headings": "a,b\n1,2\n",
    "no rows": WIDE,
    "no instrument": "case,session,item 1,item 2\nA,1,3,4\n",
    "two cases": "client id,patient id,session,wai_sr_1\nA,B,1,3\nC,D,2,3\n",
    "items from 0": "case,session,wai_sr_0,wai_sr_1,wai_sr_2\nA,1,3,4,2\n",
    "the same item twice": "case,session,wai_sr_1,WAI-SR 1\nA,1,3,4\nA,2,4,3\n",
    "JSON": "{",
    "JSON of something else": "{}",
    "nothing": "",
}
ROWS = {
    "answers": WIDE + "A,client,1,9,3\nA,client,2,x,3\nA,client,x,1,3\n,client,3,1,3\nB,aunt,1,3,3\nB,client,2,2.5,3\n",
    "rows that come twice": WIDE + "A,client,1,3,3\nA,client,1,3,4\nB,client,1,3,3\nB,client,1,3,3\n",
    "dates": "case,date,srs total\nA,03/04/2025,36\nA,05/06/2025,37\nB,31/31/2025,33\n",
    "codes alike": "case,session,srs total\nA1,1,36\na1,2,33\n",
    "therapists": "case,therapist,session,srs total\nA,T1,1,36\nA,T2,2,33\nA,T1,3,33\nA,T2,4,30\n",
    "left aside": "case,session,srs total,favourite colour,honos 1\nA,1,36,blue,3\nA,2,33,red,4\n",
}


def say_both(does):
    told = []
    for language in ("en", "de"):
        with speaking(language):
            told.append(does())
    return told


def parts_of(text):
    """Return the sentences of a text, without what is written as one types it and without names of columns."""
    return [part.strip() for part in re.split(r"(?<=[.:;?])\s", IN_CODE.sub("", text)) if WORDS.search(part)]


def assert_translated(english, german):
    assert english != german, english
    left = set(parts_of(english)) & set(parts_of(german))
    assert not left, left


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_translated(name):
    def refuse():
        with pytest.raises(sk.RecordsError) as refusal:
            sk.read_ratings(io.BytesIO(REFUSED[name].encode()))
        return str(refusal.value)

    assert_translated(*say_both(refuse))


@pytest.mark.parametrize("arguments", [{"columns": {"x": "y"}}, {"columns": {"nowhere": "case_id"}}, {"rater": "aunt"}])
def test_what_a_caller_says_wrongly_is_answered_in_translation(arguments):
    def refuse():
        with pytest.raises((sk.RecordsError, sk.UnknownNameError)) as refusal:
            sk.read_ratings(io.BytesIO((WIDE + "A,client,1,3,3\n").encode()), **arguments)
        return str(refusal.value)

    assert_translated(*say_both(refuse))


@pytest.mark.parametrize("name", [*ROWS, "broken_export.csv"])
def test_problems_notes_and_the_report_are_translated(name):
    content = ROWS[name].encode() if name in ROWS else (SAMPLES / name).read_bytes()

    def read():
        return sk.read_ratings(io.BytesIO(content))

    english, german = say_both(read)
    keys = ["source", "row", "column", "value", "rule"]
    assert english.problems[keys].equals(german.problems[keys]), "what is wrong does not hang on the language"
    pd.testing.assert_frame_equal(english.scores, german.scores)
    assert len(english.problems) or english.notes
    for column in ("message", "suggestion"):
        for one, other in zip(english.problems[column], german.problems[column], strict=True):
            if one:
                assert_translated(one, other)
    for one, other in zip(english.notes, german.notes, strict=True):
        assert_translated(one, other)
    reports = [
        say_both(lambda ratings=ratings: ratings.report())[place] for place, ratings in enumerate((english, german))
    ]
    assert_translated(*reports)


def messages_of(tree):
    """Give what is said of a file in a syntax tree: what refuses it, what is a problem, what is noted."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        is_note = called == "append" and ast.unparse(node.func).endswith("notes.append")
        if called in {"RecordsError", "refuse", "leave", "Fault"} or is_note:
            yield from node.args
        yield from (word.value for word in node.keywords if word.arg in {"message", "suggestion", "notes"})


def untranslated(node):
    """Give the words of a message that pass through nothing that translates."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in TRANSLATES:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and WORDS.search(node.value):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from untranslated(child)


def test_the_words_of_no_message_stand_in_english_alone():
    found = {
        f"{path.name}: {words}"
        for path in sorted(RECORDS.glob("*.py"))
        for message in messages_of(ast.parse(path.read_text(encoding="utf-8")))
        for words in untranslated(message)
    }
    assert not found


def test_words_in_english_alone_are_noticed():
    tree = ast.parse(
        'raise RecordsError(f"{file} holds no table of any kind.")\nflag(message=say("is translated too"))'
    )
    assert [words for message in messages_of(tree) for words in untranslated(message)] == [
        " holds no table of any kind."
    ]
