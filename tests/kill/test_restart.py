"""Starting, stopping and starting again as whoever runs the machine does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import median

from tests.kill.agreement import agreed
from tests.kill.scene import Scene, a_scene
from tests.kill.server import say, until

UNANSWERED = "SELECT count(*) FROM delivery WHERE kind IN ('open', 'post', 'notice') AND state = 'sending'"


async def test_from_kill_to_the_first_hello(tmp_path: Path) -> None:
    """The bound is one of liveness, inside of `start`; how long it took is printed."""
    async with a_scene(tmp_path, limits=False, retry_delays=(0.0, 4.0, 20.0)) as scene:
        scene.invite(2)
        await scene.start()
        async with scene.present():
            await scene.talk(5, 1)
            await agreed(scene)
            took = [await reborn(scene) for _ in range(5)]
            await agreed(scene)
        say(f"from start to the first hello: median {median(took):.2f} s of {[round(one, 2) for one in took]}")


async def reborn(scene: Scene) -> float:
    """The seconds from a start after a kill."""
    scene.server.kill()
    return await scene.start()


async def test_an_orderly_stop_amid_traffic(tmp_path: Path) -> None:
    """Sockets are told to come back, calls under way end and are recorded, and the next life repeats none of them."""
    async with a_scene(tmp_path, limits=False, retry_delays=(0.0, 4.0, 20.0)) as scene:
        scene.invite(3)
        await scene.start()
        for customer in scene.customers:
            customer.breaks = 0.0  # no line ends but by the bridge
        scene.team.fail("chat.postMessage", "slow", times=1000, seconds=1.5)
        async with scene.present():
            async with asyncio.TaskGroup() as group:
                group.create_task(scene.talk(8, 8))
                group.create_task(stopped(scene, group))
            await agreed(scene)
        assert scene.posted_again() == 0
        scene.report()


async def stopped(scene: Scene, others: asyncio.TaskGroup) -> None:
    """Told to stop while posts are under way; a life that follows once it has ended."""
    await amid_calls(scene)
    assert await scene.server.stop() == 0
    assert scene.ask(UNANSWERED) == [(0,)]
    await until(lambda: all(customer.closings for customer in scene.customers), 5)
    assert [customer.closings[-1] for customer in scene.customers] == [1012] * len(scene.customers)
    await scene.start()


async def amid_calls(scene: Scene) -> None:
    """Every visitor is connected and a post is in the making."""
    await until(lambda: all(customer.state for customer in scene.customers), 20)
    await until(lambda: scene.ask(UNANSWERED) != [(0,)], 20)


async def test_a_second_process_on_the_same_file_gives_way(tmp_path: Path) -> None:
    async with a_scene(tmp_path, limits=False, retry_delays=(0.0, 4.0, 20.0)) as scene:
        scene.invite(1)
        await scene.start()
        async with scene.present():
            await scene.talk(2, 0)
            code, words = await asyncio.to_thread(scene.server.second)
            assert code == 2
            assert words.strip().endswith("is in use by another process; stop it first")
            assert str(tmp_path / "silta.db") in words
            assert "Traceback" not in words
            await scene.talk(2, 0)
            await agreed(scene)
        assert await scene.server.stop() == 0
