"""SIGKILL and outages with Teams: nothing acknowledged is lost or crossed; what may stand there twice is marked so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.kill.server import until
from tests.kill.teams_scene import TeamsScene, a_teams_scene, agreed

CALL = 0.4  # seconds from the moment that a post stands until the answer, as over a real network
RETRIES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # Teams repeats what got no answer; how often is not documented


async def under_fire(scene: TeamsScene, gaps: list[float]) -> None:
    """One kill after each gap, and a new life at once."""
    for gap in gaps:
        await asyncio.sleep(gap)
        scene.server.kill()
        scene.server.start()


async def survived(scene: TeamsScene, *, kills: int, seconds: float, visitors: int, lines: int) -> None:
    """So many kills over so many seconds, while so many visitors say so many lines and get as many answers."""
    gaps = [scene.dice.uniform(0.2, 1.8) * seconds / kills for _ in range(kills)]
    scene.invite(visitors)
    await scene.start()
    scene.team.teams.fail("send", "slow", times=10_000, seconds=CALL)
    async with scene.present():
        await asyncio.gather(under_fire(scene, gaps), scene.talk(lines, seconds))
        await scene.serving()
        await agreed(scene)
    assert await scene.server.stop() == 0
    assert scene.disagreements() == []
    scene.report(kills=kills)


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_twenty_kills_and_three_hundred_messages(tmp_path: Path) -> None:
    async with a_teams_scene(tmp_path, retry_delays=RETRIES) as scene:
        await survived(scene, kills=20, seconds=60, visitors=6, lines=25)


async def test_four_kills_and_sixty_messages(tmp_path: Path) -> None:
    async with a_teams_scene(tmp_path, retry_delays=RETRIES) as scene:
        await survived(scene, kills=4, seconds=12, visitors=3, lines=10)


async def test_ten_seconds_without_teams_and_then_a_kill(tmp_path: Path) -> None:
    """The next life begins before Teams is back, and still proves what comes: it keeps the keys of before."""
    async with a_teams_scene(tmp_path, retry_delays=RETRIES) as scene:
        scene.invite(3)
        await scene.start()
        async with scene.present():
            await asyncio.gather(scene.talk(8, 11), ten_seconds_down(scene))
            await agreed(scene)
        assert await scene.server.stop() == 0
        assert scene.disagreements() == []
        scene.report(kills=1)


async def ten_seconds_down(scene: TeamsScene) -> None:
    await asyncio.sleep(1)
    await scene.switch.off("refused")
    await asyncio.sleep(10)
    scene.server.kill()
    await scene.start()
    await scene.switch.on()


async def test_posts_whose_end_nobody_knows_and_a_kill_amid_them(tmp_path: Path) -> None:
    """Stored without an answer, or seconds later: sent again after a while, and marked."""
    async with a_teams_scene(tmp_path, retry_delays=RETRIES) as scene:
        scene.invite(3)
        await scene.start()
        async with scene.present():
            await asyncio.gather(scene.talk(5, 8), doubts(scene))
            await agreed(scene)
        assert await scene.server.stop() == 0
        assert scene.disagreements() == []
        assert scene.posted_again() > 0
        scene.report(kills=4)


async def doubts(scene: TeamsScene) -> None:
    """Again and again the next post ends in doubt, and the bridge dies soon after it was called for."""
    for kind in scene.dice.sample(("cut_after_store", "late_effect") * 2, k=4):
        scene.team.teams.fail("send", kind, seconds=4.0)
        before = len(scene.team.teams.calls("send"))
        await until(lambda seen=before: len(scene.team.teams.calls("send")) > seen, 20)  # type: ignore[misc]
        await asyncio.sleep(scene.dice.uniform(0.0, 0.5))
        scene.server.kill()
        await scene.start()
