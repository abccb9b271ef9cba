"""Faults of the mailbox that a test switches on, each for the next few times that a conversation gets there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from adapters.playground.errors import Refused

# Each kind with the step of the conversation that it waits at.
MAIL_FAULTS = {
    "refuse": "greeting",
    "tls_failure": "starttls",
    "cut_before_store": "dot",
    "cut_after_store": "dot",
    "slow": "dot",
    "garbage": "dot",
}
CODED_STEPS = ("greeting", "auth", "mail", "rcpt", "data", "dot")
CODE = re.compile(r"[45][0-5][0-9]")


@dataclass(frozen=True, slots=True)
class MailFault:
    """`step:code` refuses at that step with that SMTP code."""

    kind: str
    seconds: float = 0.0

    @property
    def code(self) -> str:
        return self.kind.partition(":")[2]

    @property
    def step(self) -> str:
        return MAIL_FAULTS.get(self.kind) or self.kind.partition(":")[0]

    @property
    def is_known(self) -> bool:
        return self.kind in MAIL_FAULTS or (self.step in CODED_STEPS and bool(CODE.fullmatch(self.code)))

    @property
    def reply(self) -> str:
        lasting = "try again later" if self.code.startswith("4") else "never"
        return f"{self.code} {self.code[0]}.0.0 Playground says no: {lasting}"


@dataclass(slots=True)
class MailFaults:
    waiting: dict[str, list[MailFault]] = field(default_factory=dict)

    def add(self, fault: MailFault, times: int) -> None:
        """Queued behind the faults of the same step."""
        if not fault.is_known:
            raise Refused("unknown_fault")
        self.waiting.setdefault(fault.step, []).extend([fault] * times)

    def take(self, step: str) -> MailFault | None:
        queue = self.waiting.get(step)
        return queue.pop(0) if queue else None

    def clear(self) -> None:
        self.waiting.clear()
