"""A pretend Slack on this machine and a bridge to it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from adapters.playground import APP_TOKEN, BOT_TOKEN, HttpTarget, Playground, Rules
from adapters.playground.workspace import SUPPORT
from adapters.slack import SlackSettings, Tempo, open_slack
from bridge.ports import Button, Card, ThreadRef
from tests.slack.door import PATHS, SECRET
from tests.slack.fakes import Desk, until
from tests.slack.sound import unsound

TEMPO = Tempo(
    ping=0.3,
    stagger=0.02,
    pause=0.05,
    longest_pause=0.1,
    settled=0.2,
    linger=0.05,
    farewell=1.0,
    look=0.05,
)
RULES = Rules(limits=False, ack_timeout=0.5, retry_delays=(0.0, 0.05, 0.1), refresh_notice=0.3)
CARD = Card("Visitor 1", "hello", (), ("hello",), "Waiting", "", (Button("claim", "Claim", "v1"),))


@pytest.fixture
async def slack():
    playground = Playground(rules=RULES)
    await playground.start()
    yield playground
    await playground.stop()
    assert unsound(playground.calls()) == []


@pytest.fixture
def settings(slack):
    return SlackSettings(bot_token=BOT_TOKEN, app_token=APP_TOKEN, api_url=slack.api_url, name="acme")


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
async def bridge(slack, settings, desk):
    """Not started: a test that wants events starts it."""
    opened = await open_slack(settings, tempo=TEMPO)
    opened.listen(desk)
    yield opened
    await opened.stop()
    await opened.close()


@pytest.fixture
def workplace(bridge):
    return bridge.workplace


@pytest.fixture
async def url(slack, bridge) -> AsyncIterator[str]:
    """A running web server with the door's routes, and the pretend Slack told of it."""
    app = web.Application(client_max_size=1024)  # what the visitors' side allows does not count here
    app.add_routes(bridge.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    events, presses = (f"{address}{path}" for path in PATHS)
    await slack.deliver_over_http(HttpTarget(events_url=events, interactivity_url=presses, signing_secret=SECRET))
    yield address
    await runner.cleanup()


@pytest.fixture
async def by_http(bridge, url):
    """The bridge with its events coming over HTTP."""
    await bridge.start()
    await until(lambda: bridge.health()["http"]["is_open"])
    return bridge


@pytest.fixture
async def by_socket(slack, bridge):
    """The bridge with its events coming over sockets."""
    await bridge.start()
    await until(lambda: bridge.health()["connections"] == 2)
    await until(lambda: slack.connections == 2)
    return bridge


@pytest.fixture
async def thread(live):
    """A card that stands; `live` is the bridge by the door that the test is about."""
    placed = await live.workplace.open_thread(SUPPORT, CARD, "root-key")
    return ThreadRef(SUPPORT, placed.ref)
