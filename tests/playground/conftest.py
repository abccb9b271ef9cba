"""A pretend Slack, and the unmodified client libraries on the other end of its wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.playground import APP_TOKEN, BOT_TOKEN, Playground, Rules

JSON = dict[str, Any]
QUICK = Rules(retry_delays=(0.0, 0.05, 0.1), ack_timeout=0.5, refresh_notice=0.2)


@pytest.fixture
def rules():
    """Overridden by tests that need other rules."""
    return QUICK


@pytest.fixture
async def slack(rules) -> AsyncIterator[Playground]:
    running = Playground(rules=rules, silta_origin="http://silta.test", site_key="k&y")
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def client(slack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])


@pytest.fixture
async def http(slack) -> AsyncIterator[aiohttp.ClientSession]:
    """A bare HTTP client, for what the libraries would never send."""
    async with aiohttp.ClientSession(base_url=slack.url) as session:
        yield session


@dataclass
class App:
    """A bolt app that writes down what reaches it; `deaf` makes its listeners fail."""

    bolt: AsyncApp
    events: list[JSON] = field(default_factory=list)
    bodies: list[JSON] = field(default_factory=list)
    clicks: list[JSON] = field(default_factory=list)
    deaf: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def listen(self) -> None:
        kinds = (
            "message reaction_added reaction_removed member_joined_channel member_left_channel "
            "channel_left group_left channel_archive channel_unarchive group_archive "
            "group_unarchive channel_rename group_rename user_change user_profile_changed "
            "tokens_revoked app_uninstalled app_home_opened file_deleted"
        )
        for kind in kinds.split():
            self.bolt.event(kind)(self._event)
        self.bolt.action("claim")(self._click)
        self.bolt.shortcut("forward")(self._click)
        self.bolt.view("transfer")(self._click)
        self.bolt.command("/silta")(self._click)

    async def _event(self, body, event) -> None:
        self.bodies.append(body)
        if self.deaf:
            self.deaf -= 1
            raise ConnectionError("deaf")
        self.events.append(event)
        self.news.set()

    async def _click(self, ack, body) -> None:
        await ack()
        self.clicks.append(body)

    async def until(self, count: int) -> list[JSON]:
        """Waits for that many events; the test's own timeout ends a vain wait."""
        while len(self.events) < count:
            self.news.clear()
            await self.news.wait()
        return self.events


@pytest.fixture
async def app(slack, client) -> App:
    """An app that is not connected yet; over HTTP or sockets as the test wants."""
    bolt = AsyncApp(
        client=client,
        signing_secret="secret",
        process_before_response=True,
        ignoring_self_events_enabled=False,
    )
    made = App(bolt)
    made.listen()
    return made


@pytest.fixture
async def socket(slack, app) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app's one socket, open."""
    web = AsyncWebClient(APP_TOKEN, base_url=slack.api_url)
    handler = AsyncSocketModeHandler(app.bolt, APP_TOKEN, web_client=web, ping_interval=1)
    await handler.connect_async()
    await until(lambda: slack.connections == 1)
    yield handler
    await handler.close_async()
    await handler.client.aiohttp_client_session.close()


async def until(condition: Callable[[], bool]) -> None:
    """Waits for what has no event of its own; the test's own timeout ends a vain wait."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
