"""Workspaces to test with: files, and databases on a PostgreSQL of the tests' own."""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import supervision_kit as sk

POSTGRES_URL = "SUPERVISION_KIT_TEST_POSTGRES"
PASSWORD = "only-for-tests"  # noqa: S105 - of a server that lives as long as the tests


def read(text, **settings):
    """Return the ratings of a CSV text."""
    return sk.read_ratings(text.encode(), **settings)


def scores_of(workspace, *columns):
    """Return the scores as plain tuples."""
    return list(workspace.scores()[list(columns)].itertuples(index=False, name=None))


def find_postgres():
    """Return the folder of PostgreSQL's programs, None where it is not installed."""
    if initdb := shutil.which("initdb"):
        return Path(initdb).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Postgres:
    """A PostgreSQL server in a folder of its own, reached by a socket in it."""

    def __init__(self, programs):
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="sk-pg-", dir="/tmp"))
        self.as_user = []
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(self.folder, "postgres")
            self.as_user = ["runuser", "-u", "postgres", "--"]
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        self._run("initdb", "-D", self.folder / "data", "-U", "kit", "-A", "scram-sha-256", "--pwfile", password, "-N")
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        self._run("pg_ctl", "-D", self.folder / "data", "-o", options, "-l", self.folder / "log", "-w", "start")
        self.url = f"postgresql://kit:{PASSWORD}@/postgres?host={self.folder}"

    def _run(self, program, *arguments):
        command = [*self.as_user, str(self.programs / program), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, timeout=120)

    def stop(self):
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder)


def make_database(server_url):
    """Make an empty database on a server and return its URL."""
    import psycopg
    from sqlalchemy import make_url

    name = f"sk_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def drop_database(server_url, url):
    """Drop a database, whoever is still in it."""
    import psycopg
    from sqlalchemy import make_url

    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')


def wait_until(happens, *, seconds=60):
    """Wait until something holds; fail where it does not in time."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
