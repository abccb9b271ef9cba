"""Bells inside one process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class LocalBell:
    """One listener's bell; rings while it is not waiting are kept as one."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the listener."""
        self._rung.set()

    async def wait(self, timeout: float | None = None) -> bool:
        """See bridge.ports.Bell."""
        try:
            async with asyncio.timeout(timeout):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class LocalSignals:
    """See bridge.ports.Signals. Used from the loop's thread only."""

    def __init__(self) -> None:
        self._bells: dict[str, set[LocalBell]] = defaultdict(set)

    def ring(self, topic: str) -> None:
        """Wake all who listen to the topic."""
        for bell in self._bells.get(topic, ()):
            bell.ring()

    @contextmanager
    def listen(self, topic: str) -> Iterator[LocalBell]:
        """Hear the topic while the context lasts."""
        bell = LocalBell()
        self._bells[topic].add(bell)
        try:
            yield bell
        finally:
            self._bells[topic].discard(bell)
            if not self._bells[topic]:
                del self._bells[topic]
