"""The other end of the adapter: a desk that remembers, and a clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.slack import fakes
from tests.slack.fakes import Server, until

__all__ = ["Clock", "Desk", "Server", "until"]


class Clock:
    """Moved by the test."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Desk(fakes.Desk):
    """What it received, what it raises next, and what it was told to keep."""

    kept: dict[str, str] = field(default_factory=dict)
    drawn: list[str] = field(default_factory=list)

    async def facts(self, workplace):
        return dict(self.kept)

    async def learned(self, workplace, name, value):
        self.kept[name] = value

    async def cards_changed(self, workplace, channel):
        self.drawn.append(channel)
