"""What is due: deadlines of conversations, each fired in one turn, late rather than never.

A deadline is a row. Whoever wakes this, however often and in however many processes, each fires once: its turn looks
at the row again under the conversation's lock.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bridge import fallback, timing
from bridge.errors import NotFound, Refused
from bridge.ground import Ground
from bridge.model import ChannelId, Conversation, Deadline, Delivery, Kind, Moment, Status, Step, Timer
from bridge.policies import escalation
from bridge.policies.moments import span
from bridge.ports import Clock, Store
from bridge.schedules import Action, Level
from bridge.transaction import Transaction
from bridge.transcripts import with_transcripts

FAULT_RESTS: Final = timedelta(minutes=1)
Guard = Callable[[Awaitable[bool]], Awaitable[bool]]
DIGEST_EVERY: Final = timedelta(minutes=5)
_log = logging.getLogger("silta.time")


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """Fires what is due."""

    store: Store
    clock: Clock

    async def tick(self, guard: Guard | None = None) -> datetime | None:
        """Fire all that has come; when the next deadline comes, None if there is none.

        `guard` runs each by itself and gives False for one that meets a fault: it is looked at again in a while, and
        the others have their time.
        """
        while due := await self.store.read(lambda tx: tx.due(self.clock.now())):
            fired = [await self._fired(deadline, guard) for deadline in due]
            if not any(fired):
                break
        return await self.store.read(lambda tx: tx.next_due())

    async def _fired(self, deadline: Deadline, guard: Guard | None) -> bool:
        if await (self._fire(deadline) if guard is None else guard(self._fire(deadline))):
            return True
        later = replace(deadline, at=self.clock.now() + FAULT_RESTS)
        await self.store.turn(lambda tx: tx.put_off(deadline, later))
        return False

    async def _fire(self, deadline: Deadline) -> bool:
        try:
            await self.store.turn(partial(_fire, due=deadline, moment=self.clock.moment()))
        except (NotFound, Refused) as error:
            _log.warning("the %s deadline of conversation %s waits: %s", deadline.timer, deadline.conversation, error)
            return False
        return True


def _fire(tx: Transaction, *, due: Deadline, moment: Moment) -> None:
    conversation = tx.lock_conversation(due.conversation)
    deadline = tx.deadline(due.conversation, due.timer)
    if deadline is None or deadline.at > moment.now:
        return
    thread = tx.active_thread(conversation.id)
    if thread is None:
        tx.save(Step(conversation, lifts=(due.timer,)))
        return
    tx.save(_RINGS[due.timer](tx, Ground(conversation, thread, moment), deadline))


def _escalation(tx: Transaction, ground: Ground, _deadline: Deadline) -> Step:
    conversation, now = ground.conversation, ground.moment.now
    if conversation.status is not Status.WAITING:
        return Step(conversation, lifts=(Timer.ESCALATE,))
    schedule = tx.schedule(conversation.channel)
    number = escalation.firing(schedule, conversation.waiting_since, conversation.level, now)
    fired = conversation.level if number is None else number
    again = escalation.next_look(schedule, conversation.waiting_since, fired, now)
    if number is None:
        return timing.looked(ground, again)
    level = _possible(tx, conversation, schedule.plan.levels[number - 1])
    if tx.more_wait_than(schedule.plan.digest_above, conversation.channel):
        _digest(tx, ground, level)
        return timing.digested(ground, number, again)
    language = tx.site_of(conversation.site).agents_language
    waited = span(language, now - conversation.waiting_since)
    first = tx.first_words(conversation.id)
    return timing.escalated(ground, timing.Call(number, level, waited, first.id if first else None), again)


def _possible(tx: Transaction, conversation: Conversation, level: Level) -> Level:
    """A notice, where a thread stands already or is on its way, where no mail can be sent, or where nobody of that ref
    is: a conversation may go on in another workplace than its plan is of."""
    is_there = level.action is Action.CHANNEL and tx.has_thread_in(conversation.id, ChannelId(level.to))
    is_mute = level.action is Action.MAIL and not tx.has_mail()
    is_strange = level.action is Action.MENTION and not _is_at_home(tx, conversation)
    return Level(level.after, Action.NOTIFY) if is_there or is_mute or is_strange else level


def _is_at_home(tx: Transaction, conversation: Conversation) -> bool:
    thread = tx.active_thread(conversation.id)
    return thread is None or tx.channel(thread.channel).workplace == tx.channel(conversation.channel).workplace


def _digest(tx: Transaction, ground: Ground, level: Level) -> None:
    """One line, or one mail, in a while for all who wait in the channel."""
    channel, now = ground.conversation.channel, ground.moment.now
    slot = int(now.timestamp() // DIGEST_EVERY.total_seconds())
    if not tx.once(f"digest:{channel}:{level.action}:{level.to}:{slot}", now):
        return
    is_mail = level.action is Action.MAIL
    where, _ = fallback.opens_in(tx, ChannelId(level.to) if level.action is Action.CHANNEL else channel)
    digest = Delivery(
        kind=Kind.MAIL if is_mail else Kind.DIGEST,
        lane=f"mail:{level.to}" if is_mail else f"digest:{where}",
        thread=None,
        key=ground.moment.id("digest"),
        at=now,
        words="digest",
        about={"channel": channel},
        to=level.to if is_mail or (level.action is Action.MENTION and where == channel) else "",
    )
    tx.send(digest, None if is_mail else where)


def _idle(tx: Transaction, ground: Ground, deadline: Deadline) -> Step:
    idle = tx.policy(ground.conversation.site).idle
    step = timing.idled(ground, idle, deadline, tx.last_said(ground.conversation.id))
    return with_transcripts(tx, step, ground.moment)


_RINGS: Final[dict[Timer, Callable[[Transaction, Ground, Deadline], Step]]] = {
    Timer.ESCALATE: _escalation,
    Timer.IDLE: _idle,
    Timer.FALLBACK: fallback.fell,
}
