"""A bot's endpoint that writes down what comes, a client with a token, and what they send."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web
from yarl import URL

from adapters.playground import TeamsRules
from adapters.playground.teams.verbs import Teams
from adapters.playground.teams.workspace import APP_ID, APP_PASSWORD, SUPPORT, TENANT

JSON = dict[str, Any]
QUICK = TeamsRules(retry_delays=(0.0, 0.02), ack_timeout=0.1, invoke_timeout=0.1)
SCOPE = "https://api.botframework.com/.default"
CARD = "application/vnd.microsoft.card.adaptive"


class Clock:
    """Moved by the test; it begins where real ids begin."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Bot:
    """What arrived; `answers` are given before the usual 200, and None is no answer in time."""

    answers: list[web.Response | None] = field(default_factory=list)
    activities: list[JSON] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    async def serve(self, request):
        self.activities.append(await request.json())
        self.tokens.append(request.headers.get("Authorization", "").removeprefix("Bearer "))
        answer = self.answers.pop(0) if self.answers else web.Response()
        if answer is None:
            await asyncio.sleep(0.2)
            return web.Response()
        return answer

    @property
    def kinds(self) -> list[str]:
        return [one["type"] for one in self.activities]


def login_form(**changes: str) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": APP_ID, "client_secret": APP_PASSWORD, "scope": SCOPE}
    return {name: value for name, value in (form | changes).items() if value}


@dataclass
class Client:
    """Calls the connector as a bot does; gives status, JSON and headers."""

    teams: Teams
    http: aiohttp.ClientSession
    token: str = ""

    async def login(self, tenant: str = TENANT, **changes: str) -> tuple[int, JSON]:
        url = f"{self.teams.login_url}/{tenant}/oauth2/v2.0/token"
        async with self.http.post(url, data=login_form(**changes)) as got:
            return got.status, await got.json()

    async def call(self, verb: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        url = URL(f"{self.teams.service_url}v3/{path}", encoded=True).with_query(query)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.http.request(verb, url, json=body, headers=headers) as got:
            self.headers = got.headers
            is_json = got.content_type == "application/json"
            return got.status, await got.json() if is_json else (await got.read()).decode("latin-1")

    async def create(self, activity: JSON, channel: str = SUPPORT, **changes: Any) -> tuple[int, Any]:
        body = {"isGroup": True, "tenantId": TENANT, "channelData": {"channel": {"id": channel}}, "activity": activity}
        return await self.call("POST", "conversations", body | changes)

    async def opened(self, activity: JSON | None = None, channel: str = SUPPORT) -> str:
        """A new thread's root."""
        status, made = await self.create(activity or text("root"), channel)
        assert status == 201, made
        return str(made["activityId"])

    async def send(self, root: str, activity: Any, channel: str = SUPPORT) -> tuple[int, Any]:
        return await self.call("POST", f"conversations/{place(channel, root)}/activities", activity)

    async def update(self, root: str, id: str, activity: JSON) -> tuple[int, Any]:
        return await self.call("PUT", f"conversations/{place(SUPPORT, root)}/activities/{id}", activity)

    async def delete(self, root: str, id: str) -> tuple[int, Any]:
        return await self.call("DELETE", f"conversations/{place(SUPPORT, root)}/activities/{id}")


def place(channel: str, root: str = "") -> str:
    return quote(f"{channel};messageid={root}" if root else channel, safe="")


def text(words: Any, **more: Any) -> JSON:
    return {"type": "message", "textFormat": "plain", "text": words} | more


def carded(card: JSON, **more: Any) -> JSON:
    return {"type": "message", "attachments": [{"contentType": CARD, "content": card}]} | more


def card(*body: Any, **more: Any) -> JSON:
    elements = list(body) or [{"type": "TextBlock", "text": "A visitor waits"}]
    return {"type": "AdaptiveCard", "version": "1.5", "body": elements} | more


def claim(**more: Any) -> JSON:
    fallback = {"type": "Action.Submit", "title": "Claim", "data": {"verb": "claim"}}
    action = {"type": "Action.Execute", "title": "Claim", "verb": "claim", "data": {"rev": 3}, "fallback": fallback}
    return action | more
