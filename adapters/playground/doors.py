"""What a click opens for a while: trigger ids (3 s, once) and response URLs (30 min, five uses)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from adapters.playground.errors import ApiError
from adapters.playground.values import trim

TRIGGER_SECONDS = 3.0
URL_SECONDS = 1800.0
URL_USES = 5
KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Origin:
    """The message and the person that a response URL belongs to; ts is empty after a slash
    command.
    """

    channel: str
    user: str
    ts: str = ""


@dataclass(frozen=True, slots=True)
class _Door:
    origin: Origin
    at: float
    uses: int = 0


@dataclass(slots=True)
class Doors:
    clock: Callable[[], float]
    triggers: dict[str, _Door] = field(default_factory=dict)
    urls: dict[str, _Door] = field(default_factory=dict)

    def trigger(self, origin: Origin) -> str:
        made = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
        self.triggers[made] = _Door(origin, self.clock())
        trim(self.triggers, KEPT)
        return made

    def use_trigger(self, trigger: str) -> Origin:
        door = self.triggers.get(trigger)
        if door is None:
            raise ApiError("invalid_trigger_id")
        if door.uses:
            raise ApiError("exchanged_trigger_id")
        if self.clock() - door.at > TRIGGER_SECONDS:
            raise ApiError("expired_trigger_id")
        self.triggers[trigger] = replace(door, uses=1)
        return door.origin

    def url(self, origin: Origin) -> str:
        """The last part of a response URL."""
        made = secrets.token_urlsafe(18)
        self.urls[made] = _Door(origin, self.clock())
        trim(self.urls, KEPT)
        return made

    def use_url(self, token: str) -> Origin:
        door = self.urls.get(token)
        if door is None or self.clock() - door.at > URL_SECONDS:
            raise ApiError("expired_url")
        if door.uses >= URL_USES:
            raise ApiError("used_url")
        self.urls[token] = replace(door, uses=door.uses + 1)
        return door.origin
