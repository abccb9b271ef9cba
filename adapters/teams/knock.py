"""Whether Teams' requests find their way to this bridge: its own door, knocked at from outside."""

from __future__ import annotations

from typing import Final

import aiohttp

from adapters.teams.setup import MESSAGES_PATH, TeamsSettings
from bridge.policies.addresses import is_loopback

_ASLEEP: Final = (502, 503, 504)  # a proxy's word for a bridge that does not run, which is no fault yet
_OURS: Final = 401  # what our door says to whoever brings no token


async def fault(settings: TeamsSettings) -> str:
    """What is wrong with the public address, as a sentence; empty when all is well or the bridge does not run."""
    if not settings.public_url.startswith("https://") and not is_loopback(settings.public_url):
        return "Teams cannot reach this bridge: set SILTA_PUBLIC_URL to its outer address, with https://."
    address = settings.public_url + MESSAGES_PATH
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5), trust_env=False) as session,
            session.post(address, json={}, allow_redirects=False) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, OSError):
        return ""
    if status in (*_ASLEEP, _OURS):
        return ""
    return f"{address} answers {status}: the proxy does not lead this path to the bridge."
