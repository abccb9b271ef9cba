"""The small values that the connector and the deliveries leave behind for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from adapters.playground.values import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as it arrived; `early` is the age in seconds of the Retry-After window it broke."""

    at: float
    method: str
    path: str
    conversation: str = ""
    activity: str = ""
    query: JSON = field(default_factory=dict)
    body: JSON = field(default_factory=dict)
    status: int = 0
    error: str = ""
    early: float | None = None


@dataclass(slots=True)
class Delivery:
    """What became of one activity that went out to the bot."""

    id: str
    name: str
    activity: JSON
    attempts: int = 0
    acked: bool = False
    statuses: list[int] = field(default_factory=list)


class Answered(NamedTuple):
    """The bot's answer to one request; 0 when none came."""

    status: int
    body: JSON
