"""Faults and rate limits as the client libraries meet them."""

import json

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.playground import Refused, Rules
from adapters.playground.workspace import ANNA, SUPPORT

POST = "chat.postMessage"


class Hand:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def rules(hand):
    return Rules(clock=hand, ack_timeout=0.1, retry_delays=())


def texts(slack):
    return [one["text"] for one in slack.messages(SUPPORT)]


async def post(client, text="x", channel=SUPPORT):
    return await client.chat_postMessage(channel=channel, text=text)


@pytest.mark.parametrize(("kind", "stored"), [("cut_before_store", []), ("cut_after_store", ["x"])])
async def test_a_cut_connection_stores_once_or_never(slack, client, kind, stored):
    slack.fail(POST, kind)
    with pytest.raises((aiohttp.ClientConnectionError, ConnectionError)):
        await post(client)
    assert texts(slack) == stored
    assert [one.error for one in slack.calls(POST)] == ["cut"]


@pytest.mark.parametrize(("kind", "stored"), [("error_500_before", 0), ("error_500_after", 1)])
async def test_a_server_error_stores_before_or_not(slack, client, kind, stored):
    slack.fail(POST, kind)
    with pytest.raises(SlackApiError) as caught:
        await post(client)
    assert (caught.value.response.status_code, len(texts(slack))) == (500, stored)


@pytest.mark.parametrize("kind", ["html_200", "truncated_json"])
async def test_an_unreadable_answer_hides_a_stored_post(slack, http, kind):
    slack.fail(POST, kind)
    arguments = {"channel": SUPPORT, "text": "x", "token": "xoxb-playground"}
    async with http.post("/api/chat.postMessage", data=arguments) as got:
        body = await got.text()
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        json.loads(body)
    assert (got.status, texts(slack)) == (200, ["x"])


async def test_a_wrong_ts_names_no_message(slack, client):
    slack.fail(POST, "wrong_ts")
    ts = (await post(client))["ts"]
    assert slack.thread(SUPPORT, ts) == []
    assert texts(slack) == ["x"]


async def test_a_late_effect_comes_after_the_cut(slack, client):
    slack.fail(POST, "late_effect", seconds=0.05)
    with pytest.raises((aiohttp.ClientConnectionError, ConnectionError)):
        await post(client)
    assert texts(slack) == []
    await slack.settled()
    assert texts(slack) == ["x"]


async def test_a_slow_answer_has_stored_already(slack, client):
    slack.fail(POST, "slow", seconds=30)
    timeout = aiohttp.ClientTimeout(total=0.2)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client.session = session
        with pytest.raises(TimeoutError):
            await post(client)
    assert texts(slack) == ["x"]


async def test_an_error_is_answered_as_often_as_it_was_asked_for(slack, client):
    slack.fail(POST, "error:fatal_error", times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError, match="fatal_error"):
            await post(client)
    await post(client, "third")
    assert texts(slack) == ["third"]


async def test_an_error_after_the_work_has_stored(slack, client):
    slack.fail(POST, "error_after:internal_error")
    with pytest.raises(SlackApiError, match="internal_error"):
        await post(client)
    assert texts(slack) == ["x"]


async def test_a_fault_waits_for_its_own_method_and_is_cleared(slack, client):
    slack.fail("chat.delete", "error:fatal_error")
    await post(client)
    slack.clear_faults()
    await client.chat_delete(channel=SUPPORT, ts=slack.messages(SUPPORT)[0]["ts"])
    with pytest.raises(Refused):
        slack.fail(POST, "earthquake")


# rate limits


async def limited(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    response = caught.value.response
    assert response.status_code == 429
    return response["error"], int(response.headers["Retry-After"])


async def test_posts_to_one_channel_are_one_a_second_after_a_burst(slack, client, hand):
    for _ in range(5):
        await post(client)
    assert await limited(post(client)) == ("rate_limited", 1)
    hand.now += 1
    await post(client)
    assert len(texts(slack)) == 6


async def test_another_channel_has_a_bucket_of_its_own(client):
    for _ in range(5):
        await post(client)
    await post(client, channel="C0BILLING01")


async def test_a_call_inside_the_window_is_written_down_and_refused(slack, client, hand):
    slack.fail(POST, "rate_limited", seconds=30)
    assert await limited(post(client)) == ("rate_limited", 30)
    assert slack.early_calls() == []
    hand.now += 10
    assert await limited(post(client)) == ("rate_limited", 20)
    assert [(one.method, one.early) for one in slack.early_calls()] == [(POST, 10.0)]
    hand.now += 20
    await post(client)
    assert len(slack.early_calls()) == 1


async def test_a_method_has_its_calls_a_minute(client, hand):
    for _ in range(50):
        await client.conversations_info(channel=SUPPORT)
    assert await limited(client.conversations_info(channel=SUPPORT)) == ("ratelimited", 60)
    await client.users_info(user=ANNA)
    hand.now += 60
    await client.conversations_info(channel=SUPPORT)


async def test_the_stock_client_doubles_a_post(slack):
    """What makes the automatic retry of the library dangerous; the pretend Slack must show it."""
    slack.fail(POST, "cut_after_store")
    await post(AsyncWebClient("xoxb-playground", base_url=slack.api_url))
    assert texts(slack) == ["x", "x"]


class TestWithoutLimits:
    @pytest.fixture
    def rules(self):
        return Rules(limits=False)

    async def test_nothing_is_counted(self, slack, client):
        for _ in range(8):
            await post(client)
        assert len(texts(slack)) == 8

    async def test_a_window_that_a_fault_opened_still_holds(self, slack, client):
        slack.fail(POST, "rate_limited", seconds=30)
        await limited(post(client))
        await limited(post(client))
        assert len(slack.early_calls()) == 1
