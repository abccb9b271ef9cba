"""How much one visitor, one network address and one site may do."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from aiohttp import web

from adapters.settings import Network, Settings
from bridge.errors import NotFound, Refused

Ticking = Callable[[], float]
MINUTE: Final = 60.0
HOUR: Final = 3600.0
VISITOR_TRANSCRIPTS: Final = 3  # an hour: each is a mail to an address that anybody can type
ADDRESS_TRANSCRIPTS: Final = 10  # an hour


class Window:
    """At most so many times within so many seconds, for each name. Whoever is quiet for that long is forgotten."""

    def __init__(self, most: int, seconds: float, ticking: Ticking = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._ticking = ticking
        self._times: dict[str, deque[float]] = {}

    def __len__(self) -> int:
        return len(self._times)

    def wait(self, name: str) -> float:
        """Seconds until once more is allowed; 0: it is now."""
        self._forget()
        times = self._times.get(name)
        if times is None or len(times) < self._most:
            return 0.0
        return max(0.0, times[0] + self._seconds - self._ticking())

    def count(self, name: str) -> None:
        """Once more. The names stand in the order of their last time, so that the quiet ones are first."""
        times = self._times.pop(name, None) or deque(maxlen=self._most)
        times.append(self._ticking())
        self._times[name] = times

    def give_back(self, name: str) -> None:
        """The latest time came to nothing."""
        times = self._times.get(name)
        if times:
            times.pop()
        if not times:
            self._times.pop(name, None)

    def _forget(self) -> None:
        over = self._ticking() - self._seconds
        while self._times:
            name = next(iter(self._times))
            if self._times[name][-1] > over:
                return
            del self._times[name]


class Limits:
    """Counts in memory: a restart forgives."""

    def __init__(self, settings: Settings, ticking: Ticking = time.monotonic) -> None:
        self._visitor = Window(settings.limit_visitor_minute, MINUTE, ticking)
        self._address = Window(settings.limit_address_minute, MINUTE, ticking)
        self._site = Window(settings.limit_site_minute, MINUTE, ticking)
        self._sessions = Window(settings.limit_sessions_hour, HOUR, ticking)
        self._transcripts = Window(VISITOR_TRANSCRIPTS, HOUR, ticking)
        self._address_transcripts = Window(ADDRESS_TRANSCRIPTS, HOUR, ticking)
        self._most = {
            "visitor": settings.limit_visitor_sockets,
            "address": settings.limit_address_sockets,
        }
        self._open: Counter[tuple[str, str]] = Counter()

    def message(self, visitor: str, address: str, site: str) -> None:
        """One more message. Raises Refused `too_fast`; what is refused counts for none of the three."""
        _count((self._visitor, visitor), (self._address, address), (self._site, site))

    def session(self, address: str) -> None:
        """One more new visitor. Raises Refused `too_fast`."""
        _count((self._sessions, address))

    @contextmanager
    def transcript(self, visitor: str, address: str) -> Iterator[None]:
        """One more mail that a visitor asks for. Raises Refused `too_fast`; what is refused inside counts for nothing.

        It is counted before it is done: many that come at once cannot all find room.
        """
        places = ((self._transcripts, visitor), (self._address_transcripts, address))
        _count(*places)
        try:
            yield
        except (Refused, NotFound):
            for window, name in places:
                window.give_back(name)
            raise

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


def _count(*places: tuple[Window, str]) -> None:
    wait = max(window.wait(name) for window, name in places)
    if wait:
        raise Refused("too_fast", wait=max(1.0, wait))
    for window, name in places:
        window.count(name)


def address_of(request: web.Request, trusted: Sequence[Network]) -> str:
    """The visitor's network address: the last one that no trusted proxy of ours has added.

    A proxy may append its own header line rather than a word to the line that the client sent. Of IPv6 the network
    counts: one household has more addresses than there are limits.
    """
    address = last = _plain(request.remote or "")
    lines = ",".join(request.headers.getall("X-Forwarded-For", []))
    chain = [part.strip() for part in lines.split(",") if part.strip()]
    while chain and _is_in(address, trusted):
        last, address = address, _plain(chain.pop())
    return _counted(address) or _counted(last)


def _plain(text: str) -> str:
    """An address without the clothes of IPv6 that one of IPv4 may wear; empty for what is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    is_dressed = isinstance(address, IPv6Address) and address.ipv4_mapped is not None
    return str(address.ipv4_mapped) if isinstance(address, IPv6Address) and is_dressed else str(address)


def _counted(address: str) -> str:
    return str(ip_network(f"{address}/64", strict=False)) if ":" in address else address


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    return bool(address) and any(ip_address(address) in network for network in networks)
