"""Cost follows what waits or is asked for, never what exists: no statement reads a growing table from end to end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Select

from bridge.transaction import LIMITED
from storage import outbox
from storage import statements as sql
from storage import statements_outages as outages
from storage import statements_time as timely
from tests.machine.virtual import EPOCH, connected

GROWING = ("delivery", "message", "conversation", "thread", "visitor", "post", "post_message", "seen", "deadline")
LISTS = {"kinds": ["open", "post"], "shut": [""], "from": ["sending"], "timers": ["idle"]}
TIMES = ("now", "before", "since", "due", "was")
NUMBERS = ("number", "mine", "after", "limit", "count")


def statements() -> dict[str, Select[Any]]:
    """The reading statements, by name."""
    known = {**vars(sql), **vars(timely), **vars(outages)}
    named = {name: value for name, value in known.items() if name[0].isupper() and isinstance(value, Select)}
    return {**named, "TAKE": outbox._TAKE}


def value_of(name: str) -> Any:
    if name in LISTS:
        return LISTS[name]
    if name in TIMES:
        return EPOCH
    return 1 if name in NUMBERS else LIMITED


def plan(name: str) -> list[str]:
    """How SQLite would run the statement."""
    connection, driver = connected()
    ran: list[tuple[str, Any]] = []
    driver.set_trace_callback(lambda text: ran.append((text, ())))
    statement = statements()[name]
    asked = {key: value_of(key) for key in statement.compile().params if not re.search(r"_\d+$", key)}
    connection.execute(statement, asked)
    driver.set_trace_callback(None)
    return [str(row[3]) for row in driver.execute(f"EXPLAIN QUERY PLAN {ran[-1][0]}")]


@pytest.mark.parametrize("name", sorted(statements()))
def test_no_growing_table_is_read_whole(name: str) -> None:
    pattern = re.compile(rf"SCAN ({'|'.join(GROWING)})(?! USING (COVERING )?INDEX ix_delivery_pending)")
    assert [step for step in plan(name) if pattern.match(step)] == []


def test_a_scan_would_be_seen() -> None:
    _, driver = connected()
    steps = [row[3] for row in driver.execute("EXPLAIN QUERY PLAN SELECT * FROM message WHERE body = 'x'")]
    assert steps == ["SCAN message"]
