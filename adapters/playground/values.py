"""The nouns of the pretend workspace; the wire is not known here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]


def trim(kept: dict[Any, Any], most: int) -> None:
    """Forget the oldest, so that nothing here grows for ever."""
    while len(kept) > most:
        del kept[next(iter(kept))]


@dataclass(frozen=True, slots=True)
class Team:
    id: str = "T0PLAY00001"
    name: str = "Playground"
    domain: str = "playground"


@dataclass(frozen=True, slots=True)
class Bot:
    user_id: str = "U0SILTABOT1"
    bot_id: str = "B0SILTABOT1"
    app_id: str = "A0SILTAAPP1"
    name: str = "silta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    name: str
    real_name: str
    display_name: str = ""
    team_id: str = "T0PLAY00001"
    is_bot: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    tz: str = "Europe/Helsinki"
    email: str = ""

    @property
    def shown(self) -> str:
        return self.display_name or self.real_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    id: str
    name: str
    members: tuple[str, ...] = ()
    is_private: bool = False
    is_archived: bool = False
    created: int = 1767225600

    @property
    def kind(self) -> str:
        return "group" if self.is_private else "channel"


@dataclass(slots=True)
class Stored:
    """One message as it lies in a channel: its wire form, without what is derived from its
    thread.
    """

    wire: JSON
    stored_at: float
    metadata: JSON | None = None

    @property
    def ts(self) -> str:
        return str(self.wire["ts"])

    @property
    def thread_ts(self) -> str:
        return str(self.wire.get("thread_ts", ""))

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def author(self) -> str:
        return str(self.wire.get("user") or self.wire.get("bot_id") or "")


@dataclass(slots=True)
class Whisper:
    """An ephemeral message: seen by one person, kept apart from the channel's history."""

    channel: str
    user: str
    wire: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One Web API call as it arrived. `early` is the age in seconds of the Retry-After window it
    broke.
    """

    at: float
    method: str
    arguments: JSON
    status: int
    error: str = ""
    early: float | None = None
    undocumented: tuple[str, ...] = field(default=())
