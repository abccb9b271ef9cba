"""The ids that say where a post is: a channel, or a thread in it."""

from __future__ import annotations

from typing import NamedTuple

MARK = ";messageid="


class Where(NamedTuple):
    """`root` is empty for the channel itself."""

    channel: str
    root: str = ""


def thread_id(channel: str, root: str) -> str:
    return f"{channel}{MARK}{root}"


def where(conversation: str) -> Where:
    channel, _, root = conversation.partition(MARK)
    return Where(channel, root)
