"""The bridge as a process between a pretend workplace and visitors, all of them talking."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientError

from adapters.playground import APP_TOKEN, BOT_TOKEN, HttpTarget, Playground, Rules
from adapters.playground.workspace import ANNA, MIKAEL, SARA, SUPPORT
from tests.kill.customers import Customer
from tests.kill.server import Server, free_port, say, until
from tests.kill.switch import Switch
from tests.world import SIGNING_SECRET, Visitor

AGENTS = (ANNA, MIKAEL, SARA)
SECRET = "secret"  # the word that marks what no visitor may see
SERVES_WITHIN = 30.0  # seconds: a liveness bound


def dice() -> random.Random:
    """The seed is printed; SILTA_TEST_SEED sets it."""
    seed = int(os.environ.get("SILTA_TEST_SEED") or random.randrange(2**32))
    say(f"seed {seed}")
    return random.Random(seed)


@dataclass(eq=False)
class Scene:
    """Everything of one test."""

    team: Playground
    switch: Switch
    server: Server
    dice: random.Random
    customers: list[Customer] = field(default_factory=list)
    agents: tuple[str, ...] = AGENTS

    @property
    def url(self) -> str:
        """Where visitors reach the bridge."""
        return f"http://127.0.0.1:{self.server.settings['SILTA_PORT']}"

    async def start(self) -> float:
        """Begin a life; the seconds until a visitor was answered."""
        began = time.monotonic()
        self.server.start()
        await self.serving()
        took = time.monotonic() - began
        await self.connected()
        return took

    async def serving(self) -> None:
        """Wait until the present life answers a visitor."""
        async with asyncio.timeout(SERVES_WITHIN):
            while not await self._answers():
                assert self.server.is_alive, self.server.words()
                await asyncio.sleep(0.02)

    async def connected(self) -> None:
        """Where there are no sockets, events come signed over HTTP, to whichever life is there."""
        if self.server.settings["SILTA_SLACK_APP_TOKEN"]:
            return
        door = {"events_url": f"{self.url}/slack/events", "interactivity_url": f"{self.url}/slack/interactivity"}
        await self.team.deliver_over_http(HttpTarget(signing_secret=SIGNING_SECRET, **door))

    async def _answers(self) -> bool:
        """Whether a hello is answered."""
        known = next((one.token for one in self.customers if one.token), "")
        visitor = Visitor(self.url, self.team.url, token=known)
        try:
            await (visitor.connect() if known else visitor.arrive())
            await until(lambda: visitor.state or visitor.closed_with is not None, SERVES_WITHIN)
        except (ClientError, OSError):
            return False
        finally:
            await visitor.leave()
        return bool(visitor.state)

    def invite(self, number: int) -> None:
        """So many visitors, who have not come yet."""
        self.customers = [Customer(self.url, self.team.url, name=f"visitor{n}") for n in range(number)]

    @asynccontextmanager
    async def present(self) -> AsyncIterator[None]:
        """The visitors are here and stay, whatever becomes of the line."""
        async with asyncio.TaskGroup() as group:
            stays = [group.create_task(customer.stay()) for customer in self.customers]
            yield
            for stay in stays:
                stay.cancel()

    async def talk(self, lines: int, seconds: float) -> None:
        """Each visitor says so many lines and is given so many answers, over about so many seconds."""
        async with asyncio.TaskGroup() as group:
            for customer in self.customers:
                group.create_task(self._says(customer, lines, seconds))
                group.create_task(self._answered(customer, lines, seconds))

    async def _says(self, customer: Customer, lines: int, seconds: float) -> None:
        for number in range(lines):
            await customer.tell(f"line {number} <&> ä")
            await asyncio.sleep(self.dice.uniform(0, 2 * seconds / lines))

    async def _answered(self, customer: Customer, lines: int, seconds: float) -> None:
        """One agent has the conversation; all of them leave notes, and remarks once it is known whose it is."""
        root = await self._root(customer)
        mine = self.agents[self.customers.index(customer) % len(self.agents)]
        for number in range(lines):
            await self.says(mine, f"answer {number} for {customer.name} & co", root)
            await self._aside(customer, root, number)
            await asyncio.sleep(self.dice.uniform(0, 2 * seconds / lines))

    async def says(self, agent: str, words: str, root: str) -> None:
        """An agent writes in a thread."""
        await self.team.say(agent, SUPPORT, words, root)

    async def _aside(self, customer: Customer, root: str, number: int) -> None:
        other = self.dice.choice(self.agents)
        if self.dice.random() < 0.2:
            await self.says(other, f";; {SECRET} note {number}", root)
        elif self.dice.random() < 0.2 and customer.state.get("status") == "claimed":
            mine = self.agents[self.customers.index(customer) % len(self.agents)]
            other = next(one for one in self.agents if one != mine)
            await self.says(other, f"{SECRET} remark {number}", root)

    async def _root(self, customer: Customer) -> str:
        """Where the visitor's thread begins, however long that takes."""
        while True:
            for card in self.cards():
                if f"{customer.name}: " in json.dumps(card["blocks"]):
                    return str(card["ts"])
            await asyncio.sleep(0.05)

    def cards(self) -> list[dict[str, Any]]:
        """The roots in the channel, oldest first."""
        return [root for root in self.team.messages(SUPPORT) if root.get("bot_id")]

    def ask(self, query: str) -> list[Any]:
        """What the database holds."""
        place = f"file:{self.server.settings['SILTA_DATABASE']}?mode=ro"
        with closing(sqlite3.connect(place, uri=True, timeout=10)) as memory:
            return memory.execute(query).fetchall()

    @contextmanager
    def held_memory(self) -> Iterator[None]:
        """Nobody else can write to the database."""
        with closing(sqlite3.connect(self.server.settings["SILTA_DATABASE"], isolation_level=None)) as memory:
            memory.execute("BEGIN IMMEDIATE")
            yield
            memory.execute("ROLLBACK")

    def posted_again(self) -> int:
        """Posts that were called for more than once; those cut short count, those told to slow down do not."""
        calls = self.team.calls("chat.postMessage")
        keys = Counter(json.dumps(call.arguments.get("metadata")) for call in calls if call.error in ("", "cut"))
        return sum(count - 1 for count in keys.values())

    def report(self, **figures: object) -> None:
        """Figures for whoever runs the tests with -s."""
        taken_back = len([call for call in self.team.calls("chat.delete") if not call.error])
        told = {
            "lines": sum(len(customer.acknowledged) for customer in self.customers),
            "said again": sum(customer.repeated for customer in self.customers),
            "posted again": self.posted_again(),
            "second copies taken back": taken_back,
            "events sent again": sum(max(0, event.attempts - 1) for event in self.team.deliveries),
            "lives that served": self.server.words(whole=True).count("serving visitors at"),
        }
        say(", ".join(f"{name}: {value}" for name, value in {**told, **figures}.items()))


@asynccontextmanager
async def a_scene(folder: Path, *, over_http: bool = False, **rules: Any) -> AsyncIterator[Scene]:
    """A scene in which nothing runs yet. When it fails, the log's end is shown and the log stays in the folder."""
    team = Playground(rules=Rules(**rules))
    await team.start()
    switch = Switch(int(team.url.rsplit(":", 1)[1]))
    await switch.on()
    team.stage.url = f"http://127.0.0.1:{switch.port}"
    doors = {"APP_TOKEN": "", "SIGNING_SECRET": SIGNING_SECRET} if over_http else {"APP_TOKEN": APP_TOKEN}
    server = Server(folder, _settings(team, folder) | {f"SILTA_SLACK_{name}": value for name, value in doors.items()})
    scene = Scene(team, switch, server, dice())
    try:
        yield scene
    except BaseException:
        say(f"--- {server.log}\n{server.words()}")
        raise
    finally:
        for customer in scene.customers:
            await customer.leave()
        server.discard()
        await switch.close()
        await team.stop()


def _settings(team: Playground, folder: Path) -> dict[str, str]:
    limits = ("VISITOR_MINUTE", "ADDRESS_MINUTE", "SITE_MINUTE", "SESSIONS_HOUR", "ADDRESS_SOCKETS")
    return {
        "SILTA_PORT": str(free_port()),
        "SILTA_DATABASE": str(folder / "silta.db"),
        "SILTA_SITE_NAME": "Kauppa",
        "SILTA_SITE_ORIGINS": team.url,
        "SILTA_SLACK_BOT_TOKEN": BOT_TOKEN,
        "SILTA_SLACK_API_URL": team.api_url,
        "SILTA_SLACK_CHANNEL": SUPPORT,
        **{f"SILTA_LIMIT_{name}": "10000" for name in limits},
    }
