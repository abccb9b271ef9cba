"""How much one visitor, one network address and one site may do."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address

from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from adapters.settings import Network, Settings
from bridge.errors import Refused


class Limits:
    """Counts in memory: a restart forgives."""

    def __init__(self, settings: Settings) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._visitor = RateLimitItemPerMinute(settings.limit_visitor_minute)
        self._address = RateLimitItemPerMinute(settings.limit_address_minute)
        self._site = RateLimitItemPerMinute(settings.limit_site_minute)
        self._sessions = RateLimitItemPerHour(settings.limit_sessions_hour)
        self._most = {
            "visitor": settings.limit_visitor_sockets,
            "address": settings.limit_address_sockets,
        }
        self._open: Counter[tuple[str, str]] = Counter()

    async def message(self, visitor: str, address: str, site: str) -> None:
        """One more message. Raises Refused `too_fast`."""
        for item, kind, name in (
            (self._visitor, "visitor", visitor),
            (self._address, "address", address),
            (self._site, "site", site),
        ):
            await self._hit(item, kind, name)

    async def session(self, address: str) -> None:
        """One more new visitor. Raises Refused `too_fast`."""
        await self._hit(self._sessions, "session", address)

    async def _hit(self, item: RateLimitItem, kind: str, name: str) -> None:
        if not await self._windows.hit(item, kind, name):
            window = await self._windows.get_window_stats(item, kind, name)
            raise Refused("too_fast", wait=max(1.0, window.reset_time - time.time()))

    @contextmanager
    def socket(self, kind: str, name: str) -> Iterator[None]:
        """One more open connection while the context lasts. Raises Refused `too_fast`."""
        if self._open[kind, name] >= self._most[kind]:
            raise Refused("too_fast", "too many connections", wait=30)
        self._open[kind, name] += 1
        try:
            yield
        finally:
            self._open[kind, name] -= 1
            if not self._open[kind, name]:
                del self._open[kind, name]


def address_of(request: web.Request, trusted: Sequence[Network]) -> str:
    """The visitor's network address: the last one that no trusted proxy of ours has added."""
    address = request.remote or ""
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    while chain and _is_in(address, trusted):
        address = chain.pop()
    return address if _is_address(address) else request.remote or ""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)
