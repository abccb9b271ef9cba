"""Visitors whose clients do what the protocol asks of them, whatever becomes of the line."""

from __future__ import annotations

import asyncio
import random
import uuid
from dataclasses import dataclass, field
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
        self.is_waiting = False
        self.acknowledged.append(text)

    async def _is_acknowledged(self, frame: dict[str, Any]) -> bool:
        """One try; False when the line was lost before the answer, or the bridge cannot store just now."""
        reader, before = self._reader, len(self.frames)
        if reader is None or reader.done():
            return False
        self.is_waiting = True
        try:
            await self.send(frame)
        except (ClientError, OSError):
            return False
        while not (answers := [said for said in self.frames[before:] if said.get("key") == frame["key"]]):
            if reader.done():
                self.repeated += 1
                return False
            await asyncio.sleep(0.005)
        assert answers[0]["type"] == "ok" or answers[0]["code"] == "busy", answers
        return bool(answers[0]["type"] == "ok")
