"""Deliveries over signed HTTP: events as JSON with retry headers, interactivity as a form."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from adapters.playground.rules import VERIFICATION_TOKEN, HttpTarget
from adapters.playground.values import JSON


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended; `reason` is what the next attempt says of it."""

    is_ok: bool
    reason: str = ""
    may_retry: bool = True
    body: bytes = b""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


async def _judged(response: ClientResponse) -> Outcome:
    body = await response.read()
    if 200 <= response.status < 300:
        return Outcome(True, body=body)
    return Outcome(False, "http_error", response.headers.get("X-Slack-No-Retry") != "1")


@dataclass(slots=True)
class HttpSender:
    target: HttpTarget
    session: ClientSession
    clock: Callable[[], float]
    timeout: float

    def _headers(self, body: bytes, kind: str) -> dict[str, str]:
        stamp = str(int(self.clock()))
        return {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self.target.signing_secret, stamp, body),
        }

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        wait = ClientTimeout(total=self.timeout)
        try:
            async with self.session.post(url, data=body, headers=headers, timeout=wait, allow_redirects=False) as got:
                return await _judged(got)
        except TimeoutError:
            return Outcome(False, "http_timeout")
        except ClientError:
            return Outcome(False, "connection_failed")

    async def event(self, payload: JSON, attempt: int, reason: str) -> Outcome:
        body = json.dumps(payload).encode()
        headers = self._headers(body, "application/json")
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        return await self._post(self.target.events_url, body, headers)

    async def form(self, fields: dict[str, str]) -> Outcome:
        """A slash command, or interactivity as the one field `payload`. Never repeated."""
        body = urlencode(fields).encode()
        headers = self._headers(body, "application/x-www-form-urlencoded")
        return await self._post(self.target.buttons_url, body, headers)

    async def verify(self, challenge: str) -> bool:
        """The url_verification that Slack makes when an events URL is entered."""
        payload = {"token": VERIFICATION_TOKEN, "challenge": challenge, "type": "url_verification"}
        outcome = await self.event(payload, 0, "")
        return outcome.is_ok and challenge.encode() in outcome.body
