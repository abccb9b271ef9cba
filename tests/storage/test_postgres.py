"""What only the store on a server must bear: other processes, waits, deadlocks, lost connections."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest
from sqlalchemy import text

from bridge.clock import MovedClock
from bridge.errors import Refused
from bridge.model import Status, Step, ThreadState
from storage.lanes import Lanes
from storage.opening import open_store
from storage.postgres import PostgresStore
from storage.signals import LocalSignals
from tests.storage.town import CHANNEL, WORKS
from tests.storage.witness import Witness

pytestmark = pytest.mark.postgres
NOW = MovedClock().now()
PATIENCE = 10  # seconds: a liveness bound


@pytest.fixture
def witness(postgres, tables):
    """A database of its own, which the test may deform."""
    with postgres.database(tables) as name:
        yield Witness(postgres.url(name), postgres)


@pytest.fixture
async def other(witness, town):
    """The same town as another process has it: nothing in common but the database."""
    store = await open_store(witness.place, LocalSignals())
    yield replace(town, store=store)
    await store.close()


def raising(state, times, runs):
    """A unit that PostgreSQL breaks off so many times."""

    def unit(tx):
        runs.append(tx.once(f"run {len(runs)}", NOW))
        if len(runs) <= times:
            tx._connection.execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$"))
        return len(runs)

    return unit


@pytest.mark.parametrize("state", ["40001", "40P01"])
async def test_what_postgres_asks_for_again_is_run_again(store, witness, state):
    runs: list[bool] = []
    assert await store.turn(raising(state, 5, runs)) == 6
    assert witness.column("SELECT key FROM seen") == ["run 5"]


@pytest.mark.parametrize(("state", "expected"), [("40001", 6), ("40P01", 6), ("0A000", 1), ("55P03", 1), ("53100", 1)])
async def test_what_does_not_pass_is_refused_in_the_end(store, witness, state, expected):
    runs: list[bool] = []
    with pytest.raises((Refused, Exception)) as refused:
        await store.turn(raising(state, 100, runs))
    assert len(runs) == expected
    assert isinstance(refused.value, Refused) == (state != "0A000")
    assert witness.count("seen") == 0


async def test_two_processes_that_lock_in_opposite_orders_both_succeed(town, other):
    """Wrong of a unit, and survived."""
    first, second = [(await opened(town)) for _ in range(2)]

    def both(one, two):
        def unit(tx):
            tx.lock_conversation(one)
            tx.lock_conversation(two)
            return True

        return unit

    turns = [town.store.turn(both(first, second)) for _ in range(5)]
    turns += [other.store.turn(both(second, first)) for _ in range(5)]
    assert await asyncio.gather(*turns) == [True] * 10


async def opened(town):
    visitor = await town.visitor()
    return (await town.says(visitor, "hello")).conversation


async def test_two_turns_of_one_process_that_lock_in_opposite_orders_both_succeed(town):
    first, second = [(await opened(town)) for _ in range(2)]

    def unit(tx, order):
        for conversation in order:
            tx.lock_conversation(conversation)
        return True

    orders = [(first, second), (second, first)] * 8
    turns = [town.store.turn(lambda tx, order=order: unit(tx, order)) for order in orders]
    assert await asyncio.gather(*turns) == [True] * 16


async def test_a_changed_table_costs_no_turn(store, witness):
    for _ in range(10):
        await store.turn(lambda tx: tx.sites())
        await store.read(lambda tx: tx.sites())
    witness.change("ALTER TABLE site ALTER COLUMN name TYPE varchar(500)")
    assert await store.turn(lambda tx: tx.sites()) == ()
    witness.change("ALTER TABLE site ALTER COLUMN name TYPE varchar(600)")
    assert await store.read(lambda tx: tx.sites()) == ()


async def test_a_connection_lost_before_the_commit_costs_no_turn(store, witness):
    runs: list[bool] = []

    def unit(tx):
        runs.append(tx.once(f"run {len(runs)}", NOW))
        if len(runs) == 1:
            tx._connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return len(runs)

    assert await store.turn(unit) == 2
    assert witness.column("SELECT key FROM seen") == ["run 1"]


DIES_IN_COMMIT = """
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON seen DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die();
"""


async def test_a_connection_lost_in_the_commit_is_only_tried_again_by_its_caller(store, witness):
    witness.change(DIES_IN_COMMIT)
    runs: list[int] = []

    def unit(tx):
        runs.append(1)
        return tx.once("k", NOW)

    with pytest.raises(Refused) as refused:
        await store.turn(unit)
    assert (refused.value.code, runs) == ("busy", [1])
    witness.change("DROP TRIGGER dies ON seen")
    assert await store.turn(unit)


async def test_after_the_server_was_away_the_store_goes_on(store, postgres):
    await asyncio.gather(*[store.read(lambda tx: tx.sites()) for _ in range(5)])
    await asyncio.to_thread(postgres.restart)
    kept = await asyncio.gather(*[store.turn(lambda tx: tx.once("k", NOW)) for _ in range(5)])
    assert sorted(kept) == [False] * 4 + [True]
    assert await store.read(lambda tx: tx.sites()) == ()


async def test_a_server_that_is_not_there_is_refused_without_the_password(tmp_path):
    with pytest.raises(Refused, match=r"the database postgresql\S+ cannot be used: ") as refused:
        await open_store(f"postgresql://silta:geheim@/silta?host={tmp_path}", LocalSignals())
    assert "geheim" not in str(refused.value)


def test_addresses_are_taken_as_other_programs_write_them(tmp_path):
    store = PostgresStore("postgres://maija:p%40ss@db.test:5433/silta?sslmode=require", LocalSignals())
    url = store._url
    assert (url.drivername, url.host, url.port, url.password) == ("postgresql+asyncpg", "db.test", 5433, "p@ss")
    assert dict(url.query) == {"ssl": "require"}


async def test_no_wait_is_for_ever(store):
    def shown(tx):
        names = ("lock_timeout", "idle_in_transaction_session_timeout", "transaction_isolation", "TimeZone")
        return [tx._connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]

    assert await store.turn(shown) == ["5s", "10s", "read committed", "UTC"]
    assert (await store.read(shown))[2] == "repeatable read"


async def test_a_database_that_is_not_there_is_refused_in_words(postgres):
    with pytest.raises(Refused, match='database "nowhere" does not exist'):
        await open_store(postgres.url("nowhere"), LocalSignals())


WAITS_IN_COMMIT = """
CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON seen DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait();
"""


@asynccontextmanager
async def holding(witness, statement):
    """A transaction of somebody else that has done this and stays open."""
    connection = await asyncpg.connect(witness.place)
    try:
        async with connection.transaction():
            await connection.execute(statement)
            yield connection
    finally:
        await connection.close()


async def test_results_and_rings_wait_for_the_commit(store, signals, witness):
    witness.change(WAITS_IN_COMMIT)

    def unit(tx):
        tx.rings.append("bell")
        return tx.once("k", NOW)

    async with holding(witness, "SELECT pg_advisory_xact_lock(7)") as held:
        turn = asyncio.create_task(store.turn(unit))
        await waited_for(held)
        for _ in range(3):  # the loop has had its chances to hand over what it must not
            await store.read(lambda tx: tx.sites())
        assert (turn.done(), signals.rung, witness.count("seen")) == (False, [], 0)
    assert await turn
    assert signals.rung == ["bell"]


async def waited_for(connection):
    """Until somebody waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with asyncio.timeout(PATIENCE):
        while await connection.fetchval(waiting) == 0:
            continue


async def test_those_who_wait_for_one_row_do_not_starve_the_others(town, witness):
    """Thirty turns of a conversation that somebody else holds, and a pool of two."""
    narrow = PostgresStore(witness.place, LocalSignals(), pool=2)
    await narrow.start()
    crowd = replace(town, store=narrow)
    visitor, another = await crowd.visitor(), await crowd.visitor()
    await crowd.says(visitor, "hello")
    async with holding(witness, "SELECT 1 FROM conversation FOR UPDATE") as held:
        waiting = [asyncio.create_task(crowd.says(visitor, f"{n}")) for n in range(30)]
        await waited_for(held)
        await crowd.says(another, "not disturbed")
        await crowd.sees(visitor)
        assert not any(turn.done() for turn in waiting)
    await asyncio.gather(*waiting)
    assert len(await crowd.texts(visitor)) == 31
    await narrow.close()


async def test_a_thread_that_changed_before_the_lock_is_written_all_the_same(town, witness):
    """Read as active, closed by another process, and made active again by this turn."""
    _, root = await town.thread()

    def unit(tx):
        thread = tx.thread_at(WORKS, CHANNEL, root)
        witness.change("UPDATE conversation SET status = 'closed', closed_at = now()")
        witness.change("UPDATE thread SET state = 'closed'")
        conversation = tx.lock_conversation(thread.conversation)
        tx.save(Step(replace(conversation, status=Status.WAITING, closed_at=None), thread=thread))
        return thread.state

    assert await town.store.turn(unit) is ThreadState.ACTIVE
    assert witness.rows("SELECT status, state FROM conversation, thread") == [("waiting", "active")]


class TestTwoProcesses:
    async def test_the_first_words_in_two_tabs_open_one_conversation(self, town, other, witness):
        visitor = await town.visitor()
        for tab in (town, other):
            await tab.store.read(lambda tx: tx.sites())
        await asyncio.gather(town.says(visitor, "one", "a"), other.says(visitor, "two", "b"))
        assert sorted(await town.texts(visitor)) == ["one", "two"]
        assert [witness.count(name) for name in ("conversation", "thread", "message")] == [1, 1, 2]

    async def test_one_key_in_two_processes_is_one_message(self, town, other, witness):
        visitor = await town.visitor()
        said = await asyncio.gather(*[tab.says(visitor, "hello", "k") for tab in (town, other) * 5])
        assert {message.id for message in said} == {said[0].id}
        assert witness.count("message") == 1

    async def test_lines_of_both_keep_one_order(self, town, other):
        visitor = await town.visitor()
        said = await asyncio.gather(*[tab.says(visitor, f"{n}") for n in range(15) for tab in (town, other)])
        assert sorted(message.place for message in said) == list(range(1, 31))
        assert sorted(message.change for message in said) == list(range(1, 31))

    async def test_one_claim_wins(self, town, other, witness):
        visitor, root = await town.thread()
        claims = [tab.presses(root, "claim", f"{name}{n}") for n in range(4) for name, tab in sides(town, other)]
        await asyncio.gather(*claims)
        assert witness.number("SELECT count(*) FROM message WHERE notice = 'agent_joined'") == 1
        assert (await town.sees(visitor)).conversation.status is Status.CLAIMED

    async def test_copies_of_an_event_are_one_message(self, town, other):
        visitor, root = await town.thread()
        await asyncio.gather(*[tab.answers(root, "hi", ref="r1") for tab in (town, other) * 4])
        assert await town.texts(visitor) == ["hello", "agent_joined", "hi"]

    async def test_a_delivery_is_taken_by_one(self, town, other, witness):
        for _ in range(6):
            await town.says(await town.visitor(), "hello")
        taken = await asyncio.gather(*[tab.take() for tab in (town, other) * 6])
        numbers = [errand.delivery.number for errand in taken if errand]
        assert len(numbers) == len(set(numbers)) > 0
        assert witness.number("SELECT count(*) FROM delivery WHERE state = 'sending'") == len(numbers)

    async def test_a_takeover_overlooks_nothing_that_the_old_courier_begins(self, town, other, witness):
        """Whichever comes first: what is on its way in the old epoch has become a doubt."""
        for _ in range(8):
            await town.says(await town.visitor(), "hello")
        now, stale = town.clock.now(), town.epoch

        def take_over(tx):
            epoch = tx.take_lease(f"courier:{WORKS}", "second", now, now, by_force=True)
            return tx.orphan(WORKS, epoch, now)

        taking = [town.take(epoch=stale) for _ in range(8)]
        *taken, orphans = await asyncio.gather(*taking, other.store.turn(take_over))
        assert len([errand for errand in taken if errand]) == orphans
        states = witness.column("SELECT state FROM delivery WHERE state <> 'due'")
        assert states == ["unknown"] * orphans

    async def test_of_many_owners_one_gets_the_lease(self, town, other):
        town.clock.forward(hours=2)
        other.clock.forward(hours=2)
        asked = [tab.lease(f"{name}{n}") for n in range(4) for name, tab in sides(town, other)]
        epochs = await asyncio.gather(*asked)
        assert sorted(epochs, key=str) == [2] + [None] * 7


def sides(town, other):
    return (("here", town), ("there", other))


async def test_lanes_are_entered_in_the_order_of_asking():
    lanes, order = Lanes(), []
    lanes.try_enter("a")

    async def enter(name):
        await lanes.enter("a")
        order.append(name)
        lanes.leave("a")

    tasks = [asyncio.create_task(enter(n)) for n in range(4)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    lanes.leave("a")
    tasks[2].cancel()  # it may have been handed the lane already, and must hand it on
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [0, 3]
    assert lanes.try_enter("a")


async def test_what_was_given_up_while_the_courier_waited_is_not_begun(town, witness):
    await town.says(await town.visitor(), "hello")
    async with holding(witness, "SELECT 1 FROM conversation FOR UPDATE") as held:
        taking = asyncio.create_task(town.take())
        await waited_for(held)
        await held.execute("UPDATE delivery SET state = 'failed'")
    assert await taking is None
    assert witness.column("SELECT state FROM delivery") == ["failed"]
