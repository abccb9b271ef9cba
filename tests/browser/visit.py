"""A visitor in a browser: comes to the page, opens the chat, writes, looks around."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.browser.stub import Stub

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
STILL = {"reduced_motion": "reduce"}
TINY = {"viewport": {"width": 320, "height": 256}}
DESK = {"viewport": {"width": 1280, "height": 800}}

EMAIL, TRANSCRIPT, END = range(3)
ASKED = "Are you still there? Write something, or this chat will close soon."

# What a socket or a request that was refused on purpose leaves in the console by itself.
BROWSERS_OWN = ("WebSocket connection to", "Failed to load resource")

STORED = """async () => ({
  site: Object.keys(localStorage), tab: Object.keys(sessionStorage), cookies: document.cookie,
  bases: (await indexedDB.databases()).length })"""


async def until(holds: Callable[[], bool]) -> None:
    """Waits, five seconds at most, for what the stub or the console will have heard."""
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to that")


class Visit:
    """One visitor's context; `page` is the latest page in it."""

    def __init__(self, browser: Browser, stub: Stub) -> None:
        self.browser = browser
        self.stub = stub
        self.context: BrowserContext | None = None
        self.complaints: list[str] = []

    async def come(self, *, looks: dict[str, Any] | None = None, **asked: str) -> Page:
        """Loads the page; `asked` goes to the shop. The launcher is there afterwards."""
        if self.context is None:
            self.context = await self.browser.new_context(**{**DESK, **(looks or {})})
            self.context.set_default_timeout(8000)
        self.page = await self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{error}"))
        await self.page.goto(f"{self.stub.shop}/?{urlencode(asked)}")
        await expect(self.launcher).to_be_attached()
        return self.page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(BROWSERS_OWN):
            self.complaints.append(message.text)

    async def leave(self) -> None:
        if self.context:
            await self.context.close()

    @property
    def launcher(self) -> Locator:
        return self.page.locator("silta-chat > button, silta-chat button.launcher").first

    @property
    def dialog(self) -> Locator:
        return self.page.locator("dialog.panel")

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
    def tray(self) -> Locator:
        return self.page.locator(".tray")

    async def open(self, **asked: Any) -> Page:
        page = await self.come(**asked)
        await self.launcher.click()
        await expect(self.dialog).to_be_visible()
        return page

    async def say(self, *texts: str) -> None:
        for text in texts:
            await self.text.fill(text)
            await self.text.press("Enter")

    async def choose(self, number: int) -> None:
        """The choice of this number in the menu of the header: EMAIL, TRANSCRIPT or END."""
        await self.page.locator("button.more").click()
        await self.page.locator(".menu button").nth(number).click()

    async def complained(self, words: str) -> None:
        """Waits until the console has heard these words."""
        await until(lambda: any(words in text for text in self.complaints))

    async def stored(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.page.evaluate(STORED)
        return found

    async def broken(self) -> list[str]:
        """What broke the page's policy."""
        found: list[str] = await self.page.evaluate("window.broken")
        return found


async def story(visit: Visit) -> None:
    """A conversation with everything that a log can show."""
    stub = visit.stub
    await visit.say("Is size 44 in stock?", "For wet forests.")
    await expect(visit.page.locator("[data-state=posted]")).to_have_count(2)
    await stub.notice("Anna joined the chat")
    await stub.become(status="claimed", agent=stub.agent("Anna Berg"))
    link = {"link": "https://shop.example/44", "inside": ["https://shop.example/44"]}
    message = await stub.agent_says("Yes: ", link, agent="Anna Berg")
    gone = await stub.agent_says("Oops", agent="Anna Berg")
    await stub.amend(gone, removed=True, body=[])
    await stub.amend(message, edited=True)
    await stub.agent_says("Shall I keep a pair?", agent="Anna Berg")
    await expect(visit.agents).to_have_count(3)


async def menu(visit: Visit) -> None:
    await story(visit)
    await visit.page.locator("button.more").click()


async def wrong_email(visit: Visit) -> None:
    await visit.choose(EMAIL)
    await visit.page.locator("#silta-email").fill("anna@")
    await visit.page.keyboard.press("Enter")


async def transcript(visit: Visit) -> None:
    """The form in its widest shape: an address was left, and the one typed instead is none."""
    await visit.say("Thank you")
    await visit.stub.become(email=True)
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    await visit.choose(TRANSCRIPT)
    await visit.page.locator("#silta-email").fill("anna@")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#silta-wrong")).to_be_visible()


async def asked(visit: Visit) -> None:
    """The question whether one is still there, with its button."""
    await story(visit)
    await visit.stub.notice(ASKED, "idle_asked")
    await expect(visit.tray.get_by_role("button")).to_be_visible()


async def ended(visit: Visit) -> None:
    await visit.say("Thank you")
    await expect(visit.own).to_have_count(1)
    await visit.choose(END)
    await visit.tray.locator("button.main").click()
    await expect(visit.page.locator(".tray .lead")).to_be_visible()


async def undelivered(visit: Visit) -> None:
    await visit.say("Hello?")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    await visit.stub.amend(visit.stub.messages[0], state="undelivered")
    await expect(visit.page.locator("button.mend")).to_be_visible()


async def empty(visit: Visit) -> None:
    """Nothing said yet."""


STATES: dict[str, Callable[[Visit], Awaitable[None]]] = {
    "empty": empty,
    "story": story,
    "menu": menu,
    "email": wrong_email,
    "transcript": transcript,
    "asked": asked,
    "ended": ended,
    "undelivered": undelivered,
}
