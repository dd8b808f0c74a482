"""What is in these files, and is it right: drop them, look, put right what was misread, and keep the ratings."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as ipw
from traitlets import dlink

from supervision_kit.apps.column_view import ColumnView
from supervision_kit.apps.file_drop import DroppedFile, FileDrop
from supervision_kit.apps.file_readings import FileReading
from supervision_kit.apps.fold_button import FoldButton
from supervision_kit.apps.import_state import ImportState
from supervision_kit.apps.import_view import ImportView
from supervision_kit.apps.load_state import LoadState
from supervision_kit.apps.page import Page, as_code, fold, quiet
from supervision_kit.apps.problem_view import ProblemView
from supervision_kit.apps.save_button import SaveButton
from supervision_kit.records.assembling import SheetSummary
from supervision_kit.words import later, say, say_n

STEPS = (
    later("The page says what it recognised, in sentences, and lists every row that cannot be used, with the reason."),
    later("What was misread you put right with drop-downs."),
    later("You import the ratings, and go on to the caseload. Next week's file adds what is new."),
)
PRIVACY = later(
    "Use case codes, not names. Files are read in this page and no copy of them is kept; ratings are kept "
    "only once you "
    "import them."
)


class LoadPage(Page):
    """The page that loads files; `state` holds the files, the choices and what was read."""

    name = "load"

    def __init__(self, state: LoadState, keeping: ImportState) -> None:
        super().__init__()
        self.state, self.keeping = state, keeping
        state.saved = keeping.mappings
        self.drop = FileDrop(self._take, self.guard)
        self.summary, self.notes, self.code = ipw.HTML(), ipw.HTML(), ipw.HTML()
        self.summary.add_class("sk-summary")
        self.files, self.start, self.question = ipw.VBox(), ipw.HTML(), ipw.VBox()
        self.problems = ProblemView()
        self.save = SaveButton(self._set_aside, self.guard, description="")
        self.saving = ipw.VBox([self.save])  # a widget of our own is hidden by its box
        self.keep = ImportView(keeping, state, self)
        self._file_views: dict[str, FileView] = {}
        self.lay_out(
            self.drop,
            self.summary,
            self.start,
            self.files,
            self.question,
            self.problems,
            self.saving,
            self.keep,
            self.notes,
            self.code,
        )
        state.observe(self._tell, ["stage", "progress"])
        dlink((state, "files"), (self.drop, "room"), lambda _files: state.room)
        state.observe(self.guard(self._redraw), "reading")
        self.guard(self._redraw)()

    def _take(self, files: list[DroppedFile]) -> None:
        self.drop.is_busy = True
        try:
            replaced = self.state.add(files)
        finally:
            self.drop.is_busy = False
        again = say_n(
            "{n} file of the same name gave way to the new one.",
            "{n} files of the same name gave way to the new ones.",
            len(replaced),
        )
        self.drop.announce(f"{self.state.answer} {again if replaced else ''}".strip())

    def _tell(self, _change: object) -> None:
        self.drop.announce(self.state.stage, self.state.progress)

    def _redraw(self, _change: object = None) -> None:
        state = self.state
        self.summary.value = f"<p>{html.escape(state.answer)}</p>" if state.files else ""
        self.start.value = "" if state.files else _what_happens_then()
        self._show_files()
        self.question.children = [DateQuestion(sheet, self) for sheet in state.two_way_dates]
        ratings = state.reading.ratings
        self.problems.show(state.reading.problems)
        n_aside = 0 if ratings is None else ratings.rows_set_aside
        self.save.description = say_n(
            "Download the {n} row set aside (Excel)", "Download the {n} rows set aside (Excel)", n_aside
        )
        self.saving.layout.display = "" if n_aside else "none"
        self.keep.compare()
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in (ratings.notes if ratings else ()))
        self.notes.value = fold(say("How the files were read"), f"<ul>{notes}</ul>") if notes else ""
        self.code.value = as_code(state.as_code) if state.files else ""

    def _show_files(self) -> None:
        readings = self.state.reading.files
        kept = {name: view for name, view in self._file_views.items() if name in {each.name for each in readings}}
        self._file_views = {each.name: kept.get(each.name) or FileView(each, self) for each in readings}
        for reading in readings:
            self._file_views[reading.name].show(reading)
        self.files.children = list(self._file_views.values())

    def _set_aside(self) -> tuple[str, bytes]:
        return say("rows_set_aside.xlsx"), self.state.rows_set_aside()


def _what_happens_then() -> str:
    steps = "".join(f"<li>{html.escape(say(step))}</li>" for step in STEPS)
    return f"<h2>{html.escape(say('What happens then'))}</h2><ol>{steps}</ol>{quiet(say(PRIVACY))}"


class DateQuestion(ipw.VBox):
    """Asks how the dates of a sheet are to be read, answered with one click."""

    def __init__(self, sheet: SheetSummary, page: LoadPage) -> None:
        text = say(
            "{file} has dates such as 03/04/2025, which can be read two ways. Which is right?", file=sheet.source
        )
        answers = []
        for words, day_first in ((say("3 April: day first"), True), (say("4 March: month first"), False)):
            button = ipw.Button(description=words)
            button.add_class("sk-open")
            button.on_click(page.guard(_answer(page.state, sheet, day_first=day_first)))
            answers.append(button)
        choice = ipw.Box(answers)
        choice.add_class("sk-controls")
        super().__init__([ipw.HTML(f'<p role="alert">{html.escape(text)}</p>'), choice])
        self.add_class("sk-note")


def _answer(state: LoadState, sheet: SheetSummary, *, day_first: bool) -> Callable[[object], None]:
    return lambda _button: state.choose(sheet.columns.headings, day_first=day_first)


class FileView(ipw.VBox):
    """One file: what it was recognised as, or why not, and its columns, folded away until wanted."""

    def __init__(self, reading: FileReading, page: LoadPage) -> None:
        self.name, self.page = reading.name, page
        self.text = ipw.HTML()
        self.columns = ipw.VBox()
        self.toggle = FoldButton(say("Columns: see or change"), self.columns)
        self.away = ipw.Button(description=say("Remove from this page"))
        self.away.add_class("sk-fold-button")
        buttons = ipw.Box([self.toggle, self.away])
        buttons.add_class("sk-controls")
        super().__init__([self.text, buttons, self.columns])
        self.add_class("sk-file")
        self._sheets: dict[tuple[str, tuple[str, ...]], ColumnView] = {}
        self.toggle.observe(page.guard(self._show_columns), "is_open")
        self.away.on_click(page.guard(lambda _button: page.state.take_away(self.name)))

    def show(self, reading: FileReading) -> None:
        """Show what became of the file now."""
        self.toggle.is_open = self.toggle.is_open or bool(reading.refusal)
        mark = html.escape(say("Not read") if reading.refusal else say("Read"))
        sentences = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in reading.sentences)
        self.text.value = (
            f'<div class="{"sk-refused" if reading.refusal else "sk-read"}"'
            f'{" role=alert" if reading.refusal else ""}><p><span class="sk-mark">{mark}</span> '
            f"<b>{html.escape(self.name)}</b></p>{sentences}</div>"
        )
        self._show_columns()

    def _show_columns(self, _change: object = None) -> None:
        if not self.toggle.is_open:
            self.columns.children = []
            return
        sheets = self.page.state.list_sheets(self.name)
        for sheet in sheets:
            key = (sheet.source, sheet.headings)
            title = sheet.source if len(sheets) > 1 else ""
            if key in self._sheets:
                self._sheets[key].show(sheet)
            else:
                self._sheets[key] = ColumnView(sheet, self.page.state, self.page, title=title)
        self.columns.children = [self._sheets[sheet.source, sheet.headings] for sheet in sheets]
