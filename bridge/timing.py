"""What time does to a conversation: pure functions from values to a Step, as in bridge.conversation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bridge.conversation import ended, notice_shown
from bridge.ground import Ground, card, delivery_to, notice
from bridge.model import (
    ChannelId,
    Deadline,
    Delivery,
    Kind,
    Message,
    MessageId,
    Status,
    Step,
    Thread,
    ThreadId,
    ThreadState,
    Timer,
)
from bridge.policies import escalation
from bridge.schedules import Action, Idle, Level
from bridge.transaction import Transaction

ESCALATED = "escalated"  # the words of whatever calls for a claim
WARNED = 1  # the level of an idle timer whose visitor was asked


def calling(tx: Transaction, ground: Ground) -> Ground:
    """The ground of a conversation that waits from now on: it knows when its channel's plan begins to call."""
    now = ground.moment.now
    schedule = tx.schedule(ground.conversation.channel)
    return watched(tx, replace(ground, calls_at=escalation.next_look(schedule, now, 0, now)))


def watched(tx: Transaction, ground: Ground) -> Ground:
    """The ground of words that may have to wait for their channel: it knows when to look whether they stand there."""
    fallback = tx.fallback(ground.thread.channel)
    if not fallback.channel or tx.deadline(ground.conversation.id, Timer.FALLBACK):
        return ground
    return replace(ground, falls_at=ground.moment.now + fallback.after)


@dataclass(frozen=True, slots=True)
class Call:
    """A level that fires: its number, the span that was waited in words, and the first words of the conversation."""

    number: int
    level: Level
    waited: str
    first: MessageId | None


def escalated(ground: Ground, call: Call, again: datetime | None) -> Step:
    """A level fires. `again` is when to look next."""
    conversation = replace(ground.conversation, level=call.number)
    here = replace(ground, conversation=conversation)
    step = _called(here, call)
    cards = (card(ground),) if ground.thread.ref and step.thread is None else ()
    return _timed(replace(step, conversation=conversation, deliveries=(*step.deliveries, *cards)), again)


def digested(ground: Ground, number: int, again: datetime | None) -> Step:
    """A level has come that one line for all who wait speaks for."""
    conversation = replace(ground.conversation, level=number)
    cards = (card(ground),) if ground.thread.ref else ()
    return _timed(Step(conversation, deliveries=cards), again)


def looked(ground: Ground, again: datetime | None) -> Step:
    """Nothing is due yet."""
    return _timed(Step(ground.conversation), again)


def _timed(step: Step, again: datetime | None) -> Step:
    if again is None:
        return replace(step, lifts=(*step.lifts, Timer.ESCALATE))
    return replace(step, deadlines=(Deadline(Timer.ESCALATE, step.conversation.id, again),))


def _called(ground: Ground, call: Call) -> Step:
    level = call.level
    if level.action is Action.CHANNEL:
        return _second_thread(ground, call)
    if level.action is Action.MAIL:
        return Step(ground.conversation, deliveries=(_mail(ground, call),))
    line = notice(ground, ESCALATED, time=call.waited)
    to = level.to if level.action is Action.MENTION else ""
    called = replace(line, to=to, key=_key(ground, call.number), escalates=ground.conversation.spell)
    return Step(ground.conversation, deliveries=(called,))


def _second_thread(ground: Ground, call: Call) -> Step:
    return standby(ground, ChannelId(call.level.to), call.first, words=ESCALATED, key=_key(ground, call.number))


def standby(
    ground: Ground, to: ChannelId, first: MessageId | None, *, words: str, key: str, about: dict[str, str] | None = None
) -> Step:
    """A second thread; the conversation goes on in the first one until the root of the second stands."""
    conversation = ground.conversation
    name = ThreadId(ground.moment.id("thread"))
    thread = Thread(name, conversation.id, to, conversation.spell, state=ThreadState.STANDBY)
    opening = delivery_to(replace(ground, thread=thread), Kind.OPEN, message=first, words=words, about=about)
    opening = replace(opening, key=key, escalates=conversation.spell)
    return Step(conversation, deliveries=(opening,), thread=thread)


def _mail(ground: Ground, call: Call) -> Delivery:
    to = call.level.to
    return Delivery(
        kind=Kind.MAIL,
        lane=f"mail:{to}",
        thread=None,
        key=_key(ground, call.number),
        at=ground.moment.now,
        words=ESCALATED,
        about={"time": call.waited},
        to=to,
        escalates=ground.conversation.spell,
    )


def _key(ground: Ground, number: int) -> str:
    """The same level of the same spell is the same delivery for ever."""
    spell = ground.conversation.spell
    return f"{ground.conversation.id}.{spell}.{number}"


def idled(ground: Ground, idle: Idle, timer: Deadline, last: Message | None) -> Step:
    """The idle timer rings. `last` is what was said last; who waits for the team is neither asked nor sent away."""
    conversation, now = ground.conversation, ground.moment.now
    if idle.warn_after is None or conversation.status is not Status.CLAIMED:
        return Step(conversation, lifts=(Timer.IDLE,))
    if last is None or last.agent is None:
        return _waited(ground, now + idle.warn_after)
    if timer.level == WARNED and last.at <= timer.at - idle.close_after:
        return ended(ground, "closed_idle", None)
    if last.at + idle.warn_after > now:
        return _waited(ground, last.at + idle.warn_after)
    return _asked(ground, now + idle.close_after)


def extended(ground: Ground, idle: Idle) -> Step:
    """An agent keeps the chat open: the quiet is counted anew."""
    if idle.warn_after is None:
        return Step(ground.conversation)
    return _waited(ground, ground.moment.now + idle.warn_after)


def _waited(ground: Ground, until: datetime) -> Step:
    return Step(ground.conversation, deadlines=(Deadline(Timer.IDLE, ground.conversation.id, until),))


def _asked(ground: Ground, until: datetime) -> Step:
    conversation, asked = notice_shown(ground.conversation, ground, "idle_asked", None)
    return Step(
        conversation,
        (asked,),
        deliveries=(notice(ground, "idle_asked"),),
        deadlines=(Deadline(Timer.IDLE, conversation.id, until, WARNED),),
    )
