"""A pretend Teams on this machine and a bridge to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from adapters.playground import Playground, Rules, TeamsRules
from adapters.playground.teams.workspace import APP_ID, APP_PASSWORD, SUPPORT, TENANT
from adapters.teams.calls import open_session
from adapters.teams.connection import TeamsSettings, open_teams
from adapters.teams.setup import MESSAGES_PATH
from adapters.teams.tokens import Tokens
from bridge.ports import Button, Card, ThreadRef
from tests.teams.door import Doorway
from tests.teams.fakes import Clock, Desk, until

RULES = Rules(teams=TeamsRules(limits=False, ack_timeout=5.0, retry_delays=(0.0, 0.05)))
CARD = Card("Visitor 1", "hello", (), ("hello",), "Waiting", "", (Button("claim", "Claim", "v1"),))


@pytest.fixture
def rules():
    """Overridden by tests that need other rules."""
    return RULES


@pytest.fixture
async def playground(rules) -> AsyncIterator[Playground]:
    running = Playground(rules=rules)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def teams(playground):
    return playground.teams


@pytest.fixture
def settings(teams):
    return TeamsSettings(
        app_id=APP_ID,
        app_password=APP_PASSWORD,
        tenant_id=TENANT,
        login_url=teams.login_url,
        openid_url=teams.openid_url,
        service_url=teams.service_url,
        name="acme",
    )


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def session(settings):
    async with open_session(settings) as opened:
        yield opened


@pytest.fixture
async def tokens(settings, session, clock):
    made = Tokens(settings, session, clock)
    yield made
    await made.close()


@pytest.fixture
async def bridge(settings, desk):
    """Not started: a test that wants activities starts it."""
    opened = await open_teams(settings)
    opened.listen(desk)
    yield opened
    await opened.stop()
    await opened.close()


@pytest.fixture
def workplace(bridge):
    return bridge.workplace


@pytest.fixture
async def url(teams, bridge) -> AsyncIterator[str]:
    """A running web server with the door's route, and the pretend Teams told of it."""
    app = web.Application(client_max_size=1024)  # what the visitors' side allows does not count here
    app.add_routes(bridge.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}{MESSAGES_PATH}"
    await teams.deliver_to(address)
    yield address
    await teams.stage.deliveries.stop()
    await runner.cleanup()


@pytest.fixture
async def live(bridge, url):
    """The bridge with its door open."""
    await bridge.start()
    await until(lambda: bridge.hears)
    return bridge


@pytest.fixture
def door(live, teams, url, desk):
    return Doorway(teams, url, desk)


@pytest.fixture
async def thread(live):
    """A card that stands."""
    placed = await live.workplace.open_thread(SUPPORT, CARD, "root-key")
    return ThreadRef(SUPPORT, placed.ref)
