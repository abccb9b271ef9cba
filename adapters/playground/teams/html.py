"""The HTML that a message may hold, as a browser of the other end reads it: what is shown, and in
which words.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

KNOWN = {
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "strike",
    "del",
    "p",
    "br",
    "div",
    "span",
    "a",
    "pre",
    "code",
    "blockquote",
}
KNOWN |= {"h1", "h2", "h3", "ul", "ol", "li", "img", "hr"}
EMPTY = {"br", "img", "hr"}
UNSEEN = {"script", "style", "head", "title", "iframe", "object", "template", "noscript", "textarea"}
BREAKS = {"p", "div", "br", "li", "pre", "blockquote", "h1", "h2", "h3", "ul", "ol", "hr"}
KEPT = {"a": ("href",), "img": ("src", "alt"), "span": ("class", "data-id")}
SCHEMES = ("http://", "https://", "mailto:")


def _attributes(tag: str, given: list[tuple[str, str | None]]) -> str:
    kept = [(name, value or "") for name, value in given if name in KEPT.get(tag, ())]
    links = ("href", "src")
    safe = [(name, value) for name, value in kept if name not in links or value.lower().startswith(SCHEMES)]
    return "".join(f' {name}="{escape(value)}"' for name, value in safe)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.html: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self.unseen += 1
        if self.unseen or tag not in KNOWN:
            return
        if tag in BREAKS:
            self._break()
        self.html.append(f"<{tag}{_attributes(tag, attrs)}>")
        if tag not in EMPTY:
            self.open.append(tag)
        if tag == "img":
            self.words.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        if self.unseen or tag not in self.open:
            return
        while self.open:
            closed = self.open.pop()
            self.html.append(f"</{closed}>")
            if closed == tag:
                break
        if tag in BREAKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if self.unseen:
            return
        shown = data if "pre" in self.open else " ".join(f"x{data}x".split())[1:-1]
        self.html.append(escape(shown, quote=False))
        self.words.append(shown)

    def _break(self) -> None:
        self.words.append("\n")

    def done(self) -> tuple[str, str]:
        self.close()
        closing = "".join(f"</{tag}>" for tag in reversed(self.open))
        lines = [line.strip() for line in "".join(self.words).replace("\xa0", " ").split("\n")]
        return "".join(self.html) + closing, "\n".join(line for line in lines if line)


def read(text: str) -> tuple[str, str]:
    """What is shown, as HTML without anything that is not, and its words."""
    reader = _Reader()
    reader.feed(text)
    return reader.done()
