"""What the pretend Slack keeps is bounded, and a stop leaves nothing behind."""

import asyncio

import aiohttp
import pytest

from adapters.playground import Playground, Rules
from adapters.playground.workspace import ANNA, SUPPORT


@pytest.fixture
def rules():
    return Rules(limits=False, kept_messages=10, kept_calls=5, retry_delays=(), ack_timeout=0.05)


async def test_the_oldest_messages_go_first_and_a_root_after_its_replies(slack):
    root = await slack.say(ANNA, SUPPORT, "root")
    stamps = [await slack.say(ANNA, SUPPORT, str(number), root) for number in range(12)]
    kept = [one["ts"] for one in slack.thread(SUPPORT, root)]
    assert kept == [root, *stamps[-9:]]


async def test_a_thread_that_is_gone_takes_no_room(slack):
    root = await slack.say(ANNA, SUPPORT, "root")
    reply = await slack.say(ANNA, SUPPORT, "reply", root)
    await slack.delete(ANNA, SUPPORT, reply)
    assert slack.stage.workspace.threads == {}


async def test_ephemerals_and_calls_are_bounded(slack, client):
    for _ in range(12):
        await client.chat_postEphemeral(channel=SUPPORT, user=ANNA, text="x")
    assert len(slack.ephemerals(SUPPORT, ANNA)) == 10
    assert len(slack.calls()) == 5


async def test_a_stop_ends_every_task_and_connection():
    before = asyncio.all_tasks()
    slack = Playground(rules=Rules(retry_delays=(60.0,)))
    await slack.start()
    async with aiohttp.ClientSession() as session:
        live = await session.ws_connect(f"{slack.url}/play/live")
        await slack.say(ANNA, SUPPORT, "nobody is there")
        await slack.stop()
        await live.close()
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(slack.url)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_texts_are_never_logged(slack, client, caplog):
    caplog.set_level("DEBUG", logger="aiohttp")
    caplog.set_level("DEBUG", logger="adapters")
    await slack.say(ANNA, SUPPORT, "a secret word")
    await slack.settled()
    assert "secret word" not in caplog.text
