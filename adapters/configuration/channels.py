"""Reading the channels: where they are, when somebody is there, and what happens while nobody answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

from adapters.configuration.faults import Unfit, choice, nearest, shown
from adapters.configuration.section import Section
from adapters.configuration.times import interval, wait, zone
from adapters.configuration.values import WORKPLACES, email, matching, number, one_of, text
from bridge.configuration import ChannelEntry
from bridge.managers import channel_at
from bridge.model import Channel
from bridge.readable import WEEKDAYS, duration
from bridge.readable import interval as written
from bridge.schedules import Action, Fallback, Hours, Interval, Level, Plan, Schedule

WORKPLACE: Final = "slack"
MOST_LEVELS: Final = 20
SOONEST_FALLBACK: Final = timedelta(seconds=30)
LATEST_FALLBACK: Final = timedelta(hours=24)
_WEEKS: Final = 50  # what does not come within so many weeks of hours is a mistake
_ACTIONS: Final = ("notify = true", 'mention = "U…"', 'channel = "NAME"', 'mail = "team@example.com"')
_UNREAD: Final = Level(timedelta(), Action.NOTIFY)


@dataclass(frozen=True, slots=True)
class _Around:
    """What a level is read by: its own channel, and all channels by name."""

    name: str
    places: Mapping[str, Channel]


def channels(sections: Mapping[str, Section]) -> list[ChannelEntry]:
    """All channels; those with faults too, so that their names are known."""
    places = {name: _place(section) for name, section in sections.items()}
    _refuse_doubles(sections, places)
    return [_entry(section, _Around(name, places)) for name, section in sections.items()]


def _entry(section: Section, around: _Around) -> ChannelEntry:
    return ChannelEntry(around.name, around.places[around.name], _schedule(section, around), _fallback(section, around))


def _fallback(section: Section, around: _Around) -> Fallback:
    """The two keys; a time without a channel is a channel that was forgotten."""
    after = section.read("fallback_after", wait(SOONEST_FALLBACK, LATEST_FALLBACK), Fallback().after)
    if "fallback" not in section.table:
        if "fallback_after" in section.table:
            section.fault("fallback_after", "there is no fallback", 'Write fallback = "NAME" too, or leave this away.')
        return Fallback()
    channel = section.read("fallback", lambda value: _other_channel(value, around, "leave the key away"), "")
    return Fallback(channel, after) if channel else Fallback()


def _place(section: Section) -> Channel:
    workplace = section.read("workplace", one_of(WORKPLACES), WORKPLACE)
    refs = WORKPLACES[workplace]
    ref = section.needed("id", matching(refs.channel, "a channel's ID", refs.channel_help), "", refs.channel_help)
    return channel_at(workplace, ref)


def _refuse_doubles(sections: Mapping[str, Section], places: Mapping[str, Channel]) -> None:
    first: dict[Channel, str] = {}
    for name, place in places.items():
        other = first.setdefault(place, name)
        if other != name and place.ref:
            sections[name].fault("id", f"this is the channel {other} again", "Give it one name, and use that.")


def _schedule(section: Section, around: _Around) -> Schedule:
    plan = Plan(_levels(section, around), section.read("digest_above", number(1, 1000), Plan().digest_above))
    below = section.inside("hours")
    hours = _hours(below) if below else Hours()
    schedule = Schedule(hours, plan)
    if any(hours.week):
        _refuse_endless(section, schedule)
    return schedule


def _hours(section: Section) -> Hours:
    """The hours; always open in a zone of no worth where they could not be read."""
    known = section.needed("zone", zone, "UTC", 'Write the zone of the hours: zone = "Europe/Helsinki".')
    week = tuple(_day(section, day) for day in WEEKDAYS)
    if all(section.table.get(day, []) == [] for day in WEEKDAYS):
        instead = 'Write monday = ["09:00-17:00"] and so on, or leave the table away to be always open.'
        section.fault("", "no day has hours, so nothing would ever happen", instead)
    return Hours(known, week)


def _day(section: Section, day: str) -> tuple[Interval, ...]:
    """A day's intervals in order; those that touch are one."""
    found = sorted(section.items(day, interval, '["09:00-17:00"]'), key=lambda item: item[1].start)
    for (_, before), (path, after) in pairwise(found):
        if after.start < before.end:
            _overlap(section, path, (before, after))
    return _joined([span for _, span in found])


def _overlap(section: Section, path: str, pair: tuple[Interval, Interval]) -> None:
    first, last = pair
    together = written(Interval(first.start, max(first.end, last.end)))
    wrong = f"{written(last)} overlaps {written(first)}"
    section.fault_at(path, wrong, f'Write "{together}" in place of both.')


def _joined(spans: list[Interval]) -> tuple[Interval, ...]:
    joined: list[Interval] = []
    for span in spans:
        if joined and span.start == joined[-1].end:
            joined[-1] = replace(joined[-1], end=span.end)
        else:
            joined.append(span)
    return tuple(joined)


def _levels(section: Section, around: _Around) -> tuple[Level, ...]:
    rows = section.rows("escalation")
    if len(rows) > MOST_LEVELS:
        section.fault("escalation", f"{len(rows)} levels are too many", f"Write at most {MOST_LEVELS}.")
    levels = [_level(row, around) for row in rows]
    for (row_before, before), (row, level) in pairwise(zip(rows, levels, strict=True)):
        if level.after <= before.after and _is_read(row_before) and _is_read(row):
            wrong = f"{duration(level.after)} is not later than the level before, {duration(before.after)}"
            row.fault("after", wrong, "Write the levels by rising time.")
    return tuple(levels)


def _is_read(row: Section) -> bool:
    """Whether its time is there and without fault."""
    return "after" in row.table and all(fault.path != row.below("after") for fault in row.faults)


def _level(row: Section, around: _Around) -> Level:
    after = row.needed("after", wait(timedelta()), timedelta(), 'Write after = "5m".')
    named = [action for action in Action if action.value in row.table]
    if len(named) != 1:
        wrong = f"{len(named)} actions ({', '.join(named)})" if named else "no action"
        row.fault("", f"the level has {wrong}", f"Write exactly one: {choice(_ACTIONS)}.")
        return replace(_UNREAD, after=after)
    return Level(after, named[0], row.read(named[0].value, _reader(named[0], around), ""))


def _reader(action: Action, around: _Around) -> Callable[[Any], str]:
    """What reads the value of an action."""
    refs = WORKPLACES[around.places[around.name].workplace]
    readers: dict[Action, Callable[[Any], str]] = {
        Action.NOTIFY: _notice,
        Action.MENTION: matching(refs.mention, "somebody who can be mentioned", refs.mention_help),
        Action.CHANNEL: lambda value: _other_channel(value, around, "write notify = true"),
        Action.MAIL: email,
    }
    return readers[action]


def _notice(value: Any) -> str:
    if value is not True:
        raise Unfit("a notice is only ever true", "Write notify = true, or another action.")
    return ""


def channel_named(value: Any, places: Mapping[str, Channel]) -> Channel:
    """The channel of a name. Raises Unfit."""
    name = text(value)
    if name not in places:
        instead = nearest(name, places, quote='"') if places else "Write a [channels.NAME] first."
        raise Unfit(f"{shown(name)} is not the name of a channel in this file", instead)
    return places[name]


def _other_channel(value: Any, around: _Around, otherwise: str) -> str:
    if value == around.name:
        raise Unfit("this is the channel itself", f"Name another channel, or {otherwise}.")
    return channel_named(value, {name: place for name, place in around.places.items() if name != around.name}).id


def _refuse_endless(section: Section, schedule: Schedule) -> None:
    """A level that hours so short never let come."""
    week = sum(span.end - span.start for day in schedule.hours.week for span in day)
    for place, level in enumerate(schedule.plan.levels, 1):
        if level.after > timedelta(minutes=week) * _WEEKS:
            wrong = f"{duration(level.after)} of open time would take more than {_WEEKS} weeks of these hours"
            section.fault_at(
                f"{section.path}.escalation[{place}].after", wrong, "Write a shorter time or longer hours."
            )
