"""What is written out reads back as the same, and says no more than it must."""

from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.configuration import dumps, load
from bridge.readable import UNITS, duration
from tests.configuration.frames import framed
from tests.configuration.strategies import configurations

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
EXAMPLE = Path(__file__).parents[2] / "silta.example.toml"


@CALM
@given(configurations())
def test_every_configuration_reads_back_as_it_was(configuration):
    assert load(dumps(configuration)) == configuration


@CALM
@given(configurations())
def test_the_file_is_the_same_each_time(configuration):
    assert dumps(load(dumps(configuration))) == dumps(configuration)


def test_what_is_usual_is_left_out():
    lines = [line for line in dumps(load(framed("site", []))).splitlines() if line and not line.startswith("#")]
    assert lines == [
        "[channels.support]",
        'id = "C0123456789"',
        "[sites.main]",
        'name = "shop.example"',
        'origins = ["https://shop.example"]',
        'channel = "support"',
    ]


def test_the_example_is_written_as_people_would():
    text = dumps(load(EXAMPLE))
    assert 'monday = ["09:00-12:00", "13:00-17:00"]\n' in text
    assert 'saturday = ["22:00-24:00"]\n' in text
    assert '[[channels.support.escalation]]\nafter = "20m"\nchannel = "fallback"\n' in text
    assert '[sites.main.texts.en]\n"widget.greeting" = "Hello! What can we do for you?"\n' in text
    assert load(text) == load(EXAMPLE)


@CALM
@given(st.integers(0, 10_000_000))
def test_a_duration_is_exact_and_none_is_shorter(seconds):
    written = duration(timedelta(seconds=seconds))
    assert int(written[:-1]) * UNITS[written[-1]] == timedelta(seconds=seconds)
    exact = [f"{seconds // unit}" for unit in (1, 60, 3600, 86400) if seconds % unit == 0]
    assert len(written) == min(map(len, exact)) + 1


def test_durations_as_people_write_them():
    said = {0: "0s", 59: "59s", 60: "1m", 90: "90s", 3600: "1h", 5400: "90m", 86400: "1d", 100800: "28h"}
    assert {seconds: duration(timedelta(seconds=seconds)) for seconds in said} == said
