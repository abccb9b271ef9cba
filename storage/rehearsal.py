"""One conversation that never was: it builds every statement of the hot path before the first visitor comes."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bridge import conversation as rules
from bridge import markup
from bridge.conversation import Ground
from bridge.inbound import Heard
from bridge.model import (
    Channel,
    ChannelId,
    Kind,
    Moment,
    Page,
    Person,
    Site,
    SiteId,
    Standing,
    Visitor,
    VisitorId,
)
from bridge.policies.visibility import PUBLIC
from bridge.transaction import Choice, Errand
from storage.outbox import courier_lease
from storage.transaction import Transaction

NOBODY = Person("nobody", "Nobody", Standing.MEMBER)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def rehearse(tx: Transaction) -> None:
    """Say, carry and answer something under random names. The caller takes all of it back."""
    moment = Moment(datetime.now(UTC), secrets.token_bytes(32))
    channel = Channel(ChannelId(moment.id("channel")), moment.id("workplace"), "channel")
    site = Site(SiteId(moment.id("site")), moment.id("key"), "Nowhere", ("https://nowhere.invalid",), channel.id)
    visitor = Visitor(VisitorId(moment.id("visitor")), site.id, "en")
    for _ in range(2):  # new, then changed
        tx.put_site(site, channel)
    _say(tx, visitor, site, moment)
    _carry(tx, channel.workplace, moment)
    _answer(tx, visitor, channel, moment)
    _doubt(tx, channel.workplace, moment)
    _tidy(tx, channel.workplace, moment)


def _say(tx: Transaction, visitor: Visitor, site: Site, moment: Moment) -> None:
    tx.add_visitor(visitor, moment.secret("token"), moment.now)
    tx.visitor_by_token(moment.secret("token"))
    tx.site(site.key)
    tx.lock_visitor(visitor.id)
    tx.message_by_key(visitor.id, "1")
    tx.latest_conversation(visitor.id)
    tx.opened_since(site.id, moment.now)
    tx.save(rules.visitor_said(rules.opened(visitor, site, 1, Page(), moment), "words", "1", is_first=True))
    tx.save(rules.visitor_said(_ground(tx, visitor, moment, "second"), "more", "2", is_first=False))
    seen = tx.visible(visitor.id, None)
    tx.visible(visitor.id, seen.upto)


def _ground(tx: Transaction, visitor: Visitor, moment: Moment, name: str) -> Ground:
    conversation = tx.latest_conversation(visitor.id)
    thread = conversation and tx.active_thread(conversation.id)
    if conversation is None or thread is None:
        raise LookupError("the rehearsal lost its conversation")
    return Ground(conversation, thread, replace(moment, seed=moment.secret(name).encode()))


def _carry(tx: Transaction, workplace: str, moment: Moment) -> None:
    until = moment.now + timedelta(minutes=1)
    tx.take_lease(courier_lease(workplace), "rehearsal", moment.now, until, by_force=False)
    tx.take_lease(courier_lease(workplace), "rehearsal", moment.now, until, by_force=False)
    errand = _taken(tx, workplace, moment)
    tx.delivered(errand.delivery.number, 1, "1", "1")
    tx.next_due(workplace, moment.now)
    tx.waiting_count(workplace)


def _taken(tx: Transaction, workplace: str, moment: Moment) -> Errand:
    errand = tx.take(workplace, 1, moment.now, Choice(tuple(Kind), join=True))
    if errand is None:
        raise LookupError("the rehearsal lost its delivery")
    return errand


def _answer(tx: Transaction, visitor: Visitor, channel: Channel, moment: Moment) -> None:
    place = (channel.workplace, channel.ref)
    heard = Heard(*place, "1", "2", "2", NOBODY.ref, markup.literal("words"), moment.now)
    tx.thread_at(*place, "1")
    tx.newest_thread(*place)
    for _ in range(2):  # new, then changed
        agent = tx.put_agent(NOBODY, channel.workplace, moment.id("agent"), moment.now)
    ground = _ground(tx, visitor, moment, "answer")
    tx.message_at(ground.thread.id, heard.ref)
    tx.once(moment.id("event"), moment.now)
    posted = tx.posted_place(ground.conversation.id)
    before = tx.place_before(ground.conversation.id, heard.order)
    decision = replace(PUBLIC, claims=True)
    tx.save(rules.agent_said(replace(ground, posted=posted), agent, heard, decision, before))
    tx.visible(visitor.id, None)


def _doubt(tx: Transaction, workplace: str, moment: Moment) -> None:
    number = _taken(tx, workplace, moment).delivery.number
    tx.doubtful(number, 1, moment.now)
    tx.doubts(workplace, 1, moment.now)
    tx.look_again(number, 1, moment.now)
    tx.not_found(number, 1, moment.now)
    tx.gave_up(_taken(tx, workplace, moment).delivery.number, 1, "rehearsal")
    tx.postponed(_taken(tx, workplace, moment).delivery.number, 1, moment.now, "rehearsal")


def _tidy(tx: Transaction, workplace: str, moment: Moment) -> None:
    tx.orphan(workplace, 2, moment.now)
    tx.expire(workplace, LONG_AGO)
    tx.prune(LONG_AGO)
