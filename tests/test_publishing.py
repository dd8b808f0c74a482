"""The one way out: a bundle, and a page that opens by double click, of nothing but what was de-identified."""

import base64
import hashlib
import json
import re

import pandas as pd
import pytest

import supervision_kit as sk
from supervision_kit.publishing.page import as_script_data
from supervision_kit.words import speaking

SIX = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn")
COURSES = ([4, 4.1, 4, 4.2, 2.2, 2.3, 4.1], [3, 3.1, 3.2, 3.1, 3.2, 3.3, 3.2])


def ratings():
    rows = [
        (case, rater, session, "wai_sr", score)
        for at, case in enumerate(SIX)
        for rater in ("client", "therapist")
        for session, score in enumerate(COURSES[(at + (rater == "therapist")) % 2], 1)
    ]
    table = pd.DataFrame(rows, columns=["case_id", "rater", "session", "instrument", "score"])
    return table.assign(scale="total", therapist_id="Dr. Grau", date=pd.Timestamp("2025-03-04"))


@pytest.fixture(scope="module")
def made():
    return sk.deidentify(ratings(), synthetic=True, seed=7)


@pytest.fixture(scope="module")
def written(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    assert sk.publish(made, folder / "bundle", html=folder / "page.html") == folder / "bundle"
    return folder


@pytest.fixture(scope="module")
def page(written):
    return (written / "page.html").read_text(encoding="utf-8")


def content_of(page):
    return json.loads(re.search(r'<script type="application/json" id="content">(.*?)</script>', page, re.DOTALL)[1])


@pytest.mark.parametrize("wrong", [None, "everything", pd.DataFrame({"case_id": ["Ada"]}), ratings()])
def test_nothing_but_what_was_de_identified_gets_out(wrong, tmp_path):
    with pytest.raises(sk.DisclosureError, match="Only what supervision_kit"):
        sk.publish(wrong, tmp_path / "bundle", html=tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_was_changed_since_does_not_get_out(tmp_path):
    made = sk.deidentify(ratings(), synthetic=True, seed=7)
    made.scores.loc[0, "case_id"] = "Ada"
    with pytest.raises(sk.DisclosureError, match="changed"):
        sk.publish(made, tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []


def test_the_bundle_holds_what_was_de_identified(made, written):
    bundle = sk.open_bundle(written / "bundle")
    key = ["case_id", "rater", "instrument", "scale", "session"]
    ours = bundle.scores.set_index(key)["score"].sort_index()
    pd.testing.assert_series_equal(ours, made.scores.set_index(key)["score"].sort_index(), check_index_type=False)
    assert bundle.settings["publication"] == made.publication
    assert bundle.report_path.read_text(encoding="utf-8") == made.report.to_markdown(ways={})


def test_the_pages_open_the_bundle_they_lie_in_and_store_nothing(written):
    pages = sorted((written / "bundle" / "pages").glob("*.ipynb"))
    assert "3_case.ipynb" in [page.name for page in pages]
    assert "1_load_ratings.ipynb" not in [page.name for page in pages]
    for page in pages:
        notebook = json.loads(page.read_text(encoding="utf-8"))
        assert set(notebook["metadata"]) == {"kernelspec"}
        for cell in notebook["cells"]:
            assert cell["metadata"] == {}
            assert not cell.get("outputs")
        assert "sample=" not in page.read_text(encoding="utf-8")


def test_a_page_of_the_bundle_runs_from_where_it_lies(written):
    import nbformat
    from nbclient import NotebookClient

    path = written / "bundle" / "pages" / "3_case.ipynb"
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()
    state = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    classes = {name for one in state.values() for name in one["state"].get("_dom_classes", [])}
    assert "sk-page-case" in classes
    assert "sk-banner-error" not in classes
    assert "case-0" in json.dumps(state)


def test_where_a_file_cannot_go_nothing_is_written(made, written, tmp_path):
    for place in ({"out": written / "bundle"}, {"html": written / "page.html"}, {"html": tmp_path / "page.txt"}, {}):
        with pytest.raises(sk.BundleError):
            sk.publish(made, **place)
    with pytest.raises(sk.BundleError):
        sk.publish(made, tmp_path / "bundle", html=tmp_path / "no" / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_the_page_alone_can_be_written_and_replaced(made, tmp_path):
    page = sk.publish(made, html=tmp_path / "page.html")
    assert page.stat().st_mode & 0o777 == 0o600
    first = page.read_bytes()
    assert sk.publish(made, html=page, replace=True).read_bytes() == first
    assert list(tmp_path.iterdir()) == [page]


def test_the_page_draws_every_case_as_it_was_judged(made, page):
    drawn = {case["name"]: case["charts"][0] for case in content_of(page)["cases"]}
    assert set(drawn) == set(made.scores["case_id"])
    falling = [chart for chart in drawn.values() if [row["score"] for row in chart["tables"]["ratings"]] == COURSES[0]]
    assert len(falling) == 3
    for chart in falling:
        marked = [row["session"] for row in chart["tables"]["ratings"] if row["state"] == "marked (R)"]
        assert marked[0] == 5
        assert [(row["from"], row["outcome"]) for row in chart["tables"]["episodes"]] == [(4.54, "repaired")]
        assert [row["score"] for row in chart["tables"]["second"]] == COURSES[1]
        assert chart["range"] == [1, 5]
        assert chart["last"] == 7


def with_scales():
    """Return the ratings with a bond that falls where the total does not, and the other way round."""
    total = ratings()[lambda table: table["rater"] == "client"]
    bond = total.assign(scale="bond", score=[*COURSES[1], *COURSES[0]] * 3).replace({"score": {4.1: 4.25, 4.2: 4.25}})
    return pd.concat([total, bond], ignore_index=True)


def test_every_scale_of_the_form_is_drawn_and_told_as_a_table(tmp_path):
    made = sk.deidentify(with_scales(), synthetic=True, seed=7)
    page = sk.publish(made, html=tmp_path / "page.html").read_text(encoding="utf-8")
    shown = made.scores.set_index(["case_id", "scale", "session"])["score"]
    for case in content_of(page)["cases"]:
        assert [chart["scale"] for chart in case["charts"]] == ["total", "bond"]
        fell = []
        for chart in case["charts"]:
            drawn = chart["tables"]["ratings"]
            assert [row["score"] for row in drawn] == shown[case["name"], chart["scale"]].round(4).tolist()
            fell.append([row["session"] for row in drawn if row["state"] == "marked (R)"][:1])
        assert sorted(fell) == [[], [5]], "one of the two falls at session 5, the other nowhere"
    article = page.split("<article", 2)[1]
    assert article.count('class="sk-numbers" data-chart=') == 2
    assert article.count('data-chart="1" hidden') == 1


def test_that_later_sessions_were_cut_is_said_where_the_case_is_read(tmp_path):
    longer = ratings()[lambda table: table["case_id"].isin(SIX[:2]) & table["session"].le(2)]
    table = pd.concat([ratings(), longer.assign(session=longer["session"] + len(COURSES[0]))])
    made = sk.deidentify(table, synthetic=True)
    assert made.settings["cut_after"] == [7]
    page = sk.publish(made, html=tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("Of some cases with 7 sessions here, later ones were left out") == 6, "of every case alike"
    assert page.count("Of some cases, sessions at the end were left out") == 1


def test_the_page_forbids_itself_everything_but_its_own_script_and_style(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[1]
        hashed = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{hashed}'" in policy
    assert " style=" not in page  # it would be refused
    assert not re.search(r"\son\w+=", page.split("<script")[0])
    assert re.findall(r'(?:src|href)="([^#"][^"]*)"', page) == []
    without_namespaces = page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://", without_namespaces)


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "<!--<script>", "a\u2028b\u2029c", "&lt;", "\\"]
)
def test_nothing_in_the_data_ends_the_script_element(text):
    written = as_script_data({"text": text})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {"text": text}


def test_the_page_speaks_german(made, tmp_path):
    with speaking("de"):
        page = sk.publish(made, html=tmp_path / "page.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in page
    assert "Fälle zum gemeinsamen Anschauen" in page
    assert "Session by session" not in page


def test_forty_cases_take_less_than_three_megabytes(tmp_path):
    made = sk.deidentify(sk.simulate_caseload(40, seed=5).scores, synthetic=True, seed=5)
    page = sk.publish(made, html=tmp_path / "page.html")
    assert len(content_of(page.read_text(encoding="utf-8"))["cases"]) >= 30
    assert page.stat().st_size < 3_000_000
