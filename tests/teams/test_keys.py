"""The keys that sign what comes in: rotated, unknown, old, out of reach, and never waited for by others."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from adapters.teams import keys as teams_keys
from adapters.teams.connection import open_teams
from adapters.teams.keys import KEPT, PAUSE, Keys, KeysUnreachable
from bridge.errors import Refused
from tests.teams.door import activity
from tests.teams.fakes import Desk, Server, until


@pytest.fixture
async def keys(teams, session, clock):
    made = Keys(teams.openid_url, session, clock)
    yield made
    await made.close()


def kid(teams) -> str:
    found: str = teams.stage.keys.current.kid
    return found


async def test_a_rotated_key_is_known_after_one_refresh(teams, keys, clock):
    assert await keys.key(kid(teams)) is not None
    retired = kid(teams)
    teams.rotate_keys()
    clock.now += PAUSE
    assert await keys.key(kid(teams)) is not None
    assert await keys.key(retired) is None
    assert len(teams.calls("keys")) == 2


async def test_a_rotated_key_is_taken_at_the_door(door, live, monkeypatch):
    monkeypatch.setattr(teams_keys, "PAUSE", 0.0)
    door.teams.rotate_keys()
    assert (await door.teams.send_raw(activity(door.teams))).status == 200
    assert (await door.teams.send_raw(activity(door.teams), door.teams.token_for(signer="retired"))).status == 401
    assert len(door.desk.got) == 1


async def test_a_flood_of_unknown_keys_is_one_fetch_in_ten_seconds(teams, keys, clock):
    await keys.refresh()
    for _ in range(3):
        before = len(teams.calls("keys"))
        clock.now += PAUSE
        found = await asyncio.gather(*(keys.key(f"key-{number}") for number in range(200)))
        assert found == [None] * 200
        assert len(teams.calls("keys")) == before + 1
        clock.now += PAUSE - 0.1
        assert await keys.key("another") is None
        assert len(teams.calls("keys")) == before + 1
        clock.now += PAUSE


async def test_a_flood_of_unknown_keys_at_the_door_asks_nobody_within_ten_seconds_of_the_start(door):
    teams = door.teams
    tokens = [teams.token_for(kid=f"key-{number}") for number in range(50)]
    answers = await asyncio.gather(*(teams.send_raw(activity(teams), token) for token in tokens))
    assert {answer.status for answer in answers} == {401}
    assert len(teams.calls("keys")) == 1


async def test_known_keys_do_not_wait_for_the_fetch_that_an_unknown_one_asks_for(teams, keys, clock):
    await keys.refresh()
    clock.now += PAUSE
    teams.fail("keys", "slow", seconds=0.3)
    asked = asyncio.create_task(keys.key("unknown"))
    await asyncio.sleep(0)
    assert await keys.key(kid(teams)) is not None
    assert not asked.done()
    assert await asked is None


async def test_keys_are_kept_for_a_day_and_longer_while_no_others_can_be_had(teams, keys, clock):
    await keys.refresh()
    clock.now += KEPT - 1
    assert await keys.key(kid(teams)) is not None
    assert len(teams.calls("keys")) == 1
    clock.now += 2
    teams.fail("openid", "error_502")
    assert await keys.key(kid(teams)) is not None
    assert len(teams.calls("keys")) == 1
    clock.now += PAUSE
    assert await keys.key(kid(teams)) is not None
    assert len(teams.calls("keys")) == 2


async def test_keys_out_of_reach_at_the_start_are_503_and_later_fine(teams, bridge, url, desk, monkeypatch):
    teams.fail("openid", "error_500_before", times=2)
    monkeypatch.setattr(teams_keys, "PAUSE", 0.0)
    await bridge.start()
    await until(lambda: teams.calls("openid"))
    assert (await teams.send_raw(activity(teams))).status == 503
    assert not bridge.hears
    assert (await teams.send_raw(activity(teams))).status == 200
    assert bridge.hears
    assert len(desk.got) == 1


FAULTS = ("cut_before_store", "error_500_before", "error_502", "html_200", "truncated_json", "error_504")


@pytest.mark.parametrize("method", ["openid", "keys"])
@pytest.mark.parametrize("kind", FAULTS)
async def test_no_answer_of_theirs_is_an_error_of_ours(teams, keys, clock, method, kind):
    teams.fail(
        method, kind, times=2 if kind.startswith("cut") else 1
    )  # a reading whose connection is lost is read again
    with pytest.raises(KeysUnreachable):
        await keys.key(kid(teams))
    clock.now += PAUSE
    assert await keys.key(kid(teams)) is not None


async def test_keys_that_never_come_are_given_up(teams, keys, monkeypatch):
    monkeypatch.setattr(teams_keys, "FETCH", 0.05)
    teams.fail("keys", "slow", seconds=0.3)
    with pytest.raises(KeysUnreachable):
        await keys.key(kid(teams))


ODD: tuple[Any, ...] = (
    [], 5, None, {}, {"keys": 5}, {"keys": [5, None, [], {}]}, {"keys": [{"kty": "RSA"}]},
    {"keys": [{"kty": "RSA", "kid": "x", "n": 5, "e": []}]}, {"keys": [{"kty": "RSA", "kid": "x", "n": "", "e": ""}]},
    {"keys": [{"kty": "oct", "kid": "x", "k": "YQ"}]}, {"keys": [{"kty": "RSA", "kid": 5, "n": "AQ", "e": "AQAB"}]},
    {"keys": [{"kty": "RSA", "kid": "x", "n": "é", "e": "AQAB"}]},
    {"keys": [{"kty": "RSA", "kid": "x", "n": "AQ", "e": "AQAB", "endorsements": 5}]},
)  # fmt: skip


@pytest.mark.parametrize("told", ODD, ids=range(len(ODD)))
async def test_a_set_of_keys_that_is_none_leaves_those_that_were_known(teams, session, clock, told):
    answers: list = [teams.stage.keys.published()]

    async def answer(request):
        is_first = request.path.endswith("configuration")
        return web.json_response({"jwks_uri": f"{server.url}/keys"} if is_first else answers[0])

    async with Server(answer) as server:
        keys = Keys(f"{server.url}/configuration", session, clock)
        assert await keys.key(kid(teams)) is not None
        answers[0] = told
        await keys.refresh()
        assert await keys.key(kid(teams)) is not None


@pytest.mark.parametrize("named", ["http://evil.example/keys", "file:///etc/passwd", "", "//evil.example", "ftp://x/"])
async def test_keys_are_not_fetched_from_an_address_that_is_not_safe(teams, session, named):
    async def answer(request):
        return web.json_response({"jwks_uri": named})

    async with Server(answer) as server:
        keys = Keys(f"{server.url}/configuration", session)
        with pytest.raises(KeysUnreachable):
            await keys.key("x")
        assert len(server.requests) == 1


async def test_a_redirect_is_not_followed(teams, session):
    async def answer(request):
        raise web.HTTPFound("/elsewhere")

    async with Server(answer) as server:
        keys = Keys(f"{server.url}/configuration", session)
        with pytest.raises(KeysUnreachable):
            await keys.key("x")
        assert [one.path for one in server.requests] == ["/configuration"]


async def test_a_set_of_keys_that_comes_in_pieces_is_read_whole(teams, session):
    """The real one is larger than what one packet holds."""

    async def answer(request):
        if request.path == "/configuration":
            return web.json_response({"jwks_uri": f"{server.url}/keys"})
        raw = json.dumps(teams.stage.keys.published()).encode()
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (raw[:100], raw[100:]):
            await response.write(piece)
            await asyncio.sleep(0.05)
        return response

    async with Server(answer) as server:
        keys = Keys(f"{server.url}/configuration", session)
        assert await keys.key(kid(teams)) is not None


# over a restart


async def nowhere(told):
    """Who keeps nothing."""


async def test_keys_of_an_earlier_run_prove_while_none_can_be_had(teams, bridge, url, desk):
    desk.kept["keys"] = json.dumps(teams.stage.keys.published()["keys"])
    teams.fail("openid", "error_502", times=9)
    await bridge.start()
    assert (await teams.send_raw(activity(teams))).status == 200
    assert [verb for verb, _ in desk.got] == ["heard"]


async def test_keys_that_were_fetched_are_kept_once_and_take_the_place_of_the_old(teams, keys, clock):
    kept: list = []

    async def keep(told):
        kept.append(told)

    keys.recall("[]", keep)
    await keys.key(kid(teams))
    await keys.refresh()
    retired = kid(teams)
    teams.rotate_keys()
    clock.now += PAUSE
    await keys.key(kid(teams))
    assert [json.loads(one)[0]["kid"] for one in kept] == [retired, kid(teams)]
    assert await keys.key(retired) is None


@pytest.mark.parametrize("kept", ["", "{", "5", "null", '{"a": 1}', "[5, null, {}]", "[" * 100_000], ids=range(7))
async def test_kept_keys_that_cannot_be_read_are_none(keys, teams, kept):
    keys.recall(kept, nowhere)
    assert not keys.are_known
    assert await keys.key(kid(teams)) is not None


@pytest.mark.parametrize("failure", [Refused("busy"), Refused("too_many")])
async def test_keys_that_could_not_be_kept_prove_all_the_same(settings, failure):
    class Full(Desk):
        async def learned(self, workplace, name, value):
            raise failure

    bridge = await open_teams(settings)
    bridge.listen(Full())
    await bridge.start()
    await until(lambda: bridge.hears)
    await bridge.stop()
    await bridge.close()
