"""The rules by which a row of a file is found wanting: what each means, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supervision_kit.words import later, say


@dataclass(frozen=True)
class Rule:
    """What is wrong where this rule applies, and what helps where the cell does not tell more closely."""

    meaning: str
    suggestion: str

    def __str__(self) -> str:
        return self.meaning


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "case_missing": Rule(
            later("The row does not say which case it is of."),
            later("Give the case’s code; where cells are merged, fill it down."),
        ),
        "code_lost": Rule(
            later("The cell of a code holds an error (#REF!), or a long number that was cut short (1.23457E+15)."),
            later("Export the table again with the codes as text; a spreadsheet keeps 15 digits of a number."),
        ),
        "row_too_long": Rule(
            later("The row has more cells than there are headings."),
            later("Quote the cell with the comma in it, or save the table as .xlsx."),
        ),
        "quote_unclosed": Rule(
            later("A quotation mark opens a cell in this row and swallows the rows after it."),
            later("Close the quotation mark, or remove it."),
        ),
        "summary_row": Rule(
            later("The case cell says total, mean or the like: the row sums up others."),
            later("Leave the row out. If it is a case’s code, rename it."),
        ),
        "form_not_complete": Rule(
            later("The form was not completed, or was entered in error, as its status says."),
            later("Leave it out, or complete it in the system that it comes from and export it again."),
        ),
        "form_malformed": Rule(
            later("The form is not built as its format says, so that answers could be overlooked."),
            later("Export it again, or tell the makers of the system."),
        ),
        "session_missing": Rule(
            later("The row does not say which session it is of."), later("Give the session’s number.")
        ),
        "session_not_a_number": Rule(
            later("The session is not a whole number from 1 up."), later("Number the case’s sessions 1, 2, 3, …")
        ),
        "date_missing": Rule(
            later("The sessions have no numbers, only days, and this row has no day."),
            later("Give the day, or a column with session numbers."),
        ),
        "date_ambiguous": Rule(
            later("The date can be read two ways, day first or month first, and nothing shows which."),
            later("Say which, for the whole file: day_first=True or day_first=False (--day-first, --month-first)."),
        ),
        "session_undecided": Rule(
            later("Other rows number the case’s sessions; this one has only a day, which is of none of them."),
            later("Give the session’s number here too, or read the files apart."),
        ),
        "same_day": Rule(
            later("The sessions have no numbers, only days, and the same rater has two different forms of one day."),
            later("Keep the right one or, if there were two sessions on that day, give them numbers."),
        ),
        "rater_missing": Rule(
            later("There is a rater column, and it is empty in this row."),
            later("Write client, therapist or observer, or pass rater= for the whole file."),
        ),
        "rater_unknown": Rule(
            later("The rater is neither client, therapist nor observer, in any word that is known for them."),
            later("Write client, therapist or observer."),
        ),
        "date_unreadable": Rule(
            later("The cell in the date column is no date, or not in the order of the others."),
            later("Write the day as 2025-03-28, or leave the cell empty."),
        ),
        "instrument_missing": Rule(
            later("There is an instrument column, and it is empty in this row."),
            later("Name the instrument, or pass instrument= for the whole file."),
        ),
        "instrument_unknown": Rule(
            later("The instrument is not one that the kit knows."), later("Write the name of one that it knows.")
        ),
        "form_contradicted": Rule(
            later("The row names another instrument, or another rater, than the headings or the rater column do."),
            later(
                "Correct the wrong one. A column that says something else is left out with columns={its "
                "name: “ignore”}."
            ),
        ),
        "scale_missing": Rule(later("There is a scale column, and it is empty in this row."), later("Name the scale.")),
        "scale_unknown": Rule(
            later("The instrument has no scale of that name."), later("Write the name of one that it has.")
        ),
        "item_missing": Rule(
            later("There is an item column, and it is empty in this row."), later("Give the item’s number.")
        ),
        "item_unknown": Rule(
            later("The instrument has no item of that number."), later("Check the item’s number and the instrument.")
        ),
        "response_not_a_number": Rule(
            later("The answer is neither a number nor a known word for no answer."),
            later("Type the number that was ticked, or leave the cell blank where none was."),
        ),
        "response_out_of_range": Rule(
            later("The answer is below or above what the form allows."),
            later("Compare with the form; leave the cell blank where it was not answered."),
        ),
        "response_not_whole": Rule(
            later("The answer lies between two answers that the form allows."),
            later("Compare with the form; leave the cell blank where two answers were ticked."),
        ),
        "answers_shifted": Rule(
            later("The answers of the file never reach one end of the form’s range, and pass the other by one."),
            later(
                "If they are counted from another number, shift all of them; if not, correct the answers "
                "that lie outside."
            ),
        ),
        "no_answer_in_words": Rule(
            later("A cell for a rating says that there is none (-, n/a, refused, 9 = missing); the rows are kept."),
            later("Nothing is to be done if that is meant; else type the number that was ticked."),
        ),
        "score_not_a_number": Rule(
            later("The score is neither a number nor a known word for no score."),
            later("Type the score as a number, or leave the cell blank where there is none."),
        ),
        "score_out_of_range": Rule(
            later("The score is below or above what the scale allows."),
            later("Compare with the form; leave the cell blank where there is no score."),
        ),
        "response_unit_unclear": Rule(
            later("Most answers of the file are in millimetres, and this one could be in centimetres."),
            later("Compare with the form, and give all answers in the same unit."),
        ),
        "score_unit_unclear": Rule(
            later(
                "The scores could be given in either of two units, such as plain or doubled, millimetres or "
                "centimetres."
            ),
            later("Compare with the form, and say which unit it is, or give all scores in the same one."),
        ),
        "nothing_rated": Rule(
            later("No column of the file belongs to the instrument that this row names."),
            later("Add a column with its items or scores."),
        ),
        "repeated_row": Rule(
            later("Another row holds the same form already, and this one adds nothing to it."),
            later("Nothing is lost. Leave the row out if it should not be there."),
        ),
        "conflicting_rows": Rule(
            later("Several rows hold the same form with different content; which is right cannot be told."),
            later("Keep the row that is right, and take the others out."),
        ),
        "case_codes_alike": Rule(
            later(
                "Two case codes differ only by capitals, spaces or leading zeros; the rows are kept, as of two cases."
            ),
            later("If they are the same case, write its code alike everywhere."),
        ),
        "case_under_two_therapists": Rule(
            later("A case stands under more than one therapist, and not as if handed over; the rows are kept."),
            later("If the case changed hands nothing is to be done; else correct the therapist’s code."),
        ),
        "session_out_of_order": Rule(
            later("A session is dated before the session that precedes it in number; the rows are kept."),
            later("Compare the dates and the numbers of the two sessions."),
        ),
    }
)


def say_rule(rule: str) -> str:
    """Return what is wrong where a rule applies, in the language of the page."""
    return say(RULES[rule].meaning) if rule in RULES else rule.replace("_", " ")
