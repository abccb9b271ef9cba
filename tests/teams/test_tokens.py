"""Our own token: one for all calls, renewed ahead of its end; what is wrong with the credentials, as sentences."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from adapters.playground.teams.workspace import SUPPORT
from adapters.teams.errors import STANDING_WAIT
from adapters.teams.setup import CLOUDS, TeamsSettings
from adapters.teams.tokens import EARLY, MARGIN, Tokens
from bridge.errors import Unreachable
from bridge.ports import Post
from tests.teams.fakes import Server, until

LINE = Post(("hello",), "hello", author="Visitor")


async def test_fifty_calls_need_one_token(teams, workplace, thread):
    await asyncio.gather(*(workplace.post(thread, LINE, f"k{number}") for number in range(50)))
    assert len(teams.calls("send")) == 50
    assert len(teams.calls("token")) == 1


async def test_many_who_wait_for_the_first_token_are_one_request(teams, tokens):
    teams.fail("token", "slow", seconds=0.1)
    found = await asyncio.gather(*(tokens.token() for _ in range(50)))
    assert len(set(found)) == 1
    assert len(teams.calls("token")) == 1


async def test_a_token_is_renewed_ahead_of_its_end_and_no_call_waits_for_it(teams, tokens, clock):
    first = await tokens.token()
    clock.now += teams.stage.tokens.lifetime - EARLY + 1
    teams.fail("token", "slow", seconds=0.1)
    assert await tokens.token() == first  # at once, while the other is on its way
    await until(lambda: len(teams.calls("token")) == 2)
    await asyncio.sleep(0.05)
    assert await tokens.token() != first
    assert len(teams.calls("token")) == 2


async def test_a_token_that_could_not_be_renewed_serves_until_its_end(teams, tokens, clock):
    first = await tokens.token()
    clock.now += teams.stage.tokens.lifetime - EARLY + 1
    teams.fail("token", "error_502", times=2)
    assert await tokens.token() == first
    await until(lambda: len(teams.calls("token")) == 2)
    clock.now += EARLY - MARGIN
    with pytest.raises(Unreachable):
        await tokens.token()
    assert await tokens.token() != first


async def test_a_token_of_five_minutes_serves_more_than_one_call(teams, tokens, clock):
    teams.stage.tokens.lifetime = 300
    first = await tokens.token()
    for _ in range(20):
        assert await tokens.token() == first
        await asyncio.sleep(0)
    assert len(teams.calls("token")) == 1
    clock.now += 290
    assert await tokens.token() != first


TOKENLESS: tuple[Any, ...] = (
    {}, [], 5, {"access_token": "x"}, {"access_token": 5, "expires_in": 5},
    {"access_token": "x", "expires_in": "soon"}, {"access_token": "x", "expires_in": -1},
)  # fmt: skip


@pytest.mark.parametrize("told", TOKENLESS, ids=range(len(TOKENLESS)))
async def test_an_answer_without_a_token_is_a_fault_and_no_error(settings, session, told):
    async def answer(request):
        return web.json_response(told)

    async with Server(answer) as server:
        made = Tokens(replace(settings, login_url=server.url), session)
        with pytest.raises(Unreachable) as fault:
            await made.token()
        assert not fault.value.standing


async def test_a_token_that_comes_in_pieces_is_read_whole(settings, session):
    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (b'{"access_token": "x", ', b'"expires_in": 3600}'):
            await response.write(piece)
            await asyncio.sleep(0.02)
        return response

    async with Server(answer) as server:
        assert await Tokens(replace(settings, login_url=server.url), session).token() == "x"


async def test_a_revoked_secret_is_a_standing_fault_with_its_sentence_until_it_is_mended(teams, workplace, thread):
    await teams.token(revoked=True)
    with pytest.raises(Unreachable):
        await workplace.post(thread, LINE, "k")
    for _ in range(2):
        with pytest.raises(Unreachable) as fault:
            await workplace.post(thread, LINE, "k")
        assert (fault.value.standing, fault.value.wait) == (True, STANDING_WAIT)
        assert "the client secret is wrong: copy its Value" in str(fault.value)
    await teams.token(revoked=False)
    await workplace.post(thread, LINE, "k")
    assert len(teams.thread(SUPPORT, thread.root)) == 2


async def test_a_token_that_is_not_taken_any_more_is_replaced(teams, workplace, thread):
    teams.expire_tokens()
    with pytest.raises(Unreachable) as refused:
        await workplace.post(thread, LINE, "k")
    assert refused.value.cause == "unauthorized"
    await workplace.post(thread, LINE, "k")
    assert len(teams.calls("token")) == 2


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("AADSTS7000215: Invalid client secret", "copy its Value"),
        ("AADSTS7000222: The provided keys are expired", "has expired"),
        ("AADSTS700016: not found in the directory", "unknown in this tenant"),
        ("AADSTS90002: Tenant not found", "the tenant is unknown"),
        ("AADSTS1: something that nobody knows", "check SILTA_TEAMS_APP_ID"),
    ],
)
async def test_each_refusal_of_the_login_says_what_to_do_and_none_of_its_words(settings, session, number, words):
    async def answer(request):
        return web.json_response({"error": "x", "error_description": f"{number} a-secret-word"}, status=401)

    async with Server(answer) as server:
        with pytest.raises(Unreachable) as fault:
            await Tokens(replace(settings, login_url=server.url), session).token()
    assert fault.value.standing
    assert words in str(fault.value)
    assert "a-secret-word" not in str(fault.value)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_our_own_token_is_asked_for_where_the_cloud_says(cloud):
    made = TeamsSettings(app_id="a", app_password="p", tenant_id="t", cloud=cloud)
    assert made.token_url == f"{CLOUDS[cloud].login}/t/oauth2/v2.0/token"
    assert replace(made, app_type="multi").token_url.split("/")[3] == CLOUDS[cloud].any_tenant
