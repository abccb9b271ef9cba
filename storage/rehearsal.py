"""One conversation that never was: it builds every statement of the hot path before the first visitor comes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bridge.model import (
    Agent,
    Channel,
    ChannelId,
    Conversation,
    ConversationId,
    Delivery,
    Kind,
    Message,
    MessageId,
    Moment,
    Person,
    Site,
    SiteId,
    Speaker,
    Standing,
    Step,
    Thread,
    ThreadId,
    Visibility,
    Visitor,
    VisitorId,
)
from bridge.transaction import Choice
from storage.outbox import courier_lease
from storage.transaction import Transaction

NOBODY = Person("nobody", "Nobody", Standing.MEMBER)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def rehearse(tx: Transaction) -> None:
    """Say, carry and answer something under random names. The caller takes all of it back."""
    rehearsal = _Rehearsal(tx, Moment(datetime.now(UTC), secrets.token_bytes(32)))
    rehearsal.arrive()
    rehearsal.say()
    rehearsal.carry()
    rehearsal.answer()
    rehearsal.doubt()
    rehearsal.tidy()


@dataclass(frozen=True)
class _Rehearsal:
    tx: Transaction
    moment: Moment

    @property
    def channel(self) -> Channel:
        return Channel(ChannelId(self.moment.id("channel")), self.moment.id("workplace"), "channel")

    @property
    def site(self) -> Site:
        name = self.moment.id("site")
        return Site(SiteId(name), name, "Nowhere", ("https://nowhere.invalid",), self.channel.id)

    @property
    def visitor(self) -> Visitor:
        return Visitor(VisitorId(self.moment.id("visitor")), self.site.id, "en")

    def arrive(self) -> None:
        for _ in range(2):  # new, then changed
            self.tx.put_site(self.site, self.channel)
        self.tx.add_visitor(self.visitor, self.moment.secret("token"), self.moment.now)
        self.tx.visitor_by_token(self.moment.secret("token"))
        self.tx.site(self.site.key)
        self.tx.sites()

    def say(self) -> None:
        self.tx.lock_visitor(self.visitor.id)
        self.tx.message_by_key(self.visitor.id, "1")
        self.tx.latest_conversation(self.visitor.id)
        self.tx.opened_since(self.site.id, self.moment.now)
        for number in range(1, 4):
            self.tx.save(self._said(number))
            seen = self.tx.visible(self.visitor.id, None)
        self.tx.visible(self.visitor.id, seen.upto)
        self.tx.set_email(self.visitor.id, "")
        self.tx.fallback(self.channel.id)

    def _said(self, number: int) -> Step:
        conversation, thread = self._standing(number)
        message = replace(self._message(number), visitor=self.visitor.id, key=f"{number}")
        kind = Kind.OPEN if number == 1 else Kind.POST
        leaving = Delivery(kind, thread.id, thread.id, self.moment.id(f"{number}"), self.moment.now, message.id)
        card = replace(leaving, kind=Kind.CARD, lane=f"card:{thread.id}", key=self.moment.id(f"card {number}"))
        return Step(conversation, (message,), deliveries=(leaving, card), thread=thread)

    def _standing(self, number: int) -> tuple[Conversation, Thread]:
        latest = self.tx.latest_conversation(self.visitor.id)
        thread = self.tx.active_thread(latest.id) if latest else None
        if latest is None or thread is None:
            return self._new()
        return replace(latest, changes=number, places=number), thread

    def _new(self) -> tuple[Conversation, Thread]:
        now, site = self.moment.now, self.site
        name = ConversationId(self.moment.id("conversation"))
        conversation = Conversation(
            name, site.id, self.visitor.id, site.channel, 1, "en", now, now, changes=1, places=1
        )
        return conversation, Thread(ThreadId(self.moment.id("thread")), name, site.channel, 1)

    def _message(self, number: int) -> Message:
        return Message(
            MessageId(self.moment.id(f"message {number}")),
            ConversationId(self.moment.id("conversation")),
            Speaker.VISITOR,
            ("words",),
            self.moment.now,
            Visibility.PUBLIC,
            place=number,
            change=number,
        )

    def carry(self) -> None:
        lease, until = courier_lease(self.channel.workplace), self.moment.now + timedelta(minutes=1)
        for _ in range(2):  # new, then renewed
            self.tx.take_lease(lease, "rehearsal", self.moment.now, until, by_force=False)
        self.tx.delivered(self._taken(), 1, "1", "1")
        self.tx.delivered(self._taken(), 1, "", "")
        self.tx.end_outage(self.channel.id, self.moment.now)
        self.tx.agenda(self.channel.workplace, self.moment.now)
        self.tx.waiting_count(self.channel.workplace)

    def _taken(self) -> int:
        errand = self.tx.take(self.channel.workplace, 1, self.moment.now, Choice(tuple(Kind), join=True, max_text=6))
        if errand is None:
            raise LookupError("the rehearsal lost its delivery")
        return errand.delivery.number

    def answer(self) -> None:
        place = (self.channel.workplace, self.channel.ref)
        self.tx.thread_at(*place, "1")
        self.tx.newest_thread(*place)
        self.tx.opens_in(*place)
        self.tx.is_opening(ThreadId(self.moment.id("thread")))
        self.tx.silences(self.channel.workplace, self.moment.now)
        for _ in range(2):  # new, then changed
            agent = self.tx.put_agent(NOBODY, self.channel.workplace, self.moment.id("agent"), self.moment.now)
        self.tx.once(self.moment.id("event"), self.moment.now)
        self.tx.save(self._answered(agent))
        self.tx.message(MessageId(self.moment.id("message 9")))
        self.tx.visible(self.visitor.id, None)

    def _answered(self, agent: Agent) -> Step:
        conversation, thread = self._standing(9)
        self.tx.message_at(thread.id, "2")
        self.tx.posted_place(conversation.id)
        self.tx.place_before(conversation.id, self.channel.workplace, "2")
        message = replace(self._message(9), speaker=Speaker.AGENT, agent=agent.id, thread=thread.id, ref="2")
        again = replace(self._message(1), change=9)
        return Step(replace(conversation, claimant=agent.id), (message,), changed=(again,), thread=thread)

    def doubt(self) -> None:
        number, now = self._taken(), self.moment.now
        self.tx.doubtful(number, 1, now)
        self.tx.doubts(self.channel.workplace, 1, now)
        self.tx.look_again(number, 1, now)
        self.tx.not_found(number, 1, now)
        self.tx.postponed(self._taken(), 1, now, "rehearsal")
        self.tx.gave_up(self._taken(), 1, "rehearsal")

    def tidy(self) -> None:
        self.tx.orphan(self.channel.workplace, 2, self.moment.now)
        self.tx.expire(self.channel.workplace, LONG_AGO)
        self.tx.prune(LONG_AGO)
