"""Replies of the app that are also sent to the channel."""

import pytest
from slack_sdk.errors import SlackApiError

from adapters.playground import Rules
from adapters.playground.workspace import ANNA, SUPPORT


@pytest.fixture
def rules():
    return Rules(limits=False)


@pytest.fixture
async def root(client):
    return (await client.chat_postMessage(channel=SUPPORT, text="root"))["ts"]


@pytest.mark.parametrize("name", [{}, {"username": "Visitor"}])
async def test_it_shows_in_the_thread_and_in_the_channel(slack, client, root, name):
    posted = await client.chat_postMessage(channel=SUPPORT, text="wide", thread_ts=root, reply_broadcast=True, **name)
    assert (posted["message"]["subtype"], posted["message"]["thread_ts"]) == ("thread_broadcast", root)
    assert [one["text"] for one in slack.messages(SUPPORT)] == ["root", "wide"]
    assert [one["text"] for one in slack.thread(SUPPORT, root)] == ["root", "wide"]
    history = await client.conversations_history(channel=SUPPORT)
    assert [one["text"] for one in history["messages"]] == ["wide", "root"]


async def test_the_event_carries_the_root(client, app, socket, root):
    await client.chat_postMessage(channel=SUPPORT, text="wide", thread_ts=root, reply_broadcast=True)
    event = (await app.until(2))[-1]
    assert (event["subtype"], event["root"]["ts"], event["root"]["reply_count"]) == ("thread_broadcast", root, 1)
    assert event["bot_id"]


async def test_a_root_cannot_be_one(slack, client):
    message = (await client.chat_postMessage(channel=SUPPORT, text="root", reply_broadcast=True))["message"]
    assert "subtype" not in message
    assert len(slack.messages(SUPPORT)) == 1


async def test_a_reply_becomes_one_later(slack, client, root):
    reply = (await client.chat_postMessage(channel=SUPPORT, text="narrow", thread_ts=root))["ts"]
    await client.api_call("chat.update", json={"channel": SUPPORT, "ts": reply, "reply_broadcast": True})
    assert [one["text"] for one in slack.messages(SUPPORT)] == ["root", "narrow"]
    await client.chat_update(channel=SUPPORT, ts=reply, text="wide", reply_broadcast=True)
    assert slack.messages(SUPPORT)[-1]["text"] == "wide"


async def test_its_words_do_not_change_at_the_same_time(client, root):
    reply = (await client.chat_postMessage(channel=SUPPORT, text="narrow", thread_ts=root))["ts"]
    with pytest.raises(SlackApiError, match="no_dual_broadcast_content_update"):
        await client.chat_update(channel=SUPPORT, ts=reply, text="new words", reply_broadcast=True)


async def test_a_root_is_no_reply_that_could_become_one(client, root):
    with pytest.raises(SlackApiError, match="cant_broadcast_message"):
        await client.api_call("chat.update", json={"channel": SUPPORT, "ts": root, "reply_broadcast": True})


async def test_it_goes_with_its_thread_and_leaves_the_channel(slack, client, root):
    await slack.say(ANNA, SUPPORT, "reply", root)
    wide = await client.chat_postMessage(channel=SUPPORT, text="wide", thread_ts=root, reply_broadcast=True)
    await client.chat_delete(channel=SUPPORT, ts=wide["ts"])
    assert [one["text"] for one in slack.messages(SUPPORT)] == ["root"]
