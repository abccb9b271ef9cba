"""The composition root: joins rules, memory and the outside. Nothing imports it but tests."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from adapters import registry
from adapters import settings as table
from adapters.configuration import dumps, load, load_for, single_site, timeline
from adapters.playground import APP_TOKEN, BOT_TOKEN, Playground
from adapters.playground.story import Hands, play
from adapters.playground.teams.story import greet
from adapters.playground.workspace import SUPPORT
from adapters.registry import Connection
from adapters.settings import Settings
from adapters.terminal import checking, forgetting, logs
from adapters.terminal.commands import Demo, commands
from adapters.terminal.demonstrating import demo_settings
from adapters.terminal.findings import Finding
from adapters.terminal.naming import listed
from adapters.web import server
from adapters.web.serving import free_port, serving
from bridge.agents import AgentDesk
from bridge.alerts import Alerts
from bridge.carriers import Carrier, ThreadCarrier
from bridge.chores import Chores
from bridge.clock import MovedClock, SystemClock
from bridge.configuration import Change, Configuration
from bridge.delivery import Courier
from bridge.differences import differences
from bridge.errors import NotFound, Refused
from bridge.health import Health
from bridge.lookout import Lookout
from bridge.mailing import MailCarrier
from bridge.managers import ManagerDesk
from bridge.ports import Clock, Signals, Workplace
from bridge.repair import Repair
from bridge.timekeeping import Timekeeper
from bridge.topics import CHORES, DEADLINES
from bridge.visitors import VisitorDesk
from storage.opening import AnyStore, is_there, missing_folder, open_store
from storage.signals import LocalSignals

ALWAYS: dict[str, Any] = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
DEMO = Path(__file__).parent / "adapters" / "terminal" / "demo.toml"
DRAIN = 5.0  # seconds that calls under way get at the end
_log = logging.getLogger("silta")


@dataclass(frozen=True, slots=True)
class Bridge:
    """A running bridge."""

    url: str
    store: AnyStore
    couriers: Mapping[str, Courier]
    connections: Mapping[str, Connection]
    visitors: VisitorDesk
    agents: AgentDesk
    managers: ManagerDesk
    timekeeper: Timekeeper

    @property
    def courier(self) -> Courier:
        """That of the first workplace."""
        return next(iter(self.couriers.values()))

    @property
    def connection(self) -> Connection:
        """That of the first workplace."""
        return next(iter(self.connections.values()))


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Bridge]:
    """Everything, from the database to the open port; taken down in the opposite order."""
    clock = clock or SystemClock()
    signals = LocalSignals()
    async with contextlib.AsyncExitStack() as stack:
        connections = await stack.enter_async_context(_connected(settings))
        places = {name: connection.workplace for name, connection in connections.items()}
        store = await open_store(settings.database, signals)
        stack.push_async_callback(store.close)
        managers = ManagerDesk(store, clock)
        await _configure(managers, settings)
        agents = AgentDesk(store, clock, places, signals)
        mailer = registry.mailer(settings)
        visitors = VisitorDesk(store, clock, mails=mailer is not None)
        await managers.mails(can=mailer is not None)
        alerts = Alerts(store, clock, settings.ops_email if mailer else "")
        carriers: list[Carrier] = [ThreadCarrier(place, store, clock) for place in places.values()]
        if mailer is not None:
            carriers.append(MailCarrier(mailer, store, clock))
        owner = secrets.token_hex(8)
        couriers = {one.name: Courier(one, store, signals, clock, owner, alerts) for one in carriers}
        for courier in couriers.values():
            await stack.enter_async_context(_carrying(courier))
        chores = Chores(store, clock, [carrier.name for carrier in carriers], managers)
        timekeeper = Timekeeper(store, clock)
        await stack.enter_async_context(_ticking(chores, timekeeper, signals))
        lookout = Lookout(store, signals, clock, alerts, places)
        await stack.enter_async_context(_kept(chores.keep_lookout(lookout)))
        repair = Repair(store, clock, agents, places)
        for name in [name for name, place in places.items() if place.capabilities.read_back]:
            await stack.enter_async_context(_kept(chores.keep_repaired(repair, name)))
        for connection in connections.values():
            connection.listen(agents)
            await connection.start()
            stack.push_async_callback(connection.stop)
        health = Health(store, alerts, list(couriers), lambda: all(one.hears for one in connections.values()))
        routes = [route for connection in connections.values() for route in connection.routes()]
        site = server.build(visitors, signals, settings, extra_routes=routes, ready=health.parts)
        url = await stack.enter_async_context(serving(site, settings))
        yield Bridge(url, store, couriers, connections, visitors, agents, managers, timekeeper)


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[Mapping[str, Connection]]:
    """The configured workplaces by name."""
    connections = await registry.connect(settings)
    async with contextlib.AsyncExitStack() as stack:
        for connection in connections:
            stack.push_async_callback(connection.close)
        yield {connection.workplace.name: connection for connection in connections}


async def _configure(managers: ManagerDesk, settings: Settings) -> None:
    """The one site of the settings, until a configuration is applied: then that alone holds."""
    if await managers.is_applied():
        if settings.site_origins:
            _log.warning("the site of the settings is not used: a configuration was applied")
        return
    site, channel = single_site(settings)
    await managers.configure(site, channel)


@asynccontextmanager
async def _carrying(courier: Courier) -> AsyncIterator[None]:
    task = asyncio.create_task(courier.run())
    try:
        yield
    finally:
        await courier.stop(DRAIN)
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _kept(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _ticking(chores: Chores, timekeeper: Timekeeper, signals: Signals) -> AsyncIterator[None]:
    """The scheduler only wakes; what is due stands in the database."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    waker = Waker(scheduler, signals)
    scheduler.add_job(waker.wake, "interval", [CHORES], seconds=30, next_run_time=datetime.now(UTC), **ALWAYS)
    scheduler.start()
    try:
        async with _kept(chores.keep(signals)), _kept(chores.keep_time(timekeeper, signals, waker.wake_in)):
            yield
    finally:
        scheduler.shutdown(wait=False)


@dataclass(frozen=True, slots=True)
class Waker:
    """Rings bells at their time."""

    scheduler: AsyncIOScheduler
    signals: Signals

    async def wake(self, topic: str) -> None:
        """Ring now."""
        self.signals.ring(topic)

    def wake_in(self, seconds: float) -> None:
        """Let the deadlines be looked at then, and not as was said before."""
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        self.scheduler.add_job(
            self.wake, "date", [DEADLINES], run_date=at, id=DEADLINES, replace_existing=True, **ALWAYS
        )


class Programme:
    """What the command line can do."""

    async def serve(self, settings: Settings) -> None:
        """Run until SIGTERM or SIGINT."""
        told = _told_to_stop()
        async with running(settings) as bridge:
            _log.info("serving visitors at %s (public address %s)", bridge.url, settings.origin)
            await told.wait()
            _log.info("stopping")

    async def check(self, settings: Settings) -> list[Finding]:
        """Settings, database, workplace, channels and mail."""
        if table.missing(settings):
            return []
        try:
            mailer = registry.mailer(settings)
            async with _connected(settings) as connections:
                database, channels, facts = await _database(settings)
                places = await checking.workplaces(connections, channels, facts)
                return [Finding("settings", is_well=True), database, *places, *await checking.mail(mailer)]
        except Refused as error:
            return [Finding("settings", is_well=False, advice=str(error))]

    async def probe(self, settings: Settings, channel: str, person: str) -> AsyncIterator[Finding]:
        """Try out the real workplace, in a channel that somebody named for it."""

        def serve(routes: Iterable[web.RouteDef]) -> AbstractAsyncContextManager[str]:
            site = web.Application()
            site.add_routes(routes)
            return serving(site, settings)

        async with _connected(settings) as connections:
            connection = next((one for one in connections.values() if one.has_channel(channel)), None)
            if connection is None:
                raise NotFound(f"{channel} is not written like a channel of {' or '.join(connections)}")
            async for found in connection.probe(channel, person, serve):
                yield Finding(
                    found.what, found.is_well, found.seen, {"channel": channel, **found.facts} if found.facts else {}
                )

    async def is_configured(self, settings: Settings) -> bool:
        """Whether a configuration was applied; a file that is not there yet holds none."""
        if not is_there(settings.database):
            return False
        async with _managing(settings) as (managers, _):
            return await managers.is_applied()

    async def plan(self, settings: Settings, file: Path) -> tuple[list[Change], list[str]]:
        """What a configuration would change, and what it does over time."""
        configuration = load_for(settings, file)
        if not is_there(settings.database):
            return list(differences(Configuration(), configuration)), timeline(configuration)
        async with _managing(settings) as (managers, _):
            return list(await managers.plan(configuration)), timeline(configuration)

    async def apply(self, settings: Settings, file: Path) -> list[Change]:
        """Let a configuration hold; what it changed."""
        configuration = load_for(settings, file)
        async with _managing(settings) as (managers, _):
            return list(await managers.apply(configuration))

    async def export(self, settings: Settings) -> str:
        """The configuration that holds, as a file."""
        async with _managing(settings) as (managers, _):
            return dumps(await managers.configuration())

    async def forget(self, settings: Settings, who: str, tell: Callable[[str], None]) -> list[str]:
        """Forget a visitor, here and over there; what could not be removed."""
        async with _managing(settings) as (managers, store), contextlib.AsyncExitStack() as stack:
            connections = await stack.enter_async_context(_connected(settings))
            for connection in connections.values() if store.is_alone else ():
                await stack.enter_async_context(_carrying(_lone_courier(connection.workplace, store)))
            told = await forgetting.forget(managers, who, tell)
            await store.sweep()
            return told

    def manifest(self, form: str, public_url: str) -> str:
        """What the workplace's app must be made of."""
        return registry.manifest(form, public_url)

    def teams_package(self, settings: Settings, version: str) -> bytes:
        """The package of the Teams app."""
        return registry.teams_package(settings, version)

    async def demo(self, demo: Demo) -> None:
        """The real bridge against the playground, in one process, with a database that is thrown away."""
        with tempfile.TemporaryDirectory(prefix="silta-demo-") as folder:
            await _demo(demo, Path(folder))


@asynccontextmanager
async def _managing(settings: Settings) -> AsyncIterator[tuple[ManagerDesk, AnyStore]]:
    """The managers' desk, also while the bridge runs."""
    store = await open_store(settings.database, LocalSignals(), beside=True)
    try:
        yield ManagerDesk(store, SystemClock()), store
    finally:
        await store.close()


def _lone_courier(place: Workplace, store: AnyStore) -> Courier:
    """Where no bridge runs that would remove the posts."""
    clock = SystemClock()
    carrier = ThreadCarrier(place, store, clock)
    return Courier(carrier, store, LocalSignals(), clock, secrets.token_hex(8), Alerts(store, clock))


def _told_to_stop() -> asyncio.Event:
    """Set when somebody wants us to end; from now on, so that a start can be broken off in an orderly way too."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    return told


async def _database(settings: Settings) -> tuple[Finding, list[tuple[str, str, str]], dict[str, Mapping[str, str]]]:
    """The database, its channels and facts by workplace; one that is not there is only made by a real start."""
    named = (("slack", settings.slack_channel), ("teams", settings.teams_channel))
    channels = [(workplace, ref, ref) for workplace, ref in named if ref]
    facts: dict[str, Mapping[str, str]] = {}
    if folder := missing_folder(settings.database):
        return (
            Finding("database", is_well=False, advice=f"the folder {folder} does not exist; create it"),
            channels,
            facts,
        )
    if not is_there(settings.database):
        return Finding("database", is_well=True, advice="made at the first start"), channels, facts
    try:
        async with _managing(settings) as (managers, store):
            if await managers.is_applied():
                channels = listed(await managers.configuration())
            facts = {workplace: await managers.facts(workplace) for workplace, _ in named}
            in_use = "" if store.is_alone else "in use by the running bridge"
            return Finding("database", is_well=True, advice=in_use), channels, facts
    except Refused as error:
        return Finding("database", is_well=False, advice=str(error)), channels, facts


async def _demo(demo: Demo, folder: Path) -> None:
    told, clock = _told_to_stop(), MovedClock()
    bridge_port = demo.port + 1 if demo.port else free_port()
    playground = Playground(silta_origin=f"http://127.0.0.1:{bridge_port}", site_key="main", teams_site_key="teams")
    await playground.start(port=demo.port)
    try:
        settings = demo_settings(folder, bridge_port, _access(playground))
        logs.configure(settings)
        async with running(settings, clock) as bridge:
            await playground.teams.deliver_to(f"{bridge.url}/teams/messages")
            await greet(playground.teams)
            await bridge.managers.apply(load(DEMO.read_text(encoding="utf-8").replace("ORIGIN", playground.url)))
            demo.tell(f"\n  Silta demo: open {playground.url} in a browser; mails come to {playground.url}/mail.")
            demo.tell("  Left the shop with the chat, right the team in Slack or Teams. End with Ctrl-C.\n")
            if demo.story:
                await play(playground, bridge.url, _hands(bridge, clock), demo.tell)
            if not demo.ends:
                await told.wait()
    finally:
        await playground.stop()


def _hands(bridge: Bridge, clock: MovedClock) -> Hands:
    async def pass_time(seconds: float) -> None:
        clock.forward(seconds=seconds)
        await bridge.timekeeper.tick()

    async def forget(who: str) -> None:
        await bridge.managers.forget(who)

    return Hands(pass_time, forget)


def _access(playground: Playground) -> dict[str, Any]:
    return {
        "site_origins": (playground.url,),
        "slack_bot_token": BOT_TOKEN,
        "slack_app_token": APP_TOKEN,
        "slack_api_url": playground.api_url,
        "slack_channel": SUPPORT,
        "smtp_host": playground.smtp_host,
        "smtp_port": playground.smtp_port,
        **{f"teams_{name}": value for name, value in playground.teams.access.items()},
    }


def main() -> None:
    """The command line."""
    commands(Programme())()


if __name__ == "__main__":
    main()
