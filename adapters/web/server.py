"""The visitors' web application."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.settings import Settings
from adapters.web import files, health, visitor_http, visitor_socket, wire
from adapters.web.desk import VERBS, VISITOR_SIDE, VisitorSide
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
    "not_found": 404,
    "unknown_site": 404,
    "key_reused": 409,
    "too_large": 413,
    "too_long": 422,
    "too_fast": 429,
    "busy": 503,
    "no_mail": 503,
}
SILENT: Final = 75.0  # seconds; above the 60 that a proxy usually keeps a connection for the next request
SENDING: Final = 60.0  # seconds that a client may take to receive an answer
NOT_HTTP: Final = {404: "not_found", 413: "too_large"}  # all other refusals of the library: malformed
GUARDED: Final = ("/v1/site", "/v1/visitor")
OUTER_HEADERS: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_log = logging.getLogger("silta.web")


def build(
    desk: VisitorDesk,
    signals: Signals,
    settings: Settings,
    *,
    extra_routes: Iterable[web.RouteDef] = (),
    ready: health.Look | None = None,
) -> web.Application:
    """The application; `app.py` runs it. Extra routes are not the visitors': they know by themselves who asks.

    `ready` tells which parts are healthy, by name; names are public.
    """
    app = web.Application(middlewares=[headers, errors, cors, errors], client_max_size=wire.BODY_LIMIT)
    app[VISITOR_SIDE] = VisitorSide(desk, Live(desk, signals), Limits(settings), settings, signals)
    app[visitor_socket.SOCKETS] = visitor_socket.Sockets()
    app.on_shutdown.append(visitor_socket.close_all)
    app.router.add_get("/v1/site", visitor_http.site)
    app.router.add_post("/v1/visitor/session", visitor_http.session)
    app.router.add_post(f"/v1/visitor/{{verb:{'|'.join(VERBS)}}}", visitor_http.perform)
    app.router.add_get("/v1/visitor/changes", visitor_http.changes)
    app.router.add_get("/v1/visitor/socket", visitor_socket.socket)
    app.router.add_get("/v1/photo/{agent}/{version}", visitor_http.photo)
    app.add_routes(extra_routes)
    health.add_routes(app, ready)
    files.add_routes(app, settings.origin)
    return app


def runner(app: web.Application, *, shutdown_timeout: float) -> web.AppRunner:
    """What runs the application. A connection that sends nothing, or half a header, is closed after SILENT seconds:
    the library's own patience is an hour.
    """
    return web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=SILENT,
        shutdown_timeout=shutdown_timeout,
    )


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Our errors become status codes; what we did not foresee is logged and answered without a word of it.

    It stands twice: inside of `cors`, so that pages can read what went wrong, and outside, since `cors` reads too.
    """
    try:
        return await handler(request)
    except (NotFound, Refused) as error:
        return _refused(request, wire.refusal(error))
    except web.HTTPException as error:
        return _refused(request, Refused(NOT_HTTP.get(error.status, "malformed")), like=error)
    except (ConnectionError, web.RequestPayloadError):
        return _refused(request, Refused("malformed", "the body did not arrive whole"))
    except Exception:  # noqa: BLE001 - the last wall: whatever it is, the visitor gets an answer without a word of it
        return await _fell(request)


async def _fell(request: web.Request) -> web.StreamResponse:
    resource = request.match_info.route.resource
    _log.exception("a request to %s failed", resource.canonical if resource else "nowhere")
    connection: web.WebSocketResponse | None = request.get(visitor_socket.UPGRADED)
    if connection is None:
        return _refused(request, Refused("other"))
    await visitor_socket.failed(connection)
    return connection


def _refused(request: web.Request, error: Refused, like: web.HTTPException | None = None) -> web.Response:
    language = re.split("[,;]", request.headers.get("Accept-Language", ""))[0][:35]
    body = wire.dumps({"error": wire.error(error, language)})
    status = like.status if like else STATUS.get(error.code, 500)
    response = web.Response(status=status, text=body, content_type="application/json")
    if like and "Allow" in like.headers:
        response.headers["Allow"] = like.headers["Allow"]
    return response


@web.middleware
async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only pages of our sites may ask and read answers; public files say so themselves."""
    if not request.path.startswith(GUARDED):
        return await handler(request)
    await request.app[VISITOR_SIDE].check_origin(request)
    if request.method == "OPTIONS":
        response: web.StreamResponse = web.Response(status=204, headers=_PREFLIGHT)
    else:
        response = await handler(request)
    if response.status != STATUS["origin_refused"] and not response.prepared:
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Vary"] = "Origin"
    return response


_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}


@web.middleware
async def headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What every answer carries. Who does not take it in time is cut off: the library would wait for ever."""
    response = await handler(request)
    if response.prepared:
        return response
    response.headers.update(OUTER_HEADERS)
    try:
        async with asyncio.timeout(SENDING):
            await response.prepare(request)
            await response.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
    return response
