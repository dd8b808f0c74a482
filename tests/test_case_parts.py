"""The parts of the page of a case, without a browser."""

import pytest

from supervision_kit.apps.fold import Fold
from supervision_kit.apps.kept_text import KeptText
from supervision_kit.apps.page import Page
from supervision_kit.errors import SettingError


def type_into(field, text, *, is_left=False, about=None):
    """Do what the browser does when somebody types, or leaves the field; return what it is answered."""
    answers = []
    field.send = answers.append
    message = {"about": field.field["about"] if about is None else about, "n": 1, "text": text, "is_left": is_left}
    field._handle_custom_msg(message, [])
    return answers


def test_a_fold_is_filled_when_it_is_opened_and_anew_only_when_something_changed():
    filled = []
    fold = Fold("More", page=Page(), fill=lambda: filled.append(1))
    fold.refresh()
    assert (filled, fold.body.layout.display) == ([], "none")
    fold.button.is_open = True
    assert (filled, fold.body.layout.display) == ([1], "")
    fold.button.is_open = False
    fold.button.is_open = True
    assert filled == [1]
    fold.refresh()
    assert filled == [1, 1]


def test_a_fold_that_cannot_be_filled_says_so_on_the_page():
    def fail():
        raise SettingError("This cannot be.")

    page = Page()
    Fold("More", page=page, fill=fail, is_open=True)
    assert "This cannot be." in page.banner.value


def test_what_is_typed_is_kept_and_only_then_answered():
    kept, done, page = [], [], Page()
    field = KeptText("Note", page=page)
    field.show("so far", keep=kept.append, done=done.append)
    assert field.text == "so far"
    assert type_into(field, "so far so good") == [{"about": 1, "kept": 1}]
    assert (kept, done, field.text) == (["so far so good"], [], "so far so good")
    type_into(field, "so far so good.", is_left=True)
    assert done == ["so far so good."]


def test_last_words_that_arrive_late_are_kept_where_they_were_typed():
    first, second, page = [], [], Page()
    field = KeptText("Note", page=page)
    field.show("", keep=first.append)
    field.show("", keep=second.append)
    type_into(field, "for the first", about=1)
    assert (first, second, field.text) == (["for the first"], [], "")


def test_a_text_that_could_not_be_kept_is_not_answered_as_if_it_were():
    def refuse(_text):
        raise SettingError("The disk is full.")

    page = Page()
    field = KeptText("Note", page=page)
    field.show("", keep=refuse)
    assert type_into(field, "quiet") == []
    assert "The disk is full." in page.banner.value


@pytest.mark.parametrize("about", [0, 99, None])
def test_a_message_about_nothing_shown_changes_nothing(about):
    field = KeptText("Note", page=Page())
    field._handle_custom_msg({"about": about, "n": 1, "text": "x", "is_left": True}, [])
    assert field.text == ""
