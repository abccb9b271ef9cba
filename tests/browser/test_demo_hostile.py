"""Whatever is written on one side is shown whole and dead on the other."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.browser.real import Pair, a_pair

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TEXTS = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "<svg/onload=document.title='owned'>",
    "<iframe srcdoc=\"<script>parent.document.title='owned'</script>\"></iframe>",
    "<a href=\"javascript:document.title='owned'\">press</a>",
    "javascript:document.title='owned'",
    "<javascript:document.title='owned'|press>",
    "[press](javascript:document.title='owned')",
    "data:text/html,<script>top.document.title='owned'</script>",
    "<!channel> <!here> <!everyone>",
    "<@U0ANNA00001> and <@UNOBODY>",
    "<#C0SUPPORT01|general>",
    "<!subteam^S0AGENTS|@agents>",
    "<!date^0^{date}|owned>",
    "&lt;!channel&gt; &amp;lt;b&amp;gt; &#60;script&#62; &nbsp;&copy;",
    "*bold* _italic_ ~struck~ `code` ```block```",
    "> quoted? >>> all of it",
    "- one\n- two\n1. three",
    "left \u202egnp.exe\u202c right",
    "\u2066isolated and never closed",
    "\u200e\u200fمرحبا שלום mixed עברית 123 %",  # noqa: RUF001
    "w" * 3000,
    "https://shop.example/" + "a/" * 900,
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳",
    "👨‍👩‍👧‍👦🏳️‍🌈👍🏽🇫🇮❤️‍🔥",
    ":smile: :no_such_emoji: :+1::skin-tone-3:",
    'https://evil.example/<script>?a=1&b="2"',
    "http://user:pass@evil.example/ http://xn--pple-43d.example/",
    "{{constructor.constructor('alert(1)')()}} ${7*7} <%= 7*7 %>",
    "'; DROP TABLE messages; --",
    "%3Cscript%3E %00 \\u003cscript\\u003e \\x3c",
    "\"><b onmouseover=alert(1)>'",
    "--!> ]]> */ </textarea></title></style></li></ol>",
    "日本語のテキスト" * 40,
    "mailto:a@shop.example?bcc=x tel:112 smb://x/y file:///etc/passwd",
    "zero\u200bwidth and\u00a0hard space",
)

# What would be alive in the words of a message: anything loaded, run, pressed or addressed to people.
ALIVE = """bodies => bodies.flatMap((body) => [...body.querySelectorAll(
  'script, img, svg, iframe, object, embed, form, input, textarea, style, video, .mention, a')])
  .filter((one) => !(one.matches('a') && /^(https?|mailto):/.test(one.getAttribute('href')) && !one.download))
  .map((one) => one.outerHTML)"""
STYLED = {
    "*bold* _italic_ ~struck~ `code` ```block```": "bold italic struck code ```block```",
    ":smile: :no_such_emoji: :+1::skin-tone-3:": "😄 :no_such_emoji: 👍🏼",
}
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
ADDRESSING = {"user", "usergroup", "broadcast", "channel", "team", "date"}
BARE = "bodies => bodies.map((body) => body.textContent)"


@pytest_asyncio.fixture(loop_scope="module")
async def pair(browser: Browser, tmp_path: Path) -> AsyncIterator[Pair]:
    async with a_pair(browser, tmp_path) as made:
        yield made


async def is_dead(words: Locator) -> None:
    page = words.page
    assert await words.evaluate_all(ALIVE) == []
    assert "owned" not in await page.title()
    assert len(page.context.pages) == 1
    wide = await words.evaluate_all("all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length")
    assert wide == 0, "something sticks out"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def parts(of: Any) -> list[dict[str, Any]]:
    """Every object inside of what was posted."""
    if isinstance(of, list):
        return [part for one in of for part in parts(one)]
    return [of, *(part for one in of.values() for part in parts(one))] if isinstance(of, dict) else []


def is_dead_on_the_wire(posts: list[dict[str, Any]]) -> None:
    """Nothing posted calls anybody: no mention among the elements, no mark of one in what the platform parses."""
    for part in parts([post.get("blocks", []) for post in posts]):
        assert part.get("type") not in ADDRESSING
        assert part.get("type") != "mrkdwn" or not re.search("<[!@#]", part["text"])
    for post in posts:
        assert not re.search("<[!@#]", post["text"])
        assert not TURNING.search(f"{post}")


async def test_what_a_visitor_writes_is_shown_whole_and_dead_to_the_team(pair: Pair) -> None:
    shop, team = await pair.visits(), await pair.works()
    await shop.open()
    await shop.say("Hello")
    await team.enter()
    await shop.say(*TEXTS, "the end")
    await expect(team.thread.last).to_contain_text("the end")
    lines = team.thread.filter(has=team.page.locator(".byline, .hidden-text")).locator(".body")
    shown = (await lines.evaluate_all(BARE))[1:]
    # What turns the reading order is taken out on the way to the team: it could make a line look like another's.
    assert "\n".join(shown) == TURNING.sub("", "\n".join([*TEXTS, "the end"]))
    await is_dead(lines)
    is_dead_on_the_wire(pair.world.thread(await pair.world.card()))
    assert await shop.own.evaluate_all(BARE) == ["Hello", *TEXTS, "the end"]
    await is_dead(shop.own)


async def test_the_first_words_are_whole_and_dead_in_the_card_too(pair: Pair) -> None:
    texts = [*TEXTS[1:3], *TEXTS[9:12], *TEXTS[14:16]]  # each is a card, and the channel takes one in a second
    team = await pair.works()
    for text in texts:
        await (await pair.world.visitor()).say(text)
    await expect(team.cards).to_have_count(len(texts))
    quotes = team.cards.locator("blockquote")
    assert await quotes.evaluate_all(BARE) == texts
    await is_dead(quotes)
    is_dead_on_the_wire(pair.world.cards())


async def test_what_an_agent_writes_is_shown_whole_and_dead_to_the_visitor(pair: Pair) -> None:
    shop, team = await pair.visits(), await pair.works()
    await shop.open()
    await shop.say("Hello")
    await team.enter()
    # A mark of a person or a group is a mention here, and stays in the thread; styles and emoji arrive as such.
    texts = [text for text in TEXTS if not text.startswith(("<@", "<!subteam"))]
    await team.answer(*texts, "the end")
    await expect(shop.agents.last).to_have_text("the end")
    assert await shop.agents.evaluate_all(BARE) == [*(STYLED.get(text, text) for text in texts), "the end"]
    await is_dead(shop.agents)
