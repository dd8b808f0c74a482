"""The small tables that tests are written in."""

import os

import pytest
from hypothesis import settings

import supervision_kit as sk
from builders import make_marks, make_scores
from workspaces import POSTGRES_URL, Postgres, drop_database, find_postgres, make_database

# machines are noisy: how long an example takes says nothing
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


class FailuresAtOnce:
    """Shows a failure as soon as it is known: where the run is cut off, no summary comes."""

    def __init__(self, terminal):
        self.terminal = terminal

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.terminal.write_sep("_", f"{report.nodeid} ({report.when})")
            self.terminal.write_line(report.longreprtext)


def pytest_xdist_auto_num_workers():
    """Run one process more than there are cores: those with a browser or a server mostly wait."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else None


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    terminal = config.pluginmanager.getplugin("terminalreporter")
    if os.environ.get("CI") and terminal and not hasattr(config, "workerinput"):
        config.pluginmanager.register(FailuresAtOnce(terminal))


@pytest.fixture(autouse=True)
def no_workspace_of_this_machine(monkeypatch, tmp_path):
    """Let no test see, or write into, what the person at this machine keeps."""
    monkeypatch.setenv("SUPERVISION_KIT_WORKSPACE", str(tmp_path / "workspace.sqlite"))


@pytest.fixture
def series():
    """Scores of one series: ``series(4, 4.2, None, 3)``."""
    return make_scores


@pytest.fixture
def marked_series():
    """Marks of one series, by hand: ``marked_series(4, 4, 3, 4, marked=[3])``."""
    return make_marks


# The two worked examples of the project: a sharp fall that came back, and a person who hardly varies.
FELL_AND_CAME_BACK = (4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4)
HARDLY_VARIES = (4.0, 4.1, 4.0, 4.2, 4.1, 4.0, 4.1, 4.2)


@pytest.fixture
def fell_and_came_back():
    return make_scores(*FELL_AND_CAME_BACK)


@pytest.fixture
def hardly_varies():
    return make_scores(*HARDLY_VARIES)


@pytest.fixture(scope="session")
def postgres_server():
    """The URL of a PostgreSQL server: the one given, or one of the tests' own; skipped only outside of CI."""
    if url := os.environ.get(POSTGRES_URL):
        yield url
        return
    programs = find_postgres()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail(f"PostgreSQL is not installed, and {POSTGRES_URL} names no server")
        pytest.skip("PostgreSQL is not installed")
    server = Postgres(programs)
    yield server.url
    server.stop()


@pytest.fixture
def postgres(postgres_server):
    """The URL of an empty PostgreSQL database."""
    url = make_database(postgres_server)
    yield url
    drop_database(postgres_server, url)


@pytest.fixture(params=["sqlite", "postgres"])
def where(request, tmp_path):
    """A place for a workspace: a file, then a PostgreSQL database."""
    return str(tmp_path / "w.sqlite") if request.param == "sqlite" else request.getfixturevalue("postgres")


@pytest.fixture
def workspace(where):
    """An empty workspace: a file, then a PostgreSQL database."""
    with sk.Workspace(where, user="tester") as opened:
        yield opened
