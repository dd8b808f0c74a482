import pandas as pd
import pytest

import supervision_kit as sk
from supervision_kit.evidence import STRENGTHS


def caseload(**classes):
    """Return that many cases of each class."""
    listed = [name.replace("_", " ") for name, n in classes.items() for _ in range(n)]
    return pd.DataFrame(
        {
            "case_id": [f"C{i}" for i in range(len(listed))],
            "n_sessions": 8,
            "last_session": 8,
            "last_score": 4.0,
            "open_ruptures": 0,
            "outcome_class": [None if name == "unjudged" else name for name in listed],
            "priority": 0.0,
            "reasons": [()] * len(listed),
        }
    )


def test_classes_are_shares_of_the_cases_that_can_be_told():
    counted = caseload(no_fall_marked=12, repaired=4, unrepaired=3, partly_repaired=1, undetermined=2, unjudged=3)
    shares = sk.share_classes(counted).set_index("outcome_class")
    assert shares["n_cases"].to_dict() == {
        "no rupture marked": 12, "repaired": 4, "not repaired, or in part": 4, "cannot be told": 5,
    }  # fmt: skip
    assert shares["share"].to_list()[:3] == pytest.approx([60, 20, 20])
    # Wilson's interval of 4 in 20: with z = 1.96: (.2 + z²/40 ± z √(.16/20 + z²/1600)) / (1 + z²/20) = .0807 to .4160
    assert shares.loc["repaired", ["low", "high"]].to_list() == pytest.approx([8.07, 41.60], abs=0.01)
    assert shares["published"].to_list()[:3] == [74.5, 14.7, 10.7]
    assert shares.loc["cannot be told", ["share", "low", "high", "published"]].isna().all()


def test_no_share_where_no_class_can_be_told():
    shares = sk.share_classes(caseload(undetermined=2))
    assert shares["share"].isna().all()
    assert shares["n_cases"].to_list() == [0, 0, 0, 2]


@pytest.mark.parametrize("key", sk.EVIDENCE)
def test_every_finding_has_its_source_and_a_sentence(key):
    finding = sk.EVIDENCE[key]
    assert finding.says.endswith(".")
    assert finding.study.doi.startswith("10.")
    assert finding.study.strength in STRENGTHS
    assert all((finding.measure, finding.study.counted, finding.study.source, finding.study.seen))
    if finding.low is not None:
        assert finding.low < finding.value < finding.high


def test_the_shares_of_a_study_are_those_of_its_counts():
    # Larsson et al. (2018), abstract: 451 without a rupture, 89 repaired, 65 with a rupture only, of 605
    for key, n in {"no_rupture": 451, "repaired": 89, "not_repaired": 65}.items():
        assert sk.EVIDENCE[key].value == pytest.approx(100 * n / 605, abs=0.06)
