"""What changed between two configurations is told completely, in the words of the file."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings

from adapters.configuration import load
from bridge.configuration import Change, Configuration
from bridge.differences import differences
from tests.configuration.frames import framed
from tests.configuration.strategies import configurations

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
EXAMPLE = (Path(__file__).parents[2] / "silta.example.toml").read_text(encoding="utf-8")


def told(before: str, after: str) -> list[tuple[str, str, str]]:
    changes = differences(load(before), load(after))
    return [(change.path, change.before, change.after) for change in changes]


def by_name(configuration: Configuration) -> tuple[object, object, object]:
    return (
        {entry.name: entry for entry in configuration.channels},
        {entry.site.key: entry for entry in configuration.sites},
        {entry.name: entry for entry in configuration.people},
    )


@CALM
@given(configurations(), configurations())
def test_what_is_told_is_complete_and_the_same_both_ways(one, other):
    changes = differences(one, other)
    assert (changes == ()) == (by_name(one) == by_name(other))
    assert [Change(change.path, change.after, change.before) for change in differences(other, one)] == list(changes)
    assert len({change.path for change in changes}) == len(changes)
    assert [change for change in changes if change.before == change.after] == []
    assert differences(one, one) == ()


@CALM
@given(configurations())
def test_what_is_wholly_new_has_nothing_before(configuration):
    changes = differences(Configuration(), configuration)
    assert {change.before for change in changes} == {""}
    starts = {change.path.split(".")[1] for change in changes}
    named = {entry.name for entry in (*configuration.channels, *configuration.people)}
    assert starts == named | {entry.site.key for entry in configuration.sites}


def test_a_site_is_changed():
    after = EXAMPLE.replace("retention_days = 90 ", "retention_days = 30 ")
    after = after.replace('rule = "claimant"', 'rule = "open"').replace(', "https://www.shop.example"', "")
    after = after.replace("to_visitor = true", "to_visitor = false").replace('warn_after = "20m"', 'warn_after = "30m"')
    assert told(EXAMPLE, after) == [
        ("sites.main.idle.warn_after", "20m", "30m"),
        ("sites.main.origins", "https://shop.example, https://www.shop.example", "https://shop.example"),
        ("sites.main.retention_days", "90", "30"),
        ("sites.main.rule", "claimant", "open"),
        ("sites.main.transcripts.to_visitor", "true", "false"),
    ]


def test_people_come_and_go_and_change():
    least = framed("site", [])
    person = '[people.anna]\nslack = "U0123456789"\nteams = "00000000-0000-0000-0000-00000000000{}"\n'
    assert told(least, least + person.format(1)) == [
        ("people.anna.slack", "", "U0123456789"),
        ("people.anna.teams", "", "00000000-0000-0000-0000-000000000001"),
    ]
    assert told(least + person.format(1), least + person.format(2)) == [
        ("people.anna.teams", "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002")
    ]


def test_hours_and_levels_are_changed():
    after = EXAMPLE.replace('friday = ["09:00-16:00"]\n', "").replace('"13:00-17:00"', '"12:30-17:00"')
    after = after.replace('mention = "U0123456789"', 'channel = "fallback"')
    after = after.replace('\nafter = "2m" ', '\nafter = "90s" ').replace(
        'fallback_after = "2m"', 'fallback_after = "1h"'
    )
    assert told(EXAMPLE, after) == [
        ("channels.support.escalation[1].after", "2m", "90s"),
        ("channels.support.escalation[2].channel", "", "fallback"),
        ("channels.support.escalation[2].mention", "U0123456789", ""),
        ("channels.support.fallback_after", "2m", "1h"),
        ("channels.support.hours.friday", "09:00-16:00", ""),
        ("channels.support.hours.monday", "09:00-12:00, 13:00-17:00", "09:00-12:00, 12:30-17:00"),
    ]


def test_a_usual_value_is_told_when_it_comes_or_goes():
    assert told(framed("channel", ["digest_above = 3"]), framed("channel", [])) == [
        ("channels.support.digest_above", "3", "10")
    ]
    texts = ["[sites.main.texts.fi]", '"widget.greeting" = "Hei"']
    assert told(framed("site", []), framed("site", texts)) == [('sites.main.texts.fi."widget.greeting"', "", "Hei")]


def test_a_channel_under_another_name_goes_and_comes():
    least = framed("site", [])
    assert told(least, least.replace("support", "help")) == [
        ("channels.help.id", "", "C0123456789"),
        ("channels.help.workplace", "", "slack"),
        ("channels.support.id", "C0123456789", ""),
        ("channels.support.workplace", "slack", ""),
        ("sites.main.channel", "support", "help"),
    ]


def test_levels_come_in_the_order_of_their_numbers():
    lines = [
        line for n in range(1, 12) for line in ("[[channels.support.escalation]]", f'after = "{n}m"', "notify = true")
    ]
    paths = [path for path, _, _ in told(framed("channel", []), framed("channel", lines))]
    assert paths[-2:] == ["channels.support.escalation[11].after", "channels.support.escalation[11].notify"]


def test_the_order_in_the_file_is_no_difference():
    site = '[sites.main]\norigins = ["https://shop.example"]\nchannel = "a"\n'
    first, second = '[channels.a]\nid = "C0000000001"\n', '[channels.b]\nid = "C0000000002"\n'
    assert told(first + second + site, site + second + first) == []
