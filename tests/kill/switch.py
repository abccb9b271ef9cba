"""The way to the workplace, which a test can cut."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from tests.kill.server import free_port, until

How = Literal["refused", "reset"]
CHUNK = 65_536


class Switch:
    """A plain TCP relay on a port of its own."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def on(self) -> None:
        """Let everything through."""
        await self._listen(self._relay)

    async def off(self, how: How) -> None:
        """Reset what is open; from now on refuse connections, or take them and reset them."""
        await self.close()
        if how == "reset":
            await self._listen(self._reset)

    async def close(self) -> None:
        """Leave nothing open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        await until(lambda: not self._writers, 10)

    async def _listen(self, handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
        if self._server is not None:
            self._server.close()
        self._server = await asyncio.start_server(handle, "127.0.0.1", self.port)

    async def _reset(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        there = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers.add(there[1])
        if writer.is_closing():  # cut while we asked for the other half
            there[1].transport.abort()
        try:
            await asyncio.gather(_pumped(reader, there[1]), _pumped(there[0], writer))
        finally:
            self._writers -= {writer, there[1]}


async def _pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until either side is gone; then the other goes too."""
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.transport.abort() if writer.is_closing() else writer.close()
