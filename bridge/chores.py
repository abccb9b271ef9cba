"""What time brings. Every chore may run in every process at any moment: each is one compare-and-set turn."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bridge.ports import Clock, Store
from bridge.transaction import Transaction

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
        try:
            for workplace in self.workplaces:
                await self._give_up(workplace, now - UNDELIVERED_AFTER)
            await self.store.turn(lambda tx: tx.prune(now - KEYS_KEPT))
        except Exception:  # noqa: BLE001 - the next tick comes anyway
            _log.exception("a chore failed")

    async def _give_up(self, workplace: str, before: datetime) -> None:
        def unit(tx: Transaction) -> int:
            return tx.expire(workplace, before)

        if count := await self.store.turn(unit):
            _log.error("%d deliveries to %s were given up after a day", count, workplace)
