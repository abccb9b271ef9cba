"""Whether a channel that could not be reached is back: somebody must look, since nothing may be due there any more."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bridge.alerts import Alerts
from bridge.errors import WorkplaceError
from bridge.fallback import LOOKS_EVERY, sentence
from bridge.model import ChannelId
from bridge.outages import Outage
from bridge.ports import Clock, Signals, Store, Workplace
from bridge.topics import changed_topic

READS_EVERY: Final = 5.0  # seconds between two readings of the rows; one that is rung does not wait
_log = logging.getLogger("silta.lookout")


@dataclass(slots=True)
class Lookout:
    """Looks while rows say that a channel is out of reach; each look is one process's, by compare-and-set.

    What an outage means is told to whoever runs the machine as long as its row stands, in every process.
    """

    store: Store
    signals: Signals
    clock: Clock
    alerts: Alerts
    workplaces: Mapping[str, Workplace]
    _told: dict[ChannelId, Outage] = field(default_factory=dict)

    async def once(self) -> None:
        """Tell what is new and what is over, and look where it is time."""
        outages = await self.store.read(lambda tx: tx.outages())
        await self._tell(outages)
        for outage in outages:
            if outage.channel.workplace in self.workplaces and outage.look_at <= self.clock.now():
                await self._look(outage)

    async def _tell(self, outages: tuple[Outage, ...]) -> None:
        out = {outage.channel.id for outage in outages}
        for channel in [channel for channel in self._told if channel not in out]:
            self._is_over(self._told.pop(channel))
        for outage in outages:
            if outage.channel.id not in self._told:
                self._told[outage.channel.id] = outage
                place = (outage.channel.workplace, outage.channel.ref)
                await self.alerts.tell(*place, outage.cause, await sentence(self.store, outage))

    def _is_over(self, outage: Outage) -> None:
        self.alerts.over(outage.channel.workplace, outage.channel.ref)

    async def _look(self, outage: Outage) -> None:
        again = self.clock.now() + LOOKS_EVERY
        if not await self.store.turn(lambda tx: tx.take_look(outage, again)):
            return
        if fault := await self._fault(outage):
            _log.info("%s, channel %s is still out of reach: %s", outage.channel.workplace, outage.channel.ref, fault)
            return
        now = self.clock.now()
        if await self.store.turn(lambda tx: tx.end_outage(outage.channel.id, now, outage.since)):
            self.signals.ring(changed_topic(outage.channel.workplace))
            self._told.pop(outage.channel.id, None)
            self._is_over(outage)

    async def _fault(self, outage: Outage) -> str:
        workplace = self.workplaces[outage.channel.workplace]
        try:
            await workplace.ping()
            return await workplace.channel_fault(outage.channel.ref)
        except WorkplaceError as error:
            return str(error)
