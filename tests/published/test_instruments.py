"""The scoring keys, copied by hand from the sources that the instruments' pages name."""

import pytest

import supervision_kit as sk

# items, lowest and highest answer, reversed items
FORMS = {
    "wai_sr": (12, 1, 5, ()),
    "wai_s": (12, 1, 7, (4, 10)),
    "wai_st": (12, 1, 7, (4, 10)),
    "wai": (36, 1, 7, (1, 3, 7, 9, 10, 11, 12, 15, 20, 27, 29, 31, 33, 34)),
    "sai": (6, 0, 5, ()),
    "srs": (4, 0, 10, ()),
    "gsrs": (4, 0, 10, ()),
    "csrs": (4, 0, 10, ()),
    "ors": (4, 0, 10, ()),
    "phq9": (9, 0, 3, ()),
    "gad7": (7, 0, 3, ()),
    "core10": (10, 0, 4, (2, 3)),
    "core_om": (34, 0, 4, (3, 4, 7, 12, 19, 21, 31, 32)),
    "oq45": (45, 0, 4, (1, 12, 13, 20, 21, 24, 31, 37, 43)),
    "dass21": (21, 0, 3, ()),
    "haq_ii": (19, 1, 6, (4, 8, 11, 16, 19)),
    "psq_rupture": (4, None, None, ()),
    "three_rs": (4, 1, 5, ()),
}
DISTRESS = (2, 3, 5, 6, 8, 9, 10, 11, 13, 15, 22, 23, 24, 25, 27, 29, 31, 33, 34, 35, 36, 40, 41, 42, 45)
# items, fewest answered, lowest and highest score
SCALES = {
    ("wai_sr", "total"): (range(1, 13), 9, 1, 5),
    ("wai_sr", "task"): ((1, 2, 10, 12), 3, 1, 5),
    ("wai_sr", "bond"): ((3, 5, 7, 9), 3, 1, 5),
    ("wai_sr", "goal"): ((4, 6, 8, 11), 3, 1, 5),
    ("wai_s", "total"): (range(1, 13), 9, 1, 7),
    ("wai_s", "task"): ((1, 2, 8, 12), 3, 1, 7),
    ("wai_s", "bond"): ((3, 5, 7, 9), 3, 1, 7),
    ("wai_s", "goal"): ((4, 6, 10, 11), 3, 1, 7),
    ("wai_st", "total"): (range(1, 13), 9, 1, 7),
    ("wai_st", "task"): ((1, 2, 8, 12), 3, 1, 7),
    ("wai_st", "bond"): ((3, 5, 7, 9), 3, 1, 7),
    ("wai_st", "goal"): ((4, 6, 10, 11), 3, 1, 7),
    ("wai", "total"): (range(1, 37), 27, 1, 7),
    ("wai", "task"): ((2, 4, 7, 11, 13, 15, 16, 18, 24, 31, 33, 35), 9, 1, 7),
    ("wai", "bond"): ((1, 5, 8, 17, 19, 20, 21, 23, 26, 28, 29, 36), 9, 1, 7),
    ("wai", "goal"): ((3, 6, 9, 10, 12, 14, 22, 25, 27, 30, 32, 34), 9, 1, 7),
    ("sai", "total"): (range(1, 7), 5, 0, 5),
    ("srs", "total"): (range(1, 5), 4, 0, 40),
    ("gsrs", "total"): (range(1, 5), 4, 0, 40),
    ("csrs", "total"): (range(1, 5), 4, 0, 40),
    ("ors", "total"): (range(1, 5), 4, 0, 40),
    ("phq9", "total"): (range(1, 10), 7, 0, 27),
    ("gad7", "total"): (range(1, 8), 6, 0, 21),
    ("core10", "total"): (range(1, 11), 9, 0, 40),
    ("core_om", "total"): (range(1, 35), 31, 0, 40),
    ("core_om", "wellbeing"): ((4, 14, 17, 31), 4, 0, 40),
    ("core_om", "problems"): ((2, 5, 8, 11, 13, 15, 18, 20, 23, 27, 28, 30), 11, 0, 40),
    ("core_om", "functioning"): ((1, 3, 7, 10, 12, 19, 21, 25, 26, 29, 32, 33), 11, 0, 40),
    ("core_om", "risk"): ((6, 9, 16, 22, 24, 34), 6, 0, 40),
    ("oq45", "total"): (range(1, 46), 35, 0, 180),
    ("oq45", "distress"): (DISTRESS, 19, 0, 100),
    ("oq45", "interpersonal"): ((1, 7, 16, 17, 18, 19, 20, 26, 30, 37, 43), 9, 0, 44),
    ("oq45", "social_role"): ((4, 12, 14, 21, 28, 32, 38, 39, 44), 7, 0, 36),
    ("dass21", "depression"): ((3, 5, 10, 13, 16, 17, 21), 6, 0, 42),
    ("dass21", "anxiety"): ((2, 4, 7, 9, 15, 19, 20), 6, 0, 42),
    ("dass21", "stress"): ((1, 6, 8, 11, 12, 14, 18), 6, 0, 42),
    ("haq_ii", "total"): (range(1, 20), 15, 19, 114),
    ("psq_rupture", "presence"): ((1,), 1, 0, 1),
    ("psq_rupture", "intensity"): ((2,), 1, 1, 5),
    ("psq_rupture", "addressed"): ((3,), 1, 1, 5),
    ("psq_rupture", "resolution"): ((4,), 1, 1, 5),
    ("three_rs", "withdrawal"): ((1,), 1, 1, 5),
    ("three_rs", "confrontation"): ((2,), 1, 1, 5),
    ("three_rs", "resolution"): ((3,), 1, 1, 5),
    ("three_rs", "therapist_contribution"): ((4,), 1, 1, 5),
}
# the lines on the total with the side of each that counts, the first one the default; how sure of each
LINES = {
    "srs": [(36, "below", "", "secondary")],
    "gsrs": [(36, "below", "", "unconfirmed")],
    "csrs": [(36, "below", "", "unconfirmed")],
    "ors": [
        (25, "below", "adults", "secondary"),
        (28, "below", "adolescents", "unconfirmed"),
        (32, "below", "children", "secondary"),
    ],
    "phq9": [(10, "at or above", "caseness", "seen")],
    "gad7": [
        (10, "at or above", "caseness", "seen"),
        (8, "at or above", "caseness in NHS Talking Therapies", "unconfirmed"),
    ],
    "core10": [(11, "at or above", "clinical", "seen")],
    "core_om": [(10, "at or above", "clinical", "seen")],
    "oq45": [(64, "at or above", "clinical", "unconfirmed")],
}
BANDS = {
    ("phq9", "total"): (5, 10, 15, 20),
    ("gad7", "total"): (5, 10, 15),
    ("core10", "total"): (11, 15, 20, 25),
    ("dass21", "depression"): (10, 14, 21, 28),
    ("dass21", "anxiety"): (8, 10, 15, 20),
    ("dass21", "stress"): (15, 19, 26, 34),
}
RELIABLE_CHANGE = {
    "ors": (5, "unconfirmed"),
    "phq9": (6, "unconfirmed"),
    "gad7": (4, "unconfirmed"),
    "core10": (6, "unconfirmed"),
    "oq45": (14, "seen"),
}
KIND = {
    "alliance": {"wai_sr", "wai_s", "wai_st", "wai", "sai", "srs", "gsrs", "csrs", "haq_ii"},
    "outcome": {"ors", "phq9", "gad7", "core10", "core_om", "oq45", "dass21"},
    "rupture": {"psq_rupture", "three_rs"},
}
LOWER_IS_BETTER = {"phq9", "gad7", "core10", "core_om", "oq45", "dass21"}
RISK = {"phq9": (9,), "core10": (6,), "core_om": (6, 9, 16, 22, 24, 34)}


def test_every_instrument_is_copied_out_here():
    assert set(FORMS) == set().union(*KIND.values()) == set(sk.INSTRUMENTS)
    assert set(SCALES) == {(one.key, scale) for one in sk.INSTRUMENTS.values() for scale in one.scales}


@pytest.mark.parametrize("key", FORMS)
def test_the_form(key):
    one = sk.INSTRUMENTS[key]
    n_items, lowest, highest, turned = FORMS[key]
    assert (one.n_items, one.reversed_items, one.risk_items) == (n_items, turned, RISK.get(key, ()))
    if lowest is not None:
        assert {(item.lowest, item.highest) for item in one.items} == {(lowest, highest)}
    assert key in KIND[one.kind]
    if one.kind != "rupture":
        assert {scale.better_is for scale in one.scales.values()} == {"lower" if key in LOWER_IS_BETTER else "higher"}


def test_the_rupture_items_of_the_psq():
    """Presence 0 or 1, the others 1 to 5; the resolution counts only where a rupture is present."""
    one = sk.INSTRUMENTS["psq_rupture"]
    assert [(item.lowest, item.highest) for item in one.items] == [(0, 1), (1, 5), (1, 5), (1, 5)]
    assert [item.only_where for item in one.items] == [None, None, None, (1, 1)]


def test_which_way_is_better_in_reports_of_ruptures():
    better = {scale.key: scale.better_is for key in KIND["rupture"] for scale in sk.INSTRUMENTS[key].scales.values()}
    assert {scale for scale, way in better.items() if way == "higher"} == {"resolution", "addressed"}


@pytest.mark.parametrize(("key", "scale"), SCALES)
def test_the_scales(key, scale):
    items, fewest, lowest, highest = SCALES[key, scale]
    found = sk.INSTRUMENTS[key].scales[scale]
    assert found.items == tuple(items)
    assert found.fewest_answered == fewest
    assert (found.lowest, found.highest) == (lowest, highest)


@pytest.mark.parametrize(("key", "scale"), SCALES)
def test_the_lines_bands_and_reliable_changes(key, scale):
    found = sk.INSTRUMENTS[key].scales[scale]
    lines = [(one.line, one.marks, one.name, one.provenance.sureness) for one in found.cutoffs]
    assert lines == (LINES.get(key, []) if scale == "total" else [])
    assert (found.cutoff.line if found.cutoff else None) == (lines[0][0] if lines else None)
    assert (found.bands.lines if found.bands else None) == BANDS.get((key, scale))
    change = found.reliable_change
    assert (change and (change.points, change.provenance.sureness)) == (
        RELIABLE_CHANGE.get(key) if scale == "total" else None
    )


@pytest.mark.parametrize(
    ("key", "scale", "score", "label"),
    [
        ("phq9", "total", 4, "minimal"),
        ("phq9", "total", 5, "mild"),
        ("phq9", "total", 19.9, "moderately severe"),
        ("phq9", "total", 27, "severe"),
        ("gad7", "total", 15, "severe"),
        ("core10", "total", 10.9, "below the clinical range"),
        ("core10", "total", 20, "moderate to severe"),
        ("dass21", "depression", 9, "normal"),
        ("dass21", "anxiety", 20, "extremely severe"),
        ("dass21", "stress", 18, "mild"),
        ("phq9", "total", float("nan"), None),
    ],
)
def test_the_band_of_a_score(key, scale, score, label):
    assert sk.INSTRUMENTS[key].scales[scale].bands.label(score) == label


# what could not be read in its own source, or is the kit's own, says so
SURE = {
    "items_provenance": {
        "unconfirmed": {"wai_s", "wai_st", "wai", "sai", "psq_rupture", "three_rs"},
        "secondary": {"wai_sr", "srs", "gsrs", "csrs", "ors", "dass21", "haq_ii"},
        "seen": {"phq9", "gad7", "core10", "core_om", "oq45"},
    },
    "reversed_provenance": {
        "unconfirmed": {"wai_s", "wai_st", "wai", "sai", "core_om", "psq_rupture", "three_rs"},
        "secondary": {"wai_sr", "srs", "gsrs", "csrs", "ors", "dass21"},
        "seen": {"phq9", "gad7", "core10", "oq45", "haq_ii"},
    },
    "missing_provenance": {
        "kit": {"wai_sr", "wai_s", "wai_st", "wai", "sai", "haq_ii", "gsrs", "csrs", "three_rs"},
        "unconfirmed": {"phq9", "gad7", "dass21", "psq_rupture"},
        "seen": {"srs", "ors", "core10", "core_om", "oq45"},
    },
}


@pytest.mark.parametrize("which", SURE)
def test_how_sure_the_numbers_are(which):
    found = {}
    for key, one in sk.INSTRUMENTS.items():
        found.setdefault(getattr(one, which).sureness, set()).add(key)
    assert found == SURE[which]


def test_what_is_not_confirmed_is_said_to_be_after_its_author_and_never_called_the_authors():
    for one in sk.INSTRUMENTS.values():
        for scale in one.scales.values():
            for number in (*scale.cutoffs, scale.bands, scale.reliable_change):
                if number and number.provenance.sureness == "unconfirmed":
                    assert number.provenance.short.startswith("after ")
                    assert number.provenance.short.endswith(", not confirmed")
    assert (
        sk.INSTRUMENTS["oq45"].scales["total"].cutoff.provenance.words == "after Lambert et al. (2004), not confirmed"
    )


def test_the_codes_of_the_3rs_are_named_and_no_more():
    codes = sk.INSTRUMENTS["three_rs"].codes
    assert {scale: len(names) for scale, names in codes.items()} == {
        "withdrawal": 7,
        "confrontation": 7,
        "resolution": 10,
    }
    assert sk.INSTRUMENTS["three_rs"].codes_provenance.sureness == "unconfirmed"


def test_no_wording_is_shipped():
    assert not any(one.labels for one in sk.INSTRUMENTS.values())
