"""The Web API's door: token, rate limit, faults, arguments, then the method; every call is written
down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from aiohttp import web

from adapters.playground import (
    methods_auth,
    methods_chat,
    methods_conversations,
    methods_files,
    methods_people,
    methods_reactions,
    methods_views,
    scopes,
)
from adapters.playground.answers import (
    Answer,
    failure,
    limited,
    response,
    spoilt_after,
    spoilt_before,
)
from adapters.playground.arguments import Arguments, read, require
from adapters.playground.contract import GENERIC, METHODS, Contract
from adapters.playground.errors import ApiError
from adapters.playground.rules import APP_TOKEN, BOT_TOKEN
from adapters.playground.stage import Stage
from adapters.playground.values import JSON, Call

Method = Callable[[Stage, Arguments], JSON]

HANDLERS: dict[str, Method] = {
    **methods_auth.METHODS,
    **methods_chat.METHODS,
    **methods_conversations.METHODS,
    **methods_files.METHODS,
    **methods_people.METHODS,
    **methods_reactions.METHODS,
    **methods_views.METHODS,
}
NEEDS_APP_TOKEN = ("apps.connections.open",)


def _authorize(stage: Stage, request: web.Request, method: str, arguments: Arguments) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given = token.strip() if scheme.lower() == "bearer" and token else arguments.text("token")
    if not given:
        raise ApiError("not_authed")
    if given not in (BOT_TOKEN, APP_TOKEN):
        raise ApiError("invalid_auth")
    if (given == APP_TOKEN) != (method in NEEDS_APP_TOKEN):
        raise ApiError("not_allowed_token_type")
    if stage.revoked and given == BOT_TOKEN:
        raise ApiError("token_revoked")


def _warned(body: JSON, warnings: tuple[str, ...]) -> JSON:
    said = [*body.pop("warnings", ()), *warnings]
    if not said:
        return body
    metadata = dict(body.get("response_metadata", {})) | {"warnings": said}
    return body | {"warning": ",".join(said), "response_metadata": metadata}


def run(stage: Stage, method: str, arguments: Arguments) -> JSON:
    """One method on the stage: `{"ok": true, ...}` or its error, which its contract must name."""
    contract = METHODS[method]
    try:
        require(arguments, contract)
        return _warned({"ok": True} | HANDLERS[method](stage, arguments), arguments.warnings)
    except ApiError as error:
        if error.code not in GENERIC and error.code not in contract.errors:
            raise LookupError(f"{method} has no error {error.code}") from error
        return failure(error)


async def _late(stage: Stage, method: str, arguments: Arguments, seconds: float) -> None:
    await asyncio.sleep(seconds)
    run(stage, method, arguments)


async def _perform(stage: Stage, method: str, arguments: Arguments) -> Answer:
    fault = stage.faults.take(method)
    if fault is None:
        return Answer(body=run(stage, method, arguments))
    if fault.is_before:
        return spoilt_before(stage, method, fault)
    if fault.kind == "late_effect":
        stage.deliveries.run(_late(stage, method, arguments, fault.seconds))
        return Answer(is_cut=True)
    body = run(stage, method, arguments)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    return spoilt_after(stage, fault, body)


async def _answer(stage: Stage, request: web.Request, method: str, call: Call) -> tuple[Call, Answer]:
    contract: Contract | None = METHODS.get(method)
    if contract is None:
        return call, Answer(body={"ok": False, "error": "unknown_method", "req_method": method})
    try:
        arguments = await read(request, contract)
        given = {name: value for name, value in arguments.given.items() if name != "token"}
        call = replace(call, arguments=given, undocumented=tuple(sorted(set(given) - contract.arguments)))
        _authorize(stage, request, method, arguments)
        scopes.check(method, arguments, stage.rules.scopes)
    except ApiError as error:
        return call, Answer(body=failure(error))
    seconds = stage.pace.ask(method, contract.tier, arguments.text("channel"))
    if seconds:
        return call, limited(method, seconds)
    return call, await _perform(stage, method, arguments)


async def handle(stage: Stage, request: web.Request) -> web.Response:
    method = request.match_info["method"]
    call = Call(
        at=stage.rules.clock(),
        method=method,
        arguments={},
        status=0,
        early=stage.pace.early(method),
    )
    call, answer = await _answer(stage, request, method, call)
    stage.calls.append(replace(call, status=0 if answer.is_cut else answer.status, error=answer.error))
    made = response(request, answer)
    made.headers["X-OAuth-Scopes"] = ",".join(sorted(stage.rules.scopes))
    return made
