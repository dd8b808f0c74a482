"""Known ratings written in many layouts, encodings and locales, and read back exactly."""

import csv
import datetime as dt
import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import supervision_kit as sk

FIRST_DAY = dt.date(2024, 1, 8)
N_ITEMS = {"srs": 4, "phq9": 9}
NAMES = {"srs": "SRS", "phq9": "PHQ-9"}

codes = st.text("ABCXYZ0123456789-äß", min_size=1, max_size=5).filter(lambda code: any(map(str.isalpha, code)))
answers = {
    "srs": st.lists(st.integers(0, 100).map(lambda tenths: tenths / 10), min_size=4, max_size=4),
    "phq9": st.lists(st.integers(0, 3), min_size=9, max_size=9),
}
forms = st.one_of(
    *(
        st.tuples(codes, st.integers(1, 6), st.just(rater), st.just(instrument), answers[instrument])
        for rater, instrument in (("client", "srs"), ("therapist", "srs"), ("client", "phq9"))
    )
)
caseloads = st.lists(forms, min_size=1, max_size=12, unique_by=lambda form: (form[0].casefold(), *form[1:4]))


def total_of(form):
    return round(sum(form[4]), 1)


def by_row(forms):
    """Group the forms of one case and session."""
    rows = {}
    for form in forms:
        rows.setdefault(form[:2], {})[form[2:4]] = form
    return rows


def long_items(forms):
    rows = [
        [case, session, rater, NAMES[instrument], item, answer]
        for case, session, rater, instrument, answered in forms
        for item, answer in enumerate(answered, 1)
    ]
    return [["Client", "Session", "Rater", "Instrument", "Item", "Answer"]], rows


def wide_items(forms):
    headings = ["Fall", "Sitzung", "Perspektive"] + [
        f"{NAMES[key]} {n}" for key in N_ITEMS for n in range(1, N_ITEMS[key] + 1)
    ]
    rows = []
    for case, session, rater, instrument, answered in forms:
        blank = {key: [""] * n for key, n in N_ITEMS.items()} | {instrument: answered}
        rows.append([case, session, rater, *blank["srs"], *blank["phq9"]])
    return [headings], rows


def totals(forms):
    rows = [
        [form[0], form[1], form[2], *(total_of(form) if form[3] == key else "" for key in N_ITEMS)] for form in forms
    ]
    return [["Patient ID", "Visit", "Rated by", "SRS total", "PHQ-9 total"]], rows


SERIES = (("client", "srs"), ("therapist", "srs"), ("client", "phq9"))


def side_by_side(forms):
    rows = [
        [*key, *(total_of(held[each]) if each in held else "" for each in SERIES)]
        for key, held in by_row(forms).items()
    ]
    return [["Case", "Session", "SRS (Client)", "SRS (T)", "PHQ-9"]], rows


def session_columns(forms):
    sessions = sorted({form[1] for form in forms} | {7, 8})  # at least two columns
    headings = [f"S{session} {NAMES[key]} {rater}" for session in sessions for rater, key in SERIES]
    held = {form[:4]: total_of(form) for form in forms}
    rows = [
        [case, *(held.get((case, session, *each), "") for session in sessions for each in SERIES)]
        for case in dict.fromkeys(form[0] for form in forms)
    ]
    return [["Client", *headings]], rows


def sessions_over_raters(forms):
    ((case, *headings),), rows = session_columns(forms)
    parted = [heading.split(" ", 1) for heading in headings]
    above = [session if at % 3 == 0 else "" for at, (session, _) in enumerate(parted)]
    return [[case, *above], ["", *(below for _, below in parted)]], rows


def redcap(forms):
    headings = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "age"]
    headings += [f"srs_{letter}_{n}" for letter in "ct" for n in range(1, 5)] + ["srs_complete"]
    headings += [f"phq9_q{n}" for n in range(1, 10)] + ["phq9_complete"]
    rows = [[case, "therapy_arm_1", "", "", 40, *[""] * 19] for case in dict.fromkeys(form[0] for form in forms)]
    for case, session, rater, instrument, answered in forms:
        parts = {key: [""] * N_ITEMS[key[1]] for key in SERIES} | {(rater, instrument): answered}
        cells = [*parts["client", "srs"], *parts["therapist", "srs"], 2, *parts["client", "phq9"], 2]
        rows.append([case, "therapy_arm_1", f"{instrument}_form", session, "", *cells])
    return [headings], rows


def by_days(forms):
    rows = [
        [
            case,
            f"{FIRST_DAY + dt.timedelta(days=7 * session):%d.%m.%Y}",
            rater,
            NAMES[key],
            "total",
            round(sum(answered), 1),
        ]
        for case, session, rater, key, answered in forms
    ]
    return [["Klient", "Datum", "Rater", "Fragebogen", "Skala", "Wert"]], rows


WITH_ITEMS = (long_items, wide_items, redcap)
LAYOUTS = (*WITH_ITEMS, totals, side_by_side, session_columns, sessions_over_raters, by_days)


def written(headings, rows, *, delimiter, decimal_comma, n_titles, encoding):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([f"Notes of the office, line {number}"] for number in range(n_titles))
    for row in [*headings, *rows]:
        plain = [f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row]
        localised = [
            text.replace(".", ",") if decimal_comma and isinstance(cell, float) else text
            for text, cell in zip(plain, row, strict=True)
        ]
        writer.writerow(localised)
    return out.getvalue().encode(encoding)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    forms=caseloads,
    layout=st.sampled_from(LAYOUTS),
    delimiter=st.sampled_from(",;\t|"),
    decimal_comma=st.booleans(),
    n_titles=st.integers(0, 3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    shuffled=st.randoms(use_true_random=False),
)
def test_ratings_written_in_any_layout_are_read_back_exactly(forms, layout, shuffled, **how):
    headings, rows = layout(forms)
    shuffled.shuffle(rows)
    ratings = sk.read_ratings(written(headings, rows, **how))
    assert ratings.problems.empty
    assert ratings.rows_read == ratings.rows_kept == len(rows)
    given_scores = ratings.scores.dropna(subset="score")
    found = {
        (row.case_id, row.session, row.rater, row.instrument): row.score
        for row in given_scores[given_scores["scale"] == "total"].itertuples()
    }
    assert found == {(*place_of(form, forms, layout), *form[2:4]): total_of(form) for form in forms}
    if layout in WITH_ITEMS:
        answered = ratings.responses.dropna(subset="response")
        assert {
            (row.case_id, row.session, row.rater, row.instrument, row.item): row.response
            for row in answered.itertuples()
        } == {(*form[:4], item): answer for form in forms for item, answer in enumerate(form[4], 1)}


def place_of(form, forms, layout):
    """Return the case, and the session or, where days are all there is, which of the case's days it is."""
    case, session = form[:2]
    if layout is not by_days:
        return case, session
    return case, sorted({other[1] for other in forms if other[0] == case}).index(session) + 1
