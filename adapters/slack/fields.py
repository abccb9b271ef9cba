"""Slack's ids, read out of what came over the wire."""

from __future__ import annotations

import re
from typing import Any

_IDENT = re.compile(r"[A-Za-z0-9._-]{1,64}")


def ident(value: Any) -> str:
    """The value if it can be an id, else an empty string."""
    return value if isinstance(value, str) and _IDENT.fullmatch(value) else ""
