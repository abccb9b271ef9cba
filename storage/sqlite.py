"""The store on SQLite: one writer thread that groups units into commits, and a few readers.

A commit holds at most 64 units, each in a savepoint, so that a failing one leaves its neighbours alone. Results and
rings are released only after the commit is on the disk (WAL, synchronous FULL).
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bridge.errors import BridgeError, Refused
from bridge.ports import Signals, Unit
from storage.migrate import expect_current, upgrade
from storage.rehearsal import rehearse
from storage.transaction import Transaction
from storage.units import SLOW_TURN, name_of

T = TypeVar("T")
BATCH: Final = 64
SLOW_UNIT: Final = 0.020  # seconds of a unit's own work
OWN_FAULTS: Final = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError)
READERS: Final = 3
_log = logging.getLogger("silta.storage")


@dataclass(slots=True)
class Job:
    """A unit that waits for its turn, and what became of it."""

    unit: Unit[Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    rings: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """Make void what a run gave that was not kept."""
        self.result, self.error, self.rings = None, None, []

    def settle(self) -> None:
        """Hand over the outcome; on the loop's thread."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class SqliteStore:
    """See bridge.ports.Store. Open it with `open_sqlite`."""

    def __init__(
        self,
        path: str | Path,
        signals: Signals,
        *,
        on_connect: Callable[[sqlite3.Connection], None] | None = None,
    ) -> None:
        self._path = str(path)
        self._signals = signals
        self._on_connect = on_connect
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._engine = self._new_engine()
        self._local = threading.local()
        self._reading: set[Connection] = set()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._writer = threading.Thread(target=self._write, name="writer", daemon=True)
        self._is_closed = False
        self._lock: IO[str] | None = None
        self.is_alone = True

    def start(self) -> None:
        """Bring the tables up to date and begin to write. Blocks; call it before serving."""
        self._lock = _locked(self._path)
        try:
            with self._engine.connect() as connection:
                upgrade(connection)
                _rehearse(connection)
        except BaseException:
            self._lock.close()
            raise
        self._writer.start()

    def join(self) -> None:
        """Begin to write beside the process that has the file, for a few turns. Blocks.

        Raises Refused unless the tables are of this version.
        """
        with self._engine.connect() as connection:
            expect_current(connection)
        self.is_alone = False
        self._writer.start()

    async def close(self) -> None:
        """Finish what was handed in, then let go of the file."""
        if self._is_closed:
            return
        self._is_closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown(wait=True)
        for connection in self._reading:
            connection.close()
        self._engine.dispose()
        if self._lock is not None:
            self._lock.close()

    async def sweep(self) -> None:
        """Let nothing that was erased stand in the file or beside it."""
        await asyncio.get_running_loop().run_in_executor(self._readers, self._checkpoint)

    def _checkpoint(self) -> None:
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def turn(self, unit: Unit[T]) -> T:
        """See bridge.ports.Store."""
        if self._is_closed:
            raise Refused("busy", "the store is closed", wait=5)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(Job(unit, loop, future))
        return await future

    async def read(self, question: Unit[T]) -> T:
        """See bridge.ports.Store."""
        if self._is_closed:
            raise Refused("busy", "the store is closed", wait=5)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._ask, question)

    def _ask(self, question: Unit[T]) -> T:
        connection = self._reader()
        driver = _driver(connection)
        driver.execute("BEGIN")
        try:
            return question(Transaction(connection))
        finally:
            driver.execute("ROLLBACK")

    def _reader(self) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._engine.connect()
            _driver(connection).execute("PRAGMA query_only = ON")
            self._local.connection = connection
            self._reading.add(connection)
        return connection

    def _write(self) -> None:
        with self._engine.connect() as connection:
            while jobs := self._next_jobs():
                if (first := jobs[0]) is None:
                    return
                batch = [job for job in jobs if job is not None]
                self._commit(connection, batch)
                self._release(batch, first.loop)
                if jobs[-1] is None:
                    return

    def _next_jobs(self) -> list[Job | None]:
        """What waits now, at least one; None ends the work and is always last."""
        jobs = [self._jobs.get()]
        while len(jobs) < BATCH and jobs[-1] is not None:
            try:
                jobs.append(self._jobs.get_nowait())
            except queue.Empty:
                break
        return jobs

    def _commit(self, connection: Connection, batch: Sequence[Job]) -> None:
        driver = _driver(connection)
        if not _begun(driver):
            for job in batch:
                job.error = _busy()
        elif not _whole(connection, driver, batch):
            for job in batch:
                _alone(connection, driver, job)

    def _release(self, batch: Sequence[Job], loop: asyncio.AbstractEventLoop) -> None:
        """One hop to the loop for a whole batch. A loop that is gone has nobody waiting."""
        try:
            loop.call_soon_threadsafe(self._settle, batch)
        except RuntimeError:
            _log.warning("the results of %d units came after the loop had ended", len(batch))

    def _settle(self, batch: Sequence[Job]) -> None:
        for job in batch:
            job.settle()
        for topic in dict.fromkeys(topic for job in batch for topic in job.rings):
            self._signals.ring(topic)

    def _new_engine(self) -> Engine:
        return create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=NullPool,
            hide_parameters=True,
            execution_options={"isolation_level": "AUTOCOMMIT"},
        )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        if self._on_connect is not None:
            self._on_connect(connection)
        return connection


def open_sqlite(path: str | Path, signals: Signals, *, beside: bool = False) -> SqliteStore:
    """A started store on this file, ours alone. Raises Refused when the file cannot be used.

    `beside`: if another process has the file, work beside it.
    """
    store = SqliteStore(path, signals)
    try:
        _start(store, beside=beside)
    except (DBAPIError, sqlite3.Error, OSError) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise Refused("database", f"the database {path} cannot be used: {reason}") from error
    return store


def _start(store: SqliteStore, *, beside: bool) -> None:
    try:
        store.start()
    except Refused as error:
        if error.code != "in_use" or not beside:
            raise
        store.join()


def _locked(path: str) -> IO[str]:
    """The lock that tells other processes to keep away; it falls when we end, however we end."""
    lock = open(f"{path}.lock", "w")  # noqa: SIM115 - held until the store is closed
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise Refused("in_use", f"the database {path} is in use by another process; stop it first") from error
    return lock


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def _rehearse(connection: Connection) -> None:
    """Build the statements; a disk that is full now may have room when somebody writes."""
    driver = _driver(connection)
    try:
        driver.execute("BEGIN IMMEDIATE")
        rehearse(Transaction(connection))
    except (sqlite3.Error, DBAPIError) as error:
        _log.warning("the database cannot be written just now: %s", error)
    finally:
        _undo(driver)


def _busy() -> Refused:
    return Refused("busy", "the memory cannot write just now", wait=5)


def _begun(driver: sqlite3.Connection) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        _log.error("no commit could begin: %s", error)
        return False
    return True


def _alone(connection: Connection, driver: sqlite3.Connection, job: Job) -> None:
    """Run a unit again in a commit of its own; what its first run gave is void."""
    job.forget()
    is_kept = _begun(driver) and _whole(connection, driver, [job])
    if not is_kept and job.error is None:
        job.error = _busy()


def _whole(connection: Connection, driver: sqlite3.Connection, batch: Sequence[Job]) -> bool:
    """End the begun transaction with a batch in it; False when it is gone as a whole and nothing of it was kept."""
    try:
        for job in batch:
            _in_savepoint(connection, driver, job)
            if not driver.in_transaction:
                return False
        driver.execute("COMMIT")
    except sqlite3.Error as error:
        _log.error("a commit of %d units failed: %s", len(batch), error)
        _undo(driver)
        return False
    return True


def _undo(driver: sqlite3.Connection) -> None:
    if driver.in_transaction:
        driver.execute("ROLLBACK")


def _in_savepoint(connection: Connection, driver: sqlite3.Connection, job: Job) -> None:
    """A failing unit takes back only itself. After its error the caller looks whether the transaction still stands:
    a full disk rolls back the whole of it, and the next savepoint would silently start its own."""
    driver.execute("SAVEPOINT unit")
    began, worked = time.perf_counter(), time.thread_time()
    try:
        transaction = Transaction(connection)
        job.result = job.unit(transaction)
        job.rings = transaction.rings
        driver.execute("RELEASE unit")
    except BridgeError as error:
        job.error = error
    except Exception as error:  # noqa: BLE001 - the store's guard: nobody else's turn may suffer
        _log.exception("the unit %s failed", name_of(job.unit))
        job.error = _told(error)
    if job.error is not None and driver.in_transaction:
        driver.execute("ROLLBACK TO unit")
        driver.execute("RELEASE unit")
    _judge(job, time.perf_counter() - began, time.thread_time() - worked)


def _told(error: Exception) -> Exception:
    """What the caller is told: a memory that cannot write is a Refused, a unit's own fault stays what it is."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, sqlite3.Error) or isinstance(cause, OWN_FAULTS):
        return error
    busy = _busy()
    busy.__cause__ = error
    return busy


def _judge(job: Job, spent: float, worked: float) -> None:
    """A unit is slow by its own work; what it waited for the disk or the machine is another finding."""
    if worked > SLOW_UNIT or spent > SLOW_TURN:
        times = (round(spent * 1000), round(worked * 1000))
        _log.warning("the unit %s held the writer for %d ms (%d ms of them its own work)", name_of(job.unit), *times)
