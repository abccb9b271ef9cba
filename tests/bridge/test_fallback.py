"""When time lets a conversation fall back: the rule on a memory of plain values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from bridge.fallback import consequence, fell, opens_in
from bridge.ground import FALLBACK, Ground
from bridge.model import (
    AgentId,
    ChannelId,
    Conversation,
    ConversationId,
    Deadline,
    Kind,
    Message,
    MessageId,
    Moment,
    SiteId,
    Speaker,
    Status,
    Step,
    Thread,
    ThreadId,
    ThreadState,
    Timer,
    VisitorId,
)
from bridge.schedules import Fallback

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
AFTER = timedelta(minutes=2)
NEAR, FAR = ChannelId("near"), ChannelId("far")
TALK = Conversation(ConversationId("c"), SiteId("s"), VisitorId("v"), NEAR, 1, "en", NOW, NOW)
HERE = Thread(ThreadId("t1"), TALK.id, NEAR, 1, ref="root")
THERE = Thread(ThreadId("t2"), TALK.id, FAR, 1, state=ThreadState.STANDBY)


@dataclass
class Memory:
    """What the rule asks for."""

    out: set[ChannelId] = field(default_factory=lambda: {NEAR})
    waits_since: datetime | None = NOW - AFTER
    second: Thread | None = None
    is_fallen: bool = True
    has_stood: bool = False
    called_back: list[ThreadId] = field(default_factory=list)
    saved: list[Step] = field(default_factory=list)

    def fallback(self, channel: ChannelId) -> Fallback:
        return Fallback(FAR, AFTER) if channel == NEAR else Fallback()

    def is_out(self, channel: ChannelId) -> bool:
        return channel in self.out

    def channel_name(self, channel: ChannelId) -> str:
        return f"the {channel}"

    def first_words(self, conversation: ConversationId) -> Message:
        return Message(MessageId("m1"), conversation, Speaker.VISITOR, ("hello",), self.waits_since or NOW)

    def unposted(self, conversation: ConversationId) -> tuple[Message, ...]:
        return (self.first_words(conversation),) if self.waits_since else ()

    def standbys(self, _conversation: ConversationId) -> tuple[Thread, ...]:
        return (self.second,) if self.second else ()

    def away_from(self, _thread: ThreadId) -> str:
        return "the near" if self.is_fallen else ""

    def has_stood_in(self, _conversation: ConversationId, _channel: ChannelId) -> bool:
        return self.has_stood or self.second is not None

    def call_back(self, thread: ThreadId) -> None:
        self.called_back.append(thread)

    def save(self, step: Step) -> None:
        self.saved.append(step)


def looked_at(memory: Memory, conversation: Conversation = TALK) -> Step:
    ground = Ground(conversation, HERE, Moment(NOW, b"seed"))
    return fell(cast("Any", memory), ground, Deadline(Timer.FALLBACK, TALK.id, NOW))


def again(step: Step) -> timedelta | None:
    """When it is looked at again; None: never."""
    assert step.lifts == (() if step.deadlines else (Timer.FALLBACK,))
    return step.deadlines[0].at - NOW if step.deadlines else None


def test_it_goes_on_in_a_second_thread_that_says_why():
    step = looked_at(Memory())
    [opening] = step.deliveries
    assert (opening.kind, opening.words, opening.about) == (Kind.OPEN, FALLBACK, {"channel": "the near"})
    assert opening.escalates == TALK.spell
    assert step.thread is not None
    assert (step.thread.channel, step.thread.state) == (FAR, ThreadState.STANDBY)
    assert step.conversation == TALK
    assert again(step) == AFTER


@pytest.mark.parametrize(
    ("memory", "wait"),
    [
        (Memory(out=set()), AFTER),
        (Memory(out=set(), waits_since=NOW), AFTER),
        (Memory(waits_since=NOW - timedelta(seconds=30)), AFTER - timedelta(seconds=30)),
        (Memory(out={NEAR, FAR}), AFTER),
        (Memory(second=THERE), AFTER),
        (Memory(second=THERE, is_fallen=False), AFTER),
        (Memory(has_stood=True), None),
        (Memory(waits_since=None), None),
    ],
    ids=[
        "in reach",
        "in reach, just said",
        "too soon",
        "both out",
        "on its way",
        "a level's",
        "stood there",
        "nothing",
    ],
)
def test_it_stays(memory, wait):
    step = looked_at(memory)
    assert again(step) == wait
    assert (step.deliveries, step.thread, memory.called_back) == ((), None, [])


@pytest.mark.parametrize("status", [Status.CLAIMED, Status.CLOSED])
def test_who_is_claimed_or_over_stays_for_good(status):
    assert again(looked_at(Memory(), replace(TALK, status=status, claimant=AgentId("a")))) is None


@pytest.mark.parametrize("memory", [Memory(out=set(), second=THERE), Memory(waits_since=None, second=THERE)])
def test_what_stands_here_after_all_needs_no_second_thread(memory):
    looked_at(memory)
    assert memory.called_back == [THERE.id]
    assert [step.thread for step in memory.saved] == [replace(THERE, state=ThreadState.MOVED)]


def test_a_levels_second_thread_is_let_be():
    memory = Memory(out=set(), second=THERE, is_fallen=False)
    looked_at(memory)
    assert memory.called_back == []


@pytest.mark.parametrize(
    ("out", "begins"),
    [(set(), (NEAR, "")), ({NEAR}, (FAR, "the near")), ({NEAR, FAR}, (NEAR, "")), ({FAR}, (NEAR, ""))],
)
def test_where_a_new_one_begins(out, begins):
    assert opens_in(cast("Any", Memory(out=out)), NEAR) == begins


def test_what_is_told_of_it():
    assert consequence(cast("Any", Memory()), NEAR) == "conversations of the near go on in the far"
    assert consequence(cast("Any", Memory(out={NEAR, FAR})), NEAR) == "conversations wait"
    assert consequence(cast("Any", Memory(out={FAR})), FAR) == "conversations wait"
