"""A turn is whole or nothing, and is told only when it is durable: on every store."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bridge.clock import MovedClock
from bridge.errors import NotFound, Refused
from storage.opening import open_store
from tests.storage.conftest import HeardSignals

KEYS = "SELECT key FROM seen ORDER BY key"
NOW = MovedClock().now()


def keeps(key):
    return lambda tx: tx.once(key, NOW)


def keeps_and_fails(key, error):
    def unit(tx):
        tx.once(key, NOW)
        raise error

    return unit


async def test_a_failing_turn_among_good_ones_leaves_nothing_and_only_its_caller_learns(store, witness):
    error = NotFound("of this one alone")
    units = [keeps_and_fails(f"bad{n}", error) if n % 5 == 0 else keeps(f"good{n:02d}") for n in range(30)]
    results = await asyncio.gather(*[store.turn(unit) for unit in units], return_exceptions=True)
    assert [n for n in range(30) if results[n] is error] == list(range(0, 30, 5))
    assert all(results[n] is True for n in range(30) if n % 5)
    assert witness.column(KEYS) == [f"good{n:02d}" for n in range(30) if n % 5]


async def test_a_turn_that_breaks_a_rule_of_the_tables_is_told_so(town, witness):
    visitor = await town.visitor()

    def twice(tx):
        tx.once("with it", NOW)
        tx.add_visitor(tx.lock_visitor(visitor), "another token", NOW)

    outcomes = await asyncio.gather(
        town.store.turn(keeps("before")),
        town.store.turn(twice),
        town.store.turn(keeps("after")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], IntegrityError)
    assert witness.column(KEYS) == ["after", "before"]
    assert witness.count("visitor") == 1


async def test_a_fault_of_our_own_is_told_as_it_is(store, witness):
    with pytest.raises(ZeroDivisionError):
        await store.turn(lambda tx: tx.once("k", NOW) and 1 // 0)
    assert witness.column(KEYS) == []
    assert await store.turn(keeps("k"))


@dataclass
class Watch(HeardSignals):
    """Looks at the database whenever it is rung."""

    def __post_init__(self):
        super().__init__()
        self.look = lambda: None
        self.saw = []

    def ring(self, topic):
        super().ring(topic)
        self.saw.append((topic, self.look()))


class TestRings:
    @pytest.fixture
    def signals(self, witness):
        watch = Watch()
        watch.look = lambda: witness.count("message")
        return watch

    async def test_when_a_bell_rings_its_cause_is_durable(self, town, signals):
        visitor = await town.visitor()
        await town.says(visitor, "hello")
        assert signals.saw == [(f"visitor:{visitor}", 1), ("outbox", 1)]

    async def test_a_failing_turn_rings_nothing(self, town, signals):
        visitor = await town.visitor()

        def unit(tx):
            tx.set_email(visitor, "a@example.com")
            raise NotFound("after all")

        with pytest.raises(NotFound):
            await town.store.turn(unit)
        assert signals.saw == []


async def test_a_reading_sees_one_moment(town, witness):
    def twice(tx):
        before = tx.site_of(town.site.id).name
        witness.change("UPDATE site SET name = 'renamed'")
        return before, tx.site_of(town.site.id).name

    assert await town.store.read(twice) == ("Kauppa", "Kauppa")
    assert await town.store.read(lambda tx: tx.site_of(town.site.id).name) == "renamed"


async def test_a_reading_does_not_write(store, witness):
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        await store.read(keeps("k"))
    assert witness.column(KEYS) == []
    assert await store.read(lambda tx: tx.sites()) == ()
    assert await store.turn(keeps("k"))


async def test_whoever_goes_away_disturbs_nobody(store, witness):
    calls = [asyncio.create_task(store.turn(keeps(f"k{n}"))) for n in range(10)]
    await asyncio.gather(store.read(lambda tx: tx.sites()))
    calls[3].cancel()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [outcome for n, outcome in enumerate(outcomes) if n != 3] == [True] * 9
    kept = witness.column(KEYS)
    assert [key for key in kept if key != "k3"] == [f"k{n}" for n in range(10) if n != 3]
    assert await store.turn(keeps("k3")) is ("k3" not in kept)


async def test_a_closed_store_refuses(witness, signals):
    store = await open_store(witness.place, signals)
    await store.turn(keeps("k"))
    await store.close()
    await store.close()
    for asked in (store.turn, store.read):
        with pytest.raises(Refused) as refused:
            await asked(keeps("late"))
        assert refused.value.code == "busy"
    assert witness.column(KEYS) == ["k"]


async def test_closing_lets_what_was_begun_end(witness, signals):
    store = await open_store(witness.place, signals)
    calls = [asyncio.create_task(store.turn(keeps(f"k{n}"))) for n in range(10)]
    await asyncio.sleep(0)
    await store.close()
    assert [call.done() and call.result() for call in calls] == [True] * 10
    assert len(witness.column(KEYS)) == 10


async def test_what_was_kept_is_there_after_a_restart(witness, signals):
    for key in ("one", "two"):
        store = await open_store(witness.place, signals)
        assert await store.turn(keeps(key))
        await store.close()
    assert witness.column(KEYS) == ["one", "two"]


async def test_a_unit_gets_no_connection(store):
    def looks(tx):
        public = [getattr(tx, name) for name in dir(tx) if not name.startswith("_")]
        return [found for found in public if isinstance(found, Connection | Engine)], dir(tx)

    found, names = await store.turn(looks)
    assert found == []
    assert {"commit", "rollback", "execute", "connection"}.isdisjoint(names)


async def test_the_first_visitor_finds_everything_warm(town, witness):
    """The rehearsal at the start leaves no trace."""
    for table in ("visitor", "conversation", "thread", "message", "delivery", "post", "agent", "seen"):
        assert witness.count(table) == 0, table
    assert witness.column("SELECT name FROM lease") == ["courier:works"]
    assert witness.column("SELECT key FROM site") == ["main"]
