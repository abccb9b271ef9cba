"""Our own token for calls: one for all of them, renewed before it ends and never while a call waits for it.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#bot-to-connector
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Any, Final

import aiohttp

from adapters.teams.errors import FAILURES, STANDING_WAIT, outcome, retry_after
from adapters.teams.setup import TeamsSettings
from bridge.errors import Unreachable, WorkplaceError
from bridge.policies.foreign import mapping, text

log = logging.getLogger("silta.teams")

EARLY: Final = 600.0  # seconds before its end when the next one is fetched, beside the calls
MARGIN: Final = 60.0  # seconds before its end when it is not used any more
LARGEST: Final = 64 * 1024
_ADVICE: Final = {
    "AADSTS7000215": "the client secret is wrong: copy its Value, not its ID, from Certificates & secrets",
    "AADSTS7000222": "the client secret has expired: make a new one on Certificates & secrets",
    "AADSTS700016": "the app id is unknown in this tenant: check SILTA_TEAMS_APP_ID, _TENANT_ID and _APP_TYPE",
    "AADSTS90002": "the tenant is unknown: check SILTA_TEAMS_TENANT_ID and SILTA_TEAMS_CLOUD",
}


class Tokens:
    """Raises `Unreachable`, standing where a person must mend the credentials."""

    def __init__(
        self, settings: TeamsSettings, session: aiohttp.ClientSession, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._session = session
        self._clock = clock
        self._token = ""
        self._ends_at = 0.0
        self._fetching: asyncio.Task[None] | None = None

    async def token(self) -> str:
        """A token that still holds; many who wait for one are one request."""
        left = self._ends_at - self._clock()
        if left < EARLY:
            self._begin()
        if left < MARGIN and self._fetching is not None:
            await asyncio.shield(self._fetching)
        return self._token

    async def renew(self) -> None:
        """Ask for a new one, whatever the one that we have is worth."""
        await asyncio.shield(self._begin())

    def _begin(self) -> asyncio.Task[None]:
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._fetched)
        return self._fetching

    def drop(self, token: str) -> None:
        """It was not taken: the next call fetches another."""
        if token == self._token:
            self._ends_at = 0.0

    async def close(self) -> None:
        """Fetch nothing more."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _fetched(self, task: asyncio.Task[None]) -> None:
        self._fetching = None
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.debug("no new token: %s", error)

    async def _fetch(self) -> None:
        body, asked_at = await self._answer(), self._clock()
        token, lasts = text(body.get("access_token")), body.get("expires_in")
        if not token or not isinstance(lasts, (int, float)) or lasts <= 0:
            raise Unreachable("login_unreadable", "the login's answer holds no token")
        self._token, self._ends_at = token, asked_at + float(lasts)

    async def _answer(self) -> Any:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.app_id,
            "client_secret": self._settings.app_password,
            "scope": self._settings.of_cloud.scope,
        }
        try:
            async with self._session.post(self._settings.token_url, data=form, allow_redirects=False) as answer:
                raw = await answer.content.read(LARGEST)
                status, headers = answer.status, answer.headers
        except FAILURES as error:
            raise outcome(error, wrote=False) from error
        if status in (400, 401):
            raise _refused(raw)
        if status == 429:
            raise Unreachable("limited", "the login asks for silence", wait=retry_after(headers), limited=True)
        if status != 200:
            raise Unreachable("login", f"the login answers {status}")
        try:
            return mapping(json.loads(raw))
        except (ValueError, RecursionError) as error:
            raise Unreachable("login_unreadable", "the login's answer is not readable") from error


def _refused(raw: bytes) -> WorkplaceError:
    """What a person has to mend; of the answer's own words only the number of the error is told."""
    words = raw.decode("utf-8", "replace")
    number = next((known for known in _ADVICE if known in words), "")
    advice = _ADVICE.get(number, "check SILTA_TEAMS_APP_ID, SILTA_TEAMS_APP_PASSWORD and SILTA_TEAMS_TENANT_ID")
    sentence = f"{f'login_refused {number}'.strip()}: {advice}"
    return Unreachable("login_refused", sentence, wait=STANDING_WAIT, standing=True)
