"""Who is connected: one reader per visitor for all their tabs, whatever rings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.web import wire
from bridge.errors import BridgeError, NotFound
from bridge.model import VisitorId
from bridge.ports import Bell, Signals
from bridge.topics import visitor_topic
from bridge.transaction import Seen
from bridge.visitors import VisitorDesk

LOOKS_EVERY: Final = 30.0  # seconds: a lost ring costs no more than this
SLOWEST: Final = 10.0  # seconds that a client may take to receive a frame
LONGEST_CURSOR: Final = 64  # what is longer was never one of ours
_log = logging.getLogger("silta.live")


@dataclass(eq=False, slots=True)
class Listener:
    """One connection: where it stands and how to send to it.

    `cut` ends it at once and waits for nobody: it is for those who do not listen, or whom we can no longer tell.
    `dismiss` ends it because the visitor is no more; neither waits.
    """

    send: Callable[[str], Awaitable[None]]
    cut: Callable[[], None]
    dismiss: Callable[[], None]
    language: str
    cursor: str | None
    state: dict[str, Any] = field(default_factory=dict)
    is_new: bool = True


class Live:
    """All connections of this process."""

    def __init__(self, desk: VisitorDesk, signals: Signals) -> None:
        self._desk = desk
        self._signals = signals
        self._rooms: dict[VisitorId, _Room] = {}

    def join(self, visitor: VisitorId, listener: Listener) -> None:
        """Send to this connection what the visitor sees, from its cursor on."""
        room = self._rooms.get(visitor)
        if room is None or room.is_over:
            room = self._rooms[visitor] = _Room(visitor, self._desk, self._signals)
        room.listeners.add(listener)
        self._signals.ring(visitor_topic(visitor))

    async def leave(self, visitor: VisitorId, listener: Listener) -> None:
        """Send nothing more to this connection. Harmless for one that is not there."""
        room = self._rooms.get(visitor)
        if room is None:
            return
        room.listeners.discard(listener)
        if not room.listeners:
            del self._rooms[visitor]
            await room.end()


class _Room:
    """A visitor's connections. First load, reconnect and live are the same read."""

    def __init__(self, visitor: VisitorId, desk: VisitorDesk, signals: Signals) -> None:
        self.listeners: set[Listener] = set()
        self._visitor = visitor
        self._desk = desk
        self._signals = signals
        self._context = signals.listen(visitor_topic(visitor))
        self._bell: Bell = self._context.__enter__()
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._ended)

    @property
    def is_over(self) -> bool:
        """Whether nobody is told anything here any more."""
        return self._task.done()

    async def end(self) -> None:
        """Stop reading."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._bell.wait(LOOKS_EVERY)
            try:
                await self._tell_all()
            except NotFound:  # forgotten: whoever is connected here is nobody any more
                return
            except BridgeError as error:
                _log.warning("could not read for visitor %s: %s", self._visitor, error)
                await asyncio.sleep(1)
                self._signals.ring(visitor_topic(self._visitor))

    def _ended(self, task: asyncio.Task[None]) -> None:
        """After a fault nobody foresaw the clients come back by themselves, with pauses that grow."""
        self._context.__exit__(None, None, None)
        if task.cancelled():
            return
        fault = task.exception()
        if fault is not None:
            _log.error("visitor %s has to connect again", self._visitor, exc_info=fault)
        for listener in self.listeners:
            (listener.dismiss if fault is None else listener.cut)()

    async def _tell_all(self) -> None:
        """One read for all connections that stand at the same cursor."""
        cursors = {listener.cursor for listener in self.listeners}
        for cursor in cursors:
            seen = await self._desk.visible(self._visitor, cursor)
            at_cursor = [listener for listener in self.listeners if listener.cursor == cursor]
            frame = wire.state(seen, mails=self._desk.mails)
            await asyncio.gather(*(_tell(listener, seen, frame) for listener in at_cursor))


async def _tell(listener: Listener, seen: Seen, state: dict[str, Any]) -> None:
    try:
        async with asyncio.timeout(SLOWEST):
            await _send(listener, seen, state)
    except (TimeoutError, ConnectionError, RuntimeError):
        listener.cut()


async def _send(listener: Listener, seen: Seen, state: dict[str, Any]) -> None:
    if seen.messages or seen.reset or seen.upto != listener.cursor or listener.is_new:
        await listener.send(wire.dumps(wire.changes(seen, listener.language)))
        listener.cursor, listener.is_new = seen.upto, False
    if state != listener.state:
        await listener.send(wire.dumps(state))
        listener.state = state
