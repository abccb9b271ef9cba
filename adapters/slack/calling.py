"""Calling people and groups by name: the one place that writes what Slack notifies somebody for.

Only refs get through, never words. https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MOST: Final = 20
_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
_GROUP = re.compile(r"S[A-Z0-9]{2,20}")


def written(refs: Iterable[str]) -> str:
    """The mentions of people (`U…`, `W…`) and groups (`S…`), each once; what is neither is left out."""
    return " ".join([mention for ref in dict.fromkeys(refs) if (mention := _mention(ref))][:MOST])


def strange(refs: Iterable[str]) -> list[str]:
    """The refs that nobody can be called by."""
    return [ref for ref in dict.fromkeys(refs) if not _mention(ref)]


def _mention(ref: str) -> str:
    if _PERSON.fullmatch(ref):
        return f"<@{ref}>"
    return f"<!subteam^{ref}>" if _GROUP.fullmatch(ref) else ""
