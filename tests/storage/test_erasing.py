"""Forgetting, on every store: nothing of a person stays in any table or file, and nothing of it comes back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bridge.erasing import forget
from bridge.errors import BridgeError, NotFound, Refused
from bridge.managers import SLICE, ManagerDesk
from bridge.model import Delivery, Kind, Page
from bridge.schedules import SitePolicy
from bridge.transaction import Choice
from storage import schedules
from storage.tables import METADATA
from tests.storage.town import Town

ADDRESS = "kumquat@home.example"
SECRET = "kumquat"
TRACES = (SECRET, "KUMQUAT", "quince")
THREADS = Choice((Kind.OPEN, Kind.POST, Kind.NOTICE, Kind.CARD, Kind.TELL, Kind.MARK))
EMPTIED = ("visitor", "conversation", "thread", "message", "post", "post_message", "deadline")


async def a_person(town: Town, address: str = ADDRESS) -> tuple[Any, str]:
    """Everything that the memory can hold of a visitor: said, answered, noted, held, mailed, closed, opened anew."""
    visitor = await town.visitor()
    await town.says(visitor, f"my name is {SECRET}")
    (opening,) = [errand for errand in await town.carry(THREADS) if errand.delivery.kind is Kind.OPEN]
    root = f"{opening.delivery.number:09d}"
    await town.visitors.leave_email(visitor, address)
    await town.visitors.say(visitor, f"key-{visitor}", SECRET, Page(f"https://shop.test/{SECRET}", SECRET))
    await town.answers(root, f"hello {SECRET}")
    await town.answers(root, f";; note on {SECRET}")
    await town.answers(root, f"remark on {SECRET}", author="mikael")
    await town.carry(THREADS)
    await town.visitors.end(visitor)
    await town.says(visitor, f"once more, {SECRET}")
    return visitor, root


def traces(witness) -> list[str]:
    """Where a word of theirs stands, in any column of any table."""
    found = []
    for table in METADATA.sorted_tables:
        for row in witness.rows(f"SELECT * FROM {table.name}"):  # noqa: S608 - our own names
            found += [f"{table.name}: {row}" for word in TRACES if word in str(row)]
    return found


async def test_nothing_stays_in_any_table(town, witness):
    visitor, _ = await a_person(town)
    assert len({found.partition(":")[0] for found in traces(witness)}) >= 4
    gone = await forget(town.store, town.clock, ADDRESS)
    assert (gone.visitors, gone.conversations) == (1, 1)
    assert traces(witness) == []
    assert {table: witness.count(table) for table in EMPTIED} == dict.fromkeys(EMPTIED, 0)
    assert str(visitor) not in str(witness.rows("SELECT * FROM delivery") + witness.rows("SELECT * FROM seen"))
    assert witness.column("SELECT DISTINCT kind FROM delivery") == ["erase"]
    assert len(gone.posts) == witness.count("delivery") > 0


async def test_nothing_stays_in_the_file_or_beside_it(town, witness):
    if witness.is_postgres:
        pytest.skip("the server's files are the server's")
    await a_person(town)
    here = Path(witness.place).parent
    await town.store.sweep()
    assert any(SECRET.encode() in file.read_bytes() for file in here.iterdir())
    await forget(town.store, town.clock, ADDRESS)
    await town.store.sweep()
    for file in here.iterdir():
        content = file.read_bytes()
        assert [word for word in TRACES if word.encode() in content] == [], file.name


async def test_others_lose_nothing(town, witness):
    other, root = await town.thread("somebody else")
    await town.answers(root, "yes?")
    before = {table: len(witness.rows(f"SELECT * FROM {table}")) for table in EMPTIED}  # noqa: S608 - our own names
    await a_person(town)
    await forget(town.store, town.clock, ADDRESS)
    assert {table: len(witness.rows(f"SELECT * FROM {table}")) for table in EMPTIED} == before  # noqa: S608
    assert await town.texts(other) == ["somebody else", "agent_joined", "yes?"]


async def test_our_posts_are_to_be_removed_and_theirs_are_told(town, witness):
    _, root = await a_person(town)
    posts = witness.column("SELECT ref FROM post WHERE ref <> '' ORDER BY ref")
    gone = await forget(town.store, town.clock, ADDRESS)
    assert sorted(witness.column("SELECT to_ref FROM delivery WHERE kind = 'erase'")) == posts
    assert [(left.thread, left.count) for left in gone.theirs] == [(root, 3)]


async def test_whoever_is_named_is_forgotten_on_all_their_visits(town):
    for _ in range(2):
        await a_person(town)
        await town.carry(THREADS)
    assert (await forget(town.store, town.clock, ADDRESS.upper())).visitors == 2
    with pytest.raises(NotFound):
        await forget(town.store, town.clock, ADDRESS)
    visitor, _ = await a_person(town)
    assert (await forget(town.store, town.clock, str(visitor))).visitors == 1


async def test_a_late_event_brings_nothing_back(town, witness):
    _, root = await a_person(town)
    early = town.heard(root, f"late {SECRET}", ref="r000001")
    await forget(town.store, town.clock, ADDRESS)
    with suppress(BridgeError):
        await town.agents.heard(early)
    for verb in ("claim", "takeover", "close"):
        with suppress(BridgeError):
            await town.presses(root, verb, "anna")
    with suppress(BridgeError):
        await town.agents.edited(town.heard(root, f"edit {SECRET}", ref="r1", changed="9"))
    with suppress(BridgeError):
        await town.removes(root, "r1")
    assert traces(witness) == []
    assert {table: witness.count(table) for table in EMPTIED} == dict.fromkeys(EMPTIED, 0)


async def test_a_call_that_ends_late_is_not_recorded(town, witness):
    """The courier learns so, and takes back what it has posted."""
    visitor = await town.visitor()
    await town.visitors.leave_email(visitor, ADDRESS)
    await town.says(visitor, SECRET)
    errand = await town.taken()
    conversation = errand.conversation.id
    await town.store.turn(lambda tx: tx.erase(conversation))
    assert not await town.delivered(errand)
    number, now = errand.delivery.number, town.clock.now()
    for unit in (
        lambda tx: tx.postponed(number, town.epoch, now, "x"),
        lambda tx: tx.doubtful(number, town.epoch, now),
        lambda tx: tx.gave_up(number, town.epoch, "x"),
        lambda tx: tx.not_found(number, town.epoch, now),
    ):
        assert not await town.store.turn(unit)
    assert (witness.count("post"), witness.count("delivery")) == (0, 0)


async def test_a_call_under_way_is_waited_for(town):
    visitor = await town.visitor()
    await town.visitors.leave_email(visitor, ADDRESS)
    await town.says(visitor, SECRET)
    errand = await town.taken()
    forgetting = asyncio.create_task(forget(town.store, town.clock, ADDRESS))
    await asyncio.sleep(0.2)
    assert not forgetting.done()
    assert await town.delivered(errand, "root")
    gone = await forgetting
    assert (gone.conversations, gone.doubtful, len(gone.posts)) == (1, 0, 1)


async def test_who_writes_while_they_are_forgotten_is_forgotten_too(town, witness):
    """A tab that is still open speaks between the steps; afterwards nothing is left, or nothing was taken."""
    visitor = await town.visitor()
    await town.visitors.leave_email(visitor, ADDRESS)
    await town.says(visitor, SECRET)
    errand = await town.taken()
    forgetting = asyncio.create_task(forget(town.store, town.clock, ADDRESS))
    await asyncio.sleep(0.2)
    with suppress(BridgeError):
        await town.says(visitor, f"I am still here, {SECRET}")
    assert await town.delivered(errand, "root")

    async def speaks():
        while not forgetting.done():
            with suppress(BridgeError):
                await town.says(visitor, f"and again, {SECRET}")
            await asyncio.sleep(0)

    await asyncio.gather(forgetting, speaks())
    assert (traces(witness), witness.count("visitor"), witness.count("conversation")) == ([], 0, 0)


async def test_a_forgetting_that_was_broken_off_is_ended_by_the_next(town, witness):
    visitor, _ = await a_person(town)
    await town.store.turn(lambda tx: tx.stop(visitor, "secret"))
    assert (await forget(town.store, town.clock, ADDRESS)).conversations == 1
    assert (traces(witness), witness.count("visitor")) == ([], 0)


async def test_a_mail_that_has_not_left_does_not_leave(town, witness):
    visitor, _ = await a_person(town)
    now = town.clock.now()
    (conversation,) = await town.store.read(lambda tx: tx.conversations_of(visitor))
    mail = Delivery(Kind.MAIL, f"mail:{ADDRESS}", None, "k", now, words="transcript", to=ADDRESS)
    await town.store.turn(lambda tx: tx.send(type(mail)(**{**fields(mail), "conversation": conversation})))
    gone = await forget(town.store, town.clock, ADDRESS)
    assert gone.mails == 0
    assert witness.column("SELECT count(*) FROM delivery WHERE kind = 'mail'") == ["0"]


def fields(delivery: Delivery) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in delivery.__dataclass_fields__}


async def test_a_code_that_is_nobodys_or_several_peoples_is_refused(town, monkeypatch):
    visitor, _ = await a_person(town)
    with pytest.raises(NotFound):
        await forget(town.store, town.clock, "Visitor 0000")
    await a_person(town, "other@home.example")
    monkeypatch.setattr("bridge.erasing.visitor_code", lambda _: "AAAA")
    with pytest.raises(Refused) as refused:
        await forget(town.store, town.clock, "visitor aaaa")
    assert str(visitor) in str(refused.value)


# --- by age


async def kept(town, days: int) -> ManagerDesk:
    """The site keeps closed conversations so long."""
    policy = schedules.dump_policy(SitePolicy(retention_days=days))

    def unit(tx):
        tx._connection.exec_driver_sql(f"UPDATE site SET policy = '{policy}'")  # noqa: S608 - our own words

    await town.store.turn(unit)
    return ManagerDesk(town.store, town.clock)


async def ended(town) -> Any:
    visitor, _ = await town.thread("old words")
    await town.visitors.end(visitor)
    await town.carry()
    return visitor


async def test_what_is_older_than_its_site_keeps_it_goes_a_slice_at_a_time(town, witness):
    desk = await kept(town, 30)
    for _ in range(SLICE + 3):
        await ended(town)
    open_, root = await town.thread("still talking")
    assert await desk.retain() == 0
    town.clock.forward(days=30, minutes=1)
    young = await ended(town)
    assert [await desk.retain() for _ in range(3)] == [SLICE, 3, 0]
    assert witness.count("conversation") == 2
    assert {str(open_), str(young)} == set(witness.column("SELECT id FROM visitor"))
    await town.answers(root, "yes")
    assert await town.texts(open_) == ["still talking", "agent_joined", "yes"]
    assert witness.number("SELECT count(*) FROM delivery WHERE kind = 'erase'") > SLICE


async def test_without_an_age_nothing_goes(town, witness):
    desk = await kept(town, 0)
    await ended(town)
    town.clock.forward(days=3000)
    assert await desk.retain() == 0
    assert witness.count("conversation") == 1


async def test_a_visitor_without_a_conversation_goes_too(town, witness):
    desk = await kept(town, 7)
    await town.visitor()
    town.clock.forward(days=8)
    await town.visitor()
    await desk.retain()
    assert witness.count("visitor") == 1
