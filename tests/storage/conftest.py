"""Every store passes the same tests: `store` is one on a file, then one on a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge.ports import Store
from storage.opening import open_store
from storage.signals import LocalSignals
from tests.storage.postgres_server import PostgresServer
from tests.storage.town import Town
from tests.storage.witness import Witness

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


class HeardSignals(LocalSignals):
    """Bells that remember what was rung."""

    def __init__(self) -> None:
        super().__init__()
        self.rung: list[str] = []

    def ring(self, topic: str) -> None:
        self.rung.append(topic)
        super().ring(topic)


async def _migrate(url: str) -> None:
    store = await open_store(url, LocalSignals())
    await store.close()


@pytest.fixture(scope="session")
def tables(postgres: PostgresServer) -> Iterator[str]:
    """A database with the tables of this version; each test leaves it empty."""
    with postgres.database() as name, ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, _migrate(postgres.url(name))).result()
        yield name


@pytest.fixture(params=BOTH)
def witness(request, tmp_path) -> Iterator[Witness]:
    """A place for a database, and how to look at it without the store."""
    if request.param == "sqlite":
        yield Witness(str(tmp_path / "silta.db"))
        return
    server, name = request.getfixturevalue("postgres"), request.getfixturevalue("tables")
    yield Witness(server.url(name), server)
    server.empty(name)


@pytest.fixture
def signals() -> HeardSignals:
    return HeardSignals()


@pytest.fixture
async def store(witness, signals) -> AsyncIterator[Store]:
    opened = await open_store(witness.place, signals)
    yield opened
    await opened.close()


@pytest.fixture
async def town(store) -> Town:
    return await Town(store).found()
