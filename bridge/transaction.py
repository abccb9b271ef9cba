"""What a unit may do to the memory: the port that storage implements.

Everything happens inside one atomic turn. Methods named `lock_…` come first in a unit; they make its turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from bridge.custody import Managing
from bridge.model import (
    Agent,
    Channel,
    ChannelId,
    Conversation,
    ConversationId,
    Deadline,
    Delivery,
    Kind,
    Message,
    MessageId,
    Person,
    Site,
    SiteId,
    Step,
    Thread,
    ThreadId,
    Timer,
    Visitor,
    VisitorId,
)
from bridge.outages import Outages
from bridge.schedules import Schedule, SitePolicy

MAIL_OUTLET: Final = "mail"  # the workplace, so to speak, of mails: its one channel has no ref
LIMITED: Final = "limited"  # the cause of deliveries that wait because we were asked to slow down


@dataclass(frozen=True, slots=True)
class Seen:
    """What a visitor may see after a cursor. `reset`: the messages are the whole history, not what is new."""

    conversation: Conversation | None
    claimant: Agent | None
    messages: tuple[tuple[Message, int, Agent | None], ...]  # with the number of their conversation
    upto: str
    reset: bool
    email: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A thread that stands, with the ref of its channel."""

    thread: Thread
    channel: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A delivery on its way. Mails, digests and erasures are no more than this.

    `doubts` counts the attempts of which nobody knew how they ended.
    """

    delivery: Delivery
    attempt: int
    started_at: datetime
    channel: Channel
    doubts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadErrand(Errand):
    """A delivery into a thread, with everything that its words are made of.

    `root_key` is the key that its thread's card carries, whose `doubts` an edit of it has; `is_moved`: the thread took
    the place of one that is gone; `away_from` is the channel in whose place it was opened; `schedule` is that of the
    conversation's channel, where a card needs it.
    """

    thread: Thread
    conversation: Conversation
    site: Site
    visitor: Visitor
    claimant: Agent | None
    messages: tuple[Message, ...]
    earlier: int
    root_key: str = ""
    is_moved: bool = False
    away_from: str = ""
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """How many deliveries of each kind are due, whether doubts are, and when the next of either will be."""

    due: Mapping[Kind, int]
    has_doubts: bool
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery of which nobody knows whether it happened. `ended_at`: when the attempt ended, as far as we know."""

    errand: Errand
    ended_at: datetime


class Conversations(Protocol):
    """Reading and changing conversations."""

    def site(self, key: str) -> Site | None:
        """The site with this public key."""

    def site_of(self, site: SiteId) -> Site:
        """The site with this id."""

    def sites(self) -> tuple[Site, ...]:
        """All sites."""

    def put_site(self, site: Site, channel: Channel) -> None:
        """Store a site and its channel, new or changed."""

    def visitor_by_token(self, token_hash: str) -> Visitor | None:
        """The visitor to whom the hashed token belongs."""

    def add_visitor(self, visitor: Visitor, token_hash: str, now: datetime) -> None:
        """A new visitor."""

    def lock_visitor(self, visitor: VisitorId) -> Visitor:
        """The visitor, locked. Raises NotFound."""

    def set_email(self, visitor: VisitorId, email: str) -> None:
        """Where to answer when the visitor has gone."""

    def visitor(self, visitor: VisitorId) -> Visitor | None:
        """One visitor."""

    def opened_since(self, site: SiteId, since: datetime) -> int:
        """How many conversations of the site were opened since then."""

    def lock_conversation(self, conversation: ConversationId) -> Conversation:
        """The conversation, locked: its turn. Raises NotFound."""

    def conversation(self, conversation: ConversationId) -> Conversation | None:
        """The conversation as it is, not locked: for questions."""

    def latest_conversation(self, visitor: VisitorId) -> Conversation | None:
        """The visitor's newest conversation, open or closed, locked."""

    def active_thread(self, conversation: ConversationId) -> Thread | None:
        """The thread in which the conversation goes on."""

    def thread_at(self, workplace: str, channel: str, root: str) -> Thread | None:
        """The thread whose root stands there."""

    def is_opening(self, thread: ThreadId) -> bool:
        """Whether the thread's card has not left yet or is on its way."""

    def opens_in(self, workplace: str, channel: str) -> bool:
        """Whether a card has left for this channel of which we do not know yet where it stands."""

    def newest_thread(self, workplace: str, channel: str) -> Thread | None:
        """The channel's newest active thread, if there is one."""

    def thread(self, thread: ThreadId) -> Thread | None:
        """One thread."""

    def repairable(self, workplace: str, since: datetime) -> tuple[Known, ...]:
        """Threads in which something may have been missed: open ones, and those closed since then; newest first."""

    def heard_in(self, thread: ThreadId) -> tuple[Message, ...]:
        """What people of the workplace wrote in the thread, as far as we know."""

    def set_repaired(self, thread: ThreadId, upto: str) -> None:
        """The thread was read again up to this order."""

    def first_words(self, conversation: ConversationId) -> Message | None:
        """The visitor's first message."""

    def unposted(self, conversation: ConversationId) -> tuple[Message, ...]:
        """The visitor's messages that stand in no thread and were not given up, in order."""

    def has_undelivered(self, conversation: ConversationId) -> bool:
        """Whether the visitor has a message that was given up, and that they may try again."""

    def message(self, message: MessageId) -> Message | None:
        """One message."""

    def message_by_key(self, visitor: VisitorId, key: str) -> Message | None:
        """What the visitor said under this key."""

    def message_at(self, thread: ThreadId, ref: str) -> Message | None:
        """The message that stands there."""

    def place_before(self, conversation: ConversationId, workplace: str, order: str) -> int | None:
        """The place of the first visible agent's message with a greater order; None if there is none.

        Only among those of this workplace: the orders of two cannot be compared.
        """

    def posted_place(self, conversation: ConversationId) -> int:
        """The place of the last visitor's message that stands in a thread, 0 if none does."""

    def agent(self, workplace: str, ref: str) -> Agent | None:
        """A person of the workplace, if we know them."""

    def agent_of(self, agent: str) -> Agent:
        """The agent with this id."""

    def put_agent(self, person: Person, workplace: str, new_id: str, now: datetime) -> Agent:
        """Remember a person; `new_id` is used if they are new. Visitors who see them are rung.

        Who is known from another workplace (by the configuration, else by the address) is one agent from now on.
        """

    def photo(self, agent: str, version: str) -> tuple[bytes, str] | None:
        """An agent's picture and its type."""

    def once(self, key: str, now: datetime) -> bool:
        """True the first time a key is given, false ever after (keys are kept for a week)."""

    def save(self, step: Step) -> None:
        """Write all that the step changed and ring those who must know."""

    def visible(self, visitor: VisitorId, cursor: str | None) -> Seen:
        """What the visitor may see after the cursor. The only reader of what goes to a visitor."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many conversations wait for somebody in a channel, and since when the first of them does."""

    count: int
    since: datetime | None


class Time(Protocol):
    """What is due, and what the configuration says about time."""

    def schedule(self, channel: ChannelId) -> Schedule:
        """The hours and the plan of a channel."""

    def policy(self, site: SiteId) -> SitePolicy:
        """What a site does about time, mail and memory."""

    def channel(self, channel: ChannelId) -> Channel:
        """One channel. Raises NotFound."""

    def channel_moved(self, workplace: str, old: str, new: str) -> bool:
        """A channel has another ref from now on; False if we do not know the old one. Twice is harmless."""

    def channel_name(self, channel: ChannelId) -> str:
        """What the configuration calls a channel; its ref if nothing does."""

    def site_in(self, channel: ChannelId) -> Site | None:
        """A site whose conversations go to this channel or wait in it, if there is one."""

    def due(self, now: datetime) -> tuple[Deadline, ...]:
        """The deadlines that have come, the earliest first, at most a hundred."""

    def next_due(self) -> datetime | None:
        """When the next deadline comes, if there is one."""

    def deadline(self, conversation: ConversationId, timer: Timer) -> Deadline | None:
        """A conversation's deadline, as it stands in this turn."""

    def has_thread_in(self, conversation: ConversationId, channel: ChannelId) -> bool:
        """Whether the conversation goes on in this channel, or will when its root stands there."""

    def put_off(self, deadline: Deadline, later: Deadline) -> None:
        """A deadline comes later, unless it was set anew meanwhile."""

    def more_wait_than(self, count: int, channel: ChannelId) -> bool:
        """Whether more conversations than these wait in a channel; costs no more than counting so far."""

    def waiting_in(self, channel: ChannelId) -> Waiting:
        """Who waits in a channel."""

    def last_said(self, conversation: ConversationId) -> Message | None:
        """The latest message, not counting notices, that the visitor may see."""

    def shown(self, conversation: ConversationId) -> tuple[tuple[Message, Agent | None], ...]:
        """Everything of one conversation that the visitor may see."""

    def has_mail(self) -> bool:
        """Whether mails can leave, as far as the memory was told."""

    def set_has_mail(self, *, has_mail: bool) -> None:
        """Tell the memory whether mails can leave."""

    def mails_to(self, address: str, since: datetime) -> int:
        """How many transcripts went or will go to this address since then."""

    def facts(self, workplace: str) -> dict[str, str]:
        """What a workplace's adapter let us keep for it, by name."""

    def put_fact(self, workplace: str, name: str, value: str) -> None:
        """Keep something for an adapter; the same name takes the place of what was, an empty value removes it."""


class Outbox(Protocol):
    """What must leave."""

    def send(self, delivery: Delivery, channel: ChannelId | None = None) -> bool:
        """Let something leave that belongs to no thread: a mail, or something in a channel. False if it did already."""

    def is_wanted(self, number: int) -> bool:
        """Whether a delivery is still to leave: what calls for a claim is not, once there is one."""

    def agenda(self, workplace: str, now: datetime) -> Agenda:
        """What waits: asked before anything is taken, so that an idle look costs one question."""

    def take(self, workplace: str, epoch: int, now: datetime, choice: Choice) -> Errand | None:
        """The next due delivery, now `sending` in this epoch; None when nothing may go."""

    def delivered(self, number: int, epoch: int, ref: str, order: str) -> bool:
        """It happened. False, and nothing changed, if it is no longer ours to say."""

    def is_doubtful(self, number: int) -> bool:
        """Whether somebody looks for what an attempt of theirs left."""

    def postponed(self, number: int, epoch: int, until: datetime, cause: str) -> bool:
        """It did not happen and is due again then."""

    def doubtful(self, number: int, epoch: int, ended_at: datetime) -> bool:
        """It may have happened: look at once."""

    def gave_up(self, number: int, epoch: int, cause: str) -> bool:
        """It will never happen."""

    def doubts(self, workplace: str, epoch: int, now: datetime) -> tuple[Doubt, ...]:
        """Doubtful deliveries to be looked for now; each is not returned again for a while."""

    def call_back(self, thread: ThreadId) -> None:
        """Nothing of this thread leaves any more, and what is under way is not waited for."""

    def hasten(self, workplace: str, channel: str, now: datetime) -> None:
        """What waits for this channel is due now, whatever it was told to wait."""

    def doubts_about(self, message: MessageId) -> int:
        """How many attempts to post what was given up may have left it there all the same."""

    def look_again(self, number: int, epoch: int, at: datetime) -> bool:
        """Not found, but that proves nothing yet."""

    def not_found(self, number: int, epoch: int, now: datetime) -> bool:
        """It certainly did not happen: due again."""

    def take_lease(self, name: str, owner: str, now: datetime, until: datetime, *, by_force: bool) -> int | None:
        """The lease's epoch if it is ours from now on (a new owner gets a new epoch), None if it is another's.

        `by_force`: the other owner is known to be dead.
        """

    def silences(self, workplace: str, now: datetime) -> tuple[tuple[Kind, datetime], ...]:
        """Until when the other side wants no calls of a kind, as far as deliveries wait for that: cause LIMITED."""

    def orphan(self, workplace: str, epoch: int, now: datetime) -> int:
        """Turn what dead epochs left `sending` into doubts; how many there were."""

    def expire(self, workplace: str, before: datetime) -> int:
        """Give up what was created before; how many there were."""

    def waiting_count(self, workplace: str) -> int:
        """How many deliveries have not left."""

    def prune(self, before: datetime) -> None:
        """Forget keys seen before."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the pace allows now: no channel in `shut`, only kinds in `kinds`.

    `join`: waiting lines of one lane become one post of up to `max_text` characters.
    """

    kinds: tuple[Kind, ...]
    shut: tuple[str, ...] = ()
    join: bool = False
    max_text: int = 4000


class Transaction(Conversations, Time, Outbox, Outages, Managing, Protocol):
    """One turn."""
