"""Sums and item means: which a scale is given in, and that nothing is converted silently."""

import pytest

import supervision_kit as sk

WAI = "client,session,WAI-SR Task,WAI-SR Bond,WAI-SR Goal,WAI-SR Total"


def read(*rows, **settings):
    return sk.read_ratings("\n".join(rows).encode(), **settings)


def by_scale(ratings):
    return {scale: part["score"].tolist() for scale, part in ratings.scores.groupby("scale")}


def test_a_typo_does_not_turn_a_column_of_item_means_into_sums():
    values = [4, 5, 4, 5, 5, 4, 14]
    ratings = read("client,session,WAI-SR Bond", *(f"C1,{at},{value}" for at, value in enumerate(values, start=1)))
    assert ratings.scores["score"].tolist() == [4, 5, 4, 5, 5, 4]
    assert ratings.problems[["row", "value", "rule"]].values.tolist() == [[8, "14", "score_out_of_range"]]
    (note,) = [note for note in ratings.notes if note.startswith("WAI-SR bond")]
    assert note == (
        "WAI-SR bond: most of the values could be sums or item means; read as item means, 1 to 5. "
        "If they are sums, say so: columns={“WAI-SR Bond”: “wai_sr:bond:sum”}."
    )


def test_what_a_note_says_to_pass_can_be_passed():
    rows = ["client,session,WAI-SR Bond", "C1,1,4", "C1,2,5", "C1,3,4", "C1,4,14"]
    ratings = read(*rows, columns={"WAI-SR Bond": "wai_sr:bond:sum"})
    assert ratings.scores["score"].tolist() == [1, 1.25, 1, 3.5]


def test_a_minority_outside_the_reading_of_most_is_a_problem():
    ratings = read("client,session,WAI-SR Bond", "C1,1,16", "C1,2,14", "C1,3,18", "C1,4,3.5")
    assert ratings.scores["score"].tolist() == [4, 3.5, 4.5]
    assert ratings.problems["row"].tolist() == [5]


def test_a_total_that_is_four_times_its_subscales_shows_that_they_are_means():
    ratings = read(WAI, "C1,1,4,5,4,52", "C1,2,5,4,4,52")  # 4 · (4 + 5 + 4) = 52; 52 / 12 items
    assert by_scale(ratings) == {
        "task": [4, 5],
        "bond": [5, 4],
        "goal": [4, 4],
        "total": [pytest.approx(4.3333333333)] * 2,
    }


def test_a_total_that_is_the_sum_of_its_subscales_shows_that_they_are_sums():
    ratings = read(WAI, "C1,1,4,5,4,13", "C1,2,5,4,4,13")
    assert by_scale(ratings) == {
        "task": [1, 1.25],
        "bond": [1.25, 1],
        "goal": [1, 1],
        "total": [pytest.approx(1.0833333333)] * 2,
    }


def test_a_total_too_large_for_the_other_items_shows_that_a_subscale_is_a_mean():
    ratings = read("case,session,WAI-SR,Bond", "A,1,48,4", "A,2,52,5")  # 52 − 5 is more than 8 items can make
    assert by_scale(ratings)["bond"] == [4, 5]


def test_each_rater_has_a_unit_of_their_own():
    head = "case,session,rater,instrument,scale,score"
    client = [f"A,{at},client,WAI-SR,Bond,{score}" for at, score in enumerate([18, 16, 17, 15], start=1)]
    therapist = [f"A,{at},therapist,WAI-SR,Bond,{score}" for at, score in enumerate([4, 5, 3.5, 4], start=1)]
    ratings = read(head, *client, *therapist)
    assert ratings.problems.empty
    assert ratings.scores["score"].tolist() == [4.5, 4, 4.25, 3.75, 4, 5, 3.5, 4]
    assert "WAI-SR bond, client: read as sums, 4 to 20, and turned into item means." in ratings.notes
    assert "WAI-SR bond, therapist: read as item means, 1 to 5." in ratings.notes


def test_the_scores_of_a_form_are_weighed_together_in_a_row_per_score_too():
    head = "case,session,rater,instrument,scale,score"
    ratings = read(head, *(f"A,1,client,WAI-SR,{scale}" for scale in ("Task,4", "Bond,5", "Goal,4", "Total,52")))
    assert by_scale(ratings)["bond"] == [5]


@pytest.mark.parametrize(
    ("heading", "values", "expected"),
    [("CORE-10", ["1.3", "2.4"], [13, 24]), ("PHQ-9", ["1.33", "0.67"], [11.97, 6.03])],
)
def test_broken_scores_within_the_answers_of_a_form_of_whole_numbers_are_item_means(heading, values, expected):
    ratings = read(f"client,session,{heading}", f"C1,1,{values[0]}", f"C1,2,{values[1]}")
    assert ratings.scores["score"].tolist() == expected
    assert any("read as item means" in note and "turned into sums" in note for note in ratings.notes)


def test_a_few_broken_sums_stay_sums():
    ratings = read("client,session,CORE-10", "C1,1,13.3", "C1,2,2", "C1,3,1.1")
    assert ratings.scores["score"].tolist() == [13.3, 2, 1.1]


def test_low_totals_of_a_visual_scale_are_read_as_sums_and_it_is_said():
    ratings = read("client,session,SRS", "C1,1,9.1", "C1,2,8.4")
    assert ratings.scores["score"].tolist() == [9.1, 8.4]
    assert "SRS total: the values could be sums or item means; read as sums, 0 to 40." in ratings.notes
    assert not any("could be" in note for note in read("client,session,SRS", "C1,1,9.1", "C1,2,36").notes)


def test_rows_set_aside_have_no_say_in_the_unit():
    ratings = read("client,session,WAI-SR Bond", "C1,1,4", "C1,2,5", "Sum,2,9", "Mean,2,12", "Total,2,18")
    assert ratings.scores["score"].tolist() == [4, 5]


SRS = "client,session,SRS 1,SRS 2,SRS 3,SRS 4"


@pytest.mark.parametrize("instrument", ["SRS", "ORS"])
def test_lines_in_millimetres_are_read_from_the_values_of_all_items_and_it_is_said(instrument):
    ratings = read(SRS.replace("SRS", instrument), "C1,1,86,91,78,8", "C1,2,90,94,80,88")
    assert ratings.problems.empty
    assert ratings.responses["response"].tolist() == [8.6, 9.1, 7.8, 0.8, 9.0, 9.4, 8.0, 8.8]
    assert by_scale(ratings) == {"total": [26.3, 35.2]}
    assert f"{instrument} items: read as millimetres, 0 to 100, and turned into 0 to 10." in ratings.notes


def test_lines_of_0_to_10_are_taken_as_that_and_it_is_said():
    ratings = read(SRS, "C1,1,8,9,7,8", "C1,2,9,9,8,8")
    assert by_scale(ratings) == {"total": [32, 34]}
    assert "SRS items: read as 0 to 10, and not as millimetres." in ratings.notes


def test_a_few_lines_beyond_10_are_problems_and_no_millimetres():
    ratings = read(SRS, "C1,1,8.6,9.1,86,8.8", "C1,2,9,9.4,8,8.8", "C1,3,9,9,91,8.8")
    assert ratings.problems[["row", "column", "rule", "suggestion"]].values.tolist() == [
        [2, "SRS 3", "response_out_of_range", "If these are millimetres, divide them by 10."],
        [4, "SRS 3", "response_out_of_range", "If these are millimetres, divide them by 10."],
    ]
    assert by_scale(ratings) == {"total": [35.2]}
    assert "SRS items: read as 0 to 10; 2 of 12 answers are beyond, as millimetres would be." in ratings.notes


def test_one_number_alone_is_no_ground_for_millimetres():
    assert read("client,session,SRS", "C1,1,345").problems["rule"].tolist() == ["score_out_of_range"]
    assert read(SRS, "C1,1,86,,,").problems["rule"].tolist() == ["response_out_of_range"]


def test_totals_in_millimetres_are_turned_into_0_to_40():
    ratings = read("client,session,SRS,ORS", "C1,1,345,31.5", "C1,2,360,32", "C1,3,95,33")
    assert ratings.problems.empty
    assert ratings.scores.query("instrument == 'srs'")["score"].tolist() == [34.5, 36, 9.5]
    assert ratings.scores.query("instrument == 'ors'")["score"].tolist() == [31.5, 32, 33]
    assert "SRS total: read as sums in millimetres, 0 to 400, and turned into centimetres." in ratings.notes


def test_scores_of_0_to_100_could_be_means_or_sums_and_are_not_guessed():
    ratings = read("client,session,SRS", "C1,1,86", "C1,2,90", "C1,3,78")
    assert ratings.problems["rule"].tolist() == ["score_out_of_range"] * 3


def test_means_in_millimetres_are_read_where_the_heading_says_mean():
    ratings = read("client,session,SRS mean", "C1,1,86", "C1,2,90")
    assert by_scale(ratings) == {"total": [34.4, 36]}  # 8.6 · 4, 9 · 4
    assert "SRS total: read as item means in millimetres, 0 to 100, and turned into sums." in ratings.notes


def test_a_broken_number_within_10_among_millimetres_is_a_problem():
    ratings = read(SRS, "C1,1,86,91,78,88", "C1,2,8.6,9.1,7.8,8.8", "C1,3,90,91,92,93")
    assert ratings.problems[["row", "rule"]].values.tolist() == [[3, "response_unit_unclear"]] * 4
    assert by_scale(ratings) == {"total": [34.3, 36.6]}
    ratings = read("client,session,SRS", "C1,1,345", "C1,2,360", "C1,3,36.5", "C1,4,36", "C1,5,0", "C1,6,41")
    assert ratings.problems[["row", "rule"]].values.tolist() == [[4, "score_unit_unclear"], [5, "score_unit_unclear"]]
    assert by_scale(ratings) == {"total": [34.5, 36, 0, 4.1]}


def test_each_rater_measures_for_themselves():
    columns = ",".join(f"SRS {item} {rater}" for rater in ("client", "therapist") for item in range(1, 5))
    ratings = read(f"client,session,{columns}", "C1,1,86,91,78,88,8.5,9,8,9")
    assert ratings.scores[["rater", "score"]].values.tolist() == [["client", 34.3], ["therapist", 34.5]]


def test_a_score_times_a_number_is_read_as_reported_and_said():
    # doubled sums of the DASS-21 go to 42, ten times the mean of the CORE-OM to 40
    ratings = read("client,session,DASS-21 Depression,CORE-OM\nC1,1,30,18.5\nC1,2,12,9\n")
    assert sorted(ratings.scores["score"]) == [9, 12, 18.5, 30]
    assert "DASS-21 depression: read as 2 × sums, 0 to 42." in ratings.notes
    assert "CORE-OM total: read as 10 × item means, 0 to 40." in ratings.notes


def test_a_score_that_could_be_plain_or_times_a_number_is_a_problem_that_asks():
    text = "client,session,DASS-21 Stress,CORE-OM\nC1,1,14,1.8\nC1,2,12,0.9\n"
    ratings = read(text)
    assert ratings.scores.empty
    assert ratings.problems["rule"].tolist() == ["score_unit_unclear"] * 4
    assert "“dass21:stress:sum” or “dass21:stress:reported” in columns= says which" in ratings.report()
    said = read(text, columns={"DASS-21 Stress": "dass21:stress:sum", "CORE-OM": "core_om:total:item mean"})
    # 2 × 14, 2 × 12, 10 × 1.8, 10 × 0.9
    assert sorted(said.scores["score"]) == [9, 18, 24, 28]
    assert "CORE-OM total: read as item means, 0 to 4, and turned into 10 × item means." in said.notes
    said = read(text, columns={"DASS-21 Stress": "dass21:stress:reported", "CORE-OM": "core_om:total:reported"})
    assert sorted(said.scores["score"]) == [0.9, 1.8, 12, 14]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([9, 7, 11, 13, 21], [18, 14, 22, 26, 42]),  # odd sums have not been doubled
        ([8, 6, 10, 12, 20], [8, 6, 10, 12, 20]),  # five sums are hardly all even
        ([9, 7, 30], [9, 7, 30]),  # 30 is more than 7 items of 0 to 3 can make
    ],
)
def test_plain_and_doubled_sums_are_told_by_what_is_odd(values, expected):
    rows = [f"C1,{session},{value}" for session, value in enumerate(values, start=1)]
    assert read("client,session,DASS-21 Stress", *rows).scores["score"].tolist() == expected


def test_means_that_fit_totals_are_not_guessed():
    rows = ["client,session,ORS average", "C1,1,18", "C1,2,22"]
    ratings = read(*rows)
    assert ratings.scores.empty
    assert ratings.problems["rule"].tolist() == ["score_unit_unclear"] * 2
    assert read(*rows, columns={"ORS average": "ors:total:sum"}).scores["score"].tolist() == [18, 22]


def test_the_sum_of_all_items_of_the_core_om_is_turned_into_its_clinical_score():
    # 68 of 34 items is a mean of 2, a clinical score of 20
    ratings = read("client,session,CORE-OM sum\nC1,1,68\nC1,2,102\n")
    assert ratings.scores["score"].tolist() == [20, 30]


def test_a_scale_of_one_item_has_a_sum_and_a_mean_that_are_one():
    ratings = read("client,session,3RS withdrawal,3RS confrontation\nC1,1,2,5\n")
    assert ratings.scores["score"].dropna().tolist() == [5, 2]
    assert not any("could be" in note for note in ratings.notes)


def test_doubled_scores_above_their_range_are_problems():
    ratings = read("client,session,DASS-21 Anxiety\nC1,1,30\nC1,2,43\n")
    assert ratings.problems["message"].tolist() == [
        "DASS-21 anxiety is read as 2 × sums, 0 to 42; blank where not given."
    ]


def test_a_length_that_says_its_unit_needs_no_column_to_tell():
    export = "Case,Session,SRS 1,SRS 2,SRS 3,SRS 4,SRS total\n" + "".join(
        f"a,{session},{','.join([cell] * 4)},{total}\n"
        for session, (cell, total) in enumerate([("82 mm", "328 mm"), ("8.2 cm", "32.8 cm"), ("8 mm", "3.2 cm")], 1)
    )
    ratings = sk.read_ratings(export.encode())
    assert ratings.problems.empty
    assert ratings.responses["response"].to_list() == [*[8.2] * 8, *[0.8] * 4]
    assert ratings.scores["score"].to_list() == pytest.approx([32.8, 32.8, 3.2])
    assert not [note for note in ratings.notes if "differs" in note or "millimetres" in note]


def test_among_millimetres_a_length_in_centimetres_is_ten_times_as_long():
    export = "Case,Session,SRS 1,SRS 2,SRS 3,SRS 4\na,1,82,90,75,61\na,2,88,93,70,66\na,3,8 cm,8 cm,8 mm,80\n"
    responses = sk.read_ratings(export.encode()).responses
    assert responses["response"].to_list() == pytest.approx([8.2, 9, 7.5, 6.1, 8.8, 9.3, 7, 6.6, 8, 8, 0.8, 8])


def test_a_length_is_no_answer_of_a_form_without_lines():
    ratings = sk.read_ratings(b"Case,Session,PHQ-9\na,1,8 mm\n")
    assert ratings.problems["rule"].to_list() == ["score_not_a_number"]
