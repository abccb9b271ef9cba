"""Time in a real browser: what the visitor and the team see when nobody comes, nobody writes, and it is over.

SILTA_TEST_PICTURES names a folder for pictures of the transcripts.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.real import PHONE, Pair, Team, a_pair
from tests.walks.test_time import FILE, OFFICE, at
from tests.world import until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SUBJECTS = {"fi": "Keskustelusi: Kauppa", "sv": "Din chatt med Kauppa", "en": "Your chat", "de": "Ihr Chat mit Kauppa"}


@pytest_asyncio.fixture(loop_scope="module")
async def pair(browser: Browser, tmp_path: Path) -> AsyncIterator[Pair]:
    async with a_pair(browser, tmp_path) as made:
        yield made


async def goes_to(team: Team, channel: str) -> None:
    """Look at another channel."""
    await team.page.get_by_role("button", name=channel).or_(team.page.get_by_role("link", name=channel)).first.click()
    await expect(team.page.locator("#channel-name")).to_contain_text(channel)


async def test_nobody_claims_until_somebody_does(pair: Pair) -> None:
    """Each level is seen where it calls: in the thread, by name, in a second channel, in the mailbox; then silence."""
    world = pair.world
    await world.configure(FILE)
    shop, team = await pair.visits(), await pair.works()
    await shop.open()
    await shop.say("Is anybody there?")
    await team.enter()
    await expect(team.thread.first).to_contain_text("on time")
    await world.passes(minutes=2, seconds=1)
    await expect(team.thread.filter(has_text="has waited 2 minutes")).to_be_visible()
    await expect(team.thread.first).to_contain_text("late")
    await world.passes(minutes=3)
    await expect(team.thread.filter(has_text="has waited 5 minutes")).to_contain_text("@Sara")
    await world.passes(minutes=5)
    await expect(team.thread.filter(has_text="It goes on in the channel billing")).to_be_visible()
    await expect(team.thread.first).to_contain_text("goes on in another thread")
    await world.passes(minutes=10)
    await until(lambda: world.team.mails_to("oncall@shop.example"))
    await goes_to(team, "billing")
    await team.enter()
    await expect(team.thread.first).to_contain_text("overdue")
    await team.press("Claim", when="Waiting")
    await expect(shop.name).to_have_text("Anna")
    await team.answer("Here I am")
    await expect(shop.agents.last).to_contain_text("Here I am")
    before = len(world.team.calls("chat.postMessage"))
    await world.passes(hours=3)
    await team.answer("and I stay")
    await expect(shop.agents.last).to_contain_text("and I stay")
    calls = world.team.calls("chat.postMessage")[before:]
    assert not [call for call in calls if "has waited" in str(call.arguments)]


async def test_nobody_is_called_when_nobody_is_there(pair: Pair) -> None:
    """A chat that begins a minute before closing calls a minute after the next opening."""
    world = pair.world
    await at(world, 16, 59)
    await world.configure(OFFICE)
    shop, team = await pair.visits(), await pair.works()
    await shop.open()
    await shop.say("Just before five")
    await team.enter()
    await world.passes(hours=2)
    await at(world, 9, 0)
    await world.bridge.timekeeper.tick()
    assert await team.thread.filter(has_text="has waited").count() == 0
    await world.passes(minutes=1, seconds=30)
    await expect(team.thread.filter(has_text="has waited")).to_be_visible()


@pytest.mark.parametrize("language", ["fi", "sv", "en", "de"])
async def test_the_transcript_lies_in_the_mailbox(pair: Pair, language: str) -> None:
    """In the visitor's language, with what they saw and nothing else, readable on a desk and on a phone."""
    world = pair.world
    await world.configure(FILE)
    shop, team = await pair.visits(query=f"lang={language}"), await pair.works()
    await shop.open()
    await shop.say("Moi! Hej! Hello! Grüß Gott!", "And a second line")
    await team.enter()
    await shop.choose(0)
    await shop.page.locator("#silta-email").fill("kim@home.example")
    await shop.page.locator("#silta-email").press("Enter")
    await team.answer("The tent is *green*", ";; a note for us", "https://shop.example/tent")
    await expect(shop.agents).to_have_count(2)
    await team.answer("!close")
    await until(lambda: world.team.mails_to("kim@home.example"))
    mail = world.team.mails_to("kim@home.example")[0]
    assert mail.subject.startswith(SUBJECTS[language])
    assert "a note for us" not in mail.html + mail.text
    for name, looks in {"desk": None, "phone": PHONE}.items():
        page = await (await pair.context(looks)).new_page()
        await page.set_content(mail.html)
        await expect(page.get_by_text("The tent is")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await picture(page, f"transcript_{language}_{name}")


async def picture(page: Page, name: str) -> None:
    """For people to look at, where somebody asks for it."""
    if folder := os.environ.get("SILTA_TEST_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def test_a_silent_visitor_is_asked_and_the_chat_ends_by_itself(pair: Pair) -> None:
    world = pair.world
    await world.configure(FILE)
    shop, team = await pair.visits(), await pair.works()
    await shop.open()
    await shop.say("Hello")
    await team.enter()
    await team.answer("What is your order number?")
    await expect(shop.agents.last).to_contain_text("order number")
    await world.passes(minutes=16)
    await expect(shop.notices.last).to_contain_text("Are you still there?")
    asked = team.thread.filter(has_text="is silent")
    await asked.get_by_role("button", name="Keep it open").click()
    await expect(team.page.get_by_text("The chat stays open")).to_be_visible()
    await world.passes(minutes=10)
    await world.passes(minutes=6)
    await expect(asked).to_have_count(2)
    await world.passes(minutes=6)
    await expect(shop.notices.last).to_contain_text("was closed because it was quiet")
    await shop.say("I am back")
    await expect(team.thread.filter(has_text="writes again")).to_be_visible()


async def test_a_forgotten_visitor_begins_anew(pair: Pair) -> None:
    """The thread is emptied of our posts, and the open page starts over without a fault shown."""
    world = pair.world
    await world.configure(FILE)
    shop, team = await pair.visits(), await pair.works()
    await shop.open()
    await shop.say("My secret is kumquat")
    await team.enter()
    await shop.choose(0)
    await shop.page.locator("#silta-email").fill("kim@home.example")
    await shop.page.locator("#silta-email").press("Enter")
    await expect(team.thread.filter(has_text="kim@home.example").first).to_be_visible()
    await world.bridge.managers.forget("kim@home.example")
    await until(lambda: "kumquat" not in str(world.team.messages("C0SUPPORT01")))
    await expect(shop.own).to_have_count(0)
    await shop.say("Somebody new")
    await until(lambda: "Somebody new" in str(world.team.messages("C0SUPPORT01")))
