"""The main walks with events over HTTP in place of the sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from adapters.playground.workspace import ANNA
from tests.walks import test_talking as talking
from tests.world import World, a_world, until

WALKS: tuple[Callable[[World], Awaitable[None]], ...] = (
    talking.test_words_reach_the_thread_and_the_answer_comes_back,
    talking.test_a_line_is_sent_then_posted_then_seen,
    talking.test_of_two_agents_one_wins_and_the_other_is_told,
    talking.test_remarks_and_notes_stay_in_the_thread,
    talking.test_a_mention_may_be_sent_anyway,
    talking.test_commands_do_what_they_say,
    talking.test_a_closed_chat_opens_again_in_the_same_thread,
    talking.test_a_restart_of_the_server_loses_nothing,
    talking.test_edits_and_removals_reach_the_visitor,
    talking.test_a_message_in_the_channel_gets_a_hint,
    talking.test_a_broadcast_reply_and_me_reach_the_visitor_once,
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path, over_http=True) as made:
        await made.start()
        assert made.team.connections == 0
        yield made


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__.removeprefix("test_"))
async def test_the_walk_goes_over_http_too(world: World, walk: Callable[[World], Awaitable[None]]) -> None:
    await walk(world)


async def test_the_visitors_origin_does_not_matter_at_slacks_door_nor_slacks_signature_at_theirs(world: World) -> None:
    visitor = await world.visitor()
    async with visitor.http.post(f"{world.bridge.url}/slack/events", data=b"{}") as answer:
        assert (answer.status, await answer.text()) == (401, "")
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_copies_of_an_answer_are_one(world: World) -> None:
    visitor = await world.visitor()
    await visitor.say("hello")
    root = await world.card()
    world.team.socket("duplicate_events", times=3)
    for words in ("one", "two", "three"):
        await world.answers(ANNA, words, root)
    await until(lambda: len(visitor.texts("agent")) == 3)
    await world.team.settled()
    assert visitor.texts("agent") == ["one", "two", "three"]
