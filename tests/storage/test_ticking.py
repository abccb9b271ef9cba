"""Time that steps, processes that tick at once or stand still, and what a tick costs."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge import conversation as rules
from bridge.ground import Ground
from bridge.schedules import Hours, Interval
from bridge.timekeeping import Timekeeper
from storage import schedules
from storage.signals import LocalSignals
from tests.house.tree import ROOT
from tests.machine.virtual import InlineStore
from tests.storage.test_time import CALLS, START, clock, ladder, levels, passes, planned, tick, town, waiting
from tests.storage.ticker import SetClock
from tests.storage.town import WORKS, Town
from tests.storage.witness import Witness

__all__ = ["clock", "town"]  # fixtures
HELSINKI = ZoneInfo("Europe/Helsinki")
OFFICE = Hours("Europe/Helsinki", ((Interval(9 * 60, 17 * 60),),) * 5 + ((), ()))
EARLY = Hours("Europe/Helsinki", ((Interval(2 * 60, 5 * 60),),) * 7)
PATIENCE = 60  # seconds: a liveness bound


# --- the clock itself


@pytest.mark.parametrize("first", [-60, 60], ids=["back", "forward"])
async def test_a_clock_that_steps_by_an_hour_and_back_fires_nothing_twice(town, witness, first):
    await planned(town, ladder(2, 30, 90))
    await waiting(town)
    await passes(town, minutes=3)
    for step in (first, 1, -first, 1, first, -first, 40, 60, -60, 60):
        await passes(town, minutes=step)
        await tick(town)
    assert levels(witness) == ["1.1", "1.2", "1.3"]


async def fires_at(town, witness, conversation) -> list[str]:
    """The local times at which levels fire, looking every minute of open and closed hours for three days."""
    found, known = [], 0
    for _ in range(3 * 24 * 60):
        next_at = await tick(town)
        if (count := len(levels(witness))) > known:
            found += [town.clock.now().astimezone(HELSINKI).strftime("%a %H:%M %z")] * (count - known)
            known = count
        if next_at is None:
            break
        town.clock.at = max(town.clock.at + timedelta(minutes=1), next_at - timedelta(minutes=1))
    return found


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "begins", "after", "expected"),
    [
        (OFFICE, "2025-03-28T16:58", (1, 5), ["Fri 16:59 +0200", "Mon 09:03 +0300"]),
        (OFFICE, "2025-10-24T16:58", (1, 5), ["Fri 16:59 +0300", "Mon 09:03 +0200"]),
        (EARLY, "2025-03-30T02:30", (29, 31, 90), ["Sun 02:59 +0200", "Sun 04:01 +0300", "Sun 05:00 +0300"]),
        (EARLY, "2025-10-26T02:30", (60, 120, 200), ["Sun 03:30 +0300", "Sun 03:30 +0200", "Sun 04:50 +0200"]),
        (Hours(), "2025-03-30T02:30", (60,), ["Sun 04:30 +0300"]),
        (Hours(), "2025-10-26T02:30", (60, 120), ["Sun 03:30 +0300", "Sun 03:30 +0200"]),
    ],
    ids=["spring", "autumn", "a lost hour", "an hour twice", "always, spring", "always, autumn"],
)
async def test_levels_come_at_the_right_local_time_over_a_change_of_clocks(
    town, witness, *, hours, begins, after, expected
):
    await planned(town, ladder(*after), hours)
    town.clock.at = local(begins)
    _, conversation = await waiting(town)
    if expected[-1] == "Sun 05:00 +0300":  # what comes due at the moment of closing comes at the next opening
        expected = [*expected[:-1], "Mon 02:00 +0300"]
    assert await fires_at(town, witness, conversation) == expected
    assert levels(witness) == [f"1.{number}" for number in range(1, len(after) + 1)]


@pytest.mark.parametrize("is_applied_again", [False, True], ids=["late", "applied again"])
async def test_outside_the_hours_nothing_fires_however_late_somebody_looks(town, witness, is_applied_again):
    """Nobody looked from before the level's time until after closing."""
    await planned(town, ladder(1, 30), OFFICE)
    town.clock.at = local("2025-03-27T16:50")
    await waiting(town)
    town.clock.at = local("2025-03-27T20:00")
    if is_applied_again:
        await planned(town, ladder(1, 31), OFFICE)
    assert await tick(town) == local("2025-03-28T09:00")
    assert levels(witness) == []
    town.clock.at = local("2025-03-28T09:00")
    await tick(town)
    assert levels(witness) == ["1.1"]


# --- several processes

MANY = 200


@asynccontextmanager
async def three(url):
    """Three processes, and how to tell them to tick."""
    pipes: dict[str, Any] = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    command = [sys.executable, "-m", "tests.storage.ticker", url]
    running: list[Any] = [await asyncio.create_subprocess_exec(*command, cwd=ROOT, **pipes) for _ in range(3)]
    try:
        yield running
    finally:
        for process in running:
            process.send_signal(signal.SIGCONT)
            process.stdin.close()
        async with asyncio.timeout(PATIENCE):
            codes = [await process.wait() for process in running]
    assert codes == [0, 0, 0]


def told(process: Any, at: datetime, stops_before: int = 0) -> None:
    process.stdin.write(json.dumps([at.isoformat(), stops_before]).encode() + b"\n")


async def done(process: Any) -> Any:
    async with asyncio.timeout(PATIENCE):
        return json.loads(await process.stdout.readline())


async def stopped(process: Any) -> None:
    """It has stopped itself."""
    async with asyncio.timeout(PATIENCE):
        while _state(process.pid) != "T":  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def _state(pid: int) -> str:
    with open(f"/proc/{pid}/stat") as about:
        return about.read().rpartition(")")[2].split()[0]


@pytest.mark.postgres
class TestProcesses:
    @pytest.fixture
    def witness(self, postgres, tables):
        yield Witness(postgres.url(tables), postgres)
        postgres.empty(tables)

    @pytest.fixture
    async def many(self, town):
        """Conversations that wait."""
        await planned(town, ladder(2, 5))
        for _ in range(MANY):
            await waiting(town)
        return town

    async def test_three_processes_fire_each_level_once(self, many, witness):
        async with three(witness.place) as running:
            for minutes in (2, 5):
                for process in running:
                    told(process, START + timedelta(minutes=minutes))
                assert [await done(process) for process in running][-1]
        calls = Counter(levels(witness))
        assert calls == {"1.1": MANY, "1.2": MANY}
        assert witness.number("SELECT count(DISTINCT key) FROM delivery WHERE escalates > 0") == 2 * MANY
        assert witness.count("deadline") == 0

    async def test_a_process_that_stood_still_fires_nothing_twice_and_nothing_after_a_claim(self, many, witness):
        at = START + timedelta(minutes=2)
        async with three(witness.place) as running:
            told(running[0], at, stops_before=50)
            await stopped(running[0])
            assert len(levels(witness)) == 49
            rest = witness.column("SELECT conversation_id FROM deadline ORDER BY due_at, conversation_id")
            claimed = [row for row in rest if row not in {call.split()[0] for call in witness.column(CALLS)}][:20]
            for conversation in claimed:
                await self.claim(many, conversation)
            for process in running[1:]:
                told(process, at)
            for process in running[1:]:
                await done(process)
            assert Counter(levels(witness)) == {"1.1": MANY - 20}
            running[0].send_signal(signal.SIGCONT)
            await done(running[0])
        assert Counter(levels(witness)) == {"1.1": MANY - 20}
        called = {call.split()[0] for call in witness.column(CALLS)}
        assert called.isdisjoint(claimed)

    async def claim(self, town: Town, conversation: Any) -> None:
        """An agent takes it."""
        await town.knows("anna")

        def unit(tx):
            from_, agent = tx.lock_conversation(conversation), tx.agent(WORKS, "anna")
            ground = Ground(from_, tx.active_thread(conversation), town.clock.moment())
            tx.save(rules.claimed(ground, agent))

        await town.store.turn(unit)


# --- what it costs


class Counted(InlineStore):
    """An embedded store that counts its turns and the steps of the database's machine: work, not time."""

    def __init__(self) -> None:
        super().__init__(LocalSignals(), None)  # type: ignore[arg-type]
        self.turns = self.steps = 0
        self._driver.set_progress_handler(self._step, 1)

    def _step(self) -> int:
        self.steps += 1
        return 0

    async def turn(self, unit):
        self.turns += 1
        return await super().turn(unit)


async def crowded(many: int, due: int) -> tuple[int, int]:
    """Turns and steps of a tick while so many wait in twenty channels, of whom some are due."""
    store = Counted()
    plan = schedules.dump_plan(ladder(2, 60))
    fill(store, many, due, plan)
    store.turns = store.steps = 0
    await Timekeeper(store, SetClock(START)).tick()
    counted = store.turns, store.steps
    assert len(store.rows("SELECT 1 FROM delivery WHERE escalates > 0")) == due
    store.close()
    return counted


CHANNELS = 20
COLUMNS = """INSERT INTO conversation SELECT 'c' || n, 's', 'v' || n, 'ch' || (n % 20), 1, 'en', 'waiting', NULL, '', 1,
    0, 1, 1, 0, 0, :since, :since, NULL, '', ''  FROM number"""


def fill(store: Counted, many: int, due: int, plan: str) -> None:
    """Rows by the thousand, as the desks would have written them."""
    driver = store._driver
    driver.execute("CREATE TEMP TABLE number AS SELECT value AS n FROM json_each(?)", [json.dumps(list(range(many)))])
    since = (START - timedelta(minutes=2)).strftime("%Y-%m-%d %H:%M:%S.%f")
    later = (START + timedelta(minutes=3)).strftime("%Y-%m-%d %H:%M:%S.%f")
    for number in range(CHANNELS):
        driver.execute("INSERT INTO channel VALUES (?, 'works', ?, ?, '', ?, '')", [f"ch{number}"] * 3 + [plan])
    driver.execute("INSERT INTO site VALUES ('s', 'main', 'K', '', 'ch0', 'en', 'en', 'claimant', '', '', 1, '', 1)")
    driver.execute("INSERT INTO visitor SELECT 'v' || n, 's', 't' || n, 'en', '', '', ? FROM number", [since])
    driver.execute(COLUMNS, {"since": since})
    driver.execute("INSERT INTO thread SELECT 't' || n, 'c' || n, 'ch' || (n % 20), 1, '', 'active', '' FROM number")
    driver.execute(
        "INSERT INTO deadline SELECT 'c' || n, 'escalate', iif(n < :due, :since, :later), 0 FROM number",
        {"due": due, "since": since, "later": later},
    )
    driver.execute("ANALYZE")


async def test_a_tick_with_nothing_due_costs_the_same_whoever_waits():
    few, many = await crowded(10, 0), await crowded(10_000, 0)
    assert few[0] == many[0] == 0
    assert many[1] <= few[1] + 20


async def test_what_is_due_costs_a_turn_each():
    """And no more than counting who waits in the same channel, for the decision whether they share a line."""
    due, each = 50, 10  # steps that counting one row takes, at most
    few, many = await crowded(due, due), await crowded(10_000, due)
    assert few[0] == many[0] == due
    assert many[1] - few[1] <= due * each * 10_000 // CHANNELS
