"""The real pair through Teams: the shop's widget on one side, posts and cards on the other, every activity proven."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FrameLocator, Locator, Page, expect

from adapters.playground.teams.workspace import ANNA, MIKAEL, SUPPORT
from adapters.playground.workspace import SUPPORT as SLACK_SUPPORT
from tests.browser.real import DESK, PHONE, Pair, Shop, a_pair, violations
from tests.browser.test_demo_hostile import ALIVE, BARE
from tests.hostile import BATTERY
from tests.world import until

SOME = BATTERY[::3]  # all of them go to and fro in Slack; here it is the page and the other markup that are new
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FILE = f"""
[channels.team]
workplace = "teams"
id = "{SUPPORT}"
[sites.teams]
name = "Kauppa"
origins = ["ORIGIN"]
channel = "team"
[channels.support]
id = "{SLACK_SUPPORT}"
[sites.main]
name = "Kauppa"
origins = ["ORIGIN"]
channel = "support"
"""


@dataclass(eq=False)
class Posts:
    """The agents: the Teams page, by itself or in the demo's frame."""

    page: Page | FrameLocator

    @property
    def card(self) -> Locator:
        return self.page.locator(".post > .message .card").last

    @property
    def replies(self) -> Locator:
        return self.page.locator(".replies .message")

    @property
    def field(self) -> Locator:
        return self.page.locator(".post:has(.card) .composer textarea").last

    async def answer(self, *texts: str) -> None:
        """Replies below the newest card, each when the one before has gone."""
        for text in texts:
            await self.field.fill(text)
            await self.field.press("Escape")
            await self.field.press("Enter")
            await expect(self.field).to_have_value("")

    async def press(self, name: str, *, when: str) -> None:
        """A button of the newest card, once the card says how things stand: it is drawn anew before."""
        await expect(self.card).to_contain_text(when)
        await self.card.get_by_role("button", name=name, exact=True).click()

    async def tool(self, words: str, name: str) -> None:
        row = self.replies.filter(has_text=words)
        await row.hover()
        await row.get_by_role("button", name=name).click()

    async def become(self, user: str) -> None:
        is_folded = await self.page.locator("#viewer").is_hidden()
        if is_folded:
            await self.page.locator("#menu").click()
        await self.page.locator("#viewer").select_option(user)
        if is_folded:
            await self.page.locator("#viewer").press("Escape")
        await expect(self.card).to_be_visible()


@pytest_asyncio.fixture(loop_scope="module")
async def pair(browser: Browser, tmp_path: Path) -> AsyncIterator[Pair]:
    async with a_pair(browser, tmp_path, teams=True) as made:
        await made.world.configure(FILE)
        yield made


async def arrives(pair: Pair, looks: dict[str, Any]) -> tuple[Shop, Posts]:
    """A visitor in the shop that is answered in Teams, and the team."""
    shop = await pair.visits(looks=looks, query="site=teams&lang=en")
    page = await (await pair.context(looks, bypass_csp=True)).new_page()
    page.on("pageerror", lambda error: pair.complaints.append(f"{error}"))
    await page.goto(f"{pair.world.team.url}/teams")
    await expect(page.locator("#channel-name")).to_have_text("Support")
    return shop, Posts(page)


@pytest.mark.parametrize("looks", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_whole_chat(pair: Pair, looks: dict[str, Any]) -> None:
    shop, team = await arrives(pair, looks)
    await shop.open()
    await shop.say("Is size 44 in stock?")
    await team.press("Claim", when="Is size 44 in stock?")
    await expect(shop.name).to_have_text("Anna Virtanen")
    await team.answer("Yes, two pears.")
    await expect(shop.agents).to_have_text(["Yes, two pears."])
    await team.tool("Yes, two pears.", "Edit message")
    await team.page.get_by_label("Edit message").fill("Yes, two pairs.")
    await team.page.get_by_role("button", name="Save").click()
    await expect(shop.agents).to_have_text(["Yes, two pairs."])
    await team.answer(";; one of them is mine", "Oops")
    await expect(shop.agents).to_have_text(["Yes, two pairs.", "Oops"])
    await team.tool("Oops", "Delete message")
    await team.page.get_by_role("button", name="Delete", exact=True).click()
    await expect(shop.agents.last).not_to_have_text("Oops")
    await team.become(MIKAEL)
    await team.answer("I hid the other one")
    await team.become(ANNA)
    await shop.say("Please keep a pair")
    await expect(team.replies.filter(has_text="Please keep a pair")).to_be_visible()
    if looks is DESK:
        assert await violations(team.page) == []  # type: ignore[arg-type]
    if folder := os.environ.get("SILTA_TEST_PICTURES"):
        await team.page.screenshot(path=Path(folder) / f"teams_{looks['viewport']['width']}.png")  # type: ignore[union-attr]
    wide = await team.page.locator("html").evaluate("one => one.scrollWidth <= innerWidth")
    assert wide, "something sticks out"
    await team.press("Close", when="Anna Virtanen has this chat")
    await expect(shop.tray).to_contain_text("This chat has ended")
    seen = await shop.page.locator(".log").inner_text()
    assert "mine" not in seen
    assert "hid" not in seen


async def test_without_consent_only_a_mention_reaches_the_visitor_and_the_card_says_so(pair: Pair) -> None:
    pair.world.team.teams.stage.is_consented = False
    shop, team = await arrives(pair, DESK)
    await expect(team.page.locator("#warning")).to_contain_text("mention @Silta")
    await shop.open()
    await shop.say("Hello")
    await team.press("Claim", when="begin each answer here with @Silta")
    await expect(shop.name).to_have_text("Anna Virtanen")
    await team.answer("lost")
    await team.field.press_sequentially("@")
    await expect(team.page.locator(".offers li").first).to_have_text("@Silta")
    await team.field.press("Enter")
    await team.field.press_sequentially("found")
    await team.field.press("Enter")
    await expect(shop.agents).to_have_text(["found"])


async def test_hostile_words_of_a_visitor_are_whole_and_dead_in_teams(pair: Pair) -> None:
    visitor = await pair.world.visitor(site="teams")
    await visitor.say("Hello")
    _, team = await arrives(pair, DESK)
    await expect(team.card).to_be_visible()
    for hostile in SOME:
        await visitor.say(hostile.text)
    await visitor.say("the end")
    await expect(team.replies.last).to_contain_text("the end")
    bodies = team.replies.locator(".body")
    assert await bodies.evaluate_all(ALIVE) == []
    assert "owned" not in await bodies.page.title()
    assert await bodies.evaluate_all("all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length") == 0
    root = pair.world.team.teams.messages(SUPPORT)[0]
    posted = pair.world.team.teams.thread(SUPPORT, root["id"])
    assert [one["mentions"] for one in posted if one["mentions"]] == []
    shown = " ".join(" ".join(await bodies.locator("blockquote").evaluate_all(BARE)).split())
    for hostile in SOME:
        words = "".join(mark for mark in hostile.stored if mark.isalnum())
        assert words[:200] in "".join(mark for mark in shown if mark.isalnum()), hostile.text[:80]


async def test_the_demos_tabs_by_keyboard_and_what_is_new_behind_them(pair: Pair) -> None:
    page = await (await pair.context(bypass_csp=True)).new_page()
    await page.goto(f"{pair.world.team.url}/")
    slack, teams = page.get_by_role("tab", name="Slack"), page.get_by_role("tab", name="Teams")
    await expect(slack).to_have_attribute("aria-selected", "true")
    await expect(page.locator("iframe.teams")).to_be_hidden()
    await expect(page.frame_locator("iframe.teams").locator("#channel-name")).to_have_text("Support")
    shop = Shop(page.frame_locator("iframe.visitor"))
    await expect(shop.launcher).to_be_visible()
    visitor = await pair.world.visitor(site="teams")
    await visitor.say("Hello")
    await expect(teams).to_have_accessible_name("Teams something new")
    await slack.press("ArrowRight")
    await expect(teams).to_be_focused()
    await expect(teams).to_have_accessible_name("Teams")
    await expect(Posts(page.frame_locator("iframe.teams")).card).to_contain_text("Hello")
    assert page.url.endswith("/#teams")
    assert await violations(page) == []
    await page.reload()
    await expect(teams).to_have_attribute("aria-selected", "true")
    answered = page.get_by_role("navigation", name="This shop is answered in")
    await expect(answered.get_by_role("link", name="Teams")).to_have_attribute("aria-current", "true")
    await answered.get_by_role("link", name="Slack").click()
    await expect(slack).to_have_attribute("aria-selected", "true")
    await shop.open()
    await shop.say("In the other shop")
    await until(lambda: "In the other shop" in str(pair.world.cards()))
