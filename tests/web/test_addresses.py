"""Nobody's network address is kept: not in the database, not in the log; the limits remember it for their window."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector, WSMsgType

from adapters.settings import load
from adapters.terminal import logs
from adapters.web.limits import HOUR, MINUTE, Limits
from tests.web.door import key
from tests.world import World, a_world, until

HERE = "127.0.0.77"  # a loopback address of its own, so that it can be searched for
THERE = ("198.51.100.77", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:7777")
TRACES = (HERE, *THERE, "2001:db8:aaaa:bbbb", "c633644d")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger says at DEBUG, formed as the program does it."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    levels = {name: logging.getLogger(name).level for name in (*logs.QUIET, "aiohttp.server", "aiohttp.websocket")}
    filters = list(logging.getLogger("aiohttp.server").filters)
    logs.configure(load(None, log_level="DEBUG"))
    written = io.StringIO()
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(written)
    yield written
    root.handlers = before[0]
    root.setLevel(before[1])
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("aiohttp.server").filters = filters


async def everything(world: World, forwarded: str) -> None:
    """A visitor who does all that can be done from this address, also what is refused."""
    url = world.bridge.url
    headers = {"Origin": world.team.url, "X-Forwarded-For": forwarded}
    connector = TCPConnector(local_addr=(HERE, 0))
    async with ClientSession(headers=headers, connector=connector) as http:
        async with http.post(f"{url}/v1/visitor/session", json={"site": "main", "language": "en"}) as answer:
            token = (await answer.json())["token"]
        mine = {"Authorization": f"Bearer {token}"}
        for verb, body in (
            ("say", {"text": "hello", "page": {"url": "https://shop.example/", "title": "Shop"}}),
            ("email", {"address": "kim@shop.example"}),
            ("email", {"address": "none"}),
            ("transcript", {"address": ""}),
            ("stay", {}),
        ):
            async with http.post(f"{url}/v1/visitor/{verb}", json={"key": key(), **body}, headers=mine) as answer:
                assert answer.status in (200, 400)
        async with http.ws_connect(f"{url}/v1/visitor/socket") as line:
            await line.send_json({"type": "hello", "site": "main", "token": token, "cursor": None})
            await line.receive()
            await line.send_bytes(b"odd")
            while (await line.receive()).type is WSMsgType.TEXT:
                pass
        for path in ("/v1/site?key=none", "/nothing", "/v1/photo/a/b", "/healthz", "/readyz"):
            async with http.get(url + path) as answer:
                assert answer.status in (200, 404)
        async with http.post(f"{url}/v1/visitor/end", json={"key": key()}, headers=mine) as answer:
            assert answer.status == 200


async def rubbish(world: World) -> None:
    """No request at all, from the same address."""
    port = int(world.bridge.url.rsplit(":", 1)[1])
    for said in (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET / HTTP/9\r\nA\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(HERE, 0))
        writer.write(said)
        await writer.drain()
        await reader.read()
        writer.close()


async def test_a_run_keeps_nobodys_address(tmp_path: Path, log: io.StringIO) -> None:
    async with a_world(tmp_path, trusted_proxies=("127.0.0.0/8",)) as world:
        await world.start()
        for forwarded in THERE:
            await everything(world, forwarded)
        await rubbish(world)
        await until(lambda: world.team.mails_to("kim@shop.example"))
        tables = await world.bridge.store.read(whole)
        kept = json.dumps(tables, default=str)
        assert "kim@shop.example" in kept  # the search is not blind
        assert traces(kept) == []
        assert traces("".join(path.read_bytes().decode("latin-1") for path in tmp_path.iterdir())) == []
    assert traces(log.getvalue()) == []
    assert "not a request, from 127.0.0.0/24" in log.getvalue()


def whole(tx: Any) -> list[Any]:
    """Every row of every table."""
    run = tx._connection.exec_driver_sql
    names = [row[0] for row in run("select name from sqlite_master where type = 'table'")]
    return [[tuple(row) for row in run(f'select * from "{name}"')] for name in names]  # noqa: S608


def traces(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in text]


async def test_the_limits_forget_an_address_after_their_window_and_hold_no_more_than_come_in_it() -> None:
    now = [0.0]
    limits = Limits(load(None), lambda: now[0])
    for number in range(1000):
        address = f"192.0.2.{number}"
        limits.message(f"v{number}", address, "main")
        limits.session(address)
        with limits.transcript(f"v{number}", address), limits.socket("address", address):
            pass
        now[0] += 1
    held = {name: len(window) for name, window in vars(limits).items() if hasattr(window, "wait")}
    assert held["_address"] <= MINUTE + 1
    now[0] += HOUR
    limits.message("last", "203.0.113.1", "main")
    limits.session("203.0.113.1")
    with limits.transcript("last", "203.0.113.1"):
        pass
    held = {name: len(window) for name, window in vars(limits).items() if hasattr(window, "wait")}
    assert set(held.values()) == {1}
    assert limits._open == {}
