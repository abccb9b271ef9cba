"""chat.*: what is stored, what comes back, what is refused."""

import json
import re

import pytest
from slack_sdk.errors import SlackApiError

from adapters.playground import BOT_TOKEN, Rules, emoji
from adapters.playground.static import FOLDER
from adapters.playground.workspace import ANNA, BILLING, GENERAL, GUEST, SUPPORT

AUTH = {"Authorization": f"Bearer {BOT_TOKEN}"}


@pytest.fixture
def rules():
    return Rules(limits=False)


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


def button(**changes):
    return {
        "type": "button",
        "action_id": "claim",
        "text": {"type": "plain_text", "text": "Claim"},
    } | changes


async def test_a_plain_post_is_from_the_bot_user(client):
    message = (await client.chat_postMessage(channel=SUPPORT, text="hello"))["message"]
    assert {"user", "bot_id", "app_id", "bot_profile", "team"} <= set(message)
    assert "subtype" not in message


async def test_a_post_with_a_name_of_its_own_has_no_user(client):
    posted = await client.chat_postMessage(
        channel=SUPPORT, text="hello", username="Visitor", icon_url="https://silta.test/v.png"
    )
    message = posted["message"]
    assert message["subtype"] == "bot_message"
    assert (message["username"], "user" in message) == ("Visitor", False)
    assert message["icons"]["image_48"] == "https://silta.test/v.png"


async def test_every_ts_is_new_and_greater(client):
    stamps = [(await client.chat_postMessage(channel=SUPPORT, text="x"))["ts"] for _ in range(5)]
    assert stamps == sorted(set(stamps))
    assert all(len(one.partition(".")[2]) == 6 for one in stamps)


async def test_the_same_client_msg_id_makes_two_messages(slack, client):
    for _ in range(2):
        await client.chat_postMessage(channel=SUPPORT, text="x", client_msg_id="same")
    assert len(slack.messages(SUPPORT)) == 2
    assert slack.calls("chat.postMessage")[0].undocumented == ("client_msg_id",)


async def test_a_thread_is_read_back_with_its_metadata(slack, client):
    key = {"event_type": "silta", "event_payload": {"key": "k1"}}
    root = (await client.chat_postMessage(channel=SUPPORT, text="root"))["ts"]
    reply = await client.chat_postMessage(channel=SUPPORT, text="reply", thread_ts=root, metadata=key)
    thread = await client.conversations_replies(channel=SUPPORT, ts=root, include_all_metadata=True)
    assert [one["ts"] for one in thread["messages"]] == [root, reply["ts"]]
    assert thread["messages"][0]["reply_count"] == 1
    assert thread["messages"][1]["metadata"] == key
    bare = await client.conversations_replies(channel=SUPPORT, ts=root)
    assert "metadata" not in bare["messages"][1]


async def test_a_reply_is_no_parent(client):
    root = (await client.chat_postMessage(channel=SUPPORT, text="root"))["ts"]
    reply = (await client.chat_postMessage(channel=SUPPORT, text="x", thread_ts=root))["ts"]
    call = client.chat_postMessage(channel=SUPPORT, text="x", thread_ts=reply)
    assert await refused(call) == "cannot_reply_to_message"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE01", "text": "x"}, "channel_not_found"),
        ({"channel": GENERAL, "text": "x"}, "not_in_channel"),
        ({"channel": SUPPORT, "text": " "}, "no_text"),
        ({"channel": SUPPORT, "text": "x", "username": "n" * 81}, "invalid_arguments"),
        ({"channel": SUPPORT, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": SUPPORT, "attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
        ({"channel": SUPPORT, "text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ({"channel": SUPPORT, "text": "x", "blocks": [{"type": "no"}]}, "invalid_blocks"),
        ({"channel": SUPPORT, "text": "x", "metadata": "no"}, "invalid_metadata_format"),
        ({"channel": SUPPORT, "text": "x", "metadata": {"a": 1}}, "invalid_metadata_schema"),
        (
            {
                "channel": SUPPORT,
                "text": "x",
                "metadata": {"event_type": "a", "event_payload": {"k": "v" * 8000}},
            },
            "metadata_too_large",
        ),
    ],
)
async def test_a_post_is_refused(slack, client, arguments, error):
    assert await refused(client.api_call("chat.postMessage", json=arguments)) == error
    assert slack.messages(SUPPORT) == []


CARRIERS = {
    "chat.postMessage": ({}, "msg_blocks_too_long"),
    "chat.update": ({"ts": "own"}, "msg_too_long"),
    "chat.postEphemeral": ({"user": ANNA}, "msg_too_long"),
}
PICTURE = {"type": "image", "image_url": "https://x.test/a.png"}
ILL = {
    "an empty text": {"type": "section", "text": {"type": "mrkdwn", "text": ""}},
    "a long text": {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
    "a picture without words": PICTURE,
    "a picture with empty words": PICTURE | {"alt_text": ""},
    "a small picture without words": {"type": "context", "elements": [PICTURE]},
    "a picture beside without words": {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "x"},
        "accessory": PICTURE,
    },
    "a long label": {"type": "actions", "elements": [button(text={"type": "plain_text", "text": "x" * 76})]},
    "an empty element": {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}],
    },
}


@pytest.fixture(params=CARRIERS)
async def carrier(request, client):
    """Each method that carries blocks, and what it says when they are too long together."""
    more, over = CARRIERS[request.param]
    if "ts" in more:
        more = {"ts": (await client.chat_postMessage(channel=SUPPORT, text="own"))["ts"]}

    def call(**arguments):
        return client.api_call(request.param, json={"channel": SUPPORT} | more | arguments)

    return call, over


async def test_the_budget_of_all_blocks(carrier):
    call, over = carrier
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}
    assert await refused(call(text="x", blocks=[block] * 5)) == over
    await call(text="x", blocks=[block] * 4)


@pytest.mark.parametrize("ill", ILL)
async def test_an_ill_block_is_refused_by_every_method(carrier, ill):
    call, _ = carrier
    assert await refused(call(text="x", blocks=[ILL[ill]])) == "invalid_blocks"


async def test_nothing_at_all_is_refused_by_every_method(carrier):
    call, _ = carrier
    assert await refused(call(text=" ")) == "no_text"
    assert await refused(call(text="x", markdown_text="y")) == "markdown_text_conflict"
    assert await refused(call(markdown_text="y" * 12_001)) == "invalid_arguments"


async def test_a_standard_emoji_gets_its_code_points(client):
    elements = [{"type": "emoji", "name": name} for name in ("wave", "+1::skin-tone-2", "partyparrot")]
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
    message = (await client.chat_postMessage(channel=SUPPORT, text="x", blocks=[rich]))["message"]
    shown = message["blocks"][0]["elements"][0]["elements"]
    assert [one.get("unicode") for one in shown] == ["1f44b", "1f44d-1f3fb", None]


def test_the_page_and_the_wire_know_the_same_emoji():
    page = (FOLDER / "chat_emoji.js").read_text(encoding="utf-8")
    table = page.partition("const FACES = {")[2].partition("};")[0]
    assert dict(re.findall(r"'?([\w+\-]+)'?: '([^']+)'", table)) == emoji.FACES


async def test_a_text_over_the_limit_is_cut_with_a_warning(slack, client):
    posted = await client.chat_postMessage(channel=SUPPORT, text="x" * 40_001)
    assert posted["response_metadata"]["warnings"] == ["message_truncated"]
    assert len(slack.messages(SUPPORT)[0]["text"]) == 40_000


async def test_an_archived_channel_takes_no_post(slack, client):
    await slack.membership(SUPPORT, is_archived=True)
    call = client.chat_postMessage(channel=SUPPORT, text="x")
    assert await refused(call) == "is_archived"


async def test_a_private_channel_without_the_bot_is_unknown(slack, client):
    await slack.membership(BILLING, bot_is_member=False)
    call = client.chat_postMessage(channel=BILLING, text="x")
    assert await refused(call) == "channel_not_found"


async def test_blocks_get_their_missing_id(client):
    blocks = [{"type": "actions", "elements": [button()]}]
    body = {"channel": SUPPORT, "blocks": blocks}
    message = (await client.api_call("chat.postMessage", json=body))["message"]
    assert message["blocks"][0]["block_id"]
    assert message["text"] == "This content can't be displayed."


async def test_an_edit_without_blocks_drops_them(slack, client):
    blocks = [{"type": "actions", "elements": [button()]}]
    ts = (await client.chat_postMessage(channel=SUPPORT, text="a", blocks=blocks))["ts"]
    await client.chat_update(channel=SUPPORT, ts=ts, text="b")
    message = slack.messages(SUPPORT)[0]
    assert (message["text"], "blocks" in message) == ("b", False)
    assert message["edited"]["user"] == slack.stage.workspace.bot.user_id


async def test_an_edit_over_four_thousand_characters_is_refused(client):
    ts = (await client.chat_postMessage(channel=SUPPORT, text="a"))["ts"]
    call = client.chat_update(channel=SUPPORT, ts=ts, text="x" * 4001)
    assert await refused(call) == "msg_too_long"
    await client.chat_update(channel=SUPPORT, ts=ts, text="x" * 4000)


async def test_only_the_own_message_is_edited_and_deleted(slack, client):
    ts = await slack.say(ANNA, SUPPORT, "mine")
    call = client.chat_update(channel=SUPPORT, ts=ts, text="x")
    assert await refused(call) == "cant_update_message"
    assert await refused(client.chat_delete(channel=SUPPORT, ts=ts)) == "cant_delete_message"


async def test_what_is_not_there_is_not_edited(client):
    call = client.chat_update(channel=SUPPORT, ts="1.000001", text="x")
    assert await refused(call) == "message_not_found"
    call = client.chat_delete(channel=SUPPORT, ts="1.000001")
    assert await refused(call) == "message_not_found"


async def test_a_deleted_root_with_replies_leaves_a_tombstone(slack, client):
    root = (await client.chat_postMessage(channel=SUPPORT, text="root"))["ts"]
    await slack.say(ANNA, SUPPORT, "reply", root)
    await client.chat_delete(channel=SUPPORT, ts=root)
    thread = await client.conversations_replies(channel=SUPPORT, ts=root)
    assert thread["messages"][0]["subtype"] == "tombstone"
    assert len(thread["messages"]) == 2
    call = client.chat_update(channel=SUPPORT, ts=root, text="x")
    assert await refused(call) == "cant_update_message"


async def test_an_ephemeral_is_seen_by_one_person_and_never_read_back(slack, client):
    root = (await client.chat_postMessage(channel=SUPPORT, text="root"))["ts"]
    made = await client.chat_postEphemeral(channel=SUPPORT, user=ANNA, text="psst", thread_ts=root)
    assert [one["text"] for one in slack.thread(SUPPORT, root, ANNA)] == ["root", "psst"]
    assert [one["text"] for one in slack.thread(SUPPORT, root, GUEST)] == ["root"]
    thread = await client.conversations_replies(channel=SUPPORT, ts=root)
    assert len(thread["messages"]) == 1
    call = client.chat_update(channel=SUPPORT, ts=made["message_ts"], text="x")
    assert await refused(call) == "message_not_found"


async def test_an_ephemeral_has_no_longer_name_than_a_post(client):
    call = client.chat_postEphemeral(channel=SUPPORT, user=ANNA, text="x", username="n" * 81)
    assert await refused(call) == "invalid_arguments"


async def test_an_ephemeral_needs_a_member(client):
    call = client.chat_postEphemeral(channel=SUPPORT, user="U0NOBODY001", text="x")
    assert await refused(call) == "user_not_in_channel"


async def test_a_permalink_names_the_thread(slack, client):
    root = await slack.say(ANNA, SUPPORT, "root")
    reply = await slack.say(ANNA, SUPPORT, "reply", root)
    link = (await client.chat_getPermalink(channel=SUPPORT, message_ts=reply))["permalink"]
    assert link.endswith(f"/archives/{SUPPORT}/p{reply.replace('.', '')}?thread_ts={root}&cid={SUPPORT}")


async def test_a_status_line_stays_until_it_is_cleared(slack, client):
    root = (await client.chat_postMessage(channel=SUPPORT, text="root"))["ts"]
    await client.assistant_threads_setStatus(channel_id=SUPPORT, thread_ts=root, status="types")
    assert slack.stage.statuses[SUPPORT, root] == "types"
    call = client.assistant_threads_setStatus(channel_id=SUPPORT, thread_ts="1.000001", status="x")
    assert await refused(call) == "invalid_thread_ts"


@pytest.mark.parametrize("loading", [["x"] * 11, ["x" * 51], [""], "x", [1]])
async def test_what_a_status_line_turns_through_is_short(client, loading):
    root = (await client.chat_postMessage(channel=SUPPORT, text="root"))["ts"]
    arguments = {"channel_id": SUPPORT, "thread_ts": root, "status": "types"}
    call = client.api_call("assistant.threads.setStatus", json=arguments | {"loading_messages": loading})
    assert await refused(call) == "invalid_arguments"
    fine = arguments | {"loading_messages": ["x" * 50] * 10}
    await client.api_call("assistant.threads.setStatus", json=fine)


# how arguments arrive


@pytest.mark.parametrize("how", ["query", "form", "json"])
async def test_arguments_arrive_by_query_form_and_json_alike(slack, http, how):
    arguments = {"channel": SUPPORT, "text": "hello"}
    sent = {"query": "params", "form": "data", "json": "json"}[how]
    async with http.post("/api/chat.postMessage", headers=AUTH, **{sent: arguments}) as got:
        assert (await got.json())["ok"] is True
    assert slack.messages(SUPPORT)[0]["text"] == "hello"


async def test_json_is_ignored_where_the_method_does_not_take_it(http):
    body = {"user": ANNA}
    async with http.post("/api/users.info", headers=AUTH, json=body) as got:
        answer = await got.json()
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]


@pytest.mark.parametrize(
    ("body", "error"),
    [(b"{", "invalid_json"), (b"[]", "json_not_object"), (b"[" * 99999, "invalid_json")],
)
async def test_broken_json_is_named(http, body, error):
    headers = AUTH | {"Content-Type": "application/json; charset=utf-8"}
    async with http.post("/api/chat.postMessage", headers=headers, data=body) as got:
        assert (await got.json())["error"] == error


async def test_json_without_a_charset_is_warned_of(http):
    headers = AUTH | {"Content-Type": "application/json"}
    body = json.dumps({"channel": SUPPORT, "text": "x"}).encode()
    async with http.post("/api/chat.postMessage", headers=headers, data=body) as got:
        answer = await got.json()
    assert (answer["ok"], answer["warning"]) == (True, "missing_charset")


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("", "not_authed"),
        ("Bearer xoxb-other", "invalid_auth"),
        ("Bearer xapp-playground", "not_allowed_token_type"),
    ],
)
async def test_a_wrong_token_is_refused(http, token, error):
    headers = {"Authorization": token} if token else {}
    async with http.post("/api/auth.test", headers=headers) as got:
        assert (await got.json())["error"] == error


async def test_a_bot_token_opens_no_socket(http):
    async with http.post("/api/apps.connections.open", headers=AUTH) as got:
        assert (await got.json())["error"] == "not_allowed_token_type"


async def test_a_revoked_token_is_refused(slack, client):
    await slack.token(revoked=True)
    assert await refused(client.auth_test()) == "token_revoked"
    await slack.token(revoked=False)
    await client.auth_test()


async def test_an_unknown_method(client):
    assert await refused(client.api_call("chat.shout")) == "unknown_method"


class TestWithFewScopes:
    @pytest.fixture
    def rules(self):
        return Rules(limits=False, scopes=frozenset(("chat:write", "channels:history")))

    async def test_what_the_token_may_not_is_named(self, client):
        with pytest.raises(SlackApiError) as caught:
            await client.users_info(user=ANNA)
        answer = caught.value.response
        assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
        assert answer["provided"] == "channels:history,chat:write"

    async def test_a_name_of_ones_own_needs_its_scope(self, client):
        call = client.chat_postMessage(channel=SUPPORT, text="x", username="V")
        assert await refused(call) == "missing_scope"
        await client.chat_postMessage(channel=SUPPORT, text="x")

    async def test_any_one_of_the_scopes_is_enough(self, client):
        await client.conversations_history(channel=SUPPORT)

    async def test_every_answer_lists_the_scopes(self, client):
        headers = (await client.auth_test()).headers
        assert headers["X-OAuth-Scopes"] == "channels:history,chat:write"
