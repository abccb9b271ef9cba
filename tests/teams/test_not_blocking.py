"""While Teams is slow everybody else goes on: seen in what happens meanwhile, not in how long it took."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from adapters.playground.teams.workspace import ANNA, GUEST, SUPPORT
from adapters.teams import keys as teams_keys
from tests.teams.bridge import Ticks, a_scene
from tests.teams.door import JSON_TYPE, bearer, post
from tests.world import until


@pytest.fixture
async def scene(tmp_path):
    async with a_scene(tmp_path) as made:
        yield made


@pytest.fixture
async def ticks():
    made = Ticks()
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def talking(scene):
    """A visitor who has been answered."""
    visitor = await scene.visitor()
    await visitor.say("hello")
    root = await scene.card(len(scene.visitors) - 1)
    await scene.teams.say(ANNA, SUPPORT, "at your service", root["id"])
    await visitor.sees("at your service")
    return visitor, root


async def test_a_login_of_a_second_holds_up_nobody(scene, ticks):
    talker, root = await talking(scene)
    scene.teams.expire_tokens()
    scene.teams.fail("send", "error:Unauthorized")
    scene.teams.fail("token", "slow", seconds=1)
    workplace = scene.bridge.connection.workplace
    with contextlib.suppress(Exception):
        await workplace.channel_fault(SUPPORT)  # 401: the token is dropped, and the next call asks for another
    asked = len(scene.teams.calls("token"))
    waiting = asyncio.create_task(workplace.ping())
    await asyncio.sleep(0)
    before = ticks.count
    await scene.teams.say(ANNA, SUPPORT, "still here", root["id"])
    await talker.sees("still here")
    await talker.say("good")  # durable: it has its own place to wait
    assert not waiting.done()
    assert ticks.count > before
    await waiting
    assert len(scene.teams.calls("token")) == asked + 1
    assert ticks.count > before + 20


async def test_a_call_of_two_seconds_holds_up_its_own_thread_alone(scene, ticks):
    """The card of another visitor takes long; the talk of the first goes on both ways."""
    talker, root = await talking(scene)
    scene.teams.fail("create", "slow", seconds=2)
    other = await scene.visitor()
    await other.say("I wait")
    await scene.card(1)
    before = ticks.count
    assert len(scene.teams.calls("create")) == 1  # the second has not been answered
    await scene.teams.say(ANNA, SUPPORT, "meanwhile", root["id"])
    await talker.sees("meanwhile")
    await talker.say("and back")
    await until(lambda: "and back" in scene.lines(root), "the line in its thread")
    assert len(scene.teams.calls("create")) == 1
    assert ticks.count > before
    await until(lambda: len(scene.teams.calls("create")) == 2, "the answer to the card")
    assert ticks.count > before + 20


async def test_keys_that_come_late_hold_up_nobody_whose_key_is_known(scene, ticks, monkeypatch):
    talker, root = await talking(scene)
    monkeypatch.setattr(teams_keys, "PAUSE", 0.0)
    scene.teams.fail("keys", "slow", seconds=1)
    url = scene.teams.stage.deliveries.url
    asked = asyncio.create_task(post(url, b"{}", bearer(scene.teams.token_for(kid="unknown"))))
    await until(lambda: len(scene.teams.calls("openid")) == 2, "the fetch has begun")
    monkeypatch.setattr(teams_keys, "PAUSE", 3600.0)
    before = ticks.count
    await scene.teams.say(ANNA, SUPPORT, "still here", root["id"])
    await talker.sees("still here")
    assert not asked.done()
    assert ticks.count > before
    assert (await asked)[0] == 401


async def test_strangers_at_the_door_change_nothing(scene):
    talker, root = await talking(scene)
    url = scene.teams.stage.deliveries.url
    body = scene.teams.activity_for(ANNA, SUPPORT, "forged", root["id"])
    tokens = [
        scene.teams.token_for(algorithm="none"),
        scene.teams.token_for(signer="foreign"),
        scene.teams.token_for(aud="x"),
        scene.teams.stage.tokens.give(),
    ]
    answers = [await post(url, body, bearer(token)) for token in tokens] + [await post(url, body, [JSON_TYPE])]
    assert {status for status, _ in answers} == {401}
    await scene.teams.say(ANNA, SUPPORT, "true", root["id"])
    await talker.sees("true")
    assert talker.texts("agent") == ["at your service", "true"]


async def test_a_copy_of_an_activity_is_one_message(scene):
    talker, root = await talking(scene)
    body = scene.teams.activity_for(ANNA, SUPPORT, "once", root["id"])
    for _ in range(3):
        assert (await scene.teams.send_raw(body)).status == 200
    await talker.sees("once")
    await scene.teams.say(ANNA, SUPPORT, "then", root["id"])
    await talker.sees("then")
    assert talker.texts("agent") == ["at your service", "once", "then"]


async def test_a_guest_is_told_that_guests_cannot_answer(scene):
    talker, root = await talking(scene)
    await scene.teams.say(GUEST, SUPPORT, "let me answer", root["id"])
    told = "only members of this organisation"
    await until(lambda: any(told in one["text"] for one in scene.teams.thread(SUPPORT, root["id"])), told)
    assert "let me answer" not in talker.texts("agent")


async def test_a_revoked_secret_stands_until_it_is_mended_and_nothing_is_lost(scene):
    talker, root = await talking(scene)
    await scene.teams.token(revoked=True)
    await talker.say("are you there?")
    await until(lambda: any(call.status == 401 for call in scene.teams.calls()), "a refusal")
    await scene.passing(lambda: any(call.status == 401 for call in scene.teams.calls("token")))
    assert any("the client secret is wrong" in one for one in await scene.bridge.connection.faults())
    await scene.teams.token(revoked=False)
    await scene.passing(lambda: scene.lines(root) == ["are you there?"])
    assert await scene.bridge.connection.faults() == ()
