"""Who is there, and what happens over there: what people write, change, take back and press."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.inbound import Heard, Pressed, Removed
from bridge.model import Standing

ANNA, MIKAEL, GUEST, OUTSIDER = "UANNA", "UMIKAEL", "UGUEST", "UOUTSIDER"
AGENTS = {ANNA: Standing.MEMBER, MIKAEL: Standing.MEMBER, GUEST: Standing.GUEST, OUTSIDER: Standing.OUTSIDER}
DELIVERIES = ("once", "twice", "late", "twice_late", "fails_first", "lost")
EVERYBODY = "@channel"
COMES_AGAIN = (0.0, 60.0, 300.0)  # seconds until the platform repeats an event that was not acknowledged


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote in a thread over there."""

    heard: Heard
    is_marked: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened over there, told by a verb of the agents' desk; `before`: what an edit changed."""

    verb: str
    value: Heard | Removed | Pressed
    before: Heard | None = None

    @property
    def is_repeated(self) -> bool:
        """A press is told once."""
        return self.verb != "pressed"
