"""The configuration in the memory, on every store: what is put is what holds, and open conversations go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from bridge.configuration import ChannelEntry, Configuration, SiteEntry
from bridge.managers import ManagerDesk, channel_at, site_id
from bridge.model import ChannelId, Site
from bridge.schedules import Action, Hours, Idle, Interval, Level, Plan, Schedule, SitePolicy, Transcripts
from bridge.timekeeping import Timekeeper
from storage import schedules
from storage.signals import LocalSignals
from tests.configuration.strategies import configurations
from tests.machine.virtual import InlineStore, VirtualLoop
from tests.storage.ticker import SetClock
from tests.storage.town import CHANNEL, WORKS, Town

CALM = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
START = datetime(2024, 6, 3, 9, 0, tzinfo=UTC)
FIRST, SECOND = channel_at(WORKS, CHANNEL), channel_at(WORKS, "C2")
PLAN = Plan((Level(timedelta(minutes=2), Action.NOTIFY), Level(timedelta(minutes=9), Action.MAIL, "a@b.example")), 7)
WEEK = ((Interval(0, 60), Interval(540, 1440)),) * 6 + ((),)
POLICY = SitePolicy(
    Transcripts(to_visitor=False, to_team="team@b.example"),
    Idle(timedelta(minutes=15), timedelta(seconds=90)),
    30,
    {"fi": {"widget.greeting": 'Moi "sinä"\n{count} ä €'}},
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
async def town(store, clock) -> Town:
    return await Town(store, clock).found()


@pytest.fixture
def desk(town) -> ManagerDesk:
    return ManagerDesk(town.store, town.clock)


def site(key: str = "main", channel: ChannelId = FIRST.id, **about) -> Site:
    return Site(site_id(key), key, key.title(), (f"https://{key}.test",), channel, **about)


def configured(*sites: SiteEntry, plan: Plan = PLAN) -> Configuration:
    """Two channels, the first with hours and a plan, and these sites; by name and key, as they are read back."""
    schedule = Schedule(Hours("Europe/Helsinki", WEEK), plan)
    channels = (ChannelEntry("one", FIRST, schedule), ChannelEntry("two", SECOND, Schedule()))
    return Configuration(tuple(sorted(sites, key=lambda entry: entry.site.key)), channels)


def entry(key: str = "main", **about) -> SiteEntry:
    return SiteEntry(site(key, **about), POLICY)


@CALM
@given(configurations())
def test_what_is_written_as_json_reads_back_as_it_was(configuration):
    for channel in configuration.channels:
        hours, plan = channel.schedule.hours, channel.schedule.plan
        assert schedules.load_hours(schedules.dump_hours(hours)) == hours
        assert schedules.load_plan(schedules.dump_plan(plan)) == plan
    for found in configuration.sites:
        assert schedules.load_policy(schedules.dump_policy(found.policy)) == found.policy


def test_nothing_written_is_what_is_usual():
    assert schedules.load_hours("") == Hours()
    assert schedules.load_plan("") == Plan()
    assert schedules.load_policy("") == SitePolicy()


@CALM
@given(configurations())
def test_every_configuration_that_is_put_holds(configuration):
    loop = VirtualLoop()
    store = InlineStore(LocalSignals(), loop)
    try:
        loop.run_until_complete(store.turn(lambda tx: tx.put_configuration(configuration, START)))
        found = loop.run_until_complete(store.read(lambda tx: tx.configuration()))
    finally:
        store.close()
        loop.close()
    assert {entry.site.key: entry for entry in found.sites} == {entry.site.key: entry for entry in configuration.sites}
    assert {entry.name: entry for entry in found.channels} == {entry.name: entry for entry in configuration.channels}


async def test_what_is_put_is_what_holds(desk, town):
    wanted = configured(entry(), entry("second", channel=SECOND.id, daily_limit=5, privacy_url="https://p.test"))
    assert await desk.apply(wanted)
    found = await desk.configuration()
    assert (found.sites, found.channels) == (wanted.sites, wanted.channels)
    assert await town.store.read(lambda tx: tx.policy(site_id("main"))) == POLICY
    assert await town.store.read(lambda tx: tx.schedule(FIRST.id)) == wanted.channels[0].schedule
    assert await town.store.read(lambda tx: tx.channel_name(SECOND.id)) == "two"
    assert await desk.is_applied()


async def test_the_same_again_changes_nothing(desk, witness):
    wanted = configured(entry())
    await desk.apply(wanted)
    tables = ("channel", "site", "configuration", "deadline")
    before = [witness.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]  # noqa: S608 - our own names
    desk.clock.at += timedelta(hours=1)
    assert await desk.plan(wanted) == ()
    assert await desk.apply(wanted) == ()
    assert [witness.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables] == before  # noqa: S608


async def test_a_plan_changes_nothing(desk, witness):
    before = witness.rows("SELECT * FROM site ORDER BY 1")
    assert await desk.plan(configured(entry()))
    assert witness.rows("SELECT * FROM site ORDER BY 1") == before
    assert not await desk.is_applied()


async def test_an_apply_that_fails_changes_nothing(desk):
    await desk.apply(configured(entry()))
    before = await desk.configuration()
    lost = replace(configured(entry("other")), channels=())
    with pytest.raises(KeyError):
        await desk.apply(lost)
    assert await desk.configuration() == before


async def test_a_retired_site_takes_nobody_and_its_open_chats_go_on(desk, town):
    await desk.apply(configured(entry(), entry("old")))
    old = (await town.store.read(lambda tx: tx.site("old"))) or pytest.fail("no site")
    token = await town.visitors.arrive(old, "en")
    visitor = (await town.visitors.known(token)).visitor.id
    await town.says(visitor, "hello")
    errand = await town.taken()
    assert await town.delivered(errand, "root")
    assert await desk.apply(configured(entry()))
    assert await town.store.read(lambda tx: tx.site("old")) is None
    assert [found.site.key for found in (await desk.configuration()).sites] == ["main"]
    await town.says(visitor, "are you there?")
    await town.answers("root", "yes")
    assert await town.texts(visitor) == ["hello", "are you there?", "agent_joined", "yes"]
    await desk.apply(configured(entry(), entry("old")))
    assert (await town.store.read(lambda tx: tx.site("old"))) is not None


async def test_who_waits_is_looked_at_by_the_new_plan(desk, town, witness):
    visitor = await town.visitor()
    await town.says(visitor, "hello")
    assert witness.count("deadline") == 0
    await desk.apply(configured(entry()))
    await Timekeeper(town.store, town.clock).tick()
    assert await town.store.read(lambda tx: tx.next_due()) == START + timedelta(minutes=2)
    sooner = Plan((Level(timedelta(minutes=1), Action.NOTIFY),))
    await desk.apply(configured(entry(), plan=sooner))
    await Timekeeper(town.store, town.clock).tick()
    assert await town.store.read(lambda tx: tx.next_due()) == START + timedelta(minutes=1)


async def test_a_visitor_who_was_just_asked_is_not_sent_away_by_an_apply(desk, town, witness):
    """The question was asked a moment ago: an unrelated change does not take the time to answer away."""
    await desk.apply(configured(entry(), plan=Plan()))
    _, root = await town.thread()
    await town.answers(root, "what is your number?")
    timekeeper = Timekeeper(town.store, town.clock)
    for _ in range(9):
        town.clock.at += timedelta(minutes=2)
        await timekeeper.tick()
        if witness.number("SELECT count(*) FROM message WHERE notice = 'idle_asked'"):
            break
    assert witness.number("SELECT count(*) FROM message WHERE notice = 'idle_asked'") == 1
    town.clock.at += timedelta(seconds=1)
    await desk.apply(configured(entry(), entry("another"), plan=Plan()))
    await timekeeper.tick()
    assert witness.column("SELECT status FROM conversation") == ["claimed"]
    town.clock.at += timedelta(seconds=90)
    await timekeeper.tick()
    assert witness.column("SELECT status FROM conversation") == ["closed"]


async def test_a_channel_that_moved_keeps_everything_once(town, witness):
    _, root = await town.thread()
    store = town.store
    assert not await store.turn(lambda tx: tx.channel_moved(WORKS, "C9", "C8"))
    assert await store.turn(lambda tx: tx.channel_moved(WORKS, CHANNEL, "C2"))
    assert not await store.turn(lambda tx: tx.channel_moved(WORKS, CHANNEL, "C2"))
    assert await store.read(lambda tx: tx.thread_at(WORKS, CHANNEL, root)) is None
    assert await store.read(lambda tx: tx.thread_at(WORKS, "C2", root)) is not None
    assert witness.column("SELECT ref FROM channel WHERE workplace = 'works'") == ["C2"]


async def test_a_channel_that_moved_to_a_known_one_joins_it(desk, town, witness):
    _, root = await town.thread()
    await desk.apply(configured(entry()))
    assert await town.store.turn(lambda tx: tx.channel_moved(WORKS, CHANNEL, "C2"))
    for table in ("site", "conversation", "thread"):
        assert set(witness.column(f"SELECT channel_id FROM {table}")) == {SECOND.id}  # noqa: S608 - our own names
    assert await town.store.read(lambda tx: tx.thread_at(WORKS, "C2", root)) is not None
    assert not await town.store.turn(lambda tx: tx.channel_moved(WORKS, CHANNEL, "C2"))
