"""The simulation study runs, fills its page and nothing else; its parts do what they say."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "methods" / "personal_limits_study.md"
TABLES = ("rates by session", "rates", "power summary", "power", "designs", "contamination", "small caseloads")


def between(page, name):
    return re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", page, flags=re.DOTALL)[1]


def without_tables(page):
    return re.sub(r"(<!-- [a-z ]+ -->\n).*?(<!-- end -->)", r"\1\2", page, flags=re.DOTALL)


def test_the_study_runs_and_fills_every_table_of_its_page_and_nothing_else(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(without_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    script = DOCS / "study_personal_limits.py"
    subprocess.run([sys.executable, script, "--quick", "--page", page], check=True, capture_output=True)
    made = page.read_text(encoding="utf-8")
    assert without_tables(made) == without_tables(PAGE.read_text(encoding="utf-8"))
    n_rows = {name: len(between(made, name).strip().splitlines()) - 2 for name in TABLES if name != "power"}
    # two settings: two lengths, or one rule's line, eight designs, four shares, four sizes of caseload each
    assert n_rows == {
        "rates by session": 4, "rates": 4, "power summary": 2, "designs": 16, "contamination": 8, "small caseloads": 8,
    }  # fmt: skip
    assert between(made, "power").count("exact one-step rule") == 2
    assert "nan" not in made


@pytest.mark.parametrize("name", TABLES)
def test_the_page_holds_every_table(name):
    assert between(PAGE.read_text(encoding="utf-8"), name).count("|") > 20


@pytest.fixture
def contenders(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    import study_contenders

    return study_contenders


@pytest.mark.parametrize("step", [0, 1])
def test_thresholds_of_a_rate_give_that_rate_and_where_steps_forbid_it_two_are_mixed(contenders, step):
    x = np.random.default_rng(1).normal(size=(4, 500, 13))
    x = np.round(x) if step else x

    def below(threshold, series):
        return -series > threshold

    thresholds = contenders.match_rate(below, x, rate=0.02, start=1.0)
    marked = sum(weight * below(threshold, x)[..., 3:].mean() for threshold, weight in thresholds)
    assert marked == pytest.approx(0.02, abs=1e-9)
    if not step:
        assert thresholds[0][0] == pytest.approx(norm.isf(0.02), abs=0.05)


def test_rules_made_prospective_look_at_earlier_ratings_only(contenders):
    x = np.array([[[4.0, 5.0, 4.0, 6.0, 3.0]]])
    # before session 5: mean 4.75, SD √(2.75/3) = .9574, moving ranges 1, 1, 2: mean 4/3
    assert contenders.moving_range_so_far(x)[0, 0, 4] == pytest.approx(1.75 / (4 / 3))
    assert contenders.deviation_so_far(x)[0, 0, 4] == pytest.approx(1.75 / 0.957427)
    assert contenders.fall_over_deviation_so_far(x)[0, 0, 4] == pytest.approx(3 / 0.957427)
    falling = np.array([[[4.0, 6.0, 5.0, 4.5, 3.0]]])
    # 6 → 3 in a row; before it SD √(2.1875/3) = .8539; mean 4.5, moving ranges 2, 1, .5
    assert contenders.falls_in_a_row_over_deviation_so_far(falling)[0, 0, 4] == pytest.approx(3 / 0.853913)
    running = 0.8 * (0.8 * (0.8 * (0.8 * 4 + 0.2 * 6) + 0.2 * 5) + 0.2 * 4.5) + 0.2 * 3
    assert contenders.running_average_so_far(falling)[0, 0, 4] == pytest.approx((4.5 - running) / (3.5 / 3))


def test_after_a_flat_series_any_fall_counts_and_no_fall_does_not(contenders):
    x = np.array([[[4.0, 4.0, 4.0, 4.0, 3.0], [4.0, 4.0, 4.0, 4.0, 4.0]]])
    fallen, level = contenders.moving_range_so_far(x)[0, :, 4]
    assert fallen > 1e5
    assert level < 0


def test_a_form_of_items_keeps_to_its_steps_and_ends(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    from study_settings import SETTINGS

    model = SETTINGS["WAI-SR by items"].model
    latent, sd = model.draw_latent(np.full(400, 6), rng=np.random.default_rng(2))
    x = model.put_on_form(latent)
    assert x.min() >= 1
    assert x.max() <= 5
    np.testing.assert_allclose(x * 12, np.round(x * 12), atol=1e-4)
    # the items' own noise and rounding add to the person's spread: √(.02² + (.05² + .25²/12)/12) at the least
    assert sd.min() > np.sqrt(0.02**2 + (0.05**2 + 0.25**2 / 12) / 12)
