"""From a message of Teams to our markup. Pure, bounded, and never an error.

A message has its words twice: plain with `<at>Name</at>` for mentions, and as HTML in an attachment. The latter is
preferred: only there bold is bold and a list is a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

from adapters.teams.html import Element, parsed
from adapters.teams.identity import somebody
from bridge.markup import (
    BOLD,
    CODE,
    EMOJI,
    ITALIC,
    ITEM,
    LIST,
    MENTION,
    PRE,
    QUOTE,
    STRIKE,
    Markup,
    Node,
    Span,
    bounded,
    is_block,
    joined,
    link,
    plain,
    trimmed,
)
from bridge.policies.foreign import mapping, sequence, text

HTML: Final = "text/html"
_AT = re.compile(r"<at(?:\s[^<>]*)?>([^<]*)</at>")
_EMPTY: Final[Markup] = ("",)  # an empty line that somebody left between two others
_SPACE = re.compile(r"[ \t\r\n\f]+")
_STYLES: Final = {
    "b": BOLD, "strong": BOLD, "i": ITALIC, "em": ITALIC, "s": STRIKE, "strike": STRIKE, "del": STRIKE,
    "code": CODE, "tt": CODE, "kbd": CODE,
}  # fmt: skip
_LINES: Final = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "section", "article", "hr", "table"})
_PRE: Final = frozenset({"pre", "codeblock"})
_FILES: Final = frozenset({"attachment", "video", "audio"})


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says. `calls_us`: our mention stood in it, and was taken out; `mentions`: it names somebody else;
    `files`: how many came with it.
    """

    body: Markup
    calls_us: bool = False
    mentions: bool = False
    files: int = 0


def words(message: Mapping[str, Any], own: str) -> Words:
    """What a message says; `own` is our id in it."""
    named = [_mention(mapping(one)) for one in sequence(message.get("entities"))]
    mentions = [one for one in named if one is not None]
    attached = [mapping(one) for one in sequence(message.get("attachments"))]
    html = next((text(one.get("content")) for one in attached if one.get("contentType") == HTML), "")
    reading = _Reading([name for _, name in mentions], {name for ref, name in mentions if ref == own})
    body = reading.html(html) if html else reading.plain(text(message.get("text")))
    if not body and html:
        body = reading.plain(text(message.get("text")))
    files = sum(one.get("contentType") not in (HTML, None) for one in attached)
    return Words(
        bounded(trimmed(body)),
        calls_us=any(ref == own for ref, _ in mentions),
        mentions=any(ref != own for ref, _ in mentions),
        files=max(files, reading.files),
    )


def _mention(entity: Mapping[str, Any]) -> tuple[str, str] | None:
    """Whom an entity mentions, and by which name in the text."""
    if entity.get("type") != "mention":
        return None
    match = _AT.search(text(entity.get("text")))
    mentioned = mapping(entity.get("mentioned"))
    return somebody(mentioned.get("id")), _even(unescape(match.group(1)) if match else text(mentioned.get("name")))


class _Reading:
    """One reading: which mentions it has met, and how many files."""

    def __init__(self, names: Sequence[str], ours: set[str]) -> None:
        self._names = frozenset(names)
        self._ours = ours
        self.files = 0

    def plain(self, words: str) -> Markup:
        """The plain text, in which only the mentions that are told beside it are mentions."""
        nodes: list[Node] = []
        end = 0
        for match in _AT.finditer(words):
            nodes.append(words[end : match.start()])
            name = _even(unescape(match.group(1)))
            nodes.append(self._called(name) if name in self._names else match.group())
            end = match.end()
        return joined([*nodes, words[end:]])

    def html(self, html: str) -> Markup:
        """The rich text."""
        return self._inside(parsed(html))

    def _inside(self, element: Element) -> Markup:
        """What stands in an element: lines one below the other, blocks on lines of their own."""
        parts: list[Markup] = []
        line: list[Node] = []
        for child in element.children:
            found = self._node(child)
            if isinstance(child, Element) and (child.tag in _LINES or any(is_block(node) for node in found)):
                parts += [joined(line), _EMPTY if _is_empty_line(child, found) else found]
                line = []
            else:
                line += found
        return _below([*parts, joined(line)])

    def _node(self, child: Element | str) -> Markup:
        if isinstance(child, str):
            return joined([_SPACE.sub(" ", child).replace("\xa0", " ")])
        maker = _MAKERS.get(child.tag)
        if maker is not None:
            return maker(self, child)
        style = _STYLES.get(child.tag)
        inside = self._inside(child)
        if style is None or not plain(inside).strip() or any(is_block(node) for node in inside):
            return inside
        return (Span(style, inside),)

    def _break(self, _: Element) -> Markup:
        return ("\n",)

    def _link(self, element: Element) -> Markup:
        return (link(element.attributes.get("href", "").strip(), plain(self._inside(element))),)

    def _span(self, element: Element) -> Markup:
        if element.attributes.get("itemtype", "").endswith("/Mention"):
            return self._at(element)
        return self._inside(element)

    def _at(self, element: Element) -> Markup:
        return (self._called(_even(plain(self._inside(element)))),)

    def _called(self, name: str) -> Node:
        """Our own name is no word of the answer; another's stays as it was written."""
        if name in self._ours:
            return ""
        return Span(MENTION, (f"@{name}",)) if name in self._names else name

    def _emoji(self, element: Element) -> Markup:
        known = element.attributes
        shown = known.get("alt", "").strip() or known.get("title", "").strip()
        return (Span(EMOJI, (shown,), known.get("id", "")[:100] or "emoji"),) if shown else ()

    def _image(self, element: Element) -> Markup:
        if element.attributes.get("itemtype", "").endswith("/Emoji"):
            return self._emoji(element)
        self.files += 1
        return ()

    def _file(self, _: Element) -> Markup:
        self.files += 1
        return ()

    def _pre(self, element: Element) -> Markup:
        code = _raw(element).strip("\n")
        return (Span(PRE, (code,)),) if code.strip() else ()

    def _quote(self, element: Element) -> Markup:
        inside = trimmed(self._inside(element))
        return (Span(QUOTE, inside),) if inside else ()

    def _list(self, element: Element) -> Markup:
        items = tuple(Span(ITEM, trimmed(self._inside(row))) for row in _held(element, ("li",)))
        first = element.attributes.get("start", "1")
        number = first if first.isascii() and first.isdigit() and len(first) < 10 else "1"
        return (Span(LIST, items, number if element.tag == "ol" else ""),) if items else ()

    def _row(self, element: Element) -> Markup:
        cells = _held(element, ("td", "th"))
        return joined([" | ".join(plain(trimmed(self._inside(cell))) for cell in cells)])


_Maker = Callable[[_Reading, Element], Markup]
_MAKERS: Final[dict[str, _Maker]] = {
    "br": _Reading._break,
    "a": _Reading._link,
    "span": _Reading._span,
    "at": _Reading._at,
    "emoji": _Reading._emoji,
    "img": _Reading._image,
    "blockquote": _Reading._quote,
    "ul": _Reading._list,
    "ol": _Reading._list,
    "tr": _Reading._row,
    **dict.fromkeys(_PRE, _Reading._pre),
    **dict.fromkeys(_FILES, _Reading._file),
}


def _held(element: Element, tags: Sequence[str]) -> list[Element]:
    """What a list or a row holds; what stands there outside of an item or a cell is one by itself."""
    held = (child for child in element.children if not isinstance(child, str) or child.strip())
    return [
        child if isinstance(child, Element) and child.tag in tags else Element("", children=[child]) for child in held
    ]


def _is_empty_line(element: Element, found: Markup) -> bool:
    """Whether somebody left a line empty here: Teams writes a hard space, or a break, into a paragraph of its own."""
    has_space = any(isinstance(child, str) and "\xa0" in child for child in element.children)
    return element.tag == "p" and ((not found and has_space) or found == ("\n",))


def _below(parts: Iterable[Markup]) -> Markup:
    """One below the other: a line break between lines, none beside what stands on lines of its own."""
    nodes: list[Node] = []
    for part in parts:
        if not part or part == (" ",):
            continue
        if nodes and not is_block(nodes[-1]) and not is_block(part[0]):
            nodes.append("\n")
        nodes += part
    return joined(nodes)


def _raw(element: Element) -> str:
    """The text of code, with its own spaces and lines."""
    written = []
    for child in element.children:
        if isinstance(child, str):
            written.append(child.replace("\xa0", " "))
        else:
            written.append("\n" if child.tag == "br" else _raw(child))
    return "".join(written)


def _even(name: str) -> str:
    return " ".join(name.split())
