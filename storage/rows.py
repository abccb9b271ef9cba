"""Between rows and values: the one place that knows both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row

from bridge import markup
from bridge.ground import FALLBACK
from bridge.model import (
    Agent,
    AgentId,
    Channel,
    ChannelId,
    Conversation,
    ConversationId,
    Deadline,
    Delivery,
    Kind,
    Message,
    MessageId,
    Page,
    Receipt,
    Rule,
    Site,
    SiteId,
    Speaker,
    Standing,
    Status,
    Thread,
    ThreadId,
    ThreadState,
    Timer,
    Visibility,
    Visitor,
    VisitorId,
)
from bridge.outages import Outage

Values = dict[str, Any]
AGENT_COLUMNS: Final = ("id", "workplace", "ref", "name", "standing", "photo_version", "fresh_at")
AnyRow = Row[*tuple[Any, ...]]


def site(row: AnyRow) -> Site:
    """A row of `site`."""
    return Site(
        id=SiteId(row.id),
        key=row.key,
        name=row.name,
        origins=tuple(row.origins.split("\n")),
        channel=ChannelId(row.channel_id),
        language=row.language,
        agents_language=row.agents_language,
        rule=Rule(row.rule),
        accent=row.accent,
        privacy_url=row.privacy_url,
        daily_limit=row.daily_limit,
    )


def site_values(value: Site) -> Values:
    """The columns of a site."""
    return {
        "id": value.id,
        "key": value.key,
        "name": value.name,
        "origins": "\n".join(value.origins),
        "channel_id": value.channel,
        "language": value.language,
        "agents_language": value.agents_language,
        "rule": value.rule.value,
        "accent": value.accent,
        "privacy_url": value.privacy_url,
        "daily_limit": value.daily_limit,
    }


def deadline(row: AnyRow) -> Deadline:
    """A row of `deadline`."""
    return Deadline(Timer(row.timer), ConversationId(row.conversation_id), row.due_at, row.level)


def deadline_values(value: Deadline) -> Values:
    """The columns of a deadline."""
    return {
        "conversation_id": value.conversation,
        "timer": value.timer.value,
        "due_at": value.at,
        "level": value.level,
    }


def channel(row: AnyRow) -> Channel:
    """A row of `channel`."""
    return Channel(ChannelId(row.id), row.workplace, row.ref)


def outage(row: AnyRow) -> Outage:
    """A row of `outage` with its channel's place."""
    return Outage(
        Channel(ChannelId(row.channel_id), row.workplace, row.ref), row.since, row.look_at, row.cause, row.detail
    )


def outage_values(value: Outage) -> Values:
    """The columns of an outage."""
    return {
        "channel_id": value.channel.id,
        "since": value.since,
        "look_at": value.look_at,
        "cause": value.cause,
        "detail": value.detail,
    }


def away_from(words: str, about: str) -> str:
    """The channel in whose place a card was posted, by its delivery; empty if there is none."""
    return str(json.loads(about)["channel"]) if words == FALLBACK else ""


def visitor(row: AnyRow) -> Visitor:
    """A row of `visitor`."""
    return Visitor(VisitorId(row.id), SiteId(row.site_id), row.language, row.name, row.email)


def agent(row: AnyRow) -> Agent:
    """A row of `agent`, without the picture itself."""
    return agent_from({name: getattr(row, name) for name in AGENT_COLUMNS})


def agent_from(values: Mapping[str, Any]) -> Agent:
    """An agent from its columns' values."""
    return Agent(
        AgentId(values["id"]),
        values["workplace"],
        values["ref"],
        values["name"],
        Standing(values["standing"]),
        values["photo_version"],
        values["fresh_at"],
    )


def conversation(row: AnyRow) -> Conversation:
    """A row of `conversation`."""
    return Conversation(
        id=ConversationId(row.id),
        site=SiteId(row.site_id),
        visitor=VisitorId(row.visitor_id),
        channel=ChannelId(row.channel_id),
        number=row.number,
        language=row.language,
        opened_at=row.opened_at,
        waiting_since=row.waiting_since,
        status=Status(row.status),
        claimant=row.claimant,
        joined=tuple(AgentId(name) for name in row.joined.split()),
        spell=row.spell,
        level=row.level,
        changes=row.changes,
        places=row.places,
        seen=row.seen,
        seen_change=row.seen_change,
        closed_at=row.closed_at,
        page=Page(row.page_url, row.page_title),
    )


def conversation_values(value: Conversation) -> Values:
    """The columns of a conversation."""
    return {
        "id": value.id,
        "site_id": value.site,
        "visitor_id": value.visitor,
        "channel_id": value.channel,
        "number": value.number,
        "language": value.language,
        "opened_at": value.opened_at,
        "waiting_since": value.waiting_since,
        "status": value.status.value,
        "claimant": value.claimant,
        "joined": " ".join(value.joined),
        "spell": value.spell,
        "level": value.level,
        "changes": value.changes,
        "places": value.places,
        "seen": value.seen,
        "seen_change": value.seen_change,
        "closed_at": value.closed_at,
        "page_url": value.page.url,
        "page_title": value.page.title,
    }


def thread(row: AnyRow) -> Thread:
    """A row of `thread`."""
    return Thread(
        ThreadId(row.id),
        ConversationId(row.conversation_id),
        ChannelId(row.channel_id),
        row.spell,
        row.ref,
        ThreadState(row.state),
        row.repaired_upto,
    )


def thread_values(value: Thread) -> Values:
    """The columns of a thread."""
    return {
        "id": value.id,
        "conversation_id": value.conversation,
        "channel_id": value.channel,
        "spell": value.spell,
        "ref": value.ref,
        "state": value.state.value,
        "repaired_upto": value.repaired,
    }


def message(row: AnyRow) -> Message:
    """A row of `message`."""
    return Message(
        id=MessageId(row.id),
        conversation=ConversationId(row.conversation_id),
        speaker=Speaker(row.speaker),
        body=markup.loads(row.body),
        at=row.at,
        visibility=Visibility(row.visibility),
        place=row.place,
        order=row.ordering,
        change=row.change,
        agent=row.agent_id,
        visitor=row.visitor_id,
        key=row.key,
        thread=row.thread_id,
        ref=row.ref,
        receipt=Receipt(row.receipt),
        edited=row.edited,
        removed=row.removed,
        notice=row.notice,
        held=row.held,
    )


def message_values(value: Message) -> Values:
    """The columns of a message."""
    return {
        "id": value.id,
        "conversation_id": value.conversation,
        "speaker": value.speaker.value,
        "visibility": value.visibility.value,
        "body": markup.dumps(value.body),
        "at": value.at,
        "place": value.place,
        "ordering": value.order,
        "change": value.change,
        "agent_id": value.agent,
        "visitor_id": value.visitor,
        "key": value.key,
        "thread_id": value.thread,
        "ref": value.ref,
        "receipt": value.receipt.value,
        "edited": value.edited,
        "removed": value.removed,
        "notice": value.notice,
        "held": value.held,
    }


def delivery(row: AnyRow) -> Delivery:
    """A row of `delivery`."""
    return Delivery(
        kind=Kind(row.kind),
        lane=row.lane,
        thread=row.thread_id,
        key=row.key,
        at=row.created_at,
        message=row.message_id,
        words=row.words,
        about=json.loads(row.about),
        to=row.to_ref,
        number=row.number,
        escalates=row.escalates,
        conversation=row.conversation_id,
    )


def delivery_values(value: Delivery, channel: ChannelId, conversation: ConversationId | None) -> Values:
    """The columns of a new delivery into a channel."""
    return {
        "kind": value.kind.value,
        "lane": value.lane,
        "key": value.key,
        "channel_id": channel,
        "conversation_id": conversation,
        "thread_id": value.thread,
        "message_id": value.message,
        "words": value.words,
        "about": json.dumps(value.about, ensure_ascii=False),
        "to_ref": value.to,
        "escalates": value.escalates,
        "state": "due",
        "epoch": 0,
        "attempt": 0,
        "doubts": value.doubts,
        "created_at": value.at,
        "due_at": value.at,
        "started_at": None,
        "ended_at": None,
        "cause": "",
    }
