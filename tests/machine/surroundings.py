"""The workplaces around a town, one or several."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.managers import channel_at
from bridge.model import Channel
from bridge.ports import Card
from tests.machine.outside import Outside, Stored
from tests.machine.people import AGENTS
from tests.machine.virtual import VirtualClock


@dataclass(eq=False, kw_only=True)
class Surroundings:
    """`sorts` are the workplaces by name, `places` the channel of each site.

    `outside` is the workplace that gets into trouble next; `late` are the keys of calls before which a process stood
    still.
    """

    sorts: Mapping[str, type[Outside]] = field(default_factory=lambda: {"pretend": Outside})
    places: tuple[tuple[str, str], ...] = (("pretend", "C1"), ("pretend", "C2"))
    late: set[str] = field(default_factory=set)
    outsides: dict[str, Outside] = field(init=False)
    outside: Outside = field(init=False)

    def _build(self, clock: VirtualClock) -> None:
        self.outsides = {name: sort(clock, name, people=dict(AGENTS)) for name, sort in self.sorts.items()}
        self.outside = next(iter(self.outsides.values()))

    def channels(self) -> list[Channel]:
        """Of the sites."""
        return [channel_at(*place) for place in self.places]

    @property
    def posts(self) -> dict[str, Stored]:
        """What stands in all workplaces: no ref is the same in two."""
        return {ref: post for outside in self.outsides.values() for ref, post in outside.posts.items()}

    def where(self, root: str) -> Outside:
        """The workplace in which a card stands."""
        return next(outside for outside in self.outsides.values() if root in outside.posts)

    def card(self, root: str) -> Card:
        """What a card shows."""
        return self.where(root).cards[root]

    def can_be_read(self, name: str) -> bool:
        """Whether what stands in a workplace can be read back."""
        return self.outsides[name].capabilities.read_back

    def overtaken(self) -> set[str]:
        """The keys of calls that may have come through after their successor's."""
        return self.late

    def later(self) -> list[asyncio.Task[None]]:
        """What is yet to be stored over there."""
        return [task for outside in self.outsides.values() for task in outside.later]

    def excuse(self, seconds: float) -> None:
        """See Outside."""
        for outside in self.outsides.values():
            outside.excuse(seconds)

    def seen_outside(self) -> Counter[str]:
        """What happened over there, and how often."""
        return sum((outside.reached() for outside in self.outsides.values()), Counter())

    def recover(self) -> None:
        """From now on every call goes well."""
        for outside in self.outsides.values():
            outside.recover()
