"""What is proven and no activity: the right status, no effect, one short line, never a fault of ours."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.teams import door as teams_door
from bridge.errors import Refused, Unreachable
from tests.teams.door import SECRET_WORD, activity, bearer, post, the_line
from tests.teams.fakes import until

UNREADABLE = {
    "nothing": b"",
    "white space": b"   ",
    "broken JSON": b'{"' + SECRET_WORD.encode(),
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000,
    "a list": b"[]",
    "a list of activities": b'[{"type":"message"}]',
    "null": b"null",
    "a number": b"5",
    "a word": b'"a-secret-word"',
    "no letters": b"\xff\xfe\x00",
    "a huge number": b'{"type":' + b"9" * 5_000 + b"}",
    "a form": b"type=message&text=a-secret-word",
}
NO_ACTIVITIES: dict[str, dict[str, Any]] = {
    "no type": {"type": None},
    "a number as its type": {"type": 5},
    "a list as its type": {"type": ["message"]},
    "a sender that is a word": {"from": "x"},
    "a time that is none": {"timestamp": "a-secret-word"},
    "attachments that are numbers": {"attachments": [5]},
    "entities that are a word": {"entities": "x"},
    "reactions that are words": {"reactionsAdded": ["x"]},
    "an action that is a list": {"suggestedActions": []},
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_cannot_be_read_is_400(door, caplog, name):
    caplog.set_level(logging.DEBUG)
    assert await door.post(UNREADABLE[name], bearer(door.teams.token_for())) == (400, "")
    assert not door.has_effect
    the_line(caplog)
    assert SECRET_WORD not in caplog.text


async def test_an_empty_object_belongs_to_nobody(door):
    assert (await door.post(b"{}", bearer(door.teams.token_for())))[0] == 403


@pytest.mark.parametrize("name", NO_ACTIVITIES)
async def test_what_is_an_odd_activity_is_refused_or_read_as_far_as_it_goes(door, caplog, name):
    body = {key: value for key, value in (activity(door.teams) | NO_ACTIVITIES[name]).items() if value is not None}
    status, _ = await door.post(body, bearer(door.teams.token_for()))
    assert status in (200, 400)
    assert status == 200 or not door.has_effect
    assert SECRET_WORD not in caplog.text


@pytest.mark.parametrize("is_signed", [True, False])
async def test_two_megabytes_are_413(door, caplog, is_signed):
    token = door.teams.token_for() if is_signed else "x"
    assert (await door.post(b"a" * 2_000_000, bearer(token)))[0] == 413
    assert not door.has_effect
    the_line(caplog)


async def test_two_megabytes_that_nobody_announced_are_413(door, caplog):
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"a" * 50_000

    assert (await door.post(flood(), bearer(door.teams.token_for())))[0] == 413
    assert not door.has_effect
    the_line(caplog)


async def test_what_is_huge_once_it_is_unpacked_is_413(door):
    packed = gzip.compress(b" " * 50_000_000)
    headers = [*bearer(door.teams.token_for()), ("Content-Encoding", "gzip")]
    assert (await door.post(packed, headers))[0] == 413
    assert not door.has_effect


async def test_what_says_it_is_packed_and_is_not_is_400(door):
    headers = [*bearer(door.teams.token_for()), ("Content-Encoding", "gzip")]
    assert (await door.post(json.dumps(activity(door.teams)).encode(), headers))[0] == 400
    assert not door.has_effect


async def test_a_body_that_does_not_arrive_is_408(door, caplog, monkeypatch):
    monkeypatch.setattr(teams_door, "READING", 0.1)
    stays_away = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"type":'
        await stays_away.wait()
        yield b"}"

    assert (await door.post(slowly(), bearer(door.teams.token_for())))[0] == 408
    stays_away.set()
    assert not door.has_effect
    the_line(caplog)


async def test_a_body_that_stops_leaves_no_fault(door, caplog):
    """Somebody announces more than they send, and goes."""
    host, _, port = door.url.split("/")[2].partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    token = f"Authorization: Bearer {door.teams.token_for()}"
    writer.write(f"POST /teams/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n{token}\r\n\r\n{{".encode())
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await writer.wait_closed()
    assert (await door.teams.send_raw(activity(door.teams))).status == 200
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_a_flood_of_refusals_is_few_lines(door, caplog):
    for _ in range(50):
        await door.post(b"{}", bearer("x"))
    lines = [one for one in caplog.records if one.name == "silta.teams"]
    assert len(lines) == 30


# acknowledged when durable


@pytest.mark.parametrize("failure", [Unreachable("memory"), Refused("busy"), TimeoutError()])
async def test_what_could_not_be_kept_is_503(door, monkeypatch, failure):
    monkeypatch.setattr("adapters.teams.inbox.LONGEST", 0.05)
    door.desk.failures = [failure] * 3
    assert (await door.teams.send_raw(activity(door.teams))).status == 503
    assert door.desk.done == []


@pytest.mark.parametrize("failure", [Refused("closed"), Refused("not_claimed")])
async def test_a_decision_of_the_rules_is_acknowledged(door, failure):
    door.desk.failures = [failure]
    assert (await door.teams.send_raw(activity(door.teams))).status == 200
    assert len(door.desk.got) == 1


async def test_what_may_go_well_a_little_later_is_tried_again(door, monkeypatch):
    monkeypatch.setattr("adapters.teams.inbox.PAUSE", 0.01)
    door.desk.failures = [Unreachable("memory"), Refused("busy"), Refused("soon", wait=1)]
    assert (await door.teams.send_raw(activity(door.teams))).status == 200
    assert (len(door.desk.got), door.desk.done) == (4, ["heard"])


async def test_too_much_at_once_is_asked_to_come_again(door, monkeypatch):
    monkeypatch.setattr(teams_door, "MOST_AT_ONCE", 1)
    door.desk.gate = asyncio.Event()
    first = asyncio.create_task(door.teams.send_raw(activity(door.teams)))
    await until(lambda: door.desk.got)
    assert (await door.teams.send_raw(activity(door.teams))).status == 503
    door.desk.gate.set()
    assert (await first).status == 200


async def test_before_the_start_and_after_the_stop_activities_are_asked_to_come_again(teams, bridge, url, desk):
    assert (await teams.send_raw(activity(teams))).status == 503
    await bridge.start()
    await until(lambda: bridge.hears)
    assert (await teams.send_raw(activity(teams))).status == 200
    await bridge.stop()
    assert (await teams.send_raw(activity(teams))).status == 503
    assert len(desk.got) == 1


async def test_what_is_in_work_at_the_stop_is_acknowledged(door, live):
    door.desk.gate = asyncio.Event()
    asked = asyncio.create_task(door.teams.send_raw(activity(door.teams)))
    await until(lambda: door.desk.got)
    ending = asyncio.create_task(live.stop())
    await asyncio.sleep(0.05)
    door.desk.gate.set()
    assert (await asked).status == 200
    await ending


async def test_what_takes_longer_than_teams_waits_ends_all_the_same(door):
    """Teams hangs up; what it began goes on, and the copy that comes finds it done."""
    door.desk.gate = asyncio.Event()
    body, token = activity(door.teams), door.teams.token_for()
    hung_up = asyncio.create_task(post(door.url, body, bearer(token)))
    await until(lambda: door.desk.got)
    hung_up.cancel()
    await asyncio.gather(hung_up, return_exceptions=True)
    door.desk.gate.set()
    await until(lambda: door.desk.done)
    assert (await post(door.url, body, bearer(token)))[0] == 200


async def test_other_methods_and_paths_are_nothing(door):
    assert (await post(f"{door.url}/", b"{}", []))[0] == 404
    assert (await post(door.url.replace("messages", "other"), b"{}", []))[0] == 404
