"""Teams as a workplace: the port outwards, the activities inwards."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from typing import Any, Final

import aiohttp
from aiohttp import web

from adapters.teams import identity, knock
from adapters.teams.calls import Connector, open_session
from adapters.teams.desk import Desk
from adapters.teams.door import Door
from adapters.teams.inbox import Inbox
from adapters.teams.keys import Keys
from adapters.teams.places import Places
from adapters.teams.probe import Finding, Probe
from adapters.teams.setup import TeamsSettings, faults
from adapters.teams.tokens import Tokens
from adapters.teams.turns import Listener
from adapters.teams.workplace import TeamsWorkplace
from bridge.errors import Refused, WorkplaceError

__all__ = ["Desk", "TeamsBridge", "TeamsSettings", "TeamsWorkplace", "faults", "open_teams"]

log = logging.getLogger("silta.teams")
KEYS: Final = "keys"  # the fact that holds them
FAREWELL: Final = 5.0  # seconds that what is in work gets at the end
Serve = Callable[[Iterable[web.RouteDef]], contextlib.AbstractAsyncContextManager[object]]


class TeamsBridge:
    """The teams of one organisation in both directions.

    `workplace` works from the beginning; activities come between start and stop.
    """

    def __init__(self, settings: TeamsSettings, session: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._session = session
        self._tokens = Tokens(settings, session)
        self._keys = Keys(settings.keys_url, session)
        self._places = Places(settings)
        self.workplace = TeamsWorkplace(
            settings, Connector(settings, session, self._tokens), self._tokens, self._places
        )
        self._desk: Desk | None = None
        self._inbox: Inbox | None = None
        self._door: Door | None = None

    def has_channel(self, ref: str) -> bool:
        """Whether this is written like a channel's id."""
        return identity.is_channel(ref)

    def recall(self, facts: Mapping[str, str]) -> None:
        """What was told of places in earlier runs."""
        self._places.recall(facts)

    def note(self, channel: str) -> str:
        """Whether everything that is written in a channel reaches us, as far as was seen."""
        if self._places.hears_all(channel):
            return "hears every message"
        name = self._settings.app_name
        return (
            f"hears only messages that mention @{name}, as far as was seen: write something without it in one of its"
            " threads; if that does not change this, let an owner of the team give the app's consent (README)"
        )

    def listen(self, desk: Desk) -> None:
        """Name the desk that activities go to; before the start."""
        self._desk = desk
        self._inbox = Inbox(self.workplace, self._places, desk, self._settings)
        self._door = Door(self._settings, self._keys, self.workplace.turns, Listener(self._inbox))

    def routes(self) -> list[web.RouteDef]:
        """Where Teams' requests are answered. After `listen`."""
        return self._door.routes() if self._door is not None else []

    async def start(self) -> None:
        """Begin to take activities; returns at once, also when Teams is down."""
        if self._door is None or self._desk is None:
            raise Refused("no_desk", "listen(desk) comes before start()")
        facts = await self._desk.facts(self._settings.name)
        self.recall(facts)
        self._keys.recall(facts.get(KEYS, ""), self._keep_keys)
        await self._door.start()

    async def _keep_keys(self, told: str) -> None:
        """A start while nobody tells the keys still knows those of before."""
        try:
            if self._desk is not None:
                await self._desk.learned(self._settings.name, KEYS, told)
        except Refused as error:
            log.warning("the keys could not be kept: %s", error)

    async def stop(self) -> None:
        """Take nothing more; ends within a bounded time, and `workplace` still works."""
        if self._door is not None:
            await self._door.stop(FAREWELL)
        if self._inbox is not None:
            await self._inbox.stop(FAREWELL)

    async def close(self) -> None:
        """Let go of the network; nothing works after it. Twice is harmless."""
        await self._tokens.close()
        await self._keys.close()
        await self._session.close()

    async def faults(self) -> tuple[str, ...]:
        """The credentials tried, the keys asked for and the public address looked at, a sentence for each fault."""
        found = []
        try:
            await self.workplace.ping()
        except WorkplaceError as error:
            found.append(f"Teams' login: {error}.")
        await self._keys.refresh()
        if not self._keys.are_known:
            found.append(f"The keys that prove activities cannot be fetched from {self._settings.keys_url}.")
        if sentence := await knock.fault(self._settings):
            found.append(sentence)
        return tuple(found)

    async def probe(self, channel: str, person: str, serve: Serve) -> AsyncGenerator[Finding, None]:  # noqa: ARG002
        """Try in this channel what cannot be known without a real team, and clean up. Not beside `listen`.

        Nobody can be shown anything alone, so that `person` is only looked up.
        """
        findings = Probe(self.workplace, channel, person).run()
        async with contextlib.aclosing(findings):
            async for finding in findings:
                yield finding

    def health(self) -> dict[str, Any]:
        """See `Door.health`."""
        return self._door.health() if self._door is not None else {"is_open": False}

    @property
    def hears(self) -> bool:
        """Whether activities can come in now, and be proven."""
        found = self.health()
        return bool(found["is_open"] and found.get("has_keys"))


async def open_teams(settings: TeamsSettings) -> TeamsBridge:
    """A bridge to one organisation.

    Makes no call; raises `Refused` with every sentence that `faults` has.
    """
    wrong = faults(settings)
    if wrong:
        raise Refused("settings", " ".join(wrong))
    return TeamsBridge(settings, open_session(settings))
