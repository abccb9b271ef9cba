"""Channels that cannot be reached: what is known of them, and the part of a turn that keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bridge.model import Channel, ChannelId, ConversationId, Thread, ThreadId
from bridge.schedules import Fallback


@dataclass(frozen=True, slots=True)
class Outage:
    """A channel that cannot be reached since then, and why. `look_at`: when somebody looks whether it is back."""

    channel: Channel
    since: datetime
    look_at: datetime
    cause: str
    detail: str


class Outages(Protocol):
    """Outages, each a row, and what a conversation needs to know to go on elsewhere."""

    def fallback(self, channel: ChannelId) -> Fallback:
        """Where a channel's conversations go on when it cannot be reached."""

    def is_out(self, channel: ChannelId) -> bool:
        """Whether a channel is known to be out of reach."""

    def outages(self) -> tuple[Outage, ...]:
        """All channels that are out of reach, the longest first."""

    def begin_outage(self, outage: Outage) -> bool:
        """A channel cannot be reached; False if that is known. Who waits there is looked at now."""

    def end_outage(self, channel: ChannelId, now: datetime, since: datetime | None = None) -> bool:
        """A channel can be reached again: what waits for it is due. False if it was not out, or since another time."""

    def take_look(self, outage: Outage, again: datetime) -> bool:
        """Whether it is ours to look, once; the next look is then."""

    def has_stood_in(self, conversation: ConversationId, channel: ChannelId) -> bool:
        """Whether the conversation has or had a thread in this channel, or will have one."""

    def standbys(self, conversation: ConversationId) -> tuple[Thread, ...]:
        """Its threads whose root is on its way while it goes on in another."""

    def away_from(self, thread: ThreadId) -> str:
        """The name of the channel in whose place the thread was opened, since that could not be reached; else empty."""
