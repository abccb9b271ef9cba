"""A desk that writes down what comes in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bridge.inbound import Pressed
from tests.slack import fakes


@dataclass
class Desk(fakes.Desk):
    """That of tests/slack, which also keeps what an adapter lets it keep."""

    kept: dict[str, str] = field(default_factory=dict)

    async def facts(self, workplace):
        return self.kept

    async def learned(self, workplace, name, value):
        self.kept[name] = value

    async def presses(self, press: Callable[[], Awaitable[object]]) -> Pressed:
        """What somebody's press came in as."""
        before = len(self.all("pressed"))
        await press()
        await fakes.until(lambda: len(self.all("pressed")) > before)
        found = self.all("pressed")[before]
        assert isinstance(found, Pressed)
        return found
