"""The system under test: the real desks, store and courier around the pretend outside, driven in virtual time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, TypeVar

from bridge import markup
from bridge.agents import AgentDesk
from bridge.alerts import Alerts
from bridge.carriers import ThreadCarrier
from bridge.delivery import Courier
from bridge.errors import BridgeError, NotFound
from bridge.inbound import Heard, Pressed, Removed
from bridge.managers import ManagerDesk, channel_at, site_id
from bridge.model import Page, Site, Standing, VisitorId
from bridge.repair import Repair
from bridge.visitors import VisitorDesk
from storage.signals import LocalSignals
from tests.machine.outside import Outside
from tests.machine.server import ServerStore
from tests.machine.virtual import InlineStore, VirtualClock, VirtualLoop

T = TypeVar("T")
CHANNELS = ("C1", "C2")
AGENTS = {"anna": Standing.MEMBER, "mikael": Standing.MEMBER, "guest": Standing.GUEST, "outsider": Standing.OUTSIDER}
DELIVERIES = ("once", "twice", "late", "twice_late", "fails_first", "lost")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote in a thread over there."""

    heard: Heard
    is_marked: bool


@dataclass(eq=False)
class Town:
    """Visitors, agents and the bridge between them."""

    seed: int = 0
    make_store: Callable[[LocalSignals, VirtualLoop], InlineStore | ServerStore] = InlineStore
    loop: VirtualLoop = field(default_factory=VirtualLoop)
    visitors: list[VisitorId] = field(default_factory=list)
    acknowledged: dict[VisitorId, list[str]] = field(default_factory=lambda: defaultdict(list))
    said: dict[str, Said] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    _events: set[asyncio.Task[None]] = field(default_factory=set)
    _run: asyncio.Task[None] | None = None
    _starts: int = 0
    _words: int = 0

    def __post_init__(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.random = Random(self.seed)
        self.clock = VirtualClock(self.loop, self.seed)
        self.signals = LocalSignals()
        self.store = self.make_store(self.signals, self.loop)
        self.outside = Outside(self.clock, people=dict(AGENTS))
        self.desk = VisitorDesk(self.store, self.clock)
        self.agents = AgentDesk(self.store, self.clock, {"pretend": self.outside}, self.signals)
        self.repair = Repair(self.store, self.clock, self.agents, {"pretend": self.outside})
        self.courier = self._new_courier()
        self.do(self._settle_in())

    def begin(self) -> None:
        """Two visitors have spoken and their cards stand: from here on anything may happen."""
        for number in (0, 1):
            self.visitor_says(number, twice=False)
        self.pass_time(3)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something to its end."""
        return self.loop.run_until_complete(work)

    def pass_time(self, seconds: float) -> None:
        """Let everything go on for this long."""
        self.do(asyncio.sleep(seconds))

    def close(self) -> None:
        """End everything."""
        self.do(self._end())
        self.store.close()
        self.loop.close()
        asyncio.set_event_loop(None)

    async def _settle_in(self) -> None:
        managers = ManagerDesk(self.store, self.clock)
        for number, ref in enumerate(CHANNELS):
            channel = channel_at("pretend", ref)
            key = f"site{number}"
            await managers.configure(Site(site_id(key), key, key, (f"https://{key}.example",), channel.id), channel)
        for number in range(3):
            token = await self.desk.arrive(await self.desk.site(f"site{number % 2}"), "en")
            guest = await self.desk.known(token)
            self.visitors.append(guest.visitor.id)
        self._run = asyncio.create_task(self.courier.run())

    async def _end(self) -> None:
        self._die()
        for task in (*self._events, *self.outside.later):
            task.cancel()
        await asyncio.gather(*self._events, *self.outside.later, return_exceptions=True)

    def _new_courier(self) -> Courier:
        self._starts += 1
        return Courier(
            ThreadCarrier(self.outside, self.store, self.clock),
            self.store,
            self.signals,
            self.clock,
            f"owner{self._starts}",
            Alerts(self.store, self.clock),
        )

    def _die(self) -> None:
        """Gone without a word: no call is recorded, but what was written over there stays written."""
        if self._run is not None:
            self._run.cancel()
        for call in self.courier._calls:
            call.cancel()

    def restart(self) -> None:
        """Killed and started again."""
        self.do(self._restart())

    async def _restart(self) -> None:
        self._die()
        await asyncio.sleep(0.01)
        self.courier = self._new_courier()
        self._run = asyncio.create_task(self.courier.run())

    def word(self, kind: str) -> str:
        """A text that occurs once."""
        self._words += 1
        return f"{kind}-{self._words}"

    def visitor_says(self, number: int, *, twice: bool) -> None:
        """A visitor says something; perhaps the client tries it again under the same key."""
        visitor, text = self.visitors[number], self.word(f"v{number}")
        self.do(self._say(visitor, text, twice=twice))

    async def _say(self, visitor: VisitorId, text: str, *, twice: bool) -> None:
        calls = [self.desk.say(visitor, f"key-{text}", text, Page()) for _ in range(1 + twice)]
        await asyncio.gather(*calls)
        self.acknowledged[visitor].append(text)

    def roots(self) -> list[str]:
        """Where cards stand over there, oldest first."""
        return sorted(post.ref for post in self.outside.posts.values() if not post.root)

    def agent_says(self, agent: str, root: str, kind: str, how: str) -> None:
        """An agent writes in a thread; the event comes as `how` says."""
        text = {"note": ";; ", "command": "!nonsense "}.get(kind, "") + self.word(kind)
        ref = self.outside.stamp()
        heard = Heard(
            workplace="pretend",
            channel=self.outside.posts[root].channel,
            thread=root,
            ref=ref,
            order=ref,
            author=agent,
            body=markup.literal(text),
            at=self.clock.now(),
            mentions=kind == "mention",
        )
        is_marked = kind != "plain" or AGENTS[agent] is not Standing.MEMBER
        self.said[ref] = Said(heard, is_marked)
        self.outside.written[ref] = heard
        self._happens(self.agents.heard(heard), lambda: self.agents.heard(heard), how)

    def agent_edits(self, ref: str, kind: str, how: str) -> None:
        """An agent changes what they wrote; a note may become an answer if only the change is ever heard of."""
        before = self.said[ref]
        text = (";; " if kind == "note" else "") + self.word(f"edited-{kind}")
        changed = replace(before.heard, body=markup.literal(text), changed=self.outside.stamp())
        is_marked = kind == "note" or changed.mentions or AGENTS[changed.author] is not Standing.MEMBER
        self.said[ref] = Said(changed, is_marked)
        if ref in self.outside.written:
            self.outside.written[ref] = changed
        self._happens(self.agents.edited(changed), lambda: self.agents.edited(changed), how)

    def agent_removes(self, ref: str, how: str) -> None:
        """An agent takes back what they wrote."""
        heard = self.said[ref].heard
        gone = Removed("pretend", heard.channel, heard.thread, ref, heard.order)
        self.removed.add(ref)
        self.outside.written.pop(ref, None)
        self._happens(self.agents.removed(gone), lambda: self.agents.removed(gone), how)

    def agent_presses(self, agent: str, root: str, verb: str) -> None:
        """An agent presses a button."""
        pressed = Pressed("pretend", self.outside.posts[root].channel, root, agent, verb, "", self.outside.stamp())
        self._happens(self.agents.pressed(pressed), lambda: self.agents.pressed(pressed), "once")

    def root_is_deleted(self, root: str, *, heard: bool) -> None:
        """A person deletes a card; perhaps the event of it never comes."""
        channel = self.outside.posts[root].channel
        self.outside.root_is_deleted(root)
        gone = Removed("pretend", channel, root, root, root)
        self._happens(self.agents.removed(gone), lambda: self.agents.removed(gone), "once" if heard else "lost")

    def both_claim(self, root: str) -> None:
        """Two agents press Claim at the same moment: of a waiting conversation one of them becomes claimant (I8)."""
        is_alone = not self._events
        before = self._claims_of(root)
        for agent in ("anna", "mikael"):
            self.agent_presses(agent, root, "claim")
        self.pass_time(3)
        after = self._claims_of(root)
        if is_alone and before and before[0] == "waiting":
            assert after == ("claimed", before[1] + 1), "I8"

    def _claims_of(self, root: str) -> tuple[str, int] | None:
        """How the conversation of a thread that goes on stands, and how often somebody has joined it."""
        query = """SELECT c.status, (
                       SELECT count(*) FROM message m WHERE m.conversation_id = c.id AND m.notice = 'agent_joined'
                   ) FROM conversation c
                   JOIN thread t ON t.conversation_id = c.id WHERE t.ref = ? AND t.state = 'active'"""
        return next(iter(self.store.rows(query, root)), None)

    def _happens(self, first: Coroutine[Any, Any, None], again: Any, how: str) -> None:
        """Deliver an event once or more, now or later; what fails comes again, as the platform does."""
        delays = {
            "once": (0.0,),
            "twice": (0.0, 0.0),
            "late": (self.random.uniform(1, 20),),
            "twice_late": (0.0, self.random.uniform(1, 300)),
            "fails_first": (60.0,),
            "lost": (),
        }[how]
        first.close()
        for delay in delays:
            task = self.loop.create_task(self._arrive(again, delay))
            self._events.add(task)
            task.add_done_callback(self._events.discard)

    async def _arrive(self, again: Any, delay: float) -> None:
        await asyncio.sleep(delay)
        for wait in (0.0, 60.0, 300.0, 300.0):
            await asyncio.sleep(wait)
            try:
                await again()
            except NotFound:
                return
            except BridgeError:
                continue
            return

    def shown(self, visitor: VisitorId) -> list[str]:
        """What the visitor is shown from the beginning, removed messages left out."""
        seen = self.do(self.desk.visible(visitor, None))
        ordered = sorted(seen.messages, key=lambda row: (row[1], row[0].place, row[0].order))
        return [markup.plain(message.body) for message, _, _ in ordered if not message.removed]

    def settle(self) -> None:
        """The faults end, every event has come, and time passes until nothing is left to do."""
        self.outside.faults.clear()
        self.pass_time(700)
        while self._events:
            self.pass_time(60)
        assert self.do(self.repair.once("pretend"))
        self.pass_time(120)
