"""Mails: what they say, and how they are carried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from bridge import markup
from bridge.alerts import ALERT
from bridge.cards import visitor_name
from bridge.errors import Unreachable
from bridge.letters import Letter, Line, Side
from bridge.model import Agent, ChannelId, Conversation, Delivery, Message, Site, Speaker, Visitor
from bridge.policies.moments import clock_time, date, span
from bridge.policies.text import one_line
from bridge.ports import Capabilities, Clock, Mailer, Pace, Placed, Store
from bridge.timing import ESCALATED
from bridge.transaction import MAIL_OUTLET, Errand, Transaction
from bridge.transcripts import TRANSCRIPT
from bridge.wording import say, say_own

PACE: Final = Capabilities(mailing=(Pace(rate=2, burst=10, per_channel=False),))
DIGEST: Final = "digest"
READ_WITHIN: Final = 1.0  # seconds, the margin of the courier's lease: who stood still for longer may have lost it


@dataclass(frozen=True, slots=True)
class MailCarrier:
    """By mail. What the other side did with a mail cannot be looked up: a doubtful one is sent once more."""

    mailer: Mailer
    store: Store
    clock: Clock
    name: str = MAIL_OUTLET
    capabilities: Capabilities = PACE

    @property
    def timeout(self) -> float:
        """See Carrier."""
        return self.mailer.timeout

    async def carry(self, errand: Errand) -> Placed | None:
        """See Carrier. A mail about something that is over by now is not sent."""
        began = self.clock.monotonic()
        letter = await self.store.read(partial(letter_of, delivery=errand.delivery, now=self.clock.now()))
        if self.clock.monotonic() - began > READ_WITHIN:
            raise Unreachable("stood_still", "what a mail says was read too long ago to send it")
        if letter is not None:
            await self.mailer.send(letter, errand.delivery.key)
        return None

    async def find(self, _errand: Errand) -> tuple[Placed, ...]:
        """See Carrier."""
        return ()


def letter_of(tx: Transaction, *, delivery: Delivery, now: datetime) -> Letter | None:
    """What a mail says as things stand; None if there is nothing to say any more."""
    if delivery.words == ALERT:
        return _alert(delivery)
    if delivery.words == DIGEST:
        return _digest(tx, delivery, now)
    if delivery.conversation is None:
        return None
    conversation = tx.conversation(delivery.conversation)
    visitor = tx.visitor(conversation.visitor) if conversation else None
    if conversation is None or visitor is None:
        return None
    about = _About(tx.site_of(conversation.site), conversation, visitor)
    return {TRANSCRIPT: _transcript, ESCALATED: _escalation}[delivery.words](tx, delivery, about)


@dataclass(frozen=True, slots=True)
class _About:
    site: Site
    conversation: Conversation
    visitor: Visitor


def _alert(delivery: Delivery) -> Letter:
    sentence = delivery.about["sentence"]
    return Letter(
        to=delivery.to,
        subject=one_line(f"Silta: {sentence}", 150),
        language="en",
        sender="Silta",
        heading=say("en", "mail.alert_heading"),
        intro=(sentence,),
        outro=(say("en", "mail.alert_more"),),
    )


def _digest(tx: Transaction, delivery: Delivery, now: datetime) -> Letter | None:
    channel = ChannelId(delivery.about["channel"])
    waiting, site = tx.waiting_in(channel), tx.site_in(channel)
    if not waiting.count or waiting.since is None or site is None:
        return None
    language = site.agents_language
    about = {
        "count": str(waiting.count),
        "time": span(language, now - waiting.since),
        "channel": tx.channel_name(channel),
    }
    return Letter(
        to=delivery.to,
        subject=say(language, "mail.digest_subject", **about),
        language=language,
        sender=site.name,
        heading=say(language, "mail.digest_subject", **about),
        intro=(say(language, "mail.digest_words", **about),),
        accent=site.accent,
    )


def _escalation(tx: Transaction, delivery: Delivery, about: _About) -> Letter | None:
    if not tx.is_wanted(delivery.number):  # somebody has claimed since the courier asked
        return None
    site, language = about.site, about.site.agents_language
    names = {
        "visitor": visitor_name(about.visitor, language),
        "site": site.name,
        "time": delivery.about["time"],
        "channel": tx.channel_name(about.conversation.channel),
    }
    shown = [_line(language, names["visitor"], message, agent) for message, agent in tx.shown(about.conversation.id)]
    return Letter(
        to=delivery.to,
        subject=say(language, "mail.escalated_subject", **names),
        language=language,
        sender=site.name,
        heading=say(language, "mail.escalated_subject", **names),
        intro=(say(language, "mail.escalated_words", **names),),
        lines=_dated(tx, about, language, shown),
        accent=site.accent,
    )


def _transcript(tx: Transaction, delivery: Delivery, about: _About) -> Letter | None:
    conversation, site = about.conversation, about.site
    language = conversation.language
    policy = tx.policy(site.id)
    is_theirs = delivery.to != policy.transcripts.to_team
    who = say(language, "widget.you") if is_theirs else visitor_name(about.visitor, language)
    shown = [_line(language, who, message, agent) for message, agent in tx.shown(conversation.id)]
    if not shown:
        return None
    own = policy.texts.get(language, {})
    zone = tx.schedule(conversation.channel).hours.zone
    names = {"site": site.name, "date": date(language, zone, conversation.opened_at), "zone": zone}
    return Letter(
        to=delivery.to,
        subject=say_own(own, language, "mail.transcript_subject", **names),
        language=language,
        sender=site.name,
        heading=say_own(own, language, "mail.transcript_heading", **names),
        intro=(say_own(own, language, "mail.transcript_words", **names),),
        lines=_dated(tx, about, language, shown),
        outro=(say_own(own, language, "mail.transcript_more", **names), say(language, "mail.zone", **names)),
        accent=site.accent,
    )


_Undated = tuple[datetime, Line]


def _dated(tx: Transaction, about: _About, language: str, shown: list[_Undated]) -> tuple[Line, ...]:
    """Each line with its time of day, the first of a day with the day."""
    zone = tx.schedule(about.conversation.channel).hours.zone
    lines, day = list[Line](), ""
    for at, line in shown:
        today = date(language, zone, at)
        lines.append(replace(line, at=clock_time(zone, at), day=today if today != day else ""))
        day = today
    return tuple(lines)


def _line(language: str, visitor: str, message: Message, agent: Agent | None) -> _Undated:
    if message.speaker is Speaker.NOTICE:
        words = say(language, f"notice.{message.notice}", agent=agent.name if agent else "")
        return message.at, Line(Side.NOTICE, "", "", markup.literal(words))
    remark = "removed" if message.removed else "edited" if message.edited else ""
    said = say(language, f"widget.{remark}") if remark else ""
    if message.speaker is Speaker.VISITOR:
        return message.at, Line(Side.VISITOR, visitor, "", message.body, remark=said)
    name = agent.name if agent else say(language, "widget.team")
    return message.at, Line(Side.TEAM, name, "", message.body, remark=said)
