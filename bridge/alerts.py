"""What whoever runs the machine must know: one line in the log and one mail for each cause, until it is over."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from bridge.errors import Refused
from bridge.model import Delivery, Kind, Moment
from bridge.ports import Clock, Store
from bridge.transaction import MAIL_OUTLET, Transaction

ALERT: Final = "alert"  # the words of a mail to whoever runs the machine
_log = logging.getLogger("silta.alerts")


@dataclass(slots=True)
class Alerts:
    """`address` gets the mails; empty: there are none."""

    store: Store
    clock: Clock
    address: str = ""
    _standing: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def standing(self, outlet: str) -> tuple[str, ...]:
        """The sentences that still hold of a workplace."""
        return tuple(sentence for (place, _, _), sentence in self._standing.items() if place == outlet)

    async def tell(self, outlet: str, channel: str, cause: str, sentence: str) -> None:
        """Say it once, however often it happens; a mail about mail that does not leave would not leave either."""
        name = (outlet, channel, cause)
        if name in self._standing:
            return
        self._standing[name] = sentence
        _log.error("%s", sentence)
        if self.address and outlet != MAIL_OUTLET:
            await self._mail(f"{outlet}:{channel}:{cause}", sentence)

    def over(self, outlet: str, channel: str) -> None:
        """Something went well there: whatever stood against it is over."""
        for name in [name for name in self._standing if name[:2] == (outlet, channel)]:
            _log.info("over: %s", self._standing.pop(name))

    async def _mail(self, cause: str, sentence: str) -> None:
        unit = partial(_mailed, to=self.address, cause=cause, sentence=sentence, moment=self.clock.moment())
        try:
            await self.store.turn(unit)
        except Refused as error:
            _log.warning("no mail about it could be stored: %s", error)


def _mailed(tx: Transaction, *, to: str, cause: str, sentence: str, moment: Moment) -> None:
    """At most one mail an hour for a cause, over restarts and processes."""
    if tx.once(f"alert:{cause}:{moment.now:%Y%m%d%H}", moment.now):
        tx.send(
            Delivery(
                kind=Kind.MAIL,
                lane=f"mail:{to}",
                thread=None,
                key=moment.id(f"alert:{cause}"),
                at=moment.now,
                words=ALERT,
                about={"sentence": sentence},
                to=to,
            )
        )
