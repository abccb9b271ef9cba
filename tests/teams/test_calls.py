"""One call each, by kept connections, with one token, to nobody but Teams."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web

from adapters.playground.teams.workspace import ANNA, SUPPORT
from adapters.teams.calls import AT_ONCE, Connector, open_session
from adapters.teams.connection import open_teams
from adapters.teams.tokens import Tokens
from bridge.errors import Rejected, Unknown, Unreachable, WorkplaceError
from bridge.ports import Post, ThreadRef
from tests.teams.conftest import CARD
from tests.teams.fakes import Server

LINE = Post(("hello",), "hello", author="Visitor")


VERBS = {
    "create": lambda workplace, _: workplace.open_thread(SUPPORT, CARD, "k2"),
    "send": lambda workplace, thread: workplace.post(thread, LINE, "k3"),
    "update": lambda workplace, thread: workplace.edit_card(thread, CARD, "k4"),
    "delete": lambda workplace, thread: workplace.delete(SUPPORT, thread.root),
    "member": lambda workplace, _: workplace.person(ANNA),
    "members": lambda workplace, _: workplace.channel_fault(SUPPORT),
}
ANSWERED = ("error_500_before", "error_500_after", "error_502", "error_504", "throttled", "conflict", "html_200")


@pytest.mark.parametrize("kind", ANSWERED)
@pytest.mark.parametrize("verb", VERBS)
async def test_a_call_that_was_answered_is_one_call(teams, workplace, thread, verb, kind):
    workplace.met(ANNA, SUPPORT)
    before = len(teams.calls(verb))
    teams.fail(verb, kind, seconds=1)
    with pytest.raises(WorkplaceError):
        await VERBS[verb](workplace, thread)
    assert len(teams.calls(verb)) == before + 1


@pytest.mark.parametrize("kind", ["cut_before_store", "cut_after_store"])
@pytest.mark.parametrize("verb", ["create", "send"])
async def test_a_post_whose_connection_is_lost_is_one_call_and_in_doubt(teams, workplace, thread, verb, kind):
    workplace.met(ANNA, SUPPORT)
    before = len(teams.calls(verb))
    teams.fail(verb, kind)
    with pytest.raises(Unknown):
        await VERBS[verb](workplace, thread)
    assert len(teams.calls(verb)) == before + 1


@pytest.mark.parametrize("kind", ["cut_before_store", "cut_after_store"])
@pytest.mark.parametrize("verb", ["update", "delete", "member", "members"])
async def test_what_is_harmless_twice_may_be_asked_once_more_when_its_connection_is_lost(
    teams, workplace, thread, verb, kind
):
    """aiohttp's own doing, and for these alone: a kept connection may have been closed while nobody used it."""
    workplace.met(ANNA, SUPPORT)
    before = len(teams.calls(verb))
    teams.fail(verb, kind)
    await VERBS[verb](workplace, thread)
    assert len(teams.calls(verb)) == before + 2


async def test_calls_share_their_connections(settings):
    opened = 0

    async def count(*_):
        nonlocal opened
        opened += 1

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(count)
    session = open_session(settings)
    session.trace_configs.append(trace)
    trace.freeze()
    tokens = Tokens(settings, session)
    connector = Connector(settings, session, tokens)
    try:
        for number in range(30):
            body = {"type": "message", "text": f"{number}"}
            await connector.called("POST", settings.service_url, "conversations", SUPPORT, "activities", body=body)
        assert opened == 1
        where = (settings.service_url, "conversations", SUPPORT, "pagedmembers")
        await asyncio.gather(*(connector.called("GET", *where) for _ in range(200)))
        assert opened <= AT_ONCE
    finally:
        await tokens.close()
        await session.close()


async def test_operations_of_one_conversation_come_one_after_the_other(teams, workplace, thread):
    """Teams answers 412 to whoever does not wait."""
    rules = teams.stage.rules
    teams.stage.rules = replace(rules, teams=replace(rules.teams, holds=0.01))
    found = await asyncio.gather(*(workplace.post(thread, LINE, f"k{number}") for number in range(10)))
    assert len({one.ref for one in found}) == 10
    assert {call.status for call in teams.calls("send")} == {201}


# to whom


async def test_no_token_goes_to_an_address_that_is_not_teams(settings, session, tokens):
    async def answer(request):
        return web.Response()

    async with Server(answer) as server:
        with pytest.raises(Unreachable) as refused:
            await Connector(settings, session, tokens).called("GET", server.url, "conversations")
        assert refused.value.cause == "no_service"
        assert server.requests == []


async def test_a_redirect_is_not_followed(settings, session):
    async def answer(request):
        if "token" in request.path:
            return web.json_response({"access_token": "x", "expires_in": 3600})
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async with Server(answer) as server:
        here = replace(settings, login_url=server.url, service_url=f"{server.url}/teams/")
        connector = Connector(here, session, Tokens(here, session))
        with pytest.raises(Unknown):
            await connector.called("POST", here.service_url, "conversations", body={})
        assert len(server.requests) == 2


async def test_each_part_of_a_path_is_escaped_whole(settings, session):
    async def answer(request):
        return web.json_response({"access_token": "x", "expires_in": 3600})

    async with Server(answer) as server:
        here = replace(settings, login_url=server.url, service_url=f"{server.url}/teams/")
        connector = Connector(here, session, Tokens(here, session))
        await connector.called("GET", here.service_url, "conversations", "../x?a=1#b", "members", "a/b")
        assert server.requests[-1].raw_path == "/teams/v3/conversations/..%2Fx%3Fa%3D1%23b/members/a%2Fb"


async def test_an_answer_in_pieces_is_read_whole_and_a_huge_one_is_not(settings, session, monkeypatch):
    monkeypatch.setattr("adapters.teams.calls.LARGEST_ANSWER", 1_000)

    async def answer(request):
        if "token" in request.path:
            return web.json_response({"access_token": "x", "expires_in": 3600})
        size = 100 if "small" in request.path else 2_000
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (b'{"id": "', b"x" * size, b'"}'):
            await response.write(piece)
            await asyncio.sleep(0.02)
        return response

    async with Server(answer) as server:
        here = replace(settings, login_url=server.url, service_url=f"{server.url}/teams/")
        connector = Connector(here, session, Tokens(here, session))
        assert await connector.called("GET", here.service_url, "small") == {"id": "x" * 100}
        with pytest.raises(Unreachable) as refused:
            await connector.called("GET", here.service_url, "large")
        assert refused.value.cause == "unreadable"


async def test_where_nobody_was_met_nobody_is_looked_up(teams, workplace):
    with pytest.raises(Unreachable, match="nobody was heard"):
        await workplace.person(ANNA)
    assert teams.calls() == []


# time


@pytest.mark.parametrize("verb", ["send", "create", "update"])
async def test_a_login_that_does_not_answer_leaves_nothing_in_doubt(settings, teams, verb):
    slow = await open_teams(replace(settings, timeout=0.2))
    try:
        teams.fail("token", "slow", seconds=0.6)
        with pytest.raises(Unreachable):
            await VERBS[verb](slow.workplace, ThreadRef(SUPPORT, "1790000000000"))
        assert teams.calls(verb) == []
    finally:
        await slow.close()


async def test_a_call_that_takes_too_long_is_in_doubt_and_a_reading_is_not(settings, teams):
    slow = await open_teams(replace(settings, timeout=0.2))
    try:
        await slow.workplace.ping()
        teams.fail("create", "slow", seconds=0.4)
        with pytest.raises(Unknown):
            await slow.workplace.open_thread(SUPPORT, CARD, "k")
        teams.fail("members", "slow", seconds=0.4)
        with pytest.raises(Unreachable):
            await slow.workplace.channel_fault(SUPPORT)
    finally:
        await slow.close()


async def test_what_waits_for_its_turn_too_long_has_not_happened(settings, teams, session, tokens):
    connector = Connector(replace(settings, timeout=0.1), session, tokens)
    async with connector._turn(SUPPORT, float("inf")):
        with pytest.raises(Unreachable) as refused:
            await connector.called("POST", settings.service_url, "conversations", SUPPORT, "activities", body={})
    assert refused.value.cause == "busy"
    assert teams.calls() == []


async def test_a_port_where_nobody_listens_did_nothing(teams, playground, settings):
    opened = await open_teams(replace(settings, timeout=1.0))
    await opened.workplace.ping()
    await playground.stop()
    with pytest.raises(Unreachable):
        await opened.workplace.open_thread(SUPPORT, CARD, "k")
    await opened.close()


async def test_neither_token_nor_words_are_in_the_log(teams, workplace, thread, caplog):
    caplog.set_level(logging.DEBUG, "silta")
    teams.fail("send", "error_500_before")
    with pytest.raises(WorkplaceError):
        await workplace.post(thread, Post(("a-secret-word",), "a-secret-word"), "k")
    await workplace.post(thread, Post(("a-secret-word",), "a-secret-word"), "k")
    given = next(iter(teams.stage.tokens.given))
    assert given not in caplog.text
    assert "a-secret-word" not in caplog.text
    assert json.dumps(len(teams.thread(SUPPORT, thread.root))) == "2"


async def test_what_cannot_be_done_is_said_at_once(workplace, thread):
    for call in (
        workplace.tell(thread, ANNA, LINE),
        workplace.mark(SUPPORT, thread.root, "shown", ""),
        workplace.replies(thread),
    ):
        with pytest.raises(Rejected):
            await call
