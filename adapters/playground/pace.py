"""The rate limits: a bucket per channel for posting, a minute's window per method, and what Retry-
After forbade.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from adapters.playground.rules import Rules

PER_MINUTE = {"t1": 1, "t2": 20, "t3": 50, "t4": 100, "t5": 600}
POSTING = "chat.postMessage"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float

    def take(self, now: float, rules: Rules) -> float:
        """0 and one token less, or the seconds until there is one."""
        self.tokens = min(float(rules.burst), self.tokens + (now - self.at) * rules.per_second)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / rules.per_second


@dataclass(slots=True)
class _Window:
    since: float
    until: float
    channel: str


@dataclass(slots=True)
class Pace:
    rules: Rules
    buckets: dict[str, _Bucket] = field(default_factory=dict)
    minutes: dict[str, deque[float]] = field(default_factory=dict)
    windows: dict[str, _Window] = field(default_factory=dict)
    refused: int = 0

    def early(self, method: str) -> float | None:
        """The age of this method's open Retry-After window; None when the call is allowed
        to come.
        """
        window, now = self.windows.get(method), self.rules.clock()
        if window is None or now >= window.until:
            return None
        return now - window.since

    def ask(self, method: str, tier: str, channel: str) -> int:
        """0 when the call may run, else the whole seconds of Retry-After, whose window is
        now open.
        """
        window, now = self.windows.get(method), self.rules.clock()
        if window is not None and now < window.until and window.channel in ("", channel):
            return self.refuse(method, math.ceil(window.until - now), window.channel)
        if not self.rules.limits:
            return 0
        if wait := self._minute(method, tier):
            return self.refuse(method, math.ceil(wait))
        wait = self._post(channel) if method == POSTING else 0.0
        return self.refuse(method, math.ceil(wait), channel) if wait else 0

    def refuse(self, method: str, seconds: int, channel: str = "") -> int:
        """Opens the window, for the whole method or only for posts to that channel."""
        now = self.rules.clock()
        known = self.windows.get(method)
        if known is None or now >= known.until:
            self.windows[method] = _Window(now, now + seconds, channel)
        elif channel != known.channel:
            known.until, known.channel = max(known.until, now + seconds), ""
        self.refused += 1
        return seconds

    def _minute(self, method: str, tier: str) -> float:
        now, seen = self.rules.clock(), self.minutes.setdefault(method, deque())
        while seen and seen[0] <= now - 60:
            seen.popleft()
        if len(seen) >= PER_MINUTE[tier]:
            return max(seen[0] + 60 - now, 0.001)
        seen.append(now)
        return 0.0

    def _post(self, channel: str) -> float:
        now = self.rules.clock()
        bucket = self.buckets.setdefault(channel, _Bucket(float(self.rules.burst), now))
        return bucket.take(now, self.rules)
