"""Visitors whose clients do what the protocol asks of them, whatever becomes of the line."""

from __future__ import annotations

import asyncio
import random
import uuid
from dataclasses import dataclass, field
from socket import SHUT_RDWR
from typing import Any

from aiohttp import ClientError

from tests.world import Visitor

PAUSE = (0.05, 0.5)  # seconds before a client comes back; the protocol's own are longer


@dataclass(eq=False)
class Customer(Visitor):
    """Comes back when the line is lost, and says again what was not acknowledged, one thing at a time.

    Every line of theirs names them, so that what stands in a thread tells whose it is.
    """

    name: str = ""
    acknowledged: list[str] = field(default_factory=list)
    closings: list[int | None] = field(default_factory=list)
    repeated: int = 0
    is_waiting: bool = False
    breaks: float = 0.1  # how often the line breaks when the words have just left

    async def stay(self) -> None:
        """Be connected until cancelled."""
        while True:
            try:
                await (self.connect() if self.token else self.arrive())
                assert self._reader is not None
                await self._reader
                self.closings.append(self.closed_with)
            except (ClientError, OSError):
                pass  # nobody is there just now
            await asyncio.sleep(random.uniform(*PAUSE))

    async def tell(self, words: str) -> None:
        """Say it under one key until it is acknowledged."""
        text, key = f"{self.name}: {words}", uuid.uuid4().hex
        frame = {"type": "say", "key": key, "text": text}
        while not await self._is_acknowledged(frame):  # noqa: ASYNC110 - the line comes back by `stay`
            await asyncio.sleep(0.02)
        self.acknowledged.append(text)

    async def _is_acknowledged(self, frame: dict[str, Any]) -> bool:
        """One try; False when the line was lost before the answer, or the bridge cannot store just now."""
        reader, before = self._reader, len(self.frames)
        if reader is None or reader.done():
            return False
        try:
            self.is_waiting = True
            await self.send(frame)
            self._break_perhaps()
            return await self._heard_ok(frame["key"], reader, before)
        except (ClientError, OSError):
            return False
        finally:
            self.is_waiting = False

    def _break_perhaps(self) -> None:
        assert self._socket is not None
        line = self._socket.get_extra_info("socket")
        if line is not None and random.random() < self.breaks:
            line.shutdown(SHUT_RDWR)

    async def _heard_ok(self, key: str, reader: asyncio.Task[None], before: int) -> bool:
        while not (answers := [said for said in self.frames[before:] if said.get("key") == key]):
            if reader.done():
                self.repeated += 1
                return False
            await asyncio.sleep(0.005)
        assert answers[0]["type"] == "ok" or answers[0]["code"] == "busy", answers
        return bool(answers[0]["type"] == "ok")
