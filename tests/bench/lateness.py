"""How late deadlines fire: many conversations wait, and the time of each comes within a short while."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import machine, programs
from tests.bench.rates import Found
from tests.bench.table import Figure, times
from tests.bench.visitors import until

STARTING = 4.0  # seconds between the writing of the rows and the first deadline, in which the program starts
PATIENCE = 60.0  # seconds for what is late
FORMAT = "%Y-%m-%d %H:%M:%S.%f"
TO = "oncall@shop.invalid"
WAITED = timedelta(hours=1)  # after which the one level of the plan fires


@dataclass(frozen=True)
class Rush:
    """So many deadlines, evenly over so many seconds."""

    count: int
    within: float


FULL = Rush(count=10_000, within=60.0)
SMALL = Rush(count=500, within=5.0)


async def measure(rush: Rush, *, tree: Path) -> Found:
    """From the moment that a deadline is due to the row of the mail that it brings, and what that costs."""
    with TemporaryDirectory(prefix="bench-") as name:
        async with programs.slack_running() as slack:
            made = programs.product(Path(name), slack.api, tree=tree)
            async with programs.running(made):
                pass  # it makes the database, and the site in it
            with closing(sqlite3.connect(made.database, isolation_level=None)) as memory:
                due = _fill(memory, rush)
                async with programs.running(made):
                    before = machine.cpu(made.pid)
                    await _all_fired(memory, rush)
                    worked = machine.cpu(made.pid) - before
                return _figures(rush, _late(memory.execute(FIRED), due), worked)


FIRED = "SELECT conversation_id, created_at FROM delivery WHERE escalates > 0"
WAITING = """INSERT INTO conversation SELECT 'bench' || n, (SELECT id FROM site), 'bench' || n,
    (SELECT channel_id FROM site), 1, 'en', 'waiting', NULL, '', 1, 0, 1, 1, 0, 0, :since, :since, NULL, '', ''
    FROM number"""
THREADS = """INSERT INTO thread SELECT 'bench' || n, 'bench' || n, (SELECT channel_id FROM site), 1, '', 'active', ''
    FROM number"""


def _fill(memory: sqlite3.Connection, rush: Rush) -> dict[str, datetime]:
    """Conversations that wait, as the desks would have written them; when each is due."""
    first = datetime.now(UTC) + timedelta(seconds=STARTING)
    since = first - WAITED
    gap = timedelta(seconds=rush.within) / rush.count
    due = {f"bench{number}": first + gap * number for number in range(rush.count)}
    memory.execute("BEGIN")
    numbers = json.dumps(list(range(rush.count)))
    memory.execute("CREATE TEMP TABLE number AS SELECT value AS n FROM json_each(?)", [numbers])
    plan = {"levels": [[WAITED.total_seconds(), "mail", TO]], "digest_above": 2 * rush.count}
    memory.execute("UPDATE channel SET plan = ?", [json.dumps(plan)])
    memory.execute(
        "INSERT INTO visitor SELECT 'bench' || n, (SELECT id FROM site), 'bench' || n, 'en', '', '', ? FROM number",
        [_text(since)],
    )
    memory.execute(WAITING, {"since": _text(since)})
    memory.execute(THREADS)
    waits = [(_text(at - WAITED), name) for name, at in due.items()]
    memory.executemany("UPDATE conversation SET waiting_since = ? WHERE id = ?", waits)
    deadlines = [(name, _text(at)) for name, at in due.items()]
    memory.executemany("INSERT INTO deadline VALUES (?, 'escalate', ?, 0)", deadlines)
    memory.execute("COMMIT")
    return due


def _text(at: datetime) -> str:
    return at.strftime(FORMAT)


async def _all_fired(memory: sqlite3.Connection, rush: Rush) -> None:
    """Wait until nothing is due any more, or for as long as is sensible."""
    left = "SELECT 1 FROM deadline LIMIT 1"
    await until(lambda: memory.execute(left).fetchone() is None, STARTING + rush.within + PATIENCE)


def _late(fired: Iterable[tuple[str, str]], due: dict[str, datetime]) -> list[float]:
    found = [(name, datetime.strptime(at, FORMAT).replace(tzinfo=UTC)) for name, at in fired]
    return [(at - due[name]).total_seconds() for name, at in found]


def _figures(rush: Rush, late: list[float], worked: float) -> Found:
    row = f"{rush.count} deadlines over {rush.within:g} s, due → fired"
    found = times(row, late)
    found[Figure(row, "CPU a deadline")] = worked / rush.count * 1000
    if missing := rush.count - len(late):
        found[Figure(row, "not fired", "deadlines")] = missing
    return found
