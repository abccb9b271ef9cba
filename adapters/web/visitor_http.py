"""The visitors' HTTP requests."""

from __future__ import annotations

import asyncio
import math
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from adapters.web import wire
from adapters.web.desk import VISITOR_SIDE
from adapters.web.live import LONGEST_CURSOR
from adapters.web.visitor_socket import SOCKETS
from bridge.errors import NotFound, Refused
from bridge.ports import Bell
from bridge.topics import visitor_topic
from bridge.visitors import Guest
from bridge.wording import best

LONGEST_POLL: Final = 25.0  # seconds
LOOKS_EVERY: Final = 1.0  # seconds: how long a client that has gone away keeps its place
BODY_WITHIN: Final = 15.0  # seconds


async def site(request: web.Request) -> web.Response:
    """GET /v1/site."""
    side = request.app[VISITOR_SIDE]
    found = await side.site(request, request.query.get("key", ""))
    language = request.query.get("language", "")[:35]
    shown = wire.site(found, language, await side.desk.texts(found.id))
    return _json({**shown, "limits": {"text": side.settings.limit_text}, "mail": side.desk.mails})


async def session(request: web.Request) -> web.Response:
    """POST /v1/visitor/session."""
    side = request.app[VISITOR_SIDE]
    body = await _body(request)
    found = await side.site(request, wire.text(body, "site", limit=64))
    side.limits.session(side.address(request))
    language = best(wire.text(body, "language", default=found.language, limit=35))
    return _json({"token": await side.desk.arrive(found, language), "mail": side.desk.mails})


async def perform(request: web.Request) -> web.Response:
    """POST /v1/visitor/say, /email, /transcript, /stay and /end."""
    side = request.app[VISITOR_SIDE]
    guest = await _guest(request)
    body = await _body(request)
    key = wire.key(body)
    await side.perform(request, guest, request.match_info["verb"], body)
    return _json({"ok": key})


async def changes(request: web.Request) -> web.Response:
    """GET /v1/visitor/changes: at once if there is news after the cursor, else when there is or the time is over."""
    side = request.app[VISITOR_SIDE]
    guest = await _guest(request)
    cursor = request.query.get("cursor", "")[:LONGEST_CURSOR] if "cursor" in request.query else None
    with (
        side.limits.socket("visitor", guest.visitor.id),
        side.signals.listen(visitor_topic(guest.visitor.id)) as bell,
    ):
        seen = await side.desk.visible(guest.visitor.id, cursor)
        is_news = cursor is None or seen.reset or seen.upto != cursor
        if not is_news and await _rang(request, bell):
            seen = await side.desk.visible(guest.visitor.id, cursor)
    language = best(request.query.get("language", guest.visitor.language)[:35])
    return _json({"changes": wire.changes(seen, language), "state": wire.state(seen, mails=side.desk.mails)})


async def photo(request: web.Request) -> web.Response:
    """GET /v1/photo/{agent}/{version}: an agent's picture, under a name that changes with it."""
    side = request.app[VISITOR_SIDE]
    body, kind = await side.desk.photo(request.match_info["agent"], request.match_info["version"])
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
    }
    return web.Response(body=body, content_type=kind, headers=headers)


async def _rang(request: web.Request, bell: Bell) -> bool:
    """Whether something happened before the time is over, the client has gone or we stop."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _wait(request)
    while (left := end - loop.time()) > 0 and not _is_over(request):
        if await bell.wait(min(left, LOOKS_EVERY)):
            return True
    return False


def _is_over(request: web.Request) -> bool:
    gone = request.transport is None or request.transport.is_closing()
    return gone or request.app[SOCKETS].is_closing


def _wait(request: web.Request) -> float:
    try:
        wait = float(request.query.get("wait", "0")[:8])
    except ValueError:
        return 0.0
    return 0.0 if math.isnan(wait) else min(max(wait, 0.0), LONGEST_POLL)


async def _guest(request: web.Request) -> Guest:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotFound("unknown_token")
    return await request.app[VISITOR_SIDE].guest(request, token.strip())


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Refused("malformed", "Content-Type must be application/json")
    try:
        async with asyncio.timeout(BODY_WITHIN):
            raw = await request.read()
    except TimeoutError as error:
        raise Refused("malformed", f"the body did not arrive within {BODY_WITHIN:.0f} s") from error
    except HttpProcessingError as error:
        raise Refused("malformed", "the body's encoding is broken") from error
    return wire.parse(raw)


def _json(value: Any) -> web.Response:
    return web.Response(
        text=wire.dumps(value),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
