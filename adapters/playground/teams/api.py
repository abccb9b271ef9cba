"""The doors of the connector and of the login: token, rate limit, faults, then the method; every call
is written down.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from adapters.playground.teams import connector, login
from adapters.playground.teams.answers import Answer, cut, refused, response, spoilt_after, spoilt_before, throttled
from adapters.playground.teams.connector import Asked, Made
from adapters.playground.teams.errors import ConnectorError
from adapters.playground.teams.faults import is_before
from adapters.playground.teams.stage import Stage
from adapters.playground.teams.values import Call
from adapters.playground.teams.workspace import TENANT
from adapters.playground.values import JSON

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Work = Callable[[], Made]
WRITING = ("create", "send", "update", "delete")
BASE = "/teams/connector/{tenant}/v3"
TALK = BASE + "/conversations/{conversation}"

# Verb and path -> the name that faults and calls have, and the method.
CONNECTOR: tuple[tuple[str, str, str, connector.Method], ...] = (
    ("POST", f"{BASE}/conversations", "create", connector.create),
    ("POST", f"{TALK}/activities", "send", connector.send),
    ("POST", f"{TALK}/activities/{{item}}", "send", connector.send),
    ("PUT", f"{TALK}/activities/{{item}}", "update", connector.update),
    ("DELETE", f"{TALK}/activities/{{item}}", "delete", connector.delete),
    ("GET", f"{TALK}/members/{{item}}", "member", connector.member),
    ("GET", f"{TALK}/pagedmembers", "members", connector.members),
    ("GET", f"{BASE}/teams/{{conversation}}", "teams", connector.team),
    ("GET", f"{BASE}/teams/{{conversation}}/conversations", "teams", connector.channels),
    ("GET", f"{BASE}/attachments/{{item}}/views/original", "attachment", connector.attachment),
)


def _authorize(stage: Stage, request: web.Request) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not stage.tokens.is_good(token.strip()):
        raise ConnectorError("Unauthorized")
    if request.match_info.get("tenant") != TENANT:
        raise ConnectorError("ConversationNotFound")


async def _body(request: web.Request) -> JSON:
    if request.method not in ("POST", "PUT"):
        return {}
    if request.content_type != "application/json":
        raise ConnectorError("BadSyntax", "the body must be application/json")
    try:
        parsed = json.loads(await request.read())
    except (ValueError, RecursionError) as broken:
        raise ConnectorError("BadSyntax", "the body is not JSON") from broken
    if not isinstance(parsed, dict):
        raise ConnectorError("BadSyntax", "the body must be an object")
    return parsed


def _answer(work: Work) -> Answer:
    try:
        status, body = work()
    except ConnectorError as error:
        return refused(error)
    if connector.PICTURE in body:
        return Answer(status=status, picture=body[connector.PICTURE])
    return Answer(status=status, body=body, error=str(body.get("error", "")) if status >= 400 else "")


async def _late(work: Work, seconds: float) -> None:
    await asyncio.sleep(seconds)
    _answer(work)


async def _perform(stage: Stage, method: str, work: Work) -> Answer:
    fault = stage.faults.take(method)
    if fault is None:
        return _answer(work)
    if is_before(fault):
        return spoilt_before(stage, method, fault)
    if fault.kind == "late_effect":
        stage.deliveries.run(_late(work, fault.seconds))
        return cut()
    answer = _answer(work)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    return spoilt_after(stage, fault, answer)


async def _alone(stage: Stage, method: str, conversation: str, work: Work) -> Answer:
    """With the rule, an operation keeps its conversation to itself for a while."""
    if not stage.rules.teams.holds or method not in WRITING:
        return await _perform(stage, method, work)
    if conversation in stage.busy:
        return refused(ConnectorError("PreconditionFailed"))
    stage.busy.add(conversation)
    try:
        await asyncio.sleep(stage.rules.teams.holds)
        return await _perform(stage, method, work)
    finally:
        stage.busy.discard(conversation)


@dataclass(frozen=True, slots=True)
class Doors:
    stage: Stage

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/teams/login/{tenant}/oauth2/v2.0/token", self.token),
            web.get("/teams/openid/.well-known/openidconfiguration", self.openid),
            web.get("/teams/openid/keys", self.keys),
            *(web.route(verb, path, self._connector(name, method)) for verb, path, name, method in CONNECTOR),
            web.route("*", "/teams/connector/{rest:.*}", self.nothing),
        ]

    def _connector(self, name: str, method: connector.Method) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, name, method)

        return serve

    async def _serve(self, request: web.Request, name: str, method: connector.Method) -> web.StreamResponse:
        found = request.match_info
        ids = found.get("conversation", ""), found.get("item", "")
        asked, early = Asked(*ids, dict(request.query)), None
        try:
            asked = Asked(*ids, dict(request.query), await _body(request))
            early = self.stage.pace.early(name, asked.place.channel)
            _authorize(self.stage, request)
            answer = await self._paced(name, method, asked)
        except ConnectorError as error:
            answer = refused(error)
        self._write_down(request, name, asked, (answer, early))
        return response(request, answer)

    async def _paced(self, name: str, method: connector.Method, asked: Asked) -> Answer:
        seconds = self.stage.pace.ask(name, asked.place.channel)
        if seconds:
            return throttled(seconds)
        conversation = asked.conversation or asked.place.channel
        return await _alone(self.stage, name, conversation, lambda: method(self.stage, asked))

    def _write_down(self, request: web.Request, name: str, asked: Asked, ended: tuple[Answer, float | None]) -> None:
        answer, early = ended
        call = Call(
            at=self.stage.rules.clock(),
            method=name,
            path=request.path,
            conversation=asked.conversation,
            activity=asked.item,
            query=asked.query,
            body=asked.body,
            status=answer.status,
            error=answer.error,
            early=early,
        )
        self.stage.calls.append(call)

    # login and keys

    async def _open(self, request: web.Request, name: str, work: Work, form: JSON) -> web.StreamResponse:
        early = self.stage.pace.early(name, "")
        seconds = self.stage.pace.ask(name, "")
        answer = throttled(seconds) if seconds else await _perform(self.stage, name, work)
        self._write_down(request, name, Asked(body=form), (answer, early))
        return response(request, answer)

    async def token(self, request: web.Request) -> web.StreamResponse:
        form: JSON = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        tenant = request.match_info["tenant"]
        kept = {name: value for name, value in form.items() if name != "client_secret"}
        return await self._open(request, "token", lambda: login.token(self.stage, tenant, form), kept)

    async def openid(self, request: web.Request) -> web.StreamResponse:
        return await self._open(request, "openid", lambda: login.openid(self.stage), {})

    async def keys(self, request: web.Request) -> web.StreamResponse:
        return await self._open(request, "keys", lambda: login.keys(self.stage), {})

    async def nothing(self, request: web.Request) -> web.StreamResponse:
        answer = refused(ConnectorError("NotFound"))
        self._write_down(request, "unknown", Asked(), (answer, None))
        return response(request, answer)
