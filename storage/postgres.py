"""The store on PostgreSQL: the same units on pooled connections, with row locks, for any number of processes."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bridge.errors import Refused
from bridge.ports import Signals, Unit
from storage.lanes import Lanes, Stay, Taken
from storage.migrate import upgrade
from storage.rehearsal import rehearse
from storage.transaction import Transaction
from storage.units import SLOW_TURN, name_of

T = TypeVar("T")
StalePlan = AsyncAdapt_asyncpg_dbapi.InvalidCachedStatementError
TRIES: Final = 6
LONGEST_PAUSE: Final = 0.2  # seconds between tries
POOL: Final = 16
MIGRATION_LOCK: Final = 0x51177A  # any number that only we use
AGAIN: Final = ("40001", "40P01")  # serialization failure, deadlock: PostgreSQL asks for another try
# Lock and statement timeouts, lost or refused connections, no resources, shutdown.
PASSING: Final = ("55P03", "57014", "08", "53", "57P", "58")
READ_ONLY: Final = "25006"  # for a turn it passes: a standby that is about to take over
SETTINGS: Final = {
    "application_name": "silta",
    "timezone": "UTC",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",  # a process that was frozen in a turn must not hold its rows for ever
}
CLOSING: Final = 10.0  # seconds that turns under way get at the end
PATIENCE: Final = 30.0  # seconds for one statement, so that a dead network ends
_log = logging.getLogger("silta.storage")


class PostgresStore:
    """See bridge.ports.Store. `url` as in postgresql://user:password@host/database; open it with `open_store`."""

    is_alone = False

    def __init__(self, url: str, signals: Signals, *, pool: int = POOL) -> None:
        self._url = _url(url)
        self._signals = signals
        self._lanes = Lanes()
        self._is_closed = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._running = 0
        self._engine = _engine(self._url, pool, PATIENCE)
        self._questions = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def start(self) -> None:
        """Bring the tables up to date and warm up. Raises Refused when the database cannot be used."""
        try:
            await _migrate(self._url)
            async with self._engine.connect() as connection:
                await connection.run_sync(lambda sync: rehearse(Transaction(sync)))
        except (OSError, SQLAlchemyError) as error:
            await self.close()
            where, reason = self._url.render_as_string(), getattr(error, "orig", None) or error
            raise Refused("database", f"the database {where} cannot be used: {reason}") from error
        except Refused:
            await self.close()
            raise

    async def close(self) -> None:
        """Let what was begun end, then let go of the connections."""
        self._is_closed = True
        try:
            async with asyncio.timeout(CLOSING):
                await self._idle.wait()
        except TimeoutError:
            _log.warning("%d turns had not ended when the database was closed", self._running)
        await self._engine.dispose()

    async def sweep(self) -> None:
        """The database clears what was erased by itself."""

    async def turn(self, unit: Unit[T]) -> T:
        """See bridge.ports.Store."""
        with self._counted():
            return await _tried(lambda: self._in_lanes(unit), (*PASSING, READ_ONLY))

    async def _in_lanes(self, unit: Unit[T]) -> T:
        """Which rows a unit locks shows when it runs: with somebody in the way it is taken back, and waits for them."""
        lanes: frozenset[str] = frozenset()
        while True:
            try:
                async with self._lanes.stay(lanes) as stay:
                    return await self._write(unit, stay)
            except Taken as taken:
                lanes |= {taken.lane, *stay.held}

    async def _write(self, unit: Unit[T], stay: Stay) -> T:
        async with self._engine.connect() as connection:
            transaction, result = await connection.run_sync(_run, unit, stay)
            await _commit(connection)
        for topic in dict.fromkeys(transaction.rings):
            self._signals.ring(topic)
        return result

    async def read(self, question: Unit[T]) -> T:
        """See bridge.ports.Store."""
        with self._counted():
            return await _tried(lambda: self._ask(question), PASSING)

    async def _ask(self, question: Unit[T]) -> T:
        async with self._questions.connect() as connection:
            _, result = await connection.run_sync(_run, question, None)
            return result

    @contextmanager
    def _counted(self) -> Iterator[None]:
        if self._is_closed:
            raise Refused("busy", "the store is closed", wait=5)
        self._running += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()


def _url(text_: str) -> URL:
    url = make_url("postgresql://" + text_.partition("://")[2]).set(drivername="postgresql+asyncpg")
    if "sslmode" in url.query:
        mode = url.query["sslmode"]
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url


def _engine(url: URL, pool: int, patience: float | None) -> AsyncEngine:
    return create_async_engine(
        url,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,
        connect_args={"timeout": 5, "command_timeout": patience, "server_settings": SETTINGS},
    )


async def _migrate(url: URL) -> None:
    """On a connection of its own: a migration may take its time."""
    engine = _engine(url, 1, None)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade_alone)
    finally:
        await engine.dispose()


def _upgrade_alone(connection: Connection) -> None:
    """Of several processes that start at once, one migrates and the others wait for it."""
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    upgrade(connection)


def _run(connection: Connection, unit: Unit[T], stay: Stay | None) -> tuple[Transaction, T]:
    transaction = Transaction(connection, stay.enter if stay else None)
    began = time.perf_counter()
    result = unit(transaction)
    if (spent := time.perf_counter() - began) > SLOW_TURN:
        _log.warning("the unit %s held its connection for %d ms", name_of(unit), round(spent * 1000))
    return transaction, result


async def _tried(run: Callable[[], Awaitable[T]], passing: tuple[str, ...]) -> T:
    """Run it, and again where PostgreSQL asks for that and nothing can have been kept."""
    failures = 0
    while True:
        try:
            return await run()
        except (DBAPIError, OSError, NoConnection) as error:
            failures += 1
            if not _may_try_again(error, failures):
                raise _told(error, passing) from error
        await asyncio.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.01 * 2**failures)))  # noqa: S311 - no secret


async def _commit(connection: AsyncConnection) -> None:
    """When the connection is lost in here, nobody knows what became of the unit: only its own key can tell."""
    try:
        await connection.commit()
    except (DBAPIError, OSError) as error:
        if _state(error) and not _is_lost(error):
            raise
        raise Refused("busy", "the database was lost during a commit", wait=1) from error


def _may_try_again(error: Exception, failures: int) -> bool:
    if _is_lost(error) or isinstance(getattr(error, "orig", None), StalePlan):
        return failures == 1
    return _state(error) in AGAIN and failures < TRIES


def _told(error: Exception, passing: tuple[str, ...]) -> Exception:
    """What the caller is told: faults that pass by waiting are a Refused, all others stay what they are."""
    state = _state(error)
    is_passing = not isinstance(error, DBAPIError) or _is_lost(error) or state.startswith((*passing, *AGAIN))
    return Refused("busy", "the memory cannot write just now", wait=5) if is_passing else error


def _is_lost(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _state(error: Exception) -> str:
    cause: Any = getattr(error, "orig", None)
    return getattr(cause, "sqlstate", None) or ""
