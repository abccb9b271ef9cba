"""A second pair of eyes: reads the database without the store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from storage.opening import is_address
from tests.storage.postgres_server import PostgresServer


@dataclass(frozen=True)
class Witness:
    """Sees only what is committed."""

    place: str
    server: PostgresServer | None = None

    @property
    def is_postgres(self) -> bool:
        """Which database it looks at."""
        return is_address(self.place)

    def column(self, statement: str) -> list[str]:
        """The first column of a query's rows, as text."""
        return [str(row[0]) for row in self.rows(statement)]

    def one(self, statement: str) -> str:
        """A query's only value, as text."""
        return self.column(statement)[0]

    def number(self, statement: str) -> int:
        """A query's only value, a number."""
        return int(self.one(statement))

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return self.number(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """A query's rows."""
        if self.server is not None:
            told = self.server.sql(statement, make_url(self.place).database or "")
            return [tuple(line.split("|")) for line in told.splitlines()]
        with closing(sqlite3.connect(Path(self.place))) as connection:
            return connection.execute(statement).fetchall()

    def change(self, statement: str) -> None:
        """Change the database behind the store's back."""
        if self.server is not None:
            self.server.sql(statement, make_url(self.place).database or "")
            return
        with closing(sqlite3.connect(Path(self.place))) as connection, connection:
            connection.execute(statement)
