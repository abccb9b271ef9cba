"""What changes from one configuration to the next, in the words of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bridge import readable
from bridge.configuration import Change, ChannelEntry, Configuration, SiteEntry
from bridge.model import Channel, ChannelId, Site, SiteId
from bridge.schedules import Action, Hours, Level, Schedule, SitePolicy

_NUMBER = re.compile(r"(\d+)")
_NO_CHANNEL: Final = ChannelEntry("", Channel(ChannelId(""), "", ""), Schedule())
_NO_SITE: Final = SiteEntry(Site(SiteId(""), "", "", (), ChannelId("")), SitePolicy())

_Names = Mapping[ChannelId, str]
_Values = dict[str, str]


def differences(before: Configuration, after: Configuration) -> tuple[Change, ...]:
    """Every difference, sorted by path; none for equal ones. Of what comes or goes whole, only what is not usual."""
    found = (*_of_channels(before, after), *_of_sites(before, after), *_of_people(before, after))
    return tuple(sorted(found, key=lambda change: _natural(change.path)))


def names_of(configuration: Configuration) -> dict[ChannelId, str]:
    """The channels' names by their ids."""
    return {entry.channel.id: entry.name for entry in configuration.channels}


def _of_channels(before: Configuration, after: Configuration) -> Iterator[Change]:
    old, new = ({entry.name: entry for entry in each.channels} for each in (before, after))
    old_names, new_names = names_of(before), names_of(after)
    for name in old.keys() | new.keys():
        was = _channel(old.get(name, _NO_CHANNEL), old_names)
        becomes = _channel(new.get(name, _NO_CHANNEL), new_names)
        yield from _changes(("channels", name), _only(was, name in old, becomes), _only(becomes, name in new, was))


def _of_sites(before: Configuration, after: Configuration) -> Iterator[Change]:
    old, new = ({entry.site.key: entry for entry in each.sites} for each in (before, after))
    old_names, new_names = names_of(before), names_of(after)
    for key in old.keys() | new.keys():
        was = _site(old.get(key, _NO_SITE), old_names)
        becomes = _site(new.get(key, _NO_SITE), new_names)
        yield from _changes(("sites", key), _only(was, key in old, becomes), _only(becomes, key in new, was))


def _of_people(before: Configuration, after: Configuration) -> Iterator[Change]:
    old, new = ({entry.name: dict(entry.refs) for entry in each.people} for each in (before, after))
    for name in old.keys() | new.keys():
        was, becomes = old.get(name, {}), new.get(name, {})
        yield from _changes(("people", name), _only(was, name in old, becomes), _only(becomes, name in new, was))


def _only(values: _Values, is_there: bool, other: _Values) -> _Values:
    """The values that the other side has not; blank ones where the whole is not there."""
    differing = {key: value for key, value in values.items() if other.get(key) != value}
    return differing if is_there else dict.fromkeys(differing, "")


def _changes(above: tuple[str, str], before: _Values, after: _Values) -> Iterator[Change]:
    for key in before.keys() | after.keys():
        yield Change(f"{readable.path(*above)}.{key}", before.get(key, ""), after.get(key, ""))


def _channel(entry: ChannelEntry, names: _Names) -> _Values:
    schedule = entry.schedule
    values = {"workplace": entry.channel.workplace, "id": entry.channel.ref}
    values["digest_above"] = str(schedule.plan.digest_above)
    if entry.fallback.channel:
        values["fallback"] = names.get(ChannelId(entry.fallback.channel), entry.fallback.channel)
        values["fallback_after"] = readable.duration(entry.fallback.after)
    values |= _hours(schedule.hours)
    for number, level in enumerate(schedule.plan.levels, 1):
        values |= {f"escalation[{number}].{key}": value for key, value in _level(level, names)}
    return values


def _hours(hours: Hours) -> _Values:
    if hours == Hours():
        return {}
    days = zip(readable.WEEKDAYS, hours.week, strict=True)
    opened = {f"hours.{name}": _listed(map(readable.interval, day)) for name, day in days if day}
    return {"hours.zone": hours.zone} | opened


def _level(level: Level, names: _Names) -> Iterator[tuple[str, str]]:
    yield "after", readable.duration(level.after)
    yield level.action.value, level_to(level, names) or "true"


def level_to(level: Level, names: _Names) -> str:
    """Whom or where a level calls, a channel by its name."""
    return names.get(ChannelId(level.to), level.to) if level.action is Action.CHANNEL else level.to


def _site(entry: SiteEntry, names: _Names) -> _Values:
    site = entry.site
    values = {
        "name": site.name,
        "origins": _listed(site.origins),
        "channel": names.get(site.channel, site.channel),
        "language": site.language,
        "agents_language": site.agents_language,
        "rule": site.rule.value,
        "accent": site.accent,
        "privacy_url": site.privacy_url,
        "daily_limit": str(site.daily_limit),
    }
    return values | _policy(entry.policy)


def _policy(policy: SitePolicy) -> _Values:
    values = {
        "retention_days": str(policy.retention_days),
        "transcripts.to_visitor": str(policy.transcripts.to_visitor).lower(),
        "transcripts.to_team": policy.transcripts.to_team,
    }
    if policy.idle.warn_after is not None:
        values["idle.warn_after"] = readable.duration(policy.idle.warn_after)
        values["idle.close_after"] = readable.duration(policy.idle.close_after)
    for language, texts in policy.texts.items():
        values |= {readable.path("texts", language, key): text for key, text in texts.items()}
    return values


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _natural(text: str) -> list[str | int]:
    """`escalation[10]` after `escalation[9]`."""
    return [int(part) if place % 2 else part for place, part in enumerate(_NUMBER.split(text))]
