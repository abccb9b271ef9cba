"""The town in which time passes: plans, hours, mails, idle limits, forgetting, and clocks that are wrong."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from bridge import markup
from bridge.carriers import Carrier, ThreadCarrier
from bridge.chores import Chores
from bridge.configuration import ChannelEntry, Configuration, PersonEntry, SiteEntry
from bridge.errors import NotFound, Refused
from bridge.letters import Letter, Side
from bridge.mailing import MailCarrier
from bridge.managers import ManagerDesk, site_id
from bridge.model import Message, Page, Site, VisitorId
from bridge.schedules import NOWHERE, Fallback, Schedule
from bridge.timekeeping import Timekeeper
from bridge.topics import DEADLINES, visitor_topic
from tests.machine.mailbox import Mailbox
from tests.machine.outside import Outside
from tests.machine.seasons import CALM, ONCALL, SEASONS, TEAM, Ways
from tests.machine.seat import Dawdler, Ice, View
from tests.machine.time_tally import LOGS, NEVER, OUTCOMES
from tests.machine.town import Town
from tests.machine.virtual import EPOCH, InlineStore, VirtualClock, aware

T = TypeVar("T")
NEXT: Final = """FROM deadline l JOIN conversation c ON c.id = l.conversation_id
                 JOIN thread t ON t.conversation_id = c.id AND t.state = 'active'
                 WHERE l.timer = 'escalate' AND c.status = 'waiting' ORDER BY l.due_at, c.id LIMIT 1"""
KEEPS_UP: Final = 6.0  # seconds: a keeper of time looks each five


@dataclass(frozen=True, slots=True)
class Gone:
    """A visitor who was forgotten: every word of theirs and to them, and whether a call was still doubtful then.

    `keys` are those of the calls that were under way.
    """

    words: frozenset[str]
    is_doubtful: bool
    roots: frozenset[str]
    keys: frozenset[str]


@dataclass(eq=False)
class Client:
    """A widget: what it was told last, and what it has of the conversation."""

    town: TimeTown
    visitor: VisitorId
    standing: tuple[str, str | None] | None = None
    messages: dict[str, Message] = field(default_factory=dict)
    is_sent_away: bool = False
    _cursor: str = ""

    async def watch(self) -> None:
        """Read what is new whenever it rings."""
        with self.town.signals.listen(visitor_topic(self.visitor)) as bell, contextlib.suppress(NotFound):
            while True:
                await self._read()
                await bell.wait()
        self.is_sent_away = True

    async def _read(self) -> None:
        seen = await self.town.desk.visible(self.visitor, self._cursor)
        if seen.conversation is None:
            return
        if seen.reset:
            self.messages.clear()
        self._cursor, self.standing = seen.upto, (seen.conversation.status, seen.conversation.claimant)
        latest = [message for message, number, _ in seen.messages if number == seen.conversation.number]
        self.messages.update({message.id: message for message in latest})


class Records(logging.Handler):
    """What went wrong inside and was survived."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self.faults.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


@dataclass(eq=False)
class TimeTown(Town):
    """See Town. `season`: the hours and when it begins."""

    season: str = "always"
    ways: Ways = field(default_factory=Ways)
    mailbox: Mailbox = field(default_factory=Mailbox)
    records: Records = field(default_factory=Records)
    wrong: list[str] = field(default_factory=list)
    addresses: dict[VisitorId, set[str]] = field(default_factory=dict)
    asked: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    gone: list[Gone] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    planned_at: datetime | None = None
    latest: datetime = EPOCH
    _watching: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.start = SEASONS[self.season][0]
        logging.getLogger("silta").addHandler(self.records)
        super().__post_init__()
        self.desk = replace(self.desk, mails=True)

    def _world(self) -> VirtualClock:
        """It has a clock of its own, which is right."""
        self.right = VirtualClock(self.loop, self.seed, self.start)
        return self.right

    async def _settle_in(self) -> None:
        assert isinstance(self.store, InlineStore)
        self.store.count({**OUTCOMES, **NEVER}, LOGS)
        self.managers = ManagerDesk(self.store, self.clock)
        await self.managers.mails(can=True)
        await super()._settle_in()
        await self._configure(self.ways)
        for visitor in self.visitors:
            self._watch(visitor)

    def _watch(self, visitor: VisitorId) -> None:
        client = Client(self, visitor)
        self.clients.append(client)
        task = self.loop.create_task(client.watch())
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def _end(self) -> None:
        await super()._end()
        ended = [*self._watching, *self.mailbox.later]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        logging.getLogger("silta").removeHandler(self.records)

    def _carriers(self, memory: Any, ice: Ice) -> list[Carrier]:
        mailer: Any = View(self.mailbox, ice, self._mail_leaves)
        views: list[Any] = [
            View(outside, ice, lambda *args: self._call_leaves(args[-1])) for outside in self.outsides.values()
        ]
        threads = [ThreadCarrier(view, memory, self.clock) for view in views]
        return [*threads, MailCarrier(mailer, memory, self.clock)]

    def _other_work(self, memory: Any) -> list[Coroutine[Any, Any, None]]:
        chores = Chores(memory, self.clock, (*self.outsides, "mail"), ManagerDesk(memory, self.clock))
        timers: list[asyncio.TimerHandle] = []

        def wake_in(seconds: float) -> None:
            while timers:
                timers.pop().cancel()
            timers.append(self.loop.call_later(seconds, self.signals.ring, DEADLINES))

        return [chores.keep_time(Timekeeper(memory, self.clock), self.signals, wake_in)]

    # What leaves is looked at in the moment in which the process decides to let it.

    def _call_leaves(self, key: str) -> None:
        query = """SELECT d.escalates, c.status, c.spell FROM delivery d
                   JOIN conversation c ON c.id = d.conversation_id WHERE d.key = ? AND d.escalates > 0"""
        for spell, status, current in self.store.rows(query, key):
            if (status, current) != ("waiting", spell):
                self.wrong.append(f"I7: a call for somebody leaves though the conversation is {status}")

    def _mail_leaves(self, letter: Letter, key: str) -> None:
        self._call_leaves(key)
        query = """SELECT d.words, d.conversation_id, c.visitor_id, d.to_ref FROM delivery d
                   LEFT JOIN conversation c ON c.id = d.conversation_id WHERE d.key = ?"""
        for words, conversation, visitor, to in self.store.rows(query, key):
            allowed = {ONCALL} if words != "transcript" else {TEAM} | self.addresses.get(visitor, set())
            if letter.to not in allowed or letter.to != to:
                self.wrong.append(f"I9: a mail of {words} to {letter.to}")
            if words == "transcript" and self._words_of(letter) != self._seen_in(conversation):
                self.wrong.append(f"I9: the transcript of {conversation} is not what was seen")

    @staticmethod
    def _words_of(letter: Letter) -> list[str]:
        return [markup.plain(line.body) for line in letter.lines if line.side is not Side.NOTICE]

    def _seen_in(self, conversation: str) -> list[str]:
        query = """SELECT body FROM message WHERE conversation_id = ? AND visibility = 'public' AND speaker <> 'notice'
                   ORDER BY place, ordering"""
        return [markup.plain(markup.loads(body)) for (body,) in self.store.rows(query, conversation)]

    # What may happen.

    async def _configure(self, ways: Ways) -> None:
        hours = SEASONS[self.season][1]
        channels = self.channels()
        entries = tuple(
            ChannelEntry(f"channel{number}", channel, Schedule(hours, plan), self._fallback(number))
            for number, (channel, plan) in enumerate(zip(channels, ways.plans(channels[1].id), strict=True))
        )
        sites = tuple(
            SiteEntry(Site(site_id(key), key, key, (f"https://{key}.example",), channel.id), ways.policy())
            for key, channel in ((f"site{number}", channel) for number, channel in enumerate(channels))
        )
        await self.managers.apply(Configuration(sites, entries, self._people()))

    def _fallback(self, _number: int) -> Fallback:
        """Of a channel."""
        return NOWHERE

    def _people(self) -> tuple[PersonEntry, ...]:
        """Who is in several workplaces."""
        return ()

    def configure(self, ways: Ways) -> None:
        """From now on this holds."""
        if ways.plan != self.ways.plan:
            self.planned_at = self.clock.now()
        self.ways = ways
        self.do(self._configure(ways))

    def sleep_through(self, span: timedelta) -> None:
        """The machine sleeps, the world goes on; then everybody looks what they have missed."""
        self.leap(span)
        self.pass_time(KEEPS_UP)

    def leap(self, span: timedelta) -> None:
        """The machine sleeps, and wakes up just now."""
        self.do(self._leap(span))

    async def _leap(self, span: timedelta) -> None:
        await self._hurry()
        self.clock.ahead += span
        self.right.ahead += span
        self.excuse(0.0)  # a call of who held the lease before is on its way: its successor hears no answer

    async def _hurry(self) -> None:
        for outside in self.outsides.values():
            await outside.hurry()

    def go_wrong(self, seconds: float) -> None:
        """Our clock is ahead of the world's by so much, or behind it."""
        self.do(self._go_wrong(seconds))

    async def _go_wrong(self, seconds: float) -> None:
        await self._hurry()  # a doubt is counted by this clock: what is late would come later than that says
        self.latest = max(self.latest, self.clock.now())  # what was due by a wrong clock is not early
        self.clock.ahead = self.right.ahead + timedelta(seconds=seconds)
        self.excuse(0.0)  # how long a silence still lasts is counted by the clock when a process begins
        self.signals.ring(DEADLINES)

    async def tick(self, count: int, after_read: float = 0.0, before_turn: float = 0.0) -> None:
        """Several processes look at the deadlines at once."""
        memory: Any = Dawdler(self.store, after_read, before_turn)
        await asyncio.gather(*(Timekeeper(memory, self.clock).tick() for _ in range(count)))

    def begins(self, work: Coroutine[Any, Any, None]) -> None:
        """Something goes on by itself, and must be over before all is settled."""
        task = self.loop.create_task(work)
        self._events.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._events.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.records.faults.append(repr(fault))

    def next_look(self) -> datetime | None:
        """When the next level of somebody who waits comes."""
        found = self.store.rows(f"SELECT l.due_at {NEXT}")
        return aware(found[0][0]) if found else None

    def who_waits(self) -> tuple[int, str]:
        """The visitor whose next level comes first, and their card, if it stands."""
        for visitor, root in self.store.rows(f"SELECT c.visitor_id, t.ref {NEXT}"):
            return self.visitors.index(visitor), root if root in self.posts else ""
        return 0, ""

    def visitor_leaves_address(self, number: int, which: int) -> None:
        """A visitor tells where to answer."""
        visitor = self.visitors[number]
        address = f"v{number}.{which}.{len(self.gone)}@home.example"
        self.addresses.setdefault(visitor, set()).add(address)
        self.do(self.desk.leave_email(visitor, address))

    def visitor_wants_transcript(self, number: int, key: str) -> None:
        """A visitor asks for what was said, perhaps again under the same key."""
        visitor, address = self.visitors[number], f"v{number}.asked.{len(self.gone)}@home.example"
        latest = "SELECT id FROM conversation WHERE visitor_id = ? ORDER BY number DESC LIMIT 1"
        self.addresses.setdefault(visitor, set()).add(address)
        with contextlib.suppress(Refused):
            self.do(self.desk.transcript(visitor, key, address))
            self.asked[self.store.rows(latest, visitor)[0][0], address, key] = 1

    def forget(self, number: int, *, is_speaking: bool) -> None:
        """A visitor is forgotten, perhaps while they write; somebody else comes in their place."""
        visitor = self.visitors[number]
        self.do(self._forget(number, visitor, is_speaking=is_speaking))

    async def _forget(self, number: int, visitor: VisitorId, *, is_speaking: bool) -> None:
        words, roots, keys = self._words_with(visitor), self._roots_of(visitor), self._under_way(visitor)
        last = [self.word(f"v{number}")] if is_speaking else []
        saying = [self._says_last(visitor, text) for text in last]
        for text in saying:
            self.begins(text)
        forgotten = await self.managers.forget(visitor)
        self.acknowledged.pop(visitor, None)
        self.gone.append(Gone(frozenset([*words, *last]), forgotten.doubtful > 0, roots, keys))
        await self._replace(number)

    async def _says_last(self, visitor: VisitorId, text: str) -> None:
        await asyncio.sleep(self.random.uniform(0, 0.1))
        with contextlib.suppress(NotFound):
            await self.desk.say(visitor, f"key-{text}", text, Page())

    def _words_with(self, visitor: VisitorId) -> list[str]:
        query = """SELECT m.body FROM message m JOIN conversation c ON c.id = m.conversation_id
                   WHERE c.visitor_id = ? AND m.speaker <> 'notice'"""
        said = [markup.plain(markup.loads(body)) for (body,) in self.store.rows(query, visitor)]
        return [*filter(None, said), *self.addresses.get(visitor, ())]

    def _roots_of(self, visitor: VisitorId) -> frozenset[str]:
        query = """SELECT t.ref FROM thread t JOIN conversation c ON c.id = t.conversation_id
                   WHERE c.visitor_id = ? AND t.ref <> ''"""
        return frozenset(ref for (ref,) in self.store.rows(query, visitor))

    def _under_way(self, visitor: VisitorId) -> frozenset[str]:
        query = """SELECT d.key FROM delivery d JOIN conversation c ON c.id = d.conversation_id
                   WHERE c.visitor_id = ? AND d.state IN ('sending', 'unknown')"""
        return frozenset(key for (key,) in self.store.rows(query, visitor))

    async def _replace(self, number: int) -> None:
        token = await self.desk.arrive(await self.desk.site(f"site{number % 2}"), "en")
        self.visitors[number] = (await self.desk.known(token)).visitor.id
        self._watch(self.visitors[number])

    def retain(self) -> None:
        """What is older than its site keeps it goes, and so do visitors of whom nothing is left."""
        self.do(self._retain())

    async def _retain(self) -> None:
        before = dict(self.store.rows("SELECT id, visitor_id FROM conversation"))
        words = {name: self._seen_of_visitor(name) for name in before}
        while await self.managers.retain():
            pass
        left = {name for (name,) in self.store.rows("SELECT id FROM conversation")}
        for name in before.keys() - left:
            kept = self.acknowledged[VisitorId(before[name])]
            self.acknowledged[VisitorId(before[name])] = [word for word in kept if word not in words[name]]
        there = {name for (name,) in self.store.rows("SELECT id FROM visitor")}
        for number, visitor in enumerate(self.visitors):
            if visitor not in there:
                await self._replace(number)

    def _seen_of_visitor(self, conversation: str) -> set[str]:
        query = "SELECT body FROM message WHERE conversation_id = ? AND speaker = 'visitor'"
        return {markup.plain(markup.loads(body)) for (body,) in self.store.rows(query, conversation)}

    def untold(self, outside: Outside) -> set[str]:
        """Also what was doubtful when its visitor was forgotten, and whoever runs the machine was told so."""
        return super().untold(outside).union(*(gone.keys for gone in self.gone if gone.is_doubtful))

    def overtaken(self) -> set[str]:
        """Also those whose process still lived when another took over, since the clock had leapt."""
        adopted = {key for (key,) in self.store.rows("SELECT key FROM adopted_log")}
        return self.late | (set() if self._is_alone else adopted)

    def _doubted(self) -> set[str]:
        return super()._doubted() | {key for (key,) in self.store.rows("SELECT key FROM doubt_log")}

    def reached(self) -> Counter[str]:
        """See Town."""
        return self.store.reached() + self.seen_outside()

    def calm(self) -> None:
        """The faults end, what is due is fired, and from now on time brings nothing more."""
        self.mailbox.faults.clear()
        self.recover()
        self._until_quiet()
        self.configure(CALM)
        self.pass_time(KEEPS_UP)

    def _is_busy(self) -> bool:
        return bool(self.mailbox.later) or super()._is_busy()
