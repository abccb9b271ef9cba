"""One running pretend Slack and Teams: Web API, sockets, connector, pages and control on one port, a
mailbox on another, and the same verbs in Python.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import ClientSession, web

from adapters.playground import answers, api, avatars, methods_files, responses
from adapters.playground.control import Control
from adapters.playground.errors import ApiError, Refused
from adapters.playground.http_events import HttpSender
from adapters.playground.mail_server import MailServer
from adapters.playground.mail_verbs import MailVerbs
from adapters.playground.rules import HttpTarget, Rules
from adapters.playground.stage import Stage
from adapters.playground.static import Pages
from adapters.playground.teams.stage import Stage as TeamsStage
from adapters.playground.teams.verbs import Teams
from adapters.playground.workspace import Workspace

LOOPBACK = ("127.0.0.1", "localhost", "::1")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def only_loopback(request: web.Request, handler: Handler) -> web.StreamResponse:
    """No page of another origin may drive the playground, nor a name that only resolves to this
    machine.
    """
    host = urlsplit(f"//{request.headers.get('Host', '')}")
    origin = request.headers.get("Origin")
    if host.hostname not in LOOPBACK:
        return web.json_response({"error": "host_not_loopback"}, status=403)
    if origin is not None and urlsplit(origin).netloc != host.netloc:
        return web.json_response({"error": "foreign_origin"}, status=403)
    return await handler(request)


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response({"error": str(refused)}, status=400)


class Playground(MailVerbs):
    """Nothing listens before `start`, nothing is left after `stop`. One start per object."""

    def __init__(
        self,
        workspace: Workspace | None = None,
        *,
        silta_origin: str = "",
        site_key: str = "",
        teams_site_key: str = "",
        rules: Rules | None = None,
    ) -> None:
        super().__init__(Stage.set_up(workspace or Workspace.pretend(), rules or Rules()))
        self.teams = Teams(TeamsStage.set_up(self.stage.rules))
        self._pages = Pages(silta_origin, site_key, teams_site_key)
        self._mail = MailServer(self.stage.mailbox)
        self._runner: web.AppRunner | None = None
        self._session: ClientSession | None = None

    @property
    def url(self) -> str:
        """Without a slash at the end; empty before `start`."""
        return self.stage.url

    @property
    def api_url(self) -> str:
        """What a Slack client takes as its base_url."""
        return f"{self.stage.url}/api/"

    @property
    def smtp_host(self) -> str:
        """Always loopback; empty before `start`."""
        return self._mail.host

    @property
    def smtp_port(self) -> int:
        """Zero before `start`."""
        return self._mail.port

    async def start(self, host: str = "127.0.0.1", port: int = 0, *, smtp_port: int = 0) -> None:
        self._runner = web.AppRunner(self._app(), shutdown_timeout=1.0, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0][1]
        shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
        self.stage.url = self.teams.stage.url = f"http://{shown}:{bound}"
        await self._mail.start(host if host in LOOPBACK else "127.0.0.1", smtp_port)

    async def stop(self) -> None:
        await self._mail.stop()
        await self.stage.deliveries.stop()
        await self.stage.hub.close(list(self.stage.hub.links))
        await self.stage.live.close()
        await self.teams.stop()
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()
        # One turn of the loop, in which connections that were cut are closed.
        await asyncio.sleep(0)

    async def deliver_over_http(self, target: HttpTarget) -> None:
        """From now on events and clicks go there, signed, and no longer to the sockets."""
        if self._session is None:
            self._session = ClientSession()
        rules = self.stage.rules
        self.stage.deliveries.http = HttpSender(target, self._session, rules.clock, rules.ack_timeout)

    async def verify_url(self) -> bool:
        """Whether the events URL gives the challenge back, as Slack asks before it accepts one."""
        sender = self.stage.deliveries.http
        return sender is not None and await sender.verify(secrets.token_urlsafe(24))

    # routes

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[only_loopback, refusals], client_max_size=64 * 1024 * 1024)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._api),
                web.get("/socket/{ticket}", self.stage.hub.serve),
                web.post("/actions/{token}", self._respond),
                web.post("/upload/{id}", self._upload),
                web.get("/files/{id}/{name}", self._file),
                web.get("/avatar/{name}.png", self._avatar),
                *Control(self.stage).routes(),
                *self.teams.routes(),
                *self._pages.routes(),
            ]
        )
        return app

    async def _api(self, request: web.Request) -> web.StreamResponse:
        return await api.handle(self.stage, request)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        return await methods_files.take(self.stage, request)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return await methods_files.give(self.stage, request)

    async def _avatar(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=avatars.png(request.match_info["name"]), content_type="image/png")

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
            responses.respond(self.stage, request.match_info["token"], body if isinstance(body, dict) else {})
        except ValueError:
            return web.Response(text="invalid_payload", status=400)
        except ApiError as error:
            return web.json_response(answers.failure(error), status=404)
        return web.Response(text="ok")
