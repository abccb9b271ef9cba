"""What the Web API answers, and how a fault spoils it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from aiohttp import web

from adapters.playground.errors import ApiError, MissingScope
from adapters.playground.faults import CODED, CODED_AFTER, Fault
from adapters.playground.stage import Stage
from adapters.playground.values import JSON

HTML = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sorry.</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    body: JSON = field(default_factory=dict)
    status: int = 200
    retry_after: int = 0
    raw: str = ""
    is_cut: bool = False

    @property
    def error(self) -> str:
        return "cut" if self.is_cut else str(self.body.get("error", "") or ("not_json" if self.raw else ""))


def failure(error: ApiError) -> JSON:
    body: JSON = {"ok": False, "error": error.code}
    if isinstance(error, MissingScope):
        return body | {"needed": error.needed, "provided": error.provided}
    return body | {"response_metadata": {"messages": list(error.messages)}} if error.messages else body


def limited(method: str, seconds: int) -> Answer:
    code = "rate_limited" if method == "chat.postMessage" else "ratelimited"
    return Answer(body={"ok": False, "error": code}, status=429, retry_after=seconds)


def spoilt_before(stage: Stage, method: str, fault: Fault) -> Answer:
    if fault.kind == "rate_limited":
        return limited(method, stage.pace.refuse(method, max(1, int(fault.seconds))))
    if fault.kind == "error_500_before":
        return Answer(status=500, raw=HTML)
    if fault.kind.startswith(CODED):
        return Answer(body={"ok": False, "error": fault.code})
    return Answer(is_cut=True)


def _wrong(body: JSON, stage: Stage) -> JSON:
    """A ts that no message has; the true one must be found by reading the thread back."""
    return body | {key: stage.stamp() for key in ("ts", "message_ts") if key in body}


def spoilt_after(stage: Stage, fault: Fault, body: JSON) -> Answer:
    if fault.kind == "error_500_after":
        return Answer(status=500, raw=HTML)
    if fault.kind == "html_200":
        return Answer(raw=HTML)
    if fault.kind == "truncated_json":
        whole = json.dumps(body)
        return Answer(raw=whole[: len(whole) // 2])
    if fault.kind == "wrong_ts":
        return Answer(body=_wrong(body, stage))
    if fault.kind.startswith(CODED_AFTER):
        return Answer(body={"ok": False, "error": fault.code})
    return Answer(body=body) if fault.kind == "slow" else Answer(is_cut=True)


def response(request: web.Request, answer: Answer) -> web.Response:
    if answer.is_cut:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    headers = {"X-Slack-Req-Id": "playground"}
    if answer.retry_after:
        headers["Retry-After"] = str(answer.retry_after)
    if answer.raw:
        kind = "application/json" if answer.raw.startswith("{") else "text/html"
        return web.Response(text=answer.raw, status=answer.status, content_type=kind, headers=headers)
    return web.json_response(answer.body, status=answer.status, headers=headers)
