"""The visitors' desk: everything a visitor can do, each verb one turn."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from bridge import conversation as rules
from bridge import markup, timing
from bridge.errors import NotFound, Refused
from bridge.fallback import opens_in
from bridge.ground import Ground
from bridge.model import Conversation, Message, Moment, Page, Receipt, Site, SiteId, Status, Visitor, VisitorId
from bridge.policies.text import accepted, email_address, one_line
from bridge.ports import Clock, Store
from bridge.timing import calling, watched
from bridge.transaction import Seen, Transaction
from bridge.transcripts import asked_for, with_transcripts

URL_LIMIT: Final = 2000  # a longer address is dropped: cut, it would lead elsewhere


@dataclass(frozen=True, slots=True)
class Guest:
    """A visitor whose token we know, with their site."""

    visitor: Visitor
    site: Site


@dataclass(frozen=True, slots=True)
class VisitorDesk:
    """Verbs of visitors. All raise `Refused` with a code of docs/visitor-protocol.md, or NotFound.

    `mails`: whether mail can be sent at all.
    """

    store: Store
    clock: Clock
    mails: bool = False

    async def site(self, key: str) -> Site:
        """The site with this public key."""
        found = await self.store.read(lambda tx: tx.site(key))
        if found is None:
            raise NotFound("unknown_site")
        return found

    async def sites(self) -> tuple[Site, ...]:
        """All sites."""
        return await self.store.read(lambda tx: tx.sites())

    async def arrive(self, site: Site, language: str) -> str:
        """A new visitor of the site; returns their token, which is stored hashed and never told again."""
        moment = self.clock.moment()
        token = moment.secret("token")
        visitor = Visitor(VisitorId(moment.id("visitor")), site.id, language)
        await self.store.turn(lambda tx: tx.add_visitor(visitor, hashed(token), moment.now))
        return token

    async def known(self, token: str) -> Guest:
        """Who has this token."""
        return await self.store.read(partial(_known, token=token))

    async def say(self, visitor: VisitorId, key: str, text: str, page: Page) -> Message:
        """Durable when it returns. The same key again is the same message, whatever has become of it."""
        moment = self.clock.moment()
        said = _Said(visitor, key, accepted(text), _bounded(page), moment)
        return await self.store.turn(partial(_say, said=said))

    async def leave_email(self, visitor: VisitorId, address: str) -> None:
        """Where to answer when the visitor has gone; a later address replaces it."""
        unit = partial(
            _leave_email,
            visitor=visitor,
            address=email_address(address),
            moment=self.clock.moment(),
        )
        await self.store.turn(unit)

    async def end(self, visitor: VisitorId) -> None:
        """End the chat; without an open one nothing happens."""
        await self.store.turn(partial(_end, visitor=visitor, moment=self.clock.moment()))

    async def transcript(self, visitor: VisitorId, key: str, address: str) -> None:
        """Mail what was said so far to this address, or to the one they left if it is empty; once for a key."""
        if not self.mails:
            raise Refused("no_mail", "mail is not set up here")
        wanted = _Wanted(visitor, key, email_address(address) if address else "", self.clock.moment())
        await self.store.turn(partial(_transcript, wanted=wanted))

    async def stay(self, visitor: VisitorId) -> None:
        """The visitor is still here: the quiet is counted anew. Without a claimed chat nothing happens."""
        await self.store.turn(partial(_stay, visitor=visitor, moment=self.clock.moment()))

    async def texts(self, site: SiteId) -> Mapping[str, Mapping[str, str]]:
        """The site's own sentences, by language and key."""
        return await self.store.read(lambda tx: tx.policy(site).texts)

    async def visible(self, visitor: VisitorId, cursor: str | None) -> Seen:
        """What the visitor may see after the cursor. Raises NotFound for one who was forgotten."""
        return await self.store.read(lambda tx: tx.visible(visitor, cursor))

    async def photo(self, agent: str, version: str) -> tuple[bytes, str]:
        """An agent's picture and its type."""
        found = await self.store.read(lambda tx: tx.photo(agent, version))
        if found is None:
            raise NotFound("no such picture")
        return found


@dataclass(frozen=True, slots=True)
class _Said:
    visitor: VisitorId
    key: str
    text: str
    page: Page
    moment: Moment


@dataclass(frozen=True, slots=True)
class _Wanted:
    visitor: VisitorId
    key: str
    address: str
    moment: Moment


def hashed(token: str) -> str:
    """How a token is stored: it has 256 random bits, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def _bounded(page: Page) -> Page:
    return Page(page.url if len(page.url) <= URL_LIMIT else "", one_line(page.title, 200))


def _known(tx: Transaction, *, token: str) -> Guest:
    visitor = tx.visitor_by_token(hashed(token))
    if visitor is None:
        raise NotFound("unknown_token")
    return Guest(visitor, tx.site_of(visitor.site))


def _say(tx: Transaction, *, said: _Said) -> Message:
    visitor = tx.lock_visitor(said.visitor)
    earlier = tx.message_by_key(said.visitor, said.key)
    if earlier is not None:
        return _said_before(tx, earlier, said)
    step = rules.visitor_said(_ground_for(tx, visitor, said), said.text, said.key)
    tx.save(step)
    return step.messages[0]


def _said_before(tx: Transaction, earlier: Message, said: _Said) -> Message:
    if earlier.body != markup.literal(said.text):
        raise Refused("key_reused")
    if earlier.receipt is not Receipt.UNDELIVERED:
        return earlier
    conversation = tx.lock_conversation(earlier.conversation)
    step = rules.resent(watched(tx, _ground(tx, conversation, said.moment)), earlier, tx.doubts_about(earlier.id))
    tx.save(step)
    return step.changed[0]


def _ground_for(tx: Transaction, visitor: Visitor, said: _Said) -> Ground:
    latest = tx.latest_conversation(visitor.id)
    if latest is not None and rules.may_reopen(latest, said.moment) and tx.active_thread(latest.id):
        ground = _ground(tx, replace(latest, page=said.page if said.page.url else latest.page), said.moment)
        return watched(tx, ground) if latest.closed_at is None else calling(tx, ground)
    site = tx.site_of(visitor.site)
    if tx.opened_since(site.id, _midnight(said.moment.now)) >= site.daily_limit:
        raise Refused("too_fast", "the site's new conversations of today are used up", wait=3600)
    number = latest.number + 1 if latest else 1
    channel, away_from = opens_in(tx, site.channel)
    ground = rules.opened(visitor, replace(site, channel=channel), number, said.page, said.moment)
    return calling(tx, replace(ground, away_from=away_from))


def _ground(tx: Transaction, conversation: Conversation, moment: Moment) -> Ground:
    thread = tx.active_thread(conversation.id)
    if thread is None:
        raise NotFound(f"conversation {conversation.id} has no thread")
    has_card = bool(thread.ref) or tx.is_opening(thread.id)
    return Ground(conversation, thread, moment, 0 if has_card else tx.posted_place(conversation.id), has_card=has_card)


def _leave_email(tx: Transaction, *, visitor: VisitorId, address: str, moment: Moment) -> None:
    known = tx.lock_visitor(visitor)
    if known.email == address:
        return
    tx.set_email(visitor, address)
    latest = tx.latest_conversation(visitor)
    if latest is not None and tx.active_thread(latest.id):
        tx.save(rules.email_left(_ground(tx, latest, moment), address))


def _end(tx: Transaction, *, visitor: VisitorId, moment: Moment) -> None:
    tx.lock_visitor(visitor)
    latest = tx.latest_conversation(visitor)
    if latest is not None and tx.active_thread(latest.id):
        tx.save(with_transcripts(tx, rules.visitor_ended(_ground(tx, latest, moment)), moment))


def _transcript(tx: Transaction, *, wanted: _Wanted) -> None:
    known = tx.lock_visitor(wanted.visitor)
    latest = tx.latest_conversation(known.id)
    address = wanted.address or known.email
    if not address:
        raise Refused("bad_email")
    if latest is None:
        raise Refused("empty", "nothing was said yet")
    tx.save(asked_for(tx, latest, address, wanted.key, wanted.moment))


def _stay(tx: Transaction, *, visitor: VisitorId, moment: Moment) -> None:
    latest = tx.latest_conversation(tx.lock_visitor(visitor).id)
    if latest is not None and latest.status is Status.CLAIMED:
        tx.save(timing.extended(_ground(tx, latest, moment), tx.policy(latest.site).idle))


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
