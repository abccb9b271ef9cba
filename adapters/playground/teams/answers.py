"""What the connector and the login answer, and how a fault spoils it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from aiohttp import web

from adapters.playground.faults import Fault
from adapters.playground.teams.errors import ConnectorError
from adapters.playground.teams.faults import CODED
from adapters.playground.teams.ids import MARK
from adapters.playground.teams.stage import Stage
from adapters.playground.values import JSON

HTML = "<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry.</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`raw` takes the place of the JSON; an empty body is none at all."""

    status: int = 200
    body: JSON = field(default_factory=dict)
    raw: str = ""
    picture: bytes = b""
    error: str = ""
    retry_after: int = 0
    is_cut: bool = False


def refused(error: ConnectorError) -> Answer:
    return Answer(status=error.status, body=error.body, error=error.code)


def throttled(seconds: int) -> Answer:
    error = ConnectorError("Throttled")
    return Answer(status=error.status, body=error.body, error=error.code, retry_after=seconds)


def cut() -> Answer:
    return Answer(status=0, error="cut", is_cut=True)


def spoilt_before(stage: Stage, method: str, fault: Fault) -> Answer:
    if fault.kind == "throttled":
        return throttled(stage.pace.refuse(method, "", max(1, int(fault.seconds))))
    if fault.kind == "conflict":
        return refused(ConnectorError("PreconditionFailed"))
    if fault.kind == "error_500_before":
        return Answer(status=500, raw=HTML, error="not_json")
    if fault.kind == "error_502":
        return Answer(status=502, error="empty")
    if fault.kind.startswith(CODED):
        return refused(ConnectorError(fault.code))
    return cut()


def _wrong(stage: Stage, body: JSON) -> JSON:
    """Ids that no message has; the true ones are not to be had any more."""
    id = stage.new_id()
    channel, mark, _root = str(body.get("id", "")).partition(MARK)
    wrong = {"id": f"{channel}{mark}{id}" if mark else id, "activityId": id}
    return {name: wrong.get(name, value) for name, value in body.items()}


def spoilt_after(stage: Stage, fault: Fault, answer: Answer) -> Answer:
    if fault.kind == "error_500_after":
        return Answer(status=500, raw=HTML, error="not_json")
    if fault.kind == "error_504":
        return Answer(status=504, error="empty")
    if fault.kind == "html_200":
        return Answer(raw=HTML, error="not_json")
    if fault.kind == "truncated_json":
        whole = json.dumps(answer.body)
        return Answer(status=answer.status, raw=whole[: len(whole) // 2], error="not_json")
    if fault.kind == "wrong_id":
        return Answer(status=answer.status, body=_wrong(stage, answer.body), error=answer.error)
    return answer if fault.kind == "slow" else cut()


def response(request: web.Request, answer: Answer) -> web.Response:
    if answer.is_cut:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    headers = {"Retry-After": str(answer.retry_after)} if answer.retry_after else {}
    if answer.raw:
        kind = "application/json" if answer.raw.startswith("{") else "text/html"
        return web.Response(text=answer.raw, status=answer.status, content_type=kind, headers=headers)
    if answer.picture:
        return web.Response(body=answer.picture, status=answer.status, content_type="application/octet-stream")
    if not answer.body:
        return web.Response(status=answer.status, headers=headers)
    return web.json_response(answer.body, status=answer.status, headers=headers)
