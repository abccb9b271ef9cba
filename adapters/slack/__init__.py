"""Slack as a workplace: the port outwards, the events inwards."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

import aiohttp
from aiohttp import web

from adapters.slack import knock, listeners
from adapters.slack.calls import open_session
from adapters.slack.desk import Desk
from adapters.slack.found import Finding, Found, found_capabilities
from adapters.slack.http import HttpDoor
from adapters.slack.inbox import Inbox
from adapters.slack.listeners import Taker
from adapters.slack.manifest import link, written
from adapters.slack.probe import Probe, Witness
from adapters.slack.setup import FIELDS, SlackSettings, faults, is_channel
from adapters.slack.socket import SlackSocket
from adapters.slack.tempo import Tempo
from adapters.slack.workplace import SlackWorkplace
from bridge.errors import Refused, Unreachable, WorkplaceError

__all__ = [
    "FIELDS",
    "Desk",
    "Finding",
    "Found",
    "SlackBridge",
    "SlackSettings",
    "SlackWorkplace",
    "Tempo",
    "faults",
    "found_capabilities",
    "link",
    "open_slack",
    "written",
]

Serve = Callable[[Iterable[web.RouteDef]], contextlib.AbstractAsyncContextManager[object]]


class SlackBridge:
    """One workspace in both directions.

    `workplace` works from the beginning; events come between start and stop.
    """

    def __init__(self, settings: SlackSettings, session: aiohttp.ClientSession, *, tempo: Tempo) -> None:
        self.workplace = SlackWorkplace(settings, session)
        self._settings = settings
        self._session = session
        self._tempo = tempo
        self._inbox: Inbox | None = None
        self._socket: SlackSocket | None = None
        self._door: HttpDoor | None = None

    def has_channel(self, ref: str) -> bool:
        """Whether this is written like a channel's id."""
        return is_channel(ref)

    def recall(self, facts: Mapping[str, str]) -> None:
        """Slack itself tells all that we need to know."""

    def note(self, channel: str) -> str:  # noqa: ARG002
        """Nothing is worth knowing about a channel that is well."""
        return ""

    def listen(self, desk: Desk) -> None:
        """Name the desk that events go to; before the start."""
        self._inbox = Inbox(self.workplace, desk, on_revoked=self._revoked)
        self._open(self._inbox, partial(desk.missed, self.workplace.name))

    def routes(self) -> list[web.RouteDef]:
        """Where Slack's requests are answered; none without a signing secret. After `listen`."""
        return self._door.routes() if self._door is not None else []

    async def start(self) -> None:
        """Begin to take events; returns at once, also when Slack is down."""
        if self._socket is None and self._door is None:
            raise Refused("no_desk", "listen(desk) comes before start()")
        for way in (self._socket, self._door):
            if way is not None:
                await way.start()

    async def stop(self) -> None:
        """Take no more events; ends within a bounded time, and `workplace` still works.

        What is in work is acknowledged if it ends soon, else Slack sends it again.
        """
        await asyncio.gather(*(way.stop() for way in (self._socket, self._door) if way is not None))
        if self._inbox is not None:
            await self._inbox.stop(self._tempo.farewell)

    async def close(self) -> None:
        """Let go of the network; nothing works after it. Twice is harmless."""
        await self._session.close()

    async def faults(self) -> tuple[str, ...]:
        """Both tokens tried and the public address looked at, one sentence for each that does not work."""
        tried: list[tuple[Callable[[], Awaitable[object]], str]] = [(self.workplace.ping, _BOT_FAULT)]
        if self._settings.app_token:
            tried.append((self.workplace.socket_address, _APP_FAULT))
        found = [sentence for call, words in tried if (sentence := await _fault(call, words))]
        if self._settings.signing_secrets and (sentence := await knock.fault(self._settings)):
            found.append(sentence)
        return tuple(found)

    async def probe(self, channel: str, person: str, serve: Serve) -> AsyncGenerator[Finding, None]:
        """Try in this channel what cannot be known without a real workspace, and clean up. Not beside `listen`.

        `person` is who may be shown a private line; nobody, if empty. `serve` runs a web server for the routes.
        """
        witness = Witness()
        self._open(witness, witness.missed)
        async with contextlib.AsyncExitStack() as stack:
            if self._door is not None and self._socket is None:
                await stack.enter_async_context(serve(self._door.routes()))
            await self.start()
            stack.push_async_callback(self.stop)
            findings = Probe(self.workplace, channel, person, witness).run()
            await stack.enter_async_context(contextlib.aclosing(findings))
            async for finding in findings:
                yield finding

    def health(self) -> dict[str, Any]:
        """How it stands: see `SlackSocket.health`, and under `http` `HttpDoor.health`."""
        found = self._socket.health() if self._socket is not None else {"connections": 0}
        return found | ({"http": self._door.health()} if self._door is not None else {})

    @property
    def hears(self) -> bool:
        """Whether events can come in now: a socket lives, or the door is open."""
        found = self.health()
        return bool(found["connections"] or found.get("http", {}).get("is_open"))

    def _open(self, taker: Taker, on_gap: Callable[[], Awaitable[None]]) -> None:
        """Each way in that has its secret. Both may be open: Slack uses one, and so changes over without a gap."""
        app = listeners.build(self.workplace, taker)
        if self._settings.app_token:
            self._socket = SlackSocket(self._settings, app, self.workplace, self._tempo, on_gap=on_gap)
        if self._settings.signing_secrets:
            self._door = HttpDoor(self._settings, app, self.workplace, self._tempo, on_gap=on_gap)

    def _revoked(self) -> None:
        if self._socket is not None:
            self._socket.revoked()


_BOT_FAULT: Final = "The bot token does not work ({}): copy it again from OAuth & Permissions."
_APP_FAULT: Final = (
    "The app-level token does not work ({}): make a new one with connections:write"
    " on the app's page Basic Information, and switch Socket Mode on."
)


async def _fault(call: Callable[[], Awaitable[object]], words: str) -> str:
    try:
        await call()
    except Unreachable as error:
        return words.format(error.cause) if error.standing else f"Slack cannot be reached: {error}"
    except WorkplaceError as error:
        return words.format(error.cause)
    return ""


async def open_slack(settings: SlackSettings, *, tempo: Tempo | None = None) -> SlackBridge:
    """A bridge to one workspace.

    Makes no call; raises `Refused` with every sentence that `faults` has.
    """
    wrong = faults(settings)
    if wrong:
        raise Refused("settings", " ".join(wrong))
    return SlackBridge(settings, open_session(settings), tempo=tempo or Tempo())
