"""What time brings. Every chore may run in every process at any moment: each is one compare-and-set turn."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from bridge.lookout import READS_EVERY, Lookout
from bridge.managers import ManagerDesk
from bridge.ports import Clock, Signals, Store
from bridge.repair import SWEEPS_EVERY, TRIES_AGAIN, Repair
from bridge.timekeeping import Timekeeper
from bridge.topics import CHORES, DEADLINES, OUTAGES, missed_topic
from bridge.transaction import Transaction

T = TypeVar("T")
UNDELIVERED_AFTER: Final = timedelta(hours=24)
LOOKS_EVERY: Final = 5.0  # seconds
SOONEST: Final = 0.2  # seconds between two looks at the deadlines
KEYS_KEPT: Final = timedelta(days=7)
_log = logging.getLogger("silta.chores")


@dataclass(frozen=True, slots=True)
class Chores:
    """Work that nobody asks for."""

    store: Store
    clock: Clock
    workplaces: Sequence[str]
    managers: ManagerDesk

    async def run(self) -> None:
        """Do what is due; a fault of one chore is logged and does not keep the next from its time."""
        now = self.clock.now()
        for workplace in self.workplaces:
            await self._safely(self._give_up(workplace, now - UNDELIVERED_AFTER), otherwise=None)
        await self._safely(self.store.turn(lambda tx: tx.prune(now - KEYS_KEPT)), otherwise=None)
        gone = 0
        while count := await self._safely(self.managers.retain(), otherwise=0):
            gone += count
        if gone:
            _log.info("%d conversations were erased, as old as their site keeps them", gone)

    async def keep_repaired(self, repair: Repair, workplace: str) -> None:
        """Read a workplace again whenever events may have been missed, and now and then; ends by cancellation."""
        with repair.desk.signals.listen(missed_topic(workplace)) as bell:
            while True:
                is_done = await self._safely(repair.once(workplace), otherwise=False)
                await bell.wait(SWEEPS_EVERY if is_done else TRIES_AGAIN)

    async def keep_lookout(self, lookout: Lookout) -> None:
        """Look after channels that cannot be reached; ends as above."""
        with lookout.signals.listen(OUTAGES) as bell:
            while True:
                await self._safely(lookout.once(), otherwise=None)
                await bell.wait(READS_EVERY)

    async def keep(self, signals: Signals) -> None:
        """Do what is due whenever it is time; ends by cancellation."""
        with signals.listen(CHORES) as bell:
            while await bell.wait():
                await self.run()

    async def keep_time(self, timekeeper: Timekeeper, signals: Signals, wake_in: Callable[[float], None]) -> None:
        """Fire deadlines when they come, are set, and now and then: other processes set them too. Ends as above."""
        with signals.listen(DEADLINES) as bell:
            while True:
                at = await self._safely(timekeeper.tick(self._guarded), otherwise=None)
                wait = LOOKS_EVERY if at is None else (at - self.clock.now()).total_seconds()
                wake_in(max(SOONEST, min(wait, LOOKS_EVERY)))
                await self.clock.sleep(SOONEST)  # several that are set at once are one look
                await bell.wait()

    async def _guarded(self, work: Awaitable[bool]) -> bool:
        return await self._safely(work, otherwise=False)

    async def _safely(self, work: Awaitable[T], *, otherwise: T) -> T:
        try:
            return await work
        except Exception:  # noqa: BLE001 - the next time comes anyway
            _log.exception("a chore failed")
            return otherwise

    async def _give_up(self, workplace: str, before: datetime) -> None:
        def unit(tx: Transaction) -> int:
            return tx.expire(workplace, before)

        if count := await self.store.turn(unit):
            _log.error("%d deliveries to %s were given up after a day", count, workplace)
