"""The whole battery through the real bridge, both ways, in one browser: whole, and dead."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from adapters.playground.workspace import ANNA, SUPPORT
from tests.browser.real import Pair, Shop, a_pair, violations
from tests.browser.test_demo_hostile import ALIVE, BARE, is_dead_on_the_wire
from tests.hostile import BATTERY, JUMP
from tests.world import Visitor, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

# A child that is drawn outside of its message would stand in another's.
OUTSIDE = """bodies => bodies.filter((body) => {
  const box = body.getBoundingClientRect();
  const isOpen = body.matches('.bubble') && getComputedStyle(body).overflowY !== 'clip';
  return body.scrollWidth > body.clientWidth + 1 || box.right > innerWidth + 1 || isOpen;
}).map((body) => body.textContent.slice(0, 80))"""
LABELS = "links => links.map((link) => [link.getAttribute('href'), link.textContent, link.parentElement.textContent])"


@pytest_asyncio.fixture(loop_scope="module")
async def pair(browser: Browser, tmp_path: Path) -> AsyncIterator[Pair]:
    async with a_pair(browser, tmp_path) as made:
        yield made


async def begins(pair: Pair) -> tuple[Visitor, dict[str, Any]]:
    visitor = await pair.world.visitor()
    await visitor.say("Hello")
    return visitor, await pair.world.card()


async def shop_of(pair: Pair, visitor: Visitor) -> Shop:
    """The shop's page in the browser of somebody who has written before."""
    context = await pair.context()
    key, token = json.dumps("silta:main:token"), json.dumps(visitor.token)
    await context.add_init_script(f"try {{ localStorage.setItem({key}, {token}) }} catch {{}}")
    shop = await pair.visits(context)
    await shop.open()
    return shop


async def is_dead(words: Locator) -> None:
    page = words.page
    assert await words.evaluate_all(ALIVE) == []
    assert "owned" not in await page.title()
    assert len(page.context.pages) == 1
    assert await words.evaluate_all(OUTSIDE) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def parted(shown: list[str], expected: list[str]) -> list[tuple[str, str]]:
    """Where they differ, shortened: the whole of it would be unreadable."""
    pairs = zip(shown, expected, strict=False)
    return [(ascii(one)[:160], ascii(other)[:160]) for one, other in pairs if one != other][:5]


async def test_what_a_visitor_writes_is_whole_and_dead_with_the_team_and_at_home(pair: Pair) -> None:
    visitor, root = await begins(pair)
    team = await pair.works()
    await team.enter()
    for hostile in BATTERY:
        await visitor.say(hostile.text)
    await visitor.say("the end")
    await expect(team.thread.last).to_contain_text("the end")
    bodies = team.thread.filter(has=team.page.locator(".byline, .hidden-text")).locator(".body")
    posted = "\n".join((await bodies.evaluate_all(BARE))[1:])  # lines may have left together, in one post
    wanted = "\n".join([*(hostile.for_the_team for hostile in BATTERY), "the end"])
    assert parted(posted.split("\n"), wanted.split("\n")) == []
    assert posted == wanted
    await is_dead(bodies)
    is_dead_on_the_wire(pair.world.thread(root))
    assert {line["username"] for line in pair.world.thread(root)} == {pair.world.thread(root)[0]["username"]}

    shop = await shop_of(pair, visitor)
    await expect(shop.own.last).to_have_text("the end")
    own = (await shop.own.evaluate_all(BARE))[1:]
    assert parted(own, [hostile.stored for hostile in BATTERY]) == []
    assert len(own) == len(BATTERY) + 1
    assert await shop.own.evaluate_all("all => all.filter((one) => one.querySelector(':not(a)')).length") == 0
    await is_dead(shop.own)


def rich(*elements: dict[str, Any], kind: str = "rich_text_section") -> dict[str, Any]:
    return {"blocks": [{"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}]}


def word(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def as_typed(text: str) -> str:
    """What a platform's text may hold: no half characters, no NUL, no space around."""
    return "".join("\ufffd" if mark == "\0" or "\ud800" <= mark <= "\udfff" else mark for mark in text).strip()


@dataclass(frozen=True)
class Shape:
    """Something that an agent's client could send, and the words that the visitor sees."""

    sent: dict[str, Any]
    shown: str


SHAPES = (
    Shape(rich({"type": "link", "url": f"javascript:{JUMP}", "text": "press"}), f"press (javascript:{JUMP})"),
    Shape(rich({"type": "link", "url": " https://evil.example", "text": "x"}), "x ( https://evil.example)"),
    Shape(rich({"type": "link", "url": "https://evil.example"}), "https://evil.example"),
    Shape(
        rich({"type": "link", "url": "https://evil.example", "text": "https://bank.example"}),
        "https://bank.example (https://evil.example)",
    ),
    Shape(rich({"type": "link", "url": "https://evil.example", "text": "<b>x</b>"}), "<b>x</b>"),
    Shape(rich({"type": "link", "url": "https://evil.example", "text": " "}), "https://evil.example"),
    Shape(rich({"type": "emoji", "name": f"<img src=x onerror={JUMP}>"}), f":<img src=x onerror={JUMP}>:"),
    Shape(rich({"type": "emoji", "name": "x", "unicode": "3c-73-3e"}), "<s>"),
    Shape(rich({"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd"}), "👋🏽"),
    Shape(rich({"type": "emoji", "name": "acme_logo"}), ":acme_logo:"),
    Shape(rich({"type": "channel", "channel_id": SUPPORT}), "#…"),
    Shape(rich({"type": "date", "timestamp": 0, "format": "{date}", "fallback": "<i>Monday</i>"}), "<i>Monday</i>"),
    Shape(rich({"type": "hologram", "text": "<b>new</b>"}), "<b>new</b>"),
    Shape(rich(word("<script>", bold=True), word("<b>", code=True), word("&lt;", italic=True)), "<script><b>&lt;"),
    Shape(rich(word("\u202ebold", bold=True), word(" next")), "\u202ebold next"),
    Shape(rich(word("<b>a\nb</b>"), kind="rich_text_preformatted"), "<b>a\nb</b>"),
    Shape(rich(word("w" * 8000, code=True)), "w" * 8000),
    Shape(rich(word("w" * 8000), kind="rich_text_preformatted"), "w" * 8000),
    Shape(rich(word("w" * 4000), kind="rich_text_quote"), "w" * 4000),
    Shape({"text": "<https://evil.example|https://bank.example>"}, "https://bank.example (https://evil.example)"),
    Shape({"text": f"<javascript:{JUMP}|press>"}, "press"),
    Shape({"text": "&lt;b&gt;x&lt;/b&gt; &amp;lt; *&lt;i&gt;*"}, "<b>x</b> &lt; <i>"),
    Shape({"text": "```&lt;script&gt;```"}, "<script>"),
    Shape({"text": "*_~`deep`~_*"}, "deep"),
    Shape({"text": "<oddity|words> <> <|>"}, "words <> <|>"),
)


async def test_what_an_agent_writes_is_whole_and_dead_to_the_visitor(pair: Pair) -> None:
    visitor, root = await begins(pair)
    shop = await shop_of(pair, visitor)
    plain = [hostile.text for hostile in BATTERY if not as_typed(hostile.text).startswith(("!", ";;", "note:", "🔒"))]
    team = pair.world.team
    for text in plain:
        await team.say_blocks(ANNA, SUPPORT, rich(word(text))["blocks"], root["ts"])
    for shape in SHAPES:
        await team.say_blocks(ANNA, SUPPORT, shape.sent.get("blocks", []), root["ts"], text=shape.sent.get("text", ""))
    await pair.world.answers(ANNA, "the end", root)
    await expect(shop.agents.last).to_have_text("the end")
    await until(lambda: visitor.texts("agent")[-1:] == ["the end"])
    wanted = [*map(as_typed, plain), *(shape.shown for shape in SHAPES), "the end"]
    shown = await shop.agents.evaluate_all(BARE)
    assert parted(shown, wanted) == []
    assert len(shown) == len(wanted) > 120
    await is_dead(shop.agents)
    for href, words, around in await shop.agents.locator("a").evaluate_all(LABELS):
        assert "bank.example" not in words or href.rstrip("/") in around


NESTED = [
    {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [word("Do this:\n\n"), word("now", bold=True), word("\n")]},
            {"type": "rich_text_list", "style": "ordered", "offset": 2, "elements": [
                {"type": "rich_text_section", "elements": [word("שלום and more", italic=True)]},
                {"type": "rich_text_section", "elements": [word("old", strike=True)]}]},
            {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [
                {"type": "rich_text_section", "elements": [word("deep", code=True)]}]},
            {"type": "rich_text_quote", "elements": [word("quoted")]},
            {"type": "rich_text_preformatted", "elements": [word("let x;\nlet y;")]},
            {"type": "rich_text_section", "elements": [{"type": "emoji", "name": "acme_logo"}, word(" end")]},
        ],
    }
]  # fmt: skip
LOOKS = """one => Object.fromEntries(['strong', 'em', 's', 'code', 'pre', 'blockquote', 'ol', 'ul'].map((tag) => {
  const style = getComputedStyle(one.querySelector(tag));
  const names = ['fontWeight', 'fontStyle', 'textDecorationLine', 'listStyleType', 'borderInlineStartStyle',
    'borderInlineStartColor', 'backgroundColor'];
  return [tag, Object.fromEntries(names.map((name) => [name, style[name]]))];
}))"""
DRAWN = (
    '<strong>now</strong><ol dir="auto" start="3"><li><em>שלום and more</em></li><li><s>old</s>'
    '<ul dir="auto"><li><code>deep</code></li></ul></li></ol><blockquote dir="auto">quoted</blockquote>'
    '<pre dir="auto">let x;\nlet y;</pre><span class="emoji" role="img" aria-label="acme logo">:acme_logo:</span> end'
)


@pytest.mark.parametrize("looks", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
async def test_every_kind_is_drawn_with_its_own_element(pair: Pair, looks: dict[str, Any]) -> None:
    visitor, root = await begins(pair)
    shop = await shop_of(pair, visitor)
    await shop.page.emulate_media(**looks)  # type: ignore[union-attr]
    await pair.world.team.say_blocks(ANNA, SUPPORT, NESTED, root["ts"])
    await expect(shop.agents.last).to_contain_text("end")
    drawn = await shop.agents.last.evaluate("one => one.innerHTML")
    assert drawn == f"Do this:\n\n{DRAWN}"
    styles = await shop.agents.last.evaluate(LOOKS)
    assert styles["strong"]["fontWeight"] == "600"
    assert styles["em"]["fontStyle"] == "italic"
    assert styles["s"]["textDecorationLine"] == "line-through"
    assert [styles["ol"]["listStyleType"], styles["ul"]["listStyleType"]] == ["decimal", "circle"]
    for edged in ("pre", "code", "blockquote"):
        assert styles[edged]["borderInlineStartStyle"] == "solid"
        assert styles[edged]["borderInlineStartColor"] != styles[edged]["backgroundColor"]
    assert await violations(shop.page) == []  # type: ignore[arg-type]
