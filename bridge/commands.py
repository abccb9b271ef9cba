"""Agents' typed commands: one vocabulary for every workplace."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final

NAMES: Final = ("claim", "release", "takeover", "close", "extend", "note", "help")
_COMMAND = re.compile(r"!([^\W\d_]\w*)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """`!name rest`. An unknown name is a command all the same: it must never reach the visitor."""

    name: str
    rest: str = ""

    @property
    def is_known(self) -> bool:
        """Whether we know what it asks for."""
        return self.name in NAMES


def parse(text: str) -> Command | None:
    """The command that a text is: `!` and a letter at its start, whatever follows. `!!` and `! oh` are plain text."""
    match = _COMMAND.fullmatch(text.strip())
    return Command(match[1].lower(), match[2].strip()) if match else None


def nearest(name: str) -> str:
    """The known command most like an unknown one, `help` if none is."""
    return next(iter(difflib.get_close_matches(name, NAMES, n=1)), "help")
