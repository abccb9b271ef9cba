"""The sockets by which Slack's events come, kept open whatever happens.

Each place holds one line. A line that is over is followed by the next before it closes; while none
can be opened, the place waits longer and longer and tries for ever. One log record tells of a
trouble, one of its end.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp
from slack_bolt.async_app import AsyncApp

from adapters.slack.line import Line
from adapters.slack.setup import SlackSettings
from adapters.slack.tempo import Tempo
from adapters.slack.workplace import SlackWorkplace
from bridge.errors import Unreachable, WorkplaceError

log = logging.getLogger("silta.slack")

# What a revoked token and an uninstalled app look like from here.
_REVOKED: Final = frozenset({"token_revoked", "account_inactive", "invalid_auth", "token_expired", "link_disabled"})


class SlackSocket:
    """The lines of one workplace. `start` returns at once; `stop` returns within a bounded time.

    `on_gap` is awaited when events come again after a time without any line, the first time included.
    """

    def __init__(
        self,
        settings: SlackSettings,
        app: AsyncApp,
        workplace: SlackWorkplace,
        tempo: Tempo,
        *,
        on_gap: Callable[[], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._app = app
        self._workplace = workplace
        self._tempo = tempo
        self._lines: dict[int, Line] = {}
        self._places: list[asyncio.Task[None]] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._trouble = ""
        self._is_revoked = False
        self._last_event: datetime | None = None
        self._on_gap = on_gap

    async def start(self) -> None:
        """Begin to keep the lines open."""
        for place in range(self._settings.connections):
            task = asyncio.create_task(self._keep(place))
            task.add_done_callback(self._ended)
            self._places.append(task)

    async def stop(self) -> None:
        """Take nothing new, acknowledge what is in work if it ends soon, and close."""
        for task in self._places:
            task.cancel()
        await asyncio.gather(*self._places, return_exceptions=True)
        lines, self._lines = list(self._lines.values()), {}
        await asyncio.gather(*(line.finish(self._tempo.farewell) for line in lines))
        await asyncio.gather(*self._leaving, return_exceptions=True)

    def revoked(self) -> None:
        """Slack said that we are not wanted there, and somebody has logged it: no more lines of the same."""
        self._is_revoked = True

    def health(self) -> dict[str, Any]:
        """How it stands: open connections, those wanted, the last event's time, the trouble."""
        return {
            "connections": sum(line.is_alive for line in self._lines.values()),
            "wanted": self._settings.connections,
            "last_event": self._last_event.isoformat() if self._last_event else None,
            "last_error": self._trouble or None,
        }

    async def _keep(self, place: int) -> None:
        """One place's life."""
        await asyncio.sleep(place * self._tempo.stagger)
        loop = asyncio.get_running_loop()
        tries = 0
        while True:
            line = await self._next(tries)
            was_deaf = not any(other.is_alive for other in self._lines.values())
            self._replace(place, line)
            if was_deaf:
                await self._on_gap()
            began = loop.time()
            await self._until_over(line)
            tries = 0 if loop.time() - began >= self._tempo.settled else tries + 1

    async def _next(self, tries: int) -> Line:
        """The next line, however long it takes."""
        while True:
            await asyncio.sleep(self._pause(tries))
            try:
                line = await self._open()
            except WorkplaceError as error:
                self._say(error.cause, str(error))
                await asyncio.sleep(self._asked_wait(error))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                self._say("socket", type(error).__name__)
            else:
                self._say("")
                return line
            tries += 1

    async def _open(self) -> Line:
        """One try: the token first, since the library would hide that it is dead."""
        await self._workplace.ping()
        address = await self._workplace.socket_address()
        line = Line(self._app, self._settings.app_token, ping=self._tempo.ping, on_event=self._noted)
        try:
            async with asyncio.timeout(self._settings.timeout):
                await line.connect_at(address)
        finally:
            if line.current_session is None:
                await line.close()
        return line

    def _replace(self, place: int, line: Line) -> None:
        """The next line takes the place; the one before it says farewell meanwhile."""
        before = self._lines.get(place)
        self._lines[place] = line
        if before is not None:
            task = asyncio.create_task(self._leave(before))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _leave(self, line: Line) -> None:
        await asyncio.sleep(self._tempo.linger)
        await line.finish(self._tempo.farewell)

    async def _until_over(self, line: Line) -> None:
        """A refresh sets `over`; a dead connection only shows when one looks."""
        while line.is_alive:
            try:
                async with asyncio.timeout(self._tempo.look):
                    await line.over.wait()
            except TimeoutError:
                continue

    def _pause(self, tries: int) -> float:
        """Longer each time, and never the same for two places."""
        if tries == 0:
            return 0.0
        most = min(self._tempo.longest_pause, self._tempo.pause * 2.0 ** min(tries - 1, 16))
        return most * random.uniform(0.5, 1.0)  # noqa: S311

    def _asked_wait(self, error: WorkplaceError) -> float:
        """As long as Slack asked us to; what only a person can mend is not asked for hotly from the first time on."""
        if not isinstance(error, Unreachable):
            return 0.0
        if error.limited:
            return error.wait or 0.0
        return self._tempo.longest_pause if error.standing else 0.0

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A place ends with us alone; anything else is a fault of ours, and must be seen."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._trouble = type(error).__name__
            log.critical("a socket to Slack is no longer kept open", exc_info=error)

    def _noted(self) -> None:
        self._last_event = datetime.now(UTC)

    def _say(self, cause: str, detail: str = "") -> None:
        """One record when a trouble begins or becomes another, one when it is over."""
        is_known = cause == self._trouble or (self._is_revoked and cause in _REVOKED)
        self._is_revoked = self._is_revoked and bool(cause)
        if cause and not is_known:
            log.error("Slack's events do not come: %s. Trying on.", detail or cause)
        elif self._trouble and not cause:
            log.info("Slack's events come again.")
        self._trouble = cause
