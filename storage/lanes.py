"""Who in this process is in which lane (one row's turns), so that those who wait hold no connection.

Twenty turns of one conversation would otherwise take every pooled connection and wait for the first of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager


class Taken(Exception):
    """Somebody in this process is in the lane: take the unit back, wait for the lane, run again."""

    def __init__(self, lane: str) -> None:
        super().__init__(lane)
        self.lane = lane


class Lanes:
    """The lanes that turns of this process are in. Used from the loop's thread only."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    def try_enter(self, lane: str) -> bool:
        """Enter the lane if it is free."""
        if lane in self._waiting:
            return False
        self._waiting[lane] = deque()
        return True

    async def enter(self, lane: str) -> None:
        """Enter the lane, after all who asked earlier."""
        if self.try_enter(lane):
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting[lane].append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave(lane)
            raise

    def leave(self, lane: str) -> None:
        """Hand the lane to whoever waits longest."""
        waiting = self._waiting[lane]
        while waiting:
            turn = waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._waiting[lane]

    @asynccontextmanager
    async def stay(self, lanes: Iterable[str]) -> AsyncIterator[Stay]:
        """Be in these lanes, and in those that are entered meanwhile, until the context ends."""
        stay = Stay(self)
        try:
            for lane in sorted(lanes):  # one order for all: nobody waits in a circle
                await self.enter(lane)
                stay.held.add(lane)
            yield stay
        finally:
            for lane in stay.held:
                self.leave(lane)


class Stay:
    """One turn's lanes."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self.held: set[str] = set()

    def enter(self, lane: str) -> None:
        """Enter a free lane; raises Taken for one that is not, since a turn with a connection does not wait."""
        if lane in self.held:
            return
        if not self._lanes.try_enter(lane):
            raise Taken(lane)
        self.held.add(lane)
