"""Messages at a steady rate in both directions: how late, at what price in processor time and in disk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import machine, programs
from tests.bench.programs import PretendSlack, Program
from tests.bench.table import Figure, times
from tests.bench.visitors import Crowd, until

MOST = 1_000  # messages in a window, however fast: what a program cannot keep up with must end too
LEAST = 5  # messages in a window, however slow the rate
DELAY = 0.1  # seconds that the pretend Slack takes where it is slow
ACK_RATE = 50.0
GROWTH_RATE = 200.0
CALM = 0.1  # of a core: what a program uses at most when nothing is left to do
LOOK = 0.4  # seconds over which that is measured
AFTERWARDS = 6.0  # seconds that the after-work of a window may take
PATIENCE = 10.0  # seconds for messages that are late

Found = dict[Figure, float]
_Step = Callable[["Stage", float], Awaitable[Found]]


@dataclass(frozen=True)
class Plan:
    """What one run measures. `settled`: seconds after which nothing of a start goes on; `tree`: whose product."""

    rates: tuple[float, ...]
    seconds: float
    visitors: int
    sockets: int
    settled: float = 3.0
    tree: Path = programs.ROOT


@dataclass
class Stage:
    """A program with its visitors, each in a claimed thread."""

    slack: PretendSlack
    program: Program
    crowd: Crowd
    threads: list[str] = field(default_factory=list)
    _first: int = 1

    def numbers(self, count: int) -> range:
        """Numbers that no message has had."""
        taken = range(self._first, self._first + count)
        self._first += count
        return taken


@dataclass(frozen=True)
class Window:
    """What was measured around one stretch of messages. `late`: number → seconds after it was due."""

    late: Mapping[int, float]
    count: int
    cpu: float
    grown: int


@asynccontextmanager
async def staged(plan: Plan, *, is_floor: bool) -> AsyncIterator[Stage]:
    """Everybody has said something and was answered."""
    with TemporaryDirectory(prefix="bench-") as name:
        async with programs.slack_running() as slack:
            folder = Path(name)
            made = programs.floor(folder, slack) if is_floor else programs.product(folder, slack.api, tree=plan.tree)
            async with programs.running(made):
                stage = Stage(slack, made, Crowd(made.url, is_floor))
                try:
                    await _settle(stage, plan.visitors, listeners=1 if is_floor else 2)
                    yield stage
                finally:
                    await stage.crowd.leave()


async def _settle(stage: Stage, visitors: int, *, listeners: int) -> None:
    await stage.slack.hears(listeners)
    await stage.crowd.arrive(visitors)
    await stage.crowd.connect()
    numbers = stage.numbers(visitors)
    await stage.crowd.speak(numbers, 50.0)
    stands = await _arrived(stage, numbers)
    stage.threads = [stands[number][1] for number in numbers]
    await _said_back(stage, stage.numbers(visitors), 50.0)
    await _calm(stage)


async def measure(plan: Plan, *, is_floor: bool) -> Found:
    """One run of one program, every rate in both directions."""
    steps: list[_Step] = [partial(step, rate=rate) for step in (_outwards, _inwards) for rate in plan.rates]
    steps += [_acknowledgements] if is_floor else [_acknowledgements, _echoed]
    found: Found = {}
    while steps:
        async with staged(plan, is_floor=is_floor) as stage:
            while steps:
                found |= await steps.pop(0)(stage, plan.seconds)
                if not await _calm(stage):
                    break  # it would go into what is measured next
    return found


async def _calm(stage: Stage) -> bool:
    """Wait until the program has done what a window left behind; False when that takes too long."""
    for _ in range(int(AFTERWARDS / LOOK)):
        before = machine.cpu(stage.program.pid)
        await asyncio.sleep(LOOK)
        if machine.cpu(stage.program.pid) - before < CALM * LOOK:
            return True
    return False


def _count(rate: float, seconds: float) -> int:
    return min(MOST, max(LEAST, int(rate * seconds)))


async def _outwards(stage: Stage, seconds: float, *, rate: float) -> Found:
    await stage.slack.ask("set", {})
    numbers = stage.numbers(_count(rate, seconds))
    window = await _window(stage, numbers, rate, _spoken)
    return _figures(f"visitor → Slack, {rate:g}/s", window, rate)


async def _inwards(stage: Stage, seconds: float, *, rate: float) -> Found:
    numbers = stage.numbers(_count(rate, seconds))
    window = await _window(stage, numbers, rate, _said_back)
    return _figures(f"Slack → visitor, {rate:g}/s", window, rate)


async def _acknowledgements(stage: Stage, seconds: float) -> Found:
    """When the visitor is told that a message is safe must not depend on how fast Slack is."""
    middle, found = {}, Found()
    for delay in (0.0, DELAY):
        await stage.slack.ask("set", {"delay": delay})
        numbers = stage.numbers(_count(ACK_RATE, seconds))
        began = await stage.crowd.speak(numbers, ACK_RATE)
        await until(partial(stage.crowd.acknowledged.__contains__, numbers[-1]), PATIENCE)
        row = f"acknowledged at {ACK_RATE:g}/s, Slack takes {delay * 1000:g} ms"
        found |= times(row, _late(stage.crowd.acknowledged, numbers, began, ACK_RATE).values())
        middle[delay] = found[Figure(row, "p50")]
        await _arrived(stage, numbers)
    found[Figure(row, "change by Slack's delay", "%")] = (middle[DELAY] / middle[0.0] - 1) * 100
    await stage.slack.ask("set", {})
    return found


async def _echoed(stage: Stage, seconds: float) -> Found:
    """Slack itself tells an app of the app's own posts; the floor does without."""
    await stage.slack.ask("set", {"echoes": True})
    numbers = stage.numbers(_count(ACK_RATE, seconds))
    window = await _window(stage, numbers, ACK_RATE, _spoken)
    await stage.slack.ask("set", {})
    return _figures(f"visitor → Slack, {ACK_RATE:g}/s, each post comes back as an event", window, ACK_RATE)


_Act = Callable[[Stage, range, float], Awaitable[Mapping[int, float]]]


async def _window(stage: Stage, numbers: range, rate: float, act: _Act) -> Window:
    pid, database = stage.program.pid, stage.program.database
    grown, cpu = -machine.database_bytes(database), -machine.cpu(pid)
    late = await act(stage, numbers, rate)
    await _calm(stage)
    cpu, grown = cpu + machine.cpu(pid), grown + machine.database_bytes(database)
    return Window(late, len(numbers), cpu, grown)


async def _spoken(stage: Stage, numbers: range, rate: float) -> Mapping[int, float]:
    began = await stage.crowd.speak(numbers, rate)
    arrivals = await _arrived(stage, numbers)
    return _late({number: when for number, (when, _) in arrivals.items()}, numbers, began, rate)


async def _said_back(stage: Stage, numbers: range, rate: float) -> Mapping[int, float]:
    order = {"threads": stage.threads, "rate": rate, "first": numbers[0], "count": len(numbers)}
    began = (await stage.slack.ask("events", order))["began"]
    await until(lambda: all(number in stage.crowd.heard for number in numbers), PATIENCE)
    return _late(stage.crowd.heard, numbers, began, rate)


async def _arrived(stage: Stage, numbers: range) -> dict[int, tuple[float, str]]:
    """Wait until all of these are posted, or for as long as is sensible."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = await stage.slack.arrivals()
        if all(number in found for number in numbers):
            break
        await asyncio.sleep(0.1)
    return found


def _late(came: Mapping[int, float], numbers: range, began: float, rate: float) -> dict[int, float]:
    return {n: came[n] - began - place / rate for place, n in enumerate(numbers) if n in came}


def _figures(row: str, window: Window, rate: float) -> Found:
    found = times(row, window.late.values())
    found[Figure(row, "CPU a message")] = window.cpu / window.count * 1000
    if missing := window.count - len(window.late):
        found[Figure(row, f"not there after {PATIENCE:g} s", "messages")] = missing
    kept = len(window.late) / (window.count / rate + max(window.late.values(), default=0.0))
    if rate >= GROWTH_RATE:
        found[Figure(row, "rate reached", "a second")] = kept
    if rate == GROWTH_RATE:
        found[Figure(row, "database growth a message", "B")] = window.grown / window.count
    return found
