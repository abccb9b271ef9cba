"""The names of bells."""

from __future__ import annotations

from typing import Final

from bridge.model import VisitorId

OUTBOX: Final = "outbox"
CHORES: Final = "chores"  # rung when it is time for them
DEADLINES: Final = "deadlines"  # rung when a deadline was set, and when one comes
OUTAGES: Final = "outages"  # rung when a channel cannot be reached, and when it can again


def changed_topic(workplace: str) -> str:
    """Rung when something about a channel of this workplace is different."""
    return f"changed:{workplace}"


def missed_topic(workplace: str) -> str:
    """Rung when events of this workplace may have been missed."""
    return f"missed:{workplace}"


def visitor_topic(visitor: VisitorId) -> str:
    """Rung when something that this visitor sees has changed."""
    return f"visitor:{visitor}"
