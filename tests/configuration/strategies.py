"""Every configuration that a file can say."""

from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st

from bridge.configuration import ChannelEntry, Configuration, PersonEntry, SiteEntry
from bridge.managers import channel_at, site_id
from bridge.model import Channel, ChannelId, Rule, Site
from bridge.policies.text import clean
from bridge.schedules import (
    DAY,
    Action,
    Fallback,
    Hours,
    Idle,
    Interval,
    Level,
    Plan,
    Schedule,
    SitePolicy,
    Transcripts,
)
from bridge.wording import LANGUAGES

LETTERS = st.text("abcdefgh", min_size=2, max_size=9)
NAMES = st.text("abAB01_-", min_size=1, max_size=12)
PORTS = ("", ":8080", ":8443")
MONTH = 30 * 24 * 60 * 60
SENTENCES = {
    "widget.greeting": "",
    "widget.unread_one": "{count}",
    "widget.email_saved": "{address}",
    "widget.title": "{",
    "mail.transcript_heading": "{site}",
}
MAILS = st.builds("{}.{}@{}.example".format, LETTERS, LETTERS, LETTERS)
PLAIN = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="{}")
WORDS = st.text(PLAIN, min_size=1, max_size=60).filter(lambda text: text.strip() and clean(text) == text)
ORIGINS = st.builds("{}{}.example{}".format, st.sampled_from(["http://", "https://"]), LETTERS, st.sampled_from(PORTS))
WAITS = st.integers(1, MONTH) | st.sampled_from([60, 3600, 86400, 90, MONTH])


@st.composite
def days(draw: st.DrawFn) -> tuple[Interval, ...]:
    marks = sorted(draw(st.lists(st.integers(0, DAY), max_size=6, unique=True)))
    return tuple(Interval(start, end) for start, end in zip(marks[::2], marks[1::2], strict=False))


WEEKS = st.tuples(*[days()] * 7).filter(any)
HOURS = st.just(Hours()) | st.builds(Hours, st.sampled_from(["Europe/Helsinki", "UTC", "Asia/Kolkata"]), WEEKS)
USUAL = st.just(Hours("Europe/Helsinki", Hours().week))


@st.composite
def levels(draw: st.DrawFn, hours: Hours, others: list[Channel]) -> tuple[Level, ...]:
    open_minutes = sum(span.end - span.start for day in hours.week for span in day)
    most = min(MONTH, open_minutes * 60 * 50)
    times = sorted(draw(st.lists(st.integers(0, most), max_size=4, unique=True)))
    targets = {
        Action.NOTIFY: st.just(""),
        Action.MENTION: st.builds("{}{}".format, st.sampled_from("USW"), st.text("ABC123", min_size=2, max_size=12)),
        Action.MAIL: MAILS,
    }
    if others:
        targets[Action.CHANNEL] = st.sampled_from([other.id for other in others])
    actions = [draw(st.sampled_from(sorted(targets))) for _ in times]
    return tuple(
        Level(timedelta(seconds=after), action, draw(targets[action]))
        for after, action in zip(times, actions, strict=True)
    )


def fallbacks(others: list[ChannelId]) -> st.SearchStrategy[Fallback]:
    nowhere = st.just(Fallback())
    after = st.just(Fallback().after) | st.builds(timedelta, seconds=st.integers(30, 24 * 60 * 60))
    return nowhere | st.builds(Fallback, st.sampled_from(others), after) if others else nowhere


@st.composite
def channels(draw: st.DrawFn) -> tuple[ChannelEntry, ...]:
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    places = [channel_at("slack", f"C{number:010}") for number in draw(st.permutations(range(len(names))))]
    entries = []
    for name, place in zip(names, places, strict=True):
        hours = draw(HOURS | USUAL)
        plan = Plan(draw(levels(hours, [other for other in places if other != place])), draw(st.integers(1, 1000)))
        others = [other.id for other in places if other != place]
        entries.append(ChannelEntry(name, place, Schedule(hours, plan), draw(fallbacks(others))))
    return tuple(entries)


@st.composite
def texts(draw: st.DrawFn) -> dict[str, dict[str, str]]:
    found = {}
    for language in draw(st.lists(st.sampled_from(LANGUAGES), max_size=2, unique=True)):
        keys = draw(st.lists(st.sampled_from(sorted(SENTENCES)), min_size=1, max_size=3, unique=True))
        found[language] = {key: draw(WORDS | WORDS.map("a\nb\t{}".format)) + SENTENCES[key] for key in keys}
    return found


waited = st.builds(timedelta, seconds=WAITS)
policies = st.builds(
    SitePolicy,
    st.builds(Transcripts, st.booleans(), st.just("") | MAILS),
    st.just(Idle()) | st.builds(Idle, waited, waited),
    st.integers(0, 3650),
    texts(),
)


@st.composite
def sites(draw: st.DrawFn, places: list[Channel]) -> SiteEntry:
    key = draw(NAMES)
    site = Site(
        id=site_id(key),
        key=key,
        name=draw(WORDS),
        origins=tuple(draw(st.lists(ORIGINS, min_size=1, max_size=3, unique=True))),
        channel=draw(st.sampled_from(places)).id,
        language=draw(st.sampled_from(LANGUAGES)),
        agents_language=draw(st.sampled_from(LANGUAGES)),
        rule=draw(st.sampled_from(Rule)),
        accent=draw(st.just("#1F4E8C") | st.integers(0, 0xFFFFFF).map("#{:06x}".format)),
        privacy_url=draw(st.just("") | ORIGINS.map(lambda origin: f"{origin}/privacy?a=ä#b")),
        daily_limit=draw(st.just(2000) | st.integers(1, 1_000_000)),
    )
    return SiteEntry(site, draw(policies))


@st.composite
def people(draw: st.DrawFn) -> tuple[PersonEntry, ...]:
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    refs = [(("slack", f"U{number:03}"), ("teams", str(UUID(int=number)))) for number in range(len(names))]
    return tuple(PersonEntry(name, both) for name, both in zip(names, draw(st.permutations(refs)), strict=True))


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    found = draw(channels())
    places = [entry.channel for entry in found]
    each = st.lists(sites(places), min_size=1, max_size=3, unique_by=lambda entry: entry.site.key)
    return Configuration(tuple(draw(each)), found, draw(people()))
