"""What `check` and `probe` say: each fault as a sentence that names the cure, and nothing left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp import web

from adapters.playground.teams.workspace import ANNA, SUPPORT, TEAM
from adapters.teams import knock
from adapters.teams.connection import open_teams
from tests.teams.door import activity
from tests.teams.fakes import Server


async def probed(bridge, channel=SUPPORT, person=""):
    return [finding async for finding in bridge.probe(channel, person, None)]


async def test_a_channel_that_is_well_is_tried_and_left_as_it_was(teams, bridge):
    bridge.workplace.met(ANNA, SUPPORT)
    findings = await probed(bridge, person=ANNA)
    assert [one.what for one in findings if not one.is_well] == []
    tried = findings[-1].facts["tried"]
    assert set(tried) == {"token", "channel", "post", "card edited", "line", "long line", "person"}
    roots = teams.messages(SUPPORT)
    assert all(one["deleted"] for root in roots for one in teams.thread(SUPPORT, root["id"]))


CLOSED = {
    "error:BotNotInConversationRoster": "add the app to the team again",
    "error:MessageWritesBlocked": "posting in the channel is blocked",
}


@pytest.mark.parametrize(("fault", "word"), CLOSED.items())
async def test_a_channel_that_is_not_well_says_why(teams, bridge, fault, word):
    teams.fail("create", fault)
    (post,) = [one for one in await probed(bridge) if one.what == "post"]
    assert not post.is_well
    assert word in post.seen


async def test_what_could_not_be_taken_away_is_named(teams, bridge):
    teams.fail("delete", "error_500_before", times=9)
    (clean,) = [one for one in await probed(bridge) if one.what == "clean-up"]
    assert not clean.is_well
    assert "delete by hand" in clean.seen


async def test_a_channel_without_the_app_is_a_fault(teams, bridge):
    assert await bridge.workplace.channel_fault(SUPPORT) == ""
    await teams.membership(bot_is_member=False)
    assert "add the app to the team again" in await bridge.workplace.channel_fault(SUPPORT)
    missing = "19:nobody0000@thread.tacv2"
    assert missing in await bridge.workplace.channel_fault(missing)


async def test_a_revoked_secret_and_keys_out_of_reach_are_a_sentence_each(teams, settings):
    opened = await open_teams(replace(settings, public_url="https://silta.invalid"))
    await teams.token(revoked=True)
    teams.fail("openid", "error_502", times=2)
    login, keys = await opened.faults()
    assert "copy its Value" in login
    assert settings.keys_url in keys
    await opened.close()


@pytest.mark.parametrize(
    ("status", "is_fault"), [(401, False), (502, False), (503, False), (200, True), (404, True), (302, True)]
)
async def test_the_public_address_leads_to_our_door(settings, status, is_fault):
    async def answer(request):
        return web.Response(status=status, headers={"Location": "/"} if status == 302 else {})

    async with Server(answer) as server:
        found = await knock.fault(replace(settings, public_url=server.url))
    assert bool(found) is is_fault
    assert (str(status) in found) is is_fault


@pytest.mark.parametrize("address", ["http://chat.example.com", "http://10.0.0.1", ""])
async def test_an_address_that_teams_cannot_reach_is_a_fault(settings, address):
    assert "https://" in await knock.fault(replace(settings, public_url=address))


async def test_what_is_heard_is_noted_and_follows_the_team(door, live):
    assert "only messages that mention @Silta" in live.note(SUPPORT)
    await door.teams.send_raw(activity(door.teams))
    assert live.note(SUPPORT) == "hears every message"
    assert f"team:{TEAM}" in door.desk.kept
    await door.teams.upgrade()
    await door.teams.settled()
    assert "only messages" in live.note(SUPPORT)
