"""SIGKILL at random moments while everybody talks: nothing is lost, doubled, reordered or let slip."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.kill.agreement import agreed, disagreements
from tests.kill.scene import Scene, a_scene
from tests.kill.server import until

CALL = 0.4  # seconds from the moment that a post stands until the answer, as over a real network


async def under_fire(scene: Scene, gaps: list[float]) -> None:
    """One kill after each gap, and a new life at once."""
    for number, gap in enumerate(gaps):
        await asyncio.sleep(gap)
        await a_moment(scene, ("event", "say", "any")[number % 3])
        scene.server.kill()
        scene.server.start()


async def a_moment(scene: Scene, kind: str) -> None:
    """Any moment, or milliseconds after an event was handed over or a visitor spoke, if that comes soon."""
    moments: dict[str, Callable[[], object]] = {
        "event": lambda: scene.team.stage.hub.waiting,
        "say": lambda: any(customer.is_waiting for customer in scene.customers),
        "any": lambda: True,
    }
    with suppress(TimeoutError):
        await until(moments[kind], 2.0, step=0.001)
        await asyncio.sleep(scene.dice.uniform(0.0, 0.008))


async def survived(scene: Scene, *, kills: int, seconds: float, visitors: int, lines: int) -> None:
    """So many kills over so many seconds, while so many visitors say so many lines and get as many answers."""
    gaps = [scene.dice.uniform(0.2, 1.8) * seconds / kills for _ in range(kills)]
    scene.invite(visitors)
    await scene.start()
    scene.team.fail("chat.postMessage", "slow", times=10_000, seconds=CALL)
    async with scene.present():
        await asyncio.gather(under_fire(scene, gaps), scene.talk(lines, seconds))
        await scene.serving()
        await agreed(scene)
    assert await scene.server.stop() == 0
    assert disagreements(scene) == []
    scene.report(kills=kills)


# The platform repeats an event after 0, 60 and 300 s. Scaled so that the last try comes when the kills are over, as it
# does when a machine falls over and over for a few minutes.


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("over_http", [False, True], ids=["sockets", "http"])
async def test_twenty_kills_and_three_hundred_messages(tmp_path: Path, *, over_http: bool) -> None:
    async with a_scene(tmp_path, over_http=over_http, retry_delays=(0.0, 16.0, 80.0)) as scene:
        await survived(scene, kills=20, seconds=60, visitors=6, lines=25)


@pytest.mark.parametrize("over_http", [False, True], ids=["sockets", "http"])
async def test_four_kills_and_sixty_messages(tmp_path: Path, *, over_http: bool) -> None:
    async with a_scene(tmp_path, over_http=over_http, retry_delays=(0.0, 4.0, 20.0)) as scene:
        await survived(scene, kills=4, seconds=12, visitors=3, lines=10)


async def test_nothing_is_acknowledged_before_it_is_durable(tmp_path: Path) -> None:
    """While the memory cannot write nobody hears that something was taken, and so a kill then loses nothing."""
    async with a_scene(tmp_path, limits=False, retry_delays=(0.0, 4.0, 20.0)) as scene:
        scene.invite(3)
        await scene.start()
        async with scene.present():
            await scene.talk(2, 0)
            await agreed(scene)
            with scene.held_memory():
                before = len(scene.team.deliveries)
                talk = asyncio.create_task(scene.talk(1, 0))
                await asyncio.sleep(1)
                assert [len(customer.acknowledged) for customer in scene.customers] == [2, 2, 2]
                assert [event.acked for event in scene.team.deliveries[before:]][:3] == [False] * 3
                scene.server.kill()
            await scene.start()
            await talk
            await agreed(scene)
