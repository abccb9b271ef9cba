"""A visitor asks for what was said by mail: to an address that anybody can type, so how often is what matters."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from adapters.settings import load
from adapters.web.limits import ADDRESS_TRANSCRIPTS, VISITOR_TRANSCRIPTS, Limits
from adapters.web.server import build
from bridge.clock import SystemClock
from bridge.errors import Refused
from bridge.visitors import VisitorDesk
from storage.signals import LocalSignals
from tests.web.conftest import nothing_happens
from tests.web.door import Answer, Door, key
from tests.world import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHANGES = {"trusted_proxies": ("127.0.0.1",)}
_numbers = count(1)


@pytest.fixture
def home() -> dict[str, str]:
    """A network address that nobody has used before, as our proxy tells it."""
    return {"X-Forwarded-For": f"198.51.100.{next(_numbers)}"}


def somebody() -> str:
    """An address that no mail has gone to."""
    return f"kim{next(_numbers)}@shop.example"


async def talker(door: Door) -> str:
    token = await door.token()
    answer = await door.post("/v1/visitor/say", {"key": key(), "text": "Is size 44 in stock?"}, token=token)
    assert answer.status == 200
    return token


async def asks(door: Door, token: str, address: str, home: dict[str, str], name: str = "") -> Answer:
    body = {"key": name or key(), "address": address}
    return await door.post("/v1/visitor/transcript", body, token=token, headers=home)


async def mails(door: Door, address: str, number: int = 1) -> list[Any]:
    found: list[Any] = await until(
        lambda: sent if len(sent := door.world.team.mails_to(address)) >= number else None, f"a mail to {address}"
    )
    return found


async def test_what_was_said_comes_by_mail_once_for_a_key(door: Door, quiet: Any, home: dict[str, str]) -> None:
    token, to, name = await talker(door), somebody(), key()
    for _ in range(2):
        answer = await asks(door, token, to, home, name)
        assert (answer.status, answer.json) == (200, {"ok": name})
    other = somebody()
    async with door.talk(token) as line:
        told = await line.answer({"type": "transcript", "key": "12345678", "address": f" {other} "})
        assert told == {"type": "ok", "key": "12345678"}
    assert "Is size 44 in stock?" in (await mails(door, other))[0].text
    assert len(await mails(door, to)) == 1


async def test_without_an_address_it_goes_where_the_visitor_said_and_nobody_is_told_where(
    door: Door, quiet: Any, home: dict[str, str]
) -> None:
    token, left = await talker(door), somebody()
    await door.post("/v1/visitor/email", {"key": key(), "address": left}, token=token)
    answer = await asks(door, token, "", home)
    assert answer.status == 200
    await mails(door, left)
    told = (await door.get("/v1/visitor/changes", headers={"Authorization": f"Bearer {token}"})).text
    assert left not in answer.text + told
    async with door.socket() as line:
        await line.hello(token)
        frames = [await line.until("changes"), await line.until("state")]
        assert frames[1]["email"] is True
        assert left not in str(frames)


async def test_what_cannot_be_sent_is_refused_by_name(unharmed: Door, home: dict[str, str]) -> None:
    silent = await unharmed.token()
    for address, code in (
        ("none", "bad_email"),
        ("", "bad_email"),
        (somebody(), "empty"),
        ("a@b.example\nx", "bad_email"),
    ):
        answer = await asks(unharmed, silent, address, home)
        assert (answer.status, answer.code) == (400, code)
    body = {"key": key(), "address": 5}
    answer = await unharmed.post("/v1/visitor/transcript", body, token=silent, headers=home)
    assert (answer.status, answer.code) == (400, "malformed")
    assert (await asks(unharmed, "x" * 43, somebody(), home)).status == 401


async def test_one_visitor_can_ask_for_so_many_in_an_hour(door: Door, quiet: Any, home: dict[str, str]) -> None:
    token = await talker(door)
    for _ in range(4):
        assert (await asks(door, token, "none", home)).status == 400  # a slip of the fingers counts for nothing
    answers = await asyncio.gather(*(asks(door, token, somebody(), home) for _ in range(12)))
    assert sorted(answer.status for answer in answers) == [200] * VISITOR_TRANSCRIPTS + [429] * (
        12 - VISITOR_TRANSCRIPTS
    )
    async with nothing_happens(door):
        elsewhere = {"X-Forwarded-For": f"203.0.113.{next(_numbers)}"}
        refused = await asks(door, token, somebody(), elsewhere)
        assert (refused.code, refused.json["error"]["wait"] > 3000) == ("too_fast", True)
        async with door.talk(token) as line:
            told = await line.answer({"type": "transcript", "key": "12345678", "address": somebody()})
            assert (told["code"], told["key"]) == ("too_fast", "12345678")
    assert (await door.post("/v1/visitor/say", {"key": key(), "text": "still"}, token=token)).status == 200


async def test_one_network_address_can_ask_for_so_many_in_an_hour(door: Door, quiet: Any, home: dict[str, str]) -> None:
    """New visitors cost nothing, so that whoever floods a stranger's mailbox makes one for each mail."""
    statuses = [(await asks(door, await talker(door), somebody(), home)).status for _ in range(ADDRESS_TRANSCRIPTS + 2)]
    assert statuses == [200] * ADDRESS_TRANSCRIPTS + [429] * 2
    elsewhere = {"X-Forwarded-For": f"203.0.113.{next(_numbers)}"}
    assert (await asks(door, await talker(door), somebody(), elsewhere)).status == 200


async def test_one_mailbox_gets_so_many_in_a_day_from_however_many(door: Door, quiet: Any) -> None:
    victim = somebody()
    answers = [
        await asks(door, await talker(door), victim, {"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(12)
    ]
    assert [answer.status for answer in answers] == [200] * 10 + [429] * 2


async def test_what_counted_is_given_back_and_forgotten() -> None:
    now = [1000.0]
    limits = Limits(load(None), lambda: now[0])

    def ask(visitor: str, *, fails: bool = False) -> bool:
        try:
            with limits.transcript(visitor, "192.0.2.1"):
                if fails:
                    raise Refused("bad_email")
        except Refused as error:
            return error.code != "too_fast"
        return True

    assert [ask("a", fails=True) for _ in range(20)] == [True] * 20
    assert (len(limits._transcripts), len(limits._address_transcripts)) == (0, 0)
    assert [ask("a") for _ in range(4)] == [True, True, True, False]
    assert not ask("a", fails=True)
    assert [ask(name) for name in "bcdefgh"] == [True] * 7
    assert not ask("i")
    now[0] += 3600
    assert ask("i")
    assert (len(limits._transcripts), len(limits._address_transcripts)) == (1, 1)


async def test_whether_mail_can_be_sent_is_told_everywhere(door: Door, quiet: Any) -> None:
    token = await door.token()
    answers = [
        (await door.get("/v1/site?key=main")).json["mail"],
        (await door.post("/v1/visitor/session", {"site": "main", "language": "en"})).json["mail"],
        (await door.get("/v1/visitor/changes", headers={"Authorization": f"Bearer {token}"})).json["state"]["mail"],
    ]
    async with door.socket() as line:
        await line.hello(token)
        answers.append((await line.until("state"))["mail"])
    assert answers == [True] * 4


async def test_a_bridge_without_mail_says_so_and_promises_nothing(door: Door, quiet: Any) -> None:
    desk = VisitorDesk(door.world.bridge.store, SystemClock(), mails=False)
    token = await talker(door)
    headers = {"Origin": door.origin, "Authorization": f"Bearer {token}", "Accept-Language": "fi"}
    before = await door.stored()
    async with TestServer(build(desk, LocalSignals(), load(None))) as apart:
        for path in ("/v1/site?key=main", "/v1/visitor/changes"):
            async with door.http.get(apart.make_url(path), headers=headers) as answer:
                told = await answer.json()
                assert (told.get("state") or told)["mail"] is False
        body = {"key": key(), "address": somebody()}
        async with door.http.post(apart.make_url("/v1/visitor/transcript"), json=body, headers=headers) as answer:
            error = (await answer.json())["error"]
            assert (answer.status, error["code"]) == (503, "no_mail")
            assert error["text"]
    assert await door.stored() == before
