"""The one way out: every call leaves here, once, for an allowed address, within a total time.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import aiohttp
from yarl import URL

from adapters.teams import errors
from adapters.teams.answers import whole
from adapters.teams.setup import TeamsSettings, may_be_service
from adapters.teams.tokens import Tokens
from bridge.errors import Unreachable
from bridge.policies.foreign import NOTHING, mapping

LARGEST_ANSWER: Final = 4 * 1024 * 1024
AT_ONCE: Final = 16  # connections; Teams allows 50 calls a second for the whole organisation


def open_session(settings: TeamsSettings) -> aiohttp.ClientSession:
    """The one session of a workplace: it must be opened inside of the running loop, and closed by who opened it."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=settings.timeout, sock_connect=settings.timeout / 2),
        connector=aiohttp.TCPConnector(limit=AT_ONCE),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )


class Connector:
    """Teams' own interface. One operation at a time in one conversation: it answers 412 to a second."""

    def __init__(self, settings: TeamsSettings, session: aiohttp.ClientSession, tokens: Tokens) -> None:
        self._settings = settings
        self._session = session
        self._tokens = tokens
        self._turns: dict[str, _Turn] = {}

    async def called(
        self,
        verb: str,
        service: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """The readable answer of one call; else `Unreachable`, `Rejected` or, of writes, `Unknown`.

        `path` is what follows `v3/`, each part as it is, unescaped. An answer without a body is an empty object.
        """
        if not may_be_service(self._settings, service):
            raise Unreachable("no_service", "no address of Teams is known yet: write to the app once in the team")
        address = URL(f"{service.rstrip('/')}/v3/{'/'.join(quote(part, safe='') for part in path)}", encoded=True)
        address = address.update_query(query or {})
        conversation = path[1] if len(path) > 1 else ""
        end = asyncio.get_running_loop().time() + self._settings.timeout
        async with self._turn(conversation if verb != "GET" else "", end):
            token = await self._token(end)
            try:
                async with asyncio.timeout_at(end):
                    return await self._answer(verb, address, body, token, conversation)
            except TimeoutError as error:
                raise errors.in_doubt("timeout", wrote=verb != "GET") from error

    async def _token(self, end: float) -> str:
        """Apart from the call, which has not left while this waits: nothing is in doubt."""
        try:
            async with asyncio.timeout_at(end):
                return await self._tokens.token()
        except TimeoutError as error:
            raise Unreachable("timeout", "the login does not answer") from error

    async def _answer(
        self, verb: str, address: URL, body: Mapping[str, Any] | None, token: str, conversation: str
    ) -> Mapping[str, Any]:
        wrote = verb != "GET"
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() if body is not None else None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._session.request(
                verb, address, data=data, headers=headers, allow_redirects=False
            ) as answer:
                raw = await whole(answer, LARGEST_ANSWER)
        except errors.FAILURES as error:
            raise errors.outcome(error, wrote=wrote) from error
        if 200 <= answer.status < 300:
            return _read(raw, wrote=wrote)
        if answer.status == 401:
            self._tokens.drop(token)
        is_thread = ";messageid=" in conversation
        raise errors.answered(answer.status, answer.headers, _readable(raw), wrote=wrote, in_thread=is_thread)

    @contextlib.asynccontextmanager
    async def _turn(self, conversation: str, end: float) -> AsyncIterator[None]:
        """Those who want the same conversation wait here; what waits has not left yet."""
        if not conversation:
            yield
            return
        turn = self._turns.setdefault(conversation, _Turn())
        turn.wanted += 1
        try:
            try:
                async with asyncio.timeout_at(end):
                    await turn.lock.acquire()
            except TimeoutError as error:
                raise Unreachable("busy", "calls before it take too long") from error
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            turn.wanted -= 1
            if not turn.wanted:
                self._turns.pop(conversation, None)


class _Turn:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.wanted = 0


def _read(raw: bytes, *, wrote: bool) -> Mapping[str, Any]:
    if not raw.strip():
        return NOTHING
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise errors.in_doubt("unreadable", wrote=wrote) from error
    if not isinstance(found, dict):
        raise errors.in_doubt("unreadable", wrote=wrote)
    return mapping(found)


def _readable(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
