"""Slack as a workplace: the port outwards, the events inwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp

from adapters.slack import listeners
from adapters.slack.calls import open_session
from adapters.slack.desk import Desk
from adapters.slack.inbox import Inbox
from adapters.slack.setup import FIELDS, SlackSettings, faults
from adapters.slack.socket import SlackSocket, Tempo
from adapters.slack.workplace import SlackWorkplace
from bridge.errors import Refused, Unreachable, WorkplaceError

__all__ = [
    "FIELDS",
    "Desk",
    "SlackBridge",
    "SlackSettings",
    "SlackWorkplace",
    "Tempo",
    "faults",
    "open_slack",
]


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

    def listen(self, desk: Desk) -> None:
        """Name the desk that events go to; before the start."""
        self._inbox = Inbox(self.workplace, desk)
        app = listeners.build(self.workplace, self._inbox)
        on_gap = partial(desk.missed, self.workplace.name)
        self._socket = SlackSocket(self._settings, app, self.workplace, self._tempo, on_gap=on_gap)

    async def start(self) -> None:
        """Begin to take events; returns at once, also when Slack is down."""
        if self._socket is None:
            raise Refused("no_desk", "listen(desk) comes before start()")
        await self._socket.start()

    async def stop(self) -> None:
        """Take no more events; ends within a bounded time, and `workplace` still works.

        What is in work is acknowledged if it ends soon, else Slack sends it again.
        """
        if self._socket is not None and self._inbox is not None:
            await self._socket.stop()
            await self._inbox.stop(self._tempo.farewell)

    async def close(self) -> None:
        """Let go of the network; nothing works after it. Twice is harmless."""
        await self._session.close()

    async def faults(self) -> tuple[str, ...]:
        """Both tokens tried, one sentence for each that does not work."""
        tried = (
            (self.workplace.ping, "The bot token does not work ({}): copy it again from OAuth & Permissions."),
            (
                self.workplace.socket_address,
                "The app-level token does not work ({}): make a new one with connections:write"
                " on the app's page Basic Information, and switch Socket Mode on.",
            ),
        )
        return tuple([found for call, words in tried if (found := await _fault(call, words))])

    def health(self) -> dict[str, Any]:
        """See `SlackSocket.health`; no connections before `listen`."""
        return self._socket.health() if self._socket is not None else {"connections": 0}


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
