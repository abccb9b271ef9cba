"""The page's live socket: says that something changed, never what."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from adapters.playground.values import JSON


@dataclass(slots=True)
class Live:
    queues: list[asyncio.Queue[JSON]] = field(default_factory=list)
    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    connections: int = 0
    kept_mails: int = 0

    def push(self, news: JSON) -> None:
        """To every page that listens; of very much news the oldest is lost."""
        for queue in self.queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(news)

    def ring(self, channel: str, thread_ts: str | None) -> None:
        self.push({"type": "changed", "channel": channel, "thread_ts": thread_ts})

    def count(self, connections: int) -> None:
        self.connections = connections
        self.push(self._counted())

    def mails(self, count: int) -> None:
        self.kept_mails = count
        self.push(self._kept())

    def _kept(self) -> JSON:
        return {"type": "mails", "count": self.kept_mails}

    def _counted(self) -> JSON:
        return {"type": "connections", "count": self.connections}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse(heartbeat=30.0)
        await ws.prepare(request)
        queue: asyncio.Queue[JSON] = asyncio.Queue(maxsize=1000)
        queue.put_nowait(self._counted())
        if self.kept_mails:
            queue.put_nowait(self._kept())
        self.queues.append(queue)
        self.sockets.add(ws)
        writer = asyncio.create_task(self._write(ws, queue))
        try:
            async for message in ws:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            writer.cancel()
            self.queues.remove(queue)
            self.sockets.discard(ws)
        return ws

    async def _write(self, ws: web.WebSocketResponse, queue: asyncio.Queue[JSON]) -> None:
        while not ws.closed:
            news = await queue.get()
            try:
                await ws.send_json(news)
            except ConnectionError:
                return

    async def close(self) -> None:
        for ws in list(self.sockets):
            await ws.close()
