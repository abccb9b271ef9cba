"""Every output that a visitor can get, searched for words that are not theirs: internal talk and other conversations.

Each text carries a word of its own, and the ledger says who may ever read it. The list of outputs is the router's: a
new path fails the first test until it is asked for here.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.playground.workspace import ANNA, BILLING, GUEST, MIKAEL, OUTSIDER, SARA, SUPPORT
from bridge.managers import channel_at
from bridge.model import Rule
from tests.web.door import OTHER, OTHER_ORIGIN, Door, key
from tests.web.test_origins import routes
from tests.world import Visitor, World, a_world, until

NEVER = (
    "Virtanen",
    "anna.virtanen",
    "U0ANNA",
    "U0SARA",
    "C0SUPPORT",
    "C0BILLING",
    "T0PLAY",
    "xoxb",
    "xapp",
    "Not shown",
    "!takeover",
    "Claim",
)


@dataclass
class Ledger:
    """Which word may be read by whom; `gone` words were taken back, and nobody is told them anew."""

    allowed: dict[str, frozenset[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def word(self, *readers: str) -> str:
        made = f"word{len(self.allowed):03d}x"
        self.allowed[made] = frozenset(readers)
        return made

    def internal(self, count: int = 1) -> list[str]:
        return [self.word() for _ in range(count)]

    def takes_back(self, word: str) -> None:
        self.gone.add(word)

    def leaks(self, reader: str, text: str, *, is_new: bool) -> list[str]:
        """What this reader should not have been told."""
        found = [word for word in self.allowed if word in text]
        foreign = [word for word in found if reader not in self.allowed[word]]
        stale = [word for word in found if is_new and word in self.gone]
        return foreign + stale + [word for word in NEVER if word in text]


@dataclass
class Talk:
    """One visitor's conversation, and the words spoken in its thread."""

    world: World
    ledger: Ledger
    name: str
    channel: str
    visitor: Visitor
    root: dict[str, Any] = field(default_factory=dict)

    async def begins(self) -> None:
        words = self.ledger.word(self.name)
        secret = self.ledger.internal(3)
        await self.visitor.say(words, url=f"https://shop.example/{secret[0]}", title=secret[1])
        address = {"type": "email", "key": key(), "address": f"{secret[2]}@shop.example"}
        assert (await self.visitor.ask(address))["type"] == "ok"
        roots = self.world.team.messages
        self.root = await until(lambda: next((one for one in roots(self.channel) if words in json.dumps(one)), None))

    async def hears(self, agent: str, text: str, **how: Any) -> str:
        """An agent writes in the thread; returns where it stands, once the bridge has it."""
        ts = await self.world.team.say(agent, self.channel, text, self.root["ts"], **how)
        await self.world.team.settled()
        return ts

    async def insists(self, agent: str, text: str, hint: str, *, verb: str = "send", earlier: int = 0) -> None:
        """An agent writes what is kept back, and presses the button of the hint that says so; `earlier` ones stay."""
        word = self.ledger.word(self.name)
        await until(lambda: len(self._hints(agent, hint)) == earlier)
        await self.hears(agent, text.format(word))
        told = await until(lambda: self._hints(agent, hint)[earlier:])
        await self.world.team.press(agent, self.channel, told[-1]["ts"], verb)
        await self.world.team.settled()
        await self.visitor.sees(word)

    def _hints(self, agent: str, words: str) -> list[dict[str, Any]]:
        return [one for one in self.world.team.ephemerals(self.channel, agent) if words in one["text"]]

    async def presses_card(self, agent: str, verb: str) -> None:
        await self.world.team.press(agent, self.channel, self.root["ts"], verb)
        await self.world.team.settled()

    async def plain(self, agent: str, *, public: bool) -> str:
        word = self.ledger.word(*([self.name] if public else []))
        await self.hears(agent, f"plain {word}")
        return word


async def notes_of_every_kind(talk: Talk) -> None:
    words = iter(talk.ledger.internal(20))
    for text in (";; {}", "note: {}", "NOTE: {}", "🔒 {}", "!note {}", "!{}", "!help {}", "  ;; {}", "@mikael.lind {}"):
        await talk.hears(ANNA, text.format(next(words)))
    await talk.hears(GUEST if talk.channel == SUPPORT else SARA, f";; {next(words)}")
    await talk.world.team.post_as_bot("Deploys", talk.channel, next(words), talk.root["ts"])
    await talk.world.team.say(ANNA, talk.channel, f"in the channel {next(words)}")
    await talk.world.team.share(ANNA, talk.channel, {f"{next(words)}.txt": next(words).encode()}, talk.root["ts"])
    if talk.channel == SUPPORT:
        await talk.hears(GUEST, next(words))
        await talk.hears(OUTSIDER, next(words))
    await talk.world.team.settled()


async def second_thoughts(talk: Talk) -> None:
    """Public words that are changed, taken back or made a note; notes that are changed into public words."""
    ledger, team = talk.ledger, talk.world.team
    first, second, third = (ledger.word(talk.name) for _ in range(3))
    better, hidden, never, still = ledger.word(talk.name), *ledger.internal(3)
    places = [await talk.hears(ANNA, word) for word in (first, second, third)]
    for word in (first, second, third):
        await talk.visitor.sees(word)
    await team.edit(ANNA, talk.channel, places[0], better)
    await team.edit(ANNA, talk.channel, places[1], f";; {hidden}")
    await team.delete(ANNA, talk.channel, places[2])
    for word in (first, second, third):
        ledger.takes_back(word)
    note = await talk.hears(ANNA, f";; {never}")
    await team.edit(ANNA, talk.channel, note, still)
    await team.settled()
    await talk.visitor.sees(better)


async def after_the_end(talk: Talk) -> None:
    await talk.presses_card(ANNA, "close")
    await talk.visitor.stands("closed")
    await talk.plain(ANNA, public=False)
    await talk.insists(ANNA, "late {}", "chat is closed", earlier=1)


async def claimant_rule(talk: Talk) -> None:
    await talk.plain(ANNA, public=True)
    await talk.plain(MIKAEL, public=False)
    await talk.insists(SARA, "joining {}", "has this chat", verb="join")
    await talk.plain(SARA, public=True)
    hidden = talk.ledger.word()
    await talk.hears(MIKAEL, hidden, how="broadcast")


async def strict_rule(talk: Talk) -> None:
    await talk.presses_card(ANNA, "claim")
    await talk.plain(MIKAEL, public=False)
    await talk.insists(ANNA, "after a look {}", "Send it with the button")
    await talk.plain(ANNA, public=False)


async def open_rule(talk: Talk) -> None:
    for agent in (ANNA, MIKAEL, SARA):
        await talk.plain(agent, public=True)


RULES: dict[Rule, Callable[[Talk], Awaitable[None]]] = {
    Rule.CLAIMANT: claimant_rule,
    Rule.STRICT: strict_rule,
    Rule.OPEN: open_rule,
}


@dataclass
class Reader:
    """A visitor who asks for everything there is, with their own words and with a stranger's."""

    door: Door
    talk: Talk
    strange: Visitor
    told: list[str] = field(default_factory=list)

    async def reads_all(self) -> set[tuple[str, str]]:
        """Every route of the router once or more; returns which."""
        asking: dict[tuple[str, str], Callable[[], Awaitable[None]]] = {
            ("GET", "/v1/site"): self._site,
            ("POST", "/v1/visitor/session"): self._session,
            ("POST", "/v1/visitor/{verb}"): self._verbs,
            ("GET", "/v1/visitor/changes"): self._changes,
            ("GET", "/v1/visitor/socket"): self._sockets,
            ("GET", "/v1/photo/{agent}/{version}"): self._photos,
            ("GET", "/widget.js"): self._files,
            ("GET", "/widget/panel.js"): self._files,
            ("GET", "/healthz"): self._health,
            ("GET", "/readyz"): self._health,
        }
        for ask in asking.values():
            await ask()
        return set(asking)

    async def _ask(self, method: str, path: str, **how: Any) -> None:
        mine = {"Origin": self.talk.visitor.origin, "Authorization": f"Bearer {self.talk.visitor.token}"}
        answer = await self.door.ask(method, path, headers={**mine, **how.pop("headers", {})}, **how)
        self.told.append(f"{answer.headers} {answer.text}")

    async def _site(self) -> None:
        for site in ("main", OTHER, "nobody"):
            await self._ask("GET", f"/v1/site?key={site}&language=fi")

    async def _session(self) -> None:
        for site in (self.talk.visitor.site, "nobody"):
            await self._ask("POST", "/v1/visitor/session", json={"site": site, "language": "de"})

    async def _verbs(self) -> None:
        used = next(said["key"] for said in self.strange.messages() if said["from"] == "visitor")
        mine = next(said for said in self.talk.visitor.messages() if said["from"] == "visitor")
        bodies: list[tuple[str, Any]] = [
            ("say", {"key": mine["key"], "text": mine["text"]}),
            ("say", {"key": mine["key"], "text": "other words"}),
            ("say", {"key": used, "text": " "}),
            ("say", {"key": 5}),
            ("email", {"key": key(), "address": "none"}),
            ("transcript", {"key": key(), "address": "none"}),
            ("transcript", {"key": key(), "address": ""}),
            ("stay", {"key": key()}),
            ("end", {}),
            ("shout", {}),
        ]
        for verb, body in bodies:
            await self._ask("POST", f"/v1/visitor/{verb}", json=body)

    async def _changes(self) -> None:
        for cursor in (None, "", "x.1", self.strange.cursor or "", self.talk.visitor.cursor or ""):
            await self._ask("GET", "/v1/visitor/changes", params={} if cursor is None else {"cursor": cursor})
        await self._ask("GET", "/v1/visitor/changes", headers={"Authorization": "Bearer " + "x" * 43})

    async def _sockets(self) -> None:
        for cursor in (None, "x.1", self.strange.cursor, self.talk.visitor.cursor):
            async with self.door.socket(Origin=self.talk.visitor.origin) as line:
                await line.hello(self.talk.visitor.token, site=self.talk.visitor.site, cursor=cursor)
                self.told.append(json.dumps(await line.until("changes"), ensure_ascii=False))
                self.told.append(json.dumps(await line.until("state"), ensure_ascii=False))
                self.told.append(json.dumps(await line.answer({"type": "odd", "key": key()})))

    async def _photos(self) -> None:
        agents = [said["agent"] for said in self.talk.visitor.messages() if said["from"] == "agent"]
        for agent in agents:
            await self._ask("GET", agent["photo"] or f"/v1/photo/{agent['id']}/none")
            await self._ask("GET", f"/v1/photo/{agent['id']}/x")

    async def _files(self) -> None:
        for path in ("/widget.js", "/widget/panel.js", "/widget/none.js"):
            await self._ask("GET", path)

    async def _health(self) -> None:
        for path in ("/healthz", "/readyz"):
            await self._ask("GET", path)


async def talks_of(world: World, ledger: Ledger, door: Door) -> list[Talk]:
    """Two visitors of one site and one of another, each in a conversation of their own."""
    talks = []
    for name, site, channel, origin in (
        ("kim", "main", SUPPORT, world.team.url),
        ("lee", "main", SUPPORT, world.team.url),
        ("ida", OTHER, BILLING, OTHER_ORIGIN),
    ):
        visitor = Visitor(door.url, origin, site)
        world.visitors.append(visitor)
        talks.append(Talk(world, ledger, name, channel, await visitor.arrive()))
    for talk in talks:
        await talk.begins()
    return talks


@pytest.mark.parametrize("rule", RULES)
async def test_no_output_of_a_visitor_holds_what_is_not_theirs(tmp_path: Path, rule: Rule) -> None:
    async with a_world(tmp_path, site_rule=rule.value) as world:
        await world.start()
        door = Door(world)
        await door.open_second_site()
        other = await world.bridge.visitors.site(OTHER)
        await world.bridge.managers.configure(replace(other, rule=Rule.CLAIMANT), channel_at("slack", BILLING))
        ledger = Ledger()
        kim, lee, ida = await talks_of(world, ledger, door)
        second_tab = await kim.visitor.another_tab()
        world.visitors.append(second_tab)

        await RULES[rule](kim)
        await notes_of_every_kind(kim)
        if rule is not Rule.STRICT:
            await second_thoughts(kim)
        await kim.insists(ANNA, "@mikael.lind {}", "because it mentions somebody", earlier=1)
        await after_the_end(kim)
        await ida.plain(SARA, public=True)
        await notes_of_every_kind(ida)
        await notes_of_every_kind(lee)

        readers = []
        for talk, stranger in ((kim, lee), (lee, ida), (ida, kim)):
            readers.append(Reader(door, talk, stranger.visitor))
            assert await readers[-1].reads_all() == routes(world)
        await check(ledger, readers, second_tab)
        await door.close()


async def check(ledger: Ledger, readers: list[Reader], second_tab: Visitor) -> None:
    read: dict[str, str] = {}
    for reader in readers:
        name = reader.talk.name
        live = [json.dumps(frame, ensure_ascii=False) for frame in reader.talk.visitor.frames]
        live += [json.dumps(frame, ensure_ascii=False) for frame in second_tab.frames if name == "kim"]
        for text in live:
            assert ledger.leaks(name, text, is_new=False) == [], (name, text)
        for text in reader.told:
            assert ledger.leaks(name, text, is_new=True) == [], (name, text)
        read[name] = "\n".join(live + reader.told)
    for word, names in ledger.allowed.items():
        assert all(word in read[name] for name in names), f"{word} was never shown: the search looks in the wrong place"


async def test_a_mention_that_is_sent_all_the_same_names_no_id(world: World) -> None:
    talk = Talk(world, Ledger(), "kim", SUPPORT, await world.visitor())
    await talk.begins()
    await talk.insists(ANNA, "@mikael.lind {}", "because it mentions somebody")
    assert "U0MIKAEL" not in json.dumps(talk.visitor.frames)


def test_the_search_finds_what_is_planted() -> None:
    ledger = Ledger()
    mine, taken, secret = ledger.word("kim"), ledger.word("kim"), ledger.word()
    ledger.takes_back(taken)
    text = f"{mine} {taken} {secret} U0ANNA00001"
    assert ledger.leaks("kim", text, is_new=False) == [secret, "U0ANNA"]
    assert ledger.leaks("kim", text, is_new=True) == [secret, taken, "U0ANNA"]
    assert ledger.leaks("lee", text, is_new=True) == [mine, taken, secret, taken, "U0ANNA"]
