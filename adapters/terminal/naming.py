"""How `check` calls the channels of a configuration."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.configuration import ChannelEntry, Configuration
from bridge.differences import names_of
from bridge.model import ChannelId


def listed(configuration: Configuration) -> list[tuple[str, str, str]]:
    """The channels of a configuration, each called by its name, and where it falls back on."""
    names = names_of(configuration)
    return [(one.channel.workplace, _called(one, names), one.channel.ref) for one in configuration.channels]


def _called(entry: ChannelEntry, names: Mapping[ChannelId, str]) -> str:
    fallback = names.get(ChannelId(entry.fallback.channel))
    return f"{entry.name}, falling back on {fallback}" if fallback else entry.name
