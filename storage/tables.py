"""The tables. Declared with SQLModel, read and written with Core in storage.conversations and storage.outbox.

States are text with a check, so that a new one is a small migration; counters are 64-bit; times are UTC-aware.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlmodel import AutoString, Field, SQLModel

from bridge.model import (
    DeliveryState,
    Kind,
    Receipt,
    Rule,
    Speaker,
    Standing,
    Status,
    ThreadState,
    Timer,
    Visibility,
)

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA: Final = SQLModel.metadata
METADATA.naming_convention = NAMING
PENDING: Final = "state IN ('due', 'sending', 'unknown')"


def one_of(column: str, states: type[StrEnum]) -> CheckConstraint:
    """The column holds one of these words."""
    words = ", ".join(f"'{state.value}'" for state in states)
    return CheckConstraint(f"{column} IN ({words})", name=column)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def _big(**options: Any) -> Any:
    return Field(sa_type=BigInteger, **options)


def _ordered(**options: Any) -> Any:
    """Compared byte by byte, whatever the database's language: the outside's order is not ours to interpret."""
    return Field(sa_type=AutoString().with_variant(String(collation="C"), "postgresql"), **options)


class ChannelRow(SQLModel, table=True):
    """A channel of a workplace. `name` is the configuration's, empty if it names none; the last three are JSON."""

    __tablename__ = "channel"
    __table_args__ = (UniqueConstraint("workplace", "ref"),)
    id: str = Field(primary_key=True)
    workplace: str
    ref: str
    name: str
    hours: str
    plan: str
    fallback: str


class OutageRow(SQLModel, table=True):
    """A channel that cannot be reached; `look_at` is when somebody looks whether it is back."""

    __tablename__ = "outage"
    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    since: datetime
    look_at: datetime
    cause: str
    detail: str


class SiteRow(SQLModel, table=True):
    """A website; `origins` one a line; `policy` is JSON; what the configuration does not name any more is retired."""

    __tablename__ = "site"
    __table_args__ = (one_of("rule", Rule),)
    id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    name: str
    origins: str
    channel_id: str = Field(foreign_key="channel.id")
    language: str
    agents_language: str
    rule: str
    accent: str
    privacy_url: str
    daily_limit: int
    policy: str
    is_active: bool


class AgentRow(SQLModel, table=True):
    """A person of a workplace; `same_as` is the row whose agent they are, their own or that of another workplace."""

    __tablename__ = "agent"
    __table_args__ = (UniqueConstraint("workplace", "ref"), one_of("standing", Standing))
    id: str = Field(primary_key=True)
    workplace: str
    ref: str
    same_as: str = Field(index=True)
    name: str
    standing: str
    photo: bytes = Field(sa_type=LargeBinary)
    photo_type: str
    photo_version: str
    email: str = Field(index=True)
    fresh_at: datetime


class PersonRefRow(SQLModel, table=True):
    """Where the configuration's people are: each ref is one person's."""

    __tablename__ = "person_ref"
    workplace: str = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    name: str = Field(index=True)


class VisitorRow(SQLModel, table=True):
    """A visitor; the token is stored hashed."""

    __tablename__ = "visitor"
    id: str = Field(primary_key=True)
    site_id: str = Field(foreign_key="site.id")
    token_hash: str = Field(unique=True)
    language: str
    name: str
    email: str = Field(index=True)
    created_at: datetime


class ConversationRow(SQLModel, table=True):
    """A visitor's conversation; `joined` holds agents' ids with spaces between."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("visitor_id", "number"),
        _partial("uq_conversation_open", "visitor_id", where="status <> 'closed'", unique=True),
        _partial("ix_conversation_claimed", "claimant", where="status = 'claimed'"),
        _partial("ix_conversation_waiting", "channel_id", "waiting_since", where="status = 'waiting'"),
        _partial("ix_conversation_ended", "site_id", "closed_at", where="status = 'closed'"),
        Index(None, "site_id", "opened_at"),
        one_of("status", Status),
    )
    id: str = Field(primary_key=True)
    site_id: str = Field(foreign_key="site.id")
    visitor_id: str = Field(foreign_key="visitor.id")
    channel_id: str = Field(foreign_key="channel.id")
    number: int
    language: str
    status: str
    claimant: str | None = Field(default=None, foreign_key="agent.id")
    joined: str
    spell: int
    level: int
    changes: int = _big()
    places: int = _big()
    seen: int = _big()
    seen_change: int = _big()
    opened_at: datetime
    waiting_since: datetime
    closed_at: datetime | None
    page_url: str
    page_title: str


class ThreadRow(SQLModel, table=True):
    """A conversation's thread in a channel; `ref` is empty until the root stands."""

    __tablename__ = "thread"
    __table_args__ = (
        _partial("uq_thread_root", "channel_id", "ref", where="ref <> ''", unique=True),
        _partial("uq_thread_active", "conversation_id", where="state = 'active'", unique=True),
        _partial("uq_thread_spell", "conversation_id", "channel_id", "spell", where="state <> 'moved'", unique=True),
        Index(None, "channel_id", "state"),
        Index(None, "conversation_id"),
        one_of("state", ThreadState),
    )
    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id")
    channel_id: str = Field(foreign_key="channel.id")
    spell: int
    ref: str = _ordered()
    state: str
    repaired_upto: str = _ordered(default="")


class MessageRow(SQLModel, table=True):
    """Something said; `ordering` is the platform's order among messages of one place."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("visitor_id", "key"),
        UniqueConstraint("thread_id", "ref"),
        Index(None, "conversation_id", "change"),
        Index(None, "conversation_id", "place"),
        _partial("ix_message_agent", "agent_id", where="agent_id IS NOT NULL"),
        one_of("speaker", Speaker),
        one_of("visibility", Visibility),
        one_of("receipt", Receipt),
    )
    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id")
    speaker: str
    visibility: str
    body: str
    at: datetime
    place: int = _big()
    ordering: str = _ordered()
    change: int = _big()
    agent_id: str | None = Field(foreign_key="agent.id")
    visitor_id: str | None = Field(foreign_key="visitor.id")
    key: str | None
    thread_id: str | None = Field(foreign_key="thread.id")
    ref: str | None
    receipt: str
    edited: str
    removed: bool
    notice: str
    held: str


class DeliveryRow(SQLModel, table=True):
    """One thing that must leave."""

    __tablename__ = "delivery"
    __table_args__ = (
        _partial("ix_delivery_pending_lane", "lane", "number", where=PENDING),
        _partial("ix_delivery_pending_due", "channel_id", "due_at", where=PENDING),
        _partial("ix_delivery_pending_message", "message_id", where=PENDING),
        _partial("ix_delivery_erasure", "created_at", where="kind = 'erase'"),
        _partial("ix_delivery_silenced", "channel_id", "due_at", where="state = 'joined' AND cause = 'limited'"),
        _partial("ix_delivery_mail", "to_ref", "created_at", where="kind = 'mail'"),
        one_of("kind", Kind),
        one_of("state", DeliveryState),
        {"sqlite_autoincrement": True},
    )
    number: int = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
    )
    kind: str
    lane: str
    key: str = Field(unique=True)
    channel_id: str = Field(foreign_key="channel.id")
    conversation_id: str | None = Field(foreign_key="conversation.id", index=True)
    thread_id: str | None = Field(foreign_key="thread.id")
    message_id: str | None = Field(foreign_key="message.id")
    words: str
    about: str
    to_ref: str
    escalates: int
    state: str
    epoch: int
    attempt: int
    doubts: int
    created_at: datetime
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cause: str


class PostRow(SQLModel, table=True):
    """What stands in a thread because of us; its id is the key that travels with it."""

    __tablename__ = "post"
    __table_args__ = (Index(None, "thread_id", "ref"),)
    id: str = Field(primary_key=True)
    thread_id: str = Field(foreign_key="thread.id")
    delivery: int = _big()
    ref: str
    ordering: str = _ordered()


class PostMessageRow(SQLModel, table=True):
    """Which messages a post carries: joined lines are many to one, a moved thread repeats them."""

    __tablename__ = "post_message"
    post_id: str = Field(primary_key=True, foreign_key="post.id")
    message_id: str = Field(primary_key=True, foreign_key="message.id", index=True)


class DeadlineRow(SQLModel, table=True):
    """When time must look at a conversation again."""

    __tablename__ = "deadline"
    __table_args__ = (one_of("timer", Timer),)
    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id")
    timer: str = Field(primary_key=True)
    due_at: datetime = Field(index=True)
    level: int


class ConfigurationRow(SQLModel, table=True):
    """What is known of the whole: when a configuration was applied last."""

    __tablename__ = "configuration"
    name: str = Field(primary_key=True)
    value: str


class SeenRow(SQLModel, table=True):
    """Keys of events that had their effect."""

    __tablename__ = "seen"
    key: str = Field(primary_key=True)
    at: datetime = Field(index=True)


class LeaseRow(SQLModel, table=True):
    """Who does what only one may do."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    owner: str
    epoch: int = _big()
    expires_at: datetime
