"""Opening hours hold on the days when clocks change, against a reference that walks minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bridge.policies.hours import HORIZON, after, is_open, next_open, open_time
from bridge.schedules import DAY, Hours, Interval

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ZONES = ("Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata", "Pacific/Apia")
# Days on which clocks were changed: forward and back, by an hour, by half an hour, over a whole day.
CHANGES = ("2024-03-31", "2024-10-27", "2024-03-10", "2024-11-03", "2024-04-06", "2024-10-05", "2011-12-30")
MINUTE = timedelta(minutes=1)
NOTHING = timedelta()
OFFICE = ((Interval(9 * 60, 17 * 60),),) * 5 + ((), ())


@st.composite
def days(draw: st.DrawFn) -> tuple[Interval, ...]:
    marks = draw(st.lists(st.integers(0, DAY), max_size=6, unique=True).map(sorted))
    return tuple(Interval(start, end) for start, end in zip(marks[::2], marks[1::2], strict=False))


weeks = st.tuples(*[days()] * 7) | days().map(lambda day: (day,) * 7) | st.just(Hours().week) | st.just(((),) * 7)
hours_of_any_kind = st.builds(Hours, st.sampled_from(ZONES), weeks)
near_changes = st.builds(
    lambda day, minutes: datetime.fromisoformat(f"{day}T00:00Z") + minutes * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(-2 * DAY, DAY),
)
any_time = st.datetimes(datetime(2010, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
whole_minutes = near_changes | any_time.map(lambda at: at.replace(second=0, microsecond=0))
moments = near_changes | any_time
delays = st.timedeltas(NOTHING, timedelta(days=4)) | st.integers(0, 3 * DAY).map(lambda minutes: minutes * MINUTE)


def shown_open(hours: Hours, at: datetime) -> bool:
    clock = at.astimezone(ZoneInfo(hours.zone)).strftime("%H:%M")
    day = hours.week[at.astimezone(ZoneInfo(hours.zone)).weekday()]
    return any(shown(interval.start) <= clock < shown(interval.end) for interval in day)


def shown(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@CALM
@given(hours_of_any_kind, whole_minutes, st.integers(0, 2 * DAY))
def test_open_time_is_what_a_clock_watcher_counts(hours, start, minutes):
    counted = sum(shown_open(hours, start + number * MINUTE) for number in range(minutes))
    assert open_time(hours, start, start + minutes * MINUTE) == counted * MINUTE


@CALM
@given(hours_of_any_kind, whole_minutes, st.integers(1, DAY))
def test_after_is_where_a_clock_watcher_stops(hours, start, minutes):
    found = after(hours, start, minutes * MINUTE)
    walked, left = start, minutes
    while left and walked < start + timedelta(days=3):
        left -= shown_open(hours, walked)
        walked += MINUTE
    assert found == walked if not left else found is None or found > walked


@CALM
@given(hours_of_any_kind, moments)
def test_the_two_ways_to_ask_agree(hours, at):
    opening = next_open(hours, at)
    assert is_open(hours, at) == shown_open(hours, at) == (opening == at)
    if opening is not None:
        assert is_open(hours, opening)
        assert open_time(hours, at, opening) == NOTHING
        assert after(hours, at, NOTHING) == opening


@CALM
@given(hours_of_any_kind, moments, delays)
def test_after_and_open_time_undo_each_other(hours, start, delay):
    end = after(hours, start, delay)
    if end is None:
        assert open_time(hours, start, start + HORIZON) < delay or next_open(hours, start) is None
    else:
        assert end >= start
        assert open_time(hours, start, end) == delay
        assert not delay or is_open(hours, end - timedelta.resolution)


@CALM
@given(hours_of_any_kind, moments, st.tuples(delays, delays))
def test_a_longer_delay_ends_no_earlier(hours, start, pair):
    short, long = (after(hours, start, delay) for delay in sorted(pair))
    assert long is None or (short is not None and short <= long)


@CALM
@given(hours_of_any_kind, moments, delays, delays)
def test_a_later_start_ends_no_earlier(hours, start, wait, delay):
    early, late = after(hours, start, delay), after(hours, start + wait, delay)
    assert early is None or late is None or early <= late


@CALM
@given(hours_of_any_kind, moments, delays, delays)
def test_open_time_adds_up(hours, start, first, second):
    middle, end = start + first, start + first + second
    parts = open_time(hours, start, middle) + open_time(hours, middle, end)
    assert open_time(hours, start, end) == parts <= first + second
    assert open_time(hours, end, start) == NOTHING or end == start


@CALM
@given(hours_of_any_kind, moments, delays)
@example(Hours("Pacific/Apia", ((),) * 4 + ((Interval(0, 60),), (), ())), datetime(2011, 12, 25, tzinfo=UTC), MINUTE)
def test_answers_are_in_utc(hours, start, delay):
    local = start.astimezone(ZoneInfo(hours.zone))
    for found, same in (
        (next_open(hours, local), next_open(hours, start)),
        (after(hours, local, delay), after(hours, start, delay)),
    ):
        assert found == same
        assert found is None or found.tzinfo is UTC


def helsinki(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Helsinki")).astimezone(UTC)


def daily(start: str, end: str, zone: str = "Europe/Helsinki") -> Hours:
    (first, last) = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
    return Hours(zone, ((Interval(first, last),),) * 7)


def test_a_friday_evening_goes_on_on_monday_morning():
    office = Hours("Europe/Helsinki", OFFICE)
    assert after(office, helsinki("2024-05-03T16:58"), 5 * MINUTE) == helsinki("2024-05-06T09:03")
    assert after(office, helsinki("2024-05-04T12:00"), NOTHING) == helsinki("2024-05-06T09:00")
    assert next_open(office, helsinki("2024-05-03T17:00")) == helsinki("2024-05-06T09:00")
    assert open_time(office, helsinki("2024-05-01T00:00"), helsinki("2024-05-08T00:00")) == timedelta(hours=40)


@pytest.mark.parametrize(
    ("clock", "is_it"),
    [("08:59:59", False), ("09:00", True), ("16:59:59.999999", True), ("17:00", False), ("17:00:30", False)],
)
def test_the_opening_is_open_and_the_closing_is_not(clock, is_it):
    assert is_open(Hours("Europe/Helsinki", OFFICE), helsinki(f"2024-05-03T{clock}")) is is_it


def test_a_delay_used_up_at_closing_time_ends_there():
    office = Hours("Europe/Helsinki", OFFICE)
    assert after(office, helsinki("2024-05-03T16:00"), timedelta(hours=1)) == helsinki("2024-05-03T17:00")


# The clock in Helsinki goes from 03:00 to 04:00 on the last Sunday of March, from 04:00 to 03:00 in October.
@pytest.mark.parametrize(
    ("day", "start", "end", "real"),
    [
        ("2024-03-31", "02:30", "03:30", 30),
        ("2024-03-31", "03:10", "03:50", 0),
        ("2024-03-31", "03:30", "04:30", 30),
        ("2024-03-31", "00:00", "24:00", 23 * 60),
        ("2024-03-31", "02:00", "05:00", 120),
        ("2024-10-27", "02:30", "03:30", 90),
        ("2024-10-27", "03:00", "04:00", 120),
        ("2024-10-27", "00:00", "24:00", 25 * 60),
        ("2024-10-27", "04:00", "05:00", 60),
        ("2024-05-05", "22:00", "24:00", 120),
    ],
)
def test_a_day_counts_its_real_length(day, start, end, real):
    hours = daily(start, end)
    midnight = helsinki(f"{day}T00:00")
    following = helsinki((datetime.fromisoformat(day) + timedelta(days=1)).isoformat())
    assert open_time(hours, midnight, following) == real * MINUTE


def test_a_half_hour_that_comes_twice_on_lord_howe():
    hours = daily("01:00", "02:00", "Australia/Lord_Howe")
    noon = datetime(2024, 4, 6, 1, 30, tzinfo=UTC)
    assert open_time(hours, noon, noon + timedelta(days=1)) == 90 * MINUTE
    assert open_time(hours, noon + timedelta(days=1), noon + timedelta(days=2)) == 60 * MINUTE


def test_apia_never_had_that_friday():
    friday = Hours("Pacific/Apia", ((),) * 4 + ((Interval(0, DAY),), (), ()))
    there = ZoneInfo("Pacific/Apia")
    week_before = datetime(2011, 12, 24, tzinfo=there)
    assert next_open(friday, week_before) == datetime(2012, 1, 6, tzinfo=there)


def test_open_over_midnight_is_one_stretch():
    late = Hours("Europe/Helsinki", ((Interval(0, 60), Interval(23 * 60, DAY)),) * 7)
    assert after(late, helsinki("2024-05-05T23:30"), timedelta(hours=1)) == helsinki("2024-05-06T00:30")


@pytest.mark.parametrize("week", [((),) * 7, ((Interval(60, 60),),) * 7])
def test_what_is_never_open_never_comes(week):
    at = datetime(2024, 5, 5, tzinfo=UTC)
    for zone in ZONES:
        hours = Hours(zone, week)
        assert next_open(hours, at) is None
        assert after(hours, at, NOTHING) is None
        assert not is_open(hours, at)
        assert open_time(hours, at, at + timedelta(days=9)) == NOTHING


def test_more_open_time_than_a_year_has_never_comes():
    hour_a_week = Hours("UTC", ((Interval(0, 60),), (), (), (), (), (), ()))
    assert after(hour_a_week, datetime(2024, 5, 5, tzinfo=UTC), timedelta(hours=50)) is not None
    assert after(hour_a_week, datetime(2024, 5, 5, tzinfo=UTC), timedelta(hours=70)) is None
