"""What the desks' units may not do: wait, call out, or take long."""

import socket
import time
from functools import partial

import pytest

from bridge.errors import BridgeError
from storage.sqlite import SqliteStore
from tests.storage.conftest import HeardSignals
from tests.storage.town import Town

LONGEST = 0.100  # seconds of its own work, when warm


class Overseen:
    """A store whose units run under a rule."""

    def __init__(self, store, rule):
        self.store, self.rule = store, rule
        self.is_alone = store.is_alone

    async def turn(self, unit):
        return await self.store.turn(partial(self.rule, unit))

    async def read(self, question):
        return await self.store.read(partial(self.rule, question))


class Undone(BridgeError):
    """The turn is to be taken back."""


def plainly(unit, tx):
    return unit(tx)


async def a_day(town):
    """Every verb of the desks, and every word of a courier."""
    visitor, root = await town.thread()
    for text in ("one", "two"):
        await town.says(visitor, text)
    await town.visitors.leave_email(visitor, "maija@example.com")
    await town.answers(root, "hi", ref="r1")
    await town.answers(root, "remark", author="mikael", ref="r2")
    await town.answers(root, "!note quietly")
    await town.answers("", "in the channel")
    await town.agents.edited(town.heard(root, "hi!", ref="r1", changed="9"))
    await town.removes(root, "r1")
    await town.removes(root, "r9")
    for verb in ("claim", "takeover", "release", "claim", "close"):
        await town.presses(root, verb, "mikael")
    await town.carry()
    await town.says(visitor, "again")
    await town.visitors.end(visitor)
    await town.sees(visitor, (await town.sees(visitor)).upto)
    await doubt(town, visitor)


async def doubt(town, visitor):
    await town.says(visitor, "who knows")
    await town.says(visitor, "nobody")
    while errand := await town.take():
        number, now = errand.delivery.number, town.clock.now()
        await town.store.turn(partial(_doubted, number=number, epoch=town.epoch, now=now))
    await town.lease("second", by_force=True)
    await town.store.turn(lambda tx: (tx.orphan("works", 2, now), tx.expire("works", now), tx.prune(now)))


def _doubted(tx, *, number, epoch, now):
    tx.doubtful(number, epoch, now)
    tx.doubts("works", epoch, now)
    tx.look_again(number, epoch, now)
    tx.not_found(number, epoch, now)
    tx.gave_up(number, epoch, "given up")
    tx.agenda("works", now)


@pytest.fixture
async def store(tmp_path):
    opened = SqliteStore(tmp_path / "silta.db", HeardSignals())
    opened.start()
    yield opened
    await opened.close()


async def test_units_neither_call_out_nor_sleep(store, monkeypatch):
    def forbidden(*_args, **_options):
        raise AssertionError("a unit touches nothing but its transaction")

    def rule(unit, tx):
        with monkeypatch.context() as patch:
            for name in ("socket", "create_connection", "getaddrinfo"):
                patch.setattr(socket, name, forbidden)
            patch.setattr(time, "sleep", forbidden)
            return unit(tx)

    await a_day(await Town(Overseen(store, rule)).found())
    for touch in (lambda: time.sleep(0), lambda: socket.socket()):  # the rule works
        with pytest.raises(AssertionError, match="nothing but its transaction"):
            await Overseen(store, rule).turn(lambda _, touch=touch: touch())


async def test_units_give_the_same_when_they_run_twice(store):
    """A batch that is lost is run again: what a unit returned before must not have leaked into it."""
    results = []

    def first(unit, tx):
        results.append(unit(tx))
        raise Undone

    class Twice(Overseen):
        async def turn(self, unit):
            with pytest.raises(Undone):
                await self.store.turn(partial(first, unit))
            result = await self.store.turn(unit)
            assert result == results.pop()
            return result

    await a_day(await Town(Twice(store, plainly)).found())


async def test_no_unit_works_for_long_when_warm(store):
    spent: dict[str, list[float]] = {}

    def rule(unit, tx):
        began = time.thread_time()
        try:
            return unit(tx)
        finally:
            name = getattr(getattr(unit, "func", unit), "__qualname__", "")
            spent.setdefault(name, []).append(time.thread_time() - began)

    town = await Town(Overseen(store, rule)).found()
    for _ in range(3):
        await a_day(town)
        await town.lease("first", by_force=True)
        town.epoch = await town.lease("third", by_force=True) or 0
    slow = {name: times for name, times in spent.items() if sorted(times)[len(times) // 2] > LONGEST}
    assert slow == {}
    assert {"_say", "_end", "_leave_email", "_with_agent", "_removed"} <= set(spent)
