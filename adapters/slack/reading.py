"""From Slack's rich text, or else its escaped text, to our markup.

Pure, bounded, and never an error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from adapters.slack import mrkdwn, stacking
from adapters.slack.fields import ident
from adapters.slack.stacking import Items, Run
from bridge.markup import EMOJI, MENTION, PRE, STYLES, Markup, Node, Span, bounded, joined, link, plain, spans, trimmed
from bridge.policies.foreign import mapping, sequence, text

MOST: Final = 4_000  # elements of one message

_CODE_POINTS = re.compile("[0-9a-fA-F]{1,6}(-[0-9a-fA-F]{1,6}){0,15}")
_EMOJI_NAME = re.compile(r"[^\s:<>&]{1,100}(::skin-tone-[2-6])?")
_RICH: Final = "rich_text"
_TABLE: Final = "table"


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says, and whether it names a person, a group or everybody."""

    body: Markup
    mentions: bool = False


def words(message: Mapping[str, Any]) -> Words:
    """What a message says.

    Rich text is preferred: in the escaped text a typed mark and a style look alike. The text helps out with names.
    """
    escaped = text(message.get("text"))
    blocks = [mapping(block) for block in sequence(message.get("blocks"))]
    body = trimmed(_Reading(mrkdwn.labels(escaped)).blocks(blocks))
    return _told(body) if body else from_text(escaped)


def from_text(escaped: str) -> Words:
    """The same from Slack's escaped text."""
    return _told(trimmed(mrkdwn.read(escaped)))


def _told(body: Markup) -> Words:
    names = (span for span in spans(body) if span.kind == MENTION)
    return Words(bounded(body), any(plain(span.inside).startswith("@") for span in names))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of rich text: words, or a list of one indent."""

    body: Markup = ()
    items: Items | None = None
    is_quoted: bool = False


class _Reading:
    """One reading: it counts what it reads, and knows the names that the text tells."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        self._left = MOST

    def blocks(self, blocks: Iterable[Mapping[str, Any]]) -> Markup:
        """All that is said in rich text and in tables."""
        parts: list[_Part] = []
        for block in blocks:
            if _kind(block) == _RICH:
                parts += [self._part(part) for part in inside(block)]
            elif _kind(block) == _TABLE:
                parts.append(_Part(self._table(block)))
        groups = groupby(parts, key=lambda part: part.is_quoted)
        return stacking.below(_quoted(list(group)) if is_so else _stacked(list(group)) for is_so, group in groups)

    def _part(self, part: Mapping[str, Any]) -> _Part:
        kind = _kind(part)
        if kind == "rich_text_list":
            # A list inside of a quote is told by its border alone.
            return _Part(items=self._items(part), is_quoted=part.get("border") == 1)
        if kind == "rich_text_preformatted":
            code = joined(node for _, node in self._runs(part))
            return _Part((Span(PRE, joined((*code[:-1], stacking.unended(code[-1])))),) if code else ())
        return _Part(self._inline(part), is_quoted=kind == "rich_text_quote")

    def _items(self, part: Mapping[str, Any]) -> Items:
        """Slack nests by `indent`, not by lists in lists."""
        indent = min(_number(part.get("indent")), mrkdwn.INDENT)
        first = str(_number(part.get("offset")) + 1) if part.get("style") == "ordered" else ""
        return Items(indent, first, tuple(self._inline(item) for item in inside(part)))

    def _table(self, table: Mapping[str, Any]) -> Markup:
        rows = [sequence(row) for row in sequence(table.get("rows"))[:MOST]]
        lines = [" | ".join(plain(self._cell(mapping(cell))) for cell in row[:MOST]) for row in rows]
        return joined(["\n".join(lines)])

    def _cell(self, cell: Mapping[str, Any]) -> Markup:
        if _kind(cell) == _RICH:
            return stacking.below(self._inline(part) for part in inside(cell))
        return self._inline({"elements": [cell]})

    def _inline(self, block: Mapping[str, Any]) -> Markup:
        return stacking.styled(self._runs(block))

    def _runs(self, block: Mapping[str, Any]) -> list[Run]:
        found = inside(block)[: self._left]
        self._left -= len(found)
        runs = [(_styles(element), self._element(element)) for element in found]
        return [(styles, node) for styles, node in runs if node != ""]

    def _element(self, element: Mapping[str, Any]) -> Node:
        kind = _kind(element)
        if kind in _NAMED:
            field, sigil = _NAMED[kind]
            ref = ident(element.get(field))
            label = self._labels.get(ref, "")
            return mrkdwn.person(ref, label) if kind == "user" and ref else mrkdwn.others(sigil, label)
        reader = _READERS.get(kind)
        return reader(element) if reader else text(element.get("text"))


def inside(block: Any) -> list[Mapping[str, Any]]:
    """The objects inside of a block."""
    found = sequence(mapping(block).get("elements"))
    return [mapping(element) for element in found[:MOST]]


def _kind(block: Any) -> str:
    return text(mapping(block).get("type"))


def _quoted(parts: list[_Part]) -> Markup:
    return stacking.quoted([_stacked(parts)])


def _stacked(parts: list[_Part]) -> Markup:
    stacked: list[Markup] = []
    for is_list, group in groupby(parts, key=lambda part: part.items is not None):
        found = list(group)
        lists = [part.items for part in found if part.items is not None and part.items.items]
        stacked += [stacking.nested(lists)] if is_list else [part.body for part in found]
    return stacking.below(stacked)


def _styles(element: Mapping[str, Any]) -> frozenset[str]:
    style = mapping(element.get("style"))
    return frozenset(kind for kind in STYLES if style.get(kind) is True)


def _link(element: Mapping[str, Any]) -> Node:
    url, label = text(element.get("url")), text(element.get("text"))
    return link(url, label) if url else label


def _emoji(element: Mapping[str, Any]) -> Node:
    """The character named by its code points; a workspace's own has none and stays `:name:`."""
    name = text(element.get("name"))
    tone = _number(element.get("skin_tone"))
    if 2 <= tone <= 6 and "::" not in name:
        name = f"{name}::skin-tone-{tone}"
    shown = _character(text(element.get("unicode")))
    if not _EMOJI_NAME.fullmatch(name):
        return shown or (f":{name}:" if name else "")
    return Span(EMOJI, (shown or f":{name}:",), name)


def _character(points: str) -> str:
    """The characters of hyphened code points; nothing if one of them is none that can be seen."""
    if not _CODE_POINTS.fullmatch(points):
        return ""
    numbers = [int(point, 16) for point in points.split("-")]
    if any(number > 0x10FFFF for number in numbers):
        return ""
    shown = "".join(map(chr, numbers))
    return shown if all(_may_be_emoji(mark) for mark in shown) else ""


def _may_be_emoji(mark: str) -> bool:
    is_glue = mark == "\u200d" or 0xE0020 <= ord(mark) < 0xE0080
    return is_glue or unicodedata.category(mark)[0] not in "CZ"


def _broadcast(element: Mapping[str, Any]) -> Node:
    return mrkdwn.others("@", ident(element.get("range")))


def _date(element: Mapping[str, Any]) -> Node:
    words = mrkdwn.moment(element.get("timestamp"), text(element.get("fallback")))
    url = text(element.get("url"))
    return link(url, words) if url and words else words


def _color(element: Mapping[str, Any]) -> Node:
    return text(element.get("value"))


_NAMED: Final = {
    "user": ("user_id", "@"),
    "usergroup": ("usergroup_id", "@"),
    "channel": ("channel_id", "#"),
    "team": ("team_id", "@"),
}
_READERS: Final[dict[str, Callable[[Mapping[str, Any]], Node]]] = {
    "link": _link,
    "emoji": _emoji,
    "broadcast": _broadcast,
    "date": _date,
    "color": _color,
}


def _number(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 10_000 else 0
