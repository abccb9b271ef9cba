"""What a configuration does over time, in sentences, so that people can check a plan before it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from bridge import readable
from bridge.configuration import ChannelEntry, Configuration
from bridge.differences import level_to, names_of
from bridge.model import ChannelId
from bridge.schedules import Action, Hours, Level

_WORDS = {
    Action.NOTIFY: "a notice in the thread",
    Action.MENTION: "{to} is mentioned in the thread",
    Action.CHANNEL: "the chat goes on in channel {to}",
    Action.MAIL: "a mail to {to}",
}


def timeline(configuration: Configuration) -> list[str]:
    """A few lines for each channel: its hours, its levels with their times, its digest."""
    names = names_of(configuration)
    return [line for entry in configuration.channels for line in _channel(entry, names)]


def _channel(entry: ChannelEntry, names: Mapping[ChannelId, str]) -> Iterator[str]:
    hours, plan = entry.schedule.hours, entry.schedule.plan
    fallback = entry.fallback
    yield f"{entry.name} ({entry.channel.workplace} {entry.channel.ref}): {_open(hours)}"
    if fallback.channel:
        to = names[ChannelId(fallback.channel)]
        yield f"  {readable.duration(fallback.after)} out of reach: chats go on in channel {to}, new ones begin there"
    if not plan.levels:
        yield "  nothing happens while a chat waits"
        return
    counted = "" if hours == Hours() else " of open time"
    yield from (f"  {_delay(level, counted)} without a claim: {_action(level, names)}" for level in plan.levels)
    yield f"  more than {plan.digest_above} waiting chats share one notice"


def _open(hours: Hours) -> str:
    if hours == Hours():
        return "always open"
    week = groupby(zip(readable.WEEKDAYS, hours.week, strict=True), key=lambda pair: pair[1])
    rows = [([name for name, _ in pairs], day) for day, pairs in week if day]
    told = "; ".join(f"{_days(names)} {', '.join(map(readable.interval, day))}" for names, day in rows)
    return f"open {told} ({hours.zone})"


def _days(names: list[str]) -> str:
    return f"{names[0]} to {names[-1]}" if len(names) > 1 else names[0]


def _delay(level: Level, counted: str) -> str:
    return f"{readable.duration(level.after)}{counted}" if level.after else "at once"


def _action(level: Level, names: Mapping[ChannelId, str]) -> str:
    return _WORDS[level.action].format(to=level_to(level, names))
