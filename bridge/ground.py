"""What every happening stands on, and what can leave from there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bridge.model import (
    Agent,
    Conversation,
    Deadline,
    Delivery,
    Kind,
    Message,
    MessageId,
    Moment,
    Status,
    Thread,
    ThreadId,
    Timer,
)

IN_ORDER: Final = (Kind.OPEN, Kind.POST, Kind.NOTICE)  # what stands in the thread leaves in one lane
FALLBACK: Final = "fallback"  # the words of a card that is here because another channel cannot be reached
HISTORY: Final = "history"  # the words of the notice that repeats what was said in an earlier thread
SHOWN, INTERNAL, NOT_SHOWN = "shown", "internal", "not_shown"  # the receipts of an agent's message


@dataclass(frozen=True, slots=True)
class Ground:
    """The conversation in its turn, its thread, the moment.

    `stood` is where an agent acted, when that is an earlier thread of the conversation than the one it goes on in.
    `posted` is the place of the visitor's last message that stands in the thread: what an agent who acts now has seen.
    `has_card`: the thread's root stands or is on its way. `calls_at` is when time must look again if the conversation
    waits from now on: the first level of its channel's plan; `falls_at` is when time must look whether what is said now
    stands in the thread; None: never, or it looks anyway. `away_from` is the name of the channel that cannot be reached
    and in whose place the conversation is opened here.
    """

    conversation: Conversation
    thread: Thread
    moment: Moment
    posted: int = 0
    has_card: bool = True
    stood: ThreadId | None = None
    calls_at: datetime | None = None
    falls_at: datetime | None = None
    away_from: str = ""

    @property
    def where(self) -> ThreadId:
        """The thread in which the agent acted."""
        return self.stood or self.thread.id


def delivery_to(
    ground: Ground,
    kind: Kind,
    *,
    message: MessageId | None = None,
    words: str = "",
    about: dict[str, str] | None = None,
) -> Delivery:
    """Something that leaves into the ground's thread."""
    return Delivery(
        kind=kind,
        lane=ground.thread.id if kind in IN_ORDER else f"{kind}:{ground.thread.id}",
        thread=ground.thread.id,
        key=ground.moment.id(f"{kind}:{words}"),
        at=ground.moment.now,
        message=message,
        words=words,
        about=about or {},
    )


def notice(ground: Ground, words: str, **about: str) -> Delivery:
    """A line of the product's own in the thread."""
    return delivery_to(ground, Kind.NOTICE, words=words, about=about)


def tell(
    ground: Ground,
    agent: Agent,
    words: str,
    *,
    message: MessageId | None = None,
    about: dict[str, str] | None = None,
) -> Delivery:
    """Something that only one agent is told, where they acted: their ref is that of a person of that workplace."""
    told = delivery_to(ground, Kind.TELL, message=message, words=words, about=about)
    return replace(told, to=agent.ref, thread=ground.where, lane=f"{Kind.TELL}:{ground.where}")


def card(ground: Ground) -> Delivery:
    """The card as things stand when it leaves; several in a row are one."""
    return delivery_to(ground, Kind.CARD)


def mark(ground: Ground, message: Message, receipt: str, *, before: str = "") -> Delivery:
    """An agent's message gets its receipt, which takes the place of the one before."""
    marked = delivery_to(ground, Kind.MARK, message=message.id, words=receipt, about={"before": before})
    marked = replace(marked, lane=f"mark:{message.id}", key=ground.moment.id(f"mark:{message.id}:{receipt}"))
    return replace(marked, thread=message.thread or ground.where)


def opening_of(ground: Ground, message: MessageId) -> Delivery:
    """The card of a new thread; it says so when it stands here in place of another channel."""
    if not ground.away_from:
        return delivery_to(ground, Kind.OPEN, message=message)
    return delivery_to(ground, Kind.OPEN, message=message, words=FALLBACK, about={"channel": ground.away_from})


def calls(ground: Ground) -> tuple[Deadline, ...]:
    """Who waits from now on calls louder in time."""
    if ground.calls_at is None:
        return ()
    return (Deadline(Timer.ESCALATE, ground.conversation.id, ground.calls_at),)


def falls(ground: Ground, conversation: Conversation) -> tuple[Deadline, ...]:
    """Time looks whether what waits for a claim comes to stand; a claimed conversation stays where it is."""
    if ground.falls_at is None or conversation.status is not Status.WAITING:
        return ()
    return (Deadline(Timer.FALLBACK, conversation.id, ground.falls_at),)
