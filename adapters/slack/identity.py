"""Slack's names for places and for ourselves, packed and unpacked here alone.

A message is named by its time stamp within its channel. It is kept as a string: read as a number it
loses digits.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bridge.ports import Placed

_STAMP = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,9}))?")
_POSTED = re.compile(r"[0-9]{10}\.[0-9]{6}")
_KEYS: Final = uuid.UUID("5b0e4d3a-6a2c-5e1f-9c57-3f5d8b6a1e42")
_ONE_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Own:
    """Who we are in the workspace.

    `app` is empty when it cannot be known, `enterprise` outside of an organisation.
    """

    team: str
    user: str
    bot: str
    app: str = ""
    enterprise: str = ""
    name: str = ""


def is_stamp(value: object) -> bool:
    """Whether this can be a message's time stamp."""
    return isinstance(value, str) and _STAMP.fullmatch(value) is not None


def is_fresh(value: object, now: float) -> bool:
    """Whether this is the time stamp of something posted just now: well shaped, not a day off."""
    if not isinstance(value, str) or not _POSTED.fullmatch(value):
        return False
    return abs(float(value) - now) < _ONE_DAY


def order(stamp: str) -> str:
    """A string that compares like the stamps do as numbers."""
    whole, part = _halves(stamp)
    return f"{whole:0>12}.{part:0<9}"


def at(stamp: str) -> datetime:
    """When it happened."""
    whole, part = _halves(stamp)
    return datetime.fromtimestamp(int(whole), UTC) + timedelta(microseconds=int(f"{part:0<6}"[:6]))


def placed(stamp: str) -> Placed:
    """Where a message of ours stands."""
    return Placed(ref=stamp, order=order(stamp))


def stamp(moment: datetime) -> str:
    """The stamp of a moment, for asking what came after it."""
    return f"{moment.timestamp():.6f}"


def client_message_id(key: str) -> str:
    """The id by which Slack may know a repeated post; undocumented, so never the only defence."""
    return str(uuid.uuid5(_KEYS, key))


def _halves(stamp: str) -> tuple[str, str]:
    match = _STAMP.fullmatch(stamp)
    if match is None:
        raise ValueError(f"not a time stamp: {stamp!r}")
    return match.group(1), match.group(2) or ""
