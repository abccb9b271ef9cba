"""Rich text for Slack. `literal` for what visitors write: words, and links that show themselves; nothing else.

`parts` repeats what agents wrote, as it was styled. A mention is words here: repeating it calls nobody.
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from adapters.slack import inert, mrkdwn
from bridge.markup import (
    EMOJI,
    ITEM,
    LINK,
    LIST,
    PRE,
    QUOTE,
    STYLES,
    Markup,
    Node,
    Span,
    is_block,
    is_number,
    is_safe_address,
    plain,
    spans,
)

Block = dict[str, Any]
Styles = tuple[str, ...]

_EMPTY: Final = " "  # an element must not be empty
_STRUCTURE: Final = frozenset({*STYLES, PRE, QUOTE, LIST})
_EMOJI_NAME = re.compile(r"[\w+'-]{1,100}(::skin-tone-[2-6])?")
_LIKE_AN_ADDRESS = re.compile(r"[\w-]\.[\w-]{2,}|://|@")


def is_styled(markup: Markup) -> bool:
    """Whether something would be lost by showing the words alone."""
    return any(span.kind in _STRUCTURE for span in spans(markup))


def literal(markup: Markup) -> list[Block]:
    """Words and links alone, as inline elements; at least one."""
    return _or_empty(element for node in markup for element in _literal(node))


def parts(markup: Markup, *, is_quoted: bool = False) -> list[Block]:
    """Sections, quotes, lists and code, one below the other."""
    found: list[Block] = []
    run: list[Node] = []
    for node in markup:
        if isinstance(node, Span) and is_block(node):
            found += [_section((*run, "\n"), is_quoted)] if run else []
            found += _PARTS[node.kind](node, is_quoted)
            run = []
        else:
            run.append(node)
    return found + ([_section(tuple(run), is_quoted)] if run or not found else [])


def _or_empty(elements: Iterable[Block]) -> list[Block]:
    return list(elements) or [{"type": "text", "text": _EMPTY}]


def _literal(node: Node) -> Iterator[Block]:
    if isinstance(node, str):
        yield from _text(node)
    elif node.kind == LINK and is_safe_address(node.value):
        yield from _open_link(plain(node.inside), node.value)
    elif is_block(node):
        yield from _text(plain((node,)))
    else:
        for inner in node.inside:
            yield from _literal(inner)


def _text(words: str) -> list[Block]:
    safe = inert.neutral(words)
    return [{"type": "text", "text": safe}] if safe else []


def _open_link(words: str, target: str) -> list[Block]:
    """A link shows where it leads: its own words, if they are others, stand before it."""
    where = inert.address(target)
    shown: Block = {"type": "link", "url": where, "text": where.removeprefix("mailto:")}
    if words in (target, target.removeprefix("mailto:")):
        return [shown]
    return [*_text(f"{words} ("), shown, *_text(")")]


def _section(markup: Markup, is_quoted: bool) -> Block:
    kind = "rich_text_quote" if is_quoted else "rich_text_section"
    return {"type": kind, "elements": _or_empty(_styled(markup, ()))}


def _styled(markup: Markup, styles: Styles) -> Iterator[Block]:
    for node in markup:
        if isinstance(node, str):
            yield from _dressed(_text(node), styles)
        elif node.kind in STYLES:
            yield from _styled(node.inside, (*styles, node.kind))
        elif node.kind == LINK and is_safe_address(node.value):
            yield from _dressed(_link(inert.neutral(plain(node.inside)), node.value), styles)
        elif node.kind == EMOJI and _EMOJI_NAME.fullmatch(node.value):
            yield from _dressed([_emoji(node)], styles)
        elif is_block(node):
            yield from _dressed(_text(plain((node,))), styles)
        else:
            yield from _styled(node.inside, styles)


def _dressed(elements: list[Block], styles: Styles) -> list[Block]:
    style = {"style": dict.fromkeys(styles, True)} if styles else {}
    return [element | style for element in elements]


def _link(words: str, target: str) -> list[Block]:
    """An agent's link keeps its words, unless they look like an address themselves."""
    if not words.strip() or _LIKE_AN_ADDRESS.search(words):
        return _open_link(words, target)
    return [{"type": "link", "url": inert.address(target), "text": words}]


def _emoji(span: Span) -> Block:
    shown = plain(span.inside)
    known = {} if shown.startswith(":") else {"unicode": "-".join(f"{ord(mark):x}" for mark in shown)}
    return {"type": "emoji", "name": span.value} | known


def _code(span: Span, _is_quoted: bool) -> list[Block]:
    return [{"type": "rich_text_preformatted", "elements": literal(span.inside)}]


def _quote(span: Span, _is_quoted: bool) -> list[Block]:
    return parts(span.inside, is_quoted=True)


def _list(span: Span, is_quoted: bool, indent: int = 0) -> list[Block]:
    """Slack nests by indent: a deeper list parts the one it stands in, which then goes on."""
    found: list[Block] = []
    start = 0
    for end, item in enumerate(span.inside, 1):
        deeper = [node for node in _in_item(item) if isinstance(node, Span) and node.kind == LIST]
        if deeper or end == len(span.inside):
            found.append(_items(span, (start, end), indent, is_quoted))
            found += [block for one in deeper for block in _list(one, is_quoted, indent + 1)]
            start = end
    return found


def _items(span: Span, which: tuple[int, int], indent: int, is_quoted: bool) -> Block:
    start, end = which
    block: Block = {
        "type": "rich_text_list",
        "style": "ordered" if is_number(span.value) else "bullet",
        "indent": min(indent, mrkdwn.INDENT),
        "border": int(is_quoted),
        "elements": [_item(item) for item in span.inside[start:end]],
    }
    offset = int(span.value) - 1 + start if is_number(span.value) else 0
    return block | ({"offset": offset} if offset > 0 else {})


def _item(item: Node) -> Block:
    return _section(tuple(n for n in _in_item(item) if isinstance(n, str) or n.kind != LIST), is_quoted=False)


def _in_item(item: Node) -> Markup:
    return item.inside if isinstance(item, Span) and item.kind == ITEM else (item,)


def _stray(span: Span, is_quoted: bool) -> list[Block]:
    return parts(span.inside, is_quoted=is_quoted)


_PARTS: Final[dict[str, Callable[[Span, bool], list[Block]]]] = {PRE: _code, QUOTE: _quote, LIST: _list, ITEM: _stray}
