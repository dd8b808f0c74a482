"""Write the sample files: one simulated caseload in several export shapes, its truth, and one broken export.

Run from the root of the project: ``python docs/make_samples.py``. No person is behind any of the ratings.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from openpyxl import Workbook

from supervision_kit import INSTRUMENTS, simulate_caseload

HERE = Path(__file__).parents[1] / "data_samples"
SEED = 20250106
WEEKS_SEED, WEEKS_CASES = 20250046, 14  # chosen so that one case falls in week 2 and comes back in week 3
FALLING, ONSET = "C11", 7
FRIDAYS = [pd.Timestamp("2025-03-07") + pd.Timedelta(weeks=week) for week in range(3)]
FORM = ["case_id", "therapist_id", "rater", "instrument", "session", "date"]
RATER_WORDS = {"client": "Client", "therapist": "Therapist"}


def write_tidy(scores: pd.DataFrame, path: Path) -> None:
    """Write one row per scale of each form, as the kit's own export."""
    tidy = scores[["case_id", "therapist_id", "rater", "instrument", "scale", "session", "date", "score"]]
    tidy.assign(date=tidy["date"].dt.strftime("%Y-%m-%d"), score=tidy["score"].round(4)).to_csv(path, index=False)


def write_items(responses: pd.DataFrame, path: Path) -> None:
    """Write one row per form with its items, one sheet per questionnaire, two title rows above the headings."""
    book = Workbook()
    book.remove(book.active)
    for key, answers in responses.groupby("instrument", sort=False):
        title = INSTRUMENTS[str(key)].short_title
        sheet = book.create_sheet(title)
        sheet.append([f"Export of session forms: {title}"])
        sheet.append([])
        forms = answers.pivot_table(
            index=["case_id", "therapist_id", "session", "date", "rater"],
            columns="item",
            values="response",
            dropna=False,
        )
        forms = forms.reindex(pd.MultiIndex.from_frame(answers[forms.index.names].drop_duplicates()))
        sheet.append(
            ["Client code", "Therapist", "Session no.", "Session date", "Completed by"]
            + [f"{title} item {item}" for item in forms.columns]
        )
        for index, row in forms.iterrows():
            case, therapist, session, date, rater = index
            given = [None if pd.isna(value) else float(value) for value in row]
            sheet.append([case, therapist, int(session), date.to_pydatetime(), RATER_WORDS[rater], *given])
        for column in sheet.iter_cols(min_row=4, min_col=4, max_col=4):
            for cell in column:
                cell.number_format = "DD/MM/YYYY"
    book.save(path)


def write_semicolon(scores: pd.DataFrame, path: Path) -> None:
    """Write one row per form with its scales, separated by semicolons, decimal commas, the day first."""
    forms = scores.pivot_table(
        index=["case_id", "therapist_id", "session", "date", "rater", "instrument"],
        columns="scale",
        values="score",
        dropna=False,
    )
    kept = pd.MultiIndex.from_frame(scores[forms.index.names].drop_duplicates())
    forms = forms.reindex(kept)[["task", "bond", "goal", "total"]].round(4).reset_index()
    forms["date"] = forms["date"].dt.strftime("%d/%m/%Y")
    forms["rater"] = forms["rater"].map(RATER_WORDS)
    forms["instrument"] = forms["instrument"].map({key: one.short_title for key, one in INSTRUMENTS.items()})
    forms.columns = [
        "Patient ID",
        "Clinician",
        "Visit",
        "Date",
        "Respondent",
        "Measure",
        "Task",
        "Bond",
        "Goal",
        "Total",
    ]
    forms.to_csv(path, sep=";", decimal=",", index=False)


def write_fhir(responses: pd.DataFrame, path: Path) -> None:
    """Write a FHIR QuestionnaireResponse per form of the first ten cases, one a line."""
    some = responses[responses["case_id"].isin(responses["case_id"].unique()[:10])]
    kinds = {"client": "Patient/", "therapist": "Practitioner/"}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for form, answers in some.groupby(FORM, sort=False):
            case, therapist, rater, instrument, session, date = form
            resource = {
                "resourceType": "QuestionnaireResponse",
                "status": "completed",
                "questionnaire": f"https://clinic.example/fhir/Questionnaire/{instrument}",
                "subject": {"reference": f"Patient/{case}"},
                "source": {"reference": kinds[rater] + (case if rater == "client" else therapist)},
                "authored": f"{date:%Y-%m-%d}",
                "extension": [{"url": "https://clinic.example/fhir/session-number", "valueInteger": int(session)}],
                "item": [
                    {"linkId": str(row.item)}
                    | ({} if pd.isna(row.response) else {"answer": [{"valueDecimal": float(row.response)}]})
                    for row in answers.itertuples()
                ],
            }
            file.write(json.dumps(resource, separators=(",", ":")) + "\n")


def write_spss(responses: pd.DataFrame, path: Path) -> None:
    """Write the WAI-SR as SPSS has it: short names, the words in labels, 99 for what was not answered."""
    import pyreadstat

    answers = responses[responses["instrument"] == "wai_sr"]
    forms = answers.set_index([*FORM, "item"])["response"].unstack("item")  # noqa: PD010 - a blank form stays
    forms = forms.astype("float64").fillna(99).reset_index()
    table = pd.DataFrame(
        {
            "pat": forms["case_id"].astype(object),
            "th": forms["therapist_id"].astype(object),
            "nr": forms["session"].astype("float64"),
            "day": forms["date"].dt.date,
            "who": forms["rater"].map({"client": 1.0, "therapist": 2.0}),
            **{f"v{item}": forms[item] for item in range(1, 13)},
        }
    )
    labels = ["Client code", "Therapist", "Session no.", "Session date", "Completed by"]
    pyreadstat.write_sav(
        table,
        str(path),
        column_labels=[*labels, *(f"WAI-SR item {item}" for item in range(1, 13))],
        variable_value_labels={"who": {1.0: "Client", 2.0: "Therapist"}},
        missing_ranges={f"v{item}": [99] for item in range(1, 13)},
        compress=True,
    )


def write_weeks(folder: Path) -> None:
    """Write what a clinic exports on three Fridays: all forms so far, a row for each, both questionnaires in it."""
    caseload = simulate_caseload(n_cases=24, n_therapists=3, seed=WEEKS_SEED)
    answers = caseload.responses
    is_wai = answers.groupby("case_id")["instrument"].agg(lambda used: "wai_sr" in set(used))
    longest = answers.groupby("case_id")["session"].max()
    by_week_2 = {
        case: ONSET if case == FALLING else min(int(longest[case]) - 1, 5 + 3 * at % 9)
        for at, case in enumerate(is_wai[is_wai].index)
    }
    chosen = [case for case, session in by_week_2.items() if session > 2][:WEEKS_CASES]  # noqa: PLR2004
    answers = answers[answers["case_id"].isin(chosen)]
    weeks_away = answers["session"] - answers["case_id"].map(by_week_2)
    twice_a_week = (answers["case_id"] == FALLING) & (weeks_away > 0)  # two sessions between week 2 and week 3
    days = pd.to_timedelta(weeks_away.where(~twice_a_week, weeks_away / 2) * 7, unit="D").dt.floor("D")
    answers = answers.assign(
        date=FRIDAYS[1] + days,
        case_id=answers["case_id"].map({case: f"W{at:02}" for at, case in enumerate(chosen, start=1)}),
        column=answers["instrument"].map({key: one.short_title for key, one in INSTRUMENTS.items()})
        + " "
        + answers["item"].astype("str"),
    )
    form = ["case_id", "therapist_id", "session", "date", "rater"]
    columns = [
        f"{INSTRUMENTS[key].short_title} {item}" for key, n in (("wai_sr", 12), ("phq9", 9)) for item in range(1, n + 1)
    ]
    forms = answers.set_index([*form, "column"])["response"].unstack("column")[columns].astype("Int64").reset_index()  # noqa: PD010
    forms["rater"] = forms["rater"].map(RATER_WORDS)
    for week, friday in enumerate(FRIDAYS, start=1):
        so_far = forms[forms["date"] <= friday].assign(date=lambda table: table["date"].dt.strftime("%Y-%m-%d"))
        named = so_far.set_axis(["Client", "Therapist", "Session", "Date", "Completed by", *columns], axis="columns")
        named.to_csv(folder / f"week_{week}.csv", index=False)


BROKEN = """\
Weekly export of the counselling service;;;;;;;;;;;;;;;;
;;;;;;;;;;;;;;;;
Client;Counsellor;Session;Date;Rater;{items}
B1;T1;1;15/01/2025;client;4;4;5;4;4;3;4;4;5;4;4;4
B1;T1;2;22/01/2025;client;4;4;5;4;4;3;8;4;5;4;4;4
B1;T1;3;29/01/2025;client;4;4;5;4;4;3;4;4;5;4;4;4
;T1;4;05/02/2025;client;4;4;4;4;4;4;4;4;4;4;4;4
B1;T1;;12/02/2025;client;4;4;4;4;4;4;4;4;4;4;4;4
B1;T1;0;19/02/2025;client;4;4;4;4;4;4;4;4;4;4;4;4
B1;T1;five;26/02/2025;client;4;4;4;4;4;4;4;4;4;4;4;4
B2;T2;1;31/02/2025;client;3;4;4;3;4;4;3;4;4;3;4;4
B2;T2;2;24/01/2025;client;3;4;4;3;4;4;3;4;4;3;4;4
B2;T2;2;24/01/2025;client;3;4;4;3;4;4;3;4;4;3;4;4
B2;T2;3;31/01/2025;client;3;4;4;3;4;4;3;4;4;3;4;4
B2;T2;3;31/01/2025;client;2;2;4;3;4;4;3;4;4;3;4;4
B2;T2;4;07/02/2025;client;3;3,5;4;3;4;4;3;4;4;3;4;4
B2;T2;5;14/02/2025;client;3;4;4;maybe;4;4;3;4;4;3;4;4
B2;T2;6;21/02/2025;neighbour;3;4;4;3;4;4;3;4;4;3;4;4
B2;T2;7;28/02/2025;client;;;;;;;;;;;;
B2;T2;8;07/03/2025;client;3;n/a;4;3;4;4;3;4;4;3;4;4
"""


def main() -> None:
    """Write all files."""
    caseload = simulate_caseload(seed=SEED)
    write_tidy(caseload.scores, HERE / "caseload_tidy.csv")
    write_items(caseload.responses, HERE / "caseload_items.xlsx")
    write_semicolon(caseload.scores, HERE / "caseload_semicolon.csv")
    write_fhir(caseload.responses, HERE / "caseload_fhir.ndjson")
    write_spss(caseload.responses, HERE / "caseload_wai.sav")
    write_weeks(HERE)
    caseload.truth.to_json(HERE / "caseload_truth.json", orient="records", indent=1)
    (HERE / "broken_export.csv").write_text(
        BROKEN.format(items=";".join(f"WAI-SR {item}" for item in range(1, 13))), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
