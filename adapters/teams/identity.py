"""Teams' names for places, packed and unpacked here alone.

A thread is a conversation of its own: `19:…@thread.tacv2;messageid=1766459963017`, where the number is its root's id.
Ids of messages are milliseconds since 1970. A post of ours in a thread is `root/id`; one that was split has several ids
with a plus between.
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from bridge.ports import Placed

_CHANNEL = re.compile(r"19:[^;\s/]{1,200}@thread\.(?:tacv2|skype)")
_THREAD = re.compile(rf"({_CHANNEL.pattern})(?:;messageid=([0-9]{{1,20}}))?")
_MESSAGE = re.compile(r"[0-9]{13}")
_SOMEBODY = re.compile(r"[A-Za-z0-9:._@+/=-]{1,256}")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")
_ONE_DAY: Final = 86_400
PLUS, SLASH = "+", "/"


def is_channel(ref: str) -> bool:
    """Whether this is written like a channel's id."""
    return _CHANNEL.fullmatch(ref) is not None


def somebody(value: object) -> str:
    """The value if it can be the id of a person, a bot or a team, else an empty string."""
    return value if isinstance(value, str) and _SOMEBODY.fullmatch(value) else ""


def packed(channel: str, root: str) -> str:
    """The conversation of a thread, or of the channel itself."""
    return f"{channel};messageid={root}" if root else channel


def unpacked(conversation: str) -> tuple[str, str]:
    """The channel and the root's id of a conversation; both empty for one that is in no channel."""
    match = _THREAD.fullmatch(conversation)
    return (match.group(1), match.group(2) or "") if match else ("", "")


def is_message(value: object) -> bool:
    """Whether this can be the id of a message in a channel."""
    return isinstance(value, str) and _MESSAGE.fullmatch(value) is not None


def is_fresh(value: object, now: float) -> bool:
    """Whether this is the id of something posted just now: well shaped, not a day off."""
    return isinstance(value, str) and is_message(value) and abs(int(value) / 1000 - now) < _ONE_DAY


def order(message: str) -> str:
    """A string that compares like the ids do as numbers, in seconds: other workplaces count in them too."""
    return f"{int(message) // 1000:0>12}.{int(message) % 1000:0>3}000000"


def order_of_time(value: object) -> str:
    """The same of a time as activities tell it; empty when it is none."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return ""
    zone = "+00:00" if match.group(3) == "Z" else match.group(3)
    try:
        seconds = int(datetime.fromisoformat(match.group(1) + zone).timestamp())
    except (ValueError, OverflowError):
        return ""
    return f"{max(seconds, 0):0>12}.{match.group(2) or '':0<9}"


def at(message: str) -> datetime:
    """When a message was written."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(message))


def placed(messages: Sequence[str], root: str = "") -> Placed:
    """Where a post of ours stands: a root, or parts of a post in a root's thread."""
    ids = PLUS.join(messages)
    return Placed(ref=f"{root}{SLASH}{ids}" if root else ids, order=order(messages[0]))


def parts(ref: str) -> list[tuple[str, str]]:
    """What `placed` named: each message with the root of its thread."""
    root, _, ids = ref.rpartition(SLASH)
    return [(root or one, one) for one in ids.split(PLUS)]
