"""The other end of the adapter: a desk that remembers."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.slack import fakes
from tests.slack.fakes import Server, until

__all__ = ["Desk", "Server", "until"]


@dataclass
class Desk(fakes.Desk):
    """What it received, what it raises next, and what it was told to keep."""

    kept: dict[str, str] = field(default_factory=dict)

    async def facts(self, workplace):
        return dict(self.kept)

    async def learned(self, workplace, name, value):
        self.kept[name] = value
