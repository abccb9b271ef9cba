"""A visitor who was forgotten while they were connected: every line of theirs ends by name, and they begin anew."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from bridge.errors import NotFound
from bridge.model import VisitorId
from tests.web.door import Door, key
from tests.world import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def talker(door: Door, text: str = "hello") -> tuple[str, VisitorId]:
    token = await door.token()
    await door.post("/v1/visitor/say", {"key": key(), "text": text}, token=token)
    return token, (await door.world.bridge.visitors.known(token)).visitor.id


async def gone(door: Door, visitor: VisitorId) -> None:
    assert (await door.world.bridge.managers.forget(visitor)).visitors == 1


def ours() -> list[str]:
    """What still runs for visitors' lines."""
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return [name for name in names if name.startswith(("_Room", "_Talk"))]


async def test_all_tabs_of_a_forgotten_visitor_begin_anew(door: Door, quiet: pytest.LogCaptureFixture) -> None:
    token, visitor = await talker(door)
    async with door.talk(token) as first, door.talk(token) as second:
        ends = [asyncio.create_task(line.end()) for line in (first, second)]
        assert ours()  # the search is not blind
        await gone(door, visitor)
        for code, frames in await asyncio.gather(*ends):
            assert code == 4401
            assert frames[-1]["code"] == "unknown_token"
    await until(lambda: not ours())
    assert [record for record in quiet.records if record.name == "silta.live"] == []
    async with door.socket() as again:
        await again.hello(token)
        assert (await again.end())[0] == 4401
    assert (await door.post("/v1/visitor/say", {"key": key(), "text": "still"}, token=token)).status == 401


async def test_a_forgotten_visitor_who_has_said_nothing(door: Door, quiet: Any) -> None:
    token = await door.token()
    visitor = (await door.world.bridge.visitors.known(token)).visitor.id
    async with door.talk(token) as line:
        end = asyncio.create_task(line.end())
        await gone(door, visitor)
        assert (await end)[0] == 4401


async def test_a_waiting_poll_ends_with_401(door: Door, quiet: Any) -> None:
    token = await door.token()
    visitor = (await door.world.bridge.visitors.known(token)).visitor.id
    headers = {"Authorization": f"Bearer {token}"}
    waiting = asyncio.create_task(door.get("/v1/visitor/changes?cursor=&wait=25", headers=headers))
    await asyncio.sleep(0.1)
    await door.world.bridge.store.turn(lambda tx: _erase(tx, visitor))
    answer = await waiting
    assert (answer.status, answer.code) == (401, "unknown_token")


@pytest.mark.parametrize(
    "frame", [{"type": "say", "text": "hi"}, {"type": "email", "address": "a@b.example"}, {"type": "stay"}]
)
async def test_a_word_that_comes_before_the_news_finds_it_out(door: Door, quiet: Any, frame: dict[str, str]) -> None:
    """Another process forgot them, so that no bell rang here."""
    token, visitor = await talker(door)
    async with door.talk(token) as line:
        await door.world.bridge.store.turn(lambda tx: _erase(tx, visitor, silently=True))
        await line.send({"key": "12345678", **frame})
        code, frames = await line.end()
        assert code == 4401
        assert [told["code"] for told in frames if told["type"] == "error"] == ["unknown_token"]
        assert not any("key" in told for told in frames)


def _erase(tx: Any, visitor: VisitorId, *, silently: bool = False) -> None:
    """As the managers do it, in one turn; silently: no bell rings."""
    for conversation in tx.conversations_of(visitor):
        tx.erase(conversation)
    tx.erase_visitor(visitor)
    if silently:
        tx.rings.clear()


async def test_the_memory_says_it_by_name(door: Door) -> None:
    _, visitor = await talker(door)
    await gone(door, visitor)
    with pytest.raises(NotFound, match="unknown_token"):
        await door.world.bridge.visitors.visible(visitor, None)


async def test_the_others_of_the_house_hear_nothing_of_it(door: Door, quiet: pytest.LogCaptureFixture) -> None:
    quiet.set_level(logging.DEBUG, "aiohttp")
    _, visitor = await talker(door)
    async with door.talk() as other:
        await gone(door, visitor)
        assert (await other.answer({"type": "ping"}))["type"] == "pong"
