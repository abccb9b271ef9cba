"""`check` against a running pretend workspace: what is wrong is named, with what to do, and the exit code says it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.configuration import load
from adapters.playground import APP_TOKEN, BOT_TOKEN, Playground, Rules
from adapters.playground.workspace import GENERAL, SUPPORT
from adapters.terminal.commands import commands
from adapters.terminal.naming import listed
from app import Programme
from storage.signals import LocalSignals
from storage.sqlite import open_sqlite


@dataclass
class Desk:
    """A command line before a pretend workspace."""

    team: Playground
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SILTA_SLACK_BOT_TOKEN": BOT_TOKEN,
            "SILTA_SLACK_APP_TOKEN": APP_TOKEN,
            "SILTA_SLACK_CHANNEL": SUPPORT,
            "SILTA_SLACK_API_URL": self.team.api_url,
            "SILTA_SITE_ORIGINS": "https://shop.example",
            "SILTA_DATABASE": str(self.folder / "silta.db"),
        }

    async def check(self, **changes: str) -> tuple[int, dict[str, dict[str, Any]]]:
        """The exit code, and the findings by what they are of."""
        words = ["check", "--json", "--env-file", str(self.folder / "empty.env")]
        environment = {**self.environment, **changes}
        result = await asyncio.to_thread(CliRunner().invoke, commands(Programme()), words, env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert BOT_TOKEN not in result.output
        assert APP_TOKEN not in result.output
        return result.exit_code, {found["what"].split()[0]: found for found in json.loads(result.stdout)}


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    for name in [name for name in os.environ if name.startswith("SILTA_")]:
        monkeypatch.delenv(name)
    (tmp_path / "empty.env").write_text("")
    team = Playground(rules=Rules(limits=False))
    await team.start()
    yield Desk(team, tmp_path)
    await team.stop()


async def ill(desk: Desk, what: str, **changes: str) -> str:
    """What to do about the one thing that is wrong."""
    code, found = await desk.check(**changes)
    assert code == 1
    assert [name for name, finding in found.items() if not finding["is_well"]] == [what], found
    return str(found[what]["advice"])


async def test_all_is_well(desk: Desk) -> None:
    code, found = await desk.check()
    assert (code, {finding["is_well"] for finding in found.values()}) == (0, {True})
    assert set(found) == {"settings", "database", "workplace", "channel"}


async def test_check_leaves_no_database_behind(desk: Desk) -> None:
    await desk.check()
    assert not (desk.folder / "silta.db").exists()


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("SILTA_SLACK_BOT_TOKEN", "xoxp-SECRET", "xoxb-"),
        ("SILTA_SLACK_BOT_TOKEN", APP_TOKEN, "xoxb-"),
        ("SILTA_SLACK_APP_TOKEN", "SECRET", "xapp-"),
        ("SILTA_SLACK_APP_TOKEN", BOT_TOKEN, "xapp-"),
        ("SILTA_SLACK_API_URL", "https://evil.example/api/", "must be https://slack.com/api/"),
        ("SILTA_SLACK_API_URL", "http://127.0.0.1@evil.example/", "must be https://slack.com/api/"),
    ],
)
async def test_a_token_of_the_wrong_shape_is_named(desk: Desk, name: str, value: str, named: str) -> None:
    advice = await ill(desk, "settings", **{name: value})
    assert named in advice
    assert "SECRET" not in advice


async def test_a_channel_that_is_not_there(desk: Desk) -> None:
    assert "does not exist" in await ill(desk, "channel", SILTA_SLACK_CHANNEL="C0NOTTHERE1")


async def test_an_app_that_was_not_invited(desk: Desk) -> None:
    assert "/invite @silta" in await ill(desk, "channel", SILTA_SLACK_CHANNEL=GENERAL)


async def test_a_channel_that_is_archived(desk: Desk) -> None:
    await desk.team.membership(SUPPORT, is_archived=True)
    assert "unarchive" in await ill(desk, "channel")


async def test_a_token_that_was_revoked(desk: Desk) -> None:
    await desk.team.token(revoked=True)
    assert "token_revoked" in await ill(desk, "workplace")


async def test_a_workplace_that_is_not_there(desk: Desk) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/api/"
        assert await ill(desk, "workplace", SILTA_SLACK_API_URL=address)


async def test_a_folder_that_is_not_there(desk: Desk) -> None:
    advice = await ill(desk, "database", SILTA_DATABASE=str(desk.folder / "none" / "silta.db"))
    assert "does not exist" in advice


async def test_a_file_that_is_no_database(desk: Desk) -> None:
    (desk.folder / "silta.db").write_text("this is not a database, only some text that is long enough\n" * 100)
    assert "not a database" in await ill(desk, "database")


async def test_a_database_of_a_newer_version(desk: Desk) -> None:
    await open_sqlite(desk.folder / "silta.db", LocalSignals()).close()
    with sqlite3.connect(desk.folder / "silta.db") as database:
        database.execute("update alembic_version set version_num = '9999'")
    assert "newer version" in await ill(desk, "database")


async def test_a_running_bridge_is_no_fault(desk: Desk) -> None:
    store = open_sqlite(desk.folder / "silta.db", LocalSignals())
    try:
        code, found = await desk.check()
        assert code == 0
        assert found["database"]["is_well"]
        assert "in use" in found["database"]["advice"]
    finally:
        await store.close()


def test_a_channel_is_named_with_its_fallback() -> None:
    text = """
[channels.near]
id = "C0000000001"
fallback = "far"
[channels.far]
workplace = "teams"
id = "19:abcdef0123456789@thread.tacv2"
[sites.main]
origins = ["https://shop.example"]
channel = "near"
"""
    assert listed(load(text)) == [
        ("slack", "near, falling back on far", "C0000000001"),
        ("teams", "far", "19:abcdef0123456789@thread.tacv2"),
    ]
