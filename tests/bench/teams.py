"""What an activity costs: Silta's adapter with all its proofs, beside bare aiohttp and beside the SDK as it comes."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from adapters.playground import Playground, Rules
from adapters.playground.teams.workspace import ANNA, SUPPORT
from tests.bench import programs
from tests.bench.table import FLOOR, PRODUCT, Figure, Table

ROWS = ("Teams activity in", "Teams activity out")
STOCK = "the SDK as it comes, times Silta's"
NAMES = {"ours": PRODUCT, "bare": FLOOR, "stock": "stock"}


@dataclass(frozen=True)
class Load:
    """So many activities each way, in so many runs that take turns."""

    count: int
    runs: int


FULL = Load(count=600, runs=5)
SMALL = Load(count=60, runs=1)


@dataclass(frozen=True)
class Place:
    """Who signs, where calls go, and in which thread everything happens."""

    playground: Playground
    service: str
    root: str


@dataclass
class Child:
    """A program, with its port."""

    process: asyncio.subprocess.Process
    url: str = ""

    async def told(self, line: str) -> float:
        """What it answers to a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        await self.process.stdin.drain()
        return float(await self.heard())

    async def heard(self) -> str:
        """Its next line."""
        assert self.process.stdout is not None
        return (await self.process.stdout.readline()).decode().strip()


async def measure(load: Load, table: Table) -> None:
    """Adds the rows; each run measures all three, another one first each time."""
    playground = Playground(rules=Rules(limits=False))
    await playground.start()
    connector = web.AppRunner(_connector(), access_log=None)
    await connector.setup()
    await web.TCPSite(connector, "127.0.0.1", 0).start()
    service = f"http://127.0.0.1:{connector.addresses[0][1]}/"
    try:
        root = await playground.teams.say(ANNA, SUPPORT, "a thread for the lines")
        place = Place(playground, service, root)
        for run in range(load.runs):
            kinds = [*list(NAMES)[run % 3 :], *list(NAMES)[: run % 3]]
            found = {kind: await _run(kind, load, place) for kind in kinds}
            for number, row in enumerate(ROWS):
                for kind in ("ours", "bare"):
                    table.add(NAMES[kind], {Figure(row, "CPU an activity"): found[kind][number] * 1000})
                times = found["stock"][number] / found["ours"][number]
                table.add(PRODUCT, {Figure(row, STOCK, "×"): times})
    finally:
        await connector.cleanup()
        await playground.stop()


def _connector() -> web.Application:
    """It takes everything at once, and asks nobody for a token: the stock SDK has none here."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"id": str(int(time.time() * 1000))})

    app = web.Application()
    app.add_routes([web.post("/{path:.*}", take)])
    return app


async def _run(kind: str, load: Load, place: Place) -> tuple[float, float]:
    """Processor seconds for one activity in and for one out."""
    token = place.playground.teams.token_for(serviceurl=place.service)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if kind != "stock" else {})
    async with _child(kind, place) as child:
        await _poured(child, 10, place, headers)
        await child.told("in")
        await _poured(child, load.count, place, headers)
        taken = await child.told("in")
        sent = await child.told(f"out {load.count}")
        return taken / load.count, sent / load.count


@asynccontextmanager
async def _child(kind: str, place: Place) -> AsyncIterator[Child]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.teams_program", kind),
        *(place.playground.url, place.service, SUPPORT, place.root),
        cwd=programs.ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    child = Child(process)
    try:
        child.url = f"http://127.0.0.1:{await child.heard()}/teams/messages"
        yield child
    finally:
        process.kill()
        await process.wait()


async def _poured(child: Child, count: int, place: Place, headers: Mapping[str, str]) -> None:
    """So many messages of a person, each an activity of its own, a few at a time."""
    activity = place.playground.teams.activity_for(ANNA, SUPPORT, "hello there", place.root) | {
        "serviceUrl": place.service
    }
    left = iter(range(count))
    async with aiohttp.ClientSession() as session:

        async def some() -> None:
            for number in left:
                body = json.dumps(activity | {"id": str(1766459970000 + number)}).encode()
                async with session.post(child.url, data=body, headers=headers) as answer:
                    assert answer.status in (200, 201), (answer.status, await answer.text())

        await asyncio.gather(*(some() for _ in range(16)))
