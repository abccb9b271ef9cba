"""Reading and changing conversations: the half of a transaction that the desks use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable

from bridge.errors import NotFound
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
    Site,
    SiteId,
    Step,
    Thread,
    ThreadId,
    Visitor,
    VisitorId,
)
from bridge.topics import OUTBOX, visitor_topic
from bridge.transaction import MAIL_OUTLET, Known, Seen
from storage import rows
from storage import statements as sql
from storage.people import People
from storage.rows import AnyRow

HISTORY_LIMIT: Final = 200
CHANGES_LIMIT: Final = 200


class Conversations(People):
    """See bridge.transaction.Conversations."""

    def site(self, key: str) -> Site | None:
        row = self._one(sql.SITE_BY_KEY, key=key)
        return rows.site(row) if row else None

    def site_of(self, site: SiteId) -> Site:
        row = self._one(sql.SITE_BY_ID, id=site)
        if row is None:
            raise NotFound(f"site {site}")
        return rows.site(row)

    def sites(self) -> tuple[Site, ...]:
        return tuple(rows.site(row) for row in self._connection.execute(sql.SITES))

    def put_site(self, site: Site, channel: Channel) -> None:
        self._put_channel(channel)
        values = rows.site_values(site)
        if not self._is_new(sql.SITE, {**values, "policy": "", "is_active": True}):
            changed = {name: value for name, value in values.items() if name not in ("id", "key")}
            self._run(sql.SITE.update().where(sql.SITE.c.id == site.id), changed)

    def _put_channel(self, channel: Channel) -> bool:
        place = {"id": channel.id, "workplace": channel.workplace, "ref": channel.ref}
        return self._is_new(sql.CHANNEL, {**place, "name": "", "hours": "", "plan": "", "fallback": ""})

    def visitor_by_token(self, token_hash: str) -> Visitor | None:
        row = self._one(sql.VISITOR_BY_TOKEN, token=token_hash)
        return rows.visitor(row) if row else None

    def add_visitor(self, visitor: Visitor, token_hash: str, now: datetime) -> None:
        values = {
            "id": visitor.id,
            "site_id": visitor.site,
            "token_hash": token_hash,
            "language": visitor.language,
            "name": visitor.name,
            "email": visitor.email,
            "created_at": now,
        }
        self._run(sql.INSERT_VISITOR, values)

    def lock_visitor(self, visitor: VisitorId) -> Visitor:
        self._enter(f"visitor:{visitor}")
        row = self._one(sql.LOCK_VISITOR, id=visitor)
        if row is None:
            raise NotFound("unknown_token")
        return rows.visitor(row)

    def visitor(self, visitor: VisitorId) -> Visitor | None:
        row = self._one(sql.VISITOR_BY_ID, id=visitor)
        return rows.visitor(row) if row else None

    def set_email(self, visitor: VisitorId, email: str) -> None:
        self._run(sql.SET_EMAIL, {"visitor": visitor, "email": email})
        self.rings.append(visitor_topic(visitor))

    def opened_since(self, site: SiteId, since: datetime) -> int:
        return int(self._connection.execute(sql.OPENED_SINCE, {"site": site, "since": since}).scalar_one())

    def lock_conversation(self, conversation: ConversationId) -> Conversation:
        if (locked := self._locked.get(conversation)) is not None:
            return locked
        self._enter(f"conversation:{conversation}")
        row = self._one(sql.LOCK_CONVERSATION, id=conversation)
        if row is None:
            raise NotFound(f"conversation {conversation}")
        value = rows.conversation(row)
        self._outdate_threads(value.id)
        self._known[value.id] = self._locked[value.id] = value
        return value

    def conversation(self, conversation: ConversationId) -> Conversation | None:
        row = self._one(sql.CONVERSATION_BY_ID, id=conversation)
        return rows.conversation(row) if row else None

    def _outdate_threads(self, conversation: ConversationId) -> None:
        """What was read before its conversation was locked may have changed since."""
        known = (value for value in self._known.values() if isinstance(value, Thread))
        self._outdated |= {thread.id for thread in known if thread.conversation == conversation}

    def latest_conversation(self, visitor: VisitorId) -> Conversation | None:
        row = self._one(sql.LATEST_ID, visitor=visitor)
        return self.lock_conversation(row.id) if row else None

    def active_thread(self, conversation: ConversationId) -> Thread | None:
        return self._thread(self._one(sql.GOING_ON, conversation=conversation))

    def thread_at(self, workplace: str, channel: str, root: str) -> Thread | None:
        return self._thread(self._one(sql.THREAD_AT, workplace=workplace, channel=channel, root=root))

    def is_opening(self, thread: ThreadId) -> bool:
        return self._one(sql.IS_OPENING, thread=thread) is not None

    def opens_in(self, workplace: str, channel: str) -> bool:
        return self._one(sql.OPENS_IN, workplace=workplace, channel=channel) is not None

    def newest_thread(self, workplace: str, channel: str) -> Thread | None:
        return self._thread(self._one(sql.NEWEST_THREAD, workplace=workplace, channel=channel))

    def _thread(self, row: AnyRow | None) -> Thread | None:
        if row is None:
            return None
        value = rows.thread(row)
        self._known[value.id] = value
        if value.conversation in self._known:
            self._outdated.discard(value.id)
        return value

    def thread(self, thread: ThreadId) -> Thread | None:
        return self._thread(self._one(sql.THREAD_BY_ID, id=thread))

    def repairable(self, workplace: str, since: datetime) -> tuple[Known, ...]:
        found = self._connection.execute(sql.REPAIRABLE, {"workplace": workplace, "since": since})
        return tuple(Known(rows.thread(row), row.channel_ref, row.opened_at) for row in found)

    def heard_in(self, thread: ThreadId) -> tuple[Message, ...]:
        return tuple(rows.message(row) for row in self._connection.execute(sql.HEARD_IN, {"thread": thread}))

    def set_repaired(self, thread: ThreadId, upto: str) -> None:
        self._run(sql.SET_REPAIRED, {"this": thread, "upto": upto})

    def first_words(self, conversation: ConversationId) -> Message | None:
        return self._message(self._one(sql.FIRST_WORDS, conversation=conversation))

    def unposted(self, conversation: ConversationId) -> tuple[Message, ...]:
        found = self._connection.execute(sql.UNPOSTED, {"conversation": conversation})
        return tuple(rows.message(row) for row in found)

    def has_undelivered(self, conversation: ConversationId) -> bool:
        return self._one(sql.UNDELIVERED, conversation=conversation) is not None

    def message(self, message: MessageId) -> Message | None:
        return self._message(self._one(sql.MESSAGE_BY_ID, id=message))

    def message_by_key(self, visitor: VisitorId, key: str) -> Message | None:
        return self._message(self._one(sql.MESSAGE_BY_KEY, visitor=visitor, key=key))

    def message_at(self, thread: ThreadId, ref: str) -> Message | None:
        return self._message(self._one(sql.MESSAGE_AT, thread=thread, ref=ref))

    def _message(self, row: AnyRow | None) -> Message | None:
        return rows.message(row) if row else None

    def place_before(self, conversation: ConversationId, workplace: str, order: str) -> int | None:
        row = self._one(sql.PLACE_BEFORE, conversation=conversation, workplace=workplace, order=order)
        return int(row.place) if row else None

    def posted_place(self, conversation: ConversationId) -> int:
        return int(self._connection.execute(sql.POSTED_PLACE, {"conversation": conversation}).scalar_one())

    def once(self, key: str, now: datetime) -> bool:
        return self._is_new(sql.SEEN, {"key": key, "at": now})

    def save(self, step: Step) -> None:
        self._save_conversation(step.conversation)
        self._save_thread(step)
        if step.messages:
            self._connection.execute(sql.INSERT_MESSAGE, [rows.message_values(said) for said in step.messages])
        for message in step.changed:
            self._change_message(message)
        for delivery in step.deliveries:
            self._add_delivery(delivery, step.conversation)
        self._save_time(step)
        self._ring_for(step)

    def _save_time(self, step: Step) -> None:
        """Deadlines are another half of the transaction's business; see storage.time."""
        raise NotImplementedError

    def _change_message(self, value: Message) -> None:
        self._change(sql.UPDATE_MESSAGE, sql.MESSAGE_CHANGES, rows.message_values(value))

    def _change(self, statement: Executable, columns: Iterable[str], values: Mapping[str, Any]) -> None:
        """An UPDATE sets every column that it is given a value of: give it those that may change."""
        self._run(statement, {"this": values["id"], **{name: values[name] for name in columns}})

    def _save_conversation(self, value: Conversation) -> None:
        known = self._known.get(value.id)
        if known is None:
            self._run(sql.INSERT_CONVERSATION, rows.conversation_values(value))
        elif known != value:
            self._change(sql.UPDATE_CONVERSATION, sql.CONVERSATION_CHANGES, rows.conversation_values(value))
        else:
            return
        self._known[value.id] = self._locked[value.id] = value
        if not isinstance(known, Conversation) or _standing(known) != _standing(value):
            self.rings.append(visitor_topic(value.visitor))

    def _save_thread(self, step: Step) -> None:
        if step.left is not None:
            self._run(sql.SET_THREAD, {"this": step.left.id, "ref": step.left.ref, "state": step.left.state.value})
            self._known[step.left.id] = step.left
        value = step.thread
        if value is None:
            return
        known = self._known.get(value.id)
        if known is None:
            self._run(sql.INSERT_THREAD, rows.thread_values(value))
        elif known != value or value.id in self._outdated:
            self._run(sql.SET_THREAD, {"this": value.id, "ref": value.ref, "state": value.state.value})
        self._known[value.id] = value

    def _add_delivery(self, delivery: Delivery, conversation: Conversation) -> None:
        if delivery.kind is Kind.MAIL:
            self.send(replace(delivery, conversation=conversation.id))
            return
        known = self._known.get(delivery.thread or "")
        thread = known if isinstance(known, Thread) else self.thread(ThreadId(delivery.thread or ""))
        if thread is None or thread.conversation != conversation.id:
            raise NotFound(f"thread {delivery.thread}")
        if delivery.kind is Kind.CARD and self._one(sql.DUE_CARD, lane=delivery.lane):
            return
        self._run(sql.INSERT_DELIVERY, rows.delivery_values(delivery, thread.channel, conversation.id))

    def send(self, delivery: Delivery, channel: ChannelId | None = None) -> bool:
        if channel is None:
            outlet = Channel(ChannelId(MAIL_OUTLET), MAIL_OUTLET, "")
            self._put_channel(outlet)
            channel = outlet.id
        self.rings.append(OUTBOX)
        return self._is_new(sql.DELIVERY, rows.delivery_values(delivery, channel, delivery.conversation))

    def _ring_for(self, step: Step) -> None:
        if any(message.change for message in (*step.messages, *step.changed)):
            self.rings.append(visitor_topic(step.conversation.visitor))
        if step.deliveries:
            self.rings.append(OUTBOX)

    def visible(self, visitor: VisitorId, cursor: str | None) -> Seen:
        latest = self._one(sql.LATEST, visitor=visitor)
        known = self._one(sql.KNOWN_VISITOR, id=visitor)
        if known is None:
            raise NotFound("unknown_token")
        has_email = bool(known.email)
        if latest is None:
            return Seen(None, None, (), "", reset=bool(cursor), email=has_email)
        conversation = rows.conversation(latest)
        after = _after(conversation, cursor)
        messages = self._history(visitor) if after is None else self._changes(conversation, after)
        upto = max(
            [
                conversation.changes,
                *(said.change for said, number, _ in messages if number == conversation.number),
            ]
        )
        if after is not None and len(messages) == CHANGES_LIMIT:
            upto = messages[-1][0].change
        claimant = self.agent_of(conversation.claimant) if conversation.claimant else None
        return Seen(conversation, claimant, messages, _cursor(conversation, upto), after is None, has_email)

    def _changes(self, conversation: Conversation, after: int) -> tuple[tuple[Message, int, Agent | None], ...]:
        values = {"conversation": conversation.id, "after": after, "limit": CHANGES_LIMIT}
        found = self._connection.execute(sql.CHANGES, values)
        return tuple((rows.message(row), conversation.number, author(row)) for row in found)

    def _history(self, visitor: VisitorId) -> tuple[tuple[Message, int, Agent | None], ...]:
        found = self._connection.execute(sql.HISTORY, {"visitor": visitor, "limit": HISTORY_LIMIT}).all()
        return tuple((rows.message(row), row.conversation_number, author(row)) for row in reversed(found))


def _standing(value: Conversation) -> tuple[object, ...]:
    """What a visitor is shown of how things stand, beside the messages."""
    return value.status, value.claimant, value.seen


def author(row: AnyRow) -> Agent | None:
    if row.agent_id_ is None:
        return None
    return rows.agent_from({name: getattr(row, f"agent_{name}_") for name in rows.AGENT_COLUMNS})


def _cursor(conversation: Conversation, change: int) -> str:
    return f"{conversation.id[:12]}.{change}"


def _after(conversation: Conversation, cursor: str | None) -> int | None:
    """The change number of a cursor of this conversation; None for every other cursor."""
    name, _, number = (cursor or "").rpartition(".")
    if name != conversation.id[:12] or not (number.isascii() and number.isdecimal()) or len(number) > 15:
        return None
    return int(number) if int(number) <= conversation.changes else None
