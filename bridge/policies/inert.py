"""Hostile text made harmless before anybody sees it: what is shown is words and nothing else."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from bridge import graphemes

# Overrides, embeddings and isolates turn the order of what follows; marks (U+200E, U+200F, U+061C) do not.
_TURNING: Final = "\u202a-\u202e\u2066-\u2069"
# Joiners and U+200B have a place in scripts and emoji; these only hide, or are for programs.
_HIDING: Final = "\u180e\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"
_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029\x0b\x0c]")
_HARMFUL = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f{_TURNING}{_HIDING}]")
# Tags and supplementary selectors can carry a whole hidden text; a flag needs the ones, a letter one of the others.
_FLAG: Final = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,8}\U000e007f"
_TAGGED = re.compile(f"({_FLAG})|[\U000e0000-\U000e007f]|(?<=[\U000e0100-\U000e01ef])[\U000e0100-\U000e01ef]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile(f"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2060-\u206f\ufeff{_TURNING}]")
_JOINERS: Final = "\u200c\u200d"
_BLANKS: Final = "\u115f\u1160\u2800\u3164\uffa0"  # letters by name that nobody can see
_MARKS_ON_A_LETTER: Final = 4


def neutral(text: str) -> str:
    """The same text without controls, hidden text and what turns the reading order; line breaks stay."""
    lines = _BREAKS.sub("\n", _SURROGATE.sub("\ufffd", text))
    return _TAGGED.sub(lambda match: match[1] or "", _HARMFUL.sub("", lines))


def one_line(text: str, most: int) -> str:
    """The same on one line, so that it cannot look like two of ours; cut to a length."""
    return graphemes.cut(" ".join(neutral(text).split()), most)


def label(text: str, most: int) -> str:
    """One line where nothing encloses it, a name or a header: no direction marks, nothing that nobody sees.

    Empty when nothing of it would be seen.
    """
    seen = "".join(mark for mark in neutral(text) if mark in _JOINERS or mark.isspace() or not _is_unseen(mark))
    line = one_line(_without_floods(seen), most)
    return line if any(not _is_mark(mark) and mark not in f"{_JOINERS} " for mark in line) else ""


def address(url: str) -> str:
    """An address that reads as it leads: what cannot be seen is written out."""
    return _UNSEEN.sub(lambda match: quote(match.group()), _SURROGATE.sub("", url))


def _without_floods(text: str) -> str:
    """A letter carries a few marks; a tower of them would stand in the lines of others."""
    kept: list[str] = []
    height = 0
    for mark in text:
        height = height + 1 if _is_mark(mark) else 0
        kept += [mark] if height <= _MARKS_ON_A_LETTER else []
    return "".join(kept)


def _is_unseen(mark: str) -> bool:
    if mark in _BLANKS:
        return True
    return unicodedata.category(mark) in ("Cf", "Cc", "Co", "Cn") and not _is_tag(mark)


def _is_tag(mark: str) -> bool:
    """Those that are left by now belong to a flag."""
    return "\U000e0020" <= mark <= "\U000e007f"


def _is_mark(mark: str) -> bool:
    return unicodedata.category(mark).startswith("M")
