"""When a channel cannot be reached: who waits there goes on in its fallback, and new conversations begin there.

A conversation never goes to a channel where it has or had a thread: two channels may be each other's fallback.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from bridge import timing
from bridge.errors import Unreachable, WorkplaceError
from bridge.ground import FALLBACK, Ground
from bridge.model import ChannelId, Deadline, Message, Status, Step, Thread, ThreadState, Timer
from bridge.outages import Outage
from bridge.ports import Store
from bridge.transaction import Errand, Transaction

TRIED: Final = 3  # failures of one post that say that its channel cannot be reached; a standing fault says it at once
LOOKS_EVERY: Final = timedelta(seconds=20)  # whether a channel is back, also while nothing is due there


def opens_in(tx: Transaction, channel: ChannelId) -> tuple[ChannelId, str]:
    """Where a new conversation of this channel begins now, and in place of which channel, by its name."""
    fallback = ChannelId(tx.fallback(channel).channel)
    if not fallback or not tx.is_out(channel) or tx.is_out(fallback):
        return channel, ""
    return fallback, tx.channel_name(channel)


@dataclass(slots=True)
class Failures:
    """How often posts of a courier failed because their channel could not be reached; slowing down does not count."""

    _counts: Counter[int] = field(default_factory=Counter)

    def is_outage(self, errand: Errand, error: WorkplaceError) -> bool:
        """Count a failure; whether it means that nobody can post there."""
        if not isinstance(error, Unreachable) or error.limited:
            return False
        self._counts[errand.delivery.number] += 1
        is_outage = error.standing or self._counts[errand.delivery.number] >= TRIED
        if is_outage:
            self._counts.clear()  # it is known from now on; what is called back is not remembered for ever
        return is_outage

    def over(self, errand: Errand) -> None:
        """It stands there after all."""
        self._counts.pop(errand.delivery.number, None)


def begun(tx: Transaction, *, errand: Errand, error: WorkplaceError, now: datetime) -> None:
    """Nobody can post in the errand's channel from now on."""
    tx.begin_outage(Outage(errand.channel, now, now + LOOKS_EVERY, error.cause, str(error)))


def consequence(tx: Transaction, channel: ChannelId) -> str:
    """What becomes of a channel's conversations while it cannot be reached, for whoever runs the machine."""
    fallback = ChannelId(tx.fallback(channel).channel)
    if not fallback or tx.is_out(fallback):
        return "conversations wait"
    return f"conversations of {tx.channel_name(channel)} go on in {tx.channel_name(fallback)}"


async def sentence(store: Store, outage: Outage) -> str:
    """What whoever runs the machine is told of an outage."""
    told = await store.read(lambda tx: consequence(tx, outage.channel.id))
    return f"{outage.channel.workplace}, channel {outage.channel.ref}: {outage.detail} ({told})"


def fell(tx: Transaction, ground: Ground, _deadline: Deadline) -> Step:
    """Time looks whether what waits in a channel has come to stand there, and goes on elsewhere if it cannot."""
    conversation, now = ground.conversation, ground.moment.now
    fallback, waiting = tx.fallback(ground.thread.channel), tx.unposted(conversation.id)
    if conversation.status is not Status.WAITING or not waiting or not fallback.channel:
        return _stays(tx, ground, None)
    due = waiting[0].at + fallback.after
    if not tx.is_out(ground.thread.channel):
        return _stays(tx, ground, max(due, now + fallback.after))
    if due > now:
        return _stays(tx, ground, due)
    return _falls(tx, ground, now + fallback.after)


def _stays(tx: Transaction, ground: Ground, again: datetime | None) -> Step:
    """Here it is; a second thread that this was to save it from is not opened any more."""
    for thread in _fallen(tx, ground):
        tx.call_back(thread.id)
        tx.save(Step(ground.conversation, thread=replace(thread, state=ThreadState.MOVED)))
    if again is None:
        return Step(ground.conversation, lifts=(Timer.FALLBACK,))
    return Step(ground.conversation, deadlines=(Deadline(Timer.FALLBACK, ground.conversation.id, again),))


def _fallen(tx: Transaction, ground: Ground) -> tuple[Thread, ...]:
    return tuple(thread for thread in tx.standbys(ground.conversation.id) if tx.away_from(thread.id))


def _falls(tx: Transaction, ground: Ground, again: datetime) -> Step:
    conversation, here = ground.conversation, ground.thread.channel
    to = ChannelId(tx.fallback(here).channel)
    later = Step(conversation, deadlines=(Deadline(Timer.FALLBACK, conversation.id, again),))
    if any(not tx.is_out(thread.channel) for thread in tx.standbys(conversation.id)) or tx.is_out(to):
        return later
    if tx.has_stood_in(conversation.id, to):
        return later if _fallen(tx, ground) else Step(conversation, lifts=(Timer.FALLBACK,))
    first: Message | None = tx.first_words(conversation.id)
    step = timing.standby(
        ground,
        to,
        first.id if first else None,
        words=FALLBACK,
        key=ground.moment.id(FALLBACK),
        about={"channel": tx.channel_name(here)},
    )
    return replace(step, deadlines=later.deadlines)
