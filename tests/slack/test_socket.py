"""Events over the wire: acknowledged when durable, the sockets kept open whatever happens."""

import asyncio
import logging
from dataclasses import replace

import pytest

from adapters.playground import Playground
from adapters.playground.workspace import ANNA, SUPPORT
from adapters.slack import open_slack
from bridge.errors import Refused
from bridge.markup import plain
from tests.slack.conftest import RULES, TEMPO
from tests.slack.fakes import last, until


@pytest.fixture
def live(by_socket):
    return by_socket


async def test_a_start_without_slack_returns_and_goes_on_trying(slack, bridge, desk):
    await slack.token(revoked=True)
    await bridge.start()
    await until(lambda: bridge.health()["last_error"] == "token_revoked")
    assert bridge.health()["connections"] == 0
    await slack.token(revoked=False)
    await until(lambda: bridge.health()["connections"] == 2)
    assert bridge.health()["last_error"] is None


async def test_a_trouble_is_told_once_and_so_is_its_end(slack, bridge, caplog):
    caplog.set_level(logging.INFO, "silta.slack")
    await slack.token(revoked=True)
    await bridge.start()
    await until(lambda: len(slack.calls("auth.test")) > 6)
    errors = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert len(errors) == 1
    await slack.token(revoked=False)
    await until(lambda: bridge.health()["connections"] == 2)
    assert [one.message for one in caplog.records if one.levelno == logging.INFO] == ["Slack's events come again."]


async def _hears(slack, desk, thread, words):
    await slack.say(ANNA, SUPPORT, words, thread.root)
    await until(lambda: words in [plain(heard.body) for heard in desk.all("heard")])


async def test_a_token_revoked_and_restored_goes_on(slack, desk, live, thread):
    await slack.token(revoked=True)
    slack.socket("link_disabled")
    await until(lambda: live.health()["last_error"] == "token_revoked")
    await slack.token(revoked=False)
    await until(lambda: live.health()["connections"] == 2)
    await _hears(slack, desk, thread, "after")


@pytest.mark.parametrize("kind", ["refresh", "warning", "reset", "half_open", "link_disabled"])
async def test_lost_connections_are_replaced(slack, desk, live, thread, kind):
    before = len(slack.calls("apps.connections.open"))
    slack.socket(kind)
    await until(lambda: len(slack.calls("apps.connections.open")) >= before + 2)
    await until(lambda: live.health()["connections"] == 2)
    await _hears(slack, desk, thread, "after")


async def test_a_warning_is_enough_to_open_the_next(settings, desk):
    """Long before Slack closes the old one: here it would not within the test."""
    patient = Playground(rules=replace(RULES, refresh_notice=600))
    await patient.start()
    bridge = await open_slack(replace(settings, api_url=patient.api_url), tempo=TEMPO)
    bridge.listen(desk)
    await bridge.start()
    await until(lambda: bridge.health()["connections"] == 2)
    patient.socket("warning")
    await until(lambda: len(patient.calls("apps.connections.open")) == 4)
    await until(lambda: bridge.health()["connections"] == 2 and patient.connections == 2)
    await bridge.stop()
    await bridge.close()
    await patient.stop()


async def test_a_refresh_loses_nothing_that_is_in_work(slack, desk, live, thread):
    desk.gate = asyncio.Event()
    await slack.say(ANNA, SUPPORT, "hello", thread.root)
    await until(lambda: desk.got)
    slack.socket("refresh")
    await until(lambda: len(slack.calls("apps.connections.open")) == 4)
    desk.gate.set()
    await until(lambda: last(slack).acked)


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize("kind", ["error_500_before", "html_200", "cut_before_store"])
async def test_a_failing_start_is_tried_again(slack, bridge, method, kind):
    slack.fail(method, kind, times=3)
    await bridge.start()
    await until(lambda: bridge.health()["connections"] == 2)


async def test_more_than_a_line_can_hold_waits_at_slack(slack, desk, thread, monkeypatch):
    monkeypatch.setattr("adapters.slack.line.MOST_AT_ONCE", 1)
    desk.gate = asyncio.Event()
    for number in range(4):
        await slack.say(ANNA, SUPPORT, f"hello {number}", thread.root)
    await until(lambda: len(desk.got) == 2)
    desk.gate.set()
    await until(lambda: all(one.acked for one in slack.deliveries))
    assert len({heard.ref for heard in desk.all("heard")}) == 4


async def test_the_end_acknowledges_what_is_in_work(slack, desk, live, thread):
    desk.gate = asyncio.Event()
    await slack.say(ANNA, SUPPORT, "hello", thread.root)
    await until(lambda: desk.got)
    ending = asyncio.create_task(live.stop())
    await asyncio.sleep(0.05)
    desk.gate.set()
    await ending
    assert last(slack).acked


async def test_the_end_does_not_wait_for_ever(slack, settings, desk):
    bridge = await open_slack(settings, tempo=TEMPO)
    bridge.listen(desk)
    await bridge.start()
    await until(lambda: slack.connections == 2)
    desk.gate = asyncio.Event()
    slack.socket("half_open")
    async with asyncio.timeout(10):
        await bridge.stop()
        await bridge.close()
    assert bridge.health()["connections"] == 0


async def test_the_end_without_a_start_is_quiet(settings, desk):
    bridge = await open_slack(settings)
    await bridge.stop()
    await bridge.close()
    assert bridge.health() == {"connections": 0}


async def test_a_start_without_a_desk_is_refused(settings):
    bridge = await open_slack(settings)
    with pytest.raises(Refused):
        await bridge.start()
    await bridge.stop()
    await bridge.close()


async def test_the_health_tells_of_the_last_event(slack, live, desk, thread):
    await _hears(slack, desk, thread, "hello")
    assert live.health()["last_event"] is not None
