"""The real pair in a browser: the running bridge, the playground's pages, and the two people who use them."""

from __future__ import annotations

import asyncio
import random
import re
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect

from adapters import settings as table
from adapters.playground import Playground, Rules
from bridge.clock import MovedClock
from tests.places import SlackPlace
from tests.world import World

HOUSE = Path(__file__).resolve().parents[2]
PATIENCE = 20_000  # milliseconds: a liveness bound, far above what anything takes
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "reduced_motion": "reduce",
}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def free_ports() -> int:
    """The first of two neighbouring free ports, outside the range from which outgoing connections take theirs."""
    while True:
        first = random.randrange(20_000, 32_000)
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", first))
                other.bind(("127.0.0.1", first + 1))
            except OSError:
                continue
            return first


@dataclass(eq=False)
class Shop:
    """The visitor: a shop's page with the widget, by itself or in the demo's frame."""

    page: Page | FrameLocator

    @property
    def launcher(self) -> Locator:
        return self.page.locator("silta-chat > button, silta-chat button[aria-haspopup]").first

    @property
    def text(self) -> Locator:
        return self.page.locator("#silta-text")

    @property
    def own(self) -> Locator:
        return self.page.locator(".own .bubble")

    @property
    def agents(self) -> Locator:
        return self.page.locator(".agent .bubble")

    @property
    def notices(self) -> Locator:
        return self.page.locator("li.notice")

    @property
    def name(self) -> Locator:
        return self.page.locator("#silta-title > span").last

    @property
    def tray(self) -> Locator:
        return self.page.locator(".tray")

    async def open(self) -> None:
        await self.launcher.click()
        await expect(self.text).to_be_visible()

    async def say(self, *texts: str) -> None:
        """Writes; the words stand in the log at once, however the bridge is."""
        for text in texts:
            await self.text.fill(text)
            await self.text.press("Enter")

    async def choose(self, number: int) -> None:
        """The choice of this number in the menu of the header: 0 is the e-mail, 1 the transcript, 2 the end."""
        await self.page.locator("button.more").click()
        await self.page.locator(".menu button").nth(number).click()


@dataclass(eq=False)
class Team:
    """The agents: the chat page, by itself or in the demo's frame."""

    page: Page | FrameLocator

    @property
    def cards(self) -> Locator:
        return self.page.locator("#channel-pane .message")

    @property
    def thread(self) -> Locator:
        return self.page.locator("#thread-pane .message")

    @property
    def field(self) -> Locator:
        return self.page.locator("#answer")

    async def enter(self) -> None:
        """Opens the newest card's thread by clicking."""
        await self.cards.last.locator("button.replies").click()
        await expect(self.field).to_be_focused()

    async def answer(self, *texts: str) -> None:
        """Answers in the open thread, each when the one before has gone."""
        for text in texts:
            await self.field.fill(text)
            await self.field.press("Enter")
            await expect(self.field).to_have_value("")

    async def press(self, name: str, *, when: str) -> None:
        """A button of the card in the open thread, once the card says how things stand: it is drawn anew before."""
        await expect(self.thread.first).to_contain_text(when)
        await self.thread.first.get_by_role("button", name=name, exact=True).click()

    async def become(self, user: str) -> None:
        """Looks and writes as somebody else."""
        is_folded = await self.page.locator("#viewer").is_hidden()
        if is_folded:
            await self.page.locator("#menu").click()
        await self.page.locator("#viewer").select_option(user)
        if is_folded:
            await self.page.locator("#viewer").press("Escape")


@dataclass(eq=False)
class Pair:
    """A world whose shop's page knows where the bridge is, and a browser to look at it."""

    world: World
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    async def context(self, looks: dict[str, Any] | None = None, **more: Any) -> BrowserContext:
        """A person's browser."""
        made = await self.browser.new_context(**{**(looks or DESK), **more})
        made.set_default_timeout(PATIENCE)
        self._contexts.append(made)
        return made

    async def visits(self, context: BrowserContext | None = None, query: str = "lang=en", **more: Any) -> Shop:
        """A visitor on the shop's page, in a browser of their own if none is given."""
        page = await (context or await self.context(**more)).new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{error}"))
        await page.goto(f"{self.world.team.url}/shop?{query}")
        shop = Shop(page)
        await expect(shop.launcher).to_be_visible()
        return shop

    async def works(self, **more: Any) -> Team:
        """The agents' chat page in a browser of its own; threads open by clicking."""
        page = await (await self.context(**more)).new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{error}"))
        await page.goto(f"{self.world.team.url}/chat")
        await expect(page.locator("#channel-name")).to_have_text("#support")
        return Team(page)

    async def leave(self) -> None:
        for context in self._contexts:
            await context.close()


@asynccontextmanager
async def a_pair(browser: Browser, folder: Path, *, teams: bool = False, **changes: Any) -> AsyncIterator[Pair]:
    """A running bridge behind the shop's page and the chat page, and if asked for behind the pretend Teams too; no
    script of a page may have failed at the end.
    """
    port = free_ports()
    origin = f"http://127.0.0.1:{port}"
    team = Playground(silta_origin=origin, site_key="main", teams_site_key="teams", rules=Rules(limits=False))
    await team.start()
    place = SlackPlace(team)
    chosen: dict[str, Any] = {
        "port": port,
        "database": str(folder / "silta.db"),
        "site_name": "Kauppa",
        "site_origins": (team.url,),
        **place.settings(),
        "smtp_host": team.smtp_host,
        "smtp_port": team.smtp_port,
        "smtp_security": "none",
        "mail_from": "chat@shop.example",
        "limit_visitor_minute": 10_000,
        "limit_address_minute": 10_000,
        "limit_site_minute": 10_000,
        "limit_sessions_hour": 10_000,
    }
    if teams:
        chosen |= {f"teams_{name}": value for name, value in team.teams.access.items()} | {"teams_pace": "off"}
        await team.teams.deliver_to(f"{origin}/teams/messages")
    expect.set_options(timeout=PATIENCE)
    pair = Pair(World(team, place, table.load(None, **{**chosen, **changes}), MovedClock()), browser)
    try:
        await pair.world.start()
        yield pair
        assert pair.complaints == []
    finally:
        await pair.leave()
        for visitor in pair.world.visitors:
            await visitor.leave()
        await pair.world.stop()
        await team.stop()


@dataclass(eq=False)
class Demo:
    """The demo as a program of its own."""

    url: str
    process: Process

    async def ends(self) -> str:
        """Waits for its end; returns what it said since it was ready."""
        said, _ = await asyncio.wait_for(self.process.communicate(), 2 * PATIENCE / 1000)
        return said.decode()


@asynccontextmanager
async def a_demo(*words: str) -> AsyncIterator[Demo]:
    """`app.py demo`, ready when it says so; ended by force if it has not ended by itself."""
    expect.set_options(timeout=PATIENCE)
    call = (sys.executable, "app.py", "demo", "--port", str(free_ports()), *words)
    process = await asyncio.create_subprocess_exec(*call, cwd=HOUSE, stdout=PIPE, stderr=STDOUT)
    try:
        yield Demo(await asyncio.wait_for(_address(process), PATIENCE / 1000), process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def _address(process: Process) -> str:
    assert process.stdout is not None
    said = ""
    async for line in process.stdout:
        said += line.decode()
        if found := re.search(r"open (http://\S+)[\s\S]+Ctrl-C", said):
            return found.group(1)
    raise AssertionError(f"the demo did not come up: {said}")


async def violations(page: Page) -> list[str]:
    """What axe finds wrong, with the elements."""
    options = {"runOnly": {"type": "tag", "values": TAGS}}
    found = (await Axe().run(page, options=options)).response
    assert found["passes"], "a blind scan"
    return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in found["violations"]]
