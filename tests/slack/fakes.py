"""The other ends: a desk that remembers, and a server that answers as it is told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Desk:
    """What it received, what it raises next, and a gate that it waits at."""

    got: list[tuple[str, Any]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    gate: asyncio.Event | None = None
    done: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    channels: dict[str, str] = field(default_factory=dict)  # the old ids of those that moved, and their new ones

    async def missed(self, workplace):
        self.gaps.append(workplace)

    async def heard(self, heard):
        await self._take("heard", heard)

    async def edited(self, heard):
        await self._take("edited", heard)

    async def removed(self, removed):
        await self._take("removed", removed)

    async def pressed(self, pressed):
        await self._take("pressed", pressed)

    async def person_changed(self, person, workplace):
        await self._take("person_changed", (person, workplace))

    async def channel_changed(self, workplace, channel):
        await self._take("channel_changed", (workplace, channel))

    async def channel_moved(self, workplace, old, new):
        await self._take("channel_moved", (workplace, old, new))
        is_news = self.channels.get(old) != new
        self.channels[old] = new
        return is_news

    async def _take(self, verb, value):
        self.got.append((verb, value))
        if self.gate is not None:
            await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.done.append(verb)

    def all(self, verb):
        return [value for name, value in self.got if name == verb]


async def until(true: Callable[[], Any], within: float = 10.0) -> None:
    """Wait for something that must come true."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def last(slack: Any) -> Any:
    """The event that was delivered last."""
    return slack.deliveries[-1]


class Server:
    """Answers every request by one function and keeps them all."""

    def __init__(self, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        self.requests: list[web.Request] = []
        self.url = ""
        self._answer = answer
        self._runner: web.AppRunner | None = None

    async def __aenter__(self):
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error):
        assert self._runner is not None
        await self._runner.cleanup()

    async def _serve(self, request):
        self.requests.append(request)
        return await self._answer(request)
