"""Whatever becomes of the sockets by which the workplace's events come: each arrives, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.kill.agreement import agreed
from tests.kill.scene import Scene, a_scene
from tests.kill.server import until

TROUBLES = ("half_open", "refresh", "warning", "link_disabled", "reset", "duplicate_events", "delay_events")


async def test_every_trouble_of_the_sockets_amid_traffic(tmp_path: Path) -> None:
    async with a_scene(tmp_path, retry_delays=(0.0, 4.0, 20.0), refresh_notice=1.0) as scene:
        scene.invite(3)
        await scene.start()
        async with scene.present():
            await asyncio.gather(scene.talk(12, 20), troubled(scene))
            await agreed(scene)
        assert await scene.server.stop() == 0
        scene.report(troubles=len(TROUBLES))


async def troubled(scene: Scene) -> None:
    """One trouble after another, in any order, each on all the sockets that are open then."""
    for trouble in scene.dice.sample(TROUBLES, k=len(TROUBLES)):
        await connected(scene)
        scene.team.socket(trouble, times=3, seconds=1.0)
        await asyncio.sleep(scene.dice.uniform(1.0, 3.0))


async def connected(scene: Scene) -> None:
    """Events can come."""
    await until(lambda: scene.team.connections, 60)


async def test_what_cannot_be_read_yet_is_not_taken_for_gone(tmp_path: Path) -> None:
    """After a lost line the threads are read again, which shows the newest messages later than their events do."""
    async with a_scene(tmp_path, limits=False, read_lag=5.0, retry_delays=(0.0, 4.0, 20.0)) as scene:
        scene.invite(2)
        await scene.start()
        async with scene.present():
            await scene.talk(3, 0)
            scene.team.socket("reset")
            await connected(scene)
            await asyncio.sleep(3)
            await agreed(scene)
