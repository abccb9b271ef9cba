"""One socket to Slack, for one connection's life.

The library's client reconnects by itself: it closes the old connection before it opens the next,
repeats a dead token for ever, tries a used address again, and forgets a refresh that failed. Here
it only says that it is over, and `socket` opens the next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

log = logging.getLogger("silta.slack")

MOST_AT_ONCE: Final = 256  # events in work on one line; more are left unanswered and come again
LARGEST_FRAME: Final = 4 * 1024 * 1024
CLOSING: Final = 2.0  # Slack does not end the TCP connection by itself

# Every fault of a line is reported by its health; the library would add stack traces with payloads.
_SILENT: Final = logging.getLogger("silta.slack.line")
_SILENT.setLevel(logging.CRITICAL)


class Line(SocketModeClient):
    """A connection. `over` is set as soon as it must be replaced; it never replaces itself."""

    def __init__(self, app: AsyncApp, app_token: str, *, ping: float, on_event: Callable[[], None]) -> None:
        super().__init__(app_token=app_token, logger=_SILENT, web_client=app.client, ping_interval=ping)
        self.proxy = app.client.proxy
        self.over = asyncio.Event()
        self._app = app
        self._on_event = on_event
        self._at_work: set[asyncio.Task[None]] = set()
        self._is_open = True
        self.socket_mode_request_listeners.append(self._take)

    @property
    def is_alive(self) -> bool:
        """Whether events can arrive on it."""
        socket = self.current_session
        return socket is not None and not socket.closed and not self.over.is_set()

    async def connect_at(self, address: str) -> None:
        """Open the connection, once. Raises what the HTTP client raises."""
        self.current_session = await self.aiohttp_client_session.ws_connect(
            address,
            autoping=False,
            heartbeat=self.ping_interval,
            proxy=self.proxy,
            max_msg_size=LARGEST_FRAME,
        )
        self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
        self.message_receiver = asyncio.ensure_future(self.receive_messages())

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: ARG002
        """The library asks for another connection: this one is over."""
        self.over.set()

    async def finish(self, within: float) -> None:
        """Take nothing new, let what is in work be acknowledged for a while, and close."""
        self._is_open = False
        self.over.set()
        if self._at_work:
            _, late = await asyncio.wait(self._at_work, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self.close()

    async def close(self) -> None:
        """Close within a bounded time, whatever the other side does."""
        self.closed = True
        tasks = (self.message_processor, self.current_session_monitor, self.message_receiver)
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(t for t in tasks if t is not None), return_exceptions=True)
        try:
            if self.current_session is not None:
                async with asyncio.timeout(CLOSING):
                    await self.current_session.close()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            log.debug("a socket did not close in time: %s", type(error).__name__)
        finally:
            await self.aiohttp_client_session.close()

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Answer one envelope on the line it came by. Without an answer Slack sends it again."""
        task = asyncio.current_task()
        if not self._is_open or task is None or len(self._at_work) >= MOST_AT_ONCE:
            return
        self._at_work.add(task)
        try:
            self._on_event()
            response = await run_async_bolt_app(self._app, request)
            await send_async_response(client, request, response, 0.0)
        finally:
            self._at_work.discard(task)
