"""The control API as the page uses it, over HTTP."""

import asyncio

import pytest

from adapters.playground import Rules
from adapters.playground.static import FOLDER
from adapters.playground.workspace import ANNA, BILLING, GUEST, MIKAEL, OUTSIDER, SUPPORT


@pytest.fixture
def rules():
    return Rules(limits=False, retry_delays=(), ack_timeout=0.1)


@pytest.fixture
def play(http):
    async def call(verb, status=200, **body):
        async with http.post(f"/play/{verb}", json=body) as got:
            assert got.status == status, await got.text()
            return await got.json()

    return call


@pytest.fixture
def look(http):
    async def read(what, status=200, **query):
        async with http.get(f"/play/{what}", params=query) as got:
            assert got.status == status
            return await got.json()

    return read


async def test_the_workspace_is_described(look):
    found = await look("workspace")
    assert set(found) == {"team", "bot", "users", "channels", "usergroups"}
    assert {one["id"]: one["bot_is_member"] for one in found["channels"]}[BILLING] is True
    flags = {one["id"]: (one["is_restricted"], one["is_stranger"]) for one in found["users"]}
    assert flags[GUEST] == (True, False)
    assert flags[OUTSIDER] == (False, True)


async def test_a_thread_is_said_and_read(play, look):
    root = (await play("say", user=ANNA, channel=SUPPORT, text="root"))["ts"]
    where = {"user": MIKAEL, "channel": SUPPORT, "thread_ts": root}
    await play("say", text="reply", **where)
    await play("say", text="wide", broadcast=True, **where)
    channel = (await look("channel", channel=SUPPORT, viewer=ANNA))["messages"]
    assert [one["text"] for one in channel] == ["root", "wide"]
    assert channel[0]["reply_count"] == 2
    assert channel[0]["author"]["name"] == "Anna"
    thread = (await look("thread", channel=SUPPORT, ts=root, viewer=ANNA))["messages"]
    assert [one["text"] for one in thread] == ["root", "reply", "wide"]


async def test_an_app_is_shown_under_its_own_name(client, look):
    await client.chat_postMessage(channel=SUPPORT, text="x", username="Visitor 7")
    await client.chat_postEphemeral(channel=SUPPORT, user=ANNA, text="psst")
    shown = (await look("channel", channel=SUPPORT, viewer=ANNA))["messages"]
    assert [one["author"]["name"] for one in shown] == ["Visitor 7", "Silta"]
    assert [one.get("ephemeral", False) for one in shown] == [False, True]
    others = (await look("channel", channel=SUPPORT, viewer=MIKAEL))["messages"]
    assert len(others) == 1


async def test_an_own_message_is_edited_reacted_to_and_deleted(play, look):
    ts = (await play("say", user=ANNA, channel=SUPPORT, text="one"))["ts"]
    where = {"channel": SUPPORT, "ts": ts}
    await play("edit", user=ANNA, text="two", **where)
    await play("react", user=MIKAEL, name="eyes", **where)
    shown = (await look("channel", channel=SUPPORT))["messages"][0]
    assert (shown["text"], shown["reactions"][0]["users"]) == ("two", [MIKAEL])
    await play("react", user=MIKAEL, name="eyes", remove=True, **where)
    await play("delete", user=ANNA, **where)
    assert (await look("channel", channel=SUPPORT))["messages"] == []


@pytest.mark.parametrize(
    ("verb", "body", "error"),
    [
        ("say", {"channel": SUPPORT, "text": "x"}, "missing_user"),
        ("say", {"user": "U0NOBODY001", "channel": SUPPORT, "text": "x"}, "user_not_found"),
        ("say", {"user": ANNA, "channel": "C0", "text": "x"}, "channel_not_found"),
        ("say", {"user": MIKAEL, "channel": BILLING, "text": "x"}, "not_in_channel"),
        ("say", {"user": ANNA, "channel": SUPPORT, "text": "x", "me": 1}, "invalid_me"),
        ("edit", {"user": ANNA, "channel": SUPPORT, "ts": "1", "text": "x"}, "message_not_found"),
        ("fault", {"method": "auth.test", "kind": "flood"}, "unknown_fault"),
        ("fault", {"method": "a", "kind": "slow", "seconds": -1}, "invalid_seconds"),
        ("socket", {"kind": "flood"}, "unknown_fault"),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(play, verb, body, error):
    assert await play(verb, 400, **body) == {"error": error}


async def test_only_the_author_edits(play):
    ts = (await play("say", user=ANNA, channel=SUPPORT, text="one"))["ts"]
    body = {"user": MIKAEL, "channel": SUPPORT, "ts": ts, "text": "x"}
    assert await play("edit", 400, **body) == {"error": "not_your_message"}


async def test_a_body_that_is_no_object_is_refused(http):
    for body in (b"[]", b"{", b"[" * 99999):
        async with http.post("/play/say", data=body) as got:
            assert (got.status, await got.json()) == (400, {"error": "invalid_json"})


async def test_another_app_posts(play, look):
    await play("post_as_bot", bot_name="weather", channel=SUPPORT, text="rain")
    shown = (await look("channel", channel=SUPPORT))["messages"][0]
    assert (shown["subtype"], shown["author"]["name"]) == ("bot_message", "weather")
    assert shown["author"]["is_app"] is True


async def test_a_press_that_nobody_takes_says_so(client, play):
    button = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "A"}}
    card = [{"type": "actions", "elements": [button]}]
    ts = (await client.chat_postMessage(channel=SUPPORT, text="x", blocks=card))["ts"]
    answer = await play("press", user=ANNA, channel=SUPPORT, ts=ts, action_id="a")
    assert (answer["acked"], set(answer)) == (False, {"acked", "seconds"})


async def test_the_workspace_is_changed(play, look):
    await play("membership", channel=BILLING, bot_is_member=False)
    await play("membership", channel=SUPPORT, is_archived=True)
    channels = {one["id"]: one for one in (await look("workspace"))["channels"]}
    assert channels[BILLING]["bot_is_member"] is False
    assert channels[SUPPORT]["is_archived"] is True


async def test_faults_are_set_and_cleared(slack, client, http, play, look):
    await play("fault", method="auth.test", kind="error:fatal_error", times=3)
    async with http.delete("/play/fault") as got:
        assert got.status == 200
    await client.auth_test()
    await play("token", revoked=True)
    calls = (await look("calls", method="auth.test"))["calls"]
    assert [(one["method"], one["error"]) for one in calls] == [("auth.test", "")]
    assert (await look("calls", since=calls[0]["at"] + 1))["calls"] == []
    assert await look("calls", 400, since="soon") == {"error": "invalid_since"}


async def test_the_call_log_keeps_no_token(client, look):
    await client.api_call("auth.test", params={"token": "xoxb-playground"})
    assert "token" not in (await look("calls"))["calls"][0]["arguments"]


async def test_the_live_socket_says_that_something_changed(slack, http):
    async with http.ws_connect("/play/live") as live:
        assert await live.receive_json() == {"type": "connections", "count": 0}
        root = await slack.say(ANNA, SUPPORT, "root")
        assert await live.receive_json() == {
            "type": "changed",
            "channel": SUPPORT,
            "thread_ts": None,
        }
        await slack.say(ANNA, SUPPORT, "reply", root)
        assert (await live.receive_json())["thread_ts"] == root


async def test_a_page_of_another_origin_is_refused(slack, http):
    body = {"user": ANNA, "channel": SUPPORT, "text": "x"}
    for origin in ("http://evil.test", "null", "http://127.0.0.1:1"):
        async with http.post("/play/say", json=body, headers={"Origin": origin}) as got:
            assert got.status == 403
    async with http.post("/play/say", json=body, headers={"Origin": slack.url}) as got:
        assert got.status == 200


async def test_a_name_that_only_resolves_to_this_machine_is_refused(http):
    async with http.get("/play/workspace", headers={"Host": "rebound.test"}) as got:
        assert (got.status, await got.json()) == (403, {"error": "host_not_loopback"})


# pages


@pytest.fixture
def pages(tmp_path, monkeypatch):
    """A folder of our own instead of the real pages."""
    (tmp_path / "shop.html").write_text('<a href="{{SILTA_ORIGIN}}">{{SITE_KEY}}</a>')
    (tmp_path / "chat.html").write_text("{{SITE_KEY}}")
    (tmp_path / "secret.txt").write_text("x")
    monkeypatch.setattr("adapters.playground.static.FOLDER", tmp_path)
    return tmp_path


async def test_the_shop_is_filled_and_escaped(pages, http):
    async with http.get("/shop") as got:
        assert await got.text() == '<a href="http://silta.test">k&amp;y</a>'
    async with http.get("/chat") as got:
        assert await got.text() == "{{SITE_KEY}}"


@pytest.mark.parametrize("path", ["secret.txt", "..%2Fserver.py", "%2Fetc%2Fpasswd", "none.css", ".html", "..%5Ca.js"])
async def test_nothing_else_is_served(pages, http, path):
    async with http.get(f"/static/{path}") as got:
        assert got.status == 404


async def test_the_real_pages_are_served(http):
    for path, name in (("/", "demo.html"), ("/chat", "chat.html"), ("/shop", "shop.html")):
        assert (FOLDER / name).is_file()
        async with http.get(path) as got:
            assert (got.status, got.content_type) == (200, "text/html")


async def test_the_connections_of_the_app_are_counted_live(slack, http, app):
    async with http.ws_connect("/play/live") as live:
        await live.receive_json()
        slack.stage.live.count(1)
        await asyncio.sleep(0)
        assert await live.receive_json() == {"type": "connections", "count": 1}
