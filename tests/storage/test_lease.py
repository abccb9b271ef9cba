"""Leases, keys and prunes, on every store."""

import asyncio
from datetime import timedelta

from bridge.clock import MovedClock


async def test_another_owner_gets_nothing_before_the_lease_ends(town):
    assert (town.epoch, await town.lease("second")) == (1, None)
    town.clock.forward(minutes=59)
    assert await town.lease("second") is None
    town.clock.forward(minutes=2)
    assert await town.lease("second") == 2
    assert await town.lease("first") is None


async def test_the_owner_renews_in_the_same_epoch(town):
    for _ in range(3):
        town.clock.forward(minutes=50)
        assert await town.lease("first") == 1
    assert await town.lease("second") is None


async def test_a_dead_owners_lease_is_taken_by_force(town):
    assert await town.lease("second", by_force=True) == 2
    assert await town.lease("second", by_force=True) == 2
    assert await town.lease("first", by_force=True) == 3


async def test_of_many_who_ask_at_once_one_gets_a_new_lease(store):
    now = MovedClock().now()
    until = now + timedelta(minutes=1)

    def ask(owner):
        return store.turn(lambda tx: tx.take_lease("chores", owner, now, until, by_force=False))

    epochs = await asyncio.gather(*[ask(f"owner{number}") for number in range(10)])
    assert sorted(epochs, key=str) == [1] + [None] * 9


async def test_leases_of_different_names_have_nothing_to_do_with_each_other(town):
    now = town.clock.now()
    turn = town.store.turn(lambda tx: tx.take_lease("other", "second", now, now, by_force=False))
    assert await turn == 1


async def test_a_key_is_new_once(town):
    now = town.clock.now()
    asked = await asyncio.gather(*[town.store.turn(lambda tx: tx.once("event", now)) for _ in range(10)])
    assert sorted(asked) == [False] * 9 + [True]


async def test_keys_are_forgotten_after_their_time(town, witness):
    now = town.clock.now()
    await town.store.turn(lambda tx: tx.once("old", now - timedelta(days=8)))
    await town.store.turn(lambda tx: tx.once("young", now - timedelta(days=6)))
    await town.store.turn(lambda tx: tx.prune(now - timedelta(days=7)))
    assert witness.column("SELECT key FROM seen") == ["young"]
