"""A rush in one channel under Slack's limits, which the strict playground enforces."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from adapters.playground import Playground, Rules
from adapters.playground.workspace import ANNA, SUPPORT
from tests.bench import programs
from tests.bench.rates import Found
from tests.bench.table import Figure
from tests.bench.visitors import NUMBER, Crowd, until

REFILLED = 5.0  # seconds in which the channel's pace recovers before the rush


@dataclass(frozen=True)
class Rush:
    """New conversations within some seconds, while claimed ones go on: one line each in so many seconds."""

    count: int
    within: float
    claimed: int
    every: float
    lasting: float


FULL = Rush(count=300, within=10.0, claimed=4, every=10.0, lasting=60.0)
SMALL = Rush(count=4, within=1.0, claimed=1, every=2.0, lasting=4.0)
CLAIMED_FROM, LINES_FROM, NEW_FROM = 1, 1_000, 10_000


async def measure(rush: Rush, *, tree: Path) -> Found:
    """One rush, from the first new conversation to the last root."""
    playground = Playground(rules=Rules(limits=True, kept_calls=100_000))
    await playground.start()
    try:
        with TemporaryDirectory(prefix="bench-") as name:
            made = programs.product(Path(name), playground.api_url, tree=tree, slack_pace="on", slack_channel=SUPPORT)
            async with programs.running(made):
                return await _rushed(playground, rush, made.url)
    finally:
        await playground.stop()


async def _rushed(playground: Playground, rush: Rush, url: str) -> Found:
    old, new = Crowd(url, is_floor=False), Crowd(url, is_floor=False)
    try:
        for crowd, count in ((old, rush.claimed), (new, rush.count)):
            await crowd.arrive(count)
            await crowd.connect()
        await _claim(playground, old, rush.claimed)
        return await _through(playground, old, new, rush)
    finally:
        await old.leave()
        await new.leave()


async def _claim(playground: Playground, old: Crowd, count: int) -> None:
    """Each is answered by an agent before the rush begins."""
    await until(lambda: playground.connections > 0)
    await old.speak(range(CLAIMED_FROM, CLAIMED_FROM + count), 1.0)
    await until(lambda: len(_roots(playground)) == count)
    for place, root in enumerate(_roots(playground)):
        await playground.say(ANNA, SUPPORT, f"bench{place} good morning", root)
    await until(lambda: len(old.heard) == count)
    await asyncio.sleep(REFILLED)


def _roots(playground: Playground) -> list[str]:
    return [str(root["ts"]) for root in playground.messages(SUPPORT) if root.get("bot_id")]


async def _through(playground: Playground, old: Crowd, new: Crowd, rush: Rush) -> Found:
    lines = range(LINES_FROM, LINES_FROM + int(rush.lasting / rush.every * rush.claimed))
    fresh = range(NEW_FROM, NEW_FROM + rush.count)
    began = time.time()
    rate = rush.claimed / rush.every
    await asyncio.gather(old.speak(lines, rate), new.speak(fresh, rush.count / rush.within))
    everything = {*lines, *fresh}
    await until(lambda: everything <= _came(playground).keys(), patience=3 * rush.count + 60)
    came = _came(playground)
    late = [came[number] - began - place / rate for place, number in enumerate(lines) if number in came]
    roots = [came[number] - began for number in fresh if number in came]
    return _figures(playground, rush, (late, roots, len(everything - came.keys())))


def _came(playground: Playground) -> dict[int, float]:
    """Number of a line → when a post that carries it was taken."""
    found: dict[int, float] = {}
    for call in playground.calls("chat.postMessage"):
        if call.status == 200 and not call.error:
            for number in NUMBER.findall(json.dumps(call.arguments)):
                found.setdefault(int(number), call.at)
    return found


def _figures(playground: Playground, rush: Rush, seen: tuple[list[float], list[float], int]) -> Found:
    late, roots, lost = seen
    calls = [call for call in playground.calls() if call.method.startswith("chat.")]
    refused = sum(call.status == 429 for call in calls)
    row = f"{rush.count} new conversations in {rush.within:g} s, one channel, Slack's limits"
    return {
        Figure(row, "lost", "messages"): lost,
        Figure(row, "answered 429", "%"): refused / max(1, len(calls)) * 100,
        Figure(row, "lag of claimed threads p99", "s"): quantiles(late, n=100, method="inclusive")[98],
        Figure(row, "last root after", "s"): max(roots, default=0.0),
    }
