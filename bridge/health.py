"""How things stand, part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bridge.alerts import Alerts
from bridge.errors import Refused
from bridge.ports import Store


@dataclass(frozen=True, slots=True)
class Health:
    """Whether each part does its work. `hears`: whether events of the workplace can come in."""

    store: Store
    alerts: Alerts
    outlets: Sequence[str]
    hears: Callable[[], bool]

    async def parts(self) -> Mapping[str, bool]:
        """The database, what comes in, and each way out: one that waits for a person is not well."""
        return {
            "database": await self._reads(),
            "events": self.hears(),
            **{outlet: not self.alerts.standing(outlet) for outlet in self.outlets},
        }

    async def _reads(self) -> bool:
        try:
            await self.store.read(lambda tx: tx.next_due())
        except Refused:
            return False
        return True
