"""What every happening stands on, and what can leave from there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bridge.model import Agent, Conversation, Delivery, Kind, Message, MessageId, Moment, Thread, ThreadId

IN_ORDER: Final = (Kind.OPEN, Kind.POST, Kind.NOTICE)  # what stands in the thread leaves in one lane
HISTORY: Final = "history"  # the words of the notice that repeats what was said in an earlier thread
SHOWN, INTERNAL, NOT_SHOWN = "shown", "internal", "not_shown"  # the receipts of an agent's message


@dataclass(frozen=True, slots=True)
class Ground:
    """The conversation in its turn, its thread, the moment.

    `stood` is where an agent acted, when that is an earlier thread of the conversation than the one it goes on in.
    `posted` is the place of the visitor's last message that stands in the thread: what an agent who acts now has seen.
    `has_card`: the thread's root stands or is on its way. `calls_at` is when time must look again if the conversation
    waits from now on: the first level of its channel's plan; None: never.
    """

    conversation: Conversation
    thread: Thread
    moment: Moment
    posted: int = 0
    has_card: bool = True
    stood: ThreadId | None = None
    calls_at: datetime | None = None

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
    """Something that only one agent is told."""
    told = delivery_to(ground, Kind.TELL, message=message, words=words, about=about)
    return replace(told, to=agent.ref)


def card(ground: Ground) -> Delivery:
    """The card as things stand when it leaves; several in a row are one."""
    return delivery_to(ground, Kind.CARD)


def mark(ground: Ground, message: Message, receipt: str, *, before: str = "") -> Delivery:
    """An agent's message gets its receipt, which takes the place of the one before."""
    marked = delivery_to(ground, Kind.MARK, message=message.id, words=receipt, about={"before": before})
    return replace(marked, lane=f"mark:{message.id}", key=ground.moment.id(f"mark:{message.id}:{receipt}"))
