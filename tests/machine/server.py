"""The machine's memory on a PostgreSQL server: while it is asked, time goes on as it does outside, else it jumps."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import Any, TypeVar

import asyncpg

from bridge.ports import Unit
from storage.postgres import PostgresStore
from storage.signals import LocalSignals
from tests.machine.virtual import VirtualLoop

T = TypeVar("T")


class ServerStore:
    """A PostgresStore whose every question keeps the loop from jumping over it."""

    is_alone = False

    def __init__(self, url: str, signals: LocalSignals, loop: VirtualLoop) -> None:
        self._url = url
        self._loop = loop
        self._store = PostgresStore(url, signals, pool=4)
        self._busily(self._store.start())

    async def turn(self, unit: Unit[T]) -> T:
        with self._loop.awake():
            return await self._store.turn(unit)

    async def read(self, question: Unit[T]) -> T:
        with self._loop.awake():
            return await self._store.read(question)

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What stands in the database, for the checks."""
        count = itertools.count(1)
        numbered = re.sub(r"\?", lambda _: f"${next(count)}", query)
        return [tuple(row) for row in self._busily(self._fetch(numbered, values))]

    def reached(self) -> Counter[str]:
        """Nothing is counted here: the run on SQLite is the one that must reach everything."""
        return Counter()

    async def _fetch(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        connection = await asyncpg.connect(self._url)
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    def close(self) -> None:
        self._busily(self._store.close())

    def _busily(self, work: Any) -> Any:
        with self._loop.awake():
            return self._loop.run_until_complete(work)
