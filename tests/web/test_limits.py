"""How much one visitor, one address and one site may do: over it nothing is stored, and the client is told to wait."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from itertools import count
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import make_mocked_request

from adapters.web.limits import Window, address_of
from bridge.managers import channel_at
from tests.web.conftest import nothing_happens
from tests.web.door import OTHER, OTHER_ORIGIN, Answer, Door, key

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHANGES = {
    "trusted_proxies": ("127.0.0.1",),
    "limit_visitor_minute": 3,
    "limit_address_minute": 5,
    "limit_site_minute": 30,
    "limit_sessions_hour": 4,
    "limit_visitor_sockets": 2,
    "limit_address_sockets": 3,
}
_addresses = count(1)


@pytest.fixture
def home() -> dict[str, str]:
    """A network address that nobody has used before, as our proxy tells it."""
    return {"X-Forwarded-For": f"198.51.100.{next(_addresses)}"}


def is_refused(answer: Answer) -> bool:
    if answer.status != 429:
        return False
    error = answer.json["error"]
    assert error["code"] == "too_fast"
    assert error["wait"] >= 1
    assert error["text"]
    return True


async def visitor(door: Door, home: dict[str, str], **site: str) -> str:
    body = {"site": site.get("site", "main"), "language": "en"}
    headers = {**home, "Origin": site.get("origin", door.origin)}
    answer = await door.post("/v1/visitor/session", body, headers=headers)
    assert answer.status == 200, answer.text
    return str(answer.json["token"])


async def says(door: Door, token: str, home: dict[str, str], **how: Any) -> Answer:
    body = {"key": key(), "text": "SECRET"}
    return await door.post("/v1/visitor/say", body, token=token, headers={**home, **how})


async def test_a_visitor_may_say_so_much_in_a_minute(door: Door, quiet: Any, home: dict[str, str]) -> None:
    token = await visitor(door, home)
    for _ in range(3):
        assert (await says(door, token, home)).status == 200
    async with nothing_happens(door):
        assert is_refused(await says(door, token, home))
        elsewhere = {"X-Forwarded-For": "203.0.113.9"}
        assert is_refused(await says(door, token, elsewhere))
        for verb, more in (("email", {"address": "kim@shop.example"}), ("end", {})):
            body = {"key": key(), **more}
            assert is_refused(await door.post(f"/v1/visitor/{verb}", body, token=token, headers=home))
        async with door.socket(**home) as line:
            await line.hello(token)
            await line.until("state")
            told = await line.answer({"type": "say", "key": "12345678", "text": "SECRET"})
            assert (told["code"], told["key"], told["wait"] >= 1) == ("too_fast", "12345678", True)


async def test_an_address_may_say_so_much_in_a_minute(door: Door, quiet: Any, home: dict[str, str]) -> None:
    first, second = await visitor(door, home), await visitor(door, home)
    for token in (first, first, first, second, second):
        assert (await says(door, token, home)).status == 200
    async with nothing_happens(door):
        assert is_refused(await says(door, second, home))
    assert (await says(door, second, {"X-Forwarded-For": "203.0.113.77"})).status == 200


async def test_an_address_may_make_so_many_visitors_in_an_hour(unharmed: Door, home: dict[str, str]) -> None:
    for _ in range(4):
        await visitor(unharmed, home)
    body = {"site": "main", "language": "en"}
    assert is_refused(await unharmed.post("/v1/visitor/session", body, headers=home))
    wrong = await unharmed.post("/v1/visitor/session", body | {"site": "nobody"}, headers=home)
    assert wrong.status == 404


async def test_words_of_a_client_before_our_proxy_do_not_help(unharmed: Door, home: dict[str, str]) -> None:
    body = {"site": "main", "language": "en"}
    for number in range(5):
        claimed = {"X-Forwarded-For": f"192.0.2.{number}, {home['X-Forwarded-For']}"}
        answer = await unharmed.post("/v1/visitor/session", body, headers=claimed)
        assert is_refused(answer) == (number == 4)


async def test_a_header_line_of_the_client_does_not_hide_the_proxys(door: Door, home: dict[str, str]) -> None:
    last = [home["X-Forwarded-For"]]
    for number in range(5):
        lines = [("Origin", door.origin), ("X-Forwarded-For", f"192.0.2.{number}"), ("X-Forwarded-For", last[0])]
        body = {"site": "main", "language": "en"}
        async with (
            ClientSession() as http,
            http.post(f"{door.url}/v1/visitor/session", json=body, headers=lines) as answer,
        ):
            assert answer.status == (429 if number == 4 else 200)


async def test_a_site_gets_so_much_in_a_minute(door: Door, quiet: Any, home: dict[str, str]) -> None:
    answers = []
    other = {"Origin": OTHER_ORIGIN}
    for number in range(11):
        there = {"X-Forwarded-For": f"192.0.2.{100 + number}"}
        token = await visitor(door, there, site=OTHER, origin=OTHER_ORIGIN)
        answers += [await says(door, token, there, **other) for _ in range(3)]
    assert [answer.status for answer in answers[:30]] == [200] * 30
    assert all(is_refused(answer) for answer in answers[30:])
    token = await visitor(door, home)
    assert (await says(door, token, home)).status == 200


async def test_a_site_gets_so_many_new_conversations_in_a_day(door: Door, quiet: Any, home: dict[str, str]) -> None:
    main = await door.world.bridge.visitors.site("main")
    talking, late = await visitor(door, home), await visitor(door, home)
    assert (await says(door, talking, home)).status == 200
    channel = channel_at("slack", door.world.settings.slack_channel)
    await door.world.bridge.managers.configure(replace(main, daily_limit=1), channel)
    async with nothing_happens(door):
        assert is_refused(await says(door, late, home))
    assert (await says(door, talking, home)).status == 200
    await door.world.bridge.managers.configure(main, channel)
    assert (await says(door, late, home)).status == 200


async def test_a_visitor_may_have_so_many_sockets(unharmed: Door, home: dict[str, str]) -> None:
    token = await visitor(unharmed, home)
    async with unharmed.socket(**home) as first, unharmed.socket(**home) as second:
        for line in (first, second):
            await line.hello(token)
            await line.until("state")
        async with unharmed.socket(**home) as third:
            await third.hello(token)
            code, frames = await third.end()
            assert (code, frames[0]["code"], frames[0]["wait"]) == (4429, "too_fast", 30)
        poll = await unharmed.get("/v1/visitor/changes", headers={"Authorization": f"Bearer {token}", **home})
        assert is_refused(poll)
        assert (await second.answer({"type": "ping"}))["type"] == "pong"
    await frees(unharmed, token, home)


async def frees(door: Door, token: str, home: dict[str, str]) -> None:
    """A place that was left can be taken again."""
    answers: list[int] = []

    async def ask() -> None:
        headers = {"Authorization": f"Bearer {token}", **home}
        answers.append((await door.get("/v1/visitor/changes", headers=headers)).status)

    while 200 not in answers:
        await ask()
        assert len(answers) < 500


async def test_an_address_may_have_so_many_sockets(unharmed: Door, home: dict[str, str]) -> None:
    async with unharmed.socket(**home), unharmed.socket(**home), unharmed.socket(**home):
        async with unharmed.socket(**home) as fourth:
            code, frames = await fourth.end()
            assert (code, frames[0]["code"], frames[0]["wait"]) == (4429, "too_fast", 30)
        async with unharmed.socket(**{"X-Forwarded-For": "203.0.113.50"}) as elsewhere:
            await elsewhere.hello(await visitor(unharmed, {"X-Forwarded-For": "203.0.113.50"}))
            await elsewhere.until("state")


async def test_a_poll_that_was_given_up_gives_its_place_back(unharmed: Door, home: dict[str, str]) -> None:
    token = await visitor(unharmed, home)
    headers = {"Authorization": f"Bearer {token}", "Origin": unharmed.origin, **home}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET /v1/visitor/changes?cursor=&wait=25 HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode()
    for _ in range(2):
        _, writer = await unharmed.raw(request)
        writer.close()
    await frees(unharmed, token, home)


async def test_a_window_is_exact_and_forgets_the_quiet() -> None:
    now = [1000.0]
    window = Window(2, 60, lambda: now[0])
    for name in ("a", "b"):
        window.count(name)
    now[0] += 20
    window.count("a")
    assert (window.wait("a"), window.wait("b"), window.wait("c")) == (40, 0, 0)
    now[0] += 39.5
    assert window.wait("a") == 0.5
    now[0] += 0.5
    assert window.wait("a") == 0
    window.count("a")
    assert window.wait("a") == 20
    assert len(window) == 1
    now[0] += 60
    assert (window.wait("a"), len(window)) == (0, 0)


PROXIES = ("127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48")
CHAINS = [
    ("127.0.0.1", None, "127.0.0.1"),
    ("127.0.0.1", "", "127.0.0.1"),
    ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("127.0.0.1", "192.0.2.1, 198.51.100.1", "198.51.100.1"),
    ("127.0.0.1", "192.0.2.1,198.51.100.1,10.1.2.3", "198.51.100.1"),
    ("127.0.0.1", "10.9.9.9", "10.9.9.9"),
    ("198.51.100.1", "192.0.2.1", "198.51.100.1"),
    ("198.51.100.1", "127.0.0.1", "198.51.100.1"),
    ("127.0.0.1", "unknown", "127.0.0.1"),
    ("127.0.0.1", "192.0.2.1, <script>, 10.0.0.1", "10.0.0.1"),
    ("127.0.0.1", "198.51.100.1:8080", "127.0.0.1"),
    ("::ffff:127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
    ("2001:db8:1::5", "2001:db8:2:3:4:5:6:7", "2001:db8:2:3::/64"),
    ("2001:db8:2:3:ffff::1", None, "2001:db8:2:3::/64"),
    ("127.0.0.1", ", ,, ", "127.0.0.1"),
]


@pytest.mark.parametrize(("remote", "forwarded", "counted"), CHAINS)
async def test_the_address_that_counts(remote: str, forwarded: str | None, counted: str) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=remote)
    assert address_of(request, [ip_network(one) for one in PROXIES]) == counted


async def test_without_a_trusted_proxy_nobody_is_believed() -> None:
    request: web.BaseRequest = make_mocked_request("GET", "/", headers={"X-Forwarded-For": "192.0.2.1"})
    assert isinstance(request, web.Request)
    assert address_of(request.clone(remote="127.0.0.1"), ()) == "127.0.0.1"
