"""What the tests of the Teams page share: the pretend team, and a bot at the other end of its wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.playground.teams.verbs import Teams
from adapters.playground.teams.workspace import SUPPORT
from tests.browser.playground.loop import Loop
from tests.playground.teams.wire import JSON, Bot, Client, card, carded, claim, text

WAITS: tuple[JSON, ...] = (
    {
        "type": "RichTextBlock",
        "inlines": [{"type": "TextRun", "text": "Visitor 7", "size": "large", "weight": "bolder"}],
    },
    {"type": "Container", "style": "emphasis", "items": [{"type": "RichTextBlock", "inlines": ["Is anybody there?"]}]},
    {"type": "TextBlock", "text": "**Waiting**", "wrap": True},
    {"type": "FactSet", "facts": [{"title": "Page", "value": "Tents"}]},
)
CLOSE = claim(title="Close", verb="close", style="destructive")
ACTIVITY = "application/vnd.microsoft.activity.message"


def told(words: str) -> web.Response:
    """The answer to a press: words for the person who pressed."""
    return web.json_response({"statusCode": 200, "type": ACTIVITY, "value": words})


def failed(words: str) -> web.Response:
    error = {"code": "x", "message": words}
    return web.json_response({"statusCode": 500, "type": "application/vnd.microsoft.error", "value": error})


@dataclass
class TeamsTown:
    """The team from a test's side: everything waits until it is done."""

    url: str
    teams: Teams
    loop: Loop
    bot: Bot = field(default_factory=Bot)
    _ends: list[Callable[[], Awaitable[Any]]] = field(default_factory=list)

    async def _open(self) -> None:
        application = web.Application()
        application.router.add_post("/", self.bot.serve)
        server = TestServer(application)
        await server.start_server()
        await self.teams.deliver_to(str(server.make_url("/")))
        http = aiohttp.ClientSession()
        self._ends = [http.close, server.close]
        self.client = Client(self.teams, http)
        self.client.token = (await self.client.login())[1]["access_token"]

    async def _close(self) -> None:
        for end in self._ends:
            await end()

    def open(self) -> None:
        self.loop.run(self._open())

    def close(self) -> None:
        self.loop.run(self._close())

    def say(self, user: str, words: str, thread: str = "") -> str:
        return self.loop.run(self.teams.say(user, SUPPORT, words, thread))

    def card(self, *actions: JSON, body: tuple[JSON, ...] = WAITS) -> str:
        return self.loop.run(self.client.opened(carded(card(*body, actions=list(actions) or [claim(), CLOSE]))))

    def post(self, words: str, form: str = "plain", **more: Any) -> str:
        """A post of the bot's own."""
        return self.loop.run(self.client.opened(text(words, textFormat=form, **more)))

    def thread(self, root: str) -> list[JSON]:
        return self.teams.thread(SUPPORT, root)
