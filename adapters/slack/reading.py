"""From Slack's rich text, or else its escaped text, to our markup.

Pure, bounded, and never an error.

Styles are flattened to plain words; lists, quotes and code keep their lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.slack.fields import ident, mapping, sequence, text
from bridge.markup import Markup, Node, Span, is_safe_address, joined, link, trimmed

DEPTH: Final = 6
MOST: Final = 4_000  # elements of one message
INDENT: Final = 8

_TOKEN = re.compile("<([^<>]*)>")
_CODE_POINTS = re.compile("[0-9a-fA-F]{1,6}(-[0-9a-fA-F]{1,6}){0,15}")
_BROADCASTS: Final = ("here", "channel", "everyone", "group")


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says, and whether it names a person, a group or the channel."""

    body: Markup
    mentions: bool = False


def words(message: Mapping[str, Any]) -> Words:
    """What a message says.

    Rich text is preferred: in the escaped text a typed mark and a style look alike.
    """
    blocks = [block for block in sequence(message.get("blocks")) if _kind(block) == "rich_text"]
    if blocks:
        inline = _Inline()
        nodes = _stacked(inline.block(block, DEPTH) for part in blocks for block in inside(part))
        return Words(trimmed(nodes), inline.mentions)
    return from_text(text(message.get("text")))


def from_text(escaped: str) -> Words:
    """The same from Slack's escaped text."""
    nodes: list[Node] = []
    mentions = False
    end = 0
    for match in _TOKEN.finditer(escaped):
        node, names = _token(match.group(1))
        nodes += [_unescaped(escaped[end : match.start()]), node]
        mentions = mentions or names
        end = match.end()
    nodes.append(_unescaped(escaped[end:]))
    return Words(trimmed(joined(nodes)), mentions)


class _Inline:
    """One reading: it counts what it reads, and remembers a mention."""

    def __init__(self) -> None:
        self.mentions = False
        self._left = MOST

    def block(self, block: Mapping[str, Any], depth: int) -> Markup:
        """A section, list, quote or code block as lines."""
        if depth <= 0:
            return ()
        kind = _kind(block)
        if kind == "rich_text_list":
            return self._list(block, depth)
        body = self._run(block)
        return _prefixed(body, "> ") if kind == "rich_text_quote" else body

    def _list(self, block: Mapping[str, Any], depth: int) -> Markup:
        """Slack nests by `indent`, not by lists in lists."""
        indent = "  " * min(_number(block.get("indent")), INDENT)
        first = _number(block.get("offset")) + 1
        items: list[Markup] = []
        for index, item in enumerate(inside(block)):
            mark = f"{first + index}. " if block.get("style") == "ordered" else "- "
            items.append(joined((indent + mark, *trimmed(self.block(item, depth - 1)))))
        return _stacked(items)

    def _run(self, block: Mapping[str, Any]) -> Markup:
        nodes: list[Node] = []
        for element in inside(block):
            self._left -= 1
            if self._left < 0:
                break
            nodes.append(self._element(element))
        return joined(nodes)

    def _element(self, element: Mapping[str, Any]) -> Node:
        kind = _kind(element)
        if kind in ("user", "usergroup", "broadcast"):
            self.mentions = True
        reader = _READERS.get(kind)
        return reader(element) if reader else text(element.get("text"))


def inside(block: Any) -> list[Mapping[str, Any]]:
    """The objects inside of a block."""
    found = sequence(mapping(block).get("elements"))
    return [mapping(element) for element in found[:MOST]]


def _kind(block: Any) -> str:
    return text(mapping(block).get("type"))


def _link(element: Mapping[str, Any]) -> Node:
    url, label = text(element.get("url")), text(element.get("text"))
    return link(url, label) if url else label


def _emoji(element: Mapping[str, Any]) -> Node:
    """The character named by its code points; a custom one has none and stays `:name:`."""
    points = text(element.get("unicode"))
    if _CODE_POINTS.fullmatch(points):
        marks = [int(point, 16) for point in points.split("-")]
        if all(0x20 <= mark <= 0x10FFFF and not 0xD800 <= mark <= 0xDFFF for mark in marks):
            return "".join(map(chr, marks))
    name = text(element.get("name"))
    return f":{name}:" if name else ""


def _at(field: str) -> Callable[[Mapping[str, Any]], Node]:
    def reader(element: Mapping[str, Any]) -> Node:
        return f"@{ident(element.get(field))}"

    return reader


def _channel(element: Mapping[str, Any]) -> Node:
    return f"#{ident(element.get('channel_id'))}"


def _date(element: Mapping[str, Any]) -> Node:
    return text(element.get("fallback"))


def _color(element: Mapping[str, Any]) -> Node:
    return text(element.get("value"))


_READERS: Final[dict[str, Callable[[Mapping[str, Any]], Node]]] = {
    "link": _link,
    "emoji": _emoji,
    "user": _at("user_id"),
    "usergroup": _at("usergroup_id"),
    "broadcast": _at("range"),
    "team": _at("team_id"),
    "channel": _channel,
    "date": _date,
    "color": _color,
}


def _number(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 10_000 else 0


def _stacked(parts: Iterable[Markup]) -> Markup:
    """One below the other; a part that ends its line itself gets no empty one."""
    nodes: list[Node] = []
    for part in parts:
        if nodes and part and not _ends_line(nodes[-1]):
            nodes.append("\n")
        nodes += part
    return joined(nodes)


def _ends_line(node: Node) -> bool:
    return isinstance(node, str) and node.endswith("\n")


def _prefixed(nodes: Markup, prefix: str) -> Markup:
    marked = (n if isinstance(n, Span) else n.replace("\n", f"\n{prefix}") for n in trimmed(nodes))
    return joined((prefix, *marked))


def _unescaped(escaped: str) -> str:
    return escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _token(inner: str) -> tuple[Node, bool]:
    """What stands between `<` and `>`, and whether it names somebody."""
    target, _, label = inner.partition("|")
    label = _unescaped(label)
    if target.startswith("@"):
        return f"@{label.lstrip('@') or target[1:]}", True
    if target.startswith("#"):
        return f"#{label or target[1:]}", False
    if target.startswith("!"):
        return _special(target[1:], label)
    address = _unescaped(target)
    if is_safe_address(address):
        return link(address, label), False
    return label or _unescaped(f"<{inner}>"), False


def _special(command: str, label: str) -> tuple[Node, bool]:
    name, _, rest = command.partition("^")
    if name in _BROADCASTS:
        return f"@{name}", True
    if name == "subteam":
        return f"@{label.lstrip('@') or rest}", True
    return label, False
