"""Where a text may be parted: between the characters that a reader sees, never inside of one.

The rules that matter of https://www.unicode.org/reports/tr29/: marks, joiners, emoji sequences, flags, Hangul.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

ELLIPSIS: Final = "…"
_JOINER: Final = "\u200d"
_ALSO_MARKS: Final = frozenset("\u200c\u200d\u0e33\u0eb3")
_REGIONAL: Final = range(0x1F1E6, 0x1F200)
_TONES: Final = range(0x1F3FB, 0x1F400)
_TAGS: Final = range(0xE0020, 0xE0080)
_HANGUL_FIRST: Final = range(0x1100, 0x1160)
_HANGUL_LATER: Final = range(0x1160, 0x1200)
_HANGUL: Final = range(0xAC00, 0xD7A4)


def is_border(text: str, at: int) -> bool:
    """Whether a text may be parted before this index."""
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if before == "\r" and after == "\n":
        return False
    if _extends(after) or before == _JOINER:
        return unicodedata.category(before) in ("Cc", "Zl", "Zp")
    if ord(before) in _REGIONAL and ord(after) in _REGIONAL:
        return _flags_before(text, at) % 2 == 0
    return not _is_one_syllable(ord(before), ord(after))


def border(text: str, at: int) -> int:
    """The last border at or before this index; the index itself where a single character is longer than that."""
    end = min(at, len(text))
    while end > 0 and not is_border(text, end):
        end -= 1
    return end or min(at, len(text))


def cut(text: str, most: int) -> str:
    """At most this long; a cut shows."""
    if len(text) <= most:
        return text
    return text[: border(text, most - 1)].rstrip() + ELLIPSIS


def pieces(text: str, size: int) -> Iterator[str]:
    """The text in pieces of at most this length; nothing of it is lost."""
    start = 0
    while start < len(text):
        piece = text[start : start + size + 1]
        end = start + border(piece, size)
        yield text[start:end]
        start = end


def _extends(mark: str) -> bool:
    point = ord(mark)
    return unicodedata.category(mark).startswith("M") or mark in _ALSO_MARKS or point in _TONES or point in _TAGS


def _flags_before(text: str, at: int) -> int:
    start = at
    while start > 0 and ord(text[start - 1]) in _REGIONAL:
        start -= 1
    return at - start


def _is_one_syllable(before: int, after: int) -> bool:
    if after in _HANGUL_LATER:
        return before in _HANGUL_FIRST or before in _HANGUL_LATER or before in _HANGUL
    return before in _HANGUL_FIRST and (after in _HANGUL_FIRST or after in _HANGUL)
