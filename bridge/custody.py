"""What managers may do to the memory: the configuration as a whole, and erasing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bridge.configuration import Configuration
from bridge.model import ChannelId, ConversationId, DeliveryState, SiteId, VisitorId


@dataclass(frozen=True, slots=True)
class Name:
    """What a visitor is called, if they are called anything."""

    visitor: VisitorId
    name: str


@dataclass(frozen=True, slots=True)
class Left:
    """What people wrote in a thread about an erased conversation: only they or an admin can remove it over there."""

    channel: ChannelId
    thread: str
    count: int


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erased conversation leaves outside: our posts (channel and ref), the newest first, theirs, and mails."""

    ours: tuple[tuple[ChannelId, str], ...]
    theirs: tuple[Left, ...]
    mails: int


class Managing(Protocol):
    """The configuration as a whole, and erasing."""

    def configuration(self) -> Configuration:
        """What holds now."""

    def applied_at(self) -> str:
        """When a configuration was applied last; empty if none ever was."""

    def put_configuration(self, configuration: Configuration, now: datetime) -> None:
        """From now on this holds: what it does not name is retired, and open conversations are looked at by it."""

    def visitors_of(self, email: str) -> tuple[VisitorId, ...]:
        """Everybody who left this address, on any site."""

    def visitor_names(self) -> Iterable[Name]:
        """All visitors: reads them all, for what is seldom asked."""

    def conversations_of(self, visitor: VisitorId) -> tuple[ConversationId, ...]:
        """All conversations of a visitor."""

    def ended_before(self, site: SiteId, before: datetime) -> tuple[ConversationId, ...]:
        """Some conversations of a site that were closed before, the oldest first."""

    def silent_visitors(self, site: SiteId, before: datetime) -> tuple[VisitorId, ...]:
        """Some visitors who came before and have no conversation."""

    def is_under_way(self, conversation: ConversationId) -> bool:
        """Whether a call for it is under way, or one of which nobody knows how it ended."""

    def stop(self, visitor: VisitorId, token_hash: str) -> None:
        """The visitor cannot write any more, and nothing of theirs that has not left leaves."""

    def erase(self, conversation: ConversationId) -> Erased:
        """Nothing of the conversation stays here. What stands outside is told, to be removed there."""

    def erase_visitor(self, visitor: VisitorId) -> bool:
        """The visitor is unknown from now on; their conversations must be gone."""

    def erasures(self, keys: tuple[str, ...]) -> tuple[tuple[DeliveryState, str, ChannelId, str], ...]:
        """What became of erasing deliveries: state, cause, channel, ref."""
