"""Healing what was missed while events did not come: recent threads are read again, whole.

Edits and removals leave no trail in a thread, so reading only what is new would not find them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bridge.agents import SETTLES_IN, AgentDesk
from bridge.errors import WorkplaceError
from bridge.ports import Clock, Store, ThreadRef, Workplace
from bridge.transaction import Known

LOOKS_BACK: Final = timedelta(hours=48)
SWEEPS_EVERY: Final = 600.0  # seconds between readings that nothing asked for
TRIES_AGAIN: Final = 30.0  # seconds after a reading that failed
AT_ONCE: Final = 20  # threads read without a pause; then one each PAUSE seconds, a share of the reading rate
PAUSE: Final = 1.3
_log = logging.getLogger("silta.repair")


@dataclass(frozen=True, slots=True)
class Repair:
    """Reads threads again and hands to the agents' desk what it has missed."""

    store: Store
    clock: Clock
    desk: AgentDesk
    workplaces: Mapping[str, Workplace]

    async def once(self, name: str) -> bool:
        """Read the recent threads of a workplace, those with news first; False when it could not be finished."""
        since = self.clock.now() - LOOKS_BACK
        threads = await self.store.read(lambda tx: tx.repairable(name, since))
        try:
            missing = await self._read_all(name, await self._news_first(name, threads))
            await self._look_twice(name, missing)
        except WorkplaceError as error:
            _log.warning("%s could not be read again: %s", name, error)
            return False
        return True

    async def _read_all(self, name: str, threads: list[Known]) -> list[Known]:
        """Hand over what each thread holds; returns those whose root was not found."""
        missing = []
        for number, known in enumerate(threads):
            if number >= AT_ONCE:
                await self.clock.sleep(PAUSE)
            if not await self._is_read(name, known):
                missing.append(known)
        return missing

    async def _look_twice(self, name: str, missing: list[Known]) -> None:
        """A root that was posted a moment ago may not show yet: only one that is missing twice is gone."""
        if missing:
            await self.clock.sleep(SETTLES_IN.total_seconds())
        for known in missing:
            if not await self._is_read(name, known):
                await self.desk.root_gone(known.thread.id)

    async def _news_first(self, name: str, threads: tuple[Known, ...]) -> list[Known]:
        news: dict[str, str] = {}
        for channel in dict.fromkeys(known.channel for known in threads):
            oldest = min(known.opened_at for known in threads if known.channel == channel)
            news.update(await self.workplaces[name].changed_threads(channel, oldest))
        return sorted(threads, key=lambda known: news.get(known.thread.ref, "") <= known.thread.repaired)

    async def _is_read(self, name: str, known: Known) -> bool:
        read_at = self.clock.now()
        replies = await self.workplaces[name].replies(ThreadRef(known.channel, known.thread.ref))
        if replies is not None:
            await self.desk.repaired(known.thread.id, replies, read_at)
        return replies is not None
