"""What holds of every event and press, whichever way it comes: acknowledged when durable, and not before."""

import asyncio
from dataclasses import replace

import pytest

from adapters.playground.workspace import ANNA, SUPPORT
from bridge.errors import NotFound, Refused, Unknown, Unreachable
from bridge.inbound import Heard
from bridge.markup import plain
from bridge.ports import Button, Post
from tests.slack.conftest import CARD
from tests.slack.door import SECRET
from tests.slack.fakes import last, until


@pytest.fixture(params=["http", "socket"])
def door(request):
    return request.param


@pytest.fixture
def settings(settings, door):
    return settings if door == "socket" else replace(settings, app_token="", signing_secrets=(SECRET,))


@pytest.fixture
def live(request, door):
    return request.getfixturevalue(f"by_{door}")


async def test_an_answer_reaches_the_desk(slack, desk, thread):
    ts = await slack.say(ANNA, SUPPORT, "hello & welcome", thread.root)
    await until(lambda: last(slack).acked)
    (heard,) = desk.all("heard")
    assert isinstance(heard, Heard)
    assert (heard.workplace, heard.thread, heard.ref) == ("acme", thread.root, ts)
    assert plain(heard.body) == "hello & welcome"


async def test_an_event_is_acknowledged_only_after_the_desk_returned(slack, desk, thread):
    desk.gate = asyncio.Event()
    await slack.say(ANNA, SUPPORT, "hello", thread.root)
    await until(lambda: desk.got)
    await asyncio.sleep(0.1)
    assert last(slack).acked is False
    desk.gate.set()
    await until(lambda: last(slack).acked)
    assert last(slack).attempts == 1


@pytest.mark.parametrize(
    "failure",
    [Unknown("timeout"), Unreachable("unreachable"), RuntimeError("ours"), Refused("busy"), Refused("x", wait=1)],
)
async def test_what_fails_is_not_acknowledged_and_comes_again(slack, desk, thread, failure):
    desk.failures = [failure, failure]
    await slack.say(ANNA, SUPPORT, "hello", thread.root)
    await until(lambda: last(slack).acked)
    assert last(slack).attempts == 3
    assert len({heard.ref for heard in desk.all("heard")}) == 1
    assert desk.done == ["heard"]


@pytest.mark.parametrize("decision", [NotFound("not ours"), Refused("not_a_member")])
async def test_a_decision_is_acknowledged(slack, desk, thread, decision):
    desk.failures = [decision]
    await slack.say(ANNA, SUPPORT, "hello", thread.root)
    await until(lambda: last(slack).acked)
    assert last(slack).attempts == 1


async def test_edits_and_removals_reach_the_desk(slack, desk, thread):
    ts = await slack.say(ANNA, SUPPORT, "hello", thread.root)
    await slack.edit(ANNA, SUPPORT, ts, "hello again")
    await slack.delete(ANNA, SUPPORT, ts)
    await until(lambda: len(desk.done) == 3)
    (edited,), (removed,) = desk.all("edited"), desk.all("removed")
    assert (edited.ref, plain(edited.body), edited.changed > edited.order) == (ts, "hello again", True)
    assert (removed.ref, removed.thread) == (ts, thread.root)


async def test_our_own_posts_and_foreign_bots_never_reach_the_desk(slack, desk, live, thread):
    placed = await live.workplace.post(thread, Post(("hello",), "hello", "Matti"), "k1")
    await live.workplace.edit_card(thread, CARD, "root-key")
    await live.workplace.delete(SUPPORT, placed.ref)
    await slack.post_as_bot("Silta", SUPPORT, "Claimed by Anna", thread.root)
    await until(lambda: slack.deliveries and all(one.acked for one in slack.deliveries))
    assert desk.got == []


async def test_what_nobody_listens_to_is_acknowledged(slack, desk, thread):
    await slack.react(ANNA, SUPPORT, thread.root, "eyes")
    await slack.open_home(ANNA)
    assert (await slack.command(ANNA, SUPPORT, "/silta")).acked
    await until(lambda: all(one.acked for one in slack.deliveries))
    assert desk.got == []


async def test_a_channel_that_changed_reaches_the_desk(slack, desk, thread):
    await slack.membership(SUPPORT, is_archived=True)
    await until(lambda: ("acme", SUPPORT) in desk.all("channel_changed"))


async def test_a_person_who_spoke_and_changed_reaches_the_desk(slack, desk, thread):
    await slack.say(ANNA, SUPPORT, "hello", thread.root)
    await until(lambda: desk.done)
    await slack.change_person(ANNA, display_name="Anna V")
    await until(lambda: desk.all("person_changed"))
    person, workplace = desk.all("person_changed")[0]
    assert (person.ref, person.name, workplace) == (ANNA, "Anna V", "acme")


async def test_a_stranger_who_changed_is_none_of_our_business(slack, desk, thread):
    await slack.change_person(ANNA, display_name="Anna V")
    await until(lambda: all(one.acked for one in slack.deliveries))
    assert desk.got == []


async def test_copies_of_an_event_all_reach_the_desk(slack, desk, thread):
    """Which copy counts is the desk's to know: it keeps the refs."""
    slack.socket("duplicate_events")
    await slack.say(ANNA, SUPPORT, "hello", thread.root)
    await until(lambda: len(desk.all("heard")) == 2)
    assert len({heard.ref for heard in desk.all("heard")}) == 1


async def test_no_call_is_made_for_an_event(slack, desk, thread):
    before = len(slack.calls())
    for number in range(5):
        await slack.say(ANNA, SUPPORT, f"hello {number}", thread.root)
    await until(lambda: len(desk.done) == 5)
    assert len(slack.calls()) == before


async def test_no_words_are_logged(slack, desk, thread, caplog):
    caplog.set_level("DEBUG")
    desk.failures = [Unknown("timeout")]
    await slack.say(ANNA, SUPPORT, "a-secret-word", thread.root)
    await until(lambda: last(slack).acked)
    assert "not acknowledged: Unknown timeout" in caplog.text
    assert "a-secret-word" not in caplog.text


# buttons


async def test_a_press_reaches_the_desk_and_is_acknowledged(slack, desk, thread):
    pressed = await slack.press(ANNA, SUPPORT, thread.root, "claim")
    (got,) = desk.all("pressed")
    assert pressed.acked
    assert (got.thread, got.author, got.verb, got.value) == (thread.root, ANNA, "claim", "v1")


async def test_a_press_is_acknowledged_before_a_slow_desk_returns(slack, desk, thread, monkeypatch):
    monkeypatch.setattr("adapters.slack.inbox.PATIENCE", 0.1)
    desk.gate = asyncio.Event()
    assert (await slack.press(ANNA, SUPPORT, thread.root, "claim")).acked
    assert desk.done == []
    desk.gate.set()
    await until(lambda: desk.done == ["pressed"])


@pytest.mark.parametrize(("failure", "acked"), [(Unknown("timeout"), False), (Refused("not_yours"), True)])
async def test_a_press_that_fails_at_once_is_told_to_who_pressed(slack, desk, thread, failure, acked):
    desk.failures = [failure]
    assert (await slack.press(ANNA, SUPPORT, thread.root, "claim")).acked is acked


async def test_a_press_on_a_private_line_knows_its_thread(slack, desk, live, thread):
    asked = Post(("Send it?",), "Send it?", buttons=(Button("send", "Send", "m1"),))
    await live.workplace.tell(thread, ANNA, asked)
    (told,) = slack.ephemerals(SUPPORT, ANNA)
    assert (await slack.press(ANNA, SUPPORT, told["ts"], "send")).acked
    (got,) = desk.all("pressed")
    assert (got.thread, got.value) == (thread.root, "m1")
