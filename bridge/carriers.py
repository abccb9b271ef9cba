"""How a delivery is carried out: into a workplace, or by mail. The Courier decides when, and records the outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

from bridge import cards, digests
from bridge.agents import ANSWER_IN_THREAD
from bridge.model import Kind
from bridge.ports import Capabilities, Card, Clock, Placed, Post, Store, ThreadRef, Workplace
from bridge.transaction import Errand, ThreadErrand

MARKS_WITHIN: Final = timedelta(seconds=30)


class Carrier(Protocol):
    """One way out. Raises what a workplace raises; every call has one total timeout of `timeout` seconds."""

    @property
    def name(self) -> str:
        """The workplace whose deliveries it carries."""

    @property
    def timeout(self) -> float:
        """Seconds that a call takes at most."""

    @property
    def capabilities(self) -> Capabilities:
        """What the other side can do."""

    async def carry(self, errand: Errand) -> Placed | None:
        """Do it; where it stands now, if it stands anywhere."""

    async def find(self, errand: Errand, /) -> tuple[Placed, ...]:
        """Every trace of an errand whose end is unknown, oldest first; empty where nothing can be read back."""


@dataclass(frozen=True, slots=True)
class ThreadCarrier:
    """Into the threads and channels of a workplace."""

    workplace: Workplace
    store: Store
    clock: Clock

    @property
    def name(self) -> str:
        """See Carrier."""
        return self.workplace.name

    @property
    def timeout(self) -> float:
        """See Carrier."""
        return self.workplace.timeout

    @property
    def capabilities(self) -> Capabilities:
        """See Carrier."""
        return self.workplace.capabilities

    async def carry(self, errand: Errand) -> Placed | None:
        """See Carrier."""
        if isinstance(errand, ThreadErrand):
            return await self._into_thread(errand)
        if errand.delivery.kind is Kind.ERASE:
            await self.workplace.delete(errand.channel.ref, errand.delivery.to)
        elif errand.delivery.kind is Kind.DIGEST:
            return await self._digest(errand)
        return None

    async def _digest(self, errand: Errand) -> Placed | None:
        may_be_second = self._may_repeat(errand)
        post = await digests.post(self.store, errand, self.clock.now(), may_be_second=may_be_second)
        if post is None:
            return None
        return await self.workplace.post(ThreadRef(errand.channel.ref, ""), post, errand.delivery.key)

    async def _into_thread(self, errand: ThreadErrand) -> Placed | None:
        kind, channel, key = errand.delivery.kind, errand.channel.ref, errand.delivery.key
        thread = ThreadRef(channel, errand.thread.ref)
        if kind is Kind.OPEN:
            return await self.workplace.open_thread(channel, self._card(errand), key)
        if kind in (Kind.POST, Kind.NOTICE):
            return await self.workplace.post(thread, self._marked(errand, cards.post(errand)), key)
        if kind is Kind.CARD:
            await self.workplace.edit_card(thread, self._card(errand), errand.root_key)
        if kind is Kind.TELL:
            await self._tell(errand, thread)
        if kind is Kind.MARK and self._is_worth_marking(errand):
            before = errand.delivery.about.get("before", "")
            await self.workplace.mark(channel, errand.messages[0].ref or "", errand.delivery.words, before)
        return None

    def _card(self, errand: ThreadErrand) -> Card:
        return cards.card(errand, self.workplace.call_sign(errand.channel.ref), may_be_second=self._may_repeat(errand))

    def _marked(self, errand: ThreadErrand, post: Post) -> Post:
        return replace(post, caveat=cards.caveat(errand)) if self._may_repeat(errand) else post

    def _may_repeat(self, errand: Errand) -> bool:
        """Where nothing can be read back, a second attempt after a doubtful one may be a second copy."""
        return bool(errand.doubts) and not self.capabilities.read_back

    async def _tell(self, errand: ThreadErrand, thread: ThreadRef) -> None:
        """What one agent should know; where nothing can be shown to them alone, by name where they wrote."""
        is_outside = errand.delivery.words == ANSWER_IN_THREAD
        hint = cards.hint(errand)
        if self.capabilities.private_answers:
            where = ThreadRef(thread.channel, "") if is_outside else thread
            await self.workplace.tell(where, errand.delivery.to, hint)
            return
        where = ThreadRef(thread.channel, errand.delivery.about.get("under", "")) if is_outside else thread
        if where.root:
            named = replace(hint, mentions=(errand.delivery.to,))
            await self.workplace.post(where, self._marked(errand, named), errand.delivery.key)

    def _is_worth_marking(self, errand: ThreadErrand) -> bool:
        """A receipt that comes late says nothing any more, and its calls are better spent on words."""
        is_late = self.clock.now() - errand.delivery.at > MARKS_WITHIN
        return self.workplace.capabilities.receipts and bool(errand.messages) and not is_late

    async def find(self, errand: Errand) -> tuple[Placed, ...]:
        """See Carrier."""
        if not self.workplace.capabilities.read_back:
            return ()
        root = errand.thread.ref if isinstance(errand, ThreadErrand) else ""
        where = ThreadRef(errand.channel.ref, root)
        return await self.workplace.find(where, errand.delivery.key, errand.delivery.at)
