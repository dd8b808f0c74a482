"""What happened around the sessions of a case: listed, added, changed, taken out."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.fold import Fold
from supervision_kit.apps.kept_text import KeptText
from supervision_kit.apps.page import Page, heading, quiet
from supervision_kit.apps.said_list import SaidList, Written
from supervision_kit.apps.said_state import SaidState
from supervision_kit.charts.said_rows import letter_annotations, name_annotation
from supervision_kit.lens import ANNOTATIONS
from supervision_kit.words import later, say, say_number

PLACE, PLACE_OF_CAUSE = "annotation", "cause of a new start"
NEW_START = later(
    "Ratings before and after such a session are not compared: the line breaks there, and the limits start anew. It "
    "takes a cause that is known, such as a change of therapist."
)


class AnnotationView(ipw.VBox):
    """The list of annotations, each with its letter in the chart, and a form for one more."""

    def __init__(self, state: SaidState, page: Page) -> None:
        self.state, self.case = state, state.case
        self._changing: int | None = None  # the annotation that the form changes; None: it makes a new one
        self._known: dict[Any, Any] = {}  # that annotation as it is
        self._is_about = ""
        self.listed = SaidList(
            page, change=self._change, remove=self._remove, nothing=say("Nothing is written down here yet.")
        )
        self.session = ipw.Dropdown(description=say("At session"))
        self.kind = ipw.Dropdown(
            description=say("What happened"), options=[(say(term.words), key) for key, term in ANNOTATIONS.items()]
        )
        self.text = KeptText(say("In a few words (may stay empty)"), page=page)
        self.rebases = ipw.Checkbox(description=say("Start the limits anew from here"), indent=False)
        self.cause = KeptText(say("Because (needed for a new start)"), page=page, rows=1)
        self.starting = ipw.VBox([ipw.HTML(quiet(say(NEW_START))), self.cause])
        self.keep, self.leave = ipw.Button(), ipw.Button(description=say("Leave it as it is"))
        self.keep.add_class("sk-do")
        self.leave.add_class("sk-open")
        fields = ipw.Box([self.session, self.kind])
        fields.add_class("sk-controls")
        buttons = ipw.Box([self.keep, self.leave])
        buttons.add_class("sk-controls")
        self.form = Fold(
            say("Add an annotation"),
            fields,
            self.text,
            self.rebases,
            self.starting,
            buttons,
            page=page,
            fill=self._fill,
        )
        super().__init__([heading(2, say("What happened around it")), self.listed, self.form])
        self.rebases.observe(page.guard(self._show_start), "value")
        self.keep.on_click(page.guard(self._keep))
        self.leave.on_click(page.guard(lambda _button: self._begin(None)))
        self.case.observe(page.guard(self._show), "revision")
        self.case.observe(page.guard(self._follow_session), "session")
        self._show()

    def _show(self, _change: object = None) -> None:
        if self._is_about != self.case.case_id:
            self._is_about, self._changing = self.case.case_id, None
            self.form.refresh()
        rows = letter_annotations(self.case.annotations).to_dict("records")
        self.listed.show(
            [Written(int(row["id"]), _in_words(row), say("annotation {letter}", letter=row["letter"])) for row in rows]
        )

    def _change(self, number: int) -> None:
        annotations = self.case.annotations
        self._begin(annotations[annotations["id"] == number].to_dict("records")[0])

    def _remove(self, number: int) -> None:
        self.state.write(lambda workspace, _case_id: workspace.remove_annotation(number))

    def _begin(self, annotation: dict[Any, Any] | None) -> None:
        """Open the form for an annotation, or for a new one."""
        self._changing = None if annotation is None else int(annotation["id"])
        self._known = annotation or {}
        self.form.button.is_open = annotation is not None
        self.form.refresh()

    def _fill(self) -> None:
        known, is_new = self._known if self._changing is not None else {}, self._changing is None
        last = max(self.case.sessions, default=1)
        self.session.options = [(say_number(n), n) for n in range(1, max(last, known.get("session", 1)) + 2)]
        self.session.value = known.get("session") or self.case.session or last
        self.kind.value = known.get("kind") or next(iter(ANNOTATIONS))
        self.rebases.value = bool(known.get("rebases", False))
        for field, place, name in ((self.text, PLACE, "text"), (self.cause, PLACE_OF_CAUSE, "cause")):
            self._show_text(field, place if is_new else f"{place} {self._changing}", known.get(name) or "")
        self.keep.description = say("Add it") if is_new else say("Keep the change")
        self.leave.layout.display = "none" if is_new else ""
        self._show_start()

    def _show_text(self, field: KeptText, place: str, known: str) -> None:
        workspace, case_id = self.state.workspace, self.case.case_id
        field.show(
            workspace.draft(place, case_id=case_id) or known,
            keep=lambda text: workspace.save_draft(place, text, case_id=case_id),
        )

    def _show_start(self, _change: object = None) -> None:
        self.starting.layout.display = "" if self.rebases.value else "none"

    def _follow_session(self, change: Any) -> None:
        if change["new"] and self._changing is None and self.form.button.is_open:
            self.session.value = change["new"]

    def _keep(self, _button: object) -> None:
        given = {
            "session": self.session.value,
            "kind": self.kind.value,
            "text": self.text.text.strip(),
            "rebases": self.rebases.value,
            "cause": self.cause.text.strip() if self.rebases.value else "",
        }
        number = self._changing
        suffix = "" if number is None else f" {number}"
        workspace, case_id = self.state.workspace, self.case.case_id
        if number is None:
            workspace.add_annotation(case_id, **given)
        else:
            workspace.change_annotation(number, **given)
        for place in (PLACE, PLACE_OF_CAUSE):
            workspace.drop_draft(place + suffix, case_id=case_id)
        self._begin(None)
        self.state.renew()


def _in_words(annotation: dict[Any, Any]) -> str:
    said = say(
        "Session {session}: {kinds}", session=say_number(annotation["session"]), kinds=name_annotation(annotation)
    )
    texts = [annotation["text"], say("Because: {cause}", cause=annotation["cause"]) if annotation["rebases"] else ""]
    more = "".join(f'<br><span class="sk-quiet">{html.escape(text)}</span>' for text in texts if text)
    return f"<b>{html.escape(annotation['letter'])}</b> {html.escape(said)}{more}"
