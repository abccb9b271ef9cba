"""One visitor over restarts, reloads and tabs: nothing is lost, doubled or out of order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.real import Pair, a_pair
from tests.world import until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def pair(browser: Browser, tmp_path: Path) -> AsyncIterator[Pair]:
    async with a_pair(browser, tmp_path) as made:
        yield made


async def test_what_is_typed_while_the_bridge_is_down_arrives_once_and_in_order(pair: Pair) -> None:
    shop, team = await pair.visits(), await pair.works()
    await shop.open()
    await shop.say("before")
    await team.enter()
    await team.answer("I am here")
    await expect(shop.agents).to_have_text(["I am here"])
    await pair.world.stop()
    banner = shop.page.locator(".banner")
    await expect(banner).to_contain_text("The connection was lost")
    await shop.say("one", "two", "three")
    await expect(shop.page.locator("[data-state=sending]").last).to_be_visible()
    await team.answer("meanwhile")
    await pair.world.start()
    await expect(shop.page.locator(".own.last [data-state=posted]")).to_be_visible()
    await expect(banner).to_be_hidden()
    await expect(shop.agents).to_have_text(["I am here", "meanwhile"])
    assert await shop.own.all_inner_texts() == ["before", "one", "two", "three"]
    root = await pair.world.card()
    await until(lambda: "\n".join(pair.world.lines(root)).split("\n") == ["one", "two", "three"])
    await shop.say("after")
    await team.answer("well again")
    await expect(shop.agents.last).to_have_text("well again")
    assert await shop.own.all_inner_texts() == ["before", "one", "two", "three", "after"]


async def test_a_restart_between_two_words_is_not_noticed(pair: Pair) -> None:
    shop, team = await pair.visits(), await pair.works()
    await shop.open()
    await shop.say("before")
    await team.enter()
    await pair.world.restart()
    await shop.say("after")
    await expect(team.thread.filter(has_text="after")).to_have_count(1)
    await team.answer("still here")
    await expect(shop.agents).to_have_text(["still here"])
    await expect(shop.page.locator(".own [data-state=seen]").last).to_be_visible()
    assert await shop.own.all_inner_texts() == ["before", "after"]
    assert pair.world.lines(await pair.world.card()) == ["after"]


async def test_two_tabs_show_one_conversation(pair: Pair) -> None:
    context = await pair.context()
    first, team = await pair.visits(context), await pair.works()
    await first.open()
    await first.say("from the first tab")
    await team.enter()
    second = await pair.visits(context, query="page=boots&lang=en")
    await second.open()
    await expect(second.own).to_have_text(["from the first tab"])
    await second.say("from the second tab")
    await expect(first.own).to_have_text(["from the first tab", "from the second tab"])
    await team.answer("I read both")
    for tab in (first, second):
        await expect(tab.agents).to_have_text(["I read both"])
        await expect(tab.name).to_have_text("Anna")
        await expect(tab.notices).to_have_text(["Anna joined the chat"])
    await team.press("Close", when="Anna has this chat")
    for tab in (first, second):
        await expect(tab.tray).to_contain_text("This chat has ended")
    assert len(pair.world.cards()) == 1


async def test_a_visitor_who_comes_back_sees_what_was_said_and_what_is_new(pair: Pair) -> None:
    context = await pair.context()
    shop, team = await pair.visits(context), await pair.works()
    await shop.open()
    await shop.say("I will be back")
    await team.enter()
    await team.answer("Welcome back, then")
    await expect(shop.agents).to_have_count(1)
    await shop.launcher.click()
    await expect(shop.text).to_be_hidden()
    await shop.page.locator("html").evaluate("() => location.reload()")
    await team.answer("Here is something new")
    await expect(shop.launcher).to_have_accessible_name("Chat with us, 1 new message")
    await shop.open()
    await expect(shop.own).to_have_text(["I will be back"])
    await expect(shop.agents).to_have_text(["Welcome back, then", "Here is something new"])
    later = await pair.visits(context, query="page=tent&lang=en")
    await later.open()
    await expect(later.agents).to_have_text(["Welcome back, then", "Here is something new"])
    stranger = await pair.visits()
    await stranger.open()
    await expect(stranger.own).to_have_count(0)
    await expect(stranger.agents).to_have_count(0)
