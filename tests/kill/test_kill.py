"""SIGKILL at random moments while everybody talks: nothing is lost, doubled, reordered or let slip."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.kill.agreement import agreed, disagreements
from tests.kill.scene import Scene, a_scene


async def under_fire(scene: Scene, gaps: list[float]) -> None:
    """One kill after each gap, whatever the bridge is doing then, and a new life at once."""
    for gap in gaps:
        await asyncio.sleep(gap)
        scene.process.kill()
        scene.process.start()


async def survived(scene: Scene, *, kills: int, seconds: float, visitors: int, lines: int) -> None:
    """So many kills over so many seconds, while so many visitors say so many lines and get as many answers."""
    gaps = [scene.dice.uniform(0.2, 1.8) * seconds / kills for _ in range(kills)]
    scene.invite(visitors)
    await scene.start()
    async with scene.present():
        await asyncio.gather(under_fire(scene, gaps), scene.talk(lines, seconds))
        await agreed(scene)
    assert await scene.process.stop() == 0
    assert disagreements(scene) == []
    scene.report(kills=kills)


# The platform repeats an event after 0, 60 and 300 s. Scaled so that the last try comes when the kills are over, as it
# does when a machine falls over and over for a few minutes.


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_twenty_kills_and_three_hundred_messages(tmp_path: Path) -> None:
    async with a_scene(tmp_path, retry_delays=(0.0, 14.0, 70.0)) as scene:
        await survived(scene, kills=20, seconds=60, visitors=6, lines=25)


async def test_four_kills_and_sixty_messages(tmp_path: Path) -> None:
    async with a_scene(tmp_path, retry_delays=(0.0, 4.0, 20.0)) as scene:
        await survived(scene, kills=4, seconds=12, visitors=3, lines=10)
