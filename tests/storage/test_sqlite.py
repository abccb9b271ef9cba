"""What only the store on a file must bear: batches, a full disk, commits that fail, a second process."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from bridge.clock import MovedClock
from bridge.errors import NotFound, Refused
from storage.opening import open_store
from storage.sqlite import SqliteStore, open_sqlite
from tests.storage.conftest import HeardSignals

PATIENCE = 10  # seconds: a liveness bound
NOW = MovedClock().now()


class Disk:
    """A store's file, and the driver's connections to play tricks on."""

    def __init__(self, path):
        self.path = path
        self.signals = HeardSignals()
        self.connections: list[sqlite3.Connection] = []
        self.store = SqliteStore(path, self.signals, on_connect=self.connections.append)
        self.store.start()

    async def ready(self):
        """Wait until the writer has its connection."""
        await self.store.turn(lambda tx: tx.sites())
        return self

    @property
    def writing(self):
        return self.connections[1]

    def pages(self, more=None):
        """Leave so many pages of room, or no bound."""
        used = self.writing.execute("PRAGMA page_count").fetchone()[0]
        limit = used + more if more is not None else 2**30
        self.writing.execute(f"PRAGMA max_page_count = {limit}")

    def keys(self):
        """What a fresh look at the file finds."""
        with closing(sqlite3.connect(self.path)) as connection:
            return {row[0] for row in connection.execute("SELECT key FROM seen")}

    async def at_once(self, units):
        """Hand in all units while the writer is held, so that they share a batch."""
        held, go = threading.Event(), threading.Event()

        def hold(tx):
            held.set()
            assert go.wait(PATIENCE)

        holding = asyncio.create_task(self.store.turn(hold))
        assert await asyncio.to_thread(held.wait, PATIENCE)
        calls = [asyncio.create_task(self.store.turn(unit)) for unit in units]
        await asyncio.gather(self.store.read(lambda tx: tx.sites()))
        go.set()
        await holding
        return await asyncio.gather(*calls, return_exceptions=True)


@pytest.fixture
async def disk(tmp_path):
    made = await Disk(tmp_path / "silta.db").ready()
    yield made
    await made.store.close()


def keeps(key, runs=None):
    def unit(tx):
        if runs is not None:
            runs.append(key)
        return tx.once(key, NOW)

    return unit


def deny_commits(times):
    """An authorizer that refuses so many commits."""
    left = [times]

    def judge(action, what, *_):
        if action == sqlite3.SQLITE_TRANSACTION and what == "COMMIT" and left[0]:
            left[0] -= 1
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    return judge


async def test_units_that_wait_share_a_commit(disk):
    commits = []
    disk.writing.set_trace_callback(lambda said: commits.append(said) if said == "COMMIT" else None)
    assert await disk.at_once([keeps(f"k{n}") for n in range(60)]) == [True] * 60
    assert len(commits) == 2  # of the one that held, and of all the others


async def test_a_failing_unit_in_a_batch_leaves_its_neighbours_alone(disk):
    def fails(tx):
        tx.once("bad", NOW)
        raise NotFound("of this one alone")

    def breaks(tx):
        tx.once("worse", NOW)
        raise sqlite3.IntegrityError("a rule of the tables")

    runs: list[str] = []
    units = [keeps("a", runs), fails, keeps("b", runs), breaks, keeps("c", runs)]
    first, failed, second, broken, third = await disk.at_once(units)
    assert (first, second, third) == (True, True, True)
    assert (type(failed), type(broken)) == (NotFound, sqlite3.IntegrityError)
    assert runs == ["a", "b", "c"]
    assert disk.keys() == {"a", "b", "c"}


async def test_a_full_disk_never_tells_of_what_it_does_not_keep(disk):
    """Twenty units of one page each, and room for a few: whoever was told is kept, whoever was refused is not."""
    keys = [f"{n:02d}" + "x" * 3000 for n in range(20)]
    disk.pages(more=6)
    outcomes = await disk.at_once([keeps(key) for key in keys])
    told = {key for key, outcome in zip(keys, outcomes, strict=True) if outcome is True}
    refused = [outcome for outcome in outcomes if outcome is not True]
    assert disk.keys() == told
    assert 0 < len(told) < 20
    assert {type(outcome) for outcome in refused} == {Refused}
    assert {outcome.code for outcome in refused} == {"busy"}


async def test_after_a_full_disk_the_store_writes_again(disk):
    disk.pages(more=0)
    key = "x" * 30_000
    with pytest.raises(Refused):
        await disk.store.turn(keeps(key))
    assert await disk.store.read(lambda tx: tx.sites()) == ()
    disk.pages()
    assert await disk.store.turn(keeps(key))
    assert disk.keys() == {key}


async def test_a_commit_that_fails_is_tried_unit_by_unit(disk):
    runs: list[str] = []
    trick = [deny_commits(1)]

    def plays_a_trick(tx):
        if trick:
            disk.writing.set_authorizer(trick.pop())

    outcomes = await disk.at_once([plays_a_trick, *[keeps(f"k{n}", runs) for n in range(5)]])
    assert outcomes == [None] + [True] * 5
    assert runs == [f"k{n}" for n in range(5)] * 2
    assert disk.keys() == {f"k{n}" for n in range(5)}


async def test_what_counts_is_the_run_that_was_kept(disk):
    """Both units run twice, since their batch is lost: neither an error nor a ring of the first run is told."""
    runs: list[str] = []

    def better(tx):
        runs.append("better")
        if runs.count("better") == 1:
            disk.writing.set_authorizer(deny_commits(1))
            raise NotFound("the first time")
        return tx.once("better", NOW)

    def worse(tx):
        runs.append("worse")
        if runs.count("worse") == 2:
            raise NotFound("the second time")
        tx.rings.append("bell of the first run")
        return tx.once("worse", NOW)

    kept, lost = await disk.at_once([better, worse])
    assert (kept, type(lost), disk.keys()) == (True, NotFound, {"better"})
    assert disk.signals.rung == []


async def test_while_no_commit_succeeds_everybody_is_refused_and_nothing_is_kept(disk):
    disk.writing.set_authorizer(deny_commits(1000))
    turns = [disk.store.turn(keeps(f"k{n}")) for n in range(5)]
    outcomes = await asyncio.gather(*turns, return_exceptions=True)
    assert [getattr(outcome, "code", outcome) for outcome in outcomes] == ["busy"] * 5
    assert disk.keys() == set()
    assert disk.signals.rung == []
    disk.writing.set_authorizer(None)
    assert await disk.store.turn(keeps("after"))
    assert disk.keys() == {"after"}


async def test_results_and_rings_wait_for_the_commit(disk):
    reached, go = threading.Event(), threading.Event()

    def trace(statement):
        if statement == "COMMIT":
            reached.set()
            assert go.wait(PATIENCE)

    def unit(tx):
        tx.rings.append("bell")
        return tx.once("k", NOW)

    disk.writing.set_trace_callback(trace)
    turn = asyncio.create_task(disk.store.turn(unit))
    assert await asyncio.to_thread(reached.wait, PATIENCE)
    for _ in range(3):  # the loop has had its chances to hand over what it must not
        await disk.store.read(lambda tx: tx.sites())
    assert (turn.done(), disk.signals.rung, disk.keys()) == (False, [], set())
    go.set()
    assert await turn
    assert disk.keys() == {"k"}
    assert disk.signals.rung == ["bell"]


async def test_a_locked_file_is_refused_not_waited_for_by_each(disk):
    disk.writing.execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(disk.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Refused):
            await disk.store.turn(keeps("k"))
        other.execute("ROLLBACK")
    assert await disk.store.turn(keeps("k"))


async def test_a_second_store_on_the_file_is_refused_in_words(disk):
    with pytest.raises(Refused, match="in use by another process; stop it first"):
        open_sqlite(disk.path, HeardSignals())


OTHER = """
import sys
from storage.signals import LocalSignals
from storage.sqlite import open_sqlite
from bridge.errors import Refused
try:
    open_sqlite(sys.argv[1], LocalSignals())
except Refused as refused:
    print(refused)
"""


async def test_a_second_process_on_the_file_is_refused_in_words(disk):
    command = [sys.executable, "-c", OTHER, str(disk.path)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"the database {disk.path} is in use by another process; stop it first"


async def test_the_file_is_free_when_its_store_is_closed_or_could_not_start(tmp_path):
    path = tmp_path / "silta.db"
    path.write_bytes(b"this is no database, it only looks like a file" * 50)
    for _ in range(2):
        with pytest.raises(Refused, match="file is not a database"):
            open_sqlite(path, HeardSignals())
    path.unlink()
    for _ in range(2):
        store = await open_store(path, HeardSignals())
        await store.close()


def test_a_folder_that_is_not_there_is_refused_in_words(tmp_path):
    with pytest.raises(Refused, match=r"nowhere.silta.db cannot be used"):
        open_sqlite(tmp_path / "nowhere" / "silta.db", HeardSignals())


async def test_every_connection_is_careful(disk):
    def asked(name):
        return {connection.execute(f"PRAGMA {name}").fetchone()[0] for connection in disk.connections[1:]}

    await disk.store.read(lambda tx: tx.sites())
    assert len(disk.connections) >= 3
    assert (asked("journal_mode"), asked("synchronous"), asked("foreign_keys")) == ({"wal"}, {2}, {1})


async def test_a_slow_unit_is_named_with_its_own_share_of_the_time(disk, caplog, monkeypatch):
    monkeypatch.setattr("storage.sqlite.SLOW_UNIT", 0.0)  # whatever the machine: this one counts as slow

    def ponders(tx):
        return sum(range(3_000_000))

    await disk.store.turn(ponders)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "silta.storage"]
    assert "ponders held the writer for" in line
    assert "of them its own work" in line


async def test_a_unit_that_had_to_wait_is_not_called_slow(disk, caplog):
    await disk.store.turn(lambda _: threading.Event().wait(0.05))
    assert [record for record in caplog.records if record.name == "silta.storage"] == []
