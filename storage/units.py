"""What both stores say about units."""

from __future__ import annotations

from typing import Any, Final

SLOW_TURN: Final = 0.250  # seconds in which others had to wait


def name_of(unit: Any) -> str:
    """A unit's name for the log: a verb's partial is named after the verb."""
    return getattr(getattr(unit, "func", unit), "__qualname__", type(unit).__name__)
