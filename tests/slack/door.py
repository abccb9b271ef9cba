"""Slack's side of HTTP: requests with true and false signatures, and payloads made at home in the pretend workspace."""

from __future__ import annotations

import io
import json
import re
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession, ClientTimeout

from adapters.playground.workspace import ANNA, SUPPORT, Workspace
from adapters.slack.setup import EVENTS_PATH, INTERACTIVITY_PATH
from adapters.slack.signature import sign

SECRET = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
PATHS = (EVENTS_PATH, INTERACTIVITY_PATH)
JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
Headers = list[tuple[str, str]]


def signed(body: bytes, *, secret: str = SECRET, age: float = 0, kind: str = JSON_TYPE) -> Headers:
    """The headers that Slack sends."""
    stamp = str(int(time.time() - age))
    return [
        ("Content-Type", kind),
        ("X-Slack-Request-Timestamp", stamp),
        ("X-Slack-Signature", sign(secret, stamp, body)),
    ]


async def post(url: str, body: bytes, headers: Headers) -> tuple[int, str]:
    """The status and the answer."""
    async with (
        ClientSession(timeout=ClientTimeout(total=20)) as session,
        session.post(url, data=io.BytesIO(body), headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def deliver(url: str, payload: dict[str, Any]) -> int:
    """An event as JSON, interactivity and commands as forms; the status."""
    if is_form(payload):
        fields = payload if "command" in payload else {"payload": json.dumps(payload)}
        body = urlencode({name: value or "" for name, value in fields.items()}).encode()
        return (await post(f"{url}/slack/interactivity", body, signed(body, kind=FORM_TYPE)))[0]
    body = json.dumps(payload).encode()
    return (await post(f"{url}/slack/events", body, signed(body)))[0]


def is_form(payload: dict[str, Any]) -> bool:
    """Whether Slack sends it as a form."""
    return "event" not in payload and payload.get("type") not in ("app_rate_limited", "url_verification")


def frame_of(payload: dict[str, Any]) -> str:
    """The kind of envelope by which it comes over a socket."""
    if not is_form(payload):
        return "events_api"
    return "slash_commands" if "command" in payload else "interactive"


def at_home(payload: Any, root: str) -> Any:
    """A payload of the tests' own files, told of the pretend workspace and this thread."""
    team = Workspace.pretend()
    names = {
        "T1OURS": team.team.id,
        "U1SILTA": team.bot.user_id,
        "B1SILTA": team.bot.bot_id,
        "A1SILTA": team.bot.app_id,
        "C1HELP": SUPPORT,
        "U2ANNA": ANNA,
        "1790000000.000100": root,
    }
    return json.loads(re.sub("|".join(map(re.escape, names)), lambda found: names[found[0]], json.dumps(payload)))


def brought_home(payload: Any, root: str) -> Any:
    """A recorded payload whose conversation is ours: its channel, thread, workspace and people are."""
    team = Workspace.pretend()
    known = {
        "channel": SUPPORT,
        "channel_id": SUPPORT,
        "thread_ts": root,
        "team": team.team.id,
        "team_id": team.team.id,
        "user": ANNA,
        "channel_type": "channel",
    }

    def change(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {inner: change(inner, one) for inner, one in value.items()}
        if isinstance(value, list):
            return [change("", one) for one in value]
        return known[name] if name in known and isinstance(value, str) and value else value

    return change("", payload)
