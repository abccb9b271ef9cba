"""What time brings. Every chore may run in every process at any moment: each is one compare-and-set turn."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from bridge.ports import Clock, Store
from bridge.repair import SWEEPS_EVERY, TRIES_AGAIN, Repair
from bridge.timekeeping import Timekeeper
from bridge.topics import missed_topic
from bridge.transaction import Transaction

T = TypeVar("T")
UNDELIVERED_AFTER: Final = timedelta(hours=24)
KEYS_KEPT: Final = timedelta(days=7)
_log = logging.getLogger("silta.chores")


@dataclass(frozen=True, slots=True)
class Chores:
    """Work that nobody asks for."""

    store: Store
    clock: Clock
    workplaces: Sequence[str]

    async def run(self) -> None:
        """Do what is due; a fault of one chore is logged and does not keep the next from its time."""
        now = self.clock.now()
        for workplace in self.workplaces:
            await self._safely(self._give_up(workplace, now - UNDELIVERED_AFTER), otherwise=None)
        await self._safely(self.store.turn(lambda tx: tx.prune(now - KEYS_KEPT)), otherwise=None)

    async def keep_repaired(self, repair: Repair, workplace: str) -> None:
        """Read a workplace again whenever events may have been missed, and now and then; ends by cancellation."""
        with repair.desk.signals.listen(missed_topic(workplace)) as bell:
            while True:
                is_done = await self._safely(repair.once(workplace), otherwise=False)
                await bell.wait(SWEEPS_EVERY if is_done else TRIES_AGAIN)

    async def keep_time(self, timekeeper: Timekeeper) -> datetime | None:
        """Fire the deadlines that have come; when the next one comes, as far as is known."""
        return await self._safely(timekeeper.tick(), otherwise=None)

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
