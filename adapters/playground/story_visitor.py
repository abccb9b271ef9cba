"""The visitor of the stories, and the patience that they are told with."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

PATIENCE = 20.0  # seconds for each thing to happen


class StoryError(Exception):
    """Something that should have happened did not."""


class Visitor:
    """A client of the visitor protocol that keeps what it is shown."""

    def __init__(self, bridge: str, site: str, origin: str) -> None:
        self._bridge, self._site, self._origin = bridge, site, origin
        self._session = ClientSession(headers={"Origin": origin})
        self._socket: ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self.shown: dict[str, dict[str, Any]] = {}
        self.state: dict[str, Any] = {}

    async def arrive(self) -> None:
        """Get a token and connect."""
        body = {"site": self._site, "language": "en"}
        async with self._session.post(f"{self._bridge}/v1/visitor/session", json=body) as answer:
            token = (await answer.json())["token"]
        self._socket = await self._session.ws_connect(f"{self._bridge}/v1/visitor/socket")
        await self._socket.send_json({"type": "hello", "site": self._site, "token": token, "cursor": None})
        self._reader = asyncio.create_task(self._read(self._socket))

    async def say(self, text: str) -> None:
        """Say something from the tent's page."""
        page = {"url": f"{self._origin}/shop?page=tent", "title": "Tent Revontuli 2 – Kauppa"}
        await self._send({"type": "say", "text": text, "page": page})

    async def end(self) -> None:
        """End the chat."""
        await self._send({"type": "end"})

    async def leave_email(self, address: str) -> None:
        """Say where to answer."""
        await self._send({"type": "email", "address": address})
        await until("the address is kept", lambda: self.state.get("email") is True)

    async def leave(self) -> None:
        """Go away."""
        if self._reader:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await self._session.close()

    def texts(self) -> list[str]:
        """What is shown, in order."""
        return [said["text"] for said in sorted(self.shown.values(), key=lambda said: said["position"])]

    async def _send(self, frame: dict[str, Any]) -> None:
        if self._socket is None:
            raise StoryError("the visitor has not arrived")
        await self._socket.send_json({**frame, "key": uuid.uuid4().hex})

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            frame = message.json()
            if frame["type"] == "changes":
                self.shown.update({said["id"]: said for said in frame["messages"]})
            elif frame["type"] == "state":
                self.state = frame


async def until(what: str, happened: Callable[[], bool]) -> None:
    """Wait for something to be true. Raises StoryError naming it when patience is over."""
    end = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > end:
            raise StoryError(f"did not happen within {PATIENCE:.0f} s: {what}")
        await asyncio.sleep(0.05)
