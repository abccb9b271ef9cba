"""Whether Slack's requests find their way to this bridge: its own door, knocked at from outside."""

from __future__ import annotations

import json
import secrets
import time
from typing import Final

import aiohttp

from adapters.slack.setup import EVENTS_PATH, SlackSettings
from adapters.slack.signature import sign
from bridge.policies.addresses import is_loopback

_ASLEEP: Final = (502, 503, 504)  # a proxy's word for a bridge that does not run, which is no fault yet


async def fault(settings: SlackSettings) -> str:
    """What is wrong with the public address, as a sentence; empty when all is well or the bridge does not run."""
    if not settings.public_url.startswith("https://") and not is_loopback(settings.public_url):
        return "Slack cannot reach this bridge: set SILTA_PUBLIC_URL to its outer address, with https://."
    address = settings.public_url + EVENTS_PATH
    try:
        status, is_ours = await _answer(address, settings.signing_secrets[0])
    except (aiohttp.ClientError, TimeoutError, OSError):
        return ""
    if status == 401:
        return f"{address} answers 401: another signing secret is in use there, or the clock is wrong."
    if status in _ASLEEP or is_ours:
        return ""
    return f"{address} answers {status}: the proxy does not lead this path to the bridge."


async def _answer(address: str, secret: str) -> tuple[int, bool]:
    """The status, and whether the challenge came back."""
    challenge = secrets.token_urlsafe(24)
    body = json.dumps({"type": "url_verification", "challenge": challenge}).encode()
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(secret, stamp, body),
    }
    timeout = aiohttp.ClientTimeout(total=5)
    async with (
        aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
        session.post(address, data=body, headers=headers, allow_redirects=False) as answer,
    ):
        return answer.status, challenge.encode() in await answer.content.read(4096)
