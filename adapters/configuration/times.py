"""Durations, zones and intervals: how people write them, and what is wrong with those that cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from adapters.configuration.faults import Unfit, shown
from adapters.configuration.values import kind_of, text
from bridge.readable import UNITS, duration
from bridge.schedules import DAY, Interval

LONGEST_WAIT: Final = timedelta(days=30)
_DURATION = re.compile(r"([0-9]{1,9}) ?([smhd])")
_INTERVAL = re.compile(r"([0-9]{1,2}):([0-5][0-9]) ?[-–] ?([0-9]{1,2}):([0-5][0-9])")


def wait(least: timedelta, most: timedelta = LONGEST_WAIT) -> Callable[[Any], timedelta]:
    """A duration with its unit, between the two."""

    def convert(value: Any) -> timedelta:
        instead = 'Write a number and s, m, h or d: "90s", "5m", "2h" or "1d".'
        if not isinstance(value, str):
            raise Unfit(f"{kind_of(value)} where a duration belongs", instead)
        found = _DURATION.fullmatch(value)
        if not found:
            raise Unfit(f"{shown(value)} is not a duration", instead)
        return _bounded(value, int(found[1]) * (UNITS[found[2]] // timedelta(seconds=1)), (least, most))

    return convert


def _bounded(written: str, seconds: int, limits: tuple[timedelta, timedelta]) -> timedelta:
    least, most = limits
    if seconds < least.total_seconds():
        raise Unfit(f"{shown(written)} is too short", f'Write at least "{duration(least)}".')
    if seconds > most.total_seconds():
        raise Unfit(f"{shown(written)} is too long", f'Write at most "{duration(most)}".')
    return timedelta(seconds=seconds)


def zone(value: Any) -> str:
    """A zone of the tz database."""
    written = text(value)
    if written not in _zones():
        raise Unfit(f"{shown(written)} is not a time zone", _nearest_zone(written))
    return written


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime"})


def _nearest_zone(written: str) -> str:
    """Full names first: a city alone is nearest to what ends with it."""
    ends = sorted(name for name in _zones() if written and name.lower().endswith(f"/{written.lower()}"))
    close = ends or get_close_matches(written, sorted(_zones()), n=1, cutoff=0.8)
    return f'Did you mean "{close[0]}"?' if close else 'Write a name of the tz database: "Europe/Helsinki".'


def interval(value: Any) -> Interval:
    """`09:00-17:00`; 24:00 is the day's end."""
    instead = 'Write two times of the day: "09:00-17:00".'
    written = text(value)
    found = _INTERVAL.fullmatch(written)
    if not found:
        raise Unfit(f"{shown(written)} is not an interval", instead)
    first, last = (int(found[place]) * 60 + int(found[place + 1]) for place in (1, 3))
    if first >= DAY or last > DAY:
        raise Unfit(f"{shown(written)} goes past the end of the day", 'Write "24:00" for the end of the day.')
    if first == last:
        raise Unfit(f"{shown(written)} ends when it begins", 'Write "00:00-24:00" for the whole day.')
    if first > last:
        raise Unfit(f"{shown(written)} ends before it begins", _over_midnight(written))
    return Interval(first, last)


def _over_midnight(written: str) -> str:
    begin, end = re.split(" ?[-–] ?", written)
    if end in ("0:00", "00:00"):
        return f'Write "{begin}-24:00" for the end of the day.'
    return f'For a night, write "{begin}-24:00" here and "00:00-{end}" on the next day.'
