"""Activities that get lost, come twice or late, and what is sent again."""

import aiohttp
import pytest
from aiohttp import web

from adapters.playground import Rules, TeamsRules
from adapters.playground.teams.workspace import ANNA, SUPPORT


async def test_what_got_no_answer_is_sent_again_as_it_was(teams, bot):
    bot.answers = [None]
    await teams.say(ANNA, SUPPORT, "hello")
    await teams.settled()
    assert bot.activities[0] == bot.activities[1]
    record = teams.deliveries[0]
    assert (record.name, record.attempts, record.statuses, record.acked) == ("message", 2, [0, 200], True)


@pytest.mark.parametrize("status", [400, 401, 500])
async def test_a_refusal_is_not_repeated(teams, bot, status):
    bot.answers = [web.Response(status=status)]
    await teams.say(ANNA, SUPPORT, "hello")
    await teams.settled()
    assert [(one.statuses, one.acked) for one in teams.deliveries] == [([status], False)]


async def test_nobody_listens(teams, unused_tcp_port):
    await teams.deliver_to(f"http://127.0.0.1:{unused_tcp_port}/")
    await teams.say(ANNA, SUPPORT, "hello")
    await teams.settled()
    assert teams.deliveries[0].statuses == [0, 0, 0]


class TestRepeatingRefusals:
    @pytest.fixture
    def rules(self):
        return Rules(teams=TeamsRules(retry_delays=(0.0,), repeat_refused=True))

    async def test_a_refusal_is_repeated_if_a_rule_says_so(self, teams, bot):
        bot.answers = [web.Response(status=500)]
        await teams.say(ANNA, SUPPORT, "hello")
        await teams.settled()
        assert teams.deliveries[0].statuses == [500, 200]


@pytest.mark.parametrize(("kind", "count"), [("drop", 0), ("twice", 2), ("late", 1), ("unsigned", 1)])
async def test_an_event_goes_wrong_on_the_way(teams, bot, kind, count):
    teams.events(kind, seconds=0.03)
    await teams.say(ANNA, SUPPORT, "first")
    await teams.say(ANNA, SUPPORT, "second")
    await teams.settled()
    found = [one["text"] for one in bot.activities]
    assert found.count("first") == count
    assert found.count("second") == 1
    assert (kind != "late") or found == ["second", "first"]
    assert ("" in bot.tokens) == (kind == "unsigned")


async def test_a_bot_without_an_endpoint_is_told_nothing(teams):
    await teams.say(ANNA, SUPPORT, "x")
    await teams.settled()
    assert [(one.attempts, one.acked) for one in teams.deliveries] == [(0, False)]


async def test_the_pages_of_another_origin_cannot_drive_it(teams, http):
    headers = {"Origin": "http://evil.test"}
    assert isinstance(http, aiohttp.ClientSession)
    async with http.post(f"{teams.stage.url}/teams/control/uninstall", headers=headers) as got:
        assert got.status == 403
