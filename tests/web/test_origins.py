"""Who may ask: the exact origin on every path that tells or changes anything, and the token of the very site."""

from __future__ import annotations

import pytest
from aiohttp import WSServerHandshakeError

from adapters.settings import load
from adapters.web.server import build
from bridge.clock import SystemClock
from bridge.visitors import VisitorDesk
from storage.signals import LocalSignals
from tests.web.door import OTHER, OTHER_ORIGIN, Door, key
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

PUBLIC = {("GET", "/widget.js"), ("GET", "/widget/panel.js"), ("GET", "/v1/photo/{agent}/{version}")}
WATCHED = {("GET", "/healthz"), ("GET", "/readyz")}
GUARDED = {
    ("GET", "/v1/site"),
    ("POST", "/v1/visitor/session"),
    ("POST", "/v1/visitor/{verb}"),
    ("GET", "/v1/visitor/changes"),
    ("GET", "/v1/visitor/socket"),
}
ASKED = [
    ("GET", "/v1/site?key=main"),
    ("POST", "/v1/visitor/session"),
    ("POST", "/v1/visitor/say"),
    ("POST", "/v1/visitor/email"),
    ("POST", "/v1/visitor/end"),
    ("POST", "/v1/visitor/transcript"),
    ("POST", "/v1/visitor/stay"),
    ("GET", "/v1/visitor/changes"),
    ("GET", "/v1/visitor/socket"),
    ("GET", "/v1/visitor/nothing"),
    ("OPTIONS", "/v1/visitor/say"),
    ("OPTIONS", "/v1/site"),
]


def wrong_origins(door: Door) -> list[str | None]:
    scheme, rest = door.origin.split("://")
    host, port = rest.split(":")
    return [
        None,
        "",
        "null",
        "*",
        "https://evil.example",
        door.origin.upper(),
        f"{scheme}://{host}:{int(port) + 1}",
        f"{scheme}://{host}",
        f"https://{rest}",
        f"{door.origin}/",
        f"{door.origin}.evil.example",
        f"{scheme}://x@{rest}",
        f"{scheme}://sub.{rest}",
        f"{door.origin}, {door.origin}",
        "https://evil.example " + door.origin,
    ]


def routes(world: World) -> set[tuple[str, str]]:
    app = build(VisitorDesk(world.bridge.store, SystemClock()), LocalSignals(), load(None))
    found = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource}
    return {(method, path) for method, path in found if method != "HEAD"}


async def test_every_route_is_public_or_guarded(door: Door) -> None:
    assert routes(door.world) == PUBLIC | GUARDED | WATCHED


@pytest.mark.parametrize(("method", "path"), ASKED)
async def test_only_the_pages_of_a_site_are_answered(unharmed: Door, method: str, path: str) -> None:
    token = await unharmed.token()
    for origin in wrong_origins(unharmed):
        headers = {"Origin": origin, "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = b'{"site": "main", "key": "12345678", "text": "SECRET", "address": "secret@shop.example"}'
        answer = await unharmed.ask(method, path, headers=headers, data=body if method == "POST" else None)
        assert (answer.status, answer.code) == (403, "origin_refused"), origin
        assert not answer.is_readable_by_pages
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_two_origin_headers_are_none(unharmed: Door) -> None:
    origin = unharmed.origin.encode()
    request = (
        b"GET /v1/site?key=main HTTP/1.1\r\nHost: x\r\nOrigin: %b\r\nOrigin: https://evil.example\r\n\r\n" % origin
    )
    reader, writer = await unharmed.raw(request)
    assert b" 403 " in await reader.readline()
    writer.close()


async def test_no_socket_for_a_foreign_page(unharmed: Door) -> None:
    for origin in wrong_origins(unharmed)[1:]:
        with pytest.raises(WSServerHandshakeError) as refused:
            async with unharmed.socket(Origin=str(origin)):
                pass
        assert refused.value.status == 403
        assert refused.value.headers is not None
        assert "Access-Control-Allow-Origin" not in refused.value.headers


async def test_a_preflight_of_a_page_of_ours_names_what_may_be_sent(unharmed: Door) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = await unharmed.ask("OPTIONS", "/v1/visitor/say", headers=asked)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == unharmed.origin
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_errors_can_be_read_by_the_pages_of_the_site(unharmed: Door) -> None:
    answer = await unharmed.post("/v1/visitor/say", {}, token="nobody-has-this-token-at-all")
    assert (answer.status, answer.code) == (401, "unknown_token")
    assert answer.headers["Access-Control-Allow-Origin"] == unharmed.origin


async def test_a_page_of_one_site_gets_nothing_of_another(unharmed: Door) -> None:
    answers = [
        await unharmed.get(f"/v1/site?key={OTHER}"),
        await unharmed.post("/v1/visitor/session", {"site": OTHER, "language": "en"}),
        await unharmed.get("/v1/site?key=main", headers={"Origin": OTHER_ORIGIN}),
    ]
    assert [(answer.status, answer.code) for answer in answers] == [(403, "origin_refused")] * 3
    assert not any(answer.is_readable_by_pages for answer in answers)


@pytest.mark.parametrize("name", ["nobody", "", "x" * 65, "MAIN", "main\x00", "maïn", "%ED%A0%80", "main'--"])
async def test_an_unknown_site_is_not_found(unharmed: Door, name: str) -> None:
    answers = [
        await unharmed.get("/v1/site", params={"key": name}),
        await unharmed.post("/v1/visitor/session", {"site": name[:64], "language": "en"}),
    ]
    wanted = [(404, "unknown_site")] * 2
    assert [(answer.status, answer.code) for answer in answers] == wanted


async def test_a_surrogate_names_no_site(unharmed: Door) -> None:
    answers = [
        await unharmed.post("/v1/visitor/session", b'{"site": "\\ud800", "language": "en"}'),
        await unharmed.get("/v1/site?key=%ED%A0%80"),
    ]
    assert [(answer.status, answer.code) for answer in answers] == [(404, "unknown_site")] * 2


async def test_the_token_of_another_site_opens_nothing(unharmed: Door) -> None:
    token = await unharmed.token(OTHER, OTHER_ORIGIN)
    body = {"key": key(), "text": "SECRET"}
    assert (await unharmed.post("/v1/visitor/say", body, token=token)).code == "origin_refused"
    answer = await unharmed.get("/v1/visitor/changes", headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 403
    async with unharmed.socket() as line:
        await line.hello(token)
        code, frames = await line.end()
        assert (code, [frame["code"] for frame in frames]) == (4401, ["unknown_token"])
    async with unharmed.socket() as line:
        await line.hello(token, site=OTHER)
        assert (await line.end())[0] == 4403


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer short",
        "Bearer " + "x" * 43,
        "Bearer " + "x" * 4000,
        "Bearer ÄÖ" + "x" * 41,
        "Basic eDp4",
        "Bearer a b",
        "Bearer ../../" + "x" * 40,
    ],
)
async def test_a_token_that_is_none_is_unknown(unharmed: Door, header: str | None) -> None:
    headers = {"Authorization": header, "Content-Type": "application/json"}
    answers = [
        await unharmed.get("/v1/visitor/changes", headers=headers),
        await unharmed.ask("POST", "/v1/visitor/say", headers=headers, data=b'{"key": "12345678", "text": "SECRET"}'),
        await unharmed.ask("POST", "/v1/visitor/email", headers=headers, data=b'{"key": "12345678"}'),
        await unharmed.ask("POST", "/v1/visitor/end", headers=headers, data=b'{"key": "12345678"}'),
    ]
    assert [(answer.status, answer.code) for answer in answers] == [(401, "unknown_token")] * 4


async def test_bytes_that_are_no_text_are_no_token(unharmed: Door) -> None:
    head = b"GET /v1/visitor/changes HTTP/1.1\r\nHost: x\r\nOrigin: %b\r\nAuthorization: Bearer \xed\xa0\x80%b\r\n\r\n"
    reader, writer = await unharmed.raw(head % (unharmed.origin.encode(), b"x" * 43))
    assert b" 401 " in await reader.readline()
    writer.close()


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 60_000, "\ud800" * 43, "ä" * 43, "\x00" * 43])
async def test_no_hello_with_a_token_that_is_none(unharmed: Door, token: str) -> None:
    async with unharmed.socket() as line:
        await line.hello(token)
        code, frames = await line.end()
        assert (code, frames[0]["code"]) == (4401, "unknown_token")


async def test_a_token_in_the_address_is_not_looked_at(unharmed: Door) -> None:
    token = await unharmed.token()
    for path in (f"/v1/visitor/changes?token={token}", f"/v1/visitor/changes?Authorization=Bearer%20{token}"):
        assert (await unharmed.get(path)).status == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v1/visitor/", 404),
        ("GET", "/v1/visitor/say/", 404),
        ("GET", "/widget/../../settings.py", 404),
        ("GET", "/widget/%2e%2e/%2e%2e/settings.py", 404),
        ("GET", "/v1/photo/../x", 404),
        ("GET", "/v1/photo/a%0Ab/c%00", 404),
        ("GET", "/v1/photo/%ED%A0%80/x", 404),
        ("GET", "/v1/visitor/say", 405),
        ("PUT", "/v1/visitor/say", 405),
        ("DELETE", "/v1/visitor/session", 405),
        ("POST", "/v1/site", 405),
        ("POST", "/widget.js", 405),
        ("TRACE", "/v1/site", 405),
        ("PATCH", "/v1/visitor/changes", 405),
        ("GET", "/v1/visitor/socket", 400),
        ("POST", "/v1/visitor/socket", 405),
        ("POST", "/v1/visitor/shout", 404),
    ],
)
async def test_what_is_not_there_is_said_in_our_form(unharmed: Door, method: str, path: str, status: int) -> None:
    answer = await unharmed.ask(method, path)
    assert answer.status == status
    assert answer.code in ("not_found", "malformed")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ("Allow" in answer.headers) == (status == 405)


async def test_public_files_are_for_everybody(unharmed: Door) -> None:
    for path in ("/widget.js", "/widget/panel.js"):
        answer = await unharmed.get(path, headers={"Origin": "https://evil.example"})
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
        again = await unharmed.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status, again.text) == (304, "")
