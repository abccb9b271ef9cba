"""What an adapter hands in: a workplace's events as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridge.markup import Markup


@dataclass(frozen=True, slots=True)
class Heard:
    """A person wrote something in one of our channels.

    `thread` is the root's ref, empty for a message in the channel itself. `order` is the message's own and compares
    like the platform's message order; `changed` is the same of an edit, empty for a message as first written.
    `mentions` is true when the text names a person, a group or the channel. `outsider` is true when the event itself
    shows that the author belongs to another organisation. `files` counts what came with it and cannot be passed on.
    """

    workplace: str
    channel: str
    thread: str
    ref: str
    order: str
    author: str
    body: Markup
    at: datetime
    mentions: bool = False
    outsider: bool = False
    changed: str = ""
    files: int = 0


@dataclass(frozen=True, slots=True)
class Removed:
    """A person took a message back."""

    workplace: str
    channel: str
    thread: str
    ref: str
    order: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A person pressed one of our buttons. `key` is the same in every copy of this press."""

    workplace: str
    channel: str
    thread: str
    author: str
    verb: str
    value: str
    key: str
