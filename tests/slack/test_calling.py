"""Calling people and groups by name: refs notify, words never do."""

import logging
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.playground.blocks import check_blocks
from adapters.playground.shapes import AGENTS
from adapters.playground.workspace import ANNA, MIKAEL, SUPPORT
from adapters.slack import calling, render
from bridge.markup import literal
from bridge.ports import Card, Post, ThreadRef
from tests.hostile import BATTERY
from tests.slack.limits import strings

CALL = Post(("A visitor waits since 12:04",), "A visitor waits", mentions=(ANNA, AGENTS))
MENTIONS = f"<@{ANNA}> <!subteam^{AGENTS}>"
STRANGE = [
    "",
    "here",
    "!channel",
    "<!here>",
    "C0SUPPORT01",
    "U1|@anna",
    "u0anna00001",
    "U0ANNA00001>",
    "S\nS1",
    "U" * 60,
]


def since():
    return datetime.now(UTC)


@pytest.fixture
async def thread(workplace):
    card = Card("Visitor 1", "hello", (), ("hello",), "Waiting", "", ())
    return ThreadRef(SUPPORT, (await workplace.open_thread(SUPPORT, card, "root")).ref)


def test_who_is_called_stands_in_front_of_the_words_in_a_block_of_its_own():
    called, words = render.post_blocks(CALL)
    assert called == {"type": "section", "text": {"type": "mrkdwn", "text": MENTIONS, "verbatim": True}}
    assert words == render.post_blocks(Post(CALL.body, CALL.summary))[0]
    assert check_blocks([called, words]) == []
    assert render.post_text(CALL) == f"{MENTIONS} A visitor waits"


def test_nobody_is_called_in_vain():
    post = Post(("x",), "x")
    assert (len(render.post_blocks(post)), render.post_text(post)) == (1, "x")


def test_each_is_called_once_and_not_more_than_slack_can_show():
    assert calling.written([ANNA, ANNA]) == f"<@{ANNA}>"
    assert len(calling.written(f"U0{n:08}" for n in range(90)).split()) == calling.MOST


@pytest.mark.parametrize("ref", STRANGE)
def test_what_is_no_ref_calls_nobody(ref):
    assert (calling.written([ref, ANNA]), calling.strange([ref, ANNA])) == (f"<@{ANNA}>", [ref])


@given(st.lists(st.text(max_size=30) | st.sampled_from(STRANGE), max_size=4))
def test_a_hostile_ref_writes_nothing_but_a_mention(refs):
    assert re.fullmatch(r"(?:<(?:@[UW]|!subteam\^S)[A-Z0-9]+>(?: (?!$)|$))*", calling.written(refs))


@pytest.mark.parametrize("hostile", BATTERY, ids=range(len(BATTERY)))
def test_words_beside_a_call_stay_inert(hostile):
    post = Post(literal(hostile.stored), hostile.stored, author=hostile.stored, mentions=(ANNA,))
    called, *rest = render.post_blocks(post)
    assert called["text"]["text"] == f"<@{ANNA}>"
    assert not [block for block in rest if "mrkdwn" in strings(block) and block["type"] != "rich_text"]
    text = render.post_text(post).removeprefix(f"<@{ANNA}> ")
    assert not set("<>") & set(text)
    assert len(text) <= render.FALLBACK


async def test_a_call_reaches_the_thread_and_a_strange_ref_is_warned_of(slack, workplace, thread, caplog):
    await workplace.post(thread, Post(("x",), "x", mentions=(ANNA, "nobody")), "k1")
    said = slack.thread(SUPPORT, thread.root)[-1]
    assert said["text"] == f"<@{ANNA}> x"
    assert said["blocks"][0]["text"]["text"] == f"<@{ANNA}>"
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warned == ["nobody is called by 'nobody': it is no id of a person or a user group"]


async def test_a_broadcast_shows_in_the_thread_and_in_the_channel_and_is_found_in_both(slack, workplace, thread):
    began = since()
    placed = await workplace.post(thread, Post(("wide",), "wide", is_broadcast=True), "k1")
    await workplace.post(thread, Post(("narrow",), "narrow"), "k2")
    assert [one["text"] for one in slack.messages(SUPPORT)] == ["hello", "wide"]
    assert [one["text"] for one in slack.thread(SUPPORT, thread.root)] == ["hello", "wide", "narrow"]
    for where in (thread, ThreadRef(SUPPORT, "")):
        assert await workplace.find(where, "k1", began) == (placed,)


async def test_without_a_root_a_line_stands_in_the_channel_and_is_found_there(slack, workplace, thread):
    began = since()
    post = Post(("Nobody answers",), "Nobody answers", mentions=(MIKAEL,), is_broadcast=True)
    placed = await workplace.post(ThreadRef(SUPPORT, ""), post, "k1")
    line = slack.messages(SUPPORT)[-1]
    assert (line["ts"], line["text"], "thread_ts" in line) == (placed.ref, f"<@{MIKAEL}> Nobody answers", False)
    assert "reply_broadcast" not in slack.calls("chat.postMessage")[-1].arguments
    assert await workplace.find(ThreadRef(SUPPORT, ""), "k1", began) == (placed,)
    assert await workplace.find(thread, "k1", began) == ()


async def test_our_own_broadcast_is_no_answer_of_anybody(bridge, desk, slack, thread):
    await bridge.start()
    await bridge.workplace.post(thread, Post(("wide",), "wide", is_broadcast=True), "k1")
    await slack.say(ANNA, SUPPORT, "an answer", thread.root)
    await slack.settled()
    assert [heard.author for heard in desk.all("heard")] == [ANNA]
