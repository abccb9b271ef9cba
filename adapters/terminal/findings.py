"""What was looked at, and how it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, whether it is well, and what to do if not.

    `facts` are what it told, by name, as JSON can hold it.
    """

    what: str
    is_well: bool
    advice: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
