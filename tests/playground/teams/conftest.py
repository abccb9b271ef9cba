"""A pretend Teams with a bot at the other end of its wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.playground import Playground, Rules
from adapters.playground.teams.verbs import Teams
from tests.playground.teams.wire import QUICK, Bot, Client


@pytest.fixture
def rules():
    """Overridden by tests that need other rules."""
    return Rules(teams=QUICK)


@pytest.fixture
async def playground(rules) -> AsyncIterator[Playground]:
    running = Playground(rules=rules)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def teams(playground: Playground) -> Teams:
    return playground.teams


@pytest.fixture
async def bot(teams) -> AsyncIterator[Bot]:
    made = Bot()
    application = web.Application()
    application.router.add_post("/", made.serve)
    async with TestServer(application) as server:
        await teams.deliver_to(str(server.make_url("/")))
        yield made


@pytest.fixture
async def http(playground) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def client(teams, http) -> Client:
    made = Client(teams, http)
    made.token = (await made.login())[1]["access_token"]
    return made
