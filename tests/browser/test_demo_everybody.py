"""Whole conversations by touch, by keyboard, in four languages, and without a barrier that a checker finds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from adapters.playground.workspace import ANNA
from tests.browser.real import DESK, HOUSE, PHONE, Pair, Shop, Team, a_pair, violations
from tests.world import until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

WORDS = """host => {
  const found = [];
  const walk = (node) => {
    if (node.nodeType === 3 && node.data.trim()) found.push(node.data.trim());
    if (node.nodeType === 1 && !node.matches('.bubble, .sender, .face, time'))
      for (const name of ['aria-label', 'placeholder', 'title', 'alt']) found.push(node.getAttribute(name) || '');
    if (node.nodeType === 1 && (node.hidden || node.matches('.bubble, .face, time'))) return;
    node.childNodes.forEach(walk);
  };
  walk(host.shadowRoot);
  return found.filter(Boolean);
}"""


@pytest_asyncio.fixture(loop_scope="module")
async def pair(browser: Browser, tmp_path: Path) -> AsyncIterator[Pair]:
    async with a_pair(browser, tmp_path) as made:
        yield made


def sentences(language: str) -> list[re.Pattern[str]]:
    """Every sentence that a visitor may read in a language, with its places filled by anything."""
    path = HOUSE / "bridge" / "wording" / f"{language}.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    texts = [text for part in ("widget", "notice", "error") for text in tables[part].values()]
    return [re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(text))) for text in texts]


async def foreign(shop: Shop, language: str) -> list[str]:
    """What the widget says now in words that are not the language's own."""
    said = await shop.page.locator("silta-chat").evaluate(WORDS)
    known = sentences(language)
    names = {"Kauppa", "Anna", ":"}
    return [
        one for one in said if one not in names and not any(sentence.fullmatch(one.rstrip(":")) for sentence in known)
    ]


@pytest.mark.parametrize("language", ["fi", "sv", "en", "de"])
async def test_the_widget_keeps_to_the_language_of_the_page(pair: Pair, language: str) -> None:
    shop, team = await pair.visits(query=f"lang={language}"), await pair.works()
    found: list[str] = []

    async def look() -> None:
        found.extend(await foreign(shop, language))

    await shop.open()
    await look()
    await shop.say("1")
    await team.enter()
    await expect(shop.page.locator("[data-state=posted]")).to_be_visible()
    await look()
    await team.press("Claim", when="Waiting")
    await expect(shop.name).to_have_text("Anna")
    await team.answer("2", "!release")
    await expect(shop.notices).to_have_count(2)
    await shop.choose(0)
    await shop.page.locator("#silta-email").fill("anna@")
    await shop.page.locator("#silta-email").press("Enter")
    await expect(shop.page.locator("#silta-wrong")).to_be_visible()
    await look()
    await shop.page.locator("#silta-email").fill("kim@shop.example")
    await shop.page.locator("#silta-email").press("Enter")
    await expect(shop.tray).to_contain_text("kim@shop.example")
    await look()
    await shop.choose(2)
    await look()
    await shop.tray.locator("button.main").click()
    await expect(shop.notices).to_have_count(3)
    await shop.say("and 3")
    await expect(team.thread.filter(has_text="and 3")).to_have_count(1)
    await team.press("Close", when="Waiting")
    await expect(shop.notices).to_have_count(4)
    await look()
    await pair.world.stop()
    await expect(shop.page.locator(".banner")).to_be_visible()
    await look()
    assert found == []


async def test_a_whole_conversation_by_touch_on_a_phone(pair: Pair) -> None:
    shop, team = await pair.visits(looks=PHONE), await pair.works(looks=PHONE)
    hands = (shop.page.locator("button.send"), team.page.locator("#thread-pane .sender"))

    async def touch(field: Locator, words: str, hand: Locator) -> None:
        await field.tap()
        await field.press_sequentially(words)
        await hand.tap()
        await expect(field).to_have_value("")

    await shop.launcher.tap()
    await expect(shop.page.locator("dialog.panel[data-full]")).to_be_visible()
    await touch(shop.text, "By thumb", hands[0])
    await team.cards.last.locator("button.replies").tap()
    await touch(team.field, "Read by thumb", hands[1])
    await expect(shop.agents).to_have_text(["Read by thumb"])
    await expect(team.thread.first).to_contain_text("Anna has this chat")
    await team.thread.first.get_by_role("button", name="Close", exact=True).tap()
    await expect(shop.tray).to_contain_text("This chat has ended")
    await touch(shop.text, "And again", hands[0])
    await expect(team.thread.filter(has_text="And again")).to_be_visible()
    await shop.page.locator("button.more").tap()
    await shop.page.locator(".menu button").nth(2).tap()
    await shop.tray.locator("button.main").tap()
    await expect(shop.notices.last).to_contain_text("You ended the chat")
    await shop.page.locator("button.shut").tap()
    await expect(shop.launcher).to_be_visible()
    for side in (shop, team):
        assert await side.page.locator("html").evaluate("root => root.scrollWidth <= innerWidth")


async def tab_to(place: Locator, *, most: int = 40) -> None:
    """Only by the keyboard: Tab until it has the focus."""
    for _ in range(most):
        if await place.evaluate("one => one.getRootNode().activeElement === one"):
            return
        await place.page.keyboard.press("Tab")
    raise AssertionError("Tab never came there")


async def test_a_whole_conversation_without_a_mouse(pair: Pair) -> None:
    shop, team = await pair.visits(), await pair.works()
    visitor, agent = shop.launcher.page.keyboard, team.field.page.keyboard
    await tab_to(shop.launcher)
    await visitor.press("Enter")
    await expect(shop.text).to_be_focused()
    await visitor.type("Without a mouse")
    await visitor.press("Enter")
    await expect(team.cards).to_have_count(1)
    await tab_to(team.page.locator("#channel-pane .log"))
    await agent.press("ArrowUp")
    await tab_to(team.cards.last.locator("button.replies"))
    await agent.press("Enter")
    await expect(team.field).to_be_focused()
    await agent.type("Neither have I")
    await agent.press("Enter")
    await expect(shop.agents).to_have_text(["Neither have I"])
    await agent.type("!close")
    await agent.press("Enter")
    await expect(shop.tray).to_contain_text("This chat has ended")
    await expect(shop.text).to_be_focused()
    await visitor.type("One more")
    await visitor.press("Enter")
    await expect(team.thread.filter(has_text="One more")).to_have_count(1)
    await agent.type("Yes?")
    await agent.press("Enter")
    await expect(shop.agents).to_have_text(["Neither have I", "Yes?"])
    await agent.press("Escape")
    await expect(team.page.locator("#thread-pane")).to_be_hidden()
    await expect(team.cards.last.locator("button.replies")).to_be_focused()
    await visitor.press("Escape")
    await expect(shop.launcher).to_be_focused()


async def chatting(pair: Pair, **looks: Any) -> tuple[Shop, Team]:
    """Both in the middle of it, with a note, a hint for one person and an edit."""
    shop, team = await pair.visits(**looks), await pair.works(**looks)
    await shop.open()
    await shop.say("Is this for everybody?")
    await team.enter()
    await team.answer("It is: https://shop.example/44", ";; I hope", "!frobnicate")
    await expect(team.thread.last).to_contain_text("no command !frobnicate")
    await expect(shop.page.locator("[data-state=seen]")).to_be_visible()
    await until(lambda: pair.world.team.ephemerals("C0SUPPORT01", ANNA))
    return shop, team


@pytest.mark.parametrize("looks", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_checker_finds_no_barrier_in_the_middle_of_a_chat(pair: Pair, looks: dict[str, Any]) -> None:
    # The checker is injected as a script, which the pages' own policies forbid.
    shop, team = await chatting(pair, looks=looks, bypass_csp=True)
    demo = await (await pair.context(looks, bypass_csp=True)).new_page()
    await demo.goto(pair.world.team.url)
    await expect(Shop(demo.frame_locator("iframe.visitor")).launcher).to_be_visible()
    for page in (shop.agents.page, team.field.page, demo):
        assert await violations(page) == []
    await demo.locator("[data-show=team]").dispatch_event("click")
    await expect(demo.locator("main[data-shown=team]")).to_be_visible()
    for page in (shop.agents.page, team.field.page, demo):
        await page.emulate_media(color_scheme="dark")
        assert await violations(page) == []
