"""Reading what came over a wire: nothing in it is trusted to be there or to be of its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_BAD = re.compile("[\x00\ud800-\udfff]")
LONGEST: Final = 100_000
NOTHING: Final[Mapping[str, Any]] = {}


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one: for a missing object some send a list."""
    return value if isinstance(value, dict) else NOTHING


def sequence(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """The value if it is a string, else an empty one; bounded, without NUL and half characters."""
    return _BAD.sub("\ufffd", value[:LONGEST]) if isinstance(value, str) else ""
