"""The agenda of a page on paper."""

from __future__ import annotations

from supervision_kit.agenda import Tables, is_own_question, make_agenda
from supervision_kit.apps.agenda_reading import AgendaReading
from supervision_kit.words import say


class AgendaOnPaper(AgendaReading):
    """What the agenda becomes as a file."""

    @property
    def own_words(self) -> tuple[str, ...]:
        """What somebody wrote and a coded paper leaves out: questions in own words, and open decisions."""
        questions = [text for text in self._agenda["text"] if is_own_question(text)]
        return (*questions, *self._decisions.loc[self._decisions["state"] == "open", "text"])

    def make_file(self, kind: str, *, coded: bool = True, with_notes: bool | None = None) -> tuple[str, bytes]:
        """Return the name and the bytes of the agenda as a file: ``docx``, ``pdf`` or ``md``."""
        line = self._line.line
        tables = Tables(
            scores=line.scores, marks=line.marks, falls=line.falls, caseload=line.caseload, rebases=line.rebases
        )
        content = make_agenda(
            self.workspace, tables, kind=kind, supervisee=self.sheet_of, coded=coded, with_notes=with_notes
        )
        return f"{say('agenda')}.{kind}", content

    def file_as_code(self, kind: str, *, coded: bool = True, with_notes: bool | None = None) -> str:
        """Return the Python lines that write the same file."""
        chosen = f", supervisee={self.sheet_of!r}" if self.supervisee else ""
        chosen += "" if coded else ", coded=False"
        chosen += ", with_notes=True" if coded and with_notes else ""
        lines = ["import supervision_kit as sk", "", f"workspace = {self._line.opened_as}"]
        return "\n".join([*lines, f'sk.write_agenda(workspace, "agenda.{kind}"{chosen})'])
