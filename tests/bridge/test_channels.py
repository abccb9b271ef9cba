"""A channel under a new name: what the keeper asks of the memory, and who is woken."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.channels import ChannelKeeper
from bridge.errors import Unreachable
from bridge.model import Moment
from bridge.topics import changed_topic, missed_topic

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@dataclass
class Memory:
    """Channels by their refs; a unit runs twice, as it may."""

    channels: dict[str, str]
    hastened: list[tuple[str, datetime]] = field(default_factory=list)
    fault: Exception | None = None

    async def turn(self, unit):
        if self.fault:
            raise self.fault
        kept = dict(self.channels)
        unit(self)
        self.channels = kept
        self.hastened = []
        return unit(self)

    def channel_moved(self, workplace, old, new):
        if old not in self.channels:
            return False
        self.channels[new] = self.channels.pop(old)
        return True

    def hasten(self, workplace, channel, now):
        self.hastened.append((channel, now))


@dataclass
class Outside:
    """The clock and the bells."""

    rung: list[str] = field(default_factory=list)

    def moment(self):
        return Moment(NOW, b"seed")

    def ring(self, topic):
        self.rung.append(topic)


@pytest.fixture
def outside():
    return Outside()


def keeper(memory: Any, outside: Any) -> ChannelKeeper:
    return ChannelKeeper(memory, outside, outside)


async def test_a_channel_of_ours_moves_and_what_waits_there_is_due(outside):
    memory = Memory({"C1": "support"})
    assert await keeper(memory, outside).moved("acme", "C1", "C2") is True
    assert (memory.channels, memory.hastened) == ({"C2": "support"}, [("C2", NOW)])
    assert outside.rung == [changed_topic("acme"), missed_topic("acme")]


@pytest.mark.parametrize(("old", "new"), [("C9", "C2"), ("C1", "C1")])
async def test_what_is_not_ours_or_no_move_changes_nothing(outside, old, new):
    memory = Memory({"C1": "support"})
    assert await keeper(memory, outside).moved("acme", old, new) is False
    assert (memory.channels, memory.hastened, outside.rung) == ({"C1": "support"}, [], [])


async def test_told_again_it_is_no_news(outside):
    memory = Memory({"C1": "support"})
    await keeper(memory, outside).moved("acme", "C1", "C2")
    assert await keeper(memory, outside).moved("acme", "C1", "C2") is False
    assert memory.channels == {"C2": "support"}
    assert len(outside.rung) == 2


async def test_nobody_is_woken_for_what_could_not_be_kept(outside):
    memory = Memory({"C1": "support"}, fault=Unreachable("memory"))
    with pytest.raises(Unreachable):
        await keeper(memory, outside).moved("acme", "C1", "C2")
    assert outside.rung == []
