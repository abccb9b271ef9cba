"""The world: a running bridge with a pretend outside, a moved clock and visitors who speak the wire protocol."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from adapters import settings as table
from adapters.configuration import load
from adapters.playground import Playground, Rules
from adapters.settings import Settings
from app import Bridge, running
from bridge.clock import MovedClock
from bridge.ports import Capabilities
from tests.places import SIGNING_SECRET, Persons, Place, SlackPlace, TeamsPlace

__all__ = ["BOTH", "PATIENCE", "SIGNING_SECRET", "Visitor", "World", "a_world", "until", "world"]

BOTH = pytest.mark.parametrize("workplace", ["slack", "teams"])  # a story that happens in either
PATIENCE = 10.0  # seconds: a liveness bound, far above what anything takes


async def until(happened: Callable[[], Any], what: str = "") -> Any:
    """Wait for something to be true; returns it."""
    async with asyncio.timeout(PATIENCE):
        while not (found := happened()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert found, what
    return found


@dataclass(eq=False)
class Visitor:
    """A client of docs/visitor-protocol.md that keeps what it is shown."""

    bridge: str
    origin: str
    site: str = "main"
    language: str = "en"
    token: str = ""
    cursor: str | None = None
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    frames: list[dict[str, Any]] = field(default_factory=list)
    closed_with: int | None = None
    _session: ClientSession | None = None
    _socket: ClientWebSocketResponse | None = None
    _reader: asyncio.Task[None] | None = None

    @property
    def http(self) -> ClientSession:
        """A session that comes from the site's page."""
        if self._session is None:
            self._session = ClientSession(headers={"Origin": self.origin})
        return self._session

    async def arrive(self) -> Visitor:
        """Get a token and connect."""
        body = {"site": self.site, "language": self.language}
        async with self.http.post(f"{self.bridge}/v1/visitor/session", json=body) as answer:
            assert answer.status == 200, await answer.text()
            self.token = (await answer.json())["token"]
        return await self.connect()

    async def connect(self) -> Visitor:
        """Open a socket from the cursor on and read it from now on."""
        self._socket = await self.http.ws_connect(f"{self.bridge}/v1/visitor/socket", autoclose=True)
        hello = {"type": "hello", "site": self.site, "token": self.token, "cursor": self.cursor}
        await self._socket.send_json({**hello, "language": self.language})
        self._reader = asyncio.create_task(self._read(self._socket))
        return self

    async def another_tab(self) -> Visitor:
        """The same visitor in a second tab."""
        tab = Visitor(self.bridge, self.origin, self.site, self.language, self.token)
        try:
            return await tab.connect()
        except BaseException:
            await tab.leave()
            raise

    async def say(self, text: str, key: str = "", **page: str) -> str:
        """Say something and wait until it is durable; returns its key."""
        key = key or uuid.uuid4().hex
        answer = await self.ask({"type": "say", "key": key, "text": text, "page": page or {"url": "", "title": ""}})
        assert answer["type"] == "ok", answer
        return key

    async def act(self, verb: str, **about: str) -> None:
        """Do something else than saying."""
        answer = await self.ask({"type": verb, "key": uuid.uuid4().hex, **about})
        assert answer["type"] == "ok", answer

    async def ask(self, frame: dict[str, Any]) -> dict[str, Any]:
        """Send a frame and wait for its answer."""
        before = len(self.frames)
        await self.send(frame)

        def answer() -> dict[str, Any] | None:
            wanted = (said for said in self.frames[before:] if said["type"] in ("ok", "error", "pong"))
            return next((said for said in wanted if said.get("key") == frame.get("key")), None)

        found: dict[str, Any] = await until(answer, f"an answer to {frame}")
        return found

    async def send(self, frame: dict[str, Any] | str | bytes) -> None:
        """Send a frame as it is."""
        assert self._socket is not None
        if isinstance(frame, bytes):
            await self._socket.send_bytes(frame)
        elif isinstance(frame, str):
            await self._socket.send_str(frame)
        else:
            await self._socket.send_json(frame)

    def messages(self) -> list[dict[str, Any]]:
        """What is shown, in order."""
        return sorted(self.shown.values(), key=lambda said: str(said["position"]))

    def texts(self, *speakers: str) -> list[str]:
        """The words shown, in order; of these speakers only, if any are named."""
        return [said["text"] for said in self.messages() if not speakers or said["from"] in speakers]

    def state_of(self, key: str) -> str:
        """How far the message with this key has come; empty while it is not shown."""
        return next((said["state"] for said in self.messages() if said.get("key") == key), "")

    async def sees(self, text: str) -> dict[str, Any]:
        """Wait until a message with these words is shown."""
        found: dict[str, Any] = await until(lambda: next((m for m in self.messages() if text in m["text"]), None), text)
        return found

    async def stands(self, status: str) -> dict[str, Any]:
        """Wait until the state has this status."""
        await until(lambda: self.state.get("status") == status, status)
        return self.state

    async def leave(self) -> None:
        """Close the socket and the session."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._take(message.json())
        self.closed_with = socket.close_code

    def _take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        if frame["type"] == "changes":
            if frame["reset"]:
                self.shown.clear()
            self.shown.update({said["id"]: said for said in frame["messages"]})
            self.cursor = frame["cursor"]
        elif frame["type"] == "state":
            self.state = frame


@dataclass(eq=False)
class World:
    """A bridge in its surroundings."""

    team: Playground
    place: Place
    settings: Settings
    clock: MovedClock
    visitors: list[Visitor] = field(default_factory=list)
    _stack: AsyncExitStack | None = None
    _bridge: Bridge | None = None

    @property
    def bridge(self) -> Bridge:
        """The running bridge."""
        assert self._bridge is not None
        return self._bridge

    async def start(self, **changes: Any) -> None:
        """Start the bridge, with changed settings if any are given."""
        if changes:
            self.settings = self.settings.model_copy(update=changes)
        self._stack = AsyncExitStack()
        self._bridge = await self._stack.enter_async_context(running(self.settings, self.clock))
        port = int(self._bridge.url.rsplit(":", 1)[1])
        self.settings = self.settings.model_copy(update={"port": port})
        await self.place.connect(self._bridge, self.settings)

    async def configure(self, text: str) -> None:
        """Apply a configuration file; `ORIGIN` in it is the shop's, what begins with `$` the place's."""
        for name, value in {"ORIGIN": self.team.url, **self.place.in_files()}.items():
            text = text.replace(name, value)
        await self.bridge.managers.apply(load(text))

    async def passes(self, **by: float) -> None:
        """So much time passes, and what is due then happens."""
        self.clock.forward(**by)
        await self.bridge.timekeeper.tick()

    async def stop(self) -> None:
        """Stop the bridge as SIGTERM does."""
        if self._stack is not None:
            await self.place.disconnect()
            await self._stack.aclose()
            self._stack = None

    async def restart(self) -> None:
        """Stop and start on the same database and port."""
        await self.stop()
        await self.start()

    async def visitor(self, **about: str) -> Visitor:
        """A new visitor, connected."""
        visitor = Visitor(self.bridge.url, self.team.url, **about)  # type: ignore[arg-type]
        self.visitors.append(visitor)
        return await visitor.arrive()

    async def card(self, number: int = 0) -> dict[str, Any]:
        """Wait for the n-th card in the channel."""
        roots = await until(lambda: roots if len(roots := self.cards()) > number else None, f"card {number}")
        root: dict[str, Any] = roots[number]
        return root

    def cards(self) -> list[dict[str, Any]]:
        """The cards in the channel, oldest first."""
        return self.place.cards()

    async def answers(self, agent: str, text: str, root: dict[str, Any] | str) -> str:
        """An agent writes in a thread; returns where it stands."""
        return await self.place.say(agent, text, root if isinstance(root, str) else root["ts"])

    async def press(self, agent: str, post: dict[str, Any], verb: str) -> None:
        """An agent presses a button."""
        await self.place.press(agent, post, verb)

    def thread(self, root: dict[str, Any]) -> list[dict[str, Any]]:
        """The replies of a thread."""
        return self.place.thread(root["ts"])

    def lines(self, root: dict[str, Any]) -> list[str]:
        """The visitor's lines in a thread, without the first words in the card."""
        return self.place.lines(root["ts"])

    async def told(self, agent: str, words: str) -> dict[str, Any]:
        """Wait until an agent is told something: alone where that is possible, else by name in the thread."""

        def found() -> dict[str, Any] | None:
            return next((said for said in self.place.told(agent) if words in said["words"]), None)

        told: dict[str, Any] = await until(found, f"{agent} is told {words!r}")
        return told

    @property
    def can(self) -> Capabilities:
        """What the workplace can do."""
        return self.bridge.connection.workplace.capabilities

    @property
    def persons(self) -> Persons:
        """Who is there."""
        return self.place.persons


@asynccontextmanager
async def a_world(
    folder: Path, *, workplace: str = "slack", rules: Rules | None = None, over_http: bool = False, **changes: Any
) -> AsyncIterator[World]:
    """A world that is not started yet; events of Slack come over sockets, or over HTTP."""
    team = Playground(rules=rules or Rules(limits=False))
    await team.start()
    place = TeamsPlace(team) if workplace == "teams" else SlackPlace(team, over_http=over_http)
    chosen: dict[str, Any] = {
        "port": 0,
        "database": str(folder / "silta.db"),
        "site_name": "Kauppa",
        "site_origins": (team.url,),
        **place.settings(),
        "smtp_host": team.smtp_host,
        "smtp_port": team.smtp_port,
        "smtp_security": "none",
        "mail_from": "chat@shop.example",
        "limit_visitor_minute": 10_000,
        "limit_address_minute": 10_000,
        "limit_site_minute": 10_000,
        "limit_sessions_hour": 10_000,
    }
    world = World(team, place, table.load(None, **{**chosen, **changes}), MovedClock())
    try:
        yield world
    finally:
        for visitor in world.visitors:
            await visitor.leave()
        await place.disconnect()  # nothing may knock at a server that is just closing
        await world.stop()
        await team.stop()
    assert place.faults() == []


@pytest.fixture
def workplace() -> str:
    """Where a story happens that does not say so: see BOTH."""
    return "slack"


@pytest.fixture
async def world(tmp_path: Path, workplace: str) -> AsyncIterator[World]:
    """A running bridge in its surroundings."""
    async with a_world(tmp_path, workplace=workplace) as made:
        await made.start()
        yield made
