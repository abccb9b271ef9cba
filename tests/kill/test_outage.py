"""The workplace fails in the worst moments, and the bridge is killed on top of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.kill.agreement import agreed, disagreements
from tests.kill.scene import Scene, a_scene
from tests.kill.switch import How

RETRIES = (0.0, 4.0, 20.0)  # the platform's 0, 60 and 300 s, scaled to the outage


@pytest.mark.parametrize("how", ["refused", "reset"])
async def test_ten_seconds_without_the_workplace_and_then_a_kill(tmp_path: Path, how: How) -> None:
    async with a_scene(tmp_path, retry_delays=RETRIES) as scene:
        scene.invite(3)
        await scene.start()
        async with scene.present():
            await asyncio.gather(scene.talk(8, 11), ten_seconds_down(scene, how))
            await agreed(scene)
        assert await scene.process.stop() == 0
        assert disagreements(scene) == []
        scene.report(kills=1, outage=how)


async def ten_seconds_down(scene: Scene, how: How) -> None:
    """After the threads were opened; the next life begins before the workplace is back."""
    await asyncio.sleep(1)
    await scene.switch.off(how)
    await asyncio.sleep(10)
    scene.process.kill()
    await scene.start()
    await scene.switch.on()


@pytest.mark.parametrize("kind", ["cut_after_store", "late_effect"])
async def test_posts_whose_end_nobody_knows_and_a_kill_amid_them(tmp_path: Path, kind: str) -> None:
    """Stored without an answer, seen in the thread only later: the next life looks, waits, and sends nothing twice."""
    async with a_scene(tmp_path, retry_delays=RETRIES, read_lag=2.0) as scene:
        scene.invite(3)
        await scene.start()
        async with scene.present():
            await asyncio.gather(scene.talk(5, 8), doubts(scene, kind))
            await agreed(scene)
        assert await scene.process.stop() == 0
        assert disagreements(scene) == []
        scene.report(kills=3, fault=kind)


async def doubts(scene: Scene, kind: str) -> None:
    """Three times the next posts end in doubt, and the bridge dies right after one of them was called for."""
    for _ in range(3):
        scene.team.fail("chat.postMessage", kind, times=2, seconds=3.0)
        called = len(scene.team.calls("chat.postMessage"))
        await until_called(scene, called)
        await asyncio.sleep(scene.dice.uniform(0.0, 1.0))
        scene.process.kill()
        await scene.start()


async def until_called(scene: Scene, before: int) -> None:
    """The next post was called for, or nobody has anything to post any more."""
    async with asyncio.timeout(20):
        while len(scene.team.calls("chat.postMessage")) == before:
            await asyncio.sleep(0.005)
