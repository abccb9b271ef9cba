"""Slack keeps the contract, over the wire of the pretend one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.playground import APP_TOKEN, BOT_TOKEN, Playground, Rules
from adapters.slack import SlackSettings, open_slack
from tests.contract.desk import Desk
from tests.contract.slack_side import SlackSide
from tests.contract.wire import WireContract
from tests.slack.conftest import TEMPO
from tests.slack.fakes import until


@pytest.fixture
async def side() -> AsyncIterator[SlackSide]:
    team = Playground(rules=Rules(limits=False))
    await team.start()
    settings = SlackSettings(bot_token=BOT_TOKEN, app_token=APP_TOKEN, api_url=team.api_url)
    bridge = await open_slack(settings, tempo=TEMPO)
    made = SlackSide(team, bridge.workplace, settings, Desk())
    bridge.listen(made.desk)
    await bridge.start()
    await until(lambda: team.connections == 2)
    yield made
    await bridge.stop()
    await bridge.close()
    for session in made.opened:
        await session.close()
    await team.stop()


class TestSlack(WireContract):
    """All of it."""
