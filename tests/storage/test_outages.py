"""Channels that cannot be reached: rows that one process sets, one removes, and one looks at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bridge.configuration import ChannelEntry, Configuration, SiteEntry
from bridge.managers import ManagerDesk, channel_at
from bridge.model import Timer
from bridge.outages import Outage
from bridge.schedules import Fallback, Schedule, SitePolicy
from tests.storage.town import CHANNEL, WORKS, Town

NEAR, FAR = channel_at(WORKS, CHANNEL), channel_at("elsewhere", "C2")
AFTER = timedelta(seconds=90)
DUE = "SELECT count(*) FROM deadline WHERE timer = 'fallback'"


async def configured(town: Town, fallback: Fallback) -> None:
    near, far = ChannelEntry("near", NEAR, Schedule(), fallback), ChannelEntry("far", FAR, Schedule())
    configuration = Configuration((SiteEntry(town.site, SitePolicy()),), (far, near))
    desk = ManagerDesk(town.store, town.clock)
    await desk.apply(configuration)
    assert await desk.configuration() == configuration


def outage(town: Town) -> Outage:
    now = town.clock.now()
    return Outage(NEAR, now, now + timedelta(seconds=20), "down", "nobody answers")


async def test_an_outage_begins_once_and_ends_once(town: Town) -> None:
    began = outage(town)
    assert [await town.store.turn(lambda tx: tx.begin_outage(began)) for _ in range(2)] == [True, False]
    assert await town.store.read(lambda tx: tx.outages()) == (began,)
    assert await town.store.read(lambda tx: (tx.is_out(NEAR.id), tx.is_out(FAR.id))) == (True, False)
    now = town.clock.now()
    assert not await town.store.turn(lambda tx: tx.end_outage(NEAR.id, now, now - timedelta(seconds=1)))
    ended = [await town.store.turn(lambda tx: tx.end_outage(NEAR.id, now, began.since)) for _ in range(2)]
    assert ended == [True, False]
    assert await town.store.read(lambda tx: tx.outages()) == ()


async def test_a_look_is_one_processs(town: Town) -> None:
    began = outage(town)
    await town.store.turn(lambda tx: tx.begin_outage(began))
    again = began.look_at + timedelta(seconds=20)
    assert [await town.store.turn(lambda tx: tx.take_look(began, again)) for _ in range(2)] == [True, False]
    [known] = await town.store.read(lambda tx: tx.outages())
    assert known == replace(began, look_at=again)
    assert await town.store.turn(lambda tx: tx.take_look(known, again + timedelta(seconds=20)))


async def test_the_words_and_their_deadline_are_one_commit(town: Town, witness) -> None:
    visitor = await town.visitor()
    await town.says(visitor, "nowhere to go")
    assert witness.column(DUE) == ["0"]
    await configured(town, Fallback(FAR.id, AFTER))
    assert witness.column(DUE) == ["1"]  # who waits already is looked at too
    other = await town.visitor()
    said = await town.says(other, "one")
    town.clock.forward(seconds=60)
    await town.says(other, "two")
    found = await town.store.read(lambda tx: tx.deadline(said.conversation, Timer.FALLBACK))
    assert found is not None
    assert abs(found.at - said.at - AFTER) < timedelta(seconds=1)


async def test_an_outage_and_its_end_let_who_waits_be_looked_at(town: Town) -> None:
    await configured(town, Fallback(FAR.id, AFTER))
    said = await town.says(await town.visitor(), "one")
    before = await town.store.read(lambda tx: tx.deadline(said.conversation, Timer.FALLBACK))
    began = outage(town)
    await town.store.turn(lambda tx: tx.begin_outage(began))
    after = await town.store.read(lambda tx: tx.deadline(said.conversation, Timer.FALLBACK))
    assert before is not None
    assert after is not None
    assert after.at == began.since < before.at


async def test_a_channel_that_is_not_named_any_more_is_not_looked_at(town: Town) -> None:
    await configured(town, Fallback(FAR.id, AFTER))
    began = replace(outage(town), channel=FAR)
    await town.store.turn(lambda tx: tx.begin_outage(began))
    only = Configuration((SiteEntry(town.site, SitePolicy()),), (ChannelEntry("near", NEAR, Schedule()),))
    await ManagerDesk(town.store, town.clock).apply(only)
    assert await town.store.read(lambda tx: tx.outages()) == ()


async def test_a_claim_lifts_the_deadline(town: Town, witness) -> None:
    await configured(town, Fallback(FAR.id, AFTER))
    _, root = await town.thread()
    assert witness.column(DUE) == ["1"]
    await town.answers(root, "hello")
    assert witness.column(DUE) == ["0"]
