"""Slack's flat parts as a tree: styled runs, lists by indent, and one part below the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bridge.markup import ITEM, LIST, QUOTE, STYLES, Markup, Node, Span, is_block, is_number, joined

Run = tuple[frozenset[str], Node]


@dataclass(frozen=True, slots=True)
class Items:
    """A list as Slack has it: of one indent. `first` is the number of its first item, empty for bullets."""

    indent: int
    first: str
    items: tuple[Markup, ...]


def styled(runs: Iterable[Run], styles: Sequence[str] = STYLES) -> Markup:
    """Runs that share a style stand in one span of it; the order of nesting is always the same."""
    if not styles:
        return joined(node for _, node in runs)
    kind, *rest = styles
    nodes: list[Node] = []
    for is_so, group in groupby(runs, key=lambda run: kind in run[0]):
        inner = styled(list(group), rest)
        nodes += [Span(kind, inner)] if is_so and inner else inner
    return joined(nodes)


def nested(lists: Sequence[Items]) -> Markup:
    """Lists that follow each other, as lists in lists."""
    found: list[Span] = []
    start = 0
    while start < len(lists):
        head, end = lists[start], start + 1
        while end < len(lists) and lists[end].indent > head.indent:
            end += 1
        *most, last = head.items
        items = (*most, (*last, *nested(lists[start + 1 : end])))
        found = _appended(found, Span(LIST, tuple(Span(ITEM, item) for item in items), head.first))
        start = end
    return tuple(found)


def _appended(found: list[Span], more: Span) -> list[Span]:
    """A list that was only parted by a deeper one goes on."""
    if found and more.value == _next_number(found[-1]):
        return [*found[:-1], replace(found[-1], inside=found[-1].inside + more.inside)]
    return [*found, more]


def _next_number(before: Span) -> str:
    return str(int(before.value) + len(before.inside)) if is_number(before.value) else ""


def below(parts: Iterable[Markup]) -> Markup:
    """One below the other. The line break before a block is the block's own; elsewhere one is needed."""
    nodes: list[Node] = []
    for part in parts:
        if not part:
            continue
        if nodes and is_block(part[0]):
            nodes[-1] = unended(nodes[-1])
        elif nodes and not is_block(nodes[-1]) and not _ends_line(nodes[-1]):
            nodes.append("\n")
        nodes += part
    return joined(nodes)


def quoted(parts: Iterable[Markup]) -> Markup:
    """What stands in one quote."""
    inside = below(parts)
    return (Span(QUOTE, joined((*inside[:-1], unended(inside[-1])))),) if inside else ()


def unended(node: Node) -> Node:
    """Without the line break at its end."""
    if isinstance(node, str):
        return node.removesuffix("\n")
    if is_block(node) or not node.inside:
        return node
    inside = joined((*node.inside[:-1], unended(node.inside[-1])))
    return replace(node, inside=inside) if inside else ""


def _ends_line(node: Node) -> bool:
    return node.endswith("\n") if isinstance(node, str) else bool(node.inside) and _ends_line(node.inside[-1])
