"""From Slack's escaped text to our markup: what is not understood stays visible text.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from adapters.slack import stacking
from adapters.slack.fields import ident
from adapters.slack.stacking import Items
from bridge.markup import (
    BOLD,
    CODE,
    ITALIC,
    MENTION,
    PRE,
    SOMEBODY,
    STRIKE,
    Markup,
    Node,
    Span,
    is_safe_address,
    joined,
    link,
)

INDENT: Final = 8
BROADCASTS: Final = ("here", "channel", "everyone", "group")
_MARKS: Final = {"bold": (BOLD, r"\*"), "italic": (ITALIC, "_"), "strike": (STRIKE, "~")}
_ENTITY: Final = r"<(?P<entity>[^<>\n]*)>"
_LABELS = re.compile(r"<(?:[@#]|!subteam\^)(?P<ref>\w+)\|(?P<label>[^<>]+)>")
_FENCE = re.compile("```\n?(.+?)\n?```", re.DOTALL)
_QUOTE = re.compile("(?:&gt;|>) ?")
_QUOTE_ALL = re.compile("(?:&gt;|>){3} ?")
_BULLET = re.compile("(?P<indent> {0,40})[•◦▪‣]\ufe0e? (?P<item>.*)")
_BARE = re.compile(_ENTITY)


def _inside(mark: str) -> str:
    """Whatever is not the mark; what stands between `<` and `>` is one piece, whatever is in it."""
    return rf"(?:<[^<>\n]*>|[^\n<>{mark}])+"


def _marked(name: str, mark: str) -> str:
    return rf"(?<![^\W_]){mark}(?=\S)(?P<{name}>{_inside(mark)})(?<!\s){mark}(?![^\W_])"


_STYLED = "|".join(_marked(name, mark) for name, (_, mark) in _MARKS.items())
_INLINE = re.compile(f"`(?P<code>{_inside('`')})`|{_ENTITY}|{_STYLED}")


def read(escaped: str) -> Markup:
    """The tree that the text stands for."""
    parts: list[Markup] = []
    end = 0
    for fence in _FENCE.finditer(escaped):
        parts += _paragraphs(escaped[end : fence.start()].removeprefix("\n" if end else ""))
        parts.append((Span(PRE, _bare(fence[1])),))
        end = fence.end()
    parts += _paragraphs(escaped[end:].removeprefix("\n" if end else ""))
    return stacking.below(parts)


def labels(escaped: str) -> dict[str, str]:
    """The names by which the text calls persons, groups and channels, by their ids."""
    return {match["ref"]: unescaped(match["label"]).lstrip("@#") for match in _LABELS.finditer(escaped)}


def unescaped(escaped: str) -> str:
    """Text without Slack's three entities."""
    return escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def person(ref: str, label: str = "") -> Node:
    """A mention of a person, by name if one is known."""
    return Span(MENTION, (f"@{label.lstrip('@') or ref}",), ref)


def others(sigil: str, label: str = "") -> Node:
    """A group, a channel or everybody: words alone, since nobody but Slack can use their ids."""
    return Span(MENTION, (f"{sigil}{label.lstrip(sigil) or SOMEBODY}",))


def moment(timestamp: object, fallback: str) -> str:
    """A date in words: Slack's own, or ours where it sent none."""
    if fallback or isinstance(timestamp, bool) or not isinstance(timestamp, int):
        return fallback
    if not 0 <= timestamp < 2**37:
        return str(timestamp)
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _paragraphs(escaped: str) -> Iterator[Markup]:
    """Quotes and bullets are whole lines."""
    if not escaped:
        return
    groups = [(kind, [line for _, line in group]) for kind, group in groupby(_lines(escaped), key=lambda one: one[0])]
    for number, (kind, lines) in enumerate(groups, 1):
        if kind == "quote":
            yield stacking.quoted([_inline("\n".join(lines))])
        elif kind == "bullet":
            yield stacking.nested([_item(line) for line in lines])
        else:
            yield _inline("\n".join(lines) + ("\n" if number < len(groups) else ""))


def _lines(escaped: str) -> Iterator[tuple[str, str]]:
    is_all = False
    for line in escaped.split("\n"):
        whole = _QUOTE_ALL.match(line)
        mark = whole or _QUOTE.match(line)
        if mark and not is_all:
            yield "quote", line[mark.end() :]
        else:
            yield ("quote" if is_all else "bullet" if _BULLET.fullmatch(line) else "text"), line
        is_all = is_all or bool(whole)


def _item(line: str) -> Items:
    found = _BULLET.fullmatch(line)
    indent, words = (len(found["indent"]) // 4, found["item"]) if found else (0, line)
    return Items(min(indent, INDENT), "", (_inline(words),))


def _inline(escaped: str, depth: int = len(_MARKS)) -> Markup:
    nodes: list[Node] = []
    end = 0
    for match in _INLINE.finditer(escaped):
        nodes += [unescaped(escaped[end : match.start()]), *_piece(match, depth)]
        end = match.end()
    nodes.append(unescaped(escaped[end:]))
    return joined(nodes)


def _piece(match: re.Match[str], depth: int) -> Markup:
    name = str(match.lastgroup)
    if name == "entity":
        return (_entity(match[name]),)
    if name == "code":
        return (Span(CODE, _bare(match[name])),)
    return (Span(_MARKS[name][0], _inline(match[name], depth - 1)),) if depth else (unescaped(match[0]),)


def _bare(escaped: str) -> Markup:
    """Inside of code nothing has a style."""
    nodes: list[Node] = []
    end = 0
    for match in _BARE.finditer(escaped):
        nodes += [unescaped(escaped[end : match.start()]), _entity(match["entity"])]
        end = match.end()
    return joined([*nodes, unescaped(escaped[end:])])


def _entity(inner: str) -> Node:
    """What stands between `<` and `>`."""
    target, _, label = inner.partition("|")
    label = unescaped(label)
    if target.startswith("@") and ident(target[1:]):
        return person(target[1:], label)
    if target.startswith("#"):
        return others("#", label)
    if target.startswith("!"):
        return _special(target[1:], label)
    address = unescaped(target)
    return link(address, label) if is_safe_address(address) else label or unescaped(f"<{inner}>")


def _special(command: str, label: str) -> Node:
    name, *rest = command.split("^")
    if name in BROADCASTS:
        return others("@", name)
    if name == "subteam":
        return others("@", label)
    if name != "date":
        return label or unescaped(f"<!{command}>")
    stamp, address = [*rest, "", "", ""][0], [*rest, "", "", ""][2]
    words = moment(int(stamp) if re.fullmatch(r"\d{1,12}", stamp, re.ASCII) else None, label)
    return link(unescaped(address), words) if is_safe_address(unescaped(address)) else words
