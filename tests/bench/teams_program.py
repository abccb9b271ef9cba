"""One program that takes and sends activities, in a process of its own: `ours`, `bare` or `stock`.

It prints its port, then for each line that it reads does what the line says and prints the processor time that it took:
`in` – nothing but that: activities have come since the line before; `out N` – send N to the connector.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

from adapters.playground.teams.workspace import APP_ID, APP_PASSWORD, TENANT

AT_ONCE = 16
Send = Callable[[], Awaitable[object]]


class NoDesk:
    """Takes everything and does nothing: the adapter alone is measured."""

    async def heard(self, _heard: object) -> None:
        """Nothing."""

    edited = removed = pressed = heard

    async def channel_changed(self, _workplace: str, _channel: str) -> None:
        """Nothing."""

    cards_changed = channel_changed

    async def facts(self, _workplace: str) -> dict[str, str]:
        """None."""
        return {}

    async def learned(self, _workplace: str, _name: str, _value: str) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Outside:
    """Where tokens and keys come from, where calls go, and the channel and root of the thread that all is in."""

    home: str
    service: str
    channel: str
    root: str


async def ours(outside: Outside) -> tuple[list[web.RouteDef], Send]:
    """The adapter with its proofs, its tokens and its own calls."""
    from adapters.teams.connection import TeamsSettings, open_teams  # noqa: PLC0415
    from bridge.ports import Post, ThreadRef  # noqa: PLC0415

    settings = TeamsSettings(
        app_id=APP_ID, app_password=APP_PASSWORD, tenant_id=TENANT, login_url=f"{outside.home}/teams/login",
        openid_url=f"{outside.home}/teams/openid/.well-known/openidconfiguration", service_url=outside.service,
        paced=False,
    )  # fmt: skip
    bridge = await open_teams(settings)
    bridge.listen(NoDesk())
    await bridge.start()
    post = Post(body=("hello there",), summary="hello there", author="Visitor K7Q2")
    return list(bridge.routes()), lambda: bridge.workplace.post(ThreadRef(outside.channel, outside.root), post, "key")


async def bare(outside: Outside) -> tuple[list[web.RouteDef], Send]:
    """The same JSON in and out, and nothing else: no proof, no token, no reading."""
    session = aiohttp.ClientSession()
    address = f"{outside.service}v3/conversations/{outside.channel};messageid={outside.root}/activities"
    body = {"type": "message", "text": "<b>Visitor K7Q2</b><blockquote>hello there</blockquote>", "textFormat": "xml"}

    async def take(request: web.Request) -> web.Response:
        json.loads(await request.read())
        return web.Response()

    async def send() -> object:
        async with session.post(address, data=json.dumps(body).encode()) as answer:
            return json.loads(await answer.read())["id"]

    return [web.post("/teams/messages", take)], send


async def stock(outside: Outside) -> tuple[list[web.RouteDef], Send]:
    """The SDK as its samples use it, with its authentication off: that is the cheaper way."""
    from botbuilder.core import ActivityHandler, TurnContext  # noqa: PLC0415
    from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication  # noqa: PLC0415
    from botbuilder.schema import ConversationAccount, ConversationReference  # noqa: PLC0415

    class Settings:
        APP_ID = APP_PASSWORD = APP_TENANTID = ""
        APP_TYPE = "MultiTenant"

    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(Settings()))
    bot = ActivityHandler()
    reference = ConversationReference(
        service_url=outside.service, channel_id="msteams",
        conversation=ConversationAccount(id=f"{outside.channel};messageid={outside.root}"),
    )  # fmt: skip

    async def take(request: web.Request) -> web.Response:
        answer = await adapter.process(request, bot)
        return answer if isinstance(answer, web.Response) else web.Response()

    async def say(context: TurnContext) -> None:
        await context.send_activity("Visitor K7Q2: hello there")

    return [web.post("/teams/messages", take)], lambda: adapter.continue_conversation(reference, say, "")


async def _sent(count: int, send: Send) -> float:
    """Processor time of so many, some at a time."""
    left = iter(range(count))

    async def some() -> None:
        for _ in left:
            await send()

    await send()  # what is made once is made
    began = time.process_time()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return time.process_time() - began


async def main(kind: str, outside: Outside) -> None:
    """Serve until there is no further line."""
    routes, send = await {"ours": ours, "bare": bare, "stock": stock}[kind](outside)
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    _tell(runner.addresses[0][1])
    began = time.process_time()
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.startswith("out"):
            _tell(await _sent(int(line.split()[1]), send))
        else:
            _tell(time.process_time() - began)
        began = time.process_time()


def _tell(value: Any) -> None:
    print(value, flush=True)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], Outside(*sys.argv[2:])))
