"""The real clock. Everything else gets a clock handed in."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import UTC, datetime

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
