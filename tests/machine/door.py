"""The town whose agents' events come as signed HTTP requests through the adapter's own door, in virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from adapters.slack import listeners
from adapters.slack.calls import open_session
from adapters.slack.http import HttpDoor
from adapters.slack.identity import Own
from adapters.slack.inbox import Inbox
from adapters.slack.setup import SlackSettings
from adapters.slack.tempo import Tempo
from adapters.slack.workplace import SlackWorkplace
from bridge.agents import AgentDesk
from bridge.chores import Chores
from bridge.errors import Refused, Unreachable
from bridge.inbound import Heard, Pressed, Removed
from bridge.managers import ManagerDesk
from bridge.model import Person
from tests.machine.outside import Outside
from tests.machine.people import Event
from tests.machine.slack_side import OWN, SECRET, Request, SlackOutside, request
from tests.machine.town import Town

PATIENCE: Final = 3.0  # seconds after which Slack hangs up
TROUBLES: Final = (
    "fails",  # the memory cannot write: nothing is kept
    "fails_after",  # kept, and then the answer is an error all the same
    "hangs",  # longer than Slack's patience; it repeats while we are still at it
    "in_pieces",  # the body takes a while
    "torn",  # half of the body never comes
    "hung_up",  # Slack is gone before the answer
)
SETTINGS: Final = SlackSettings(bot_token="xoxb-1", name="pretend", signing_secrets=("f" * 32, SECRET))


class KnownWorkplace(SlackWorkplace):
    """It knows who it is, and calls nobody."""

    async def ping(self) -> None:
        self._own = OWN

    async def identity(self) -> Own:
        return OWN


def name_of(value: Heard | Removed | Pressed) -> str:
    """The same for an event as the town knows it and as it comes out of the adapter."""
    if isinstance(value, Pressed):
        return value.key.rpartition(":")[2]
    return f"{value.ref}:{value.changed}" if isinstance(value, Heard) else f"-{value.ref}"


@dataclass(frozen=True, slots=True)
class ShakyDesk:
    """The agents' desk, in trouble with this event or that. See adapters.slack.Desk."""

    desk: AgentDesk
    troubles: dict[str, str]

    async def heard(self, heard: Heard, /) -> None:
        await self._told(self.desk.heard, heard)

    async def edited(self, heard: Heard, /) -> None:
        await self._told(self.desk.edited, heard)

    async def removed(self, removed: Removed, /) -> None:
        await self._told(self.desk.removed, removed)

    async def pressed(self, pressed: Pressed, /) -> None:
        await self._told(self.desk.pressed, pressed)

    async def missed(self, workplace: str, /) -> None:
        await self.desk.missed(workplace)

    async def person_changed(self, person: Person, workplace: str, /) -> None:
        await self.desk.person_changed(person, workplace)

    async def channel_changed(self, workplace: str, channel: str, /) -> None:
        await self.desk.channel_changed(workplace, channel)

    async def channel_moved(self, workplace: str, old: str, new: str, /) -> bool:
        return False

    async def _told(self, verb: Callable[[Any], Coroutine[Any, Any, None]], value: Any) -> None:
        trouble = self.troubles.pop(name_of(value), "")
        if trouble == "fails":
            raise Refused("busy")
        if trouble == "hangs":
            await asyncio.sleep(PATIENCE + 1)
        await verb(value)
        if trouble == "fails_after":
            raise Unreachable("after all")


class Wire(asyncio.Transport):
    """One connection from Slack to us."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = bytearray()
        self.ended = asyncio.Event()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.answer += data

    def writelines(self, list_of_data: Any) -> None:
        self.answer += b"".join(list_of_data)

    def close(self) -> None:
        self.ended.set()

    def abort(self) -> None:
        self.ended.set()

    def is_closing(self) -> bool:
        return self.ended.is_set()

    def pause_reading(self) -> None:
        """Nothing more comes anyway."""

    def resume_reading(self) -> None:
        """Nothing more comes anyway."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("192.0.2.1", 443) if name == "peername" else default

    @property
    def status(self) -> int:
        """Of the answer; 0 without one."""
        return int(self.answer.split(b" ", 2)[1]) if self.answer.startswith(b"HTTP/1.1 ") else 0


@dataclass(frozen=True, slots=True)
class House:
    """What takes events in one process: ends with it."""

    door: HttpDoor
    inbox: Inbox
    runner: web.AppRunner
    sweeping: asyncio.Task[None]


@dataclass(eq=False)
class DoorTown(Town):
    """See Town."""

    sorts: Mapping[str, type[Outside]] = field(default_factory=lambda: {"pretend": SlackOutside}, kw_only=True)
    wire_troubles: deque[str] = field(default_factory=deque)
    answers: Counter[str] = field(default_factory=Counter)
    _by_event: dict[str, str] = field(default_factory=dict)
    _at_desk: dict[str, str] = field(default_factory=dict)
    _presses_arrive: bool = False
    _house: House | None = None

    async def _settle_in(self) -> None:
        await super()._settle_in()
        self._session = open_session(SETTINGS)
        await self._open_door()

    async def _open_door(self) -> None:
        workplace = KnownWorkplace(SETTINGS, self._session)
        inbox = Inbox(workplace, ShakyDesk(self.agents, self._at_desk), on_revoked=lambda: None)
        app = listeners.build(workplace, inbox)
        door = HttpDoor(SETTINGS, app, workplace, Tempo(), on_gap=lambda: self.agents.missed("pretend"))
        server = web.Application()
        server.add_routes(door.routes())
        runner = web.AppRunner(server, access_log=None)
        await runner.setup()
        await door.start()
        chores = Chores(self.store, self.clock, ("pretend",), ManagerDesk(self.store, self.clock))
        sweeping = asyncio.create_task(chores.keep_repaired(self.repair, "pretend"))
        self._house = House(door, inbox, runner, sweeping)

    async def _close_door(self) -> None:
        """As a kill does: what is in work ends without an answer."""
        house, self._house = self._house, None
        if house is None:
            return
        ended = [house.sweeping, *house.door._at_work, *house.inbox._presses]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        await house.door.stop()
        await house.runner.cleanup()

    async def _restart(self) -> None:
        await self._close_door()
        await super()._restart()
        await self._open_door()

    async def _end(self) -> None:
        await self._close_door()
        await self._session.close()
        await super()._end()

    def both_claim(self, root: str) -> None:
        """Both presses must come: a press that is lost on the way is lost."""
        self._presses_arrive = True
        super().both_claim(root)
        self._presses_arrive = False

    def _happens(self, event: Event, how: str) -> None:
        if event.is_repeated and self.wire_troubles:
            self._by_event[name_of(event.value)] = self.wire_troubles.popleft()
        elif not event.is_repeated and not self._presses_arrive and self.random.random() < 0.2:
            self._by_event[name_of(event.value)] = self.random.choice(TROUBLES)
        super()._happens(event, how)

    async def _is_taken(self, event: Event, attempt: int) -> bool:
        """Slack tells us once; whether it need not tell us again."""
        name = name_of(event.value)
        trouble = self._by_event.pop(name, "")
        if trouble in ("fails", "fails_after", "hangs"):
            self._at_desk[name] = trouble
        outside = self.outside
        assert isinstance(outside, SlackOutside)
        status = await self.post(request(event, outside, attempt), trouble)
        self.answers[f"{status or 'no'} answer to {event.verb}"] += 1
        self.answers["an event repeated with Slack's headers"] += bool(attempt)
        if status == 200 and event.verb == "heard":
            self._is_kept(event.value)
        return status == 200

    def _is_kept(self, value: Heard | Removed | Pressed) -> None:
        """I5 for agents: 200 means that it is durable."""
        assert isinstance(value, Heard)
        where = "SELECT 1 FROM thread WHERE ref = ? AND state <> 'moved'"
        known = "SELECT 1 FROM message WHERE ref = ? UNION SELECT 1 FROM seen WHERE key = ?"
        if self.store.rows(where, value.thread):
            key = f"{value.workplace}:{value.channel}:{value.ref}"
            assert self.store.rows(known, value.ref, key), f"I5: 200 for {value.ref}, which is not kept"

    async def post(self, asked: Request, trouble: str = "") -> int:
        """The answer's status, 0 if there was none in time."""
        if self._house is None or self._house.runner.server is None:
            return 0
        wire, handler = Wire(), self._house.runner.server()
        handler.connection_made(wire)
        try:
            async with asyncio.timeout(PATIENCE if trouble != "hung_up" else 0.0):
                await self._send(handler, asked.raw(), trouble)
                await wire.ended.wait()
        except TimeoutError:
            wire.close()
        handler.connection_lost(None)
        return wire.status

    async def _send(self, handler: asyncio.Protocol, raw: bytes, trouble: str) -> None:
        middle = len(raw) - 40
        handler.data_received(raw[:middle])
        if trouble == "torn":
            return
        if trouble == "in_pieces":
            await asyncio.sleep(1.5)
        handler.data_received(raw[middle:])
