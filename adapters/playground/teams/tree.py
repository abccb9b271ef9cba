"""HTML that was made safe, as a tree for pages that build elements and never parse HTML.

A node is a string, or an object with its tag, what was kept of its attributes, and the nodes inside.
"""

from __future__ import annotations

from html.parser import HTMLParser

from adapters.playground.teams.html import EMPTY
from adapters.playground.values import JSON

Node = str | JSON


class _Grower(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.roots: list[Node] = []
        self.open: list[JSON] = []

    def _put(self, node: Node) -> None:
        (self.open[-1]["inside"] if self.open else self.roots).append(node)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: JSON = {"tag": tag, "inside": []} | {name: value or "" for name, value in attrs}
        self._put(node)
        if tag not in EMPTY:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the caller's input is balanced
        if self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self._put(data)


def grown(safe: str) -> list[Node]:
    """Only for what `html.read` and the displays wrote: there every tag is known and closed."""
    grower = _Grower()
    grower.feed(safe)
    grower.close()
    return grower.roots
