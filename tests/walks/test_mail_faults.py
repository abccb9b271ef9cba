"""A mail server that fails in every way, through the whole bridge: nothing is lost, and no mail comes a third time."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters import registry
from adapters.mail import MailSettings, SmtpMailer
from adapters.playground import MailDoor, Rules
from adapters.playground.mail import Mail
from adapters.playground.workspace import ANNA, SUPPORT
from adapters.settings import Settings
from tests.mail.certificates import Authority
from tests.walks.test_time import FILE, TEAM
from tests.world import PATIENCE, Visitor, World, a_world, until

HOME = "visitor@home.example"
TIMEOUT = 0.3  # seconds that a mail may take
SLOW = 0.6  # a server that takes longer
A_REST = 10  # seconds: more than it takes until a doubtful mail is sent again
QUIET = 8  # looks of the courier in which nothing more may happen

LATER = ("refuse", "greeting:421", "mail:451", "rcpt:450", "data:452", "dot:451", "dot:421")
STANDING = ("greeting:554", "mail:553", "mail:530")
GIVEN_UP = ("rcpt:550", "data:554", "dot:554", "dot:552")
DOUBTFUL = {"cut_before_store": 1, "cut_after_store": 2, "slow": 2, "garbage": 2}


def impatient(settings: Settings) -> SmtpMailer:
    """The mailer that the settings ask for, with less patience."""
    return SmtpMailer(
        MailSettings(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            user="",
            password="",
            sender=settings.mail_from,
            timeout=TIMEOUT,
            ca_file=settings.smtp_ca_file,
        )
    )


@pytest.fixture
async def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A world whose mails have little time."""
    monkeypatch.setattr(registry, "mailer", impatient)
    async with a_world(tmp_path) as made:
        await made.start()
        yield made


async def closed(world: World, address: str = HOME, words: str = "where is my parcel?") -> Visitor:
    """A chat that is over: its visitor gets a transcript."""
    visitor = await world.visitor()
    await visitor.say(words)
    await visitor.act("email", address=address)
    await visitor.act("end")
    return visitor


async def passing(world: World, seconds: float = A_REST) -> None:
    """Time passes and the courier looks, once."""
    world.clock.forward(seconds=seconds)
    world.bridge.courier.signals.ring("outbox")
    await asyncio.sleep(0.03)


async def in_time(world: World, happened: Any, seconds: float = A_REST) -> None:
    """As much time passes as it takes."""
    async with asyncio.timeout(PATIENCE):
        while not happened():
            await passing(world, seconds)


async def tries(world: World, count: int, seconds: float = A_REST) -> None:
    """As much time passes as it takes until so many mails were tried."""
    await in_time(world, lambda: len(world.team.mail_attempts) >= count, seconds)


async def settled(world: World) -> None:
    """Nothing about mail is under way or to be done."""

    async def waiting() -> int:
        return await world.bridge.managers.waiting("mail")

    async with asyncio.timeout(PATIENCE):
        while await waiting():
            await passing(world)


async def stays_so(world: World) -> None:
    """Much time passes, and no mail more is tried."""
    before = len(world.team.mail_attempts)
    for _ in range(QUIET):
        await passing(world, 60)
    assert len(world.team.mail_attempts) == before


async def go_on(world: World) -> None:
    """No visitor and nobody in the team has noticed anything, and they talk on."""
    told = json.dumps([world.cards(), *[world.thread(card) for card in world.cards()]])
    assert [words for words in ("could not", "mail server", "SMTP", "transcript") if words in told] == []
    for visitor in world.visitors:
        assert [frame for frame in visitor.frames if frame["type"] == "error"] == []
    visitor = world.visitors[0]
    await visitor.say("one more thing")
    await world.answers(ANNA, "one more answer", await world.card())
    await visitor.sees("one more answer")


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name.startswith("silta") and one.levelno >= logging.ERROR]


def known_by(mails: list[Mail]) -> set[str]:
    return {mail.message_id for mail in mails}


async def test_a_server_that_says_later_gets_the_mail_later(shop: World, caplog: pytest.LogCaptureFixture) -> None:
    for kind in LATER:
        before, address = len(shop.team.mail_attempts), f"{kind.replace(':', '.')}@home.example"
        shop.team.fail_mail(kind, times=3)
        await closed(shop, address)
        await tries(shop, before + 4, 61)
        await settled(shop)
        await stays_so(shop)
        assert [one.outcome for one in shop.team.mail_attempts[before:]] == [kind] * 3 + ["kept"]
        assert len(shop.team.mails_to(address)) == 1
    await go_on(shop)
    told = errors(caplog)  # a server that puts us off for long is told of
    assert len(told) == len(set(told))


@pytest.mark.parametrize("kind", STANDING)
async def test_what_waits_for_a_person_is_told_once_and_then_leaves(
    shop: World, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    shop.team.fail_mail(kind, times=4)
    caplog.set_level(logging.INFO, "silta.alerts")
    await closed(shop)
    await in_time(shop, lambda: len(shop.team.mail_attempts) >= 3, 31)
    await go_on(shop)
    assert shop.team.mails == []
    assert len(errors(caplog)) == 1
    assert errors(caplog)[0].startswith("mail: The mail server ")
    assert HOME not in caplog.text
    await in_time(shop, lambda: shop.team.mails_to(HOME), 31)
    await settled(shop)
    await stays_so(shop)
    assert len(shop.team.mails_to(HOME)) == 1
    assert len(errors(caplog)) == 1
    assert [one for one in caplog.messages if one.startswith("over: mail")] == [f"over: {errors(caplog)[0]}"]


async def test_a_refusal_for_good_is_told_once_and_holds_up_nobody(
    shop: World, caplog: pytest.LogCaptureFixture
) -> None:
    for kind in GIVEN_UP:
        before, told = len(shop.team.mail_attempts), len(errors(caplog))
        shop.team.fail_mail(kind)
        await closed(shop)
        await tries(shop, before + 1)
        await settled(shop)
        await stays_so(shop)
        assert [one.outcome for one in shop.team.mail_attempts[before:]] == [kind]
        assert len(errors(caplog)) == told + 1
        assert errors(caplog)[-1].endswith("(given up)")
        await closed(shop, "another@home.example")
        await tries(shop, before + 2)
        await settled(shop)
    assert shop.team.mails_to(HOME) == []
    assert len(shop.team.mails_to("another@home.example")) == len(GIVEN_UP)
    assert HOME not in caplog.text
    await go_on(shop)


async def test_a_doubtful_mail_is_repeated_once_under_its_name(shop: World, caplog: pytest.LogCaptureFixture) -> None:
    for kind, copies in DOUBTFUL.items():
        before, address = len(shop.team.mail_attempts), f"{kind}@home.example"
        shop.team.fail_mail(kind, seconds=SLOW if kind == "slow" else 0)
        await closed(shop, address)
        await tries(shop, before + 2)
        await settled(shop)
        await stays_so(shop)
        assert [one.outcome for one in shop.team.mail_attempts[before:]] == [kind, "kept"]
        assert len(shop.team.mails_to(address)) == copies
        assert len({one.message_id for one in shop.team.mail_attempts[before:]}) == 1
    assert len({one.message_id for one in shop.team.mail_attempts}) == len(DOUBTFUL)
    await go_on(shop)
    assert errors(caplog) == []


async def test_a_repeat_that_is_doubtful_too_is_the_last(shop: World, caplog: pytest.LogCaptureFixture) -> None:
    """A server that takes every mail and answers too late: nobody gets the same mail all day long."""
    shop.team.fail_mail("garbage", times=20)
    await closed(shop)
    await until(lambda: shop.team.mails_to(HOME))
    for _ in range(2 * QUIET):
        await passing(shop)
    assert 1 <= len(shop.team.mails_to(HOME)) <= 2
    assert len(known_by(shop.team.mails_to(HOME))) == 1
    assert len(errors(caplog)) <= 1
    await go_on(shop)


async def test_each_close_is_a_mail_of_its_own(shop: World) -> None:
    """Also when an agent opens the chat again, with a mail that was doubtful in between."""
    await shop.configure(FILE)
    visitor = await shop.visitor()
    await visitor.say("where is my parcel?")
    await visitor.act("email", address=HOME)
    root = await shop.card()
    await shop.answers(ANNA, "a moment", root)
    await visitor.sees("a moment")
    await shop.answers(ANNA, "!close", root)
    await until(lambda: len(shop.team.mails_to(HOME)) == 1)
    await until(lambda: shop.team.mails_to(TEAM))  # or the fault below may meet the first close's second mail
    await shop.answers(ANNA, "here it is", root)
    hint = await shop.told(ANNA, "closed")
    values = [one["value"] for block in hint["blocks"] for one in block.get("elements", ()) if "value" in one]
    shop.team.fail_mail("cut_after_store")
    await shop.team.press(ANNA, SUPPORT, hint["ts"], "send", value=values[0])
    await visitor.sees("here it is")
    await shop.answers(ANNA, "!close", root)
    await until(lambda: visitor.state["status"] == "closed")
    await in_time(shop, lambda: len(shop.team.mails_to(HOME)) >= 3)
    await settled(shop)
    by_name = [mail.message_id for mail in shop.team.mails_to(HOME)]
    assert sorted(by_name.count(name) for name in set(by_name)) == [1, 2]
    assert sum("here it is" in mail.text for mail in shop.team.mails_to(HOME)) == 2
    assert len(known_by(shop.team.mails_to(TEAM))) == 2


async def test_a_failed_handshake_is_told_and_then_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(registry, "mailer", impatient)
    authority = Authority(tmp_path)
    rules = Rules(limits=False, mail_door=MailDoor(tls=authority.server(), needs_tls=True))
    secure: dict[str, Any] = {"smtp_security": "starttls", "smtp_ca_file": str(authority.file)}
    async with a_world(tmp_path, rules=rules, **secure) as world:
        await world.start()
        world.team.fail_mail("tls_failure", times=3)
        await closed(world)
        await in_time(world, lambda: world.team.mails_to(HOME), 31)
        await settled(world)
        assert [one.outcome for one in world.team.mail_attempts] == ["tls_failure"] * 3 + ["kept"]
        assert len(world.team.mails_to(HOME)) == 1
        assert len(errors(caplog)) <= 1
        await go_on(world)
