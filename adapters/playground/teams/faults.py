"""Faults that a test or the page switches on, each for the next few calls of one method."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.playground.errors import Refused
from adapters.playground.faults import Fault
from adapters.playground.teams.errors import CODES

# Kind -> what happens. docs/playground.md holds the same table; a test compares them.
BEFORE = {
    "cut_before_store": "the connection is reset, nothing is stored",
    "error_500_before": "HTTP 500 with HTML, nothing is stored",
    "error_502": "HTTP 502 without a body, nothing is stored",
    "throttled": "429 with Retry-After of `seconds`; the window refuses later calls too",
    "conflict": "412 PreconditionFailed, nothing is stored",
}
AFTER = {
    "cut_after_store": "stored, then the connection is reset",
    "late_effect": "the connection is reset, and `seconds` later it is stored",
    "slow": "stored, and answered `seconds` later",
    "error_500_after": "stored, then HTTP 500 with HTML",
    "error_504": "stored, then HTTP 504 without a body",
    "html_200": "stored, then HTTP 200 with HTML",
    "truncated_json": "stored, then the first half of the answer",
    "wrong_id": "stored, then an answer whose id no message has",
}
CODED = "error:"
METHODS: tuple[str, ...] = ("create", "send", "update", "delete", "members", "member", "teams", "attachment", "token")
METHODS += ("openid", "keys")
EVERY_METHOD = "*"


def is_before(fault: Fault) -> bool:
    return fault.kind in BEFORE or fault.kind.startswith(CODED)


@dataclass(slots=True)
class Faults:
    waiting: dict[str, list[Fault]] = field(default_factory=dict)

    def add(self, method: str, fault: Fault, times: int) -> None:
        """Queued behind those that the method already has; `*` means whichever method is called."""
        is_coded = fault.kind.startswith(CODED) and fault.code in CODES
        if not is_coded and fault.kind not in (*BEFORE, *AFTER):
            raise Refused("unknown_fault")
        if method not in (*METHODS, EVERY_METHOD):
            raise Refused("unknown_method")
        self.waiting.setdefault(method, []).extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        for name in (method, EVERY_METHOD):
            if self.waiting.get(name):
                return self.waiting[name].pop(0)
        return None

    def clear(self) -> None:
        self.waiting.clear()
