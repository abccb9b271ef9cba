"""Bells inside one process."""

import asyncio

from storage.signals import LocalSignals


async def test_a_ring_wakes_all_who_listen_to_the_topic_and_nobody_else():
    signals = LocalSignals()
    with signals.listen("a") as one, signals.listen("a") as two, signals.listen("b") as other:
        waiting = [asyncio.create_task(bell.wait()) for bell in (one, two)]
        await asyncio.sleep(0)
        signals.ring("a")
        assert await asyncio.gather(*waiting) == [True, True]
        assert not await other.wait(0)


async def test_a_ring_before_the_wait_is_kept_and_many_are_one():
    signals = LocalSignals()
    with signals.listen("a") as bell:
        for _ in range(3):
            signals.ring("a")
        assert await bell.wait(0)
        assert not await bell.wait(0)


async def test_who_has_left_is_forgotten():
    signals = LocalSignals()
    with signals.listen("a") as bell:
        pass
    signals.ring("a")
    assert not await bell.wait(0)
    assert signals._bells == {}


def test_a_ring_that_nobody_hears_is_no_fault():
    signals = LocalSignals()
    signals.ring("a")
    assert signals._bells == {}
