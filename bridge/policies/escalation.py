"""When a waiting conversation calls louder: levels counted from 1 in open time, each fired at most once, in order.

`fired` is the highest level that was fired since the conversation waits, 0 for none. It outlives a change of the plan:
a level is never fired again because levels came or went.
"""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from bridge.policies.hours import after, is_open, next_open
from bridge.schedules import Plan, Schedule


def due_at(schedule: Schedule, since: datetime, level_number: int) -> datetime | None:
    """When a level's time comes for who waits since then. None: there is no such level, or its time never comes."""
    levels = schedule.plan.levels
    if not 1 <= level_number <= len(levels):
        return None
    return after(schedule.hours, since, levels[level_number - 1].after)


def next_level(schedule: Schedule, since: datetime, fired: int) -> tuple[int, datetime] | None:
    """The level after those that were fired, with its time, which may be past. None: no more will come."""
    number = fired + 1
    due = due_at(schedule, since, number)
    return None if due is None else (number, due)


def firing(schedule: Schedule, since: datetime, fired: int, now: datetime) -> int | None:
    """The highest level that is due and was not fired: it stands for those that were missed. None: nothing is due now.

    Outside the hours nothing fires, even what came due at the very moment of closing.
    """
    if not is_open(schedule.hours, now):
        return None
    numbers = range(fired + 1, len(schedule.plan.levels) + 1)
    due = list(takewhile(lambda number: _has_come(due_at(schedule, since, number), now), numbers))
    return due[-1] if due else None


def next_look(schedule: Schedule, since: datetime, fired: int, now: datetime) -> datetime | None:
    """The first moment from now on when something fires; now, if something is due. None: never."""
    level = next_level(schedule, since, fired)
    return None if level is None else next_open(schedule.hours, max(level[1], now))


def word(plan: Plan, fired: int) -> str:
    """How a waiting conversation stands: `on_time`, `late` after the first level, `overdue` after the last."""
    if fired < 1:
        return "on_time"
    return "overdue" if fired >= len(plan.levels) else "late"


def _has_come(due: datetime | None, now: datetime) -> bool:
    return due is not None and due <= now
