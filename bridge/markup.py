"""The one text format inside: a small tree. Adapters translate it to and from their own markup.

A `Markup` is a tuple of nodes; a node is a plain string or a `Span`. Nothing in a string is ever markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

LINK: Final = "link"
SAFE_SCHEMES: Final = ("http://", "https://", "mailto:")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]»”’"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text with a meaning; `value` is the address of a link."""

    kind: str
    inside: tuple[Node, ...]
    value: str = ""


Node = str | Span
Markup = tuple[Node, ...]


def is_safe_address(address: str) -> bool:
    """Whether a link may carry this address; everything but http, https and mailto stays text."""
    return address.lower().startswith(SAFE_SCHEMES) and not re.search(r"[\s\x00-\x1f\x7f<>\"]", address)


def link(address: str, label: str = "") -> Node:
    """A link, or its words alone when the address is not a safe one."""
    if not is_safe_address(address):
        return f"{label} ({address})" if label and label != address else address
    return Span(LINK, (label or address,), address)


def literal(text: str) -> Markup:
    """Text as a person typed it: addresses become links that show themselves, all else stays as it is."""
    nodes: list[Node] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        address = match.group().rstrip(_TRAILING)
        nodes += [text[end : match.start()], link(address)]
        end = match.start() + len(address)
    nodes.append(text[end:])
    return joined(nodes)


def joined(nodes: Iterable[Node]) -> Markup:
    """The same nodes with neighbouring strings joined and empty ones dropped."""
    result: list[Node] = []
    for node in nodes:
        if isinstance(node, str) and result and isinstance(result[-1], str):
            result[-1] += node
        elif node != "":
            result.append(node)
    return tuple(result)


def plain(markup: Markup) -> str:
    """The words alone. A link whose words hide its address is followed by the address."""
    return "".join(_plain(node) for node in markup)


def _plain(node: Node) -> str:
    if isinstance(node, str):
        return node
    words = plain(node.inside)
    hidden = node.kind == LINK and words not in (node.value, node.value.removeprefix("mailto:"))
    return f"{words} ({node.value})" if hidden else words


def trimmed(markup: Markup) -> Markup:
    """Without white space at either end."""
    nodes = list(markup)
    if nodes and isinstance(nodes[0], str):
        nodes[0] = nodes[0].lstrip()
    if nodes and isinstance(nodes[-1], str):
        nodes[-1] = nodes[-1].rstrip()
    return joined(nodes)


def without_prefix(markup: Markup, prefix: str) -> Markup:
    """The markup after a prefix that its first string begins with; unchanged if it does not."""
    if markup and isinstance(markup[0], str) and markup[0].lower().startswith(prefix.lower()):
        return trimmed(joined((markup[0][len(prefix) :], *markup[1:])))
    return markup


def tree(markup: Markup) -> list[Any]:
    """The shape that is stored and sent: strings, and objects {kind: value, "inside": [...]}."""
    return [node if isinstance(node, str) else {node.kind: node.value, "inside": tree(node.inside)} for node in markup]


def from_tree(nodes: list[Any]) -> Markup:
    """The markup that `tree` came from."""
    return tuple(_node(node) for node in nodes)


def _node(node: Any) -> Node:
    if isinstance(node, str):
        return node
    kind = next(key for key in node if key != "inside")
    return Span(kind, from_tree(node["inside"]), node[kind])


def dumps(markup: Markup) -> str:
    """The stored form."""
    return json.dumps(tree(markup), ensure_ascii=False, separators=(",", ":"))


def loads(stored: str) -> Markup:
    """The markup of a stored form."""
    return from_tree(json.loads(stored))
