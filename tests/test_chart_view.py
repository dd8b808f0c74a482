"""The chart widget without a browser, and the script that it sends."""

import re

import altair as alt
import pytest

from supervision_kit import chart_bundle
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.charts.filled import fill


def draw(*scores):
    datasets = {"points": [{"session": n, "score": score} for n, score in enumerate(scores, start=1)]}
    chart = alt.Chart(alt.NamedData("points")).mark_point().encode(x="session:O", y="score:Q")
    return chart.properties(datasets=datasets)


@pytest.fixture
def served(monkeypatch):
    monkeypatch.setenv("SUPERVISION_KIT_CHART_URL", "supervision_kit/chart-1.js")


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path / "cache")
    chart_bundle.read_bundle.cache_clear()
    yield tmp_path / "cache"
    chart_bundle.read_bundle.cache_clear()


@pytest.mark.usefixtures("served")
def test_a_chart_is_sent_as_its_tables_and_the_rest():
    view = ChartView(draw(4, 3))
    assert view.figure["tables"] == {"points": [{"session": 1, "score": 4}, {"session": 2, "score": 3}]}
    assert "datasets" not in view.figure["spec"]
    assert "sk-chart" in view._dom_classes
    assert view.picked == {}


@pytest.mark.usefixtures("served")
def test_two_charts_of_the_same_look_differ_in_their_tables_alone():
    view = ChartView(draw(4, 3))
    before = view.figure
    view.show(draw(2, 1))
    assert view.figure["spec"] == before["spec"]
    assert view.figure["tables"] != before["tables"]


@pytest.mark.usefixtures("served")
def test_one_drawing_filled_twice_is_written_out_once(monkeypatch):
    empty = draw()
    first, second = (fill(empty, draw(*scores).datasets) for scores in ((4, 3), (2, 1)))
    assert (first.to_dict()["datasets"], second.to_dict()["datasets"]) == (draw(4, 3).datasets, draw(2, 1).datasets)
    assert empty.to_dict()["datasets"] == {"points": []}
    view = ChartView(first)
    spec = view.figure["spec"]
    monkeypatch.setattr(alt.Chart, "to_dict", lambda *_, **__: pytest.fail("written out again"))
    view.show(second)
    assert view.figure == {"spec": spec, "tables": draw(2, 1).datasets}


@pytest.mark.usefixtures("served")
def test_a_drawing_that_comes_back_is_not_written_out_again(monkeypatch):
    one, other = draw(), draw().properties(title="another")
    view = ChartView(fill(one, draw(4, 3).datasets))
    spec = view.figure["spec"]
    view.show(fill(other, draw(5).datasets))
    monkeypatch.setattr(alt.Chart, "to_dict", lambda *_, **__: pytest.fail("written out again"))
    view.show(fill(one, draw(2, 1).datasets))
    assert view.figure == {"spec": spec, "tables": draw(2, 1).datasets}


@pytest.mark.usefixtures("served")
def test_another_drawing_is_written_out_though_its_data_are_the_same():
    view = ChartView(draw(4, 3))
    view.show(draw(4, 3).properties(title="another"))
    assert view.figure["spec"]["title"] == "another"


@pytest.mark.usefixtures("served")
def test_a_page_of_our_server_is_sent_an_address_and_not_the_script():
    script = ChartView()._esm
    assert "supervision_kit/chart-1.js" in script
    assert len(script) < 500


def test_any_other_page_is_sent_the_whole_script(empty_cache):
    script = ChartView()._esm
    assert len(script) > 500_000
    assert not re.search(r"""(import\(|from\s*)["']https?:""", script)
    assert [path.name for path in empty_cache.iterdir()] == [chart_bundle.bundle_name()]


def test_a_kept_script_is_not_built_again(empty_cache):
    empty_cache.mkdir()
    (empty_cache / chart_bundle.bundle_name()).write_text("kept")
    assert chart_bundle.read_bundle() == "kept"


def test_a_cache_that_cannot_be_written_is_no_obstacle(empty_cache):
    empty_cache.write_text("a file where the folder should be")
    assert len(chart_bundle.read_bundle()) > 500_000


def test_the_script_knows_the_vega_lite_that_altair_writes():
    major, minor = alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2]
    assert f'"{major}.{minor}.' in chart_bundle.read_bundle()
