"""Deadlines on every store: set, moved, lifted, fired once by whoever comes first, and never after a claim."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bridge.managers import channel_at
from bridge.model import ConversationId, Deadline, Delivery, Kind, Step, ThreadState, Timer
from bridge.moving import goes_on_there
from bridge.schedules import Action, Hours, Level, Plan, Schedule
from bridge.timekeeping import Timekeeper
from bridge.transaction import Choice
from tests.storage.ticker import SetClock
from tests.storage.town import CHANNEL, WORKS, Town

OTHER = channel_at(WORKS, "C2")
HERE = channel_at(WORKS, CHANNEL).id
START = datetime(2024, 6, 3, 9, 0, tzinfo=UTC)  # a Monday
STATES = "SELECT c.ref || ' ' || t.state FROM thread t JOIN channel c ON c.id = t.channel_id ORDER BY 1"
CALLS = "SELECT conversation_id || ' ' || key FROM delivery WHERE escalates > 0 ORDER BY key"


def ladder(*minutes: float, action: Action = Action.NOTIFY, to: str = "", digest_above: int = 1000) -> Plan:
    return Plan(tuple(Level(timedelta(minutes=after), action, to) for after in minutes), digest_above)


async def planned(town: Town, plan: Plan, hours: Hours = Hours()) -> Town:  # noqa: B008 - a frozen value
    """The channel has this plan from now on."""
    schedule = Schedule(hours, plan)

    def unit(tx: Any) -> None:
        known = tx.configuration()
        (entry,) = [one for one in known.channels if one.channel.id == HERE]
        changed = type(entry)("support", entry.channel, schedule)
        second = type(entry)("second", OTHER, Schedule())
        tx.put_configuration(type(known)(known.sites, (changed, second)), town.clock.now())

    await town.store.turn(unit)
    return town


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
async def town(store, clock) -> Town:
    """A town whose time stands still."""
    return await Town(store, clock).found()


async def tick(town: Town) -> datetime | None:
    return await Timekeeper(town.store, town.clock).tick()


async def passes(town: Town, **by: float) -> None:
    """So much time passes, and what is due happens."""
    town.clock.at += timedelta(**by)  # type: ignore[attr-defined]
    await tick(town)


async def waiting(town: Town) -> tuple[Any, ConversationId]:
    """A visitor who waits, and their conversation."""
    visitor = await town.visitor()
    said = await town.says(visitor, "anybody there?")
    return visitor, said.conversation


def levels(witness: Any) -> list[str]:
    """The spell and level of everything that called, as often as it did."""
    return sorted(row.partition(" ")[2].partition(".")[2] for row in witness.column(CALLS))


# --- the rows


async def test_a_deadline_is_due_from_its_moment_on(town):
    await planned(town, ladder(2, 5))
    _, conversation = await waiting(town)
    read = town.store.read
    due_at = START + timedelta(minutes=2)
    assert await read(lambda tx: tx.next_due()) == due_at
    assert await read(lambda tx: tx.due(due_at - timedelta(microseconds=1))) == ()
    assert await read(lambda tx: tx.due(due_at)) == (Deadline(Timer.ESCALATE, conversation, due_at, 0),)
    assert await read(lambda tx: tx.deadline(conversation, Timer.IDLE)) is None
    assert await read(lambda tx: tx.due(due_at)) == await read(lambda tx: tx.due(due_at + timedelta(days=9)))


async def test_a_deadline_is_put_in_place_of_the_one_before_and_lifted(town):
    _, conversation = await waiting(town)

    def put(*deadlines, lifts=()):
        return lambda tx: tx.save(Step(tx.lock_conversation(conversation), deadlines=deadlines, lifts=lifts))

    first, second = (Deadline(Timer.IDLE, conversation, START + timedelta(hours=h), h) for h in (2, 1))
    for deadline in (first, second):
        await town.store.turn(put(deadline))
        assert await town.store.read(lambda tx: tx.deadline(conversation, Timer.IDLE)) == deadline
        assert await town.store.read(lambda tx: tx.next_due()) == deadline.at
    await town.store.turn(put(Deadline(Timer.ESCALATE, conversation, START)))
    assert await town.store.read(lambda tx: tx.next_due()) == START
    await town.store.turn(put(lifts=(Timer.IDLE,)))
    assert await town.store.read(lambda tx: tx.next_due()) == START
    await town.store.turn(put(lifts=(Timer.IDLE, Timer.ESCALATE)))
    assert await town.store.read(lambda tx: tx.next_due()) is None


async def test_what_is_due_comes_oldest_first_and_not_all_at_once(town):
    await planned(town, ladder(1))
    made = []
    for _ in range(103):
        made.append((await waiting(town))[1])
        town.clock.at += timedelta(seconds=1)
    late = town.clock.at + timedelta(hours=1)
    found = await town.store.read(lambda tx: tx.due(late))
    assert [deadline.conversation for deadline in found] == made[:100]
    town.clock.at = late
    assert await tick(town) is None
    assert await town.store.read(lambda tx: tx.due(late)) == ()


async def test_send_is_once_for_a_key(town, witness):
    def mail(key, to):
        return Delivery(Kind.MAIL, f"mail:{to}", None, key, START, words="alert", about={"sentence": "x"}, to=to)

    sent = [await town.store.turn(lambda tx, to=to: tx.send(mail("k1", to))) for to in ("a@b.example", "c@d.example")]
    both = await asyncio.gather(*[town.store.turn(lambda tx: tx.send(mail("k2", "a@b.example"))) for _ in range(5)])
    assert (sent, sorted(both)) == ([True, False], [False] * 4 + [True])
    assert witness.column("SELECT to_ref FROM delivery WHERE kind = 'mail' ORDER BY number") == ["a@b.example"] * 2


async def test_mails_to_counts_transcripts_of_one_address_since_then(town):
    def mail(number, to="a@b.example", words="transcript", hours=0):
        at = START + timedelta(hours=hours)
        return Delivery(Kind.MAIL, f"mail:{to}", None, f"key {number}", at, words=words, to=to)

    for made in (mail(1), mail(2, hours=-1), mail(3, hours=-30), mail(4, to="c@d.example"), mail(5, words="alert")):
        await town.store.turn(lambda tx, made=made: tx.send(made))
    since = START - timedelta(days=1)
    assert await town.store.read(lambda tx: tx.mails_to("a@b.example", since)) == 2
    assert await town.store.read(lambda tx: tx.mails_to("nobody@b.example", since)) == 0


async def test_waiting_in_counts_who_waits_in_one_channel(town):
    assert (await town.store.read(lambda tx: tx.waiting_in(HERE))).count == 0
    _, root = await town.thread()
    await town.presses(root, "claim", "anna")
    town.clock.at += timedelta(minutes=1)
    first = town.clock.at
    for _ in range(3):
        await waiting(town)
        town.clock.at += timedelta(minutes=1)
    found = await town.store.read(lambda tx: tx.waiting_in(HERE))
    assert (found.count, found.since) == (3, first)
    assert (await town.store.read(lambda tx: tx.waiting_in(OTHER.id))).count == 0


async def test_shown_is_only_what_is_public(town):
    visitor, root = await town.thread("question")
    await town.answers(root, "hello", ref="r1")
    await town.answers(root, ";; secret note", ref="r2")
    await town.answers(root, "secret remark", author="mikael", ref="r3")
    await town.answers(root, "to be retracted", ref="r4")
    await town.removes(root, "r4")
    (conversation,) = await town.store.read(lambda tx: tx.conversations_of(visitor))
    found = await town.store.read(lambda tx: tx.shown(conversation))
    assert [(said.notice or str(said.body), said.removed) for said, _ in found] == [
        ("('question',)", False),
        ("agent_joined", False),
        ("('hello',)", False),
        ("()", True),
    ]
    assert "secret" not in str(found)
    assert [agent.name if agent else "" for _, agent in found] == ["", "Anna", "Anna", "Anna"]


# --- levels


async def test_each_level_fires_once_and_in_order(town, witness):
    await planned(town, ladder(2, 5, 20))
    await waiting(town)
    for _ in range(60):
        await passes(town, seconds=30)
        await tick(town)
    assert levels(witness) == ["1.1", "1.2", "1.3"]
    assert witness.count("deadline") == 0


async def test_a_claim_calls_off_what_was_called_for_in_the_same_turn(town, witness):
    await planned(town, ladder(2, action=Action.CHANNEL, to=OTHER.id))
    _, root = await town.thread()
    await passes(town, minutes=3)
    number = witness.number("SELECT number FROM delivery WHERE escalates > 0")
    assert witness.column("SELECT state FROM thread ORDER BY state") == ["active", "standby"]
    assert await town.store.read(lambda tx: tx.is_wanted(number))
    await town.presses(root, "claim", "anna")
    assert not await town.store.read(lambda tx: tx.is_wanted(number))
    assert witness.column("SELECT state || cause FROM delivery WHERE escalates > 0") == ["cancelledclaimed"]
    assert witness.column("SELECT state FROM thread ORDER BY state") == ["active", "moved"]
    assert witness.count("deadline") == witness.number("SELECT count(*) FROM deadline WHERE timer = 'idle'") == 1


async def test_a_call_that_was_under_way_when_somebody_claimed_does_not_count(town, witness):
    await planned(town, ladder(2))
    _, root = await town.thread()
    await passes(town, minutes=3)
    errand = await town.taken()
    assert errand.delivery.escalates == 1
    await town.presses(root, "claim", "anna")
    assert not await town.store.read(lambda tx: tx.is_wanted(errand.delivery.number))
    assert not await town.delivered(errand)
    assert witness.column("SELECT state FROM delivery WHERE escalates > 0") == ["cancelled"]


async def test_a_second_thread_takes_over_when_it_stands(town, witness):
    await planned(town, ladder(2, action=Action.CHANNEL, to=OTHER.id))
    visitor, _ = await town.thread()
    await passes(town, minutes=3)
    await town.says(visitor, "between")
    errand = await town.taken(Choice((Kind.OPEN,)))
    assert (errand.channel, errand.thread.state) == (OTHER, ThreadState.STANDBY)
    assert witness.column(STATES) == ["C1 active", "C2 standby"]
    assert await town.delivered(errand, "root two")
    await town.store.turn(lambda tx: goes_on_there(tx, errand.thread.id, town.clock.moment()))
    assert witness.column(STATES) == ["C1 moved", "C2 active"]
    await town.says(visitor, "after")
    last = witness.column("SELECT thread_id FROM delivery WHERE kind = 'post' ORDER BY number")[-1]
    assert last == errand.thread.id


async def test_two_levels_for_one_channel_that_cannot_be_reached_do_not_stop_the_time(town, witness):
    """The first call's root does not stand yet when the second one comes: other conversations still get theirs."""
    there = Level(timedelta(minutes=2), Action.CHANNEL, OTHER.id)
    again = Level(timedelta(minutes=4), Action.CHANNEL, OTHER.id)
    await planned(town, Plan((there, again)))
    await waiting(town)
    await passes(town, minutes=3)
    await waiting(town)
    await passes(town, minutes=2)
    await passes(town, minutes=2)
    assert witness.number("SELECT count(DISTINCT conversation_id) FROM delivery WHERE escalates > 0") == 2


async def test_a_deadline_of_a_conversation_that_has_no_thread_goes_away(town, witness):
    await planned(town, ladder(2))
    await waiting(town)
    witness.change("UPDATE thread SET state = 'moved'")
    await passes(town, minutes=3)
    assert (witness.count("deadline"), levels(witness)) == (0, [])


async def test_a_changed_plan_holds_for_who_waits_and_repeats_no_level(town, witness):
    await planned(town, ladder(2, 60))
    await waiting(town)
    await passes(town, minutes=3)
    await planned(town, ladder(1, 4, 60))
    await passes(town, seconds=1)
    assert levels(witness) == ["1.1"]
    await passes(town, minutes=1)
    assert levels(witness) == ["1.1", "1.2"]
    await planned(town, ladder())
    await passes(town, days=1)
    assert (levels(witness), witness.count("deadline")) == (["1.1", "1.2"], 0)
