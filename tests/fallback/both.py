"""Two workplaces at once: the real desks, store, couriers and keepers of time around two pretend outsides."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bridge import markup
from bridge.agents import AgentDesk
from bridge.alerts import Alerts
from bridge.carriers import ThreadCarrier
from bridge.chores import Chores
from bridge.configuration import ChannelEntry, Configuration, PersonEntry, SiteEntry
from bridge.delivery import Courier
from bridge.errors import Unreachable
from bridge.inbound import Heard, Pressed
from bridge.lookout import Lookout
from bridge.managers import ManagerDesk, channel_at, site_id
from bridge.model import Page, Person, Receipt, Site, Standing, Visibility, VisitorId
from bridge.ports import Card, Placed, Post, ThreadRef
from bridge.repair import Repair
from bridge.schedules import Fallback, Plan, Schedule, SitePolicy
from bridge.timekeeping import Timekeeper
from bridge.topics import DEADLINES
from bridge.visitors import VisitorDesk
from tests.machine.outside import Outside, Stored
from tests.machine.virtual import InlineStore, OrderedSignals, VirtualClock, VirtualLoop

T = TypeVar("T")
AFTER = timedelta(minutes=2)
ANNA, BEN = "anna", "ben"
NEAR, FAR = channel_at("first", "C1"), channel_at("second", "C2")


@dataclass(eq=False)
class Place(Outside):
    """A workplace that can be down. `fault`: why nothing can be done there; `is_standing`: it waits for a person."""

    fault: str = ""
    is_standing: bool = False
    looks: int = 0
    emails: dict[str, str] = field(default_factory=dict)

    async def replies(self, thread: ThreadRef) -> tuple[Heard, ...] | None:
        self._check()
        return await super().replies(thread)

    async def ping(self) -> None:
        self.looks += 1
        self._check()

    async def find(self, thread: ThreadRef, key: str, since: datetime) -> tuple[Placed, ...]:
        self._check()
        return await super().find(thread, key, since)

    async def open_thread(self, channel: str, card: Card, key: str) -> Placed:
        self._check()
        return await super().open_thread(channel, card, key)

    async def post(self, thread: ThreadRef, post: Post, key: str) -> Placed:
        self._check()
        return await super().post(thread, post, key)

    async def edit_card(self, thread: ThreadRef, card: Card, key: str) -> None:
        self._check()
        await super().edit_card(thread, card, key)

    async def tell(self, thread: ThreadRef, agent: str, post: Post) -> None:
        self._check()
        await super().tell(thread, agent, post)

    async def mark(self, channel: str, ref: str, receipt: str, before: str) -> None:
        self._check()
        await super().mark(channel, ref, receipt, before)

    async def person(self, ref: str) -> Person:
        return Person(ref, f"{ref.title()} of {self.name}", Standing.MEMBER, email=self.emails.get(ref, ""))

    def _check(self) -> None:
        if self.fault:
            raise Unreachable(self.fault, f"{self.fault} over there", standing=self.is_standing)

    def breaks(self, fault: str = "down", *, is_standing: bool = False) -> None:
        """Nothing can be done there from now on."""
        self.fault, self.is_standing = fault, is_standing

    def mends(self) -> None:
        """All is well again."""
        self.fault, self.is_standing = "", False


@dataclass(eq=False)
class Both:
    """A site in the first workplace's channel, whose fallback is that of the second."""

    plan: Plan = field(default_factory=Plan)
    people: tuple[PersonEntry, ...] = ()
    is_mutual: bool = True
    loop: VirtualLoop = field(default_factory=VirtualLoop)
    _running: list[asyncio.Task[None]] = field(default_factory=list)
    _couriers: list[Courier] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.clock = VirtualClock(self.loop)
        self.signals = OrderedSignals()
        self.store = InlineStore(self.signals, self.loop)
        self.first, self.second = (Place(self.clock, name) for name in ("first", "second"))
        self.places = {"first": self.first, "second": self.second}
        self.visitors = VisitorDesk(self.store, self.clock)
        self.agents = AgentDesk(self.store, self.clock, self.places, self.signals)
        self.managers = ManagerDesk(self.store, self.clock)
        self.site = Site(site_id("main"), "main", "Shop", ("https://shop.example",), NEAR.id)
        self.do(self.managers.apply(self.configuration()))
        self.start()

    def configuration(self) -> Configuration:
        """What holds."""
        back = Fallback(NEAR.id, AFTER) if self.is_mutual else Fallback()
        return Configuration(
            (SiteEntry(self.site, SitePolicy()),),
            (
                ChannelEntry("near", NEAR, Schedule(plan=self.plan), Fallback(FAR.id, AFTER)),
                ChannelEntry("far", FAR, Schedule(), back),
            ),
            self.people,
        )

    def start(self) -> None:
        """A process begins its work."""
        self._count += 1
        self.alerts = Alerts(self.store, self.clock, "ops@shop.example")
        carriers = [ThreadCarrier(place, self.store, self.clock) for place in self.places.values()]
        self._couriers = [
            Courier(one, self.store, self.signals, self.clock, f"owner{self._count}", self.alerts) for one in carriers
        ]
        self.lookout = Lookout(self.store, self.signals, self.clock, self.alerts, self.places)
        chores = Chores(self.store, self.clock, list(self.places), self.managers)
        keeper = chores.keep_time(Timekeeper(self.store, self.clock), self.signals, self._wake_in)
        work = (*(courier.run() for courier in self._couriers), chores.keep_lookout(self.lookout), keeper)
        self._running = [self.loop.create_task(one) for one in work]

    def _wake_in(self, seconds: float) -> None:
        self.loop.call_later(seconds, self.signals.ring, DEADLINES)

    def kill(self) -> None:
        """The process is gone without a word."""
        ended = [*self._running, *(call for courier in self._couriers for call in courier._calls)]
        for task in ended:
            task.cancel()
        self.do(_ended(ended))

    def close(self) -> None:
        """End everything."""
        self.kill()
        self.store.close()
        self.loop.close()
        asyncio.set_event_loop(None)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something to its end."""
        return self.loop.run_until_complete(work)

    def passes(self, seconds: float) -> None:
        """Let everything go on for this long."""
        self.do(asyncio.sleep(seconds))

    def visitor(self) -> VisitorId:
        """Somebody new."""
        token = self.do(self.visitors.arrive(self.site, "en"))
        return self.do(self.visitors.known(token)).visitor.id

    def says(self, visitor: VisitorId, *texts: str) -> None:
        """A visitor says something."""
        for text in texts:
            self.do(self.visitors.say(visitor, f"key-{text}", text, Page()))

    def answers(self, place: Place, author: str, text: str, root: str = "") -> Heard:
        """Somebody writes in the newest thread of a workplace."""
        heard = self.heard(place, author, text, root)
        self.do(self.agents.heard(heard))
        return heard

    def heard(self, place: Place, author: str, text: str, root: str = "") -> Heard:
        """What is told of it."""
        stamp = place.stamp()
        channel = NEAR if place is self.first else FAR
        where = root or self.roots(place)[-1]
        return Heard(place.name, channel.ref, where, stamp, stamp, author, markup.literal(text), self.clock.now())

    def writes_unheard(self, place: Place, author: str, text: str, root: str = "") -> None:
        """Somebody writes, and nobody tells us."""
        heard = self.heard(place, author, text, root)
        place.written[heard.ref] = heard

    def repairs(self, place: Place) -> None:
        """What was missed is read again."""
        assert self.do(Repair(self.store, self.clock, self.agents, self.places).once(place.name))

    def presses(self, place: Place, author: str, verb: str, value: str = "") -> None:
        """Somebody presses a button of the newest card of a workplace."""
        channel = NEAR if place is self.first else FAR
        press = Pressed(place.name, channel.ref, self.roots(place)[-1], author, verb, value, place.stamp())
        self.do(self.agents.pressed(press))

    def roots(self, place: Place) -> list[str]:
        """Where cards stand, oldest first."""
        return sorted(post.ref for post in place.posts.values() if post.is_card)

    def thread(self, place: Place, root: str = "") -> list[Stored]:
        """What stands in the newest thread of a workplace, the card first."""
        where = root or self.roots(place)[-1]
        return sorted(
            (post for post in place.posts.values() if where in (post.ref, post.root)), key=lambda one: one.ref
        )

    def lines(self, place: Place, root: str = "") -> list[str]:
        """The visitor's words in a thread: those on the card, and those below it."""
        return [post.text for post in self.thread(place, root) if post.is_card or post.author]

    def notices(self, place: Place, root: str = "") -> list[str]:
        """What the product itself says in a thread."""
        return [post.text for post in self.thread(place, root) if not post.is_card and not post.author]

    def row(self, place: Place, root: str = "") -> dict[str, str]:
        """The rows of a card."""
        return dict(place.cards[root or self.roots(place)[-1]].fields)

    def history(self, visitor: VisitorId) -> list[str]:
        """What the visitor sees."""
        seen = self.do(self.visitors.visible(visitor, None))
        assert all(said.visibility is Visibility.PUBLIC for said, _, _ in seen.messages)
        return [said.notice or markup.plain(said.body) for said, _, _ in seen.messages]

    def stands(self, visitor: VisitorId) -> bool:
        """Whether all that the visitor said stands in a thread."""
        seen = self.do(self.visitors.visible(visitor, None))
        return all(said.receipt is Receipt.POSTED for said, _, _ in seen.messages if said.visitor)

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What stands in the database."""
        return self.store.rows(query, *values)


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


def ends_well(both: Both) -> None:
    """Nothing stands twice, nothing is left to do once all is well, and each conversation goes on in one place."""
    for place in (both.first, both.second):
        place.mends()
    both.passes(90)
    for place in (both.first, both.second):
        for root in both.roots(place):
            lines = both.lines(place, root)
            assert len(lines) == len(set(lines)), lines
    assert both.rows("SELECT 1 FROM delivery WHERE state IN ('due', 'sending', 'unknown') AND kind <> 'mail'") == []
    assert both.rows("SELECT 1 FROM outage") == []
    assert both.rows("SELECT 1 FROM thread WHERE state = 'standby'") == []
    several = "SELECT conversation_id FROM thread WHERE state = 'active' GROUP BY conversation_id HAVING count(*) <> 1"
    assert both.rows(several) == []
