"""HTML as Teams writes it, as a tree: pure, bounded, and never an error. Nothing of it is ever shown as HTML.

Read here and not by the library's parser, which raises on some declarations and whose time grows with the square of
what is left open: a message of 100 kB could hold up everybody for a minute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Final

MOST: Final = 4_000  # elements of one message
DEEPEST: Final = 60
_VOID: Final = frozenset({"br", "hr", "img", "wbr", "input", "meta", "link", "col", "source", "area", "base", "embed"})
_UNSEEN: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "iframe", "object", "svg"})
_CODE: Final = ("script", "style")
_CODE_END = re.compile(r"</(?:script|style)", re.IGNORECASE)
_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/<>]{0,60})")
_INSIDE = re.compile(r"""(?:[^"'>]++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(r"""([^\s=/<>"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")


@dataclass(slots=True)
class Element:
    """An element with what stands in it, in order."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)


def parsed(html: str) -> Element:
    """The tree of a fragment. What is left open is closed at the end; what nobody sees is left out; a tag or a comment
    without an end is text, with all that follows.
    """
    return _Reader(html).read()


class _Reader:
    def __init__(self, html: str) -> None:
        self._html = html
        self._open = [Element("")]
        self._left = MOST
        self._hidden = 0
        self._are_quotes_even = True

    def read(self) -> Element:
        at = 0
        while (start := self._html.find("<", at)) >= 0:
            self._text(self._html[at:start])
            end = self._markup(start)
            if end < 0:
                at = start
                break
            at = end
        self._text(self._html[at:])
        return self._open[0]

    def _markup(self, start: int) -> int:
        """Where it ends that begins here; -1 if it has no end."""
        if self._html.startswith("<!--", start):
            return self._after("-->", start)
        if self._html.startswith(("<!", "<?"), start):
            return self._after(">", start)
        match = _NAME.match(self._html, start)
        if match is None:
            self._text("<")
            return start + 1
        end = self._end_of_tag(match.end())
        if end < 0:
            return -1
        if match[1]:
            self._closed(match[2].lower())
        else:
            self._opened(match[2].lower(), self._html[match.end() : end - 1])
        return self._after_code(end) if match[2].lower() in _CODE and not match[1] else end

    def _after_code(self, at: int) -> int:
        """A program's own `<` begins nothing."""
        found = _CODE_END.search(self._html, at)
        return found.start() if found else -1

    def _after(self, mark: str, start: int) -> int:
        found = self._html.find(mark, start)
        return found + len(mark) if found >= 0 else -1

    def _end_of_tag(self, at: int) -> int:
        """The first `>` that is in no quotes; where a quote is left open once, the first one at all."""
        if self._are_quotes_even:
            if match := _INSIDE.match(self._html, at):
                return match.end()
            self._are_quotes_even = False
        return self._after(">", at)

    def _opened(self, tag: str, inside: str) -> None:
        is_closed = inside.endswith("/") or tag in _VOID
        if tag in _UNSEEN:
            self._hidden += not is_closed
        if tag in _UNSEEN or self._hidden or self._left <= 0 or len(self._open) > DEEPEST:
            return
        self._left -= 1
        element = Element(tag, _attributes(inside))
        self._open[-1].children.append(element)
        if not is_closed:
            self._open.append(element)

    def _closed(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._hidden = max(0, self._hidden - 1)
            return
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def _text(self, words: str) -> None:
        if words and not self._hidden:
            self._open[-1].children.append(unescape(words))


def _attributes(inside: str) -> dict[str, str]:
    found = (match.groups() for match in _ATTRIBUTE.finditer(inside))
    return {name.lower(): unescape((value or "").strip("\"'")) for name, value in found}
