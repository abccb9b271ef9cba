"""The demo as a newcomer meets it: the command, the page, both sides, the end."""

from __future__ import annotations

import signal

import pytest
from playwright.async_api import Browser, Page, expect

from adapters.playground.workspace import ANNA, MIKAEL
from tests.browser.real import DESK, PHONE, Demo, Shop, Team, a_demo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def sides(page: Page) -> tuple[Shop, Team]:
    return Shop(page.frame_locator("iframe.visitor")), Team(page.frame_locator("iframe.team"))


async def ends_well(demo: Demo) -> None:
    demo.process.send_signal(signal.SIGTERM)
    said = await demo.ends()
    assert demo.process.returncode == 0, said
    assert said.strip() == ""


async def first_words(shop: Shop, team: Team) -> None:
    """A visitor writes; the thread comes up by itself and opens again by clicking."""
    await shop.open()
    await shop.say("Is size 44 in stock?")
    await expect(team.thread.first).to_contain_text("Is size 44 in stock?")
    await team.page.get_by_role("button", name="Close the thread").click()
    await team.enter()


async def test_a_newcomer_plays_both_sides(browser: Browser) -> None:
    async with a_demo() as demo:
        page = await browser.new_page(**DESK)
        await page.goto(demo.url)
        shop, team = sides(page)
        await first_words(shop, team)
        await team.press("Claim", when="Waiting")
        await expect(shop.name).to_have_text("Anna")
        await team.answer("Yes, two pairs.")
        await expect(shop.agents).to_have_text(["Yes, two pairs."])
        await expect(shop.page.locator(".agent .sender")).to_contain_text("Anna")
        photo = shop.page.locator(".gutter .face img")
        await expect(photo).to_be_visible()
        assert await photo.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 0
        await team.answer(";; one of them is mine")
        await team.become(MIKAEL)
        await team.answer("I hid the other one")
        await expect(team.thread.last).to_contain_text("Not shown to the visitor: Anna has this chat")
        await team.become(ANNA)
        await team.answer("Shall I keep a pair?")
        await expect(shop.agents).to_have_text(["Yes, two pairs.", "Shall I keep a pair?"])
        await shop.say("Please do")
        await expect(team.thread.filter(has_text="Please do")).to_be_visible()
        await team.press("Close", when="Anna has this chat")
        await expect(shop.tray).to_contain_text("This chat has ended")
        await shop.say("One more thing")
        await expect(team.thread.filter(has_text="One more thing")).to_be_visible()
        await expect(shop.tray).to_be_hidden()
        await expect(team.thread.first).to_contain_text("Waiting")
        await expect(team.cards).to_have_count(1)
        assert "mine" not in await shop.page.locator(".log").inner_text()
        assert "hid" not in await shop.page.locator(".log").inner_text()
        privacy = await shop.page.locator(".welcome a").get_attribute("href")
        await page.goto(privacy or "")
        await expect(page.locator("h1:visible")).to_have_text("Your details")
        await ends_well(demo)
        await page.close()


async def test_a_newcomer_with_a_phone_plays_both_sides(browser: Browser) -> None:
    async with a_demo() as demo:
        context = await browser.new_context(**PHONE)
        page = await context.new_page()
        await page.goto(demo.url)
        shop, team = sides(page)
        await shop.launcher.tap()
        await shop.text.tap()
        await page.keyboard.type("Do you ship to Oulu?")
        await shop.page.get_by_role("button", name="Send", exact=True).tap()
        to_team, to_visitor = page.locator("[data-show=team]"), page.locator("[data-show=visitor]")
        await expect(to_team).to_have_accessible_name("Team something new")
        await to_team.tap()
        await expect(to_team).to_have_accessible_name("Team")
        await expect(team.thread.first).to_contain_text("Do you ship to Oulu?")
        await team.field.tap()
        await page.keyboard.type("We do, in two days.")
        await team.page.locator("#thread-pane").get_by_role("button", name="Send", exact=True).tap()
        await expect(to_visitor).to_have_accessible_name("Visitor something new")
        await to_visitor.tap()
        await expect(shop.agents).to_have_text(["We do, in two days."])
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]
        await ends_well(demo)
        await context.close()


async def test_the_story_tells_itself_and_ends() -> None:
    async with a_demo("--story", "--exit") as demo:
        said = await demo.ends()
        assert demo.process.returncode == 0, said
        assert said.strip()
