"""A pretend Slack on this machine and a bridge to it."""

import pytest

from adapters.playground import APP_TOKEN, BOT_TOKEN, Playground, Rules
from adapters.slack import SlackSettings, Tempo, open_slack
from tests.slack.fakes import Desk
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
