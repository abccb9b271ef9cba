"""SIGKILL around the moment in which the mail server takes a mail: it is never lost, and comes at most twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from tests.kill.scene import Scene, a_scene
from tests.kill.server import say, until
from tests.world import Visitor

BETWEEN = 5.0  # seconds from the moment that the server has the mail to its answer: the kill falls in there
STORED = "slow"  # the fault that keeps the mail and answers late
LOST = "cut_before_store"  # the one that keeps nothing and does not answer at all
UNSURE = "SELECT count(*) FROM delivery WHERE kind = 'mail' AND state IN ('sending', 'unknown')"
OPEN = "SELECT count(*) FROM delivery WHERE kind = 'mail' AND state IN ('due', 'sending', 'unknown')"
RESTS = 8.0  # seconds from a start until what is doubtful may be sent again


def with_mail(scene: Scene) -> None:
    """The bridge sends its mails to the pretend server."""
    scene.server.settings = {
        **scene.server.settings,
        "SILTA_SMTP_HOST": scene.team.smtp_host,
        "SILTA_SMTP_PORT": str(scene.team.smtp_port),
        "SILTA_SMTP_SECURITY": "none",
        "SILTA_MAIL_FROM": "chat@shop.example",
    }


async def closes(scene: Scene, address: str) -> None:
    """A visitor ends the chat: a transcript must come."""
    visitor = await Visitor(scene.url, scene.team.url).arrive()
    try:
        await visitor.say(f"the words of {address}")
        await visitor.act("email", address=address)
        await visitor.act("end")
    finally:
        await visitor.leave()


async def killed_between(scene: Scene, address: str, fault: str) -> None:
    """The call is under way, the server has the mail or does not, and the bridge does not know."""
    before, unsure = len(scene.team.mail_attempts), scene.ask(UNSURE)[0][0]
    scene.team.fail_mail(fault, seconds=BETWEEN)
    await closes(scene, address)
    await until(lambda: len(scene.team.mail_attempts) > before, 10)
    await asyncio.sleep(scene.dice.uniform(0, 0.3))
    assert scene.ask(UNSURE) == [(unsure + 1,)]
    scene.server.kill()
    scene.team.clear_faults()
    await scene.start()


async def survived(scene: Scene, faults: list[str]) -> Counter[int]:
    """How often mails came, by the number of copies; each must have come once or twice under one name."""
    with_mail(scene)
    await scene.start()
    addresses = [f"visitor{number}@home.example" for number in range(len(faults))]
    for address, fault in zip(addresses, faults, strict=True):
        await killed_between(scene, address, fault)
    await until(lambda: scene.ask(OPEN) == [(0,)], RESTS + 30, step=0.1)
    copies = Counter[int]()
    for address in addresses:
        mails = scene.team.mails_to(address)
        assert 1 <= len(mails) <= 2, address
        assert len({mail.message_id for mail in mails}) == 1
        assert all(f"the words of {address}" in mail.text for mail in mails)
        copies[len(mails)] += 1
    assert len({mail.message_id for mail in scene.team.mails}) == len(addresses)
    assert "Traceback" not in scene.server.words(whole=True)
    return copies


async def test_three_kills_between_the_mail_and_its_record(tmp_path: Path) -> None:
    async with a_scene(tmp_path, limits=False) as scene:
        copies = await survived(scene, [STORED, LOST, STORED])
        assert copies == {2: 2, 1: 1}
        assert await scene.server.stop() == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_ten_kills_between_the_mail_and_its_record(tmp_path: Path) -> None:
    async with a_scene(tmp_path, limits=False) as scene:
        copies = await survived(scene, [STORED, STORED, LOST, STORED, STORED] * 2)
        assert copies == {2: 8, 1: 2}
        say(f"ten kills; copies of a mail: {dict(copies)}")
