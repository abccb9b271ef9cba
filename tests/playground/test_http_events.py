"""Signed HTTP deliveries, read by the unmodified library and by a server of our own."""

import json
import socket as sockets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_sdk.signature import SignatureVerifier

from adapters.playground import HttpTarget
from adapters.playground.workspace import ANNA, SUPPORT

SECRET = "secret"


@dataclass
class Door:
    """What arrived, and the answers that are still to be given before 200."""

    answers: list[web.Response] = field(default_factory=list)
    requests: list[tuple[dict, bytes]] = field(default_factory=list)

    async def serve(self, request):
        self.requests.append((dict(request.headers), await request.read()))
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def door(slack) -> AsyncIterator[Door]:
    made = Door()
    application = web.Application()
    application.router.add_post("/", made.serve)
    async with TestServer(application) as server:
        await slack.deliver_over_http(HttpTarget(events_url=str(server.make_url("/")), signing_secret=SECRET))
        yield made


@pytest.fixture
async def bolt(slack, app) -> AsyncIterator[None]:
    """The library's own HTTP mode."""

    async def events(request):
        answer = await app.bolt.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)

    application = web.Application()
    application.router.add_post("/slack", events)
    async with TestServer(application) as server:
        target = HttpTarget(events_url=str(server.make_url("/slack")), signing_secret=SECRET)
        await slack.deliver_over_http(target)
        yield


async def test_the_library_takes_our_signature(slack, app, bolt):
    await slack.say(ANNA, SUPPORT, "hello")
    await slack.settled()
    assert [one["text"] for one in app.events] == ["hello"]


async def test_the_library_verifies_the_url(slack, bolt):
    assert await slack.verify_url() is True


async def test_a_url_that_gives_no_challenge_back_is_not_verified(slack, door):
    assert await slack.verify_url() is False


async def test_a_failed_event_is_repeated_with_its_headers(slack, door):
    door.answers = [web.Response(status=500), web.Response(status=302)]
    await slack.say(ANNA, SUPPORT, "hello")
    await slack.settled()
    numbers = [headers.get("X-Slack-Retry-Num") for headers, _ in door.requests]
    reasons = [headers.get("X-Slack-Retry-Reason") for headers, _ in door.requests]
    assert numbers == [None, "1", "2"]
    assert reasons == [None, "http_error", "http_error"]
    assert len({body for _, body in door.requests}) == 1
    assert slack.deliveries[-1].acked is True


async def test_every_attempt_is_signed(slack, door):
    door.answers = [web.Response(status=500)]
    await slack.say(ANNA, SUPPORT, "hello")
    await slack.settled()
    verifier = SignatureVerifier(SECRET)
    assert all(verifier.is_valid_request(body, headers) for headers, body in door.requests)
    assert not SignatureVerifier("other").is_valid_request(*door.requests[0][::-1])


async def test_no_retry_stops_the_repetition(slack, door):
    door.answers = [web.Response(status=500, headers={"X-Slack-No-Retry": "1"})]
    await slack.say(ANNA, SUPPORT, "hello")
    await slack.settled()
    assert len(door.requests) == 1


async def test_nobody_listening_is_a_failed_connection(slack):
    with sockets.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    await slack.deliver_over_http(HttpTarget(events_url=url, signing_secret=SECRET))
    await slack.say(ANNA, SUPPORT, "hello")
    await slack.settled()
    assert (slack.deliveries[-1].attempts, slack.deliveries[-1].acked) == (4, False)


async def test_a_click_comes_as_a_form(slack, client, door):
    button = {"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "C"}}
    ts = (await client.chat_postMessage(channel=SUPPORT, text="x", blocks=[{"type": "actions", "elements": [button]}]))[
        "ts"
    ]
    await slack.settled()
    pressed = await slack.press(ANNA, SUPPORT, ts, "claim")
    headers, body = door.requests[-1]
    assert (pressed.acked, headers["Content-Type"]) == (True, "application/x-www-form-urlencoded")
    assert body.startswith(b"payload=%7B")


async def test_a_click_that_fails_is_not_repeated(slack, client, door):
    ts = (await client.chat_postMessage(channel=SUPPORT, text="x"))["ts"]
    await slack.settled()
    door.requests.clear()
    door.answers = [web.Response(status=500)]
    assert (await slack.shortcut(ANNA, SUPPORT, ts, "forward")).acked is False
    assert len(door.requests) == 1


async def test_the_body_is_the_wrapper(slack, door):
    await slack.say(ANNA, SUPPORT, "hello")
    await slack.settled()
    body = json.loads(door.requests[0][1])
    assert (body["type"], body["event"]["text"]) == ("event_callback", "hello")
