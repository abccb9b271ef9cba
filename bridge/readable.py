"""Values of the configuration as people write and read them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Final

from bridge.schedules import Interval

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNITS: Final = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def duration(value: timedelta) -> str:
    """The shortest exact form with one unit: `90s`, `5m`, `2h`, `1d`; of equals the larger unit. Whole seconds only."""
    if not value:
        return "0s"
    exact = (f"{value // unit}{letter}" for letter, unit in UNITS.items() if not value % unit)
    return min(exact, key=len)


def interval(value: Interval) -> str:
    """`09:00-17:00`."""
    return f"{_clock(value.start)}-{_clock(value.end)}"


def path(*names: str) -> str:
    """The names with dots between; one that is more than letters, digits, `_` and `-` in quotes."""
    return ".".join(name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False) for name in names)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
