"""What we accept as text: whole, as written, and safe to store."""

from __future__ import annotations

import re
from typing import Final

from bridge.errors import Refused

TEXT_LIMIT: Final = 10_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?|\u2028|\u2029|\x85")
_EMAIL = re.compile(r"[^\s@<>(),;:\\\"\[\]]{1,64}@[^\s@<>(),;:\\\"\[\]_]{1,189}\.[^\s@<>(),;:\\\"\[\].\d]{2,63}")


def clean(text: str) -> str:
    """The text with one kind of line end, without control characters, lone surrogates made visible as U+FFFD."""
    return _CONTROL.sub("", _SURROGATE.sub("\ufffd", _LINE_END.sub("\n", text)))


def one_line(text: str, limit: int) -> str:
    """The text on one line, cut with an ellipsis."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def accepted(text: str, limit: int = TEXT_LIMIT) -> str:
    """A visitor's text as it is stored. Raises Refused `empty` or `too_long`."""
    cleaned = clean(text).strip()
    if not cleaned:
        raise Refused("empty")
    if len(cleaned) > limit:
        raise Refused("too_long", f"{len(cleaned)} characters; the limit is {limit}")
    return cleaned


def email_address(address: str) -> str:
    """The address without white space around it. Raises Refused `bad_email` for what cannot be one."""
    trimmed = address.strip()
    if len(trimmed) > 254 or clean(trimmed) != trimmed or not _EMAIL.fullmatch(trimmed):
        raise Refused("bad_email")
    return trimmed
