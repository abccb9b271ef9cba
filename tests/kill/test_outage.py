"""The workplace fails in the worst moments, and the bridge is killed on top of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.kill.agreement import agreed, disagreements
from tests.kill.scene import Scene, a_scene
from tests.kill.server import until
from tests.kill.switch import How

RETRIES = (0.0, 4.0, 20.0)  # the platform's 0, 60 and 300 s, scaled to the outage


@pytest.mark.parametrize("how", ["refused", pytest.param("reset", marks=pytest.mark.slow)])
async def test_ten_seconds_without_the_workplace_and_then_a_kill(tmp_path: Path, how: How) -> None:
    async with a_scene(tmp_path, retry_delays=RETRIES) as scene:
        scene.invite(3)
        await scene.start()
        async with scene.present():
            await asyncio.gather(scene.talk(8, 11), ten_seconds_down(scene, how))
            await agreed(scene)
        assert await scene.server.stop() == 0
        assert disagreements(scene) == []
        scene.report(kills=1, outage=how)


async def ten_seconds_down(scene: Scene, how: How) -> None:
    """After the threads were opened; the next life begins before the workplace is back."""
    await asyncio.sleep(1)
    await scene.switch.off(how)
    await asyncio.sleep(10)
    scene.server.kill()
    await scene.start()
    await scene.switch.on()


async def test_posts_whose_end_nobody_knows_and_a_kill_amid_them(tmp_path: Path) -> None:
    """Stored without an answer, or seconds later, and read back later still: nothing is sent twice for good."""
    async with a_scene(tmp_path, retry_delays=RETRIES, read_lag=2.0) as scene:
        scene.invite(3)
        await scene.start()
        async with scene.present():
            await asyncio.gather(scene.talk(5, 8), doubts(scene))
            await agreed(scene)
        assert await scene.server.stop() == 0
        assert disagreements(scene) == []
        scene.report(kills=4)


async def doubts(scene: Scene) -> None:
    """Again and again the next post ends in doubt, and the bridge dies soon after it was called for."""
    for kind in scene.dice.sample(("cut_after_store", "late_effect") * 2, k=4):
        scene.team.fail("chat.postMessage", kind, seconds=4.0)
        await called(scene)
        await asyncio.sleep(scene.dice.uniform(0.0, 0.5))
        scene.server.kill()
        await scene.start()


async def called(scene: Scene) -> None:
    """The next post was called for."""
    before = len(scene.team.calls("chat.postMessage"))
    await until(lambda: len(scene.team.calls("chat.postMessage")) > before, 20)
