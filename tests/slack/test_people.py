"""Names, standings, and where a picture may come from."""

from dataclasses import replace

import pytest
from aiohttp import web

from adapters.slack import SlackSettings, open_slack, people
from bridge.model import Standing
from tests.slack.fakes import Server
from tests.slack.payloads import OWN, payload

HOME = "http://127.0.0.1:8080/api/"


def user(**more):
    return {"id": "U2", "team_id": "T1OURS", "name": "anna", **more}


@pytest.mark.parametrize(
    ("who", "standing"),
    [
        (user(), Standing.MEMBER),
        (user(team_id="T9OTHER"), Standing.OUTSIDER),
        (user(is_stranger=True, is_restricted=True), Standing.OUTSIDER),
        (user(deleted=True), Standing.OUTSIDER),
        (user(is_restricted=True), Standing.GUEST),
        (user(is_ultra_restricted=True), Standing.GUEST),
        (user(is_bot=True), Standing.BOT),
        (user(id="USLACKBOT"), Standing.BOT),
    ],
)
def test_each_standing(who, standing):
    assert people.standing(who, OWN) is standing


GRID = replace(OWN, enterprise="E1OURS")
SISTER = payload("sister_workspace_person_changes_a_name")["event"]["user"]


@pytest.mark.parametrize(
    ("changes", "own", "standing"),
    [
        ({}, GRID, Standing.MEMBER),
        ({}, OWN, Standing.OUTSIDER),
        ({"is_restricted": True}, GRID, Standing.GUEST),
        ({"is_ultra_restricted": True}, GRID, Standing.GUEST),
        ({"is_stranger": True}, GRID, Standing.OUTSIDER),
        ({"deleted": True}, GRID, Standing.OUTSIDER),
        ({"is_bot": True}, GRID, Standing.BOT),
        ({"enterprise_user": {"enterprise_id": "E9OTHER"}}, GRID, Standing.OUTSIDER),
        ({"enterprise_user": []}, GRID, Standing.OUTSIDER),
        ({"enterprise_user": {}, "team_id": ""}, GRID, Standing.OUTSIDER),
        ({"enterprise_user": {"enterprise_id": ""}}, OWN, Standing.OUTSIDER),
        ({"enterprise_user": {}, "team_id": "E1OURS"}, GRID, Standing.MEMBER),
        ({"enterprise_user": {}, "team_id": "T1OURS"}, GRID, Standing.MEMBER),
    ],
)
def test_a_sister_workspace_of_our_organisation_is_ours(changes, own, standing):
    assert people.standing(SISTER | changes, own) is standing


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ({"display_name": "Anna", "real_name": "Anna Virtanen"}, "Anna"),
        ({"display_name": " ", "real_name": "Anna Virtanen"}, "Anna Virtanen"),
        ({}, "anna"),
        ({"display_name": "An\u202ena\n\nV"}, "Anna V"),
        ([], "anna"),
    ],
)
def test_the_name_is_the_one_that_colleagues_see(profile, name):
    assert people.name(user(profile=profile)) == name


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://avatars.slack-edge.com/a.png", True),
        ("https://secure.gravatar.com/avatar/x.jpg", True),
        ("http://127.0.0.1:8080/avatar/a.png", True),
        ("http://avatars.slack-edge.com/a.png", False),
        ("https://avatars.slack-edge.com:8443/a.png", False),
        ("https://evilslack-edge.com/a.png", False),
        ("https://slack-edge.com.evil.example/a.png", False),
        ("https://x@avatars.slack-edge.com/a.png", False),
        ("http://127.0.0.1:9999/a.png", False),
        ("http://169.254.169.254/latest", False),
        ("file:///etc/passwd", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_a_picture_comes_from_known_places_alone(address, fine):
    assert people.may_fetch(address, HOME) is fine


def test_with_the_real_slack_this_machine_is_no_place_for_pictures():
    assert not people.may_fetch("http://127.0.0.1/a.png", "https://slack.com/api/")


@pytest.mark.parametrize(
    ("begin", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n..", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF1234WEBPVP8", "image/webp"),
        (b"<svg onload=x>", ""),
        (b"", ""),
    ],
)
def test_a_pictures_kind_is_told_by_its_first_bytes(begin, kind):
    assert people.kind(begin) == kind


@pytest.mark.parametrize(("enterprise", "standing"), [("E1OURS", Standing.MEMBER), (None, Standing.OUTSIDER)])
async def test_the_organisation_is_the_one_that_slack_says_we_are_of(enterprise, standing):
    ours = {"ok": True, "team_id": "T1OURS", "user_id": "U1SILTA", "bot_id": "B1SILTA", "enterprise_id": enterprise}

    async def answer(request):
        return web.json_response(ours if "auth.test" in request.path else {"ok": True, "user": SISTER})

    async with Server(answer) as server:
        settings = SlackSettings(bot_token="xoxb-1", app_token="xapp-1", api_url=f"{server.url}/api/")
        bridge = await open_slack(settings)
        assert (await bridge.workplace.person(SISTER["id"])).standing is standing
        await bridge.close()
