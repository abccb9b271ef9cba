"""The same scene with Teams on the other side: what cannot be read back may be repeated there, and is marked then."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.playground import Playground, Rules, TeamsRules
from adapters.playground.teams.workspace import ANNA, APP_ID, APP_PASSWORD, MIKAEL, SARA, SUPPORT, TENANT
from bridge.wording import say as sentence
from tests.kill.agreement import PENDING
from tests.kill.customers import Customer
from tests.kill.scene import SECRET, Scene, dice
from tests.kill.server import Server, free_port, say, until
from tests.kill.switch import Switch

AGENTS = (ANNA, MIKAEL, SARA)
AGAIN = sentence("en", "thread.may_be_second")
AGAIN_CARD = sentence("en", "card.again_words")
LINE = re.compile(r"(visitor\d+): ")


@dataclass(eq=False)
class TeamsScene(Scene):
    """Everything of one test."""

    agents: tuple[str, ...] = AGENTS

    async def connected(self) -> None:
        """Activities come to whichever life is there."""
        await self.team.teams.deliver_to(f"{self.url}/teams/messages")

    async def says(self, agent: str, words: str, root: str) -> None:
        """An agent writes in a thread."""
        await self.team.teams.say(agent, SUPPORT, words, root)

    def cards(self) -> list[dict[str, Any]]:
        """The roots in the channel, oldest first."""
        return [root for root in self.team.teams.messages(SUPPORT) if root["is_bot"]]

    async def _root(self, customer: Customer) -> str:
        """Where the visitor's thread begins: the card that is marked as the one to answer in, if there are two."""
        while True:
            if mine := self.cards_of(customer):
                return str(mine[-1]["id"])
            await asyncio.sleep(0.05)

    def cards_of(self, customer: Customer) -> list[dict[str, Any]]:
        """The cards with this visitor's words."""
        return [card for card in self.cards() if f"{customer.name}: " in card["text"]]

    def posted_again(self) -> int:
        """Posts that are marked as perhaps the second."""
        return len([said for card in self.cards() for said in self._thread(card) if is_marked(said)])

    def _thread(self, card: dict[str, Any]) -> list[dict[str, Any]]:
        return self.team.teams.thread(SUPPORT, card["id"])

    async def settled(self) -> None:
        """Until every activity was answered, or given up."""
        await self.team.teams.settled()

    def disagreements(self) -> list[str]:
        """One sentence for each thing that is not as it should be (yet)."""
        found = [f"an activity was given up: {one}" for one in self.team.teams.deliveries if not one.acked]
        if pending := self.ask(PENDING)[0][0]:
            found.append(f"{pending} deliveries are under way")
        for customer in self.customers:
            found += self._of(customer)
        return found

    def _of(self, customer: Customer) -> Iterator[str]:
        threads = [self._thread(card) for card in self.cards_of(customer)]
        lines = list(_lines(customer, [said for thread in threads for said in thread if said["is_bot"]]))
        theirs = sorted(
            (said for thread in threads for said in thread if not said["is_bot"]), key=lambda one: one["id"]
        )
        answers = [said["text"] for said in theirs if SECRET not in said["text"]]
        yield from _different(f"the thread of {customer.name}", lines, customer.acknowledged)
        seen = customer.texts("visitor")
        yield from _different(f"the lines that {customer.name} sees", seen, customer.acknowledged)
        yield from _different(f"the answers that {customer.name} sees", customer.texts("agent"), answers)
        if SECRET in str(customer.frames):
            yield f"{customer.name} was shown what is internal"
        if others := [one for one in LINE.findall(str(threads)) if one != customer.name]:
            yield f"words of {set(others)} stand in the thread of {customer.name}"
        if unmarked := [card["id"] for card in self.cards_of(customer)[1:] if not is_marked(card)]:
            yield f"a second card of {customer.name} is not marked: {unmarked}"


def is_marked(said: dict[str, Any]) -> bool:
    """Whether it says that it may be there twice."""
    return AGAIN in said["text"] or AGAIN_CARD in said["text"]


def _lines(customer: Customer, ours: list[dict[str, Any]]) -> Iterator[str]:
    """The visitor's lines; of those that are marked only what is not there yet. A double without a mark stays one."""
    known: set[str] = set()
    for said in ours:
        for line in said["text"].split("\n"):
            if not line.startswith(f"{customer.name}: "):
                continue
            if not (is_marked(said) and line in known):
                yield line
            known.add(line)


def _different(what: str, found: Any, expected: Any) -> Iterator[str]:
    if found != expected:
        yield f"{what}: {found}\n  should be: {expected}"


@asynccontextmanager
async def a_teams_scene(folder: Path, **rules: Any) -> AsyncIterator[TeamsScene]:
    """A scene in which nothing runs yet. Tokens come without detour, calls and keys by the switch."""
    team = Playground(rules=Rules(limits=False, teams=TeamsRules(limits=False, **rules)))
    await team.start()
    login = team.teams.login_url
    switch = Switch(int(team.url.rsplit(":", 1)[1]))
    await switch.on()
    team.teams.stage.url = f"http://127.0.0.1:{switch.port}"
    server = Server(folder, _settings(team, folder, login))
    scene = TeamsScene(team, switch, server, dice())
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


def _settings(team: Playground, folder: Path, login: str) -> dict[str, str]:
    limits = ("VISITOR_MINUTE", "ADDRESS_MINUTE", "SITE_MINUTE", "SESSIONS_HOUR", "ADDRESS_SOCKETS")
    return {
        "SILTA_PORT": str(free_port()),
        "SILTA_DATABASE": str(folder / "silta.db"),
        "SILTA_SITE_NAME": "Kauppa",
        "SILTA_SITE_ORIGINS": team.url,
        "SILTA_TEAMS_APP_ID": APP_ID,
        "SILTA_TEAMS_APP_PASSWORD": APP_PASSWORD,
        "SILTA_TEAMS_TENANT_ID": TENANT,
        "SILTA_TEAMS_CHANNEL": SUPPORT,
        "SILTA_TEAMS_LOGIN_URL": login,
        "SILTA_TEAMS_OPENID_URL": team.teams.openid_url,
        "SILTA_TEAMS_SERVICE_URL": team.teams.service_url,
        "SILTA_TEAMS_PACE": "off",
        **{f"SILTA_LIMIT_{name}": "10000" for name in limits},
    }


async def agreed(scene: TeamsScene, within: float = 30.0) -> None:
    """Wait until everything has arrived, then hold every reading against the others."""
    async with asyncio.timeout(within + 90):
        await scene.settled()
    try:
        await until(lambda: not scene.disagreements(), within)
    except TimeoutError:
        assert not (found := scene.disagreements()), "\n".join(found)
    assert "Traceback" not in scene.server.words(whole=True), "the bridge met a fault of its own"
