"""The names of bells."""

from __future__ import annotations

from typing import Final

from bridge.model import VisitorId

OUTBOX: Final = "outbox"


def visitor_topic(visitor: VisitorId) -> str:
    """Rung when something that this visitor sees has changed."""
    return f"visitor:{visitor}"
