"""What managers configure, as one value: the sites, the channels of their conversations, who is the same person."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.model import Channel, Site
from bridge.schedules import NOWHERE, Fallback, Schedule, SitePolicy


@dataclass(frozen=True, slots=True)
class ChannelEntry:
    """A channel under the name that the configuration gives it."""

    name: str
    channel: Channel
    schedule: Schedule
    fallback: Fallback = NOWHERE


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """A site with what it does about time, mail and memory."""

    site: Site
    policy: SitePolicy


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """Somebody who is in several workplaces: (workplace, ref), sorted. They are one agent."""

    name: str
    refs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything. Each channel that a site, a level or a fallback names is one of `channels`."""

    sites: tuple[SiteEntry, ...] = ()
    channels: tuple[ChannelEntry, ...] = ()
    people: tuple[PersonEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two configurations. `path` as in the file; an empty value is one that is not there."""

    path: str
    before: str
    after: str
