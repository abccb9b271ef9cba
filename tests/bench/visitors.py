"""Many visitors in this process: they speak at a steady rate whatever comes back, and note when it did."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp

from tests.bench.programs import ORIGIN

NUMBER = re.compile(r"bench(\d+)")
AT_ONCE = 50  # connections that are being opened at one time


@dataclass
class Crowd:
    """Visitors of one program. `acknowledged` and `heard`: number of a message → when."""

    url: str
    is_floor: bool
    acknowledged: dict[int, float] = field(default_factory=dict)
    heard: dict[int, float] = field(default_factory=dict)
    sockets: list[aiohttp.ClientWebSocketResponse] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    _readers: list[asyncio.Task[None]] = field(default_factory=list)
    _session: aiohttp.ClientSession = field(
        default_factory=lambda: aiohttp.ClientSession(
            headers={"Origin": ORIGIN}, connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
        )
    )

    async def arrive(self, count: int) -> None:
        """Tokens for so many more."""
        self.tokens += [f"visitor{len(self.tokens) + number}" for number in range(count)] if self.is_floor else []
        if not self.is_floor:
            self.tokens += await _some_at_once([self._token] * count)

    async def _token(self) -> str:
        body = {"site": "main", "language": "en"}
        async with self._session.post(f"{self.url}/v1/visitor/session", json=body) as answer:
            return str((await answer.json())["token"])

    async def connect(self) -> None:
        """A socket for each token that has none."""
        fresh = self.tokens[len(self.sockets) :]
        self.sockets += await _some_at_once([partial(self._connected, token) for token in fresh])
        self._readers += [asyncio.create_task(self._read(socket)) for socket in self.sockets[len(self._readers) :]]

    async def _connected(self, token: str) -> aiohttp.ClientWebSocketResponse:
        socket = await self._session.ws_connect(f"{self.url}/v1/visitor/socket")
        await socket.send_json({"type": "hello", "site": "main", "token": token, "cursor": None, "language": "en"})
        if not self.is_floor:
            await socket.receive()  # changes
            await socket.receive()  # state
        return socket

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            self._take(json.loads(message.data), time.monotonic())

    def _take(self, frame: dict[str, Any], now: float) -> None:
        if frame["type"] == "ok":
            self.acknowledged[int(frame["key"][5:])] = now
        elif frame["type"] == "error":
            raise RuntimeError(f"refused: {frame}")
        for said in frame.get("messages", ()):
            if said["from"] == "agent" and (found := NUMBER.search(said["text"])):
                self.heard.setdefault(int(found[1]), now)

    async def speak(self, numbers: range, rate: float) -> float:
        """Say these, each when it is due; returns when the first was."""
        turns = itertools.cycle(self.sockets)
        began = time.monotonic()
        for place, number in enumerate(numbers):
            await asyncio.sleep(began + place / rate - time.monotonic())
            text = f"bench{number:08d} is size 44 in stock?"
            await next(turns).send_str(json.dumps({"type": "say", "key": f"bench{number:08d}", "text": text}))
        return began

    async def leave(self) -> None:
        """Go without a word."""
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        await _some_at_once([socket.close for socket in self.sockets])
        await self._session.close()


async def _some_at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    found: list[Any] = []
    for start in range(0, len(calls), AT_ONCE):
        found += await asyncio.gather(*(call() for call in calls[start : start + AT_ONCE]))
    return found


async def until(happened: Callable[[], bool], patience: float = 30.0) -> bool:
    """Wait for something to become true; False when it did not."""
    end = time.monotonic() + patience
    while not happened():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.02)
    return True
