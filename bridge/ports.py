"""What the rules need of the outside. The comment on each method is its contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from bridge.inbound import Heard
from bridge.letters import Letter
from bridge.markup import Markup
from bridge.model import Moment, Person
from bridge.transaction import Transaction

T = TypeVar("T")
Unit = Callable[[Transaction], T]


@dataclass(frozen=True, slots=True)
class ThreadRef:
    """A thread on the other side: opaque to us, packed and unpacked by its adapter alone."""

    channel: str
    root: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Where something stands on the other side; `order` compares like the platform's own message order."""

    ref: str
    order: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button; pressing it comes back as the verb with the value."""

    verb: str
    label: str
    value: str = ""
    style: str = ""  # "", "primary" or "danger"


@dataclass(frozen=True, slots=True)
class Card:
    """A conversation's root post. Every string is shown as it is: hostile until escaped by the adapter.

    `summary` is what notifications and screen readers get; `fields` are (label, value); `quote` the first words.
    """

    heading: str
    summary: str
    fields: tuple[tuple[str, str], ...]
    quote: Markup
    status: str
    hint: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """A line in a thread. `author` is the visitor's name; empty: the product itself speaks. `summary` as in Card.

    `mentions` are refs of people or groups who are called by name in front of it; `is_broadcast`: it shows in the
    channel as well. `caveat` is a sentence of ours to be shown in front of a line that may stand there twice.
    """

    body: Markup
    summary: str
    author: str = ""
    buttons: tuple[Button, ...] = ()
    mentions: tuple[str, ...] = ()
    is_broadcast: bool = False
    caveat: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `rate` calls a second after a burst, counted per channel or for the whole workplace."""

    rate: float
    burst: float
    per_channel: bool


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a workplace can do. The rules ask these, never a platform's name."""

    buttons: bool = False
    private_answers: bool = False
    author_names: bool = False
    edits: bool = False
    deletes: bool = False
    read_back: bool = False
    receipts: bool = False
    max_text: int = 4000
    max_card: int = 1500
    posting: tuple[Pace, ...] = ()
    editing: tuple[Pace, ...] = ()
    telling: tuple[Pace, ...] = ()
    marking: tuple[Pace, ...] = ()
    deleting: tuple[Pace, ...] = ()
    mailing: tuple[Pace, ...] = ()


class Workplace(Protocol):
    """A connected workplace. Every method waits for the network: never inside a turn.

    All raise `Unreachable` (nothing happened), `Rejected` (nothing happened, never will) or, where something was
    written, `Unknown` (may have happened). None retries by itself; each has one total timeout of `timeout` seconds.
    """

    name: str
    timeout: float
    capabilities: Capabilities

    def call_sign(self, channel: str) -> str:
        """The name by which people must call the app in front of an answer in this channel, as far as is known now.

        Empty: everything that they write in a thread is heard.
        """

    async def ping(self) -> None:
        """Ask whether the other side is there and takes our credentials."""

    async def open_thread(self, channel: str, card: Card, key: str) -> Placed:
        """Post a card as a new root. Called twice for one key only if we could not learn how the first ended."""

    async def post(self, thread: ThreadRef, post: Post, key: str) -> Placed:
        """Post a line in a thread; twice as above. Raises `Rejected(ROOT_GONE)` when the thread's root is gone.

        An empty root: in the channel itself.
        """

    async def edit_card(self, thread: ThreadRef, card: Card, key: str) -> None:
        """Show the card's new state in place. Twice is harmless."""

    async def delete(self, channel: str, ref: str) -> None:
        """Take one of our own posts away. One that is gone already is success."""

    async def tell(self, thread: ThreadRef, agent: str, post: Post) -> None:
        """Say something that only this agent sees; it may be lost, and twice is harmless.

        An empty root: in the channel. Only where `private_answers` is among the capabilities.
        """

    async def mark(self, channel: str, ref: str, receipt: str, before: str) -> None:
        """Show on a person's message what became of it: `shown`, `internal`, `not_shown`; the one before goes.

        Twice is harmless. Only where `receipts` is among the capabilities.
        """

    async def find(self, thread: ThreadRef, key: str, since: datetime) -> tuple[Placed, ...]:
        """Every post of ours that carries the key, oldest first; an empty root searches the channel's roots.

        This and the two readings below are asked only where `read_back` is among the capabilities. Empty means only
        that it does not show yet: a late effect may still come.
        """

    async def changed_threads(self, channel: str, since: datetime) -> Mapping[str, str]:
        """The roots posted since then that have replies, each with the order of its latest one."""

    async def replies(self, thread: ThreadRef) -> tuple[Heard, ...] | None:
        """Every person's message that stands in the thread now, oldest first; None when the root is gone."""

    async def person(self, ref: str) -> Person:
        """A person's name, standing, picture and verified work address; what cannot be had of the last two is empty."""

    async def channel_fault(self, channel: str) -> str:
        """Why nothing can be posted in this channel, as a sentence that says what to do; empty when all is well."""


class Mailer(Protocol):
    """The way mails leave. Raises as a workplace does: `Unknown` when the other side may have taken the mail.

    One total timeout of `timeout` seconds; no retries of its own.
    """

    timeout: float

    async def send(self, letter: Letter, key: str) -> None:
        """Send a letter to its one address. The Message-ID is made of the key: the same key, the same Message-ID."""


class Store(Protocol):
    """The memory. Units are synchronous, touch nothing but their transaction, and may run twice.

    `is_alone`: no other process can use this memory while we do, so whoever held a lease before is dead.
    """

    is_alone: bool

    async def turn(self, unit: Unit[T]) -> T:
        """Run a unit as one atomic turn; returns after the commit is durable, then rings what the unit rang.

        Raises what the unit raises (nothing of it is kept), or `Refused("busy")` when the memory cannot write just now.
        """

    async def read(self, question: Unit[T]) -> T:
        """Run a question on a snapshot, without a lock; it must not write."""


class Signals(Protocol):
    """Bells. A ring has no content and may be lost: whoever listens reads the memory, and also looks now and then."""

    def ring(self, topic: str) -> None:
        """Wake all who listen to the topic; never blocks."""

    def listen(self, topic: str) -> AbstractContextManager[Bell]:
        """Hear the topic while the context lasts. Listen first, then read, then wait."""


class Bell(Protocol):
    """One listener's bell. Rings while it is not waiting are kept as one."""

    async def wait(self, timeout: float | None = None) -> bool:
        """True when it rang since the last wait; False when the time (seconds) passed."""


class Clock(Protocol):
    """The only source of time and randomness of the rules."""

    def now(self) -> datetime:
        """The time, UTC-aware."""

    def moment(self) -> Moment:
        """The time with fresh randomness, for one verb."""

    def monotonic(self) -> float:
        """Seconds that never go back, for intervals."""

    async def sleep(self, seconds: float) -> None:
        """Wait this long."""
