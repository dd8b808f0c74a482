"""Instruments from files: a clinic's own, its labels, and everything that can be wrong with them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.instruments.registry import Registry

ROOT = Path(__file__).parents[1]
OWN, LABELS = re.findall(
    r"^```toml\n(.*?)^```", (ROOT / "docs/instruments/own.md").read_text("utf-8"), flags=re.DOTALL | re.MULTILINE
)


@pytest.fixture
def write(tmp_path):
    def write_file(text, name="clinic.toml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def faults_of(path):
    with pytest.raises(sk.InstrumentError) as caught:
        sk.read_instrument(path)
    assert str(caught.value).startswith(f"{path.name} ")
    return list(caught.value.faults)


def test_the_example_of_the_docs_is_an_instrument(write):
    one = sk.read_instrument(write(OWN))
    total = one.scales["total"]
    assert (one.key, one.n_items, one.reversed_items, one.risk_items, one.raters) == (
        "clinic_alliance", 5, (2,), (5,), ("client", "therapist"),
    )  # fmt: skip
    assert (total.items, total.statistic, total.fewest_answered, total.lowest, total.highest) == (
        (1, 2, 3, 4), "item mean", 3, 0, 4,
    )  # fmt: skip
    assert (total.cutoff.line, total.cutoff.name, total.bands.label(3)) == (2.5, "adults", "strong")
    assert total.reliable_change.provenance.words == "after Somebody (2020), not confirmed"
    assert (total.norms.mean, total.norms.sd, total.norms.n, total.norms.reliability) == (2.7, 0.6, 240, 0.9)
    assert total.norms.provenance.source == "Yearly report of the clinic, 2024"
    assert total.functional_norms is None


def changed(old, new):
    assert old in OWN
    return OWN.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("items = [1, 2, 3, 4]", "items = [1, 2, 3, 9]", "scales.total.items: 9 is no item of the form. Its items are"),
        ("items = [1, 2, 3, 4]", "items = [1, 2, 3]", "scales: item(s) 4 stand in no scale."),
        ("items = [1, 2, 3, 4]", "items = [1, 2, 3, 4, 4]", "scales.total.items: 4 stands there more than once."),
        ("items = [1, 2, 3, 4]", "items = []", "scales.total.items: is not a list of item numbers."),
        ("items = [1, 2, 3, 4]", "items = [1.5, 2, 3, 4]", "scales.total.items: is not a list of item numbers."),
        ("reversed = [2]", "reversed = [2, 6, 7]", "items.reversed: 6, 7 are no items of the form."),
        ("reversed = [2]", "revresed = [2]", "items.revresed: is not known. Did you mean reversed"),
        ("line = 2.5", "line = 5", "scales.total.cutoffs[1].line: 5 is outside the scale, which goes from 0 to 4."),
        ("line = 2.5", 'line = "2.5"', "scales.total.cutoffs[1].line: is not a number."),
        ("line = 2.5", "line = nan", "scales.total.cutoffs[1].line: is not a number."),
        ("lines = [1, 3]", "lines = [3, 1]", "scales.total.bands.lines: do not rise."),
        ("lines = [1, 3]", "lines = [1]", "scales.total.bands.labels: are 3, where 1 line(s) part 2 stretches."),
        ("lines = [1, 3]", "lines = [1, 30]", "scales.total.bands.lines: 30 is outside the scale"),
        ("points = 0.8", "points = 8", "scales.total.reliable_change.points: is more than the scale spans, 4 points."),
        ("mean = 2.7", "mean = 5", "scales.total.norms.clinical.mean: 5 is outside the scale, which goes from 0 to 4."),
        ("sd = 0.6", "sd = 2.1", "scales.total.norms.clinical.sd: is more than half of what the scale spans"),
        ("sd = 0.6", "sd = 0", "scales.total.norms.clinical.sd: is not a number above 0."),
        ("n = 240", "n = 0", "scales.total.norms.clinical.n: is not a whole number above 0."),
        ("reliability = 0.9", "reliability = 90", "scales.total.norms.clinical.reliability: is not a number between 0"),
        ("reliability = 0.9\n", "", "scales.total.norms.clinical.reliability: and reliability_is stand together"),
        ("norms.clinical", "norms.patients", "scales.total.norms.patients: is not known."),
        ('sureness_note = "Agreed in the team."', "sureness_note = 3", "scales.total.cutoffs[1].sureness_note: is"),
        ('kind = "alliance"', 'kind = "aliance"', "kind: is not one of alliance, outcome, rupture."),
        ('key = "clinic_alliance"', 'key = "Clinic Alliance"', "key: is not small letters, digits and _"),
        ('raters = ["client", "therapist"]', 'raters = ["patient"]', "raters: is not a list of raters (client, "),
        ("count = 5", "count = 0", "items.count: is not a whole number from 1 to 500."),
        ("count = 5", "count = true", "items.count: is not a whole number from 1 to 500."),
        ("highest = 4", "highest = 0", "items.highest: 0 is not above the lowest answer, 0."),
        ("fewest_answered = 3", "fewest_answered = 0", "scales.total.fewest_answered: is not from 1 to 4"),
        ("fewest_answered = 3", "fewest_answered = 5", "scales.total.fewest_answered: is not from 1 to 4"),
        ('licence = "The clinic\'s own."', "", "licence: is missing. It is text."),
        ('statistic = "item mean"', 'statistic = "average"', "scales.total.statistic: is not one of item mean, sum."),
        ("items = [5]", "items = [8]", "items.risk.items: 8 is no item of the form."),
        ("[missing]", '[missing]\nimpute_from = ["bond"]', "missing.impute_from: “bond” is no scale of the"),
        ('aliases = ["clinic', 'aliases = ["t", "clinic', "aliases, key or titles: “t” is too short or too common"),
        ('aliases = ["clinic', 'aliases = ["Session", "clinic', "aliases, key or titles: “Session” is too short or"),
        (
            "[items.risk]",
            "[[items.conditional]]\nitems = [3]\nwhere_item = 1\nis = 7\n\n[items.risk]",
            "items.conditional[1].is: item 1 has the answers 0 to 4.",
        ),
        (
            "[items.risk]",
            "[[items.conditional]]\nitems = [1]\nwhere_item = 1\nis = 1\n\n[items.risk]",
            "items.conditional[1].where_item: item 1 cannot depend on itself.",
        ),
        (
            "[items.risk]",
            "[[items.other_answers]]\nitems = [1]\nlowest = 3\nhighest = 1\n\n[items.risk]",
            "items.other_answers[1].highest: 1 is not above the lowest answer, 3.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(write, old, new, fault):
    found = faults_of(write(changed(old, new)))
    assert any(each.startswith(fault) for each in found), found


def test_all_that_is_wrong_is_said_at_once(write):
    text = OWN.replace("count = 5", "count = 0").replace("line = 2.5", "lin = 2.5").replace('sureness = "kit"', "")
    found = faults_of(write(text))
    assert len(found) >= 5
    assert "scales.total.cutoffs[1].lin: is not known. Did you mean line? Known here: " in "\n".join(found)
    assert sum("sureness: is missing. It is one of seen, secondary, unconfirmed, kit." in each for each in found) == 4


@pytest.mark.parametrize("name", ["items", "scales", "missing"])
def test_a_whole_part_may_be_missing_or_of_the_wrong_kind(write, name):
    without = re.sub(rf"^\[\[?{name}\b.*?(?=^\[(?!\[?{name})|\Z)", "", OWN, flags=re.DOTALL | re.MULTILINE)
    assert f"{name}: is missing. It is a table." in faults_of(write(without))
    head = OWN.split("[items]")[0]
    assert f"{name}: is not a table." in faults_of(write(f'{head}{name} = "none"\n'))


def test_an_empty_file_lacks_everything(write):
    found = faults_of(write(""))
    assert "key: is missing. It is small letters, digits and _, beginning with a letter." in found


def test_a_slip_in_the_writing_is_said_with_line_and_column(write):
    with pytest.raises(sk.InstrumentError, match=r"clinic.toml is not TOML: .*at line 2, column 9"):
        sk.read_instrument(write('key = "a"\ntitle = \n'))


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(sk.InstrumentError, match=r"none.toml cannot be opened .No such file or directory."):
        sk.read_instrument(tmp_path / "none.toml")
    with pytest.raises(sk.InstrumentError, match="cannot be opened"):
        sk.read_instrument(tmp_path)
    (tmp_path / "latin.toml").write_bytes('title = "Nähe"'.encode("latin-1"))
    with pytest.raises(sk.InstrumentError, match="not written in UTF-8"):
        sk.read_instrument(tmp_path / "latin.toml")
    (tmp_path / "large.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(sk.InstrumentError, match="too large"):
        sk.read_instrument(tmp_path / "large.toml")


def test_a_byte_order_mark_does_no_harm(tmp_path):
    (tmp_path / "bom.toml").write_bytes(OWN.encode("utf-8-sig"))
    assert sk.read_instrument(tmp_path / "bom.toml").key == "clinic_alliance"


# the registry


def registry_of(folder):
    return Registry([ROOT / "src/supervision_kit/instruments/srs.toml"], lambda: folder)


def test_the_users_folder_is_read_with_the_shipped_ones(write, tmp_path):
    write(OWN)
    assert list(registry_of(tmp_path)) == ["srs", "clinic_alliance"]
    assert list(registry_of(tmp_path / "nowhere")) == ["srs"]


def test_a_broken_file_keeps_nobody_from_the_others_and_speaks_when_asked_for(write, tmp_path):
    write(OWN)
    write("key = ", "broken.toml")
    known = registry_of(tmp_path)
    assert list(known) == ["srs", "clinic_alliance"]
    assert "broken" not in known
    assert list(known.unusable) == ["broken"]
    for ask in (known.__getitem__, known.get):
        with pytest.raises(sk.InstrumentError, match=r"broken.toml is not TOML"):
            ask("broken")
    with pytest.raises(KeyError):
        known["nothing"]


def test_a_name_that_is_taken_is_refused(write, tmp_path):
    write(changed('short_title = "CAQ"', 'short_title = "S.R.S"'))
    known = registry_of(tmp_path)
    assert list(known) == ["srs"]
    assert known.unusable["clinic"].faults == ("aliases, key or titles: “S.R.S” already names Session Rating Scale.",)
    with pytest.raises(sk.InstrumentError, match="key: “srs” is taken by Session Rating Scale"):
        known.add(sk.read_instrument(write(changed('"clinic_alliance"', '"srs"'))), "clinic.toml")


def test_the_same_instrument_may_come_again(write, tmp_path):
    known, one = registry_of(tmp_path / "nowhere"), sk.read_instrument(write(OWN))
    known.add(one, "clinic.toml")
    known.add(one, "clinic.toml")
    assert list(known) == ["srs", "clinic_alliance"]


def test_the_registry_cannot_be_written_to():
    with pytest.raises(TypeError):
        sk.INSTRUMENTS["srs"] = None
    with pytest.raises(TypeError):
        del sk.INSTRUMENTS["srs"]


def test_no_two_shipped_instruments_share_a_name():
    assert dict(sk.INSTRUMENTS.unusable) == {}
    assert len(sk.INSTRUMENTS) == 18


USE = """
import supervision_kit as sk
table = "case,session,rater,CAQ 1,CAQ 2,CAQ 3,CAQ 4,CAQ 5\\nA,1,client,4,1,2,,3\\nA,2,client,4,,2,,3\\n"
wide = "case,session,clinic alliance questions total\\nA,1,3.5\\n"
long = "case,session,instrument,item,answer\\nA,1,CAQ,1,4\\n"
before = sk.read_ratings(b"case,session,SRS 1,SRS 2,SRS 3,SRS 4\\nA,1,9,9,9,9\\n")
{add}
scores = sk.read_ratings(table.encode()).scores
print(scores["instrument"].unique().tolist(), scores["scale"].tolist(), scores["score"].round(4).tolist())
print(sk.read_ratings(wide.encode()).scores["score"].tolist(), len(sk.read_ratings(long.encode()).responses))
print(sk.mark_sessions(scores, method="control_chart")["scale"].unique().tolist())
"""
# client, session 1: 4, 4 − 1 = 3 and 2 of four items: 9 / 3 = 3; session 2: 4 and 2, two of four: no score
USED = "['clinic_alliance'] ['safety', 'safety', 'total', 'total'] [3.0, 3.0, 3.0, nan]\n[3.5] 1\n['safety', 'total']\n"


def run(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_added_instrument_is_known_to_the_whole_line_also_after_files_were_read(write):
    assert run(USE.format(add=f"sk.add_instrument({str(write(OWN))!r})")) == USED


def test_the_configuration_folder_is_read(write, tmp_path):
    for name in (
        "instruments/clinic.toml",
        "labels/clinic_alliance.toml",
        "labels/srs.toml",
        "instruments/broken.toml",
    ):
        text = LABELS if name.startswith("labels") else "key = " if "broken" in name else OWN
        write(text, f"supervision_kit/{name}")
    code = (
        USE.format(add="")
        + """
print(sk.INSTRUMENTS["clinic_alliance"].item_label(2), "|", sk.INSTRUMENTS["ors"].item_label(2))
for ask in (lambda: sk.INSTRUMENTS["broken"], lambda: sk.INSTRUMENTS["srs"].item_label(1)):
    try:
        ask()
    except sk.InstrumentError as error:
        print(str(error).splitlines()[0], len(error.faults))
print([note for note in sk.read_ratings(wide.encode()).notes if "broken" in note])
"""
    )
    assert run(code, XDG_CONFIG_HOME=str(tmp_path)) == (
        f"{USED}felt rushed | Item 2\n"
        "broken.toml is not TOML: Invalid value (at end of document). 0\n"
        "srs.toml cannot be used; 2 thing(s) to mend: 2\n"
        "['Instruments of your own that cannot be used, and were not: broken.toml. "
        "Ask for one by its name to see why.']\n"
    )


# labels


def test_labels_come_from_a_local_file(write):
    one = sk.read_instrument(write(OWN))
    assert one.item_label(2) == "Item 2"
    labelled = one.with_labels(write(LABELS, "labels.toml"))
    assert [labelled.item_label(n) for n in (1, 5)] == ["felt heard", "felt safe"]
    assert one.item_label(2) == "Item 2"
    with pytest.raises(sk.UnknownNameError, match="no item of that name"):
        one.item_label(6)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('instrument = "srs"\nlabels = ["a", "b", "c", "d", "e"]', "instrument: is not “clinic_alliance”"),
        ('instrument = "clinic_alliance"\nlabels = ["a"]', "labels: are 1. CAQ has 5 items."),
        ('instrument = "clinic_alliance"\nlables = ["a"]', "lables: is not known. Did you mean labels?"),
        ('labels = ["a", "b", "c", "d", ""]', "labels: is not a list of names."),
    ],
)
def test_labels_that_do_not_fit_are_refused(write, text, fault):
    one = sk.read_instrument(write(OWN))
    with pytest.raises(sk.InstrumentError) as caught:
        one.with_labels(write(text, "labels.toml"))
    assert any(each.startswith(fault) for each in caught.value.faults), caught.value.faults


# the command line


def command(*arguments):
    called = [sys.executable, "-m", "supervision_kit", *map(str, arguments)]
    return subprocess.run(called, capture_output=True, text=True, check=False)


def test_check_takes_the_file_of_an_instrument(write):
    table = write("case,session,CAQ 1,CAQ 2,CAQ 3,CAQ 4,CAQ 5\nA,1,4,1,2,2,0\n", "march.csv")
    done = command("check", table, "--instrument-file", write(OWN))
    assert (done.returncode, done.stderr) == (0, "")
    assert "  CAQ, rated by client" in done.stdout.splitlines()


def test_check_says_what_is_wrong_with_the_file_of_an_instrument(write):
    table = write("case,session,SRS\nA,1,36\n", "march.csv")
    done = command("check", table, "--instrument-file", write(changed("count = 5", "count = 3")))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[0] == "clinic.toml cannot be used; 3 thing(s) to mend:"
    assert "  scales.safety.items: 5 is no item of the form. Its items are 1 to 3." in done.stderr.splitlines()


# reports of ruptures are neither levels of the alliance nor outcomes


@pytest.fixture
def with_rupture_reports():
    """An alliance that falls once, and reports of ruptures that vary far more, by three raters."""
    alliance = make_scores(4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4)
    coded = make_scores(5, 1, 5, 1, 5, 1, 5, 1, 5, instrument="three_rs", scale="withdrawal", rater="observer")
    reports = [
        make_scores(1, 5, 1, 5, 1, 5, 1, 5, 1, instrument="psq_rupture", scale="intensity", rater=rater)
        for rater in ("client", "therapist")
    ]
    return pd.concat([coded, *reports, alliance])


@pytest.mark.parametrize("method", ["control_chart", "adjacent_drop", sk.Cutoff(line=3)])
def test_reports_of_ruptures_are_not_judged(with_rupture_reports, method):
    marks = sk.mark_sessions(with_rupture_reports, method=method)
    assert set(marks["instrument"]) == {"wai_sr"}


def test_reports_of_ruptures_are_no_headline_and_no_ratings_of_the_alliance(with_rupture_reports):
    marks = sk.mark_sessions(with_rupture_reports, method="adjacent_drop")
    repairs = sk.follow_repairs(sk.find_episodes(marks), with_rupture_reports)
    row = sk.review_caseload(with_rupture_reports, repairs, marks=marks).iloc[0]
    assert (row["n_sessions"], row["last_score"], row["last_session"]) == (8, 4.4, 9)
    alone = with_rupture_reports[with_rupture_reports["instrument"] != "wai_sr"]
    row = sk.review_caseload(
        alone, sk.follow_repairs(sk.find_episodes(sk.mark_sessions(alone, method="cutoff")), alone)
    )
    assert row["reasons"].item() == ("There is no alliance rating from the client so far.",)


def test_reports_of_ruptures_are_drawn_neither_as_alliance_nor_as_outcome(with_rupture_reports):
    from supervision_kit.charts.series_choice import choose_series, outcome_measures

    wishes = {"instrument": None, "scale": None, "method": None}
    assert choose_series(with_rupture_reports, rater="client", **wishes).instrument == "wai_sr"
    assert choose_series(with_rupture_reports, rater="observer", **wishes) is None
    assert outcome_measures(with_rupture_reports) == []


# lines that are not confirmed


def test_a_line_that_is_not_confirmed_is_said_to_be_so():
    for instrument, said in (("gsrs", "36 (after Duncan & Miller (2007), not confirmed)"), ("srs", "36")):
        scores = make_scores(38, 37, 38, 30, instrument=instrument)
        marks = sk.mark_sessions(scores, method="cutoff")
        reasons = sk.review_caseload(scores, sk.follow_repairs(sk.find_episodes(marks), scores))["reasons"].item()
        name = sk.INSTRUMENTS[instrument].short_title
        sentence = f"The latest {name} total is 30, below the line of {said}. Every rating before was higher."
        assert sentence in reasons


@pytest.mark.parametrize(("instrument", "label"), [("oq45", "line 64,\nnot confirmed"), ("ors", "published\nline 25")])
def test_the_line_in_a_chart_says_so_too(instrument, label):
    from supervision_kit.charts.rows import published_line
    from supervision_kit.charts.series_choice import Series

    assert [row["label"] for row in published_line(Series("client", instrument, "total"))] == [label]


def test_the_error_of_one_score_follows_from_spread_and_reliability():
    norms = sk.INSTRUMENTS["core10"].scales["total"].norms
    assert (norms.sd, norms.reliability) == (7.7, 0.9)
    assert norms.measurement_error == pytest.approx(2.4350, abs=5e-5)  # 7.7 × √0.1 = 7.7 × 0.316228
    assert sk.INSTRUMENTS["core10"].scales["total"].functional_norms.measurement_error is None


@pytest.mark.parametrize("key", sk.INSTRUMENTS)
def test_norms_lie_on_the_side_where_their_population_does(key):
    for scale in sk.INSTRUMENTS[key].scales.values():
        if scale.norms and scale.functional_norms:
            assert (scale.functional_norms.mean > scale.norms.mean) == (scale.better_is == "higher")
