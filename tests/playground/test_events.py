"""Every event we send, held against recorded and documented payloads of the same kind."""

import asyncio

import pytest

from adapters.playground import Rules
from adapters.playground.events import EVENTS
from adapters.playground.workspace import ANNA, BILLING, GENERAL, OUTSIDER, SARA, SUPPORT
from tests.playground.samples import events as recorded
from tests.playground.samples import every_field, fields, kind, load, needed, payload, structure

# Fields that documentation examples carry and real deliveries lack, or that belong to other plans.
NOT_REQUIRED = {
    "message/channel_archive": {"members"},
    "message/group_archive": {"members"},
    "message/message_changed": {"previous_message"},
}
BLOCK = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}}],
}


@pytest.fixture
def rules():
    return Rules(limits=False, retry_delays=(), ack_timeout=5)


async def everything(slack, client):
    """One of each: what the pretend people, the app and the workspace can do."""
    root = (await client.chat_postMessage(channel=SUPPORT, text="root"))["ts"]
    named = await client.chat_postMessage(channel=SUPPORT, text="x", username="V", blocks=[BLOCK])
    reply = await slack.say(ANNA, SUPPORT, "an answer to <@U0SARA00001>", root)
    await slack.say(ANNA, SUPPORT, "to all", root, how="broadcast")
    await slack.say(ANNA, SUPPORT, "waves", how="me")
    await slack.share(ANNA, SUPPORT, {"a.txt": b"x"}, root)
    await slack.post_as_bot("weather", SUPPORT, "rain")
    await slack.edit(ANNA, SUPPORT, reply, "another answer")
    await slack.react(SARA, SUPPORT, root, "eyes")
    await slack.react(SARA, SUPPORT, root, "eyes", remove=True)
    await slack.delete(ANNA, SUPPORT, reply)
    await client.chat_delete(channel=SUPPORT, ts=named["ts"])
    await client.chat_delete(channel=SUPPORT, ts=root)
    await slack.change_person(ANNA, real_name="Anna Lahti")
    await slack.open_home(ANNA)
    await slack.delete_file(ANNA, next(iter(slack.stage.shelf.files)))
    for channel in (SUPPORT, BILLING):
        await slack.invite(channel, OUTSIDER)
        await slack.leave(channel, OUTSIDER)
        await slack.membership(channel, is_archived=True)
        await slack.membership(channel, is_archived=False)
        await slack.rename(channel, f"{channel.lower()}-new")
        await slack.membership(channel, bot_is_member=False)
    await slack.settled()
    await slack.uninstall()


@pytest.fixture
async def sent(slack, client, app, socket):
    """All inner events by kind, as they arrived over the socket."""
    await everything(slack, client)
    await slack.settled()
    found: dict[str, list[dict]] = {}
    for event in app.events:
        found.setdefault(kind(event), []).append(event)
    return found


async def test_every_event_of_the_table_is_sent_and_no_other(sent):
    assert set(sent) == set(EVENTS)


@needed
async def test_every_event_has_what_its_kind_always_has(sent):
    missing = {}
    for name, events in sent.items():
        samples = [set(one) for one in recorded(name)]
        required = set.intersection(*samples) if samples else set()
        required -= NOT_REQUIRED.get(name, set())
        for event in events:
            if lacking := required - set(event):
                missing[name] = lacking
    assert missing == {}


@needed
async def test_no_event_has_a_field_that_was_never_seen(sent):
    known = every_field()
    invented = {name: fields(events) - known for name, events in sent.items()}
    assert {name: found for name, found in invented.items() if found} == {}


@needed
async def test_all_kinds_but_one_have_samples(sent):
    without = {name for name in sent if not recorded(name)}
    assert without == {"group_unarchive"}


@needed
async def test_the_wrapper_is_that_of_the_recorded_ones(sent, app):
    real = load("events/callback-message_changed.json")
    assert all(set(real) == set(body) for body in app.bodies)


PAYLOADS = [
    ("agent_reply", "message", "thread_ts"),
    ("own_named_post", "message/bot_message", "blocks"),
    ("broadcast_reply", "message/thread_broadcast", "root"),
    ("edit", "message/message_changed", "edited"),
    ("reaction", "reaction_added", "item_user"),
    ("joined", "member_joined_channel", "inviter"),
]


@pytest.mark.parametrize(("name", "wanted", "field"), PAYLOADS)
async def test_an_event_has_exactly_the_structure_of_our_payload(sent, name, wanted, field):
    event = next(one for one in sent[wanted] if field in fields(one))
    assert structure(event) == structure(payload(name))


# which events, to whom


async def test_a_channel_without_the_bot_is_silent(slack, app, socket):
    await slack.say(ANNA, GENERAL, "unheard")
    await slack.say(ANNA, SUPPORT, "heard")
    await slack.settled()
    assert [one["text"] for one in app.events] == ["heard"]


async def test_a_tombstone_is_an_edit_of_a_hidden_message(slack, client, app, socket):
    root = await slack.say(ANNA, SUPPORT, "root")
    await slack.say(SARA, SUPPORT, "reply", root)
    await slack.delete(ANNA, SUPPORT, root)
    await slack.settled()
    event = app.events[-1]
    assert event["subtype"] == "message_changed"
    assert (event["message"]["subtype"], event["message"]["user"]) == ("tombstone", "USLACKBOT")
    assert event["previous_message"]["text"] == "root"


async def test_an_outsider_who_speaks_joins_and_the_channel_is_shared(slack, app, socket):
    await slack.say(OUTSIDER, SUPPORT, "hello")
    await slack.settled()
    assert [kind(one) for one in app.events] == [
        "message/channel_join",
        "member_joined_channel",
        "message",
    ]
    assert app.bodies[-1]["is_ext_shared_channel"] is True
    assert app.events[-1]["user_team"] != app.bodies[-1]["team_id"]


async def test_a_deletion_by_an_admin_of_the_bots_post_is_told(slack, client, app, socket):
    ts = (await client.chat_postMessage(channel=SUPPORT, text="root"))["ts"]
    await slack.delete(SARA, SUPPORT, ts)
    await slack.settled()
    assert app.events[-1]["subtype"] == "message_deleted"
    assert app.events[-1]["deleted_ts"] == ts


async def test_events_come_in_the_order_of_the_changes(slack, app, socket):
    for number in range(20):
        await slack.say(ANNA, SUPPORT, str(number))
        await asyncio.sleep(0)
    await slack.settled()
    stamps = [one["ts"] for one in app.events]
    assert sorted(stamps) == [one["ts"] for one in slack.messages(SUPPORT)]


async def test_an_unfurl_is_an_edit_without_a_new_word(slack, app, socket):
    ts = await slack.say(ANNA, SUPPORT, "see http://x.test")
    await slack.settled()
    await slack.unfurl(SUPPORT, ts)
    await slack.settled()
    event = app.events[-1]
    assert event["message"]["text"] == event["previous_message"]["text"]
    assert "attachments" in event["message"]
    assert "edited" not in event["message"]
