"""The Courier: the one place where anything leaves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from bridge import fallback
from bridge.alerts import Alerts
from bridge.carriers import Carrier
from bridge.errors import Refused, Rejected, Unknown, Unreachable, WorkplaceError
from bridge.model import Delivery, Kind, Moment, ThreadState
from bridge.moving import PASSING, drawn_again, goes_on_there, line_failed, move, must_move
from bridge.pace import Meter, meters
from bridge.ports import Bell, Clock, Placed, Signals, Store, Unit
from bridge.topics import OUTBOX, changed_topic
from bridge.transaction import LIMITED, Choice, Doubt, Errand, ThreadErrand, Transaction

T = TypeVar("T")
Outcome = Placed | WorkplaceError | None
PROVES_AFTER: Final = timedelta(seconds=8)  # the latest late effect and read lag, after the end of an attempt
LOOKS_EVERY: Final = 1.0  # seconds: a lost ring costs no more than this
LONG_TRIED: Final = 5  # attempts, over about half a minute, after which somebody should know
MAIL_REPEATS: Final = 1  # of a mail that may have arrived
AT_ONCE: Final = 16  # calls under way in one workplace
BACK_OFF: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # seconds before each further attempt
STANDING_WAIT: Final = 30.0  # seconds between tries while something waits for a person
LEASE: Final = timedelta(seconds=60)
METHODS: Final = {
    "posting": (Kind.OPEN, Kind.POST, Kind.NOTICE, Kind.DIGEST),
    "editing": (Kind.CARD,),
    "telling": (Kind.TELL,),
    "marking": (Kind.MARK,),
    "deleting": (Kind.ERASE,),
    "mailing": (Kind.MAIL,),
}
DOUBTED: Final = (*METHODS["posting"], *METHODS["mailing"])  # what must not be repeated before it was looked for
_log = logging.getLogger("silta.courier")


@dataclass(frozen=True, slots=True)
class Round:
    """What one look at the outbox gave; `is_more`: something else may go at once."""

    doubts: tuple[Doubt, ...]
    errands: tuple[tuple[str, Errand], ...]
    next_due: datetime | None
    is_more: bool


@dataclass(slots=True)
class Courier:
    """Carries a workplace's deliveries: in order within a lane, lanes side by side, at the workplace's pace.

    A delivery's state is durable before its call leaves, so that nothing is sent twice because we died.
    """

    carrier: Carrier
    store: Store
    signals: Signals
    clock: Clock
    owner: str
    alerts: Alerts
    _epoch: int = 0
    _held_until: float = 0.0
    _is_stopping: bool = False
    _has_ended: asyncio.Event = field(default_factory=asyncio.Event)
    _meters: dict[str, Meter] = field(default_factory=dict)
    _calls: set[asyncio.Task[None]] = field(default_factory=set)
    _failures: fallback.Failures = field(default_factory=fallback.Failures)

    def __post_init__(self) -> None:
        self._has_ended.set()
        self._meters.update(meters(self.carrier.capabilities, METHODS))

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why deliveries wait for a person, one sentence a cause."""
        return self.alerts.standing(self.carrier.name)

    async def run(self) -> None:
        """Carry until `stop` is called or we are cancelled."""
        topic = changed_topic(self.carrier.name)
        self._has_ended.clear()
        with self.signals.listen(OUTBOX) as bell, self.signals.listen(topic) as changed:
            while not self._is_stopping:
                if await changed.wait(0):
                    self._try_channels_again()
                wait = await self._safely(self._round(), LOOKS_EVERY)
                await self._rest(bell, wait)
        self._has_ended.set()

    async def stop(self, seconds: float) -> None:
        """Start nothing more; let the calls under way end for at most this long. What is cut is found again later."""
        self._is_stopping = True
        self.signals.ring(OUTBOX)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._has_ended.wait()  # a round that has taken something still starts its calls
                while self._calls:
                    await asyncio.wait(self._calls)
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def _try_channels_again(self) -> None:
        for meter in self._meters.values():
            meter.lift()

    async def _rest(self, bell: Bell, wait: float) -> None:
        if wait > 0 and not self._is_stopping:
            await bell.wait(min(wait, LOOKS_EVERY))

    async def _safely(self, work: Awaitable[T], otherwise: T) -> T:
        try:
            return await work
        except Exception:  # noqa: BLE001 - the courier must outlive whatever one round or call brings
            _log.exception("the courier of %s goes on after a fault", self.carrier.name)
            return otherwise

    async def _round(self) -> float:
        """Start the calls that may start now; returns the seconds until the next look is worth it, 0 for at once."""
        if not await self._holds_lease():
            return LOOKS_EVERY
        now = self.clock.monotonic()
        choices = {method: self._choice(method, now) for method in METHODS if self._may_start(method, now)}
        found = await self.store.turn(partial(self._look, choices=choices, now=self.clock.now()))
        for doubt in found.doubts:
            self._start(partial(self._resolve, doubt))
        for method, errand in found.errands:
            self._meters[method].spend(errand.channel.ref, now)
            self._start(partial(self._carry, method, errand))
        return 0.0 if found.is_more else self._wait(found, now)

    def _look(self, tx: Transaction, *, choices: dict[str, Choice], now: datetime) -> Round:
        name = self.carrier.name
        agenda = tx.agenda(name, now)
        due = {method: sum(agenda.due.get(kind, 0) for kind in METHODS[method]) for method in choices}
        taken = {method: tx.take(name, self._epoch, now, choices[method]) for method in choices if due[method]}
        return Round(
            doubts=tx.doubts(name, self._epoch, now) if agenda.has_doubts else (),
            errands=tuple((method, errand) for method, errand in taken.items() if errand is not None),
            next_due=agenda.next_due,
            is_more=any(errand is not None and due[method] > 1 for method, errand in taken.items()),
        )

    def _may_start(self, method: str, now: float) -> bool:
        has_time = self._held_until > now + self.carrier.timeout
        return has_time and len(self._calls) < AT_ONCE and not self._meters[method].wait_everywhere(now)

    def _choice(self, method: str, now: float) -> Choice:
        meter = self._meters[method]
        can = self.carrier.capabilities
        return Choice(
            kinds=METHODS[method],
            shut=tuple(meter.shut(now)),
            join=meter.is_short(now),
            max_text=can.max_text,
        )

    def _wait(self, found: Round, now: float) -> float:
        waits = [
            wait for meter in self._meters.values() for wait in (meter.wait_everywhere(now), *meter.shut(now).values())
        ]
        if found.next_due is not None:
            waits.append((found.next_due - self.clock.now()).total_seconds())
        return max(0.005, min((wait for wait in waits if wait > 0), default=LOOKS_EVERY))

    async def _holds_lease(self) -> bool:
        """Renewed each quarter; what dead epochs left behind becomes ours with the first."""
        now = self.clock.monotonic()
        if self._held_until - now > LEASE.total_seconds() * 3 / 4:
            return True
        epoch = await self.store.turn(partial(self._renew, now=self.clock.now()))
        if epoch is None:
            self._held_until = 0.0
            return False
        is_new = epoch != self._epoch
        self._epoch, self._held_until = epoch, now + LEASE.total_seconds() - 1
        if is_new:
            await self._keep_silences()
        return True

    async def _keep_silences(self) -> None:
        """What the other side asked of whoever held the lease before us."""
        now = self.clock.now()
        found = await self.store.read(lambda tx: tx.silences(self.carrier.name, now))
        for method, kinds in METHODS.items():
            waits = [(until - now).total_seconds() for kind, until in found if kind in kinds]
            if waits:
                self._meters[method].silence("", max(waits), self.clock.monotonic())

    def _renew(self, tx: Transaction, *, now: datetime) -> int | None:
        name = self.carrier.name
        epoch = tx.take_lease(f"courier:{name}", self.owner, now, now + LEASE, by_force=self.store.is_alone)
        if epoch is not None and epoch != self._epoch:
            tx.orphan(name, epoch, now)
        return epoch

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        call = asyncio.create_task(self._guarded(work))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """What the call has made possible rings by itself; a place that was wanted does not."""
        await self._safely(work(), None)
        if len(self._calls) >= AT_ONCE:
            self.signals.ring(OUTBOX)

    async def _carry(self, method: str, errand: Errand) -> None:
        number = errand.delivery.number
        is_idle = errand.delivery.escalates and not await self.store.read(lambda tx: tx.is_wanted(number))
        wait = 1.0 if is_idle else self._holds_back(method, errand)
        if wait:
            await self._postpone(errand, wait, "held back")
            return
        outcome = await self._safely(self._outcome(errand), Unknown("fault", "a fault of ours"))
        if isinstance(outcome, WorkplaceError):
            await self._failed(method, errand, outcome)
        else:
            self._failures.over(errand)
            self.alerts.over(self.carrier.name, errand.channel.ref)
            await self._happened(errand, outcome)

    def _holds_back(self, method: str, errand: Errand) -> float:
        """Looked at last, just before the call: since the errand was taken, silence or a lost lease may have come."""
        now = self.clock.monotonic()
        silence = self._meters[method].silence_left(errand.channel.ref, now)
        has_lease = self._held_until > now + self.carrier.timeout
        return silence if has_lease else max(silence, LOOKS_EVERY)

    async def _postpone(self, errand: Errand, wait: float, cause: str) -> bool:
        number, until = errand.delivery.number, self.clock.now() + timedelta(seconds=wait)
        return await self._record(lambda tx: tx.postponed(number, self._epoch, until, cause))

    async def _outcome(self, errand: Errand) -> Outcome:
        try:
            return await self.carrier.carry(errand)
        except WorkplaceError as error:
            return error

    async def _happened(self, errand: Errand, placed: Placed | None) -> None:
        moment = self.clock.moment()
        is_recorded = await self._record(partial(self._stands, errand=errand, placed=placed, moment=moment))
        if placed and is_recorded is None:
            await self._leave_one(errand)
        elif placed and not is_recorded:
            await self._take_back(errand, placed)

    def _stands(self, tx: Transaction, *, errand: Errand, placed: Placed | None, moment: Moment) -> bool | None:
        """Whether it is recorded as standing there; None while a successor looks for what its own attempt left."""
        number, (ref, order) = errand.delivery.number, (placed.ref, placed.order) if placed else ("", "")
        if not tx.delivered(number, self._epoch, ref, order):
            if errand.delivery.kind is Kind.CARD and isinstance(errand, ThreadErrand):
                drawn_again(tx, errand.thread.id, moment)
            return None if tx.is_doubtful(number) else False
        if isinstance(errand, ThreadErrand) and errand.thread.state is ThreadState.STANDBY:
            goes_on_there(tx, errand.thread.id, moment)
        if placed is not None:
            tx.end_outage(errand.channel.id, moment.now)
        return True

    async def _take_back(self, errand: Errand, placed: Placed) -> None:
        """A second copy of what another attempt has already recorded, or a call for somebody who has come.

        Its removal is a delivery like any other: it outlives a failed call and our own end.
        """
        if not self.carrier.capabilities.deletes:
            return
        _log.warning("takes back what should not stand in conversation %s", errand.delivery.conversation)
        key = f"undo:{errand.channel.id}:{placed.ref}"
        removal = Delivery(Kind.ERASE, key, None, key, self.clock.now(), to=placed.ref)
        await self._record(lambda tx: tx.send(removal, errand.channel.id))

    async def _failed(self, method: str, errand: Errand, error: WorkplaceError) -> None:
        number, now = errand.delivery.number, self.clock.now()
        is_passing = errand.delivery.kind in PASSING
        if isinstance(errand, ThreadErrand) and await must_move(self.store, errand, error):
            thread, moment = errand.thread.id, self.clock.moment()
            await self._record(lambda tx: move(tx, thread, moment))
            await self._record(lambda tx: tx.delivered(number, self._epoch, "", ""))
        elif is_passing and not isinstance(error, Unreachable):
            await self._record(lambda tx: tx.delivered(number, self._epoch, "", ""))
        elif isinstance(error, Rejected):
            await self._record(partial(self._gave_up, errand=errand, cause=error.cause, moment=self.clock.moment()))
            await self._alarm(errand, error)
        elif isinstance(error, Unknown) and errand.delivery.kind in DOUBTED:
            if not await self._record(lambda tx: tx.doubtful(number, self._epoch, now)):
                await self._leave_one(errand)
        elif isinstance(error, Unreachable) and error.standing and await self._is_elsewhere(errand):
            await self._postpone(errand, 0.0, error.cause)
        else:
            await self._try_later(method, errand, error)

    async def _try_later(self, method: str, errand: Errand, error: WorkplaceError) -> None:
        is_limited = isinstance(error, Unreachable) and error.limited
        cause = LIMITED if is_limited else error.cause
        if not await self._postpone(errand, self._pause(method, errand, error), cause) and isinstance(error, Unknown):
            await self.clock.sleep(PROVES_AFTER.total_seconds())  # it may happen yet, after what a successor did
            await self._happened(errand, None)
        if method == "posting" and self._failures.is_outage(errand, error):
            await self._record(partial(fallback.begun, errand=errand, error=error, now=self.clock.now()))
        is_standing = isinstance(error, Unreachable) and (error.standing or errand.attempt >= LONG_TRIED)
        if is_standing and not is_limited:
            await self._alarm(errand, error)

    async def _is_elsewhere(self, errand: Errand) -> bool:
        """Whether the channel got another ref while the call was on its way: then its fault says nothing."""
        channel = await self.store.read(lambda tx: tx.channel(errand.channel.id))
        return channel.ref != errand.channel.ref

    def _gave_up(self, tx: Transaction, *, errand: Errand, cause: str, moment: Moment) -> bool:
        """A line that can never stand in the thread is told of there, and the visitor may send it again."""
        if not tx.gave_up(errand.delivery.number, self._epoch, cause):
            return False
        if errand.delivery.kind is Kind.POST and isinstance(errand, ThreadErrand):
            line_failed(tx, errand, cause, moment)
        return True

    def _pause(self, method: str, errand: Errand, error: WorkplaceError) -> float:
        """Seconds until the next attempt; nothing else is tried where it would fail alike."""
        wait = error.wait if isinstance(error, Unreachable) else None
        now, back_off = self.clock.monotonic(), BACK_OFF[min(errand.attempt, len(BACK_OFF)) - 1]
        if isinstance(error, Unreachable) and error.standing:
            wait = STANDING_WAIT if wait is None else wait
            self._meters[method].silence(errand.channel.ref, wait, now)
        elif isinstance(error, Unreachable) and error.limited:
            self._meters[method].silence("", wait or 1.0, now)
        elif isinstance(error, Unknown) and errand.delivery.kind is Kind.CARD:  # or its late effect undoes the next one
            wait = max(PROVES_AFTER.total_seconds(), back_off)
        return back_off if wait is None else wait

    async def _alarm(self, errand: Errand, error: WorkplaceError) -> None:
        """One alert per cause, until it is over."""
        told = await self.store.read(lambda tx: fallback.consequence(tx, errand.channel.id))
        waits = told if isinstance(error, Unreachable) else "given up"
        where = f", channel {errand.channel.ref}" if errand.channel.ref else ""
        sentence = f"{self.carrier.name}{where}: {error} ({waits})"
        await self.alerts.tell(self.carrier.name, errand.channel.ref, error.cause, sentence)

    async def _resolve(self, doubt: Doubt) -> None:
        """Look for a doubtful post by its key. Not found proves something if late effects were over as we asked."""
        errand, asked_at = doubt.errand, self.clock.now()
        found = await self._found(errand)
        if found is None:
            again = self.clock.now() + timedelta(seconds=5)
            await self._record(lambda tx: tx.look_again(errand.delivery.number, self._epoch, again))
        elif found:
            await self._happened(errand, found[0])
            for copy in found[1:]:
                await self._take_back(errand, copy)
            if errand.attempt > 1:  # what was found may be another attempt's, and this one's effect still to come
                await self._leave_one(errand)
        elif errand.delivery.kind is Kind.MAIL and errand.doubts > MAIL_REPEATS:
            await self._stop_repeating(errand)
        else:
            await self._record(partial(self._missing, doubt=doubt, asked_at=asked_at))

    async def _leave_one(self, errand: Errand) -> None:
        """A successor may have posted what our call left too, or not have found it: of all that shows, one stays."""
        if not self.carrier.capabilities.read_back:
            return
        await self.clock.sleep(PROVES_AFTER.total_seconds())
        for placed in await self._found(errand) or ():
            await self._happened(errand, placed)

    async def _found(self, errand: Errand) -> tuple[Placed, ...] | None:
        """Where its post stands; None when that could not be looked up."""
        try:
            return await self.carrier.find(errand)
        except WorkplaceError:
            return None

    async def _stop_repeating(self, errand: Errand) -> None:
        """A mail that may have arrived twice by now is not sent again; a line in a thread would be."""
        await self._record(lambda tx: tx.gave_up(errand.delivery.number, self._epoch, "doubtful"))
        await self._alarm(errand, Rejected("doubtful", "a mail may have arrived, and the server never said so"))

    def _missing(self, tx: Transaction, *, doubt: Doubt, asked_at: datetime) -> bool:
        number, proven_at = doubt.errand.delivery.number, doubt.ended_at + PROVES_AFTER
        if asked_at < proven_at:
            return tx.look_again(number, self._epoch, proven_at)
        return tx.not_found(number, self._epoch, asked_at)

    async def _record(self, unit: Unit[T]) -> T:
        """What happened outside must be written down; while the memory cannot write, we wait with it in hand."""
        while True:
            try:
                return await self.store.turn(unit)
            except Refused as error:
                await self.clock.sleep(max(1.0, error.wait))
