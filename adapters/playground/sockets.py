"""Socket Mode: the app's open sockets, the frames that go out and the acknowledgements that come
back.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from adapters.playground.values import JSON

MOST_SOCKETS = 10
LIFETIME = 18060


@dataclass(slots=True, eq=False)
class Link:
    """One open socket. A half-open one keeps its TCP connection and is silent in both
    directions.
    """

    ws: web.WebSocketResponse
    request: web.Request
    half_open: bool = False

    async def send(self, frame: JSON) -> None:
        if self.half_open or self.ws.closed:
            return
        try:
            await self.ws.send_str(json.dumps(frame))
        except ConnectionError:
            self.reset()

    def reset(self) -> None:
        if self.request.transport is not None:
            self.request.transport.abort()


@dataclass(slots=True)
class Hub:
    app_id: str
    counted: Callable[[int], None]
    ping_every: float
    links: list[Link] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    waiting: dict[str, asyncio.Future[JSON]] = field(default_factory=dict)
    turn: int = 0

    def ticket(self) -> str:
        """A one-time admission to the socket."""
        made = secrets.token_urlsafe(16)
        self.tickets.add(made)
        return made

    # going out

    def _next(self) -> Link | None:
        """Any one of the open sockets; a half-open one takes its turn and loses the frame."""
        if not self.links:
            return None
        self.turn += 1
        return self.links[self.turn % len(self.links)]

    async def send(self, frame: JSON, timeout: float) -> JSON | None:
        """One envelope to one socket. The acknowledgement, or None when none came in time."""
        link = self._next()
        if link is None:
            return None
        answer = asyncio.get_running_loop().create_future()
        self.waiting[frame["envelope_id"]] = answer
        try:
            await link.send(frame)
            return await asyncio.wait_for(answer, timeout)
        except TimeoutError:
            return None
        finally:
            self.waiting.pop(frame["envelope_id"], None)

    async def disconnect(self, reason: str, links: list[Link]) -> None:
        for link in links:
            await link.send({"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}})

    async def close(self, links: list[Link]) -> None:
        for link in links:
            if link.half_open:
                link.reset()
            await link.ws.close()

    # coming in

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.match_info["ticket"]
        if ticket not in self.tickets:
            raise web.HTTPForbidden(text="ticket used or unknown")
        self.tickets.discard(ticket)
        ws = web.WebSocketResponse(autoping=False, autoclose=False, timeout=2.0)
        await ws.prepare(request)
        link = Link(ws, request)
        await self._join(link)
        pinger = asyncio.create_task(self._ping(link))
        try:
            await self._listen(link)
        finally:
            pinger.cancel()
            self._leave(link)
        return ws

    async def _join(self, link: Link) -> None:
        if len(self.links) >= MOST_SOCKETS:
            await self.disconnect("too_many_websockets", [link])
            await link.ws.close()
            return
        self.links.append(link)
        self.counted(len(self.links))
        await link.send(self._hello())

    def _leave(self, link: Link) -> None:
        if link in self.links:
            self.links.remove(link)
            self.counted(len(self.links))

    def _hello(self) -> JSON:
        return {
            "type": "hello",
            "num_connections": len(self.links),
            "debug_info": {
                "host": "playground",
                "build_number": 1,
                "approximate_connection_time": LIFETIME,
            },
            "connection_info": {"app_id": self.app_id},
        }

    async def _ping(self, link: Link) -> None:
        while not link.ws.closed:
            await asyncio.sleep(self.ping_every)
            if not link.half_open and not link.ws.closed:
                await link.ws.ping(b"playground")

    async def _listen(self, link: Link) -> None:
        while not link.ws.closed:
            message = await link.ws.receive()
            if message.type in (WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                return
            if link.half_open:
                # A close frame is not answered either: the peer is gone and nobody told us.
                if message.type is WSMsgType.CLOSE:
                    await self._until_gone(link)
                    return
                continue
            if message.type is WSMsgType.CLOSE:
                await link.ws.close()
                return
            if message.type is WSMsgType.PING:
                await link.ws.pong(message.data)
            if message.type is WSMsgType.TEXT:
                self._acked(message.data)

    async def _until_gone(self, link: Link) -> None:
        """aiohttp takes no frames after a close; the connection is watched until the
        client drops it.
        """
        transport = link.request.transport
        while transport is not None and not transport.is_closing():  # noqa: ASYNC110 - has no event
            await asyncio.sleep(0.05)

    def _acked(self, text: str) -> None:
        """Anything that is not an acknowledgement is ignored, as Slack does."""
        try:
            frame = json.loads(text)
        except ValueError:
            return
        envelope = frame.get("envelope_id", "") if isinstance(frame, dict) else ""
        future = self.waiting.get(str(envelope))
        if future is not None and not future.done():
            future.set_result(frame)
