"""What waits for a person while the bridge runs: conversations wait, one line says why, and all goes on by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.playground.workspace import ANNA, GENERAL, SUPPORT
from tests.world import PATIENCE, World, a_world, until


@pytest.fixture
async def calm(tmp_path: Path) -> AsyncIterator[World]:
    """A world that is not started yet."""
    async with a_world(tmp_path) as made:
        yield made


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name.startswith("silta") and one.levelno >= logging.ERROR]


async def waits(world: World, caplog: pytest.LogCaptureFixture, words: str, cause: str) -> None:
    """The visitor was not refused, and exactly one line tells of it, however often it is tried."""
    visitor = world.visitors[0]
    await until(lambda: errors(caplog))
    await rests(world)
    for _ in range(2):
        await is_tried_again(world)
    assert len(errors(caplog)) == 1
    assert cause in errors(caplog)[0]
    assert words not in errors(caplog)[0]
    assert [said["state"] for said in visitor.messages()] == ["sent"]
    assert visitor.state["status"] == "waiting"


async def is_tried_again(world: World) -> None:
    before = len(world.team.calls("chat.postMessage"))
    world.clock.forward(seconds=31)
    await until(lambda: len(world.team.calls("chat.postMessage")) > before)
    await rests(world)


async def rests(world: World) -> None:
    """The failed try is written down, with the time of the next: only from then on does moving the clock bring it,
    and what is mended now is mended for the next try, not for one on its way."""
    async with asyncio.timeout(PATIENCE):
        while (await world.bridge.store.read(lambda tx: tx.agenda("slack", world.clock.now()))).next_due is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def resumes(world: World, channel: str, words: str) -> None:
    """Once the person has mended it and the pause between two tries is over."""
    visitor = world.visitors[0]
    world.clock.forward(seconds=31)
    await until(lambda: any(words in str(root) for root in world.team.messages(channel)))
    await until(lambda: visitor.messages()[0]["state"] == "posted")
    root = next(one for one in world.team.messages(channel) if words in str(one))
    await world.team.say(ANNA, channel, "here we are", root["ts"])
    await visitor.sees("here we are")
    assert [str(one).count(words) > 0 for one in world.team.messages(channel)].count(True) == 1


async def test_an_app_that_was_not_invited_waits_for_the_invitation(
    calm: World, caplog: pytest.LogCaptureFixture
) -> None:
    await calm.start(slack_channel=GENERAL)
    visitor = await calm.visitor()
    await visitor.say("anybody there")
    await waits(calm, caplog, "anybody there", "not_in_channel")
    await calm.team.membership(GENERAL, bot_is_member=True)
    await resumes(calm, GENERAL, "anybody there")
    assert len(errors(caplog)) == 1


async def test_a_channel_that_was_archived_waits_until_it_is_back(
    calm: World, caplog: pytest.LogCaptureFixture
) -> None:
    await calm.team.membership(SUPPORT, is_archived=True)
    await calm.start()
    visitor = await calm.visitor()
    await visitor.say("anybody there")
    await waits(calm, caplog, "anybody there", "is_archived")
    await calm.team.membership(SUPPORT, is_archived=False)
    await resumes(calm, SUPPORT, "anybody there")


async def test_a_channel_that_is_not_there_waits(calm: World, caplog: pytest.LogCaptureFixture) -> None:
    await calm.start(slack_channel="C0NOTTHERE1")
    visitor = await calm.visitor()
    await visitor.say("anybody there")
    await waits(calm, caplog, "anybody there", "channel_not_found")
    assert len(calm.bridge.courier.troubles) == 1


async def test_a_revoked_token_waits_until_it_is_valid_again(calm: World, caplog: pytest.LogCaptureFixture) -> None:
    await calm.start()
    visitor = await calm.visitor()
    await calm.team.token(revoked=True)
    await visitor.say("anybody there")
    await waits(calm, caplog, "anybody there", "token_revoked")
    await calm.team.token(revoked=False)
    await resumes(calm, SUPPORT, "anybody there")
