"""conversations.*, users.*, reactions.* and views.*: what the bot reads and changes."""

import pytest
from slack_sdk.errors import SlackApiError

from adapters.playground import Rules
from adapters.playground.workspace import ANNA, BILLING, GENERAL, OUTSIDER, SUPPORT

MODAL = {
    "type": "modal",
    "callback_id": "transfer",
    "title": {"type": "plain_text", "text": "Transfer"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [{"type": "divider"}],
}


class Hand:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def rules(hand):
    return Rules(limits=False, clock=hand, read_lag=2.0, ack_timeout=0.2, retry_delays=())


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def thread_of(slack, replies):
    root = await slack.say(ANNA, SUPPORT, "root")
    return root, [await slack.say(ANNA, SUPPORT, str(number), root) for number in range(replies)]


async def test_a_message_cannot_be_read_back_before_the_lag_is_over(slack, client, hand):
    root, _ = await thread_of(slack, 1)
    call = client.conversations_replies(channel=SUPPORT, ts=root)
    assert await refused(call) == "thread_not_found"
    assert (await client.conversations_history(channel=SUPPORT))["messages"] == []
    hand.now += 2
    thread = await client.conversations_replies(channel=SUPPORT, ts=root)
    assert len(thread["messages"]) == 2


async def test_a_thread_is_read_page_by_page_with_the_root_on_each(slack, client, hand):
    root, replies = await thread_of(slack, 5)
    hand.now += 2
    seen, cursor = [], ""
    while True:
        page = await client.conversations_replies(channel=SUPPORT, ts=root, limit=2, cursor=cursor)
        assert page["messages"][0]["ts"] == root
        seen += [one["ts"] for one in page["messages"][1:]]
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]
    assert seen == replies


async def test_the_ends_of_a_span_belong_to_it_only_when_asked(slack, client, hand):
    root, replies = await thread_of(slack, 4)
    hand.now += 2

    async def read(**span):
        got = await client.conversations_replies(channel=SUPPORT, ts=root, **span)
        return [one["ts"] for one in got["messages"][1:]]

    assert await read(oldest=replies[1]) == replies[2:]
    assert await read(oldest=replies[1], inclusive=True) == replies[1:]
    assert await read(latest=replies[1]) == replies[:1]
    assert await read(latest=replies[1], inclusive=True) == replies[:2]


async def test_the_ts_of_a_reply_gives_that_one_message(slack, client, hand):
    _, replies = await thread_of(slack, 3)
    hand.now += 2
    got = await client.conversations_replies(channel=SUPPORT, ts=replies[1])
    assert [one["ts"] for one in got["messages"]] == [replies[1]]


async def test_the_history_has_roots_and_broadcasts_newest_first(slack, client, hand):
    root, _ = await thread_of(slack, 2)
    wide = await slack.say(ANNA, SUPPORT, "to all", root, how="broadcast")
    other = await slack.say(ANNA, SUPPORT, "other")
    hand.now += 2
    got = await client.conversations_history(channel=SUPPORT)
    assert [one["ts"] for one in got["messages"]] == [other, wide, root]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"oldest": "soon"}, "invalid_ts_oldest"),
        ({"latest": "1;2"}, "invalid_ts_latest"),
        ({"cursor": "???"}, "invalid_cursor"),
        ({"channel": GENERAL}, "channel_not_found"),
        ({"ts": "1.000001"}, "thread_not_found"),
    ],
)
async def test_a_bad_question_has_its_error(slack, client, hand, arguments, error):
    root, _ = await thread_of(slack, 1)
    hand.now += 2
    asked = {"channel": SUPPORT, "ts": root} | arguments
    assert await refused(client.conversations_replies(**asked)) == error


async def test_the_history_of_a_channel_without_the_bot_is_closed(client):
    assert await refused(client.conversations_history(channel=GENERAL)) == "not_in_channel"


async def test_channels_are_listed_by_type_and_page(client):
    public = await client.conversations_list(limit=1)
    assert [one["id"] for one in public["channels"]] == [GENERAL]
    rest = await client.conversations_list(cursor=public["response_metadata"]["next_cursor"])
    assert [one["id"] for one in rest["channels"]] == [SUPPORT]
    private = await client.conversations_list(types="private_channel")
    assert [one["id"] for one in private["channels"]] == [BILLING]
    assert await refused(client.conversations_list(types="secret")) == "invalid_types"


async def test_the_bots_own_channels(client):
    mine = await client.users_conversations(types="public_channel,private_channel")
    assert {one["id"] for one in mine["channels"]} == {SUPPORT, BILLING}


async def test_a_public_channel_is_joined_once(slack, client):
    first = await client.conversations_join(channel=GENERAL)
    assert first["channel"]["is_member"] is True
    again = await client.conversations_join(channel=GENERAL)
    assert again["warning"] == "already_in_channel"


async def test_the_members_of_a_channel(client):
    got = await client.conversations_members(channel=BILLING, limit=2)
    rest = await client.conversations_members(channel=BILLING, cursor=got["response_metadata"]["next_cursor"])
    assert len(got["members"]) + len(rest["members"]) == 3


async def test_a_person_of_another_organisation_is_marked(client):
    outsider = (await client.users_info(user=OUTSIDER))["user"]
    agent = (await client.users_info(user=ANNA))["user"]
    assert outsider["is_stranger"] is True
    assert "is_stranger" not in agent
    assert outsider["team_id"] != agent["team_id"]
    assert await refused(client.users_info(user="U0NOBODY001")) == "user_not_found"


async def test_avatars_are_pictures(slack, client, http):
    image = (await client.users_info(user=ANNA))["user"]["profile"]["image_72"]
    async with http.get(image.removeprefix(slack.url)) as got:
        body = await got.read()
    assert (got.content_type, body[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")


async def test_presence_is_asked_not_told(slack, client):
    await slack.set_away(ANNA, True)
    assert (await client.users_getPresence(user=ANNA))["presence"] == "away"
    await slack.set_away(ANNA, False)
    assert (await client.users_getPresence(user=ANNA))["presence"] == "active"


async def test_the_small_lists_answer(client):
    assert (await client.team_info())["team"]["domain"] == "playground"
    assert "silta" in (await client.emoji_list())["emoji"]
    assert (await client.bots_info(bot="B0SILTABOT1"))["bot"]["app_id"] == "A0SILTAAPP1"
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    assert ANNA in groups[0]["users"]
    assert len((await client.users_list())["members"]) == 6


async def test_reactions_are_put_read_and_taken(slack, client):
    ts = await slack.say(ANNA, SUPPORT, "x")
    await client.reactions_add(channel=SUPPORT, timestamp=ts, name="eyes")
    call = client.reactions_add(channel=SUPPORT, timestamp=ts, name="eyes")
    assert await refused(call) == "already_reacted"
    await slack.react(ANNA, SUPPORT, ts, ":eyes:")
    got = await client.reactions_get(channel=SUPPORT, timestamp=ts)
    assert got["message"]["reactions"][0]["count"] == 2
    await client.reactions_remove(channel=SUPPORT, timestamp=ts, name="eyes")
    call = client.reactions_remove(channel=SUPPORT, timestamp=ts, name="eyes")
    assert await refused(call) == "no_reaction"
    call = client.reactions_add(channel=SUPPORT, timestamp=ts, name="No Name")
    assert await refused(call) == "invalid_name"


async def test_a_home_tab_is_published_and_guarded_by_its_hash(slack, client):
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = await client.views_publish(user_id=ANNA, view=home)
    await client.views_publish(user_id=ANNA, view=home, hash=first["view"]["hash"])
    call = client.views_publish(user_id=ANNA, view=home, hash=first["view"]["hash"])
    assert await refused(call) == "hash_conflict"
    assert slack.view_of(ANNA)["type"] == "home"


async def test_a_dialog_needs_a_trigger(client):
    call = client.views_open(trigger_id="1.2.3", view=MODAL)
    assert await refused(call) == "invalid_trigger_id"
    call = client.views_open(trigger_id="1.2.3", view=MODAL | {"title": {"text": "x" * 25}})
    assert await refused(call) == "invalid_arguments"
    assert await refused(client.views_update(view_id="V1", view=MODAL)) == "not_found"
