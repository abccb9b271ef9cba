"""The system under test: the real desks, store and courier around the pretend outside, driven in virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any, TypeVar

from bridge import markup
from bridge.agents import AgentDesk
from bridge.alerts import Alerts
from bridge.carriers import Carrier, ThreadCarrier
from bridge.delivery import Courier
from bridge.errors import BridgeError, NotFound
from bridge.inbound import Heard, Pressed, Removed
from bridge.managers import ManagerDesk, site_id
from bridge.model import Page, Site, Standing, VisitorId
from bridge.repair import Repair
from bridge.visitors import VisitorDesk
from storage.signals import LocalSignals
from tests.machine.outside import Outside
from tests.machine.people import AGENTS, ANNA, COMES_AGAIN, EVERYBODY, MIKAEL, Event, Said
from tests.machine.seat import Ice, Memory, View
from tests.machine.server import ServerStore
from tests.machine.surroundings import Surroundings
from tests.machine.virtual import EPOCH, InlineStore, OrderedSignals, VirtualClock, VirtualLoop

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Running:
    """One process at work."""

    couriers: tuple[Courier, ...]
    ice: Ice
    runs: tuple[asyncio.Task[None], ...]


@dataclass(eq=False)
class Town(Surroundings):
    """Visitors, agents and the bridge between them.

    `missed` and `kept` are refs whose last change, or removal, never came and cannot be read again.
    """

    seed: int = 0
    make_store: Callable[[LocalSignals, VirtualLoop], InlineStore | ServerStore] = InlineStore
    start: datetime = EPOCH
    loop: VirtualLoop = field(default_factory=VirtualLoop)
    visitors: list[VisitorId] = field(default_factory=list)
    acknowledged: dict[VisitorId, list[str]] = field(default_factory=lambda: defaultdict(list))
    said: dict[str, Said] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    sent_after_all: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    _events: set[asyncio.Task[None]] = field(default_factory=set)
    _processes: list[Running] = field(default_factory=list)
    lag: float = 0.0
    _is_alone: bool = True
    _starts: int = 0
    _words: int = 0

    def __post_init__(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.random = Random(self.seed)
        self.clock = VirtualClock(self.loop, self.seed, self.start)
        self.signals = OrderedSignals()
        self.store = self.make_store(self.signals, self.loop)
        self._build(self._world())
        self.desk = VisitorDesk(self.store, self.clock)
        self.agents = AgentDesk(self.store, self.clock, self.outsides, self.signals)
        self.repair = Repair(self.store, self.clock, self.agents, self.outsides)
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
        for number, channel in enumerate(self.channels()):
            key = f"site{number}"
            await managers.configure(Site(site_id(key), key, key, (f"https://{key}.example",), channel.id), channel)
        for number in range(3):
            token = await self.desk.arrive(await self.desk.site(f"site{number % 2}"), "en")
            guest = await self.desk.known(token)
            self.visitors.append(guest.visitor.id)
        self._start_process()

    async def _end(self) -> None:
        ended = [*self._alive(), *self._events, *self.later()]
        self._processes.clear()
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    def _world(self) -> VirtualClock:
        """The clock over there."""
        return self.clock

    def _start_process(self) -> None:
        self._starts += 1
        ice = Ice(self.excuse, self.late)
        memory: Any = Memory(self.store, ice, lambda: self._is_alone and self.store.is_alone, lambda: self.lag)
        owner, alerts = f"owner{self._starts}", Alerts(memory, self.clock)
        carriers = self._carriers(memory, ice)
        couriers = tuple(Courier(carrier, memory, self.signals, self.clock, owner, alerts) for carrier in carriers)
        work = (*(courier.run() for courier in couriers), *self._other_work(memory))
        self._processes.append(Running(couriers, ice, tuple(map(self.loop.create_task, work))))

    def _carriers(self, memory: Any, ice: Ice) -> list[Carrier]:
        views: list[Any] = [View(outside, ice) for outside in self.outsides.values()]
        return [ThreadCarrier(view, memory, self.clock) for view in views]

    def _other_work(self, _memory: Any) -> list[Coroutine[Any, Any, None]]:
        """What a process does beside carrying."""
        return []

    def _die(self) -> None:
        """Gone without a word: no call is recorded, but what was written over there stays written."""
        for task in self._alive():
            task.cancel()
        self._processes.clear()

    def _alive(self) -> list[asyncio.Task[None]]:
        return [
            task
            for process in self._processes
            for task in (*process.runs, *(call for courier in process.couriers for call in courier._calls))
        ]

    def restart(self) -> None:
        """Killed and started again."""
        self.do(self._restart())

    async def _restart(self) -> None:
        self._die()
        await asyncio.sleep(0.01)
        self._start_process()

    def freeze(self, seconds: float, *, is_before: bool) -> None:
        """The process will stand still at its next post; another one takes its place when its lease has run out."""
        self._is_alone = False
        self._processes[-1].ice.freeze_at_next_post(seconds, is_before=is_before)
        self._start_process()

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

    def visitor_tries_again(self, number: int, pick: int) -> None:
        """A client sends something it has sent before, under the same key: news only if it was undelivered."""
        visitor = self.visitors[number]
        said = self.acknowledged[visitor]
        if said:
            text = said[pick % len(said)]
            self.do(self.desk.say(visitor, f"key-{text}", text, Page()))

    def visitors_try_again(self) -> None:
        """Everything undelivered is sent again."""
        undelivered = "SELECT visitor_id, body FROM message WHERE receipt = 'undelivered' ORDER BY place"
        for visitor, body in self.store.rows(undelivered):
            text = markup.plain(markup.loads(body))
            self.do(self.desk.say(visitor, f"key-{text}", text, Page()))

    def roots(self) -> list[str]:
        """Where cards stand over there, oldest first."""
        return sorted(post.ref for post in self.posts.values() if post.is_card)

    def agent_says(self, agent: str, root: str, kind: str, how: str) -> None:
        """An agent writes in a thread; the event comes as `how` says."""
        text = {"note": ";; ", "command": "!nonsense "}.get(kind, "") + self.word(kind)
        outside = self.where(root)
        ref = outside.stamp()
        heard = Heard(
            workplace=outside.name,
            channel=outside.posts[root].channel,
            thread=root,
            ref=ref,
            order=outside.place(ref).order,
            author=agent,
            body=markup.literal(f"{text} {EVERYBODY}" if kind == "mention" else text),
            at=self.clock.now(),
            mentions=kind == "mention",
        )
        is_marked = kind != "plain" or AGENTS[agent] is not Standing.MEMBER
        self.said[ref] = Said(heard, is_marked)
        outside.written[ref] = heard
        self._happens(Event("heard", heard), how)

    def agent_edits(self, ref: str, kind: str, how: str) -> None:
        """An agent changes what they wrote; a note may become an answer if only the change is ever heard of."""
        before = self.said[ref].heard
        outside = self.outsides[before.workplace]
        text = (";; " if kind == "note" else "") + self.word(f"edited-{kind}")
        changed = replace(
            before,
            body=markup.literal(f"{text} {EVERYBODY}" if kind == "mention" else text),
            changed=outside.place(outside.stamp()).order,
            mentions=kind == "mention",
        )
        is_marked = kind != "plain" or AGENTS[changed.author] is not Standing.MEMBER
        self.said[ref] = Said(changed, is_marked)
        if ref in outside.written:
            outside.written[ref] = changed
        self._happens(Event("edited", changed, before), how)

    def agent_removes(self, ref: str, how: str) -> None:
        """An agent takes back what they wrote."""
        heard = self.said[ref].heard
        gone = Removed(heard.workplace, heard.channel, heard.thread, ref, heard.order)
        self.removed.add(ref)
        self.outsides[heard.workplace].written.pop(ref, None)
        self._happens(Event("removed", gone, heard), how)

    def agent_presses(self, agent: str, root: str, verb: str) -> None:
        """An agent presses a button of a card."""
        outside = self.where(root)
        pressed = Pressed(outside.name, outside.posts[root].channel, root, agent, verb, "", outside.stamp())
        self._happens(Event("pressed", pressed), "once")

    def claims(self) -> list[tuple[str, str]]:
        """The threads whose conversation somebody has claimed, and who, oldest first."""
        query = """SELECT t.ref, a.ref FROM conversation c JOIN agent a ON a.id = c.claimant
                   JOIN thread t ON t.conversation_id = c.id
                   WHERE c.status = 'claimed' AND t.state = 'active' ORDER BY t.ref"""
        return [(root, agent) for root, agent in self.store.rows(query) if root in self.posts]

    def held(self) -> list[tuple[str, str]]:
        """What waits for its author to send it, who may: its id and its ref, oldest first."""
        query = "SELECT id, ref FROM message WHERE held <> '' AND visibility = 'internal' AND NOT removed ORDER BY ref"
        members = {ref for ref, said in self.said.items() if AGENTS[said.heard.author] is Standing.MEMBER}
        return [(message, ref) for message, ref in self.store.rows(query) if ref in members]

    def author_sends(self, message: str, ref: str, verb: str) -> None:
        """The author of a held message presses Send on the private line that tells of it."""
        heard = self.said[ref].heard
        is_note = markup.plain(heard.body).startswith(";;")
        self.said[ref] = Said(heard, is_note)
        self.sent_after_all.add(ref)
        key = self.outsides[heard.workplace].stamp()
        pressed = Pressed(heard.workplace, heard.channel, heard.thread, heard.author, verb, message, key)
        self._happens(Event("pressed", pressed), "once")

    def root_is_deleted(self, root: str, *, heard: bool) -> None:
        """A person deletes a card; perhaps the event of it never comes."""
        outside = self.where(root)
        channel = outside.posts[root].channel
        outside.root_is_deleted(root)
        gone = Removed(outside.name, channel, root, root, outside.place(root).order)
        self._happens(Event("removed", gone), "once" if heard else "lost")

    def both_claim(self, root: str) -> None:
        """Two agents press Claim at the same moment: of a waiting conversation one of them becomes claimant (I8)."""
        is_alone = not self._events
        before = self._claims_of(root)
        for agent in (ANNA, MIKAEL):
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

    def _happens(self, event: Event, how: str) -> None:
        """Deliver an event once or more, now or later; what fails comes again, as the platform does."""
        delays = {
            "late": (self.random.uniform(1, 20),),
            "twice": (0.0, 0.0),
            "twice_late": (0.0, self.random.uniform(1, 300)),
            "fails_first": (60.0,),
            "lost": (),
        }.get(how, (0.0,))
        if not delays:
            self._is_lost(event)
        for delay in delays:
            task = self.loop.create_task(self._arrive(event, delay))
            self._events.add(task)
            task.add_done_callback(self._events.discard)

    async def _arrive(self, event: Event, delay: float) -> None:
        await asyncio.sleep(delay)
        waits = COMES_AGAIN if event.is_repeated else ()
        for attempt, wait in enumerate((0.0, *waits)):
            await asyncio.sleep(wait)
            if await self._is_taken(event, attempt):
                self._has_come(event)
                return
        self._is_lost(event)

    def _has_come(self, event: Event) -> None:
        if isinstance(event.value, Heard):
            self.taken.add(event.value.ref)
            if self.said[event.value.ref].heard == event.value:
                self.missed.discard(event.value.ref)

    def _is_lost(self, event: Event) -> None:
        """Where nothing can be read again, nobody hears of it any more."""
        if isinstance(event.value, Heard) and not self.can_be_read(event.value.workplace):
            self.missed.add(event.value.ref)
        elif isinstance(event.value, Removed) and not self.can_be_read(event.value.workplace):
            self.kept.add(event.value.ref)

    async def _is_taken(self, event: Event, _attempt: int) -> bool:
        """Tell the desk once; whether it need not be told again."""
        verb: Callable[[Any], Coroutine[Any, Any, None]] = getattr(self.agents, event.verb)
        try:
            await verb(event.value)
        except NotFound:
            return True
        except BridgeError:
            return False
        return True

    def shown(self, visitor: VisitorId) -> list[str]:
        """What the visitor is shown from the beginning, removed messages left out."""
        seen = self.do(self.desk.visible(visitor, None))
        ordered = sorted(seen.messages, key=lambda row: (row[1], row[0].place, row[0].order))
        return [markup.plain(message.body) for message, _, _ in ordered if not message.removed]

    def untold(self, outside: Outside) -> set[str]:
        """The keys of what may stand though nobody knows that, where it cannot be found out."""
        return set() if outside.capabilities.read_back else outside.doubtful | self.late | self._doubted()

    def _doubted(self) -> set[str]:
        return {key for (key,) in self.store.rows("SELECT key FROM delivery WHERE doubts > 0")}

    def reached(self) -> Counter[str]:
        """How often each kind of outcome happened."""
        return self.store.reached() + self.seen_outside()

    def read_again(self) -> bool:
        """Read again what can be read; whether all of it could be."""
        return False not in [self.do(self.repair.once(name)) for name in self.outsides if self.can_be_read(name)]

    def settle(self) -> None:
        """The faults end, every event has come, and time passes until nothing is left to do."""
        self.recover()
        self._until_quiet()
        self.visitors_try_again()
        self._until_quiet()
        assert self.read_again()
        self._until_quiet()

    def _until_quiet(self) -> None:
        """As long as anything is under way, and half a minute more; never longer than the longest wait we know of."""
        for _ in range(60):
            self.pass_time(15)
            if not self._is_busy():
                break
        self.pass_time(15)

    def _is_busy(self) -> bool:
        pending = "SELECT 1 FROM delivery WHERE state IN ('due', 'sending', 'unknown') LIMIT 1"
        is_frozen = any(process.ice.is_frozen for process in self._processes)
        return is_frozen or bool(self._events) or bool(self.later()) or bool(self.store.rows(pending))
