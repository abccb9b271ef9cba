"""The visitors' web application."""

from __future__ import annotations

import logging
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.settings import Settings
from adapters.web import files, visitor_http, visitor_socket, wire
from adapters.web.desk import VISITOR_SIDE, VisitorSide
from adapters.web.limits import Limits
from adapters.web.live import Live
from bridge.errors import NotFound, Refused
from bridge.ports import Signals
from bridge.visitors import VisitorDesk

STATUS: Final = {
    "malformed": 400,
    "empty": 400,
    "bad_email": 400,
    "unknown_token": 401,
    "origin_refused": 403,
    "unknown_site": 404,
    "key_reused": 409,
    "too_large": 413,
    "too_long": 422,
    "too_fast": 429,
    "busy": 503,
}
OUTER_HEADERS: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_log = logging.getLogger("silta.web")


def build(desk: VisitorDesk, signals: Signals, settings: Settings) -> web.Application:
    """The application; `app.py` runs it."""
    app = web.Application(middlewares=[headers, cors, errors], client_max_size=wire.BODY_LIMIT)
    app[VISITOR_SIDE] = VisitorSide(desk, Live(desk, signals), Limits(settings), settings, signals)
    app[visitor_socket.SOCKETS] = visitor_socket.Sockets()
    app.on_shutdown.append(visitor_socket.close_all)
    app.router.add_get("/v1/site", visitor_http.site)
    app.router.add_post("/v1/visitor/session", visitor_http.session)
    app.router.add_post("/v1/visitor/{verb:say|email|end}", visitor_http.perform)
    app.router.add_get("/v1/visitor/changes", visitor_http.changes)
    app.router.add_get("/v1/visitor/socket", visitor_socket.socket)
    app.router.add_get("/v1/photo/{agent}/{version}", visitor_http.photo)
    files.add_routes(app, settings.origin)
    return app


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Our errors become status codes; what we did not foresee is logged and answered without a word of it."""
    try:
        return await handler(request)
    except NotFound as error:
        code = str(error) if str(error) in STATUS else "not_found"
        return _refused(request, Refused(code))
    except Refused as error:
        return _refused(request, error)
    except web.HTTPRequestEntityTooLarge:
        return _refused(request, Refused("too_large"))
    except web.HTTPException:
        raise
    except Exception:  # noqa: BLE001 - the last wall: whatever it is, the visitor gets an answer without a word of it
        _log.exception("a request to %s failed", request.path)
        return _refused(request, Refused("other"), status=500)


def _refused(request: web.Request, error: Refused, status: int | None = None) -> web.Response:
    language = request.headers.get("Accept-Language", "")[:35]
    body = wire.dumps({"error": wire.error(error, language)})
    return web.Response(status=status or STATUS.get(error.code, 404), text=body, content_type="application/json")


@web.middleware
async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only pages of our sites may read answers; public files say so themselves."""
    origin = request.headers.get("Origin", "")
    is_ours = bool(origin) and request.path.startswith("/v1/") and await _is_known(request, origin)
    if request.method == "OPTIONS" and is_ours:
        response: web.StreamResponse = web.Response(status=204, headers=_PREFLIGHT)
    else:
        response = await handler(request)
    if is_ours and not response.prepared:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Vary"] = "Origin"
    return response


_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}


async def _is_known(request: web.Request, origin: str) -> bool:
    sites = await request.app[VISITOR_SIDE].desk.sites()
    return any(origin.lower() in site.origins for site in sites)


@web.middleware
async def headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What every answer carries."""
    response = await handler(request)
    if not response.prepared:
        response.headers.update(OUTER_HEADERS)
    return response
