"""The real program in a process of its own: how it refuses to start, and how it ends."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from adapters.playground import APP_TOKEN, BOT_TOKEN, Playground, Rules
from adapters.playground.workspace import SUPPORT
from storage.signals import LocalSignals
from storage.sqlite import open_sqlite
from tests.world import PATIENCE, Visitor, until

ROOT = Path(__file__).parents[2]
ORIGIN = "https://shop.example"


@pytest.fixture
async def team() -> AsyncIterator[Playground]:
    made = Playground(rules=Rules(limits=False))
    await made.start()
    yield made
    await made.stop()


@asynccontextmanager
async def serving(team: Playground, folder: Path, **changes: str) -> AsyncIterator[Process]:
    """`app.py serve`; ended by force if it is still there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SILTA_")}
    environment = {
        **kept,
        "SILTA_SLACK_BOT_TOKEN": BOT_TOKEN,
        "SILTA_SLACK_APP_TOKEN": APP_TOKEN,
        "SILTA_SLACK_CHANNEL": SUPPORT,
        "SILTA_SLACK_API_URL": team.api_url,
        "SILTA_SITE_ORIGINS": ORIGIN,
        "SILTA_DATABASE": str(folder / "silta.db"),
        "SILTA_PORT": "0",
        **changes,
    }
    program = (sys.executable, str(ROOT / "app.py"), "serve")
    process = await asyncio.create_subprocess_exec(*program, env=environment, cwd=folder, stdout=PIPE, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def refusal(team: Playground, folder: Path, **changes: str) -> str:
    """The one sentence with which it does not start."""
    async with serving(team, folder, **changes) as process:
        async with asyncio.timeout(3 * PATIENCE):
            out, err = await process.communicate()
        lines = [line for line in err.decode().splitlines() if not re.search(r"\b(info|warning)\b", line)]
        assert (process.returncode, out, len(lines)) == (2, b"", 1), err.decode()
        assert BOT_TOKEN not in err.decode()
        return lines[0]


async def test_a_port_in_use_is_one_sentence(team: Playground, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"cannot listen on 127.0.0.1:{port}" in await refusal(team, tmp_path, SILTA_PORT=str(port))


async def test_a_database_that_cannot_be_used_is_one_sentence(team: Playground, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is not a database, only some text that is long enough\n" * 100)
    newer = tmp_path / "newer.db"
    await open_sqlite(newer, LocalSignals()).close()
    with sqlite3.connect(newer) as database:
        database.execute("update alembic_version set version_num = '9999'")
    used = open_sqlite(tmp_path / "used.db", LocalSignals())
    try:
        for name, words in (
            ("none/silta.db", "cannot be used"),
            ("text.db", "not a database"),
            ("newer.db", "newer version"),
            ("used.db", "in use by another process"),
        ):
            assert words in await refusal(team, tmp_path, SILTA_DATABASE=str(tmp_path / name))
    finally:
        await used.close()


async def test_it_ends_in_order_when_it_is_told_to(team: Playground, tmp_path: Path) -> None:
    async with serving(team, tmp_path) as process:
        url, written = await address(process)
        visitor = await Visitor(url, ORIGIN).arrive()
        await visitor.say("SECRET words")
        async with ClientSession() as http:
            junk = {"Origin": "https://evil.example", "Authorization": "Bearer SECRET"}
            async with http.get(f"{url}/v1/site?key=main", headers=junk) as answer:
                assert answer.status == 403
        await not_a_request(url)
        process.send_signal(signal.SIGTERM)
        await until(lambda: visitor.closed_with == 1012)
        async with asyncio.timeout(3 * PATIENCE):
            _, rest = await process.communicate()
        log = written + rest.decode()
        assert process.returncode == 0, log
        assert "Traceback" not in log
        assert "SECRET" not in log
        assert visitor.token not in log
        await visitor.leave()


async def address(process: Process) -> tuple[str, str]:
    """Where it serves, and what it wrote until it said so."""
    assert process.stderr is not None
    written = ""
    async with asyncio.timeout(3 * PATIENCE):
        while not (found := re.search(r"serving visitors at (http://[0-9.:]+)", written)):
            line = await process.stderr.readline()
            assert line, written
            written += line.decode()
    return found.group(1), written


async def not_a_request(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: SECRET\x00\r\n\r\n")
    assert b" 400 " in await reader.readline()
    writer.close()


async def test_an_interrupt_is_a_stop_too(team: Playground, tmp_path: Path) -> None:
    async with serving(team, tmp_path) as process:
        await address(process)
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(3 * PATIENCE):
            await process.communicate()
        assert process.returncode == 0
