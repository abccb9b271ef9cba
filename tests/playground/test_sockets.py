"""Socket Mode with the unmodified libraries, and with a bare socket where they hide something."""

import contextlib

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from adapters.playground import APP_TOKEN
from adapters.playground.workspace import ANNA, SUPPORT
from tests.playground.conftest import until


@contextlib.asynccontextmanager
async def bare(slack, http):
    """A socket of our own: the test reads every frame and acknowledges what it likes."""
    web = AsyncWebClient(APP_TOKEN, base_url=slack.api_url)
    url = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]
    async with http.ws_connect(url) as ws:
        yield ws


@pytest.fixture
async def raw(slack, http):
    async with bare(slack, http) as ws:
        assert (await ws.receive_json())["type"] == "hello"
        yield ws


async def test_hello_counts_the_sockets(slack, http, raw):
    async with bare(slack, http) as second:
        hello = await second.receive_json()
        assert (hello["num_connections"], slack.connections) == (2, 2)
        assert hello["connection_info"]["app_id"] == "A0SILTAAPP1"
        assert hello["debug_info"]["approximate_connection_time"] == 18060


async def test_a_ticket_admits_once(slack, http):
    web = AsyncWebClient(APP_TOKEN, base_url=slack.api_url)
    url = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]
    async with http.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(url)


async def test_an_event_is_acknowledged_and_not_repeated(slack, app, socket):
    await slack.say(ANNA, SUPPORT, "hello")
    await slack.settled()
    assert [one["text"] for one in app.events] == ["hello"]
    delivery = slack.deliveries[-1]
    assert (delivery.acked, delivery.attempts) == (True, 1)


async def test_what_a_listener_failed_on_comes_again(slack, app, socket):
    app.deaf = 2
    await slack.say(ANNA, SUPPORT, "hello")
    await slack.settled()
    assert [one["text"] for one in app.events] == ["hello"]
    assert (slack.deliveries[-1].acked, slack.deliveries[-1].attempts) == (True, 3)
    assert len({one["event_id"] for one in app.bodies}) == 1


async def test_an_unacknowledged_envelope_is_repeated_three_times(slack, raw):
    await slack.say(ANNA, SUPPORT, "hello")
    frames = [await raw.receive_json() for _ in range(4)]
    await slack.settled()
    assert [one["retry_attempt"] for one in frames] == [0, 1, 2, 3]
    assert [one["retry_reason"] for one in frames] == ["", "timeout", "timeout", "timeout"]
    assert len({one["payload"]["event_id"] for one in frames}) == 1
    assert len({one["envelope_id"] for one in frames}) == 4
    assert slack.deliveries[-1].acked is False


async def test_a_late_acknowledgement_does_not_count(slack, raw):
    await slack.say(ANNA, SUPPORT, "hello")
    first = await raw.receive_json()
    second = await raw.receive_json()
    await raw.send_json({"envelope_id": first["envelope_id"]})
    await raw.send_str("not json")
    await raw.send_json({"envelope_id": second["envelope_id"]})
    await slack.settled()
    assert (slack.deliveries[-1].acked, slack.deliveries[-1].attempts) == (True, 2)


async def test_each_event_goes_to_one_socket_in_turn(slack, http, raw):
    async with bare(slack, http) as second:
        await second.receive_json()
        for number in range(4):
            await slack.say(ANNA, SUPPORT, str(number))
        counts = []
        for ws in (raw, second):
            frames = [await ws.receive_json() for _ in range(2)]
            for frame in frames:
                await ws.send_json({"envelope_id": frame["envelope_id"]})
            counts += [frame["payload"]["event"]["text"] for frame in frames]
        await slack.settled()
    assert sorted(counts) == ["0", "1", "2", "3"]


async def test_an_event_that_nobody_was_there_for_is_repeated(slack, app):
    await slack.say(ANNA, SUPPORT, "hello")
    await slack.settled()
    assert slack.deliveries[-1].attempts == 4
    assert slack.deliveries[-1].acked is False


async def test_a_ping_is_answered_by_every_socket_but_a_half_open_one(slack, http):
    web = AsyncWebClient(APP_TOKEN, base_url=slack.api_url)
    url = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]
    async with http.ws_connect(url, autoping=False) as ws:
        await ws.receive_json()
        await ws.ping(b"there?")
        answer = await ws.receive()
        assert (answer.type, answer.data) == (aiohttp.WSMsgType.PONG, b"there?")
        slack.socket("half_open")
        await ws.ping(b"there?")
        with pytest.raises(TimeoutError):
            await ws.receive(timeout=0.2)


async def test_an_eleventh_socket_is_turned_away(slack, http):
    async with contextlib.AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(bare(slack, http)) for _ in range(11)]
        frames = [await one.receive_json() for one in sockets]
    assert [one["type"] for one in frames] == ["hello"] * 10 + ["disconnect"]
    assert frames[-1]["reason"] == "too_many_websockets"


# faults


@pytest.mark.parametrize("fault", ["refresh", "warning", "link_disabled", "reset"])
async def test_the_client_comes_back_after(slack, app, socket, fault):
    before = slack.stage.hub.links[0]
    slack.socket(fault)
    await until(lambda: before not in slack.stage.hub.links and slack.connections == 1)
    await slack.say(ANNA, SUPPORT, "still here")
    assert (await app.until(1))[0]["text"] == "still here"


@pytest.mark.parametrize(
    ("fault", "reasons"),
    [
        ("refresh", ["refresh_requested"]),
        ("warning", ["warning", "refresh_requested"]),
        ("link_disabled", ["link_disabled"]),
    ],
)
async def test_a_disconnect_says_its_reason_and_closes(slack, raw, fault, reasons):
    slack.socket(fault)
    said = [await raw.receive_json() for _ in reasons]
    assert [one["reason"] for one in said] == reasons
    assert (await raw.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_a_half_open_socket_is_silent_and_loses_what_it_is_given(slack, http):
    async with bare(slack, http) as ws:
        await ws.receive_json()
        slack.socket("half_open")
        await slack.say(ANNA, SUPPORT, "lost")
        with pytest.raises(TimeoutError):
            await ws.receive(timeout=0.2)
        assert slack.connections == 1
        await slack.settled()
        assert slack.deliveries[-1].acked is False


async def test_the_client_notices_a_half_open_socket(slack, app, socket):
    slack.socket("half_open")
    half = slack.stage.hub.links[0]
    await until(lambda: half not in slack.stage.hub.links and slack.connections == 1)
    await slack.say(ANNA, SUPPORT, "back")
    assert (await app.until(1))[-1]["text"] == "back"


async def test_dropped_doubled_and_late_events(slack, app, socket):
    slack.socket("drop_events")
    slack.socket("duplicate_events")
    slack.socket("delay_events", seconds=0.1)
    for text in ("dropped", "doubled", "late", "in time"):
        await slack.say(ANNA, SUPPORT, text)
    await slack.settled()
    assert [one["text"] for one in app.events] == ["doubled", "doubled", "in time", "late"]


async def test_two_sockets_of_one_app_hear_each_event_once(slack, app, socket):
    web = AsyncWebClient(APP_TOKEN, base_url=slack.api_url)
    second = AsyncSocketModeHandler(app.bolt, APP_TOKEN, web_client=web, ping_interval=1)
    await second.connect_async()
    await until(lambda: slack.connections == 2)
    for number in range(6):
        await slack.say(ANNA, SUPPORT, str(number))
    await slack.settled()
    assert sorted(one["text"] for one in app.events) == list("012345")
    await second.close_async()
    await second.client.aiohttp_client_session.close()
