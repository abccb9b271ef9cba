"""Hostile text made harmless before Slack sees it: what is shown is words and nothing else."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

ELLIPSIS: Final = "…"
NAMELESS: Final = "?"

# Overrides, embeddings and isolates turn the order of what follows; marks (U+200E, U+200F) do not.
_TURNING: Final = "\u202a-\u202e\u2066-\u2069"
_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029\x0b\x0c]")
_HARMFUL = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f{_TURNING}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile(f"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2060-\u206f\ufeff{_TURNING}]")
_SPACE = re.compile(r"\s+")
_CUT_ENTITY = re.compile("&[a-z]{0,3}$")
_JOINERS: Final = "\u200c\u200d"


def neutral(text: str) -> str:
    """The same text without controls and without what turns the reading order; line breaks stay."""
    lines = _BREAKS.sub("\n", _SURROGATE.sub("\ufffd", text))
    return _HARMFUL.sub("", lines)


def one_line(text: str, most: int) -> str:
    """The same on one line, so that it cannot look like two of ours; cut to a length."""
    return cut(_SPACE.sub(" ", neutral(text)).strip(), most)


def person_name(text: str, most: int = 80) -> str:
    """A name to stand above a line. Never empty: a line without an author is the product's own."""
    line = _SPACE.sub(" ", neutral(text))
    seen = "".join(mark for mark in line if mark in _JOINERS or not _is_format(mark))
    name = one_line(seen, most)
    return name if name.strip(_JOINERS) else NAMELESS


def address(url: str) -> str:
    """An address that reads as it leads: what cannot be seen is written out."""
    return _UNSEEN.sub(lambda match: quote(match.group()), _SURROGATE.sub("", url))


def escaped(text: str) -> str:
    """For Slack's own markup, which knows three special characters.

    https://docs.slack.dev/messaging/formatting-message-text
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped_and_cut(text: str, most: int) -> str:
    """Escaped, and never cut inside of an entity."""
    safe = escaped(text)
    if len(safe) <= most:
        return safe
    return _CUT_ENTITY.sub("", safe[: most - 1]) + ELLIPSIS


def cut(text: str, most: int) -> str:
    """At most this long; a cut shows, and takes no accent or joiner from its letter."""
    if len(text) <= most:
        return text
    end = most - 1
    while end > 1 and (text[end] in _JOINERS or text[end - 1] in _JOINERS or _is_mark(text[end])):
        end -= 1
    return text[:end].rstrip() + ELLIPSIS


def _is_format(mark: str) -> bool:
    return unicodedata.category(mark) in ("Cf", "Cc", "Co", "Cn")


def _is_mark(mark: str) -> bool:
    return unicodedata.category(mark).startswith("M")
