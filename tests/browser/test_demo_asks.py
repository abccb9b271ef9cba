"""What a visitor asks for without saying anything: the chat by mail, more time; and the site's own sentences."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.real import PHONE, Pair, a_pair, violations
from tests.browser.stub import texts
from tests.walks.test_time import FILE
from tests.world import until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EN, FI = texts("en"), texts("fi")
HOME = "kim@home.example"
HOSTILE = "<img src=x onerror=document.title='owned'> Hei!"
OWN = f"""
[sites.main.texts.fi]
"widget.greeting" = "{HOSTILE}"
"widget.title" = "Kaupan väki"
"""


@pytest_asyncio.fixture(loop_scope="module")
async def pair(browser: Browser, tmp_path: Path) -> AsyncIterator[Pair]:
    async with a_pair(browser, tmp_path) as made:
        yield made


async def test_a_visitor_gets_the_chat_by_mail_at_the_address_they_left(pair: Pair) -> None:
    """Typed once, at the first question; the mail holds what they saw, and the team's thread knows nothing of it."""
    await pair.world.configure(FILE)
    shop, team = await pair.visits(), await pair.works()
    await shop.open()
    await shop.say("Is the green tent in stock?")
    await team.enter()
    await team.answer("Two of them", ";; but one is torn")
    await expect(shop.agents.last).to_have_text("Two of them")
    before = len(pair.world.thread(await pair.world.card()))
    await shop.choose(1)
    assert await violations(shop.page) == []  # type: ignore[arg-type]
    await shop.page.locator("#silta-email").fill(HOME)
    await shop.page.locator("#silta-email").press("Enter")
    await expect(shop.tray).to_contain_text(EN["transcript_sent_to"].format(address=HOME))
    mail = (await until(lambda: pair.world.team.mails_to(HOME)))[0]
    assert "Is the green tent in stock?" in mail.text
    assert "Two of them" in mail.text
    assert "torn" not in mail.text + mail.html
    assert len(pair.world.thread(await pair.world.card())) == before
    await shop.choose(0)
    await shop.page.locator("#silta-email").fill(HOME)
    await shop.page.locator("#silta-email").press("Enter")
    await expect(shop.tray).to_contain_text(HOME)
    await shop.choose(1)
    await expect(shop.page.locator("#silta-why")).to_contain_text(EN["transcript_known"])
    await shop.page.locator("#silta-email").press("Enter")
    await expect(shop.tray).to_contain_text(EN["transcript_sent"])
    await until(lambda: len(pair.world.team.mails_to(HOME)) == 2)


async def test_a_bridge_without_mail_offers_none(browser: Browser, tmp_path: Path) -> None:
    async with a_pair(browser, tmp_path, smtp_host="", mail_from="") as pair:
        shop = await pair.visits()
        await shop.open()
        await shop.say("Hello")
        await pair.world.card()
        await expect(shop.page.locator("[data-state=posted]")).to_be_visible()
        await shop.page.locator("button.more").click()
        await expect(shop.page.locator("#silta-menu")).to_be_visible()
        await expect(shop.page.locator("#silta-menu")).not_to_contain_text(EN["transcript_menu"], use_inner_text=True)


async def test_a_press_keeps_a_quiet_chat_open_and_says_nothing(pair: Pair) -> None:
    world = pair.world
    await world.configure(FILE)
    shop, team = await pair.visits(looks=PHONE), await pair.works()
    await shop.launcher.tap()
    await shop.say("Hello")
    await team.enter()
    await team.answer("What is your order number?")
    await expect(shop.agents.last).to_contain_text("order number")
    await shop.page.locator("button.shut").tap()
    await world.passes(minutes=16)
    await expect(shop.page.locator(".count")).to_have_text("1")
    await shop.launcher.tap()
    lines = len(world.lines(await world.card()))
    await shop.tray.get_by_role("button", name=EN["stay"]).tap()
    await expect(shop.tray).to_contain_text(EN["stayed"])
    await world.passes(minutes=10)
    await expect(shop.page.locator(".under")).to_have_text("Kauppa")
    assert len(world.lines(await world.card())) == lines
    await world.passes(minutes=6)
    await expect(shop.tray.get_by_role("button", name=EN["stay"])).to_be_visible()
    await world.passes(minutes=6)
    await expect(shop.notices.last).to_contain_text("was closed because it was quiet")
    await expect(shop.tray.get_by_role("button", name=EN["transcript_menu"])).to_be_visible()


async def test_a_sites_own_sentences_are_shown_as_texts(pair: Pair) -> None:
    await pair.world.configure(FILE + OWN)
    shop = await pair.visits(query="lang=fi")
    title = await shop.page.title()  # type: ignore[union-attr]
    await shop.open()
    await expect(shop.page.locator(".hello")).to_have_text(HOSTILE)
    await expect(shop.page.locator("#silta-title")).to_have_text("Kaupan väki: Kauppa")
    await expect(shop.text).to_have_attribute("placeholder", FI["write"])
    assert await shop.page.locator("silta-chat img").count() == 0
    assert await shop.page.title() == title  # type: ignore[union-attr]
