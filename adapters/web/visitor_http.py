"""The visitors' HTTP requests."""

from __future__ import annotations

import asyncio
import math
from typing import Any

from aiohttp import web

from adapters.web import wire
from adapters.web.desk import VISITOR_SIDE
from bridge.errors import NotFound, Refused
from bridge.topics import visitor_topic
from bridge.visitors import Guest
from bridge.wording import best

LONGEST_POLL = 25.0  # seconds


async def site(request: web.Request) -> web.Response:
    """GET /v1/site."""
    side = request.app[VISITOR_SIDE]
    found = await side.site(request, request.query.get("key", ""))
    language = request.query.get("language", "")[:35]
    return _json(wire.site(found, language, side.settings.limit_text))


async def session(request: web.Request) -> web.Response:
    """POST /v1/visitor/session."""
    side = request.app[VISITOR_SIDE]
    body = await _body(request)
    found = await side.site(request, wire.text(body, "site", limit=64))
    await side.limits.session(side.address(request))
    language = best(wire.text(body, "language", default=found.language, limit=35))
    return _json({"token": await side.desk.arrive(found, language)})


async def perform(request: web.Request) -> web.Response:
    """POST /v1/visitor/say, /email and /end."""
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
    cursor = request.query.get("cursor") or None
    with (
        side.limits.socket("visitor", guest.visitor.id),
        side.signals.listen(visitor_topic(guest.visitor.id)) as bell,
    ):
        seen = await side.desk.visible(guest.visitor.id, cursor)
        is_first = cursor is None or seen.reset or seen.upto != cursor
        if not is_first and await bell.wait(_wait(request)):
            seen = await side.desk.visible(guest.visitor.id, cursor)
    language = best(request.query.get("language", guest.visitor.language)[:35])
    return _json({"changes": wire.changes(seen, language), "state": wire.state(seen)})


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


def _wait(request: web.Request) -> float:
    try:
        wait = float(request.query.get("wait", "0")[:8])
    except ValueError:
        return 0.0
    return 0.0 if math.isnan(wait) else min(max(wait, 0.0), LONGEST_POLL)


async def _guest(request: web.Request) -> Guest:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > 200:
        raise NotFound("unknown_token")
    return await request.app[VISITOR_SIDE].guest(request, token.strip())


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Refused("malformed", "Content-Type must be application/json")
    try:
        async with asyncio.timeout(15):
            raw = await request.read()
    except TimeoutError as error:
        raise Refused("malformed", "the body did not arrive within 15 s") from error
    return wire.parse(raw)


def _json(value: Any) -> web.Response:
    return web.Response(
        text=wire.dumps(value),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
