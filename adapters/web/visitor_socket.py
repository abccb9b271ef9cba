"""A visitor's WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import ExitStack
from typing import Any, Final

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from adapters.web import wire
from adapters.web.desk import VISITOR_SIDE, VisitorSide
from adapters.web.live import LONGEST_CURSOR, SLOWEST, Listener
from bridge.errors import NotFound, Refused
from bridge.visitors import Guest
from bridge.wording import best


class Sockets:
    """The connections of this process that are open."""

    def __init__(self) -> None:
        self.open: set[web.WebSocketResponse] = set()
        self.is_closing = False


HEARTBEAT: Final = 25.0  # seconds between pings
HELLO_WITHIN: Final = 10.0  # seconds
FAREWELL: Final = 3.0  # seconds that a client gets to answer a close
FRAMES_A_MINUTE: Final = 240
SOCKETS: Final = web.AppKey("sockets", Sockets)
UPGRADED: Final = web.RequestKey("upgraded", web.WebSocketResponse)
_OVER: Final = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED)
_CLOSES: Final = {
    "unknown_token": 4401,
    "unknown_site": 4403,
    "origin_refused": 4403,
    "too_fast": 4429,
    "too_late": 4408,
}


async def socket(request: web.Request) -> web.StreamResponse:
    """GET /v1/visitor/socket."""
    side, sockets = request.app[VISITOR_SIDE], request.app[SOCKETS]
    connection = web.WebSocketResponse(
        heartbeat=HEARTBEAT, max_msg_size=wire.BODY_LIMIT + 1, compress=False, timeout=FAREWELL, autoping=False
    )
    await connection.prepare(request)
    request[UPGRADED] = connection
    sockets.open.add(connection)
    try:
        if sockets.is_closing:
            await _restarted(connection)
        await _Talk(side, request, connection).run()
    except ConnectionError:
        pass  # they went away while we spoke
    finally:
        sockets.open.discard(connection)
        _let_go(request)
    return connection


def _let_go(request: web.Request) -> None:
    """A transport closes only when all is sent, which somebody who does not listen can put off for ever."""
    transport = request.transport
    if transport is not None and transport.get_write_buffer_size() > 0:
        transport.abort()


class _Talk:
    """One connection from hello to close. Between two frames it holds nothing that the client has sent."""

    def __init__(self, side: VisitorSide, request: web.Request, connection: web.WebSocketResponse) -> None:
        self._side = side
        self._request = request
        self._connection = connection
        self._language = "en"
        self._farewell: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until it is closed, by whomever."""
        with ExitStack() as stack:
            try:
                stack.enter_context(self._side.limits.socket("address", self._side.address(self._request)))
                guest, listener = await self._greeted()
                stack.enter_context(self._side.limits.socket("visitor", guest.visitor.id))
            except (Refused, NotFound) as error:
                await self._refuse(wire.refusal(error))
                return
            await self._live(guest, listener)

    async def _greeted(self) -> tuple[Guest, Listener]:
        hello = await self._hello()
        self._language = best(wire.text(hello, "language", default="", limit=35))
        guest = await self._side.guest(self._request, wire.text(hello, "token"), site=wire.text(hello, "site"))
        if "language" not in hello:
            self._language = guest.visitor.language
        cursor = hello.get("cursor")
        known = cursor[:LONGEST_CURSOR] if isinstance(cursor, str) else None
        return guest, Listener(self._connection.send_str, self._cut, self._dismiss, self._language, known)

    async def _hello(self) -> dict[str, Any]:
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                message = await self._next()
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
        await _closed(self._connection, _CLOSES.get(error.code, 4400), error.code)

    async def _live(self, guest: Guest, listener: Listener) -> None:
        self._side.live.join(guest.visitor.id, listener)
        try:
            async for message in self._frames():
                if not await self._answered(guest, message):
                    return
                del message
        finally:
            await self._side.live.leave(guest.visitor.id, listener)
            if self._farewell is not None:
                await self._farewell

    async def _frames(self) -> AsyncIterator[WSMessage]:
        """What the client sends, as long as it is text and not a flood."""
        loop = asyncio.get_running_loop()
        began, count = loop.time(), 0
        while (message := await self._next()).type not in _OVER:
            if loop.time() - began > 60:
                began, count = loop.time(), 0
            count += 1
            if count > FRAMES_A_MINUTE:
                await self._refuse(Refused("too_fast", wait=30))
                return
            yield message
            del message

    async def _next(self) -> WSMessage:
        """The next frame that is for us. The library would wait without end for a client that takes no pong."""
        while (message := await self._connection.receive()).type in (WSMsgType.PING, WSMsgType.PONG):
            if message.type is WSMsgType.PING:
                await self._in_time(self._connection.pong(message.data))
        return message

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
        answer = await self._answer(guest, frame)
        if answer.get("code") == "unknown_token":  # forgotten between two frames
            await self._refuse(Refused("unknown_token"))
            return False
        await self._say(answer)
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
            return {"type": "error", **wire.error(wire.refusal(error), self._language, key=key)}
        return {"type": "ok", "key": key}

    async def _say(self, frame: Mapping[str, Any]) -> None:
        """Send, unless they do not listen: then it is over."""
        if not self._connection.closed:
            await self._in_time(self._connection.send_str(wire.dumps(frame)))

    async def _in_time(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(SLOWEST):
                await sending
        except TimeoutError:
            self._cut()

    def _dismiss(self) -> None:
        """Their visitor is no more: the client starts anew."""
        self._farewell = self._farewell or asyncio.create_task(self._refuse(Refused("unknown_token")))

    def _cut(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()


async def _closed(connection: web.WebSocketResponse, code: int, word: str) -> None:
    """Close without waiting long for a client that does not listen; its line falls with the request."""
    try:
        async with asyncio.timeout(2 * FAREWELL):
            await connection.close(code=code, message=word.encode())
    except TimeoutError:
        pass


async def _restarted(connection: web.WebSocketResponse) -> None:
    await _closed(connection, WSCloseCode.SERVICE_RESTART, "restart")


async def failed(connection: web.WebSocketResponse) -> None:
    """A fault of ours: the client comes back after a pause."""
    await _closed(connection, WSCloseCode.INTERNAL_ERROR, "fault")


async def close_all(app: web.Application) -> None:
    """The server restarts: clients come back elsewhere, each after a pause of its own."""
    app[SOCKETS].is_closing = True
    await asyncio.gather(*(_restarted(connection) for connection in set(app[SOCKETS].open)), return_exceptions=True)
