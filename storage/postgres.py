"""The store on PostgreSQL: the same units on pooled connections, with row locks, for any number of processes."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bridge.errors import Refused
from bridge.ports import Signals, Unit
from storage.lanes import Lanes, Stay, Taken
from storage.migrate import upgrade
from storage.rehearsal import rehearse
from storage.transaction import Transaction

T = TypeVar("T")
TRIES: Final = 6
LONGEST_PAUSE: Final = 0.2  # seconds between tries
POOL: Final = 16
MIGRATION_LOCK: Final = 0x51177A  # any number that only we use
AGAIN: Final = ("40001", "40P01")  # serialization failure, deadlock: PostgreSQL asks for another try
STALE_PLAN: Final = "0A000"
# Lock and statement timeouts, lost or refused connections, no resources, shutdown, a standby.
PASSING: Final = ("55P03", "57014", "08", "53", "57P", "58", "25006")
SETTINGS: Final = {"application_name": "silta", "lock_timeout": "5s", "timezone": "UTC"}


class PostgresStore:
    """See bridge.ports.Store. `url` as in postgresql://user:password@host/database; open it with `open_store`."""

    is_alone = False

    def __init__(self, url: str, signals: Signals, *, pool: int = POOL) -> None:
        self._url = _url(url)
        self._signals = signals
        self._lanes = Lanes()
        self._is_closed = False
        self._engine = _engine(self._url, pool)
        self._questions = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def start(self) -> None:
        """Bring the tables up to date and warm up. Raises Refused when the database cannot be used."""
        try:
            async with self._engine.begin() as connection:
                await connection.run_sync(_upgrade_alone)
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
        """Let go of the connections; turns under way lose theirs."""
        self._is_closed = True
        await self._engine.dispose()

    async def turn(self, unit: Unit[T]) -> T:
        """See bridge.ports.Store."""
        lanes: frozenset[str] = frozenset()
        failures = 0
        while True:
            try:
                async with self._lanes.stay(lanes) as stay:
                    return await self._once(unit, stay)
            except Taken as taken:
                lanes |= {taken.lane, *stay.held}
            except (DBAPIError, OSError, NoConnection) as error:
                failures += 1
                if not _may_try_again(error, failures):
                    raise _told(error) from error
                await asyncio.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.01 * 2**failures)))  # noqa: S311 - no secret

    async def _once(self, unit: Unit[T], stay: Stay) -> T:
        async with self._open(self._engine) as connection:
            transaction, result = await connection.run_sync(_run, unit, stay)
            await _commit(connection)
        for topic in dict.fromkeys(transaction.rings):
            self._signals.ring(topic)
        return result

    async def read(self, question: Unit[T]) -> T:
        """See bridge.ports.Store."""
        try:
            async with self._open(self._questions) as connection:
                _, result = await connection.run_sync(_run, question, None)
                return result
        except (DBAPIError, OSError, NoConnection) as error:
            raise _told(error) from error

    def _open(self, engine: AsyncEngine) -> AsyncConnection:
        if self._is_closed:
            raise Refused("busy", "the store is closed", wait=5)
        return engine.connect()


def _url(text_: str) -> URL:
    url = make_url("postgresql://" + text_.partition("://")[2]).set(drivername="postgresql+asyncpg")
    if "sslmode" in url.query:
        mode = url.query["sslmode"]
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url


def _engine(url: URL, pool: int) -> AsyncEngine:
    return create_async_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=pool,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,
        connect_args={"timeout": 5, "command_timeout": 30, "server_settings": SETTINGS},
    )


def _upgrade_alone(connection: Connection) -> None:
    """Of several processes that start at once, one migrates and the others wait for it."""
    connection.execute(text("SET LOCAL lock_timeout = '300s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    upgrade(connection)


def _run(connection: Connection, unit: Unit[T], stay: Stay | None) -> tuple[Transaction, T]:
    transaction = Transaction(connection, stay.enter if stay else None)
    return transaction, unit(transaction)


async def _commit(connection: AsyncConnection) -> None:
    """When the connection is lost in here, nobody knows what became of the unit: only its own key can tell."""
    try:
        await connection.commit()
    except (DBAPIError, OSError) as error:
        if _state(error) and not _is_lost(error):
            raise
        raise Refused("busy", "the database was lost during a commit", wait=1) from error


def _may_try_again(error: Exception, failures: int) -> bool:
    """Only where nothing can have been kept."""
    state = _state(error)
    if state == STALE_PLAN or _is_lost(error):
        return failures == 1
    return state in AGAIN and failures < TRIES


def _told(error: Exception) -> Exception:
    """What the caller is told: faults that pass by waiting are a Refused, all others stay what they are."""
    state = _state(error)
    is_passing = not isinstance(error, DBAPIError) or _is_lost(error) or state.startswith((*PASSING, *AGAIN))
    return Refused("busy", "the memory cannot write just now", wait=5) if is_passing else error


def _is_lost(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _state(error: Exception) -> str:
    cause: Any = getattr(error, "orig", None)
    return getattr(cause, "sqlstate", None) or ""
