"""A letter as plain text that reads well by itself.

Whoever speaks stands at the margin and what they say is indented, so that no text can pass for another's line; a bar
stands before the visitor's words.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from adapters.mail import links
from bridge.letters import Letter, Line, Side
from bridge.markup import ITEM, LINK, LIST, PRE, QUOTE, STRIKE, Markup, Node, Span, bounded, is_block, is_number, plain
from bridge.policies import inert

WIDTH: Final = 72
NAME: Final = 80
_INDENTS: Final = {Side.VISITOR: "  | ", Side.TEAM: "    "}


def text(letter: Letter) -> str:
    """The whole letter, wrapped, with a line end at its end."""
    heading = inert.one_line(letter.heading, 200)
    parts = [f"{heading}\n{'=' * min(len(heading), WIDTH)}" if heading else ""]
    parts += [_paragraph(words) for words in letter.intro]
    parts += _lines(letter.lines)
    parts += [f"{'-' * WIDTH}" if letter.outro and letter.lines else ""]
    parts += [_paragraph(words) for words in letter.outro]
    return "\n\n".join(part for part in parts if part) + "\n"


def label(line: Line) -> str:
    """Who, when, and what became of it."""
    known = (inert.label(line.who, NAME), inert.label(line.at, NAME), inert.label(line.remark, NAME))
    return " · ".join(word for word in known if word)


def _lines(lines: tuple[Line, ...]) -> Iterator[str]:
    for line in lines:
        if day := inert.label(line.day, NAME):
            yield f"{f' {day} ':-^{WIDTH}}"
        yield _notice(line) if line.side is Side.NOTICE else _said(line)


def _said(line: Line) -> str:
    indent = _INDENTS[line.side]
    said = drawn(bounded(line.body), WIDTH - len(indent))
    return "\n".join([label(line) or "?", *(f"{indent}{words}".rstrip() for words in said)])


def _notice(line: Line) -> str:
    words = " · ".join(word for word in (inert.one_line(plain(bounded(line.body)), 2_000), label(line)) if word)
    first, *rest = _wrapped(words, WIDTH - 2) or [""]
    return "\n".join([f"* {first}", *(f"  {more}" for more in rest)])


def drawn(markup: Markup, width: int) -> list[str]:
    """The markup in lines of at most this width, but for words and code that are longer."""
    lines: list[str] = []
    inline: list[Node] = []
    for node in markup:
        if is_block(node) and isinstance(node, Span):
            lines += [*_wrapped(_inline(inline), width), *_block(node, width)]
            inline = []
        else:
            inline.append(node)
    return lines + _wrapped(_inline(inline), width)


def _inline(nodes: list[Node]) -> str:
    return "".join(inert.neutral(node) if isinstance(node, str) else _span(node) for node in nodes)


def _span(span: Span) -> str:
    if span.kind == LINK:
        return _link(span)
    mark = "~" if span.kind == STRIKE else ""
    return f"{mark}{_within(span)}{mark}"


def _within(span: Span) -> str:
    return _inline(list(span.inside)) if not any(map(is_block, span.inside)) else inert.neutral(plain(span.inside))


def _link(span: Span) -> str:
    """The address is written out, since nothing can be followed that is not seen."""
    link = links.read(span)
    if link is None:
        return inert.neutral(plain((span,)))
    where = link.address.removeprefix("mailto:")
    if link.words == where:
        return f"{where} ({link.place})" if link.place else where
    return f"{link.words} ({where})"


def _block(span: Span, width: int) -> list[str]:
    if span.kind == PRE:
        return [f"    {line}" for line in inert.neutral(plain(span.inside)).split("\n")]
    if span.kind == QUOTE:
        return [f"> {line}".rstrip() for line in drawn(span.inside, width - 2)]
    if span.kind == LIST:
        return _list(span, width)
    return drawn(span.inside, width)


def _list(span: Span, width: int) -> list[str]:
    lines: list[str] = []
    for index, item in enumerate(span.inside):
        mark = f"{int(span.value) + index}. " if is_number(span.value) else "- "
        inside = item.inside if isinstance(item, Span) and item.kind == ITEM else (item,)
        said = drawn(inside, width - len(mark)) or [""]
        lines += [mark + said[0], *(" " * len(mark) + line for line in said[1:])]
    return lines


def _paragraph(words: str) -> str:
    return "\n".join(_wrapped(inert.neutral(words).strip(), WIDTH))


def _wrapped(text: str, width: int) -> list[str]:
    """Line ends stay; a line that is too long is broken between words."""
    if not text:
        return []
    wrapper = textwrap.TextWrapper(max(width, 20), break_long_words=False, break_on_hyphens=False)
    return [part for line in text.split("\n") for part in wrapper.wrap(line) or [""]]
