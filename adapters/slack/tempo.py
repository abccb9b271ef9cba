"""How fast the adapter opens, waits and ends; tests are quicker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tempo:
    """Seconds. `pause` doubles up to `longest_pause`; a line that lived `settled` begins anew.

    `linger` is how long an old line stays beside its next, `farewell` how long work may still take.
    """

    ping: float = 4.0
    stagger: float = 1.0
    pause: float = 1.0
    longest_pause: float = 30.0
    settled: float = 10.0
    linger: float = 1.0
    farewell: float = 5.0
    look: float = 0.5
