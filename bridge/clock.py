"""The real clock. Everything else gets a clock handed in."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import UTC, datetime, timedelta

from bridge.model import Moment


class SystemClock:
    """The machine's time and randomness."""

    def now(self) -> datetime:
        """The time, UTC."""
        return datetime.now(UTC)

    def moment(self) -> Moment:
        """The time with 256 fresh random bits."""
        return Moment(self.now(), secrets.token_bytes(32))

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait this long."""
        await asyncio.sleep(seconds)


class MovedClock(SystemClock):
    """The machine's clock, moved forward by hand: for tests and for a story that cannot wait."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def forward(self, **by: float) -> None:
        """Move on by days, hours, minutes, seconds."""
        self._ahead += timedelta(**by)

    def now(self) -> datetime:
        """The time, UTC."""
        return super().now() + self._ahead

    def moment(self) -> Moment:
        """The time with 256 fresh random bits."""
        return Moment(self.now(), super().moment().seed)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return super().monotonic() + self._ahead.total_seconds()
