"""A channel gets a new id in the middle of a talk: the talk goes on in it, both ways."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from adapters.playground import Playground
from adapters.playground.workspace import ANNA, SUPPORT
from tests.slack.fakes import until
from tests.world import World, a_world

MOVED = "C0MOVED0001"


def move(team: Playground) -> None:
    """What Slack does: everything of the channel is there under the new id, and nothing under the old one."""
    known = team.stage.workspace
    known.channels[MOVED] = replace(known.channels.pop(SUPPORT), id=MOVED)
    known.history[MOVED] = known.history.pop(SUPPORT)
    known.threads = {(MOVED, root): kept for (_, root), kept in known.threads.items()}


def tell(team: Playground) -> None:
    """The event of it."""
    ids = {"old_channel_id": SUPPORT, "new_channel_id": MOVED}
    team.stage.tell({"type": "channel_id_changed", "event_ts": team.stage.stamp()} | ids)


def in_thread(world: World, root: str) -> list[Any]:
    return [one["text"] for one in world.team.thread(MOVED, root)[1:]]


async def talking(world: World) -> tuple[Any, str]:
    await world.start()
    visitor = await world.visitor()
    await visitor.say("hello")
    root = (await world.card())["ts"]
    await world.answers(ANNA, "an answer", root)
    await visitor.sees("an answer")
    return visitor, str(root)


@pytest.mark.parametrize("over_http", [True, False], ids=["http", "socket"])
async def test_a_talk_goes_on_in_the_channels_new_id(tmp_path, over_http, caplog):
    async with a_world(tmp_path, over_http=over_http) as world:
        visitor, root = await talking(world)
        move(world.team)
        for _ in range(3):
            tell(world.team)
        await until(lambda: "SILTA_SLACK_CHANNEL" in caplog.text)
        await world.team.settled()
        await world.team.say(ANNA, MOVED, "another answer", root)
        await visitor.sees("another answer")
        await visitor.say("thank you")
        await until(lambda: "thank you" in in_thread(world, root))
        errors = [one for one in caplog.records if one.levelno >= logging.ERROR]
        assert len([one for one in errors if "SILTA_SLACK_CHANNEL" in one.getMessage()]) == 1
        assert len(world.team.messages(MOVED)) == 1


async def test_what_was_said_before_the_event_came_is_not_lost(tmp_path):
    async with a_world(tmp_path, over_http=False) as world:
        visitor, root = await talking(world)
        move(world.team)
        await visitor.say("between")
        await world.team.say(ANNA, MOVED, "early answer", root)
        await world.team.settled()
        tell(world.team)
        await visitor.sees("early answer")
        await until(lambda: "between" in in_thread(world, root))
        assert visitor.texts("agent").count("early answer") == 1
        assert in_thread(world, root).count("between") == 1
