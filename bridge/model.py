"""The nouns: frozen values, the names of their states, nothing that acts.

All times are UTC-aware datetimes. Ids are ours and opaque (128 random bits); a `ref` or `order` is the outside's and
opaque too.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bridge.markup import Markup

SiteId = NewType("SiteId", str)
VisitorId = NewType("VisitorId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
ThreadId = NewType("ThreadId", str)
ChannelId = NewType("ChannelId", str)
AgentId = NewType("AgentId", str)


class Status(StrEnum):
    """How a conversation stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    CLOSED = "closed"


class Visibility(StrEnum):
    """Who may see a message. What is undecided is internal."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Speaker(StrEnum):
    """Whose words a message is; a notice is the product's own."""

    VISITOR = "visitor"
    AGENT = "agent"
    NOTICE = "notice"


class Receipt(StrEnum):
    """How far a visitor's message has come."""

    SENT = "sent"
    POSTED = "posted"
    UNDELIVERED = "undelivered"


class Rule(StrEnum):
    """Who is heard by the visitor: see bridge.policies.visibility."""

    CLAIMANT = "claimant"
    STRICT = "strict"
    OPEN = "open"


class Standing(StrEnum):
    """What a person of a workplace is to us. Only members may speak to visitors."""

    MEMBER = "member"
    GUEST = "guest"
    OUTSIDER = "outsider"
    BOT = "bot"


class ThreadState(StrEnum):
    """`active`: the conversation's one thread. `moved`: superseded by another. `closed`: over, may become active.

    `standby`: its root is on its way; the conversation goes on in another thread until it stands.
    """

    STANDBY = "standby"
    ACTIVE = "active"
    MOVED = "moved"
    CLOSED = "closed"


class Kind(StrEnum):
    """What a delivery does on the other side."""

    OPEN = "open"
    POST = "post"
    NOTICE = "notice"
    CARD = "card"
    TELL = "tell"
    MARK = "mark"
    DIGEST = "digest"
    ERASE = "erase"
    MAIL = "mail"


class DeliveryState(StrEnum):
    """due → sending → done | due again | unknown | failed; `joined` ones left inside another's post.

    `cancelled` ones are not wanted any more: somebody claimed what they call for.
    """

    DUE = "due"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"
    JOINED = "joined"
    CANCELLED = "cancelled"


class Timer(StrEnum):
    """What a deadline of a conversation is for; each has at most one of a kind."""

    ESCALATE = "escalate"
    IDLE = "idle"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Site:
    """A website with the widget. `origins` are exact; `agents_language` is that of cards and notices in the thread."""

    id: SiteId
    key: str
    name: str
    origins: tuple[str, ...]
    channel: ChannelId
    language: str = "en"
    agents_language: str = "en"
    rule: Rule = Rule.CLAIMANT
    accent: str = "#1F4E8C"
    privacy_url: str = ""
    daily_limit: int = 2000


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a workplace, where a site's conversations go."""

    id: ChannelId
    workplace: str
    ref: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody on a site. The anonymous get a name of their id in the thread."""

    id: VisitorId
    site: SiteId
    language: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a workplace as the workplace tells it. `photo` is a picture's bytes, empty if there is none.

    `email` is their work address as far as the workplace has verified it: members of two workplaces with the same one
    are one agent.
    """

    ref: str
    name: str
    standing: Standing
    photo: bytes = b""
    photo_type: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """A person of a workplace as we know them. `photo` is the picture's version, empty if there is none.

    Who is linked over several workplaces has one id, that of the first, and in each a ref.
    """

    id: AgentId
    workplace: str
    ref: str
    name: str
    standing: Standing
    photo: str = ""
    fresh_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The page a visitor writes from, as their browser tells it: hostile text."""

    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One visitor's talk with the team.

    `changes` and `places` are the last numbers given to a visible change and to a visible message; `spell` counts the
    times it was opened or waited anew; `number` counts the visitor's conversations; `seen` is the place up to which an
    agent has acted after the visitor; `level` is the last level of the plan that fired in this spell, 0 for none.
    """

    id: ConversationId
    site: SiteId
    visitor: VisitorId
    channel: ChannelId
    number: int
    language: str
    opened_at: datetime
    waiting_since: datetime
    status: Status = Status.WAITING
    claimant: AgentId | None = None
    joined: tuple[AgentId, ...] = ()
    spell: int = 1
    level: int = 0
    changes: int = 0
    places: int = 0
    seen: int = 0
    seen_change: int = 0
    closed_at: datetime | None = None
    page: Page = Page()


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation's thread in a channel. `ref` is empty until its root stands there.

    `repaired` is the order up to which it was read again; what is older and unknown stays unknown.
    """

    id: ThreadId
    conversation: ConversationId
    channel: ChannelId
    spell: int
    ref: str = ""
    state: ThreadState = ThreadState.ACTIVE
    repaired: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """Something said. Shown in the order of (place, order).

    `change` is the last visible change, 0 for what was never visible; `held` is why an agent's text was kept internal
    and may still be sent; `edited` is the order of its last edit.
    """

    id: MessageId
    conversation: ConversationId
    speaker: Speaker
    body: Markup
    at: datetime
    visibility: Visibility = Visibility.INTERNAL
    place: int = 0
    order: str = ""
    change: int = 0
    agent: AgentId | None = None
    visitor: VisitorId | None = None
    key: str | None = None
    thread: ThreadId | None = None
    ref: str | None = None
    receipt: Receipt = Receipt.SENT
    edited: str = ""
    removed: bool = False
    notice: str = ""
    held: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing that must leave. `lane`: deliveries of one lane leave in the order of their numbers, one at a time.

    `key` travels with the post and finds it again; `words` and `about` are what a notice, a hint or a mail says; `to`
    is a person's ref, a post's ref or an address. `escalates` is the waiting spell that it calls for, 0 for none: then
    it is not wanted any more once somebody has claimed; -1: not wanted at all, its thread was left. `doubts`: the same
    words may stand there already from so many attempts. Mails, digests and erasures have no thread.
    """

    kind: Kind
    lane: str
    thread: ThreadId | None
    key: str
    at: datetime
    message: MessageId | None = None
    words: str = ""
    about: dict[str, str] = field(default_factory=dict)
    to: str = ""
    number: int = 0
    escalates: int = 0
    conversation: ConversationId | None = None
    doubts: int = 0


@dataclass(frozen=True, slots=True)
class Deadline:
    """When time must look at a conversation. `level` is how far its timer has come."""

    timer: Timer
    conversation: ConversationId
    at: datetime
    level: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What a happening changes: saved as one. `left` is a thread that `thread` takes the place of.

    `deadlines` take the place of those of their kind, `lifts` are kinds that are not waited for any more; `calls_off`:
    nothing that calls for a claim leaves any more.
    """

    conversation: Conversation
    messages: tuple[Message, ...] = ()
    changed: tuple[Message, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    thread: Thread | None = None
    left: Thread | None = None
    deadlines: tuple[Deadline, ...] = ()
    lifts: tuple[Timer, ...] = ()
    calls_off: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """The time and the randomness of one verb: drawn before its unit, which may run twice and must then do the same."""

    now: datetime
    seed: bytes

    def id(self, name: str) -> str:
        """128 bits of this moment under a name; the same name gives the same id."""
        return self.secret(name)[:22]

    def secret(self, name: str) -> str:
        """256 bits of this moment under a name, for tokens."""
        digest = hashlib.sha256(self.seed + name.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
