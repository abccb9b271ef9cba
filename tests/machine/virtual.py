"""Time that costs nothing: a loop whose clock jumps to the next timer, and a real database that answers inline."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from bridge.model import Moment
from bridge.ports import Unit
from storage.migrate import upgrade
from storage.signals import LocalBell, LocalSignals
from storage.transaction import Transaction
from tests.machine import tally

T = TypeVar("T")
EPOCH = datetime(2026, 3, 2, 10, tzinfo=UTC)
_template: bytes | None = None


class VirtualLoop(asyncio.SelectorEventLoop):
    """When nothing is ready, time jumps to the next timer; kept awake for a socket, it goes on as outside."""

    _virtual = 0.0
    _kept_awake = 0

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Somebody waits for an answer from outside."""
        self._kept_awake += 1
        try:
            yield
        finally:
            self._kept_awake -= 1

    def time(self) -> float:
        return self._virtual

    def _run_once(self) -> None:
        if not self._ready and not self._kept_awake:  # type: ignore[attr-defined]
            timers = [timer for timer in self._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
            assert timers, "everything waits and nothing will happen"
            self._virtual = max(self._virtual, min(timer.when() for timer in timers))
        began = time.monotonic()
        super()._run_once()  # type: ignore[misc]
        if self._kept_awake:
            self._virtual += time.monotonic() - began


class VirtualClock:
    """The loop's time as the world's. `ahead`: how much of the world's time the loop has slept through."""

    def __init__(self, loop: VirtualLoop, seed: int = 0, start: datetime = EPOCH) -> None:
        self.start = start
        self.ahead = timedelta(0)
        self._loop = loop
        self._random = Random(seed)

    def now(self) -> datetime:
        return self.start + self.ahead + timedelta(seconds=self._loop.time())

    def moment(self) -> Moment:
        return Moment(self.now(), self._random.randbytes(32))

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class OrderedSignals(LocalSignals):
    """Bells that ring in the order in which they were hung up, so that a run is the same each time."""

    def __init__(self) -> None:
        super().__init__()
        self._bells: defaultdict[str, Any] = defaultdict(_Bells)


class _Bells(dict[LocalBell, None]):
    def add(self, bell: LocalBell) -> None:
        self[bell] = None

    def discard(self, bell: LocalBell) -> None:
        self.pop(bell, None)


def _empty_database() -> bytes:
    """Migrated once, copied for every example."""
    global _template  # noqa: PLW0603
    if _template is None:
        made = _connect(None)
        with _engine(made).connect() as connection:
            upgrade(connection)
        _template = made.serialize()
    return _template


def _connect(content: bytes | None) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    if content is not None:
        connection.deserialize(content)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _engine(connection: sqlite3.Connection) -> Engine:
    return create_engine(
        "sqlite://",
        creator=lambda: connection,
        poolclass=StaticPool,
        execution_options={"isolation_level": "AUTOCOMMIT"},
    )


def connected() -> tuple[Connection, sqlite3.Connection]:
    """An empty database with all tables, and its driver."""
    driver = _connect(_empty_database())
    return _engine(driver).connect(), driver


class InlineStore:
    """The real tables and statements, each turn at once on the loop's own thread."""

    is_alone = True

    def __init__(self, signals: LocalSignals, _loop: VirtualLoop) -> None:
        self._signals = signals
        self._connection, self._driver = connected()
        tally.install(self._driver)

    async def turn(self, unit: Unit[T]) -> T:
        await asyncio.sleep(0)
        self._driver.execute("BEGIN IMMEDIATE")
        transaction = Transaction(self._connection)
        try:
            result = unit(transaction)
        except BaseException:
            self._driver.execute("ROLLBACK")
            raise
        self._driver.execute("COMMIT")
        for topic in dict.fromkeys(transaction.rings):
            self._signals.ring(topic)
        return result

    async def read(self, question: Unit[T]) -> T:
        await asyncio.sleep(0)
        return question(Transaction(self._connection))

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What stands in the database, for the checks."""
        return self._driver.execute(query, values).fetchall()

    def count(self, outcomes: Mapping[str, str], logs: Sequence[str]) -> None:
        """Count more, and keep tables of the run's own."""
        for statement in logs:
            self._driver.execute(statement)
        tally.install(self._driver, outcomes)

    def reached(self) -> Counter[str]:
        """How often each kind of outcome happened."""
        return tally.counted(self._driver)

    def close(self) -> None:
        self._connection.close()
        self._driver.close()


def aware(stored: Any) -> datetime:
    """A time of the database; SQLite keeps it as text."""
    return stored if isinstance(stored, datetime) else datetime.fromisoformat(str(stored)).replace(tzinfo=UTC)
