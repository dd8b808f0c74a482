"""A folder judged by the workers of a cluster, against the same scores judged in one piece on one machine."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
from distributed import Client, LocalCluster

import supervision_kit as sk
from supervision_kit.tables import EPISODES, MARKS, REPAIRS

TABLES = {"marks": MARKS, "episodes": EPISODES, "repairs": REPAIRS}
SCORES = sk.simulate_caseload(40, seed=4).scores


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        yield client


def judge_in_one_piece(scores, method):
    marks = sk.mark_sessions(scores, method=method)
    episodes = sk.find_episodes(marks)
    return {"marks": marks, "episodes": episodes, "repairs": sk.follow_repairs(episodes, scores)}


def assert_same_to_the_last_digit(target, expected):
    for name, table in TABLES.items():
        written = pd.concat([pd.read_parquet(path) for path in sorted((target / name).glob("*"))])
        key = list(table.key)
        pd.testing.assert_frame_equal(
            written.sort_values(key, ignore_index=True),
            expected[name].sort_values(key, ignore_index=True),
            check_exact=True,
        )


def write_by_case(scores, folder, n):
    folder.mkdir()
    share = pd.factorize(scores["case_id"])[0] % n
    for one in range(n):
        scores[share == one].to_parquet(folder / f"part{one}.parquet", index=False)


def test_every_method_says_what_it_says_on_one_machine(client, tmp_path):
    write_by_case(SCORES, tmp_path / "scores", 3)
    written = sk.scale.judge_folder(tmp_path / "scores", tmp_path / "judged", method=sk.METHODS, client=client)
    expected = judge_in_one_piece(SCORES, sk.METHODS)
    assert_same_to_the_last_digit(tmp_path / "judged", expected)
    rows = written.set_index("table")["rows"].to_dict()
    assert rows == {"scores": len(SCORES)} | {name: len(table) for name, table in expected.items()}
    assert sorted(path.name for path in (tmp_path / "judged").iterdir()) == ["episodes", "marks", "repairs"]


def test_cases_that_stand_in_several_files_are_brought_together(client, tmp_path):
    shuffled = SCORES.sample(frac=1, random_state=2)
    (tmp_path / "scores" / "spring").mkdir(parents=True)
    for one in range(4):
        folder = tmp_path / "scores" / ("spring" if one % 2 else "")
        shuffled.iloc[one::4].to_parquet(folder / f"part{one}.parquet", index=False)
    sk.scale.judge_folder(tmp_path / "scores", tmp_path / "judged", method=sk.METHODS, client=client)
    assert_same_to_the_last_digit(tmp_path / "judged", judge_in_one_piece(SCORES, sk.METHODS))


def test_a_worker_that_is_killed_half_way_changes_nothing(client, tmp_path):
    copies = pd.concat([SCORES.assign(case_id=SCORES["case_id"] + f"-{i}") for i in range(60)], ignore_index=True)
    write_by_case(copies, tmp_path / "scores", 24)
    target, failures = tmp_path / "judged", []

    def judge():
        try:
            sk.scale.judge_folder(tmp_path / "scores", target, method=["control_chart", "adjacent_drop"], client=client)
        except sk.SupervisionKitError as error:
            failures.append(error)

    judging = threading.Thread(target=judge)
    judging.start()
    while judging.is_alive() and len(list(target.glob("repairs/*"))) < 4:
        time.sleep(0.01)
    assert judging.is_alive()
    processes = client.run(os.getpid, on_error="ignore")
    os.kill(next(iter(processes.values())), signal.SIGKILL)
    judging.join(timeout=120)
    assert not judging.is_alive()
    assert failures == []
    assert_same_to_the_last_digit(target, judge_in_one_piece(copies, ["control_chart", "adjacent_drop"]))
    assert list(target.rglob("*.unfinished")) == []


def test_a_file_that_breaks_the_contract_is_named_and_nothing_of_it_is_told(client, tmp_path):
    write_by_case(SCORES, tmp_path / "scores", 2)
    broken = SCORES.head(3).assign(rater="Anna Example")
    broken.to_parquet(tmp_path / "scores" / "part9.parquet")
    with pytest.raises(sk.TableError, match=r"^part9.parquet: scores: rater is none of .* in 3 row") as caught:
        sk.scale.judge_folder(tmp_path / "scores", tmp_path / "judged", method="cutoff", client=client)
    assert "Anna" not in str(caught.value)
    assert not list(tmp_path.glob("judged/*"))


def test_a_session_that_stands_in_two_files_is_refused(client, tmp_path):
    write_by_case(SCORES, tmp_path / "scores", 2)
    SCORES.head(3).to_parquet(tmp_path / "scores" / "again.parquet")
    with pytest.raises(sk.TableError, match=r"row\(s\) repeat the key"):
        sk.scale.judge_folder(tmp_path / "scores", tmp_path / "judged", method="cutoff", client=client)


def test_an_empty_source_and_a_target_with_something_in_it_are_refused(client, tmp_path):
    with pytest.raises(sk.SettingError, match="the source holds no Parquet file"):
        sk.scale.judge_folder(tmp_path, tmp_path / "judged", method="cutoff", client=client)
    write_by_case(SCORES, tmp_path / "scores", 2)
    with pytest.raises(sk.SettingError, match="the target holds something already"):
        sk.scale.judge_folder(tmp_path / "scores", tmp_path, method="cutoff", client=client)
    with pytest.raises(sk.UnknownNameError):
        sk.scale.judge_folder(tmp_path / "scores", tmp_path / "judged", method="cut-off", client=client)


ADDED_HERE = """
import sys
import supervision_kit as sk

if __name__ == "__main__":
    sk.add_instrument(sys.argv[1])
    try:
        sk.scale.judge_folder(sys.argv[2], sys.argv[3], method="cutoff")
    except sk.SettingError as error:
        print(error)
"""


def test_an_instrument_that_only_this_process_knows_is_refused(tmp_path):
    text = (Path(sk.__file__).parent / "instruments" / "srs.toml").read_text(encoding="utf-8")
    named = {"key": "own_form", "title": "Own form", "short_title": "Own", "aliases": ["own form"]}
    for name, value in named.items():
        text = re.sub(rf"(?m)^{name} = .*", f"{name} = {json.dumps(value)}", text, count=1)
    (tmp_path / "own_form.toml").write_text(text, encoding="utf-8")
    (tmp_path / "added.py").write_text(ADDED_HERE, encoding="utf-8")
    write_by_case(SCORES.assign(instrument="own_form").head(3), tmp_path / "scores", 1)
    command = [sys.executable, "added.py", "own_form.toml", "scores", "judged"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert told.stdout.startswith("judge_folder: the workers do not know own_form. Put the instrument's data file")


def test_a_cluster_of_its_own_is_started_where_none_is_given(tmp_path):
    write_by_case(SCORES, tmp_path / "scores", 2)
    sk.scale.judge_folder(tmp_path / "scores", tmp_path / "judged", method="cutoff")
    assert_same_to_the_last_digit(tmp_path / "judged", judge_in_one_piece(SCORES, "cutoff"))
