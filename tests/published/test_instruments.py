"""The scoring keys, copied by hand from the sources that the instruments' pages name."""

import pytest

import supervision_kit as sk

# items, lowest and highest answer, reversed items
FORMS = {
    "wai_sr": (12, 1, 5, ()),
    "srs": (4, 0, 10, ()),
    "ors": (4, 0, 10, ()),
    "phq9": (9, 0, 3, ()),
    "gad7": (7, 0, 3, ()),
    "core10": (10, 0, 4, (2, 3)),
}
# items, fewest answered, lowest and highest score
SCALES = {
    ("wai_sr", "total"): (range(1, 13), 9, 1, 5),
    ("wai_sr", "task"): ((1, 2, 10, 12), 3, 1, 5),
    ("wai_sr", "bond"): ((3, 5, 7, 9), 3, 1, 5),
    ("wai_sr", "goal"): ((4, 6, 8, 11), 3, 1, 5),
    ("srs", "total"): (range(1, 5), 4, 0, 40),
    ("ors", "total"): (range(1, 5), 4, 0, 40),
    ("phq9", "total"): (range(1, 10), 7, 0, 27),
    ("gad7", "total"): (range(1, 8), 6, 0, 21),
    ("core10", "total"): (range(1, 11), 9, 0, 40),
}
# line and side of it that counts, reliable change; None: none published
LINES = {
    "wai_sr": (None, None, None),
    "srs": (36, "below", None),
    "ors": (25, "below", 5),
    "phq9": (10, "at or above", 6),
    "gad7": (10, "at or above", 4),
    "core10": (11, "at or above", 6),
}
BETTER_IS = {"wai_sr": "higher", "srs": "higher", "ors": "higher", "phq9": "lower", "gad7": "lower", "core10": "lower"}
ALLIANCE = {"wai_sr", "srs"}


def test_every_instrument_is_copied_out_here():
    assert set(FORMS) == set(LINES) == set(BETTER_IS) == set(sk.INSTRUMENTS)
    assert set(SCALES) == {(one.key, scale) for one in sk.INSTRUMENTS.values() for scale in one.scales}


@pytest.mark.parametrize("key", FORMS)
def test_the_form(key):
    one = sk.INSTRUMENTS[key]
    assert (one.n_items, one.lowest_answer, one.highest_answer, one.reversed_items) == FORMS[key]
    assert one.better_is == BETTER_IS[key]
    assert (one.kind == "alliance") is (key in ALLIANCE)


@pytest.mark.parametrize(("key", "scale"), SCALES)
def test_the_scales(key, scale):
    items, fewest, lowest, highest = SCALES[key, scale]
    found = sk.INSTRUMENTS[key].scales[scale]
    assert found.items == tuple(items)
    assert found.fewest_answered == fewest
    assert (found.lowest, found.highest) == (lowest, highest)


@pytest.mark.parametrize("key", LINES)
def test_the_lines(key):
    line, marks, change = LINES[key]
    total = sk.INSTRUMENTS[key].scales["total"]
    assert (total.cutoff and total.cutoff.line, total.cutoff and total.cutoff.marks) == (line, marks)
    assert (total.reliable_change and total.reliable_change.points) == change


def test_nothing_unconfirmed_is_called_seen():
    """The numbers that could not be read in their own source say so."""
    unconfirmed = [("ors", "reliable_change"), ("phq9", "reliable_change"), ("gad7", "reliable_change")]
    for key, name in [*unconfirmed, ("core10", "reliable_change")]:
        assert getattr(sk.INSTRUMENTS[key].scales["total"], name).provenance.sureness == "unconfirmed"
    assert sk.INSTRUMENTS["srs"].scales["total"].cutoff.provenance.sureness == "secondary"
    assert sk.INSTRUMENTS["wai_sr"].missing_provenance.sureness == "kit"
    assert sk.INSTRUMENTS["phq9"].missing_provenance.sureness == "unconfirmed"
