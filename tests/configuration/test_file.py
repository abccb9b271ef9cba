"""A file is read whole or not at all, and what is usual may be left out of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.configuration import ConfigurationError, load
from adapters.configuration.file import LARGEST
from bridge.managers import channel_at, site_id
from bridge.model import Rule
from bridge.schedules import Action, Fallback, Hours, Interval, Level, Plan, Schedule, SitePolicy
from tests.configuration.frames import framed

LEAST = framed("site", [])


def faults(source) -> list[tuple[str, str]]:
    with pytest.raises(ConfigurationError) as caught:
        load(source)
    return [(fault.path, fault.wrong) for fault in caught.value.faults]


def test_the_least_file_is_as_usual(tmp_path):
    file = tmp_path / "silta.toml"
    file.write_text(LEAST, encoding="utf-8")
    configuration = load(file)
    assert configuration == load(LEAST)
    [channel], [entry] = configuration.channels, configuration.sites
    assert (channel.name, channel.channel) == ("support", channel_at("slack", "C0123456789"))
    assert channel.schedule == Schedule()
    assert entry.policy == SitePolicy()
    assert (entry.site.id, entry.site.key, entry.site.channel) == (site_id("main"), "main", channel.channel.id)
    assert (entry.site.name, entry.site.origins) == ("shop.example", ("https://shop.example",))
    assert (entry.site.language, entry.site.rule, entry.site.daily_limit) == ("en", Rule.CLAIMANT, 2000)


@pytest.mark.parametrize(
    ("before", "after"), [("\n", "\r\n"), ("[channels", "\ufeff[channels"), ("[sites", "# ä 😀\n[sites")]
)
def test_how_editors_save_makes_no_difference(tmp_path, before, after):
    file = tmp_path / "silta.toml"
    file.write_bytes(LEAST.replace(before, after, 1 if before.startswith("[") else -1).encode())
    assert load(file) == load(LEAST)


def test_a_file_that_is_not_there(tmp_path):
    assert faults(tmp_path / "none.toml") == [
        (str(tmp_path / "none.toml"), "it cannot be read (No such file or directory)")
    ]


def test_a_folder_is_no_file(tmp_path):
    assert faults(tmp_path) == [(str(tmp_path), "it cannot be read (Is a directory)")]


def test_an_empty_file(tmp_path):
    file = tmp_path / "silta.toml"
    file.touch()
    assert faults(file) == [(str(file), "it is empty")]


def test_another_encoding_is_told_with_its_line(tmp_path):
    file = tmp_path / "silta.toml"
    file.write_bytes("# yes\nname = 'Työ'\n".encode("latin-1"))
    assert faults(file) == [("line 2", "it is not UTF-8")]
    assert faults("name = '\ud800'") == [("line 1", "it is not UTF-8")]


def test_a_file_of_one_megabyte_is_the_largest(tmp_path):
    file = tmp_path / "silta.toml"
    filler = "#" * (LARGEST - len(LEAST))
    file.write_text(LEAST + filler)
    assert load(file) == load(LEAST)
    file.write_text(LEAST + filler + "#")
    assert faults(file) == [(str(file), "it is larger than 1 MB")]


def test_a_long_host_is_cut_to_a_name():
    origin = f"https://{'long.' * 20}example"
    name = load(framed("site", [f'origins = ["{origin}"]'])).sites[0].site.name
    assert len(name) == 60
    assert name.endswith("…")


def test_intervals_come_in_order_and_joined():
    lines = ['monday = ["13:00 - 17:00", "9:00–12:00", "12:00-12:30"]', 'sunday = ["22:00-24:00"]']
    hours = load(framed("hours", lines)).channels[0].schedule.hours
    monday = (Interval(9 * 60, 12 * 60 + 30), Interval(13 * 60, 17 * 60))
    assert hours == Hours("Europe/Helsinki", (monday, (), (), (), (), (), (Interval(22 * 60, 1440),)))


def test_levels_know_whom_they_call():
    example = load(Path(__file__).parents[2] / "silta.example.toml")
    support, fallback = example.channels
    assert support.schedule.plan == Plan(
        (
            Level(timedelta(minutes=2), Action.NOTIFY),
            Level(timedelta(minutes=5), Action.MENTION, "U0123456789"),
            Level(timedelta(minutes=20), Action.CHANNEL, fallback.channel.id),
            Level(timedelta(hours=1), Action.MAIL, "on-call@example.com"),
        )
    )


def test_two_channels_may_be_each_others_fallback():
    lines = [
        '[channels.a]\nid = "C0000000001"\nfallback = "b"\nfallback_after = "90s"',
        '[channels.b]\nid = "C0000000002"\nfallback = "a"',
        '[sites.main]\norigins = ["https://shop.example"]\nchannel = "a"',
    ]
    a, b = load("\n".join(lines)).channels
    assert (a.fallback, b.fallback) == (
        Fallback(b.channel.id, timedelta(seconds=90)),
        Fallback(a.channel.id, timedelta(minutes=2)),
    )


def test_twenty_levels_are_the_most():
    lines = [
        line for n in range(20) for line in ("[[channels.support.escalation]]", f'after = "{n}m"', "notify = true")
    ]
    assert len(load(framed("channel", lines)).channels[0].schedule.plan.levels) == 20


@pytest.mark.parametrize(
    ("written", "meant"),
    [("90s", 90), ("5m", 300), ("2h", 7200), ("1d", 86400), ("0s", 0), ("30d", 2592000), ("5 m", 300)],
)
def test_durations(written, meant):
    lines = ["[[channels.support.escalation]]", f'after = "{written}"', "notify = true"]
    plan = load(framed("channel", lines)).channels[0].schedule.plan
    assert plan.levels[0].after == timedelta(seconds=meant)


def test_origins_are_written_as_browsers_do():
    lines = ['origins = ["HTTPS://Shop.Example:443", "http://localhost:8080"]']
    assert load(framed("site", lines)).sites[0].site.origins == ("https://shop.example", "http://localhost:8080")


def test_places_of_sentences_stay_as_they_are():
    lines = ["[sites.main.texts.fi]", '"widget.unread_one" = "{count} uusi {"', '"widget.you" = "Sinä"']
    texts = load(framed("site", lines)).sites[0].policy.texts
    assert texts == {"fi": {"widget.unread_one": "{count} uusi {", "widget.you": "Sinä"}}
