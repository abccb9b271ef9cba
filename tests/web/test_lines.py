"""The socket from hello to close: deadlines, floods, clients that do not listen, faults of ours, the restart."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from adapters.playground.workspace import ANNA
from adapters.settings import load
from adapters.web import live, server, visitor_http, visitor_socket
from adapters.web.desk import VISITOR_SIDE
from adapters.web.live import Listener, Live
from adapters.web.server import build
from bridge.clock import SystemClock
from bridge.errors import Refused
from bridge.model import VisitorId
from bridge.transaction import Seen
from bridge.visitors import VisitorDesk
from storage.signals import LocalSignals
from tests.web.door import Door, key, written
from tests.world import PATIENCE, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_no_hello_in_time_ends_the_line(unharmed: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor_socket, "HELLO_WITHIN", 0.05)
    async with unharmed.socket() as line:
        code, frames = await line.end()
        assert (code, frames[0]["code"]) == (4408, "too_late")


async def test_a_hello_that_comes_too_late_is_not_heard(unharmed: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await unharmed.token()
    monkeypatch.setattr(visitor_socket, "HELLO_WITHIN", 0.05)
    async with unharmed.socket() as line:
        await line.until("error")
        await line.hello(token)
        assert (await line.end())[0] == 4408


async def test_what_comes_before_hello_ends_the_line(unharmed: Door) -> None:
    for frame in ({"type": "ping"}, {"type": "say", "key": key(), "text": "SECRET"}, {}):
        async with unharmed.socket() as line:
            await line.send(frame)
            code, frames = await line.end()
            assert (code, frames[0]["code"]) == (4400, "malformed")


async def test_a_second_hello_changes_nothing(unharmed: Door) -> None:
    other = await unharmed.token()
    async with unharmed.talk() as line:
        await line.hello(other)
        assert (await line.until("error"))["code"] == "malformed"
        assert (await line.answer({"type": "ping"}))["type"] == "pong"


async def test_a_flood_of_frames_ends_the_line(unharmed: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor_socket, "FRAMES_A_MINUTE", 20)
    async with unharmed.talk() as line:
        for _ in range(21):
            await line.send({"type": "ping"})
        code, frames = await line.end()
        assert [frame["type"] for frame in frames] == ["pong"] * 20 + ["error"]
        assert (code, frames[-1]["code"], frames[-1]["wait"]) == (4429, "too_fast", 30)


@pytest.mark.parametrize("frames", ["texts", "pings"])
async def test_a_client_that_does_not_listen_is_cut(
    unharmed: Door, monkeypatch: pytest.MonkeyPatch, frames: str
) -> None:
    """It asks and asks and reads no answer: the line falls, and its place is free again."""
    monkeypatch.setattr(visitor_socket, "SLOWEST", 0.2)
    monkeypatch.setattr(visitor_socket, "FRAMES_A_MINUTE", 10**9)
    token = await unharmed.token()
    asked = _masked(9, b"p" * 125) if frames == "pings" else _masked(1, b'{"type": "say", "key": "12345678"}')
    async with apart(unharmed) as (running, app):
        loop = asyncio.get_running_loop()
        deaf = await deaf_to(running.port or 0)
        await loop.sock_sendall(deaf, UPGRADE.format(origin=unharmed.origin).encode())
        hello = {"type": "hello", "site": "main", "token": token}
        await loop.sock_sendall(deaf, _masked(1, written(hello).encode()))
        await until(lambda: app[visitor_socket.SOCKETS].open)
        with pytest.raises(ConnectionError):
            await without_end(lambda: loop.sock_sendall(deaf, asked * 1000))
        deaf.close()
        await until(lambda: not app[visitor_socket.SOCKETS].open)
        assert app[VISITOR_SIDE].live._rooms == {}


async def without_end(send: Callable[[], Awaitable[None]]) -> None:
    """Send until the other end has had enough."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await send()
            await asyncio.sleep(0)


async def deaf_to(port: int) -> socket.socket:
    """A connection whose other end soon finds no more room."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.setblocking(False)
    await asyncio.get_running_loop().sock_connect(deaf, ("127.0.0.1", port))
    return deaf


UPGRADE = (
    "GET /v1/visitor/socket HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def _masked(opcode: int, payload: bytes) -> bytes:
    """A client's frame with a mask of zeros, by hand: RFC 6455, section 5.2."""
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + b"\0\0\0\0" + payload


@asynccontextmanager
async def apart(door: Door) -> AsyncIterator[tuple[BaseTestServer, web.Application]]:
    """The application a second time on the same memory, so that a test can look inside."""
    signals = LocalSignals()
    desk = VisitorDesk(door.world.bridge.store, SystemClock())
    app = build(desk, signals, load(None, site_origins=(door.origin,)))
    async with TestServer(app) as running:
        yield running, app


async def test_a_slow_tab_does_not_hold_up_the_other(unharmed: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SLOWEST", 0.1)
    cut: list[str] = []
    heard: list[str] = []

    async def never(_frame: str) -> None:
        await asyncio.sleep(3600)

    async def at_once(frame: str) -> None:
        heard.append(frame)

    rooms = Live(unharmed.world.bridge.visitors, LocalSignals())
    slow = listening(never, lambda: cut.append("slow"))
    quick = listening(at_once, lambda: cut.append("quick"))
    name = (await unharmed.world.bridge.visitors.known(await unharmed.token())).visitor.id
    for one in (slow, quick):
        rooms.join(name, one)
    await until(lambda: cut == ["slow"] and len(heard) == 2)
    for one in (slow, quick, quick):
        await rooms.leave(name, one)
    assert rooms._rooms == {}
    assert rooms._signals._bells == {}  # type: ignore[attr-defined]


class Desk:
    """A memory with a fault. Only what `Live` asks of it."""

    mails = False

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)

    async def visible(self, _visitor: VisitorId, _cursor: str | None) -> Seen:
        if self.faults:
            raise self.faults.pop(0)
        return Seen(None, None, (), "", reset=False, email=False)


async def nobody(_frame: str) -> None:
    """Takes a frame and does nothing."""


def listening(send: Callable[[str], Awaitable[None]], cut: Callable[[], None] = lambda: None) -> Listener:
    """A connection whose visitor is never forgotten."""
    return Listener(send, cut, pytest.fail, "en", None)


async def test_a_memory_that_is_busy_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []

    async def hear(frame: str) -> None:
        heard.append(frame)

    rooms = Live(cast(VisitorDesk, Desk(Refused("busy"))), LocalSignals())
    listener = listening(hear)
    rooms.join(VisitorId("v"), listener)
    await until(lambda: len(heard) == 2)
    await rooms.leave(VisitorId("v"), listener)
    assert [record.levelname for record in caplog.records if record.name == "silta.live"] == ["WARNING"]


async def test_after_a_fault_nobody_foresaw_the_clients_come_back(caplog: pytest.LogCaptureFixture) -> None:
    cut: list[int] = []
    signals = LocalSignals()
    rooms = Live(cast(VisitorDesk, Desk(ValueError("odd"))), signals)
    listeners = [listening(nobody, lambda: cut.append(1)) for _ in range(2)]
    for listener in listeners:
        rooms.join(VisitorId("v"), listener)
    await until(lambda: cut == [1, 1])
    again = listening(nobody)
    rooms.join(VisitorId("v"), again)
    await until(lambda: not again.is_new)
    for listener in listeners:
        await rooms.leave(VisitorId("v"), listener)
    assert len(signals._bells) == 1
    await rooms.leave(VisitorId("v"), again)
    assert (rooms._rooms, signals._bells) == ({}, {})
    assert [record.levelname for record in caplog.records if record.name == "silta.live"] == ["ERROR"]


async def test_joining_and_leaving_at_once_leaves_nothing_behind(door: Door) -> None:
    signals = LocalSignals()
    rooms = Live(cast(VisitorDesk, Desk()), signals)

    async def come_and_go(number: int) -> None:
        for _ in range(20):
            listener = listening(nobody)
            rooms.join(VisitorId(str(number % 3)), listener)
            if number % 2:
                await asyncio.sleep(0)
            await rooms.leave(VisitorId(str(number % 3)), listener)

    before = len(asyncio.all_tasks())
    await asyncio.gather(*(come_and_go(number) for number in range(12)))
    assert (rooms._rooms, signals._bells) == ({}, {})
    await until(lambda: len(asyncio.all_tasks()) <= before)


async def fall(*_: Any, **__: Any) -> None:
    raise ValueError("SECRET")


async def test_a_fault_of_ours_is_one_line_and_tells_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    token = await door.token()
    monkeypatch.setattr(VisitorDesk, "say", fall)
    async with apart(door) as (running, _):
        there = str(running.make_url("/v1/visitor/say"))
        headers = {"Origin": door.origin, "Authorization": f"Bearer {token}"}
        body = {"key": key(), "text": "SECRET"}
        async with door.http.post(there, json=body, headers=headers) as answer:
            assert answer.status == 500
            assert answer.headers["Access-Control-Allow-Origin"] == door.origin
            assert "SECRET" not in await answer.text()
        address = str(running.make_url("/v1/visitor/socket"))
        async with door.http.ws_connect(address, headers={"Origin": door.origin}) as connection:
            await connection.send_json({"type": "hello", "site": "main", "token": token})
            await connection.send_json({"type": "say", **body})
            codes = [message async for message in connection]
            assert connection.close_code == 1011
            assert "SECRET" not in str(codes)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("silta")]
    assert lines == ["a request to /v1/visitor/{verb} failed", "a request to /v1/visitor/socket failed"]


async def test_a_memory_that_cannot_be_read_is_busy_on_every_path(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: Any) -> None:
        raise Refused("busy", wait=5)

    monkeypatch.setattr(VisitorDesk, "sites", busy)
    async with apart(door) as (running, _):
        for method, path in (("GET", "/v1/site?key=main"), ("POST", "/v1/visitor/say"), ("GET", "/v1/visitor/socket")):
            async with door.http.request(method, running.make_url(path), headers={"Origin": door.origin}) as answer:
                assert (answer.status, (await answer.json())["error"]["wait"]) == (503, 5)


async def test_a_client_that_goes_in_the_middle_of_a_body_makes_no_noise(unharmed: Door) -> None:
    token = await unharmed.token()
    head = (
        f"POST /v1/visitor/say HTTP/1.1\r\nHost: x\r\nOrigin: {unharmed.origin}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    )
    _, writer = await unharmed.raw(head.encode(), b'{"key": "12345678", "text": "SECR')
    writer.close()
    _, writer = await unharmed.raw(head.encode(), b'{"key": "12345678", "text": "SECR')
    cast(asyncio.Transport, writer.transport).abort()
    await asyncio.sleep(0.05)


async def test_half_a_body_ends_at_the_deadline(unharmed: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor_http, "BODY_WITHIN", 0.1)
    token = await unharmed.token()
    head = (
        f"POST /v1/visitor/say HTTP/1.1\r\nHost: x\r\nOrigin: {unharmed.origin}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    )
    reader, writer = await unharmed.raw(head.encode(), b'{"key": "1234')
    assert b" 400 " in await reader.readline()
    writer.close()


async def test_an_answer_nobody_takes_is_cut_off(unharmed: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture on every request of a pipeline, and not one byte is read."""
    monkeypatch.setattr(server, "SENDING", 0.2)
    asked = b"GET /widget/panel.js HTTP/1.1\r\nHost: x\r\n\r\n" * 2_000
    deaf = await deaf_to(unharmed.port)
    with pytest.raises(ConnectionError):
        await without_end(lambda: asyncio.get_running_loop().sock_sendall(deaf, asked))
    deaf.close()


async def test_a_waiting_poll_hears_at_once_and_holds_nobody_up_at_the_end(door: Door, quiet: Any) -> None:
    token = await door.token()
    headers = {"Authorization": f"Bearer {token}"}
    first = (await door.get("/v1/visitor/changes?wait=25", headers=headers)).json
    assert (first["changes"]["cursor"], first["state"]["status"]) == ("", "none")
    waiting = asyncio.create_task(door.get("/v1/visitor/changes?cursor=&wait=25", headers=headers))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    assert not done
    await door.post("/v1/visitor/say", {"key": key(), "text": "news"}, token=token)
    told = (await waiting).json
    assert [said["text"] for said in told["changes"]["messages"]] == ["news"]
    cards = door.world.cards()
    root = await door.world.card(len(cards) - 1)
    query = {"cursor": told["changes"]["cursor"], "wait": "25"}
    waiting = asyncio.create_task(door.get("/v1/visitor/changes", params=query, headers=headers))
    await door.world.answers(ANNA, "an answer", root)
    assert (await waiting).status == 200


async def test_a_restart_ends_every_line_with_1012_and_every_poll_with_an_answer(
    tmp_path_factory: pytest.TempPathFactory, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "silta")
    token, other = await door.token(), await door.token()
    headers = {"Authorization": f"Bearer {other}"}
    waiting = asyncio.create_task(door.get("/v1/visitor/changes?cursor=&wait=25", headers=headers))
    async with door.talk(token) as first, door.talk(token) as second, door.socket() as silent:
        await asyncio.sleep(0.1)
        ended = [asyncio.create_task(line.end()) for line in (first, second, silent)]
        await door.world.restart()
        assert [(await one)[0] for one in ended] == [1012] * 3
    assert (await waiting).status == 200
    assert (await door.get("/v1/site?key=main")).status == 200
