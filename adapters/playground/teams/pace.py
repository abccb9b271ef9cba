"""The rate limits of a bot: windows per channel and kind of operation, one for the tenant, and what
Retry-After forbade.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from adapters.playground.rules import Rules

# Seconds -> operations, for one bot in one channel.
WRITING = {1: 7, 2: 8, 30: 60, 3600: 1800}
READING = {1: 14, 2: 16, 30: 120, 3600: 3600}
WINDOWS = {"create": WRITING, "send": WRITING, "members": READING, "teams": READING}
TENANT_PER_SECOND = 50
# Editing and deleting are operations like sending; one member counts like many.
KINDS = {"create": "create", "send": "send", "update": "send", "delete": "send"}
KINDS |= {"members": "members", "member": "members", "teams": "teams"}


@dataclass(slots=True)
class _Window:
    since: float
    until: float


def _wait(seen: deque[float], now: float, seconds: float, most: int) -> float:
    """0, or the seconds until one more fits into the window."""
    inside = [at for at in seen if at > now - seconds]
    return inside[-most] + seconds - now if len(inside) >= most else 0.0


@dataclass(slots=True)
class Pace:
    rules: Rules
    seen: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    everywhere: deque[float] = field(default_factory=lambda: deque(maxlen=TENANT_PER_SECOND))
    windows: dict[tuple[str, str], _Window] = field(default_factory=dict)
    refused: int = 0

    def _open(self, method: str, channel: str) -> _Window | None:
        """The window that forbids this call: of its kind in the channel, or of the method everywhere."""
        now = self.rules.clock()
        found = (self.windows.get(key) for key in ((KINDS.get(method, method), channel), (method, "")))
        return next((one for one in found if one is not None and now < one.until), None)

    def early(self, method: str, channel: str) -> float | None:
        """The age of the open Retry-After window; None when the call is allowed to come."""
        window = self._open(method, channel)
        return None if window is None else self.rules.clock() - window.since

    def ask(self, method: str, channel: str) -> int:
        """0 when the call may run, else the whole seconds of Retry-After, whose window is now open."""
        now = self.rules.clock()
        if window := self._open(method, channel):
            self.refused += 1
            return max(1, math.ceil(window.until - now))
        kind = KINDS.get(method, "")
        if not (self.rules.limits and self.rules.teams.limits and kind):
            return 0
        seen = self.seen.setdefault((kind, channel), deque(maxlen=max(WINDOWS[kind].values())))
        wait = max(_wait(seen, now, seconds, most) for seconds, most in WINDOWS[kind].items())
        wait = max(wait, _wait(self.everywhere, now, 1, TENANT_PER_SECOND))
        if wait:
            return self.refuse(kind, channel, math.ceil(wait))
        seen.append(now)
        self.everywhere.append(now)
        return 0

    def refuse(self, name: str, channel: str, seconds: int) -> int:
        """Opens the window; without a channel it is the whole method's."""
        now = self.rules.clock()
        self.windows[name, channel] = _Window(now, now + seconds)
        self.refused += 1
        return seconds
