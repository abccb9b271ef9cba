"""One site, its visitors and agents, and a courier's hands, on a real store: the outside is played by the test."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from bridge import markup
from bridge.agents import AgentDesk
from bridge.clock import MovedClock
from bridge.inbound import Heard, Pressed, Removed
from bridge.managers import ManagerDesk, channel_at, site_id
from bridge.model import Kind, Message, Page, Person, Site, Standing, VisitorId
from bridge.ports import Store, Workplace
from bridge.transaction import Choice, Seen, ThreadErrand, Transaction
from bridge.visitors import VisitorDesk
from storage.outbox import courier_lease
from storage.signals import LocalSignals

WORKS = "works"
CHANNEL = "C1"
ALL = Choice(tuple(Kind))
POSTS = Choice((Kind.OPEN, Kind.POST, Kind.NOTICE))


class People:
    """The part of a workplace that the agents' desk asks: who somebody is."""

    async def person(self, ref: str) -> Person:
        """Everybody is a member and named after their ref."""
        return Person(ref, ref.title(), Standing.MEMBER)


@dataclass
class Town:
    """Verbs for tests. `epoch` is the courier's."""

    store: Store
    clock: MovedClock = field(default_factory=MovedClock)
    epoch: int = 0
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        channel = channel_at(WORKS, CHANNEL)
        self.site = Site(site_id("main"), "main", "Kauppa", ("https://kauppa.test",), channel.id)
        self.visitors = VisitorDesk(self.store, self.clock)
        self.agents = AgentDesk(self.store, self.clock, {WORKS: cast("Workplace", People())}, LocalSignals())

    async def found(self) -> Town:
        """Configure the site and take the courier's lease."""
        await ManagerDesk(self.store, self.clock).configure(self.site, channel_at(WORKS, CHANNEL))
        self.epoch = await self.lease("first") or 0
        return self

    async def lease(self, owner: str, *, by_force: bool = False, hours: int = 1) -> int | None:
        """Take the courier's lease for some hours."""
        now = self.clock.now()
        until = now + timedelta(hours=hours)
        return await self.store.turn(
            lambda tx: tx.take_lease(courier_lease(WORKS), owner, now, until, by_force=by_force)
        )

    async def visitor(self) -> VisitorId:
        """Somebody new."""
        token = await self.visitors.arrive(self.site, "en")
        return (await self.visitors.known(token)).visitor.id

    async def says(self, visitor: VisitorId, text: str, key: str = "") -> Message:
        """A visitor says something, under a key of its own if none is given."""
        return await self.visitors.say(visitor, key or f"k{next(self.numbers)}", text, Page())

    async def sees(self, visitor: VisitorId, cursor: str | None = None) -> Seen:
        """What the visitor may see after the cursor."""
        return await self.visitors.visible(visitor, cursor)

    async def texts(self, visitor: VisitorId) -> list[str]:
        """The visitor's whole history as they see it; a notice by its name."""
        seen = await self.sees(visitor)
        return [said.notice or markup.plain(said.body) for said, _, _ in seen.messages]

    async def take(self, choice: Choice = ALL, epoch: int | None = None) -> ThreadErrand | None:
        """The courier takes what is next."""
        mine = self.epoch if epoch is None else epoch
        now = self.clock.now()
        found = await self.store.turn(lambda tx: tx.take(WORKS, mine, now, choice))
        assert found is None or isinstance(found, ThreadErrand)
        return found

    async def taken(self, choice: Choice = ALL) -> ThreadErrand:
        """The courier takes what is next, and there is something."""
        errand = await self.take(choice)
        assert errand is not None
        return errand

    async def delivered(self, errand: ThreadErrand, ref: str = "", epoch: int | None = None) -> bool:
        """The courier tells that it stands there."""
        mine = self.epoch if epoch is None else epoch
        place = ref or f"{errand.delivery.number:09d}"
        return await self.store.turn(lambda tx: tx.delivered(errand.delivery.number, mine, place, place))

    async def carry(self, choice: Choice = ALL) -> list[ThreadErrand]:
        """Carry everything that may go."""
        carried = []
        while errand := await self.take(choice):
            assert await self.delivered(errand)
            carried.append(errand)
        return carried

    async def thread(self, text: str = "hello") -> tuple[VisitorId, str]:
        """A visitor whose first words stand in a thread; its root."""
        visitor = await self.visitor()
        await self.says(visitor, text)
        errand = await self.taken()
        root = f"{errand.delivery.number:09d}"
        assert await self.delivered(errand, root)
        return visitor, root

    def heard(self, root: str, text: str, *, author: str = "anna", **about: Any) -> Heard:
        """What an adapter hands in when somebody writes in the thread."""
        ref = about.pop("ref", f"r{next(self.numbers):06d}")
        order = about.pop("order", ref)
        return Heard(WORKS, CHANNEL, root, ref, order, author, markup.literal(text), self.clock.now(), **about)

    async def answers(self, root: str, text: str, **about: Any) -> None:
        """Somebody writes in the thread."""
        await self.agents.heard(self.heard(root, text, **about))

    async def removes(self, root: str, ref: str) -> None:
        """Somebody takes back what stands there."""
        await self.agents.removed(Removed(WORKS, CHANNEL, root, ref, ref))

    async def presses(self, root: str, verb: str, author: str, *, value: str = "", key: str = "") -> None:
        """Somebody presses a button."""
        press = Pressed(WORKS, CHANNEL, root, author, verb, value, key or f"p{next(self.numbers)}")
        await self.agents.pressed(press)

    async def knows(self, *authors: str) -> None:
        """The memory has met these people, so that nobody is looked up later."""
        now = self.clock.now()
        for author in authors:
            person = Person(author, author.title(), Standing.MEMBER)
            await self.store.turn(partial(_meet, person=person, now=now))


def _meet(tx: Transaction, *, person: Person, now: datetime) -> None:
    tx.put_agent(person, WORKS, f"agent-{person.ref}", now)
