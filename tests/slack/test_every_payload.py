"""Every happening that is on file, through both doors: acknowledged, with its effect or its reason."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.playground import APP_TOKEN
from adapters.playground.deliveries import envelope
from adapters.playground.workspace import ANNA, SUPPORT, Workspace
from adapters.slack import inbound, open_slack
from adapters.slack.identity import Own
from adapters.slack.inbound import ChannelChanged, Edited, Ignored, PersonChanged, Revoked, Unclear
from bridge.errors import Refused, Unreachable
from bridge.inbound import Heard, Pressed, Removed
from tests.slack.conftest import TEMPO
from tests.slack.door import SECRET, at_home, brought_home, deliver, frame_of, is_form
from tests.slack.fakes import until
from tests.slack.payloads import HERE, SAMPLES, payload, recorded
from tests.world import SIGNING_SECRET, World, a_world

ROOT = "1790000000.000100"
OWN_FILES = sorted(path.stem for path in HERE.glob("*.json"))
FOLDERS = ("events", "events_inner", "events_docs", "recorded/events", "interactivity", "recorded/interactivity")
VERBS = {
    Heard: "heard",
    Edited: "edited",
    Removed: "removed",
    Pressed: "pressed",
    ChannelChanged: "channel_changed",
    Unclear: "missed",
}


def ourselves() -> Own:
    team = Workspace.pretend()
    return Own(team=team.team.id, user=team.bot.user_id, bot=team.bot.bot_id, app=team.bot.app_id)


def _verb(found: Any) -> str:
    is_moved = isinstance(found, ChannelChanged) and bool(found.became)
    return "channel_moved" if is_moved else VERBS.get(type(found), "")


def expected(body: dict[str, Any]) -> Any:
    """What it is to us."""
    press = body.get("type") == "block_actions"
    return (inbound.press if press else inbound.event)(body, ourselves(), "acme")


@pytest.fixture
def settings(settings):
    return replace(settings, app_token=APP_TOKEN, signing_secrets=(SECRET,))


@pytest.fixture
async def doors(slack, settings, desk) -> AsyncIterator[str]:
    """A bridge with both doors open; the address of one of them."""
    bridge = await open_slack(settings, tempo=TEMPO)
    bridge.listen(desk)
    app = web.Application()
    app.add_routes(bridge.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await bridge.start()
    await until(lambda: slack.connections == 2 and bridge.health()["http"]["is_open"])
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await bridge.stop()
    await bridge.close()
    await runner.cleanup()


async def told(slack, url: str, door: str, body: dict[str, Any]) -> bool:
    """Deliver it once; whether it was acknowledged."""
    if door == "http":
        return await deliver(url, body) == 200
    answer = await slack.stage.hub.send(envelope(frame_of(body), body), 5.0)
    return answer is not None


@pytest.mark.parametrize("door", ["http", "socket"])
async def test_each_of_our_own_payloads_has_its_effect_or_its_reason(slack, doors, desk, caplog, door):
    caplog.set_level(logging.DEBUG, "silta.slack")
    for name in OWN_FILES:
        if door == "socket" and name == "address_is_verified":
            continue
        body = at_home(payload(name), ROOT)
        desk.got.clear()
        gaps = len(desk.gaps)
        caplog.clear()
        assert await told(slack, doors, door, body), name
        _check(name, body, desk, gaps, caplog.text)


def _check(name: str, body: dict[str, Any], desk: Any, gaps: int, log: str) -> None:
    found = expected(body)
    verb = "person_changed" if isinstance(found, PersonChanged) else _verb(found)
    if name == "deliveries_are_limited" or verb == "missed":
        assert len(desk.gaps) == gaps + 1, name
    elif verb:
        assert [one for one, _ in desk.got] == [verb], name
    else:
        assert desk.got == [], name
    if isinstance(found, Ignored) and name not in ("deliveries_are_limited", "address_is_verified"):
        kind = str(body.get("type"))
        assert found.reason in log or f"ignored: {kind}" in log, name


@pytest.mark.skipif(not SAMPLES.exists(), reason="no recorded payloads beside the project")
@pytest.mark.parametrize("door", ["http", "socket"])
async def test_each_recorded_payload_is_acknowledged_and_has_its_effect(slack, doors, desk, door):
    """As it was recorded, and as if it had happened in our own thread."""
    effects: dict[str, int] = {}
    for path in recorded(*FOLDERS):
        for body in _both(path):
            desk.got.clear()
            assert await told(slack, doors, door, body), path
            found = expected(body)
            verb = _verb(found)
            got = [one for one, _ in desk.got]
            assert got == ([verb] if verb and verb != "missed" else []), (path, found)
            effects[type(found).__name__] = effects.get(type(found).__name__, 0) + 1
    assert effects["Heard"] > 20
    assert {"Heard", "Edited", "Removed", "ChannelChanged", "PersonChanged", "Revoked", "Ignored"} <= set(effects)


def _both(path: Path) -> list[dict[str, Any]]:
    loaded = json.loads(path.read_text(encoding="utf-8"))
    whole = loaded.get("payload", loaded)
    if whole.get("type") == "url_verification":
        return []
    if "api_app_id" not in whole and "type" in whole and not is_form({"type": whole["type"], **_actions(whole)}):
        whole = {"type": "event_callback", "event": whole}
    if not is_form(whole) or _actions(whole):
        return [whole, brought_home(whole, ROOT)]
    if "user" in whole and "team" in whole:
        return [whole]
    return [whole, {"type": "event_callback", "event": brought_home(whole, ROOT)}]


def _actions(whole: dict[str, Any]) -> dict[str, Any]:
    return {"actions": whole["actions"]} if "actions" in whole else {}


@pytest.mark.parametrize(("name", "word"), [("app_is_uninstalled", "uninstalled"), ("bot_token_is_revoked", "revoked")])
async def test_the_end_of_our_rights_is_one_line_however_often_it_is_told(slack, doors, caplog, name, word):
    caplog.set_level(logging.INFO, "silta.slack")
    await slack.token(revoked=True)
    await slack.settled()
    for one in (name, "bot_token_is_revoked", "app_is_uninstalled"):
        assert await told(slack, doors, "http", at_home(payload(one), ROOT))
    slack.socket("link_disabled")
    await until(lambda: len(slack.calls("auth.test")) > 4)
    errors = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert len(errors) == 1
    assert "SILTA_SLACK_BOT_TOKEN" in errors[0]


async def test_a_revoked_token_is_not_tried_hotly(slack, settings, desk):
    slow = replace(TEMPO, longest_pause=3600.0)
    bridge = await open_slack(replace(settings, signing_secrets=()), tempo=slow)
    bridge.listen(desk)
    await slack.token(revoked=True)
    await bridge.start()
    await until(lambda: bridge.health()["last_error"] == "token_revoked")
    await asyncio.sleep(0.3)
    assert len(slack.calls("auth.test")) <= 2  # one for each place
    await bridge.stop()
    await bridge.close()


@pytest.mark.parametrize("door", ["http", "socket"])
async def test_a_new_channel_id_reaches_the_desk_and_is_said_once_with_the_setting(slack, doors, desk, caplog, door):
    moves = at_home(payload("channel_gets_a_new_id"), ROOT)
    for _ in range(3):
        assert await told(slack, doors, door, moves)
    assert desk.all("channel_moved") == [("acme", SUPPORT, "C2HELP")] * 3
    (error,) = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert error.startswith(f"Slack has given channel {SUPPORT} the id C2HELP.")
    assert "SILTA_SLACK_CHANNEL" in error


async def test_a_channel_of_others_that_moves_is_no_news(slack, doors, desk, caplog):
    desk.channels = {SUPPORT: "C2HELP"}
    assert await told(slack, doors, "http", at_home(payload("channel_gets_a_new_id"), ROOT))
    assert "SILTA_SLACK_CHANNEL" not in caplog.text


@pytest.mark.parametrize("failure", [Unreachable("memory"), Refused("busy"), TimeoutError()])
async def test_a_new_channel_id_that_could_not_be_kept_comes_again(slack, doors, desk, failure):
    desk.failures = [failure]
    moves = at_home(payload("channel_gets_a_new_id"), ROOT)
    assert not await told(slack, doors, "http", moves)
    assert desk.channels == {}
    assert await told(slack, doors, "http", moves)
    assert desk.channels == {SUPPORT: "C2HELP"}


@pytest.mark.parametrize("over_http", [True, False], ids=["http", "socket"])
async def test_a_whole_bridge_takes_every_payload_and_goes_on(tmp_path, over_http):
    """Nothing that anybody posts elsewhere, and nothing malformed, reaches the visitor or stops the talk."""
    async with a_world(tmp_path, over_http=over_http) as world:
        await world.start()
        visitor = await world.visitor()
        await visitor.say("hello")
        root = await world.card()
        await world.answers(ANNA, "an answer", root)
        await visitor.sees("an answer")
        for body in _everything(root["ts"]):
            assert await _told(world, body, over_http=over_http), body
        await world.answers(ANNA, "still here", root)
        await visitor.sees("still here")
        assert visitor.texts("agent") == ["an answer", "still here"]


def _everything(root: str) -> list[dict[str, Any]]:
    """Our own payloads but those that take the conversation away from its thread, and the recorded ones as they are."""
    ends = (
        "admin_deletes_the_root", "root_is_deleted_with_a_list_for_the_previous_message", "address_is_verified",
        "channel_gets_a_new_id",
    )  # fmt: skip
    kept = [name for name in OWN_FILES if name not in ends and not _speaks(name)]
    files = recorded(*FOLDERS) if SAMPLES.exists() else []
    return [at_home(payload(name), root) for name in kept] + [_both(path)[0] for path in files if _both(path)]


def _speaks(name: str) -> bool:
    """Whether it would say, change or take back something as the agent."""
    return isinstance(expected(at_home(payload(name), ROOT)), (Heard, Edited, Removed, Pressed))


async def _told(world: World, body: dict[str, Any], *, over_http: bool) -> bool:
    if over_http:
        return await deliver(world.bridge.url, body) == 200
    return await told(world.team, "", "socket", body)


def test_the_secrets_are_the_same():
    assert SIGNING_SECRET == SECRET
    assert {PersonChanged, Revoked}.isdisjoint(VERBS)
