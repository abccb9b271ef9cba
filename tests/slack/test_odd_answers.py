"""Answers that no Slack should give: none of them may be believed, followed or fetched."""

import asyncio
from datetime import UTC, datetime

import pytest
from aiohttp import web

from adapters.slack import SlackSettings, open_slack
from bridge.errors import Unknown
from bridge.ports import Placed, Post, ThreadRef
from tests.slack.fakes import Server

LINE = Post(body=("hello",), summary="hello", author="Matti")
THREAD = ThreadRef("C1", "1.0")


def told(body, **headers):
    async def answer(request):
        return web.Response(body=body, content_type=headers.get("kind", "application/json"))

    return answer


async def opened(server):
    settings = SlackSettings("xoxb-x", "xapp-x", api_url=f"{server.url}/api/", timeout=2.0)
    return await open_slack(settings)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b'"ok"',
        b"\xff\xfe",
        b"",
        b'{"ok": true}',
        b'{"ok": true, "ts": 5}',
        b'{"ok": true, "ts": "0000000000.000000"}',
        b'{"ok": true, "ts": "soon"}',
        b"[" * 200_000,
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
async def test_an_answer_that_says_nothing_leaves_a_post_in_doubt(body, kind):
    async with Server(told(body, kind=kind)) as server:
        bridge = await opened(server)
        with pytest.raises(Unknown):
            await bridge.workplace.post(THREAD, LINE, "k")
        assert len(server.requests) == 1
        await bridge.stop()
        await bridge.close()


async def test_a_redirect_takes_neither_token_nor_words_along():
    async with Server(told(b'{"ok": true, "ts": "1790000000.000001"}')) as stranger:

        async def away(request):
            raise web.HTTPTemporaryRedirect(f"{stranger.url}/api/chat.postMessage")

        async with Server(away) as server:
            bridge = await opened(server)
            with pytest.raises(Unknown):
                await bridge.workplace.post(THREAD, LINE, "k")
            assert stranger.requests == []
            await bridge.stop()
            await bridge.close()


async def test_a_picture_is_fetched_without_the_token_and_without_following():
    async def answer(request):
        if request.path.startswith("/api/auth.test"):
            return web.json_response({"ok": True, "team_id": "T1", "user_id": "U1", "bot_id": "B1"})
        if request.path.startswith("/api/"):
            profile = {"display_name": "Anna", "image_72": f"http://{request.host}/away.png"}
            return web.json_response({"ok": True, "user": {"id": "U2", "profile": profile}})
        raise web.HTTPFound("/elsewhere.png")

    async with Server(answer) as server:
        bridge = await opened(server)
        person = await bridge.workplace.person("U2")
        asked = [request for request in server.requests if not request.path.startswith("/api/")]
        assert (person.name, person.photo) == ("Anna", b"")
        assert [request.path for request in asked] == ["/away.png"]
        assert "Authorization" not in asked[0].headers
        await bridge.stop()
        await bridge.close()


PNG = b"\x89PNG\r\n\x1a\n"


async def pictured(answer_picture):
    """The person whom a server tells of, with the picture that it serves."""

    async def answer(request):
        if not request.path.startswith("/api/"):
            return await answer_picture(request)
        profile = {"display_name": "Anna", "image_192": f"http://{request.host}/a.png"}
        return web.json_response({"ok": True, "user": {"id": "U2", "profile": profile}})

    async with Server(answer) as server:
        bridge = await opened(server)
        person = await bridge.workplace.person("U2")
        await bridge.stop()
        await bridge.close()
        return person


@pytest.mark.parametrize(
    ("body", "is_kept"),
    [
        (PNG + b"." * 1000, True),
        (PNG + b"." * 256 * 1024, False),
        (b"<svg onload=x>", False),
    ],
)
async def test_a_picture_is_small_and_a_picture(body, is_kept):
    async def answer(request):
        return web.Response(body=body, content_type="image/png")

    person = await pictured(answer)
    assert (person.name, person.photo) == ("Anna", body if is_kept else b"")


async def test_a_picture_that_does_not_come_costs_no_person():
    async def cut(request):
        request.transport.abort()
        return web.Response()

    async def silent(request):
        await asyncio.sleep(4)
        return web.Response()

    assert (await pictured(cut)).photo == b""
    assert (await pictured(silent)).photo == b""


async def test_one_connection_serves_many_calls():
    seen = set()

    async def answer(request):
        seen.add(request.transport.get_extra_info("peername"))
        return web.json_response({"ok": True, "messages": [], "user_id": "U1"})

    async with Server(answer) as server:
        bridge = await opened(server)
        for _ in range(5):
            await bridge.workplace.find(ThreadRef("C1", ""), "k", datetime.now(UTC))
        assert len(seen) == 1
        await bridge.stop()
        await bridge.close()


async def test_a_marker_counts_on_a_post_of_ours_alone():
    mark = {"event_type": "silta_post", "event_payload": {"key": "k"}}
    messages = [
        {"ts": "1790000001.000001", "bot_id": "B1", "metadata": mark},
        {"ts": "1790000002.000001", "bot_id": "B7", "metadata": mark},
        {"ts": "1790000003.000001", "user": "U2", "metadata": mark},
        {"ts": "1790000004.000001", "bot_id": "B1", "metadata": mark | {"event_type": "other"}},
        {"ts": "soon", "bot_id": "B1", "metadata": mark},
        "no message",
    ]

    async def answer(request):
        own = {"team_id": "T1", "user_id": "U1", "bot_id": "B1"}
        return web.json_response({"ok": True, "messages": messages, **own})

    async with Server(answer) as server:
        bridge = await opened(server)
        found = await bridge.workplace.find(THREAD, "k", datetime.now(UTC))
        assert found == (Placed("1790000001.000001", "001790000001.000001000"),)
        await bridge.stop()
        await bridge.close()
