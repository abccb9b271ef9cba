"""The port over the wire."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.playground.workspace import ANNA, BILLING, GENERAL, GUEST, OUTSIDER, SUPPORT
from adapters.slack import open_slack
from bridge.errors import Rejected, Unknown, Unreachable
from bridge.markup import literal
from bridge.model import Standing
from bridge.ports import Button, Card, Post, ThreadRef

CARD = Card(
    heading="Visitor 1",
    summary="Visitor 1: hello <!channel>",
    fields=(("Page", "Shop"),),
    quote=literal("hello <!channel>"),
    status="Waiting",
    hint="Reply in the thread",
    buttons=(Button("claim", "Claim", "v1", "primary"),),
)
LINE = Post(body=literal("hello <@U0ANNA00001>"), summary="hello", author="Matti")


def since():
    return datetime.now(UTC)


@pytest.fixture
async def thread(workplace):
    placed = await workplace.open_thread(SUPPORT, CARD, "root-key")
    return ThreadRef(SUPPORT, placed.ref)


def arguments(slack, method):
    return [call.arguments for call in slack.calls(method)]


async def test_a_root_stands_in_the_channel_with_its_marker(slack, workplace, thread):
    (root,) = slack.messages(SUPPORT)
    assert root["ts"] == thread.root
    assert slack.metadata(SUPPORT, thread.root) == {
        "event_type": "silta_post",
        "event_payload": {"key": "root-key"},
    }
    assert "<!channel>" not in root["text"]


async def test_a_line_stands_in_the_thread_under_the_visitors_name(slack, workplace, thread):
    placed = await workplace.post(thread, LINE, "k1")
    line = slack.thread(SUPPORT, thread.root)[-1]
    assert (line["ts"], line["username"], line["bot_id"]) == (
        placed.ref,
        "Matti",
        slack.stage.workspace.bot.bot_id,
    )
    assert line["text"] == "hello"


async def test_nothing_that_is_posted_unfurls(slack, workplace, thread):
    await workplace.post(thread, LINE, "k1")
    for sent in arguments(slack, "chat.postMessage"):
        assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)


async def test_the_products_own_line_has_no_name(slack, workplace, thread):
    await workplace.post(thread, Post(body=("Claimed by Anna",), summary="Claimed"), "k1")
    line = slack.thread(SUPPORT, thread.root)[-1]
    assert "username" not in arguments(slack, "chat.postMessage")[-1]
    assert line["blocks"][0]["type"] == "context"


async def test_a_card_is_edited_in_place_and_keeps_its_marker(slack, workplace, thread):
    closed = Card("Visitor 1", "closed", (), (), "Closed", "", ())
    await workplace.edit_card(thread, closed, "root-key")
    await workplace.edit_card(thread, closed, "root-key")
    (root,) = slack.messages(SUPPORT)
    assert root["text"] == "closed"
    assert slack.metadata(SUPPORT, thread.root)["event_payload"] == {"key": "root-key"}


async def test_a_post_is_taken_away_twice_without_harm(slack, workplace, thread):
    placed = await workplace.post(thread, LINE, "k1")
    await workplace.delete(SUPPORT, placed.ref)
    await workplace.delete(SUPPORT, placed.ref)
    assert len(slack.thread(SUPPORT, thread.root)) == 1


async def test_only_one_agent_is_told(slack, workplace, thread):
    await workplace.tell(thread, ANNA, Post(body=("only you",), summary="only you"))
    assert [one["thread_ts"] for one in slack.ephemerals(SUPPORT, ANNA)] == [thread.root]
    assert slack.ephemerals(SUPPORT, GUEST) == []


async def test_an_agent_is_told_in_the_channel_when_there_is_no_thread(slack, workplace):
    await workplace.tell(ThreadRef(SUPPORT, ""), ANNA, Post(body=("here",), summary="here"))
    (told,) = slack.ephemerals(SUPPORT, ANNA)
    assert "thread_ts" not in told


async def test_a_post_is_found_by_its_key_alone(workplace, thread):
    began = since()
    placed = await workplace.post(thread, LINE, "k1")
    await workplace.post(thread, LINE, "k2")
    assert await workplace.find(thread, "k1", began) == (placed,)
    assert await workplace.find(thread, "k3", began) == ()


async def test_a_root_is_found_in_the_channel(workplace, thread):
    found = await workplace.find(ThreadRef(SUPPORT, ""), "root-key", since())
    assert [placed.ref for placed in found] == [thread.root]


async def test_every_copy_is_found_oldest_first_over_pages(slack, workplace, thread, monkeypatch):
    monkeypatch.setattr("adapters.slack.search.PAGE", 2)
    places = [await workplace.post(thread, LINE, "twice" if n in (1, 5) else f"k{n}") for n in range(7)]
    found = await workplace.find(thread, "twice", since())
    assert found == (places[1], places[5])
    assert len(slack.calls("conversations.replies")) > 2


async def test_a_search_that_did_not_read_all_does_not_say_none(workplace, thread, monkeypatch):
    monkeypatch.setattr("adapters.slack.search.PAGE", 1)
    monkeypatch.setattr("adapters.slack.search.PAGES", 2)
    for number in range(4):
        await workplace.post(thread, LINE, f"k{number}")
    with pytest.raises(Unreachable):
        await workplace.find(thread, "k9", since())


async def test_a_search_ends_within_the_timeout(slack, settings, thread):
    impatient = await open_slack(replace(settings, timeout=1.0))
    await impatient.workplace.identity()
    slack.fail("conversations.replies", "slow", seconds=2)
    with pytest.raises(Unreachable):
        await impatient.workplace.find(thread, "k1", since())
    await impatient.close()


async def test_what_is_older_than_a_minute_before_is_not_looked_at(workplace, thread):
    later = since() + timedelta(minutes=2)
    await workplace.post(thread, LINE, "k1")
    assert await workplace.find(thread, "k1", later) == ()


async def test_a_thread_that_is_gone_holds_nothing(workplace):
    assert await workplace.find(ThreadRef(SUPPORT, "1000000000.000001"), "k", since()) == ()


DOUBTS = ["cut_after_store", "error_500_after", "html_200", "truncated_json", "wrong_ts"]


@pytest.mark.parametrize("kind", [*DOUBTS, "error_after:internal_error"])
async def test_a_post_in_doubt_stands_once_and_is_found(slack, workplace, thread, kind):
    slack.fail("chat.postMessage", kind)
    with pytest.raises(Unknown):
        await workplace.post(thread, LINE, "k1")
    assert len(slack.thread(SUPPORT, thread.root)) == 2
    assert len(await workplace.find(thread, "k1", since())) == 1


@pytest.mark.parametrize("kind", ["cut_before_store", "error_500_before"])
async def test_a_post_that_was_lost_is_in_doubt_and_not_found(slack, workplace, thread, kind):
    slack.fail("chat.postMessage", kind)
    with pytest.raises(Unknown):
        await workplace.post(thread, LINE, "k1")
    assert len(slack.calls("chat.postMessage")) == 2
    assert await workplace.find(thread, "k1", since()) == ()


async def test_a_silent_slack_ends_after_the_timeout_in_doubt(slack, settings, thread):
    impatient = await open_slack(replace(settings, timeout=1.0))
    slack.fail("chat.postMessage", "slow", seconds=2)
    with pytest.raises(Unknown) as raised:
        await impatient.workplace.post(thread, LINE, "k1")
    assert raised.value.cause == "timeout"
    await impatient.close()


async def test_no_slack_at_all_is_unreachable(slack, workplace):
    await slack.stop()
    with pytest.raises(Unreachable) as raised:
        await workplace.post(ThreadRef(SUPPORT, "1.0"), LINE, "k1")
    assert raised.value.standing is False


async def test_too_many_posts_wait_as_long_as_slack_says(slack, workplace, thread):
    slack.fail("chat.postMessage", "rate_limited", seconds=7)
    with pytest.raises(Unreachable) as raised:
        await workplace.post(thread, LINE, "k1")
    assert (raised.value.limited, raised.value.wait) == (True, 7)


async def test_a_dead_token_is_waited_for(slack, workplace, thread):
    await slack.token(revoked=True)
    with pytest.raises(Unreachable) as raised:
        await workplace.post(thread, LINE, "k1")
    assert (raised.value.cause, raised.value.standing) == ("token_revoked", True)


async def test_a_post_that_slack_refuses_is_rejected(slack, workplace, thread):
    slack.fail("chat.postMessage", "error:msg_blocks_too_long")
    with pytest.raises(Rejected):
        await workplace.post(thread, LINE, "k1")


async def test_after_the_end_no_call_leaves(slack, bridge, thread):
    await bridge.close()
    before = len(slack.calls())
    with pytest.raises(Unreachable):
        await bridge.workplace.post(thread, LINE, "k1")
    assert len(slack.calls()) == before


@pytest.mark.parametrize(
    ("ref", "standing"),
    [
        (ANNA, Standing.MEMBER),
        (GUEST, Standing.GUEST),
        (OUTSIDER, Standing.OUTSIDER),
        ("bot", Standing.BOT),
    ],
)
async def test_a_persons_standing_is_told(slack, workplace, ref, standing):
    who = slack.stage.workspace.bot.user_id if ref == "bot" else ref
    assert (await workplace.person(who)).standing is standing


async def test_a_person_who_left_is_an_outsider(slack, workplace):
    await slack.change_person(ANNA, deleted=True)
    assert (await workplace.person(ANNA)).standing is Standing.OUTSIDER


async def test_a_person_has_a_name_and_a_picture(workplace):
    person = await workplace.person(ANNA)
    assert (person.ref, person.name, person.photo_type) == (ANNA, "Anna", "image/png")
    assert person.photo.startswith(b"\x89PNG")


async def test_nobody_is_an_error(workplace):
    with pytest.raises(Rejected):
        await workplace.person("U0NOBODY001")


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        (SUPPORT, ""),
        (BILLING, ""),
        (GENERAL, "The app is not a member of #general: write /invite @silta in it."),
        ("C0NOWHERE01", "Channel C0NOWHERE01 does not exist or the app cannot see it"),
    ],
)
async def test_what_is_wrong_with_a_channel_is_said(workplace, channel, words):
    fault = await workplace.channel_fault(channel)
    assert fault.startswith(words)
    assert bool(fault) == bool(words)


async def test_an_archived_channel_is_said(slack, workplace):
    await slack.membership(SUPPORT, is_archived=True)
    assert "archived" in await workplace.channel_fault(SUPPORT)


async def test_a_dead_token_is_not_a_channels_fault(slack, workplace):
    await workplace.identity()
    await slack.token(revoked=True)
    with pytest.raises(Unreachable):
        await workplace.channel_fault(SUPPORT)


async def test_who_we_are_is_asked_once(slack, workplace):
    first, again = await workplace.identity(), await workplace.identity()
    assert (first.user, first.bot) == (
        slack.stage.workspace.bot.user_id,
        slack.stage.workspace.bot.bot_id,
    )
    assert first is again
    assert len(slack.calls("auth.test")) == 1


async def test_no_words_are_logged_at_debug(slack, workplace, thread, caplog):
    caplog.set_level("DEBUG")
    await workplace.post(thread, Post(body=("a-secret-word",), summary="a-secret-word"), "k1")
    assert "a-secret-word" not in caplog.text


async def test_a_proxy_of_the_environment_is_not_used_on_this_machine(slack, settings, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    bridge = await open_slack(settings)
    assert (await bridge.workplace.identity()).team
    await bridge.close()


async def test_calls_at_once_do_not_disturb_each_other(workplace, thread):
    keys = [f"k{n}" for n in range(20)]
    places = await asyncio.gather(*(workplace.post(thread, LINE, key) for key in keys))
    found = await asyncio.gather(*(workplace.find(thread, key, since()) for key in keys))
    assert found == [(place,) for place in places]
    assert len({place.ref for place in places}) == 20
