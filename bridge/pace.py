"""How fast we may speak: token buckets, and windows in which the other side asked for silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.ports import Capabilities, Pace

SHORT: Final = 2.0  # calls left in a channel's bucket below which it counts as saturated


@dataclass(slots=True)
class Bucket:
    """Tokens that come back at a rate, up to a burst."""

    pace: Pace
    tokens: float
    at: float

    def level(self, now: float) -> float:
        """How many calls are allowed at once now."""
        return min(self.pace.burst, self.tokens + (now - self.at) * self.pace.rate)

    def spend(self, now: float) -> None:
        """One call is made."""
        self.tokens, self.at = self.level(now) - 1, now

    def wait(self, now: float) -> float:
        """Seconds until a call is allowed."""
        return max(0.0, (1 - self.level(now)) / self.pace.rate)


def meters(can: Capabilities, methods: Iterable[str]) -> dict[str, Meter]:
    """One for each method. Where nothing can be told to one agent alone, a hint is a post like any other."""
    found = {method: Meter(getattr(can, method)) for method in methods}
    if not can.private_answers:
        found["telling"].is_silent_with(found["posting"])
    return found


class Meter:
    """The pace of one kind of call to one workplace. Times are monotonic seconds."""

    def __init__(self, paces: Sequence[Pace]) -> None:
        self._per_channel = tuple(pace for pace in paces if pace.per_channel)
        self._buckets = [Bucket(pace, pace.burst, 0.0) for pace in paces if not pace.per_channel]
        self._channels: dict[str, list[Bucket]] = {}
        self._silent_until: dict[str, float] = {}

    def is_silent_with(self, other: Meter) -> None:
        """Both are one kind of call to the other side: what silence is asked of one is asked of both."""
        self._silent_until = other._silent_until

    def wait_everywhere(self, now: float) -> float:
        """Seconds until any call may be made at all; 0 when now."""
        return max(
            0.0,
            self._silent_until.get("", 0.0) - now,
            *(bucket.wait(now) for bucket in self._buckets),
        )

    def shut(self, now: float) -> dict[str, float]:
        """The channels in which no call may be made now, with the seconds to wait."""
        names = {*self._channels, *self._silent_until} - {""}
        return {name: wait for name in names if (wait := self._wait_in(name, now)) > 0}

    def spend(self, channel: str, now: float) -> None:
        """A call is made in this channel."""
        for bucket in (*self._buckets, *self._of(channel)):
            bucket.spend(now)

    def is_short(self, now: float) -> bool:
        """Whether a channel is so near its limit that waiting lines are better joined."""
        return any(bucket.level(now) < SHORT for buckets in self._channels.values() for bucket in buckets)

    def silence(self, channel: str, seconds: float, now: float) -> None:
        """No call in this channel before these seconds have passed; an empty channel means everywhere."""
        self._silent_until[channel] = max(self._silent_until.get(channel, 0.0), now + seconds)

    def lift(self) -> None:
        """Channels may be tried again; a silence that was asked of us everywhere stays."""
        for name in [*filter(None, self._silent_until)]:
            del self._silent_until[name]

    def silence_left(self, channel: str, now: float) -> float:
        """Seconds for which the other side still wants silence here; 0 for none."""
        return max(0.0, *(self._silent_until.get(name, 0.0) - now for name in ("", channel)))

    def _wait_in(self, channel: str, now: float) -> float:
        return max(self.silence_left(channel, now), *(bucket.wait(now) for bucket in self._of(channel)), 0.0)

    def _of(self, channel: str) -> list[Bucket]:
        if channel not in self._channels:
            self._channels[channel] = [Bucket(pace, pace.burst, 0.0) for pace in self._per_channel]
        return self._channels[channel]
