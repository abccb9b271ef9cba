"""Every way in which a call to the connector or the login may go wrong."""

import aiohttp
import pytest

from adapters.playground import Rules
from adapters.playground.errors import Refused
from adapters.playground.teams.workspace import SUPPORT
from tests.playground.teams.wire import QUICK, Clock, text


@pytest.fixture
def rules():
    return Rules(limits=False, teams=QUICK)


def stored(teams):
    return [one["text"] for one in teams.messages(SUPPORT)]


@pytest.mark.parametrize(("kind", "kept"), [("cut_before_store", []), ("cut_after_store", ["x"])])
async def test_a_cut_connection(teams, client, kind, kept):
    teams.fail("create", kind)
    with pytest.raises(aiohttp.ClientError):
        await client.create(text("x"))
    assert stored(teams) == kept
    assert [one.error for one in teams.calls("create")] == ["cut"]
    assert (await client.create(text("y")))[0] == 201


async def test_a_late_effect(teams, client):
    teams.fail("send", "late_effect", seconds=0.03)
    with pytest.raises(aiohttp.ClientError):
        await client.send("", text("x"))
    assert stored(teams) == []
    await teams.settled()
    assert stored(teams) == ["x"]


@pytest.mark.parametrize(
    ("kind", "status", "kept"),
    [
        ("error_500_before", 500, []),
        ("error_500_after", 500, ["x"]),
        ("error_502", 502, []),
        ("error_504", 504, ["x"]),
        ("html_200", 200, ["x"]),
        ("conflict", 412, []),
        ("slow", 201, ["x"]),
        ("error:BotNotInConversationRoster", 403, []),
        ("error:MessageWritesBlocked", 403, []),
        ("error:ServiceError", 500, []),
    ],
)
async def test_a_wrong_answer(teams, client, kind, status, kept):
    teams.fail("send", kind, seconds=0.01)
    assert (await client.send("", text("x")))[0] == status
    assert stored(teams) == kept


async def test_half_an_answer(teams, client):
    teams.fail("create", "truncated_json")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        await client.create(text("x"))
    assert stored(teams) == ["x"]


async def test_an_id_that_no_message_has(teams, client):
    teams.fail("*", "wrong_id", times=2)
    _, made = await client.create(text("x"))
    assert made["id"] == f"{SUPPORT};messageid={made['activityId']}"
    assert teams.thread(SUPPORT, made["activityId"]) == []
    _, made = await client.send("", text("y"))
    assert teams.thread(SUPPORT, made["id"]) == []
    assert stored(teams) == ["x", "y"]


class TestThrottled:
    @pytest.fixture
    def clock(self):
        return Clock()

    @pytest.fixture
    def rules(self, clock):
        return Rules(clock=clock, limits=False, teams=QUICK)

    async def test_the_window_holds_even_without_limits(self, teams, client, clock):
        teams.fail("send", "throttled", seconds=5)
        assert (await client.send("", text("x")))[0] == 429
        assert client.headers["Retry-After"] == "5"
        clock.now += 2
        assert (await client.send("", text("x")))[0] == 429
        assert client.headers["Retry-After"] == "3"
        assert [one.early for one in teams.early_calls()] == [2]
        assert (await client.create(text("x")))[0] == 201
        clock.now += 3
        assert (await client.send("", text("x")))[0] == 201


async def test_the_login_and_the_keys_fail_too(teams, client, http):
    teams.fail("token", "error_502")
    teams.fail("openid", "error_500_before")
    teams.fail("keys", "cut_before_store", times=2)
    with pytest.raises(aiohttp.ContentTypeError):
        await client.login()
    async with http.get(teams.openid_url) as got:
        assert got.status == 500
    with pytest.raises(aiohttp.ClientError):
        await http.get(f"{teams.stage.url}/teams/openid/keys")
    assert (await client.login())[0] == 200
    assert [one.method for one in teams.calls()] == ["token", "token", "openid", "keys", "keys", "token"]


async def test_faults_can_be_cleared(teams, client):
    teams.fail("*", "error_502", times=9)
    teams.events("drop", times=9)
    teams.clear_faults()
    assert (await client.create(text("x")))[0] == 201
    assert teams.stage.deliveries.habits == []


@pytest.mark.parametrize(
    ("method", "kind", "word"),
    [
        ("send", "flood", "unknown_fault"),
        ("send", "error:Nonsense", "unknown_fault"),
        ("post", "slow", "unknown_method"),
    ],
)
def test_a_fault_that_does_not_exist_is_refused(teams, method, kind, word):
    with pytest.raises(Refused, match=word):
        teams.fail(method, kind)
    with pytest.raises(Refused, match="unknown_fault"):
        teams.events("flood")
