"""Which store a setting means: a file is SQLite, an address is PostgreSQL."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from bridge.ports import Signals
from storage.postgres import PostgresStore
from storage.sqlite import SqliteStore, open_sqlite

AnyStore = SqliteStore | PostgresStore
SCHEMES = ("postgresql://", "postgres://", "postgresql+asyncpg://")


def is_address(place: str | Path) -> bool:
    """Whether it names a PostgreSQL database rather than a file."""
    return str(place).startswith(SCHEMES)


def is_there(place: str | Path) -> bool:
    """Whether there is a database to open; an address is believed."""
    return is_address(place) or Path(place).exists()


def missing_folder(place: str | Path) -> Path | None:
    """The folder that a database file needs and that is not there."""
    folder = Path(place).resolve().parent
    return None if is_address(place) or folder.is_dir() else folder


async def open_store(place: str | Path, signals: Signals, *, beside: bool = False) -> AnyStore:
    """A started store. Raises Refused, with a sentence that says why, when the database cannot be used.

    `beside`: a process that runs on it goes on doing so.
    """
    if not is_address(place):
        return await asyncio.to_thread(partial(open_sqlite, place, signals, beside=beside))
    store = PostgresStore(str(place), signals)
    await store.start()
    return store
