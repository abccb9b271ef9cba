"""Teams keeps the contract, over the wire of the pretend one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.playground import Playground, Rules
from adapters.playground.teams.workspace import ANNA, BILLING, GUEST, OUTSIDER, SUPPORT
from adapters.teams.connection import open_teams
from adapters.teams.setup import MESSAGES_PATH
from tests.contract.desk import Desk
from tests.contract.side import People
from tests.contract.teams_side import TeamsSide, teams_settings
from tests.contract.wire import WireContract

NOBODY = "c0ffee00-0000-4000-8000-00000000000f"


@pytest.fixture
async def side() -> AsyncIterator[TeamsSide]:
    team = Playground(rules=Rules(limits=False))
    await team.start()
    people = team.teams.stage.workspace.people
    bridge = await open_teams(teams_settings(team))
    desk = Desk()
    refs = People(people[ANNA].aad_id, people[GUEST].aad_id, people[OUTSIDER].aad_id, NOBODY)
    made = TeamsSide(team, bridge.workplace, desk, refs)
    _everybody_was_met(made)
    bridge.listen(desk)
    app = web.Application()
    app.add_routes(bridge.routes())
    async with TestServer(app) as server:
        await bridge.start()
        await team.teams.deliver_to(str(server.make_url(MESSAGES_PATH)))
        yield made
        await team.teams.stop()
        await bridge.stop()
    await bridge.close()
    for other in made.opened:
        await other.close()
    await team.stop()


def _everybody_was_met(side: TeamsSide) -> None:
    """People are looked up where they were met; an outsider is only in a shared channel."""
    people = side.people
    for who, where in ((people.member, SUPPORT), (people.guest, SUPPORT), (people.outsider, BILLING)):
        side.workplace.met(who, where)
    side.workplace.met(people.nobody, SUPPORT)


class TestTeams(WireContract):
    """All of it, but what it does not claim to be able to do."""
