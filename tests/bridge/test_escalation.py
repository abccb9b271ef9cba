"""Levels fire in open time, once each, in order, whatever becomes of the plan and however late somebody looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.policies.escalation import due_at, firing, next_level, next_look, word
from bridge.policies.hours import is_open
from bridge.schedules import Action, Hours, Interval, Level, Plan, Schedule

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SINCE = datetime(2024, 3, 29, 9, 0, tzinfo=UTC)  # a Friday, the clocks change on the Sunday
OFFICE = Hours("Europe/Helsinki", ((Interval(9 * 60, 17 * 60),),) * 5 + ((), ()))
NIGHTS = Hours("America/New_York", ((Interval(0, 150), Interval(23 * 60, 1440)),) * 7)
EVERY_HOURS = (Hours(), OFFICE, NIGHTS, Hours("UTC", ((),) * 7))


def ladder(*minutes: float) -> Plan:
    return Plan(tuple(Level(timedelta(minutes=after), Action.NOTIFY) for after in minutes))


plans = st.lists(st.integers(0, 3000), max_size=5, unique=True).map(lambda minutes: ladder(*sorted(minutes)))
schedules = st.builds(Schedule, st.sampled_from(EVERY_HOURS), plans)
waits = st.integers(-60, 8 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
counts = st.integers(0, 6)


def at(clock: str, day: int = 29) -> datetime:
    return datetime.fromisoformat(f"2024-03-{day}T{clock}+02:00").astimezone(UTC)


def test_levels_come_one_after_another():
    schedule = Schedule(plan=ladder(2, 5, 20))
    assert next_level(schedule, SINCE, 0) == (1, SINCE + timedelta(minutes=2))
    assert next_level(schedule, SINCE, 2) == (3, SINCE + timedelta(minutes=20))
    assert next_level(schedule, SINCE, 3) is None
    assert firing(schedule, SINCE, 0, SINCE + timedelta(seconds=119)) is None
    assert firing(schedule, SINCE, 0, SINCE + timedelta(minutes=2)) == 1
    assert firing(schedule, SINCE, 1, SINCE + timedelta(minutes=2)) is None


def test_missed_levels_fold_into_the_highest():
    assert firing(Schedule(plan=ladder(2, 5, 20)), SINCE, 0, SINCE + timedelta(minutes=7)) == 2
    assert firing(Schedule(plan=ladder(2, 5, 20)), SINCE, 0, SINCE + timedelta(days=3)) == 3


@pytest.mark.parametrize("number", [-1, 0, 4])
def test_there_is_no_such_level(number):
    assert due_at(Schedule(plan=ladder(2, 5, 20)), SINCE, number) is None


def test_the_night_does_not_count():
    schedule = Schedule(OFFICE, ladder(10))
    since = at("16:55")
    assert due_at(schedule, since, 1) == datetime.fromisoformat("2024-04-01T09:05+03:00")
    assert firing(schedule, since, 0, at("23:00")) is None
    assert next_look(schedule, since, 0, at("23:00")) == due_at(schedule, since, 1)


# As docs/configuration.md tells it.
@pytest.mark.parametrize(
    ("since", "times"),
    [
        ("2024-04-02T10:00", ["2024-04-02T10:02", "2024-04-02T10:05", "2024-04-02T10:20"]),
        ("2024-04-02T16:57", ["2024-04-02T16:59", "2024-04-03T09:02", "2024-04-03T09:17"]),
        ("2024-04-05T20:00", ["2024-04-08T09:02", "2024-04-08T09:05", "2024-04-08T09:20"]),
    ],
)
def test_a_plan_over_evenings_and_weekends(since, times):
    schedule = Schedule(OFFICE, ladder(2, 5, 20))
    start = datetime.fromisoformat(f"{since}+03:00")
    assert [due_at(schedule, start, number) for number in (1, 2, 3)] == [
        datetime.fromisoformat(f"{time}+03:00") for time in times
    ]


def test_what_was_due_before_closing_fires_at_the_next_opening():
    schedule = Schedule(OFFICE, ladder(10))
    since, opening = at("16:00"), datetime.fromisoformat("2024-04-01T09:00+03:00")
    assert firing(schedule, since, 0, at("22:00")) is None
    assert next_look(schedule, since, 0, at("22:00")) == opening
    assert firing(schedule, since, 0, opening) == 1


def test_what_comes_due_at_closing_time_waits_for_the_opening():
    schedule = Schedule(OFFICE, ladder(10))
    since, opening = at("16:50"), datetime.fromisoformat("2024-04-01T09:00+03:00")
    assert due_at(schedule, since, 1) == at("17:00")
    assert firing(schedule, since, 0, at("17:00")) is None
    assert next_look(schedule, since, 0, at("16:52")) == opening


def test_a_level_without_delay_fires_at_once_when_open():
    schedule = Schedule(OFFICE, ladder(0, 5))
    assert firing(schedule, at("12:00"), 0, at("12:00")) == 1
    assert firing(schedule, at("06:00"), 0, at("07:00")) is None
    assert next_look(schedule, at("06:00"), 0, at("07:00")) == at("09:00")


@pytest.mark.parametrize(
    ("levels", "fired", "said"),
    [
        ((), 0, "on_time"),
        ((2, 5, 20), 0, "on_time"),
        ((2, 5, 20), 1, "late"),
        ((2, 5, 20), 2, "late"),
        ((2, 5, 20), 3, "overdue"),
        ((2,), 1, "overdue"),
        ((2,), 3, "overdue"),
        ((), 1, "overdue"),
    ],
)
def test_how_it_stands_in_a_word(levels, fired, said):
    assert word(ladder(*levels), fired) == said


@CALM
@given(schedules, waits, counts)
def test_only_what_is_due_and_was_not_fired_fires_and_only_when_open(schedule, wait, fired):
    now = SINCE + wait
    level = firing(schedule, SINCE, fired, now)
    due = [number for number in range(1, 7) if (due_at(schedule, SINCE, number) or now + wait.resolution) <= now]
    expected = [number for number in due if number > fired] if is_open(schedule.hours, now) else []
    assert level == (expected[-1] if expected else None)


@CALM
@given(schedules, st.lists(waits, max_size=30), st.integers(0, 30).map(lambda number: timedelta(minutes=number)))
def test_each_level_fires_at_most_once_and_in_order(schedule, looks, step):
    fired, seen = 0, list[int]()
    for wait in [*sorted(looks), max(looks, default=step) + step]:
        level = firing(schedule, SINCE, fired, SINCE + wait)
        if level is not None:
            seen.append(level)
            fired = level
    assert seen == sorted(set(seen))


@CALM
@given(st.sampled_from(EVERY_HOURS), st.lists(st.tuples(plans, waits), max_size=12))
def test_a_plan_that_changes_between_looks_repeats_nothing(hours, looks):
    fired = 0
    for plan, wait in looks:
        level = firing(Schedule(hours, plan), SINCE, fired, SINCE + wait)
        assert level is None or fired < level <= len(plan.levels)
        fired = level or fired


@CALM
@given(schedules, waits, counts, st.lists(st.fractions(0, 1), max_size=5))
def test_the_next_look_is_the_first_moment_when_something_fires(schedule, wait, fired, shares):
    now = SINCE + wait
    look = next_look(schedule, SINCE, fired, now)
    until = look or now + timedelta(days=9)
    assert until >= now
    for share in shares:
        between = now + (until - now) * float(share)
        assert between >= until or firing(schedule, SINCE, fired, between) is None
    assert look is None or firing(schedule, SINCE, fired, look) is not None


@CALM
@given(schedules, waits)
def test_whoever_looks_when_told_fires_each_level_on_its_own(schedule, wait):
    fired, now = 0, SINCE
    while (look := next_look(schedule, SINCE, fired, now)) is not None:
        level = firing(schedule, SINCE, fired, look)
        assert level is not None
        assert level > fired
        fired, now = level, look
    never = not any(schedule.hours.week)
    assert fired == (0 if never else len(schedule.plan.levels))
