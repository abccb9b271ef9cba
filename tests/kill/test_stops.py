"""Two couriers on one database, stopped in their tracks at random: whoever wakes past its lease starts no call."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from adapters.playground import Playground, Rules
from adapters.playground.workspace import SUPPORT
from bridge.clock import SystemClock
from bridge.errors import Refused
from bridge.managers import ManagerDesk, channel_at, site_id
from bridge.model import Page, Site, VisitorId
from bridge.visitors import VisitorDesk
from storage.opening import open_store
from storage.signals import LocalSignals
from tests.house.tree import ROOT
from tests.storage.postgres_server import PostgresServer

pytestmark = pytest.mark.postgres
LINES_PER_STOP = 3


@asynccontextmanager
async def couriers(url: str, team: Playground) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Two of them, told to end by the end of their input."""
    command = [sys.executable, "-m", "tests.kill.courier_process", url, team.api_url]
    pipe = asyncio.subprocess.PIPE
    running = [await asyncio.create_subprocess_exec(*command, name, cwd=ROOT, stdin=pipe) for name in ("one", "two")]
    try:
        yield running
    finally:
        for process in running:
            process.send_signal(signal.SIGCONT)
            assert process.stdin is not None
            process.stdin.close()
        async with asyncio.timeout(60):
            codes = [await process.wait() for process in running]
    assert codes == [0, 0]


async def _insists(desk: VisitorDesk, visitor: VisitorId, key: str, text: str) -> None:
    """A courier that is stopped inside a turn holds its conversation: the visitor is told `busy` and tries again."""
    while True:
        try:
            await desk.say(visitor, key, text, Page())
        except Refused as refused:
            if refused.code != "busy":
                raise
        else:
            return


async def _talk(desk: VisitorDesk, visitors: list[VisitorId], said: dict[VisitorId, list[str]]) -> None:
    for visitor in visitors:
        text = f"{visitor[:6]} line {len(said[visitor])}"
        await _insists(desk, visitor, f"key-{len(said[visitor]):04d}", text)
        said[visitor].append(text)


async def _stops(postgres: PostgresServer, team: Playground, seed: int, count: int) -> None:
    random = Random(seed)
    with postgres.database() as name:
        store = await open_store(postgres.url(name), LocalSignals())
        try:
            desk, visitors = await _settled(store)
            said: dict[VisitorId, list[str]] = {visitor: [] for visitor in visitors}
            async with couriers(postgres.url(name), team) as running:
                for _ in range(count):
                    await _stop_one(random, running, lambda: _talk(desk, visitors, said))
                await _all_stands(team, said)
            await _all_stands(team, said)
        finally:
            await store.close()


async def _settled(store: object) -> tuple[VisitorDesk, list[VisitorId]]:
    desk = VisitorDesk(store, SystemClock())  # type: ignore[arg-type]
    channel = channel_at("slack", SUPPORT)
    site = Site(site_id("main"), "main", "Kauppa", ("https://shop.example",), channel.id)
    await ManagerDesk(store, SystemClock()).configure(site, channel)  # type: ignore[arg-type]
    visitors = [(await desk.known(await desk.arrive(site, "en"))).visitor.id for _ in range(3)]
    return desk, visitors


async def _stop_one(random: Random, running: list[asyncio.subprocess.Process], talk: object) -> None:
    """Words before, during and after a stop that may be shorter or longer than the lease."""
    assert callable(talk)
    victim = random.choice(running)
    await talk()
    await asyncio.sleep(random.uniform(0, 0.3))
    os.kill(victim.pid, signal.SIGSTOP)
    await talk()
    await asyncio.sleep(random.uniform(0.2, 4.0))
    os.kill(victim.pid, signal.SIGCONT)
    await talk()


def _lines(team: Playground, text: str) -> list[list[str]]:
    """The threads that carry a visitor's words, as their lines."""
    found = []
    for root in team.messages(SUPPORT):
        thread = team.thread(SUPPORT, root["ts"])
        lines = "\n".join([_quoted(thread[0]), *(said["text"] for said in thread[1:])]).split("\n")
        if any(text in line for line in lines):
            found.append([line for line in lines if text in line])
    return found


def _quoted(card: dict[str, object]) -> str:
    return str(card["text"]).split(": ", 1)[-1].split("\n")[0]


async def _all_stands(team: Playground, said: dict[VisitorId, list[str]]) -> None:
    def everything() -> bool:
        return all(_lines(team, visitor[:6]) == [lines] for visitor, lines in said.items())

    async with asyncio.timeout(90):
        while not everything():  # noqa: ASYNC110 - what is waited for lies in other processes
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("count", [4, pytest.param(40, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
async def test_stops_leave_no_double_behind(postgres: PostgresServer, count: int) -> None:
    team = Playground(rules=Rules(limits=False))
    await team.start()
    try:
        await _stops(postgres, team, 4711, count)
    finally:
        await team.stop()
