"""One of several processes that look at the same deadlines: ticks when it is told, and answers with a line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import datetime
from typing import Any, TypeVar

from bridge.clock import SystemClock
from bridge.model import Moment
from bridge.ports import Unit
from bridge.timekeeping import Timekeeper
from storage.opening import AnyStore, open_store
from storage.signals import LocalSignals

T = TypeVar("T")


class SetClock(SystemClock):
    """Stands at one moment until it is set to another."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment."""
        return self.at

    def moment(self) -> Moment:
        """The moment, with fresh random bits."""
        return Moment(self.at, super().moment().seed)


class Stopping:
    """A store before whose n-th turn this process stops itself, until somebody lets it go on."""

    def __init__(self, store: AnyStore, before: int) -> None:
        self.store, self.left = store, before
        self.is_alone = store.is_alone

    async def turn(self, unit: Unit[T]) -> T:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGSTOP)
        return await self.store.turn(unit)

    async def read(self, question: Unit[T]) -> T:
        return await self.store.read(question)


async def tick(store: AnyStore, at: str, stops_before: int) -> str:
    """Fire what is due at this moment; whether more will come."""
    clock = SetClock(datetime.fromisoformat(at))
    ticking: Any = Stopping(store, stops_before) if stops_before else store
    return str(await Timekeeper(ticking, clock).tick())


async def main(url: str) -> None:
    """Obey until there is nothing more to read."""
    store = await open_store(url, LocalSignals())
    while line := await asyncio.to_thread(sys.stdin.readline):
        answer = await tick(store, *json.loads(line))
        print(json.dumps(answer), flush=True)  # noqa: T201 - it is how the processes talk
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
