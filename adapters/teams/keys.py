"""The keys that sign what comes in: kept for a day, asked again when one is unknown, never on a caller's word alone.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import jwt

from adapters.teams.answers import whole
from adapters.teams.errors import FAILURES
from bridge.policies.addresses import is_loopback
from bridge.policies.foreign import mapping, sequence, text

log = logging.getLogger("silta.teams")

KEPT: Final = 24 * 3600.0  # seconds
PAUSE: Final = 2.0  # seconds between two fetches that unknown keys ask for: anybody can name one
FETCH: Final = 5.0  # seconds that one may take
LARGEST: Final = 1024 * 1024


class KeysUnreachable(Exception):
    """There are no keys, and none can be had now."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, and the channels whose activities it may sign."""

    key: Any
    endorses: frozenset[str]


class Keys:
    """Looks keys up by their ids."""

    def __init__(
        self, address: str, session: aiohttp.ClientSession, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._address = address
        self._session = session
        self._clock = clock
        self._keys: Mapping[str, Key] = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._keep: Callable[[str], Awaitable[None]] | None = None
        self._was_kept = ""
        self.edition = 0  # another number when the keys are others
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> Key | None:
        """The key of this id, None if there is none. Raises KeysUnreachable when no keys are known at all."""
        now = self._clock()
        is_old = now - self._fetched_at > KEPT
        if (kid not in self._keys or is_old) and (now - self._tried_at >= PAUSE or self._fetching is not None):
            await self.refresh()
        if not self._keys:
            raise KeysUnreachable
        return self._keys.get(kid)

    async def refresh(self) -> None:
        """Ask for the keys; many who ask at once are one request. What was known stays when that fails."""
        if self._fetching is None:
            self._tried_at = self._clock()
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._settled)
        await asyncio.shield(self._fetching)

    def recall(self, kept: str, keep: Callable[[str], Awaitable[None]]) -> None:
        """The keys of an earlier run, for as long as no others can be had; `keep` is given those that are fetched."""
        self._keep, self._was_kept = keep, kept
        try:
            found = dict(_readable(sequence(json.loads(kept or "[]"))))
        except (ValueError, RecursionError):
            return
        self._keys = self._keys or found

    async def _kept(self, told: str) -> None:
        if self._keep is not None and told != self._was_kept:
            self._was_kept = told
            await self._keep(told)

    @property
    def are_known(self) -> bool:
        """Whether anything could be proven now."""
        return bool(self._keys)

    async def close(self) -> None:
        """Ask for nothing more."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _settled(self, _: asyncio.Task[None]) -> None:
        self._fetching = None

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(FETCH):
                told = await self._json(self._address)
                found = await self._json(self._keys_address(text(told.get("jwks_uri"))))
        except FAILURES as error:
            log.warning("the keys of Teams cannot be fetched: %s", type(error).__name__)
            return
        listed = sequence(found.get("keys"))
        if keys := dict(_readable(listed)):
            self._keys, self._fetched_at = keys, self._clock()
            self.edition += 1
            await self._kept(json.dumps(listed))

    def _keys_address(self, named: str) -> str:
        """Where the keys are: over https, or on this machine when the first address is."""
        if named.startswith("https://") or (is_loopback(self._address) and is_loopback(named)):
            return named
        raise ValueError("the keys are told to be at an address that is not safe")

    async def _json(self, address: str) -> Mapping[str, Any]:
        async with self._session.get(address, allow_redirects=False) as answer:
            answer.raise_for_status()
            return mapping(json.loads(await whole(answer, LARGEST)))


def _readable(found: list[Any]) -> list[tuple[str, Key]]:
    """Those that we can use: RSA keys for signatures; the others are left out."""
    keys = []
    for one in map(mapping, found):
        if one.get("kty") != "RSA" or one.get("use", "sig") != "sig" or not text(one.get("kid")):
            continue
        try:
            key = jwt.PyJWK(dict(one), algorithm="RS256").key
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        endorses = frozenset(text(name) for name in sequence(one.get("endorsements")))
        keys.append((text(one.get("kid")), Key(key, endorses)))
    return keys
