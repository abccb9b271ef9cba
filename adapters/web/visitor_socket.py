"""A visitor's WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from typing import Any, Final

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from adapters.web import wire
from adapters.web.desk import VISITOR_SIDE, VisitorSide
from adapters.web.live import Listener
from bridge.errors import NotFound, Refused
from bridge.visitors import Guest
from bridge.wording import best


class Sockets:
    """The connections of this process that are open."""

    def __init__(self) -> None:
        self.open: set[web.WebSocketResponse] = set()


HELLO_WITHIN: Final = 10.0  # seconds
FRAMES_A_MINUTE: Final = 240
SOCKETS: Final = web.AppKey("sockets", Sockets)
_CLOSES: Final = {
    "unknown_token": 4401,
    "unknown_site": 4403,
    "origin_refused": 4403,
    "too_fast": 4429,
    "too_late": 4408,
}


async def socket(request: web.Request) -> web.StreamResponse:
    """GET /v1/visitor/socket."""
    side = request.app[VISITOR_SIDE]
    await side.check_origin(request)
    connection = web.WebSocketResponse(heartbeat=25, max_msg_size=wire.BODY_LIMIT, compress=False)
    with side.limits.socket("address", side.address(request)):
        await connection.prepare(request)
        request.app[SOCKETS].open.add(connection)
        try:
            await _Talk(side, request, connection).run()
        finally:
            request.app[SOCKETS].open.discard(connection)
    return connection


class _Talk:
    """One connection from hello to close."""

    def __init__(self, side: VisitorSide, request: web.Request, connection: web.WebSocketResponse) -> None:
        self._side = side
        self._request = request
        self._connection = connection
        self._language = "en"

    async def run(self) -> None:
        try:
            hello = await self._hello()
            guest = await self._side.guest(self._request, wire.text(hello, "token"), site=wire.text(hello, "site"))
        except (Refused, NotFound) as error:
            await self._refuse(_as_refused(error))
            return
        self._language = best(wire.text(hello, "language", default=guest.visitor.language, limit=35))
        cursor = hello.get("cursor")
        with ExitStack() as stack:
            try:
                stack.enter_context(self._side.limits.socket("visitor", guest.visitor.id))
            except Refused as error:
                await self._refuse(error)
                return
            await self._live(guest, cursor if isinstance(cursor, str) else None)

    async def _hello(self) -> dict[str, Any]:
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                message = await self._connection.receive()
        except TimeoutError as error:
            raise Refused("too_late") from error
        if message.type is not WSMsgType.TEXT:
            raise Refused("malformed", "the first frame must be a hello in text")
        frame = wire.parse(message.data)
        if frame.get("type") != "hello":
            raise Refused("malformed", "the first frame must be a hello")
        return frame

    async def _refuse(self, error: Refused) -> None:
        if self._connection.closed:
            return
        await self._say({"type": "error", **wire.error(error, self._language)})
        await self._connection.close(code=_CLOSES.get(error.code, 4400), message=error.code.encode())

    async def _live(self, guest: Guest, cursor: str | None) -> None:
        listener = Listener(self._connection.send_str, self._connection.close, self._language, cursor)
        self._side.live.join(guest.visitor.id, listener)
        try:
            async for frame in self._frames():
                if not await self._answered(guest, frame):
                    return
        finally:
            await self._side.live.leave(guest.visitor.id, listener)

    async def _frames(self) -> AsyncIterator[WSMessage]:
        """What the client sends, as long as it is text and not a flood."""
        loop = asyncio.get_running_loop()
        began, count = loop.time(), 0
        async for message in self._connection:
            if loop.time() - began > 60:
                began, count = loop.time(), 0
            count += 1
            if count > FRAMES_A_MINUTE:
                await self._refuse(Refused("too_fast", wait=30))
                return
            yield message

    async def _answered(self, guest: Guest, message: WSMessage) -> bool:
        """Answer one frame; False when the connection is over."""
        if message.type is not WSMsgType.TEXT:
            await self._refuse(Refused("malformed", "text frames only"))
            return False
        try:
            frame = wire.parse(message.data)
        except Refused as error:
            await self._refuse(error)
            return False
        await self._say(await self._answer(guest, frame))
        return True

    async def _answer(self, guest: Guest, frame: Mapping[str, Any]) -> dict[str, Any]:
        if frame.get("type") == "ping":
            return {"type": "pong"}
        try:
            key = wire.key(frame)
        except Refused as error:
            return {"type": "error", **wire.error(error, self._language)}
        try:
            await self._side.perform(self._request, guest, str(frame.get("type")), frame)
        except (Refused, NotFound) as error:
            return {"type": "error", **wire.error(_as_refused(error), self._language, key=key)}
        return {"type": "ok", "key": key}

    async def _say(self, frame: Mapping[str, Any]) -> None:
        if not self._connection.closed:
            await self._connection.send_str(wire.dumps(frame))


def _as_refused(error: Refused | NotFound) -> Refused:
    return error if isinstance(error, Refused) else Refused(str(error))


async def close_all(app: web.Application) -> None:
    """The server restarts: clients come back elsewhere, each after a pause of its own."""
    await asyncio.gather(
        *(
            connection.close(code=WSCloseCode.SERVICE_RESTART, message=b"restart")
            for connection in set(app[SOCKETS].open)
        ),
        return_exceptions=True,
    )
