"""Reading back what was missed: whole threads, news first, and a root that is gone."""

from __future__ import annotations

from adapters.playground.workspace import ANNA, MIKAEL, SUPPORT
from bridge import markup
from bridge.ports import ThreadRef
from tests.slack.test_workplace import LINE, since, thread

__all__ = ["thread"]


async def test_a_thread_is_read_whole_with_edits(slack, workplace, thread):
    first = await slack.say(ANNA, SUPPORT, "one", thread.root)
    await slack.say(MIKAEL, SUPPORT, "two", thread.root)
    await slack.edit(ANNA, SUPPORT, first, "one, better")
    await workplace.post(thread, LINE, "k1")
    replies = await workplace.replies(thread)
    assert [markup.plain(heard.body) for heard in replies] == ["one, better", "two"]
    assert [bool(heard.changed) for heard in replies] == [True, False]
    assert {(heard.thread, heard.channel) for heard in replies} == {(thread.root, SUPPORT)}


async def test_a_removed_reply_is_not_there(slack, workplace, thread):
    gone = await slack.say(ANNA, SUPPORT, "one", thread.root)
    await slack.say(ANNA, SUPPORT, "two", thread.root)
    await slack.delete(ANNA, SUPPORT, gone)
    replies = await workplace.replies(thread)
    assert [markup.plain(heard.body) for heard in replies] == ["two"]


async def test_a_root_that_is_gone_is_none(slack, workplace, thread):
    await slack.say(ANNA, SUPPORT, "one", thread.root)
    await workplace.delete(SUPPORT, thread.root)
    assert await workplace.replies(thread) is None
    assert await workplace.replies(ThreadRef(SUPPORT, "1000000000.000001")) is None


async def test_roots_with_replies_tell_their_latest(slack, workplace, thread):
    assert await workplace.changed_threads(SUPPORT, since()) == {}
    ts = await slack.say(ANNA, SUPPORT, "one", thread.root)
    replies = await workplace.replies(thread)
    assert await workplace.changed_threads(SUPPORT, since()) == {thread.root: replies[0].order}
    assert replies[0].ref == ts
