"""The audit says who did what with which cases and nothing else; an erased case is gone."""

import getpass
from datetime import date

import pytest

import supervision_kit as sk
from supervision_kit.workspace.schema import tables
from workspaces import read, scores_of

TEXT = "case,session,SRS,therapist\nA,1,30,T1\nZORRO-77,1,31.25,TX9\nZORRO-77,2,32.25,TX9\n"


def entries(workspace, **only):
    """Return action, view and cases of the audit."""
    return list(workspace.audit(**only)[["action", "view", "cases"]].itertuples(index=False, name=None))


def test_every_look_and_every_change_is_written_down(workspace):
    workspace.compare(read(TEXT))
    workspace.import_ratings(read(TEXT))
    workspace.scores()
    workspace.scores(["A"], view="case page")
    workspace.responses("A")
    workspace.conflicts()
    workspace.history("A")
    item = workspace.add_agenda_item("A", "text")
    workspace.set_agenda_state(item, "done")
    workspace.add_decision("A", "text", agenda_item=item)
    workspace.add_note("A", "text")
    workspace.notes()
    workspace.agenda("A")
    workspace.decisions("A")
    both = ["A", "ZORRO-77"]
    assert entries(workspace) == [
        ("read", "compare", []),
        ("write", "import", both),
        ("read", "scores", both),
        ("read", "case page", ["A"]),
        ("read", "responses", ["A"]),
        ("read", "conflicts", []),
        ("read", "history", ["A"]),
        ("write", "agenda item", ["A"]),
        ("write", "agenda item", ["A"]),
        ("write", "decision", ["A"]),
        ("write", "note", ["A"]),
        ("read", "note", ["A"]),
        ("read", "agenda item", ["A"]),
        ("read", "decision", ["A"]),
    ]
    table = workspace.audit()
    assert set(table["who"]) == {"tester"}
    assert table["at"].is_monotonic_increasing
    assert entries(workspace)[-1] == ("read", "audit", []), "a look into the audit is a look"


def test_the_audit_can_be_asked_for_a_case_and_from_a_day(workspace):
    workspace.import_ratings(read(TEXT))
    workspace.scores(["A"])
    assert [view for _, view, _ in entries(workspace, case_id="ZORRO-77")] == ["import"]
    assert [view for _, view, _ in entries(workspace, case_id="none")] == []
    assert entries(workspace, since="2999-01-01") == []
    assert len(entries(workspace, since=date(2020, 1, 1))) > 2
    with pytest.raises(sk.WorkspaceError, match="since a date such as"):
        workspace.audit(since="last week")


def test_neither_scores_nor_texts_nor_names_are_in_the_audit(workspace):
    workspace.import_ratings(read(TEXT))
    workspace.add_note("A", "Zacharias was late")
    workspace.scores()
    said = workspace.audit().drop(columns="at").to_string()  # a moment may have 31.25 seconds
    assert [word for word in ("31.25", "32.25", "Zacharias", "TX9", "SRS", "srs") if word in said] == []


def test_without_a_name_the_operating_systems_user_is_written_down(where):
    with sk.Workspace(where) as workspace:
        workspace.scores()
        assert workspace.audit()["who"].tolist() == [getpass.getuser()]


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 61, "a;b"])
def test_a_user_or_view_that_could_forge_an_entry_is_refused(tmp_path, name):
    with pytest.raises(sk.WorkspaceError, match="The name of the user for the audit"):
        sk.Workspace(tmp_path / "w.sqlite", user=name)
    with sk.Workspace(tmp_path / "w.sqlite") as workspace, pytest.raises(sk.WorkspaceError, match="name of the view"):
        workspace.scores(view=name)


def test_the_same_cases_are_kept_once_however_often_they_are_looked_at(workspace):
    rows = "".join(f"C{case},1,30\n" for case in range(2_000))
    workspace.import_ratings(read("case,session,SRS\n" + rows))
    for _ in range(5):
        workspace.scores()
    with workspace._database.reading() as connection:
        n_members = connection.exec_driver_sql("SELECT count(*) FROM case_set_members").scalar()
    assert n_members == 2_000
    assert workspace.audit()["n_cases"].tolist() == [2_000] * 6


def test_an_unknown_case_is_refused_without_naming_the_others(workspace):
    workspace.import_ratings(read(TEXT))
    for ask in (workspace.history, workspace.erase_case, workspace.scores, workspace.notes):
        with pytest.raises(sk.UnknownNameError, match="There is no case of that name") as refused:
            ask("ZORRO")
        assert "ZORRO-77" not in str(refused.value)


# Erasing


def fill(workspace):
    workspace.import_ratings(read(TEXT))
    workspace.import_ratings(read(TEXT.replace("31.25", "31.75")), "replace")
    workspace.import_ratings(read(TEXT.replace("32.25", "32.75")))
    workspace.add_note("ZORRO-77", "Zacharias was late", 1)
    item = workspace.add_agenda_item("ZORRO-77", "the quarrel about Gwendolyn")
    workspace.add_decision("ZORRO-77", "phone on Thursday", agenda_item=item)
    workspace.add_note("A", "like zorro-77")
    workspace.add_note("A", "ZORRO-777 is another")


def test_an_erased_case_is_gone_from_everything_and_leaves_a_tombstone(workspace):
    fill(workspace)
    done = workspace.erase_case("ZORRO-77", reason="asked for it")
    assert (done.n_forms, done.n_said, done.n_mentions) == (2, 3, 1)
    assert workspace.case_ids() == ("A",)
    assert scores_of(workspace, "case_id", "score") == [("A", 30.0)]
    assert len(workspace.conflicts()) == len(workspace.decisions()) == len(workspace.agenda()) == 0
    assert workspace.notes()["case_id"].tolist() == ["A", "A"]
    with pytest.raises(sk.UnknownNameError):
        workspace.history("ZORRO-77")
    assert ("erase", "case", ["(erased 2)"]) in entries(workspace)
    assert ("write", "import", ["(erased 2)", "A"]) in [(a, v, sorted(c)) for a, v, c in entries(workspace)]
    tombstone = workspace.erased().iloc[0]
    assert tombstone[["case_number", "erased_by", "reason"]].tolist() == [2, "tester", "asked for it"]
    said = " ".join(done.sentences())
    assert "1 text(s) on other cases mention its code" in said
    assert "ZORRO" not in said


def test_the_reason_for_an_erasure_does_not_keep_the_code(workspace):
    fill(workspace)
    workspace.erase_case("ZORRO-77", reason="Zorro-77 moved away, ZORRO-777 did not")
    assert workspace.erased()["reason"].tolist() == ["(erased 2) moved away, ZORRO-777 did not"]


def test_the_bytes_of_an_erased_case_are_gone_from_the_file(tmp_path):
    path = tmp_path / "w.sqlite"
    secrets = [b"ZORRO-77", b"Zacharias", b"Gwendolyn", b"phone on Thursday", b"TX9"]
    with sk.Workspace(path, user="tester") as workspace:
        workspace.import_ratings(read(TEXT))
        workspace.add_note("ZORRO-77", "Zacharias was late", 1)
        workspace.add_agenda_item("ZORRO-77", "the quarrel about Gwendolyn")
        workspace.add_decision("ZORRO-77", "phone on Thursday")

        def found():
            content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
            return [secret for secret in secrets if secret in content]

        assert found() == secrets
        done = workspace.erase_case("ZORRO-77")
        assert done.is_wiped
        assert found() == []
        assert workspace.scores()["case_id"].tolist() == ["A"]


SERIES = {"rater": "client", "instrument": "srs", "scale": "total"}


def say_everything(workspace, case):
    """Leave a secret wherever something can be said of a case, what undo keeps included."""
    secret = (f"secret{number}" for number in range(99))
    workspace.change_note(workspace.add_note(case, next(secret), 1), next(secret))
    workspace.remove_note(workspace.add_note(case, next(secret)))
    item = workspace.add_agenda_item(case, next(secret))
    workspace.change_agenda_item(item, next(secret))
    decision = workspace.add_decision(case, next(secret), agenda_item=item)
    workspace.set_decision_state(decision, "changed", note=next(secret))
    workspace.add_annotation(case, 1, "crisis", text=next(secret), rebases=True, cause=next(secret))
    number = workspace.judge_episode(
        case, **SERIES, onset=1, verdict="rupture", reason=next(secret), codes={"history": ["betrayal"]}
    )
    workspace.judge_episode(case, **SERIES, onset=1, verdict="unsure", reason=next(secret), codes={"move": ["testing"]})
    workspace.judge_episode(case, **SERIES, onset=2, verdict="unsure", reason=next(secret))
    workspace.remove_judgement(number)
    workspace.flag_case(case, "seen", reason=next(secret))
    workspace.set_consent(case, teaching=False)
    workspace.save_draft("note", next(secret), case_id=case)
    return [f"secret{number}".encode() for number in range(int(next(secret).removeprefix("secret")))]


def test_nothing_that_was_said_of_an_erased_case_is_left_in_the_file(tmp_path):
    with sk.Workspace(tmp_path / "w.sqlite", user="tester") as workspace:
        workspace.import_ratings(read(TEXT))
        secrets = [*say_everything(workspace, "ZORRO-77"), b"ZORRO-77"]
        assert len(secrets) == 15
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert [secret for secret in secrets if secret not in content] == []
        done = workspace.erase_case("ZORRO-77")
        assert (done.n_said, done.n_mentions) == (5, 0)
        assert "5 note(s), agenda item(s), decision(s), annotation(s) and judgement(s)" in done.sentences()[0]
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert [secret for secret in secrets if secret in content] == []


def test_only_the_erased_case_is_gone_from_every_table(workspace):
    workspace.import_ratings(read(TEXT))
    say_everything(workspace, "A")
    with workspace._database.reading() as connection:
        n_before = {name: count_rows(connection, name) for name in tables.tables}
    say_everything(workspace, "ZORRO-77")
    workspace.erase_case("ZORRO-77")
    with workspace._database.reading() as connection:
        n_after = {name: count_rows(connection, name) for name in tables.tables}
    own = {"forms": 2, "answers": 2}  # of the import
    stays = {"audit", "case_sets", "case_set_members"}
    passes = {"changes", "change_rows"}  # the oldest of twenty make room
    assert {name: n for name, n in n_after.items() if name not in stays | passes} == {
        name: n - own.get(name, 0) for name, n in n_before.items() if name not in stays | passes
    }
    assert workspace.can_undo() is not None, "A's changes can still be taken back"


def count_rows(connection, name):
    return connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar()  # noqa: S608


def test_texts_on_other_cases_that_mention_the_code_are_counted(workspace):
    workspace.import_ratings(read(TEXT))
    workspace.add_annotation("A", 1, "other", text="as with ZORRO-77", rebases=True, cause="see ZORRO-77")
    workspace.judge_episode("A", **SERIES, onset=1, verdict="unsure", reason="(zorro-77)")
    workspace.set_decision_state(workspace.add_decision("A", "x"), "kept", note="like ZORRO-77")
    workspace.flag_case("A", "seen", reason="ZORRO-77 first")
    workspace.save_draft("note", "ZORRO-77, too")
    workspace.set_preference("search", "like ZORRO-77")
    assert workspace.erase_case("ZORRO-77").n_mentions == 7


def test_settings_lose_what_they_hold_for_the_erased_case(workspace):
    workspace.import_ratings(read(TEXT))
    planned = {"ZORRO-77": 12, "A": 20, "of": [["ZORRO-77", "A"], {"last": "ZORRO-77"}], "ZORRO": 1}
    workspace.set_preference("planned", planned)
    assert workspace.erase_case("ZORRO-77").n_mentions == 0
    assert workspace.preference("planned") == {"A": 20, "of": [["A"], {"last": None}], "ZORRO": 1}
    assert workspace.can_undo() is None, "the setting as it was before would bring it back"
    with workspace._database.reading() as connection:
        assert count_rows(connection, "change_rows") == count_rows(connection, "changes") == 0


def test_where_another_program_is_in_the_file_the_case_is_gone_and_the_rest_is_said(tmp_path):
    path = tmp_path / "w.sqlite"
    with sk.Workspace(path, wait=0.2) as workspace:
        fill(workspace)
        with sk.Workspace(path) as other, other._database.reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM forms").scalar()
            done = workspace.erase_case("ZORRO-77")
        assert not done.is_wiped
        assert "could not be overwritten yet" in " ".join(done.sentences())
        assert workspace.case_ids() == ("A",)
        assert workspace.wipe()
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert b"Zacharias" not in content


@pytest.mark.parametrize("name", ["w.sqlite", "w [team 1].sqlite"])
def test_older_copies_that_still_hold_the_case_are_named(tmp_path, name):
    (tmp_path / f"{name}.backup-version-1-x").write_bytes(b"")
    with sk.Workspace(tmp_path / name) as workspace:
        fill(workspace)
        assert f"{name}.backup-version-1-x" in " ".join(workspace.erase_case("ZORRO-77").sentences())


def test_an_erased_case_that_comes_again_is_refused_left_out_or_taken(workspace):
    workspace.import_ratings(read(TEXT))
    workspace.erase_case("ZORRO-77")
    assert workspace.compare(read(TEXT)).erased_cases == ("ZORRO-77",)
    with pytest.raises(sk.WorkspaceError, match="1 of the cases in these files were erased") as refused:
        workspace.import_ratings(read(TEXT + "B,1,30,T1\n"))
    assert "ZORRO" not in str(refused.value)
    assert workspace.case_ids() == ("A",)
    done = workspace.import_ratings(read(TEXT + "B,1,30,T1\n"), on_erased="leave_out")
    assert (done.n_new_forms, done.n_left_out) == (1, 2)
    assert "2 form(s) of erased cases were left out, as asked." in done.sentences()
    assert workspace.case_ids() == ("A", "B")
    assert workspace.import_ratings(read(TEXT), on_erased="take").n_new_forms == 2
    assert workspace.case_ids() == ("A", "B", "ZORRO-77")
    assert workspace.import_ratings(read(TEXT)).n_same == 3
    assert len(workspace.erased()) == 1


# Notes, agenda, decisions, mappings


def test_notes_agenda_and_decisions_are_kept_with_who_and_when(workspace):
    workspace.import_ratings(read(TEXT))
    workspace.add_note("A", "first", 1)
    item = workspace.add_agenda_item("A", "second", 1, follow_up="2026-04-01")
    workspace.add_decision("A", "third", agenda_item=item)
    note, agenda, decision = workspace.notes("A"), workspace.agenda("A"), workspace.decisions()
    assert note[["case_id", "session", "text", "who"]].to_numpy().tolist() == [["A", 1, "first", "tester"]]
    assert agenda[["text", "state"]].to_numpy().tolist() == [["second", "open"]]
    assert str(agenda["follow_up"][0].date()) == "2026-04-01"
    assert decision["agenda_item"].tolist() == [item]
    workspace.set_agenda_state(item, "dropped")
    assert len(workspace.agenda(state="open")) == 0
    assert workspace.agenda(state="dropped")["changed_by"].tolist() == ["tester"]


def test_what_makes_no_sense_is_refused(workspace):
    workspace.import_ratings(read(TEXT))
    item = workspace.add_agenda_item("A", "x")
    with pytest.raises(sk.WorkspaceError, match="There is no text yet"):
        workspace.add_note("A", " \n")
    with pytest.raises(sk.WorkspaceError, match="A session is a whole number from 1"):
        workspace.add_note("A", "x", 0)
    with pytest.raises(sk.WorkspaceError, match="That agenda item is about another case"):
        workspace.add_decision("ZORRO-77", "x", agenda_item=item)
    with pytest.raises(sk.WorkspaceError, match="What has the number 9 is not there"):
        workspace.set_agenda_state(9, "done")
    with pytest.raises(sk.UnknownNameError, match="Known: done, dropped, open"):
        workspace.set_agenda_state(item, "finished")
    with pytest.raises(sk.WorkspaceError, match="A follow-up date is a day such as"):
        workspace.add_agenda_item("A", "x", follow_up="soon")


def test_mappings_are_kept_and_one_for_the_same_headings_takes_the_place_of_the_other(workspace):
    first = sk.ColumnMapping(("Pat.", "S", "SRS"), {"Pat.": "case_id"})
    second = sk.ColumnMapping(("Pat.", "S", "SRS"), {"Pat.": "case_id", "S": "session"}, rater="client")
    workspace.save_mapping(first, "praxis")
    assert workspace.mappings() == (first,)
    workspace.save_mapping(second, "praxis, better")
    assert workspace.mappings() == (second,)
    text = "Pat.,S,SRS\nA,1,30\n"
    assert len(sk.read_ratings(text.encode(), mappings=workspace.mappings()).scores) == 1
