"""What was said of falls, over time: counts from the tables, careful with few, never a type of client."""

import pandas as pd
import pytest

import supervision_kit as sk
from supervision_kit.lens import ANNOTATIONS, CODES, MARKERS, STRATEGIES, TYPES, VERDICTS, describe_lens


def judged(*rows):
    """Judgements by (id, case_id, onset, end[, verdict])."""
    full = [(*row, "rupture")[:5] for row in rows]
    table = pd.DataFrame(full, columns=["id", "case_id", "onset", "end", "verdict"])
    return table.assign(
        rater="client", instrument="srs", scale="total", method="gumz", marked_onset=table["onset"], reason=""
    )


def coded(**of_judgements):
    """Codes by judgement: ``coded(j1="part:forgot touched:honesty")``."""
    rows = [
        (int(name[1:]), *pair.replace("_", " ").split(":"))
        for name, pairs in of_judgements.items()
        for pair in pairs.split()
    ]
    return pd.DataFrame(rows, columns=["judgement", "kind", "code"]).assign(case_id="A")


def annotated(*rows):
    return pd.DataFrame(rows, columns=["case_id", "session", "kind"]).reset_index(names="id").assign(rebases=False)


CHANGED = "part:change_of_arrangement touched:predictability"


def test_what_went_with_what_is_counted_over_the_falls_of_a_case():
    judgements = judged((1, "A", 3, 4), (2, "A", 9, 9), (3, "A", 15, 16), (4, "A", 22, 22), (5, "B", 3, 3))
    codes = coded(j1=CHANGED, j2=CHANGED, j3=CHANGED, j4="touched:honesty", j5="touched:honesty history:loss")
    assert describe_lens(codes, judgements, annotated(), case_ids=["A"]) == (
        "4 of 4 falls were read through the trust lens.",
        "3 of 4 falls went with “a change of arrangement”: predictability and reliability.",
        "Side of trust touched: predictability and reliability (3 of 4), honesty (1 of 4).",
        "The therapist's part: a change of arrangement (3 of 4).",
        "These are few: a thought to hold lightly, not yet a pattern.",
    )


def test_judgements_of_the_same_sessions_are_one_fall_whatever_scale_or_method():
    judgements = judged((1, "A", 3, 6), (2, "A", 5, 8), (3, "A", 8, 8), (4, "A", 9, 9))
    said = describe_lens(
        coded(j1="move:testing", j2="move:testing", j3="move:testing", j4="marker:denial"),
        judgements,
        annotated(),
        case_ids=["A"],
    )
    assert said[:2] == (
        "1 of 2 falls were read through the trust lens.",
        "How the client kept safe: testing whether it holds.",
    )


def test_a_fall_judged_to_be_none_does_not_count():
    judgements = judged((1, "A", 3, 3, "not a rupture"), (2, "A", 7, 7, "unsure"))
    said = describe_lens(coded(j1="tried:gave_time", j2="tried:named_it"), judgements, annotated(), case_ids=["A"])
    assert said[:2] == ("The one fall was read through the trust lens.", "Repair tried: named it.")


def test_across_cases_no_histories_are_added_up_and_one_case_is_not_taken_for_all():
    judgements = judged((1, "A", 3, 3), (2, "A", 9, 9))
    codes = coded(j1="history:betrayal touched:honesty", j2="history:betrayal touched:honesty")
    of_case = describe_lens(codes, judgements, annotated(), case_ids=["A"])
    assert "History that may speak here, as a hypothesis: betrayal (2 of 2)." in of_case
    across = describe_lens(codes, judgements, annotated(), case_ids=["A", "B"])
    assert not any("betrayal" in sentence for sentence in across)
    assert "All of this is from one case, and says nothing about the others." in across


def test_across_cases_it_is_said_of_how_many_cases_a_count_is():
    judgements = judged((1, "A", 3, 3), (2, "A", 9, 9), (3, "B", 5, 5))
    codes = coded(j1="move:testing", j2="move:testing", j3="move:testing touched:honesty")
    across = describe_lens(codes, judgements, annotated(), case_ids=["A", "B"])
    assert across == (
        "3 of 3 falls were read through the trust lens.",
        "Side of trust touched: honesty (1 of 3, in 1 case).",
        "How the client kept safe: testing whether it holds (3 of 3, in 2 cases).",
        "These are few: a thought to hold lightly, not yet a pattern.",
    )


def test_from_five_falls_on_the_caution_goes_and_there_is_never_a_percentage():
    judgements = judged(*((n, "A", 10 * n, 10 * n) for n in range(1, 6)))
    said = describe_lens(coded(**{f"j{n}": CHANGED for n in range(1, 6)}), judgements, annotated(), case_ids=["A"])
    assert not any("few" in sentence or "%" in sentence for sentence in said)
    four = describe_lens(coded(j1=CHANGED, j2=CHANGED, j3=CHANGED, j4=CHANGED), judgements, annotated(), case_ids=["A"])
    assert "few" in four[-1]


def test_falls_at_a_break_or_right_after_it_are_counted_with_those_not_read():
    judgements = judged((1, "A", 4, 4), (2, "A", 10, 11), (3, "A", 20, 20))
    annotations = annotated(("A", 3, "holiday"), ("A", 10, "holiday"), ("A", 18, "holiday"), ("B", 20, "holiday"))
    said = describe_lens(coded(j1="touched:honesty"), judgements, annotations, case_ids=["A"])
    assert "2 of 3 falls began at or right after a session marked “holiday or break”." in said


def test_across_cases_a_likeness_says_of_how_many_cases_it_is():
    judgements = judged((1, "A", 4, 4), (2, "A", 10, 10), (3, "B", 5, 5))
    annotations = annotated(("A", 3, "holiday"), ("A", 10, "holiday"))
    said = describe_lens(coded(j1=CHANGED, j2=CHANGED, j3=CHANGED), judgements, annotations, case_ids=["A", "B"])
    assert "3 of 3 falls, in 2 cases, went with “a change of arrangement”: predictability and reliability." in said
    assert "2 of 3 falls, in 1 case, began at or right after a session marked “holiday or break”." in said


def test_without_anything_said_there_is_nothing_to_say():
    assert describe_lens(coded(), judged((1, "A", 3, 3)), annotated(), case_ids=["A"]) == ()
    assert describe_lens(coded(j1="marker:denial"), judged((1, "A", 3, 3)), annotated(), case_ids=["A"]) == ()
    assert describe_lens(coded(), judged(), annotated(), case_ids=[]) == ()


def test_a_code_of_a_later_vocabulary_is_shown_as_it_is():
    said = describe_lens(coded(j1="part:humour"), judged((1, "A", 3, 3)), annotated(), case_ids=["A"])
    assert "The therapist's part: humour." in said


@pytest.mark.parametrize(
    ("terms", "scales"), [(MARKERS, ("withdrawal", "confrontation")), (STRATEGIES, ("resolution",))]
)
def test_the_names_are_those_of_the_3rs_as_the_kit_lists_them(terms, scales):
    codes = sk.INSTRUMENTS["three_rs"].codes
    assert [term.words for term in terms.values()] == [name for scale in scales for name in codes[scale]]
    assert all("not confirmed" in term.provenance for term in terms.values())


def test_every_term_is_kept_under_its_own_key():
    for terms in (*CODES.values(), ANNOTATIONS, TYPES, VERDICTS):
        assert [term.key for term in terms.values()] == list(terms)
    assert {term.group for term in MARKERS.values()} == {"withdrawal", "confrontation"}
    assert all("hypothesis" in term.provenance for term in CODES["history"].values())


def test_a_table_that_is_another_is_refused():
    with pytest.raises(sk.TableError, match=r"judgement_codes: .*missing"):
        describe_lens(judged(), coded(), annotated(), case_ids=[])
