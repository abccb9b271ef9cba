"""Channels that go on under another name of the outside: their conversations go along."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial

from bridge.model import Moment
from bridge.ports import Clock, Signals, Store
from bridge.topics import changed_topic, missed_topic
from bridge.transaction import Transaction

_log = logging.getLogger("silta.channels")


@dataclass(frozen=True, slots=True)
class ChannelKeeper:
    """Follows channels when their ref changes."""

    store: Store
    signals: Signals
    clock: Clock

    async def moved(self, workplace: str, old: str, new: str) -> bool:
        """`old` is called `new` from now on; its sites and threads are there, and what waits for it is tried at once.

        False when we do not use it, or know already. Twice is harmless.
        """
        unit = partial(_moved, workplace=workplace, refs=(old, new), moment=self.clock.moment())
        if old == new or not await self.store.turn(unit):
            return False
        _log.info("%s, channel %s is %s from now on", workplace, old, new)
        self.signals.ring(changed_topic(workplace))
        # What people wrote under the new ref before we knew it belonged to no thread of ours: it is read again.
        self.signals.ring(missed_topic(workplace))
        return True


def _moved(tx: Transaction, *, workplace: str, refs: tuple[str, str], moment: Moment) -> bool:
    old, new = refs
    is_ours = tx.channel_moved(workplace, old, new)
    if is_ours:
        tx.hasten(workplace, new, moment.now)
    return is_ours
