"""Log lines about what strangers send: so many a minute, and then only how many there were."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

MOST: Final = 30
MINUTE: Final = 60.0


class Sparing:
    """Ask `may` before each line; `left_out` tells once of those that were not written."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._written = 0
        self._silent = 0

    def may(self) -> bool:
        """Whether this line may be written."""
        if self._clock() - self._began >= MINUTE:
            self._began, self._written = self._clock(), 0
        self._written += 1
        if self._written > MOST:
            self._silent += 1
        return self._written <= MOST

    def left_out(self) -> str:
        """What to add to a line; empty when nothing was left out before it."""
        silent, self._silent = self._silent, 0
        return f" ({silent} more like it were not logged)" if silent else ""
