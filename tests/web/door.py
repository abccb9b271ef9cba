"""Requests and sockets as a hostile client makes them."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from adapters.playground.workspace import BILLING
from bridge.managers import channel_at, site_id
from tests.world import PATIENCE, World

OTHER_ORIGIN = "https://other.example"
OTHER = "other"


@dataclass(frozen=True)
class Answer:
    """An answer, read whole."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])

    @property
    def is_readable_by_pages(self) -> bool:
        return "Access-Control-Allow-Origin" in self.headers


def written(value: Any) -> str:
    """JSON as a browser writes it: nothing is escaped but what must be."""
    raw = json.dumps(value, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda lone: f"\\u{ord(lone.group()):04x}", raw)


def key() -> str:
    return uuid.uuid4().hex


@dataclass(eq=False)
class Door:
    """The bridge's door, and everything that came back through it."""

    world: World
    statuses: list[int] = field(default_factory=list)
    http: ClientSession = field(default_factory=ClientSession)

    @property
    def url(self) -> str:
        return self.world.bridge.url

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    @property
    def origin(self) -> str:
        return self.world.team.url

    async def open_second_site(self) -> None:
        """A second site on the same bridge, with pages and a channel of its own."""
        desk = self.world.bridge.managers
        main = await self.world.bridge.visitors.site("main")
        channel = channel_at("slack", BILLING)
        site = replace(main, id=site_id(OTHER), key=OTHER, name="Other", origins=(OTHER_ORIGIN,), channel=channel.id)
        await desk.configure(site, channel)

    async def close(self) -> None:
        await self.http.close()

    async def ask(self, method: str, path: str, **how: Any) -> Answer:
        """One request from the site's page; `headers` add to that, and None takes one away."""
        wanted = {"Origin": self.origin, **how.pop("headers", {})}
        headers = {name: value for name, value in wanted.items() if value is not None}
        async with self.http.request(method, self.url + path, headers=headers, **how) as answer:
            raw = await answer.read()
            self.statuses.append(answer.status)
            return Answer(answer.status, answer.headers.copy(), raw.decode("utf-8", "replace"))

    async def get(self, path: str, **how: Any) -> Answer:
        return await self.ask("GET", path, **how)

    async def post(self, path: str, body: Any, token: str = "", **how: Any) -> Answer:
        """Bytes and strings go as they are."""
        raw = body if isinstance(body, (bytes, str, io.BytesIO)) else written(body)
        headers = {"Content-Type": "application/json", **how.pop("headers", {})}
        if token:
            headers = {"Authorization": f"Bearer {token}", **headers}
        return await self.ask("POST", path, data=raw, headers=headers, **how)

    async def token(self, site: str = "main", origin: str = "") -> str:
        headers = {"Origin": origin or self.origin}
        answer = await self.post("/v1/visitor/session", {"site": site, "language": "en"}, headers=headers)
        assert answer.status == 200, answer.text
        return str(answer.json["token"])

    async def stored(self) -> tuple[int, ...]:
        """How much there is in the tables that a visitor's words could reach."""
        from_tables = ("conversation", "message", "delivery")
        store = self.world.bridge.store

        def count(tx: Any) -> tuple[int, ...]:
            run = tx._connection.exec_driver_sql
            emails = run("select count(*) from visitor where email <> ''").scalar_one()
            return (*(run(f"select count(*) from {name}").scalar_one() for name in from_tables), emails)  # noqa: S608

        return await store.read(count)

    @asynccontextmanager
    async def socket(self, **headers: str) -> AsyncIterator[Line]:
        """An upgraded connection, before its hello."""
        async with self.http.ws_connect(
            f"{self.url}/v1/visitor/socket", headers={"Origin": self.origin, **headers}, max_msg_size=0
        ) as connection:
            yield Line(connection)

    @asynccontextmanager
    async def talk(self, token: str = "", **hello: Any) -> AsyncIterator[Line]:
        """A socket that has said hello and has got the first `state`."""
        token = token or await self.token()
        async with self.socket() as line:
            await line.hello(token, **hello)
            await line.until("state")
            yield line

    async def raw(self, *parts: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection on which this was sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for part in parts:
            writer.write(part)
            await writer.drain()
        return reader, writer


@dataclass(eq=False)
class Line:
    """A socket from the client's end."""

    connection: ClientWebSocketResponse

    async def hello(self, token: str, /, **changes: Any) -> None:
        await self.send({"type": "hello", "site": "main", "token": token, "cursor": None, "language": "en", **changes})

    async def send(self, frame: Any) -> None:
        """Bytes go as a binary frame, a string as it is."""
        if isinstance(frame, bytes):
            await self.connection.send_bytes(frame)
        else:
            await self.connection.send_str(frame if isinstance(frame, str) else written(frame))

    async def send_or_be_cut(self, frame: str) -> None:
        """Send what the server may end before it has all of it."""
        with contextlib.suppress(ConnectionError):
            await self.send(frame)

    async def until(self, *kinds: str) -> dict[str, Any]:
        """The next frame of these kinds."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.connection.receive()
                assert message.type is WSMsgType.TEXT, (message, self.connection.close_code)
                frame: dict[str, Any] = json.loads(message.data)
                if frame["type"] in kinds:
                    return frame

    async def answer(self, frame: Any) -> dict[str, Any]:
        await self.send(frame)
        return await self.until("ok", "error", "pong")

    async def end(self) -> tuple[int | None, list[dict[str, Any]]]:
        """Read until the server closes: the code, and the frames before it."""
        frames = []
        async with asyncio.timeout(PATIENCE):
            async for message in self.connection:
                if message.type is WSMsgType.TEXT:
                    frames.append(json.loads(message.data))
        return self.connection.close_code, frames
