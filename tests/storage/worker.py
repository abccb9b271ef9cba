"""One of several processes on one database: does what it is told, line by line, and answers with a line each time."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from bridge.model import VisitorId
from storage.opening import open_store
from storage.signals import LocalSignals
from tests.storage.town import Town

LINES = 12


class Worker:
    """The verbs. `name` tells the processes apart."""

    def __init__(self, town: Town, name: str) -> None:
        self.town, self.name = town, name

    async def say(self, visitor: VisitorId) -> Any:
        """Lines of our own and lines that every process says under the same keys, all at once."""
        keys = [f"{self.name}{n}" for n in range(LINES)] + [f"shared{n}" for n in range(LINES)]
        said = await asyncio.gather(*[self.town.says(visitor, key, key) for key in keys])
        return {key: message.id for key, message in zip(keys, said, strict=True)}

    async def lease(self) -> Any:
        """Ask for the courier's lease."""
        return await self.town.lease(self.name)

    async def carry(self, epoch: int, calls: str) -> Any:
        """Carry what there is, side by side with the others, until nothing waits; each call leaves a line in a file."""
        self.town.epoch = epoch
        while await self.town.store.read(lambda tx: tx.waiting_count("works")):
            while errand := await self.town.take():
                with open(calls, "a") as outside:
                    outside.write(f"{errand.delivery.message}\n")
                assert await self.town.delivered(errand)

    async def claim(self, root: str) -> Any:
        """Press Claim as three people."""
        agents = [f"{self.name}{n}" for n in range(3)]
        await asyncio.gather(*[self.town.presses(root, "claim", agent, key=f"press {agent}") for agent in agents])

    async def answer(self, root: str) -> Any:
        """Hand in copies of events that every process gets."""
        await asyncio.gather(*[self.town.answers(root, f"line {n}", ref=f"a{n:03d}") for n in range(LINES)])


async def main(url: str, name: str) -> None:
    """Obey until there is nothing more to read."""
    store = await open_store(url, LocalSignals())
    worker = Worker(Town(store), name)
    while line := await asyncio.to_thread(sys.stdin.readline):
        verb, *rest = json.loads(line)
        answer = await getattr(worker, verb)(*rest)
        print(json.dumps(answer), flush=True)  # noqa: T201 - it is how the processes talk
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
