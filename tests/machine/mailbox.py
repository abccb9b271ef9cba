"""A pretend mail server that fails in every way, and what has arrived in the end."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Final

from bridge.errors import Rejected, Unknown, Unreachable
from bridge.letters import Letter

MAIL_FAULTS: Final = (
    "refused",  # the connection never stood
    "standing",  # our password is not taken: a person must see to it
    "limited",  # asked to slow down
    "rejected",  # this address is never taken
    "cut_before",  # reset, nothing taken
    "cut_after",  # taken, then reset
    "late",  # reset, taken seconds later
    "slow",  # taken, the answer takes three seconds
    "timeout",  # taken, no answer within our patience
)
LATEST: Final = 5.0
SILENCE: Final = 7.0
DOUBTFUL: Final = ("cut_before", "cut_after", "late", "timeout")


@dataclass(eq=False)
class Mailbox:
    """See bridge.ports.Mailer."""

    timeout: float = 10.0
    faults: deque[str] = field(default_factory=deque)
    arrived: dict[str, list[Letter]] = field(default_factory=lambda: defaultdict(list))
    later: set[asyncio.Task[None]] = field(default_factory=set)

    async def send(self, letter: Letter, key: str) -> None:
        """One call, as it goes when this fault is next."""
        fault = self.faults.popleft() if self.faults else ""
        await asyncio.sleep(0.02)
        if fault == "rejected":
            raise Rejected("recipient")
        if fault in ("refused", "standing"):
            raise Unreachable(fault, standing=fault == "standing")
        if fault == "limited":
            raise Unreachable(fault, wait=SILENCE, limited=True)
        if fault == "late":
            self._later(letter, key)
        elif fault != "cut_before":
            self.arrived[key].append(letter)
        await asyncio.sleep({"slow": 3.0, "timeout": self.timeout}.get(fault, 0.0))
        if fault in DOUBTFUL:
            raise Unknown(fault)

    def _later(self, letter: Letter, key: str) -> None:
        async def take() -> None:
            await asyncio.sleep(LATEST)
            self.arrived[key].append(letter)

        task = asyncio.ensure_future(take())
        self.later.add(task)
        task.add_done_callback(self.later.discard)
