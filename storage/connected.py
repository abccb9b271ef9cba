"""A turn's connection, and what was read and locked on it so far: the ground of all parts of a transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

from bridge.model import Conversation, ConversationId, Thread
from storage.rows import AnyRow


@cache
def _insert_if_new(dialect: str, table: Table) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()


class Connected:
    """`rings` are the topics to ring once the turn is durable.

    `enter` is told the lane of each row before it is locked; it may raise, and then the unit runs again later.
    """

    def __init__(self, connection: Connection, enter: Callable[[str], None] | None = None) -> None:
        self._connection = connection
        self._enter = enter or _freely
        self.rings: list[str] = []
        self._known: dict[str, Conversation | Thread] = {}
        self._locked: dict[ConversationId, Conversation] = {}
        self._outdated: set[str] = set()

    def _one(self, statement: Executable, **values: Any) -> AnyRow | None:
        return self._connection.execute(statement, values).first()

    def _run(self, statement: Executable, values: Mapping[str, Any]) -> int:
        return self._connection.execute(statement, values).rowcount

    def _is_new(self, table: Table, values: Mapping[str, Any]) -> bool:
        """Insert unless a row with one of its keys is there; the transaction lives on either way."""
        return self._run(_insert_if_new(self._connection.dialect.name, table), values) == 1


def _freely(_lane: str) -> None:
    """Where one writer does everything, no lane is ever taken."""
