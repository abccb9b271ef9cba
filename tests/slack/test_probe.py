"""The probe against the pretend workspace: what it finds, and that nothing of it stays."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from contextlib import aclosing, asynccontextmanager, nullcontext
from dataclasses import replace

import pytest
from aiohttp import web
from click.testing import CliRunner

from adapters.playground import APP_TOKEN, BOT_TOKEN, HttpTarget, Playground
from adapters.playground.workspace import ANNA, GENERAL, SUPPORT
from adapters.slack import SlackSettings, found_capabilities, open_slack, probe
from adapters.slack.manifest import SCOPES, written
from adapters.terminal import logs
from adapters.terminal.commands import commands
from app import Programme
from tests.slack.conftest import RULES, TEMPO
from tests.slack.door import SECRET

WHOLE = [
    "scopes", "channel", "post", "marker", "edit", "marker after an edit", "reaction", "name", "broadcast",
    "private line", "blocks", "events", "clean-up", "capabilities",
]  # fmt: skip


@pytest.fixture
async def slack():
    """Without the look at what was sent: a probe finds out where Slack refuses."""
    team = Playground(rules=RULES)
    await team.start()
    yield team
    await team.stop()


async def probed(settings, channel=SUPPORT, person=ANNA, serve=None):
    bridge = await open_slack(settings, tempo=TEMPO)
    try:
        return [finding async for finding in bridge.probe(channel, person, serve)]
    finally:
        await bridge.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(probe, "PATIENCE", 2.0)
    monkeypatch.setattr(probe, "LOOKS_EVERY", 0.05)


def ill(findings):
    return {finding.what: finding.seen for finding in findings if not finding.is_well}


async def test_all_is_well_and_nothing_stays(slack, settings):
    before = slack.messages(SUPPORT)
    findings = await probed(settings)
    assert ([finding.what for finding in findings], ill(findings)) == (WHOLE, {})
    assert slack.messages(SUPPORT) == before
    assert len(slack.ephemerals(SUPPORT, ANNA)) == 1
    (budget,) = [finding.seen for finding in findings if finding.what == "blocks"]
    assert budget == "13000 characters in one post; 16000 characters: msg_blocks_too_long"


async def test_what_was_found_is_one_value_that_can_be_kept(settings):
    findings = await probed(settings)
    facts = found_capabilities(findings[:-1])
    assert findings[-1].facts == facts == json.loads(json.dumps(facts))
    assert facts.pop("read_back_seconds") < 2.0
    assert facts.pop("block_characters") == 13_000
    assert set(facts.values()) == {True}
    assert "13000 block characters" in findings[-1].seen


async def test_what_was_not_tried_is_not_known(slack, settings):
    slack.fail("reactions.add", "error:invalid_name")
    facts = (await probed(settings, person=""))[-1].facts
    assert (facts["private_answers"], facts["receipts"], facts["edits"]) == (None, False, True)


async def test_a_try_that_ends_early_says_what_it_knows(settings):
    last = (await probed(settings, channel=GENERAL))[-1]
    assert {name for name, value in last.facts.items() if value is not None} == {"scopes"}
    assert last.seen == "scopes"


async def test_who_looks_away_in_the_middle_leaves_nothing_behind(slack, settings):
    bridge = await open_slack(settings, tempo=TEMPO)
    async with aclosing(bridge.probe(SUPPORT, "", nullcontext)) as findings:
        async for finding in findings:
            if finding.what == "name":
                break
    await bridge.close()
    assert slack.calls("chat.postMessage") != []
    assert slack.messages(SUPPORT) == []


async def test_nobody_is_shown_anything_who_was_not_named(slack, settings):
    findings = await probed(settings, person="")
    assert ill(findings) == {}
    assert slack.calls("chat.postEphemeral") == []


async def test_the_manifests_scopes_are_all_that_is_needed():
    team = Playground(rules=replace(RULES, scopes=frozenset(SCOPES)))
    await team.start()
    assert ill(await probed(settings_of(team))) == {}
    await team.stop()


@pytest.mark.parametrize("scope", ["reactions:write", "chat:write.customize"])
async def test_a_missing_scope_is_named_and_nothing_stays(scope):
    team = Playground(rules=replace(RULES, scopes=frozenset(SCOPES) - {scope}))
    await team.start()
    found = ill(await probed(settings_of(team)))
    assert scope in found["scopes"]
    assert len(found) == 2
    assert team.messages(SUPPORT) == []
    await team.stop()


def settings_of(team):
    return SlackSettings(bot_token=BOT_TOKEN, app_token=APP_TOKEN, api_url=team.api_url)


async def test_a_channel_without_us_is_left_alone(slack, settings):
    findings = await probed(settings, channel=GENERAL)
    assert list(ill(findings)) == ["channel"]
    assert slack.calls("chat.postMessage") == []


async def test_a_dead_token_is_named(slack, settings):
    await slack.token(revoked=True)
    assert "token_revoked" in ill(await probed(settings))["token"]


async def test_a_marker_that_cannot_be_read_back_is_found(settings, slack):
    slack.fail("conversations.history", "error:internal_error", times=1)
    found = ill(await probed(settings))
    assert list(found) == ["marker"]


async def test_events_that_go_elsewhere_are_found(slack, settings, monkeypatch):
    monkeypatch.setattr(probe, "PATIENCE", 0.3)
    slack.socket("drop_events", times=100)
    found = ill(await probed(settings))
    assert list(found) == ["events"]
    assert "another process" in found["events"]


async def test_a_post_in_doubt_is_taken_away_too(slack, settings):
    slack.fail("chat.postMessage", "cut_after_store")
    found = ill(await probed(settings))
    assert list(found) == ["post"]
    assert slack.messages(SUPPORT) == []


async def test_what_cannot_be_deleted_is_named(slack, settings):
    slack.fail("chat.delete", "error:cant_delete_message", times=100)
    assert "delete by hand" in ill(await probed(settings))["clean-up"]


async def test_over_http_it_answers_by_itself(slack, settings):
    @asynccontextmanager
    async def serve(routes: Iterable[web.RouteDef]):
        app = web.Application()
        app.add_routes(routes)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        await slack.deliver_over_http(HttpTarget(events_url=address, signing_secret=SECRET))
        yield
        await runner.cleanup()

    over_http = replace(settings, app_token="", signing_secrets=(SECRET,))
    assert ill(await probed(over_http, serve=serve)) == {}


@pytest.fixture
def logging_stays(monkeypatch):
    """The command line sets up logging for a whole process."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    for name in (*logs.QUIET, "aiohttp.server", "aiohttp.websocket"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.getLogger(name).level)
        monkeypatch.setattr(logging.getLogger(name), "filters", [])


@pytest.mark.usefixtures("logging_stays")
async def test_the_command_line_probes_and_prints(slack, tmp_path):
    (tmp_path / "empty.env").write_text("")
    environment = {
        "SILTA_SLACK_BOT_TOKEN": BOT_TOKEN,
        "SILTA_SLACK_APP_TOKEN": APP_TOKEN,
        "SILTA_SLACK_CHANNEL": SUPPORT,
        "SILTA_SLACK_API_URL": slack.api_url,
        "SILTA_SITE_ORIGINS": "https://shop.example",
    }
    words = ["probe", SUPPORT, "--person", ANNA, "--env-file", str(tmp_path / "empty.env")]
    result = await asyncio.to_thread(CliRunner().invoke, commands(Programme()), words, env=environment)
    assert result.exit_code == 0, result.output
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [f"ok    {what}" for what in WHOLE]
    assert slack.messages(SUPPORT) == []


def test_the_command_line_prints_the_manifest():
    result = CliRunner().invoke(commands(Programme()), ["slack-manifest", "--http", "https://chat.example.com"])
    assert result.stdout == written("yaml", "https://chat.example.com") + "\n"
