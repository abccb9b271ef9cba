"""A browser, a running playground in a loop of its own, and an app that listens."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import aiohttp
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from adapters.playground.rules import APP_TOKEN, Rules
from adapters.playground.server import Playground
from adapters.playground.workspace import ANNA, SUPPORT
from tests.browser.playground.loop import Loop
from tests.browser.playground.teams_town import TeamsTown
from tests.browser.playground.town import JSON, SILTA_ORIGIN, SITE_KEY, WIDE, Town

BROWSER = os.environ.get("SILTA_TEST_BROWSER", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.stop()


@pytest.fixture
def town(loop: Loop) -> Iterator[Town]:
    rules = Rules(limits=False, ack_timeout=1.0)
    playground = Playground(silta_origin=SILTA_ORIGIN, site_key=SITE_KEY, rules=rules)
    loop.run(playground.start())
    yield Town(playground.url, playground)
    loop.run(playground.stop())


async def _listen(url: str, heard: list[JSON], is_open: asyncio.Event) -> None:
    """An app with one socket that acknowledges everything."""
    headers = {"Authorization": f"Bearer {APP_TOKEN}"}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{url}/api/apps.connections.open", headers=headers) as answer:
            address = (await answer.json())["url"]
        async with session.ws_connect(address) as socket:
            is_open.set()
            async for message in socket:
                envelope = message.json()
                if "envelope_id" in envelope:
                    heard.append(envelope["payload"])
                    await socket.send_json({"envelope_id": envelope["envelope_id"]})


@pytest.fixture
def app(loop: Loop, town: Town) -> Iterator[list[JSON]]:
    heard: list[JSON] = []

    async def connect() -> asyncio.Task[None]:
        is_open = asyncio.Event()
        task = asyncio.create_task(_listen(town.url, heard, is_open))
        await is_open.wait()
        return task

    async def leave(task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    listening = loop.run(connect())
    yield heard
    loop.run(leave(listening))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    # The checker is injected as a script, which the pages' own policy forbids.
    made = browser.new_page(viewport=WIDE, bypass_csp=True)
    failures: list[str] = []
    made.on("pageerror", lambda error: failures.append(str(error)))
    yield made
    made.close()
    assert failures == []


@pytest.fixture
def chat(page: Page, town: Town) -> Page:
    page.goto(f"{town.url}/chat#channel={SUPPORT}&viewer={ANNA}")
    expect(page.locator("#channel-name")).to_have_text("#support")
    expect(page.locator("#channel-pane .nothing")).to_be_visible()
    return page


@pytest.fixture
def teams(loop: Loop, town: Town) -> Iterator[TeamsTown]:
    made = TeamsTown(town.url, town.playground.teams, loop)
    made.open()
    yield made
    made.close()


@pytest.fixture
def posts(page: Page, teams: TeamsTown) -> Page:
    """The Teams page as Anna sees it."""
    page.goto(f"{teams.url}/teams")
    expect(page.locator("#channel-name")).to_have_text("Support")
    expect(page.locator(".nothing")).to_be_visible()
    return page
