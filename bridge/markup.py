"""The one text format inside: a small tree. Adapters translate it to and from their own markup.

A `Markup` is a tuple of nodes; a node is a plain string or a `Span`. Nothing in a string is ever markup. A quote, a
block of code and a list stand on lines of their own: no line break belongs before or after them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bridge.graphemes import cut

LINK: Final = "link"  # value: the address
BOLD: Final = "bold"
ITALIC: Final = "italic"
STRIKE: Final = "strike"
CODE: Final = "code"
PRE: Final = "pre"
QUOTE: Final = "quote"
LIST: Final = "list"  # value: the first item's number, empty for bullets; inside: items alone
ITEM: Final = "item"
EMOJI: Final = "emoji"  # value: its short name; inside: the character, or `:name:` where there is none
MENTION: Final = "mention"  # value: the person's ref until it is `named`; inside: what is shown

STYLES: Final = (BOLD, ITALIC, STRIKE, CODE)  # in the order of nesting, the outermost first
BLOCKS: Final = frozenset({PRE, QUOTE, LIST, ITEM})
SAFE_SCHEMES: Final = ("http://", "https://", "mailto:")
DEEPEST: Final = 24  # spans in spans
LONGEST: Final = 40_000  # characters
SOMEBODY: Final = "…"  # the name of a person who has none
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]»”’"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text with a meaning; what `value` is depends on the kind."""

    kind: str
    inside: tuple[Node, ...]
    value: str = ""


Node = str | Span
Markup = tuple[Node, ...]


def is_safe_address(address: str) -> bool:
    """Whether a link may carry this address; everything but http, https and mailto stays text."""
    return address.lower().startswith(SAFE_SCHEMES) and not re.search(r"[\s\x00-\x1f\x7f<>\"]", address)


def link(address: str, label: str = "") -> Node:
    """A link, or its words alone when the address is not a safe one. A label that shows nothing is none."""
    label = label if label.strip() else ""
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


def is_block(node: Node) -> bool:
    """Whether a node stands on lines of its own."""
    return isinstance(node, Span) and node.kind in BLOCKS


def plain(markup: Markup) -> str:
    """The words alone, as they read well by themselves: quotes and lists keep their marks, links their addresses."""
    words: list[str] = []
    for before, node in zip((None, *markup), markup, strict=False):
        if before is not None and (is_block(before) or is_block(node)):
            words.append("\n")
        words.append(_plain(node))
    return "".join(words)


def _plain(node: Node) -> str:
    if isinstance(node, str):
        return node
    return _WORDS.get(node.kind, _inside)(node)


def _inside(span: Span) -> str:
    return plain(span.inside)


def _link_words(span: Span) -> str:
    words = plain(span.inside)
    is_hidden = words not in (span.value, span.value.removeprefix("mailto:"))
    return f"{words} ({span.value})" if is_hidden else words


def _quote_words(span: Span) -> str:
    return "> " + plain(span.inside).replace("\n", "\n> ")


def _list_words(span: Span) -> str:
    first = int(span.value) if is_number(span.value) else None
    lines = []
    for index, item in enumerate(span.inside):
        mark = "- " if first is None else f"{first + index}. "
        lines.append(mark + _plain(item).replace("\n", "\n  "))
    return "\n".join(lines)


_WORDS: Final[dict[str, Callable[[Span], str]]] = {LINK: _link_words, QUOTE: _quote_words, LIST: _list_words}


def is_number(value: str) -> bool:
    """Whether a list's value is a first number."""
    return value.isascii() and value.isdigit() and len(value) < 10


def spans(markup: Markup) -> Iterator[Span]:
    """Every span in it, those inside of others too."""
    for node in markup:
        if isinstance(node, Span):
            yield node
            yield from spans(node.inside)


def mentioned(markup: Markup) -> frozenset[str]:
    """The refs of the persons whom it names, for whoever looks up their names."""
    return frozenset(span.value for span in spans(markup) if span.kind == MENTION and span.value)


def named(markup: Markup, names: Mapping[str, str], *, somebody: str = SOMEBODY) -> Markup:
    """The same with names, by ref, for persons. No ref is left in it: one without a name becomes `@somebody`."""
    return tuple(_named(node, names, somebody) for node in markup)


def _named(node: Node, names: Mapping[str, str], somebody: str) -> Node:
    if isinstance(node, str):
        return node
    if node.kind == MENTION and node.value:
        name = " ".join(names.get(node.value, "").split())
        return Span(MENTION, (f"@{name or somebody}",))
    return replace(node, inside=named(node.inside, names, somebody=somebody))


def bounded(markup: Markup) -> Markup:
    """The same, or its words alone, without refs, when it is too long or too deep for whoever draws it."""
    words = plain(named(markup, {}))
    if len(words) > LONGEST:
        return (cut(words, LONGEST),)
    return markup if _depth(markup) <= DEEPEST else (words,)


def _depth(markup: Markup) -> int:
    return max((1 + _depth(node.inside) for node in markup if isinstance(node, Span)), default=0)


def trimmed(markup: Markup) -> Markup:
    """Without white space at either end."""
    nodes = list(markup)
    if nodes and isinstance(nodes[0], str):
        nodes[0] = nodes[0].lstrip()
    if nodes and isinstance(nodes[-1], str):
        nodes[-1] = nodes[-1].rstrip()
    return joined(nodes)


def without_prefix(markup: Markup, prefix: str) -> Markup:
    """The markup after a prefix that its first words begin with, styled or not; unchanged if they do not."""
    if not markup:
        return markup
    first, *rest = markup
    if isinstance(first, str) and first.lower().startswith(prefix.lower()):
        return trimmed(joined((first[len(prefix) :], *rest)))
    if isinstance(first, Span) and (inside := without_prefix(first.inside, prefix)) != first.inside:
        return trimmed(joined((replace(first, inside=inside) if inside else "", *rest)))
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
