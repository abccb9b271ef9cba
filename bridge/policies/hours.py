"""When somebody is there: opening hours read as the clock on the wall shows them, and counted in real time.

An hour that the clock skips is never open, an hour that it shows twice is open twice. All times are UTC-aware.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from bridge.schedules import Hours

HORIZON: Final = timedelta(days=400)  # what does not come within it counts as never
_ALWAYS: Final = Hours().week
_LOOK: Final = timedelta(hours=6)  # no zone changes its clock twice in so short a time
_SECOND: Final = timedelta(seconds=1)
_ZERO: Final = timedelta()

_Span = tuple[datetime, datetime]
_Piece = tuple[datetime, datetime, timedelta]


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether somebody is there; the first moment of an interval is open, its end is not."""
    local = at.astimezone(ZoneInfo(hours.zone))
    minute = local.hour * 60 + local.minute
    return any(interval.start <= minute < interval.end for interval in hours.week[local.weekday()])


def next_open(hours: Hours, at: datetime) -> datetime | None:
    """The moment itself if it is open, else the next opening. None: not within HORIZON."""
    return next((start for start, _ in _spans(hours, at, at + HORIZON)), None)


def after(hours: Hours, start: datetime, delay: timedelta) -> datetime | None:
    """When so much open time has passed since the start; without a delay, the next opening. None: not within HORIZON.

    A delay that is used up at a closing time ends there, not at the next opening.
    """
    left = delay
    for begin, end in _spans(hours, start, start + HORIZON):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return None


def open_time(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How much of the time between is open. It takes longer the more days there are."""
    return sum((until - begin for begin, until in _spans(hours, start, end)), _ZERO)


def _spans(hours: Hours, start: datetime, end: datetime) -> Iterator[_Span]:
    """The open stretches between two moments, in order; one that lasts over midnight may come in parts."""
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    for begin, until in _whole_spans(hours, first, last):
        clipped = max(begin, first), min(until, last)
        if clipped[0] < clipped[1]:
            yield clipped


def _whole_spans(hours: Hours, first: datetime, last: datetime) -> Iterable[_Span]:
    if hours.week == _ALWAYS:
        return [(first, last)]
    days = (last.date() - first.date()).days if any(hours.week) else -1
    return (
        span
        for number in range(days + 1)
        for piece in _pieces(hours.zone, first.date() + timedelta(days=number))
        for span in _spans_of(hours, piece)
    )


def _spans_of(hours: Hours, piece: _Piece) -> Iterator[_Span]:
    """The open stretches of a time in which the clock is not changed."""
    begin, until, offset = piece
    first, last = (begin + offset).date(), (until + offset).date()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        midnight = datetime.combine(day, time(), UTC) - offset
        for interval in hours.week[day.weekday()]:
            opening = max(begin, midnight + timedelta(minutes=interval.start))
            closing = min(until, midnight + timedelta(minutes=interval.end))
            if opening < closing:
                yield opening, closing


@lru_cache(maxsize=4096)
def _pieces(zone: str, day: date) -> tuple[_Piece, ...]:
    """A day of UTC in the parts between which the zone changes its clock, each with its distance from UTC."""
    there = ZoneInfo(zone)
    midnight = datetime.combine(day, time(), UTC)
    looks = [midnight + _LOOK * number for number in range(5)]
    changes = [_change(there, *pair) for pair in pairwise(looks) if _offset(there, pair[0]) != _offset(there, pair[1])]
    return tuple((begin, end, _offset(there, begin)) for begin, end in pairwise([midnight, *changes, looks[-1]]))


def _change(zone: ZoneInfo, before: datetime, later: datetime) -> datetime:
    """The first second of the new distance from UTC."""
    old = _offset(zone, before)
    while later - before > _SECOND:
        middle = before + (later - before) // _SECOND // 2 * _SECOND
        before, later = (middle, later) if _offset(zone, middle) == old else (before, middle)
    return later


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or _ZERO
