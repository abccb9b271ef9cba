"""What we accept as text: whole, as written, and safe to store.

The cleaning is the whole of it, and docs/visitor-protocol.md tells it to whoever writes a client.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bridge.errors import Refused
from bridge.graphemes import cut

TEXT_LIMIT: Final = 10_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?|\u2028|\u2029|\x85")
_UNSEEN: Final = ("Cc", "Cf", "Zs", "Zl", "Zp")
_FORBIDDEN = r"\s@<>(),;:\\\"\[\]"
_LABEL = rf"[^{_FORBIDDEN}._-](?:[^{_FORBIDDEN}._]{{0,61}}[^{_FORBIDDEN}._-])?"
_EMAIL = re.compile(rf"(?![.])[^{_FORBIDDEN}]{{1,64}}(?<![.])@(?:{_LABEL}\.)+(?=..)(?!\d+$){_LABEL}")


def clean(text: str) -> str:
    """The text with one kind of line end, without control characters, lone surrogates made visible as U+FFFD."""
    return _CONTROL.sub("", _SURROGATE.sub("\ufffd", _LINE_END.sub("\n", text)))


def one_line(text: str, limit: int) -> str:
    """The text on one line, cut with an ellipsis."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else cut(line, limit - 1) + "…"


def accepted(text: str, limit: int = TEXT_LIMIT) -> str:
    """A visitor's text as it is stored. Raises Refused `empty` or `too_long`.

    What shows nothing at all (white space, direction marks, joiners) is empty: an agent would see a blank line.
    """
    cleaned = clean(text).strip()
    if all(unicodedata.category(character) in _UNSEEN for character in cleaned):
        raise Refused("empty")
    if len(cleaned) > limit:
        raise Refused("too_long", f"{len(cleaned)} characters; the limit is {limit}")
    return cleaned


def email_address(address: str) -> str:
    """The address without white space around it. Raises Refused `bad_email` for what cannot be one.

    Characters that show nothing could make it read as another address than the one that is written to.
    """
    trimmed = address.strip()
    is_plain = not any(unicodedata.category(character).startswith("C") for character in trimmed)
    if len(trimmed) > 254 or not is_plain or ".." in trimmed or "=?" in trimmed or not _EMAIL.fullmatch(trimmed):
        raise Refused("bad_email")
    return trimmed
