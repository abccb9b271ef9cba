"""The question whether somebody is still there, and the answer that is no message."""

from __future__ import annotations

from adapters.playground.workspace import ANNA, SUPPORT
from tests.web.door import Door, key
from tests.world import Visitor, World, until

FILE = f"""
[channels.support]
id = "{SUPPORT}"
[sites.main]
name = "Kauppa"
origins = ["ORIGIN"]
channel = "support"
[sites.main.idle]
warn_after = "15m"
close_after = "5m"
"""


async def asked(world: World) -> Visitor:
    """A visitor whose answered chat was quiet until they were asked."""
    await world.configure(FILE)
    visitor = await world.visitor()
    await visitor.say("hello")
    await world.answers(ANNA, "here I am", await world.card())
    await visitor.sees("here I am")
    await world.passes(minutes=16)
    await visitor.sees("Are you still there?")
    return visitor


async def test_the_question_and_the_end_are_notices_of_their_own(world: World) -> None:
    visitor = await asked(world)
    assert visitor.messages()[-1]["notice"] == "idle_asked"
    await world.passes(minutes=6)
    await visitor.stands("closed")
    await until(lambda: visitor.messages()[-1]["notice"] == "closed_idle")


async def test_who_says_that_they_stay_keeps_the_chat_and_writes_nothing(world: World) -> None:
    visitor = await asked(world)
    before = visitor.messages()
    lines = world.lines(world.cards()[0])
    name = key()
    for _ in range(3):
        assert await visitor.ask({"type": "stay", "key": name}) == {"type": "ok", "key": name}
    await world.passes(minutes=6)
    await world.team.settled()
    assert visitor.state["status"] == "claimed"
    assert visitor.messages() == before
    assert world.lines(world.cards()[0]) == lines
    await world.passes(minutes=10)
    await until(lambda: [said["notice"] for said in visitor.messages() if "notice" in said].count("idle_asked") == 2)


async def test_staying_is_nothing_where_nobody_asks(world: World) -> None:
    door = Door(world)
    token = await door.token()
    async with door.talk(token) as line:
        assert (await line.answer({"type": "stay", "key": "12345678"}))["type"] == "ok"
    answer = await door.post("/v1/visitor/stay", {"key": "12345678"}, token=token)
    assert (answer.status, answer.json) == (200, {"ok": "12345678"})
    assert (await door.post("/v1/visitor/stay", {}, token=token)).code == "malformed"
    assert (await door.post("/v1/visitor/stay", {"key": "12345678"}, token="x" * 43)).status == 401
    assert (await door.stored())[:2] == (0, 0)
    await door.close()
