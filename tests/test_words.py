"""Every sentence has its translation, with the same places to fill, and says numbers and days as people there do."""

import ast
import importlib.util
import re
from datetime import date
from pathlib import Path

import pytest

from supervision_kit import words
from supervision_kit.errors import UnknownNameError
from supervision_kit.words import (
    LANGUAGES,
    SOURCE_LANGUAGE,
    say,
    say_day,
    say_list,
    say_n,
    say_number,
    say_share,
    speaking,
)

ROOT = Path(__file__).parents[1]
TRANSLATED = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]


def making():
    found = importlib.util.spec_from_file_location("make_words", ROOT / "docs" / "make_words.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def texts(part):
    return [part] if isinstance(part, str) else list(part)


def places(text):
    return set(re.findall(r"{(\w+)[^}]*}", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_waits_for_a_translation(language):
    wanted = making().collect_sentences()
    translated = making().read_translations(language)
    missing = [
        message.id
        for message in wanted
        if message.id
        and not (
            (known := translated.get(texts(message.id)[0]))
            and all(texts(known.string))
            and len(texts(known.string)) == (translated.num_plurals if isinstance(message.id, tuple) else 1)
        )
    ]
    assert not missing, f"{len(missing)} sentences have no {LANGUAGES[language]}: run docs/make_words.py, fill them in"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_places_of_the_sentence_and_no_more(language):
    for message in making().read_translations(language):
        if message.id:
            wanted = set().union(*(places(text) for text in texts(message.id)))
            for text in texts(message.string):
                assert places(text) <= wanted, message.id
            assert set().union(*(places(text) for text in texts(message.string))) == wanted, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_file_of_translations_is_as_its_script_writes_it(language):
    text, _ = making().bring_up_to_date(language)
    assert text == (ROOT / "src" / "supervision_kit" / "words" / f"{language}.po").read_text(encoding="utf-8")


def test_numbers_and_days_are_written_as_the_language_writes_them():
    assert [say_number(1234.5), say_number(0.8, digits=2), say_number(-0.001)] == ["1,234.5", "0.80", "0"]
    assert say_day(date(2026, 3, 4)) == "4 March 2026"
    with speaking("de"):
        assert [say_number(1234.5), say_number(0.8, digits=2), say_number(-0.001)] == ["1.234,5", "0,80", "0"]
        assert say_day(date(2026, 3, 4)) == "4. März 2026"


def test_the_form_suits_the_number():
    assert [say_n("{n} case", "{n} cases", n) for n in (0, 1, 2)] == ["0 cases", "1 case", "2 cases"]


def test_what_is_filled_in_is_never_read_as_a_place():
    assert say("about {case}", case="{name}") == "about {name}"


def test_an_unknown_language_is_refused(monkeypatch):
    with pytest.raises(UnknownNameError, match="language"):
        words.choose_language("xx")
    monkeypatch.setenv("SUPERVISION_KIT_LANGUAGE", "tlh")
    with pytest.raises(UnknownNameError, match="language"):
        say("hello")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr, de;q=0.7, en;q=0.9", "en"),
        ("de;q=0, en-GB", "en"),
        ("DE_ch", "de"),
        ("*", ""),
        ("", ""),
        ("fr;q=nonsense", ""),
    ],
)
def test_the_browser_says_which_of_our_languages_is_wished_most(accepted, language):
    assert words.understand_languages(accepted) == language


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"SUPERVISION_KIT_LANGUAGE": "de"}, "de"),
        ({"SUPERVISION_KIT_LANGUAGE": "en", "HTTP_ACCEPT_LANGUAGE": "de"}, "de"),
        ({"SUPERVISION_KIT_LANGUAGE": "de", "HTTP_ACCEPT_LANGUAGE": "fr"}, "de"),
    ],
)
def test_the_page_speaks_as_it_was_asked_for_or_else_as_it_is_set(monkeypatch, environment, language):
    for name in ("SUPERVISION_KIT_LANGUAGE", "HTTP_ACCEPT_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words.current_language() == language


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_a_notebook_speaks_as_its_system_does(monkeypatch, environment, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words.system_language() == language


def test_shares_and_lists_are_said_as_people_say_them():
    assert [say_share(0.5), say_share(0.125, digits=1), say_list(["a"]), say_list(["a", "b", "c"])] == [
        "50 %",
        "12.5 %",
        "a",
        "a, b and c",
    ]
    with speaking("de"):
        assert [say_share(0.125, digits=1), say_list(["a", "b"])] == ["12,5\N{NO-BREAK SPACE}%", "a und b"]


def test_nothing_is_said_as_nothing():
    with speaking("de"):
        assert say("") == ""


def test_a_text_filled_in_before_is_said_from_its_template():
    template = "too few rated sessions: {n} of at least {fewest}"
    assert words.say_filled("too few rated sessions: 2 of at least 4", (template,)) == (
        "too few rated sessions: 2 of at least 4"
    )
    with speaking("de"):
        assert words.say_filled("too few rated sessions: 2 of at least 4", (template,)) == (
            "zu wenige eingeschätzte Sitzungen: 2 von mindestens 4"
        )
        assert words.say_filled("no score", (template,)) == "kein Wert"


def said_by_name(tree):
    """Give what is handed to ``say`` by a name that a bare text was given to: no script finds those texts."""
    bare = {
        target.id
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("say", "say_n"):
            yield from (one.id for one in call.args[:2] if isinstance(one, ast.Name) and one.id in bare)


def test_a_sentence_with_a_name_is_marked_for_translation_where_it_is_written():
    found = {
        f"{path.name}: {name}"
        for path in (ROOT / "src" / "supervision_kit").rglob("*.py")
        for name in said_by_name(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert not found, 'write name = later("…")'


def test_a_sentence_is_said_whole_and_not_as_a_filled_in_text():
    found = {
        f"{path.name}:{call.lineno}"
        for path in (ROOT / "src" / "supervision_kit").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("say", "say_n", "later")
        for one in call.args[:1]
        if isinstance(one, ast.JoinedStr | ast.BinOp)
    }
    assert not found, "fill in by named places: say('… {n}', n=…)"


SHOWN = {"description", "placeholder", "tooltip", "label", "title"}  # what a widget shows under these names
LETTERS = re.compile(r"[^\W\d_]{2}")
BETWEEN_TAGS = re.compile(r">([^<>]*)(?=<)")


def bare_texts(node):
    """Give the texts that a piece of code holds itself, with a gap where something is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (*bare_texts(node.body), *bare_texts(node.orelse))
    elif isinstance(node, ast.BinOp):
        yield from (*bare_texts(node.left), *bare_texts(node.right))


def shown_without_words(tree):
    """Give what a page would show in the language of its code, with the line."""
    is_said = {
        id(one)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("say", "say_n", "later")
        for text in call.args
        for one in ast.walk(text)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in SHOWN:
            yield from ((node.value.lineno, text) for text in bare_texts(node.value) if LETTERS.search(text))
        if isinstance(node, ast.Assign) and any(getattr(one, "attr", "") in SHOWN for one in node.targets):
            yield from ((node.lineno, text) for text in bare_texts(node.value) if LETTERS.search(text))
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in is_said:
            for text in bare_texts(node):
                yield from ((node.lineno, found) for found in BETWEEN_TAGS.findall(text) if LETTERS.search(found))


def test_no_page_shows_a_text_that_nobody_can_translate():
    found = {
        f"{path.name}:{line}: {text}"
        for path in (ROOT / "src" / "supervision_kit" / "apps").rglob("*.py")
        for line, text in shown_without_words(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert not found, 'say it: say("…")'


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ('ipw.Text(placeholder="in a few words")', True),
        ('button.description = "Undo" if done else ""', True),
        ('box.value = f"<p>{n} cases</p>"', True),
        ('box.value = f"<p>{say(words)}</p>"', False),
        ('ipw.Text(description=say("Case"))', False),
        ('TEXT = later("<p>A mark</p>")', False),
        ('button.description = "▸"', False),
    ],
)
def test_such_a_text_is_found(code, is_found):
    assert bool(list(shown_without_words(ast.parse(code)))) is is_found


# what a script shows: texts of elements, and what is said of them
SHOWN_BY_SCRIPT = re.compile(
    r"""(?:\.(?:textContent|innerText|innerHTML|title|placeholder|ariaLabel|alt)\s*\+?=\s*|"""
    r"""setAttribute\(\s*["'](?:aria-label|title|placeholder|alt)["']\s*,\s*|"""
    r"""(?:createTextNode|alert|confirm|prompt)\(\s*)(["'`])(.*?)\1""",
    re.DOTALL,
)
FILLED_IN = re.compile(r"\$\{[^}]*\}")
SENTENCE = re.compile(r"""(["'`])([A-Z][a-z]+,?(?: [a-z]+[,:;]?){2,}[^"'`\n]*)\1""")


def shown_by_script(code):
    """Give the texts that a script would show in the language of its code, and all that reads like a sentence."""
    bare = re.sub(r"^\s*(?://|/?\*).*$", "", code, flags=re.MULTILINE)
    texts = [found[2] for pattern in (SHOWN_BY_SCRIPT, SENTENCE) for found in pattern.finditer(bare)]
    return [text for text in texts if LETTERS.search(FILLED_IN.sub("", text))]


def test_no_script_shows_a_text_that_nobody_can_translate():
    scripts = sorted((ROOT / "src" / "supervision_kit").rglob("*.js"))
    assert {"chart_view.js", "kept_text.js", "file_drop.js", "page.js"} <= {path.name for path in scripts}
    found = {f"{path.name}: {text}" for path in scripts for text in shown_by_script(path.read_text(encoding="utf-8"))}
    assert not found, "hand the words over from Python, where they are said"


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ('status.textContent = "Saved.";', True),
        ('box.setAttribute("aria-label", `Case ${n}`);', True),
        ('const SORRY = "Not saved: this page gets no answer";', True),
        ('window.confirm("Leave?")', True),
        ("status.textContent = words.saved;", False),
        ('button.textContent = `${model.get("description")} ${isOpen ? "▾" : "▸"}`;', False),
        ('  // he said "This is only a remark"', False),
    ],
)
def test_such_a_text_in_a_script_is_found(code, is_found):
    assert bool(shown_by_script(code)) is is_found
