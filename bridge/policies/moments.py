"""Times of day and spans of time in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bridge.wording import say

_UNITS = (("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


def span(language: str, length: timedelta) -> str:
    """A span in its largest whole unit: `12 minutes`, `3 hours`, `2 days`; what is shorter than a second is one."""
    seconds = max(1, int(length.total_seconds()))
    unit, size = next((unit, size) for unit, size in _UNITS if seconds >= size)
    count = seconds // size
    return say(language, f"time.{unit}" if count > 1 else f"time.{unit}_one", count=str(count))


def clock_time(zone: str, at: datetime) -> str:
    """The time of day there: `14:03`."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def date(language: str, zone: str, at: datetime) -> str:
    """The day there, as it is written in the language."""
    local = at.astimezone(ZoneInfo(zone))
    month = say(language, f"months.{local.month}")
    return say(language, "time.date", day=str(local.day), month=month, year=str(local.year))
