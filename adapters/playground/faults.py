"""Faults that a test or the page switches on, each for the next few calls of one method."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.playground.errors import Refused

# Before the method runs nothing is stored; after it, everything is and only the answer suffers.
BEFORE = ("cut_before_store", "error_500_before", "rate_limited")
AFTER = (
    "cut_after_store",
    "late_effect",
    "slow",
    "error_500_after",
    "html_200",
    "truncated_json",
    "wrong_ts",
)
CODED = "error:"
CODED_AFTER = "error_after:"
EVERY_METHOD = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    kind: str
    seconds: float = 0.0

    @property
    def code(self) -> str:
        return self.kind.partition(":")[2]

    @property
    def is_before(self) -> bool:
        return self.kind in BEFORE or self.kind.startswith(CODED)


@dataclass(slots=True)
class Faults:
    waiting: dict[str, list[Fault]] = field(default_factory=dict)

    def add(self, method: str, fault: Fault, times: int) -> None:
        """Queued behind the faults that the method already has; `*` means whichever method is
        called.
        """
        is_coded = fault.kind.startswith((CODED, CODED_AFTER)) and fault.code
        if not is_coded and fault.kind not in BEFORE + AFTER:
            raise Refused("unknown_fault")
        self.waiting.setdefault(method, []).extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        for name in (method, EVERY_METHOD):
            if self.waiting.get(name):
                return self.waiting[name].pop(0)
        return None

    def clear(self) -> None:
        self.waiting.clear()
