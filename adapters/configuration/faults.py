"""What is wrong with a configuration: where, what, and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

_LONGEST: Final = 60
_SECRET = re.compile(r"xox|xapp", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `path` as in the file, items of lists counted from 1; `instead` is a whole sentence."""

    path: str
    wrong: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}: {self.wrong}. {self.instead}"


class ConfigurationError(Exception):
    """A configuration that cannot be used, with all its faults."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Unfit(Exception):
    """A value that cannot be used, said by what reads it; who knows its place makes it a fault."""

    def __init__(self, wrong: str, instead: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.instead = instead


def shown(value: str) -> str:
    """The value in quotes, not too long; not at all if it looks like a secret that went to the wrong place."""
    if _SECRET.search(value):
        return "this"
    return json.dumps(value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…", ensure_ascii=False)


def nearest(written: str, known: Iterable[str], *, quote: str = "") -> str:
    """A sentence with what was meant, most likely, or all that there is; values are told in quotes."""
    words = list(known)
    close = get_close_matches(written, words, n=1) or get_close_matches(written.lower(), words, n=1)
    if close:
        return f"Did you mean {quote}{close[0]}{quote}?"
    return f"Write {choice(f'{quote}{word}{quote}' for word in words)}."


def choice(words: Iterable[str]) -> str:
    """`a, b or c`."""
    *rest, last = words
    return f"{', '.join(rest)} or {last}" if rest else last
