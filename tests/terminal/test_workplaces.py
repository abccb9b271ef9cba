"""Slack, Teams, or both: what is asked for, and what is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adapters import registry
from adapters import settings as table
from adapters.settings import Settings
from bridge.errors import Refused

ROOT = Path(__file__).resolve().parents[2]
APP, TENANT = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "5f2c9a10-7d41-4b8e-9c63-1a2b3c4d5e01"
SLACK: dict[str, Any] = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1", "slack_channel": "C0123456789"}
TEAMS: dict[str, Any] = {
    "teams_app_id": APP,
    "teams_app_password": "secret",
    "teams_tenant_id": TENANT,
    "teams_channel": "19:abc@thread.tacv2",
}
SITE: dict[str, Any] = {"site_origins": ("https://shop.example",)}
LOADED = """
import asyncio, sys
import app
from adapters import registry, settings
async def connected():
    for connection in await registry.connect(settings.load(None, **{chosen})):
        await connection.close()
asyncio.run(connected())
foreign = ("botbuilder", "botframework", "msrest", "msal", "slack_bolt")
print([name for name in sys.modules if name.split(".")[0] in foreign])
"""


def chosen(**changes: Any) -> Settings:
    return table.load(None, **changes)


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in table.SETTINGS:
        monkeypatch.delenv(row.name, raising=False)


def loaded(changes: dict[str, Any]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.replace("{chosen}", repr(changes))],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout


def test_a_bridge_to_slack_alone_does_not_load_the_other_sdk() -> None:
    found = loaded(SLACK)
    assert "slack_bolt" in found
    assert "botbuilder" not in found
    assert "msrest" not in found


def test_a_bridge_to_teams_alone_does_not_load_slacks() -> None:
    found = loaded(TEAMS)
    assert "botbuilder" in found
    assert "slack_bolt" not in found


def test_nothing_said_names_both_ways() -> None:
    sentences = table.missing(chosen())
    assert any("SILTA_SLACK_BOT_TOKEN" in one and "SILTA_TEAMS_APP_ID" in one for one in sentences)


@pytest.mark.parametrize("name", ["teams_app_id", "teams_app_password", "teams_tenant_id"])
def test_teams_alone_needs_its_three_and_nothing_of_slack(name: str) -> None:
    assert table.missing(chosen(**TEAMS)) == []
    sentences = table.missing(chosen(**{**TEAMS, name: ""}))
    assert [one.split()[0] for one in sentences] == [f"SILTA_{name.upper()}"]


def test_either_channel_is_enough_and_both_are_one_too_many() -> None:
    assert table.missing_site(chosen(**SLACK, **SITE)) == []
    assert table.missing_site(chosen(**TEAMS, **SITE)) == []
    (sentence,) = table.missing_site(chosen(**SLACK, **TEAMS, **SITE))
    assert "SILTA_SLACK_CHANNEL" in sentence
    assert "SILTA_TEAMS_CHANNEL" in sentence


async def test_one_workplace_that_is_set_up_wrongly_refuses_the_start_and_leaves_nothing_open() -> None:
    with pytest.raises(Refused, match="app id"):
        await registry.connect(chosen(**SLACK, **{**TEAMS, "teams_app_id": "", "teams_app_password": "x"}))


async def test_both_are_connected_by_name() -> None:
    connections = await registry.connect(chosen(**SLACK, **TEAMS))
    assert [connection.workplace.name for connection in connections] == ["slack", "teams"]
    assert [connection.has_channel("19:abc@thread.tacv2") for connection in connections] == [False, True]
    for connection in connections:
        await connection.close()
