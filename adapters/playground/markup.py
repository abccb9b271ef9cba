"""What a person types, turned into the rich text blocks and the escaped text that Slack would
store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from adapters.playground import emoji, shapes
from adapters.playground.values import JSON, Person

TOKEN = re.compile(
    r"<@(?P<id>[UW][A-Z0-9]+)>"
    r"|(?P<url>https?://[^\s<>]+)"
    r"|(?<![\w@])@(?P<at>[\w.\-]+)"
    r"|(?<!\w):(?P<emoji>[a-z0-9_+\-]+(?:::skin-tone-[2-6])?):(?!\w)"
    r"|(?<![\w`])`(?P<code>[^`\n]+)`"
    r"|(?<![\w*])\*(?P<bold>[^*\s](?:[^*\n]*[^*\s])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^_\s](?:[^_\n]*[^_\s])?)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^~\s](?:[^~\n]*[^~\s])?)~(?![\w~])"
)
RANGES = ("here", "channel", "everyone")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _person(name: str, people: Iterable[Person]) -> str:
    for one in people:
        if name.lower() in (one.name.lower(), one.display_name.lower()):
            return one.id
    return ""


def _mention(name: str, people: Iterable[Person]) -> tuple[JSON, str] | None:
    if name in RANGES:
        return {"type": "broadcast", "range": name}, f"<!{name}>"
    if name == shapes.HANDLE:
        return {"type": "usergroup", "usergroup_id": shapes.AGENTS}, f"<!subteam^{shapes.AGENTS}>"
    found = _person(name, people)
    return ({"type": "user", "user_id": found}, f"<@{found}>") if found else None


def _element(found: re.Match[str], people: Iterable[Person]) -> tuple[JSON, str] | None:
    kind, word = str(found.lastgroup), found[str(found.lastgroup)]
    if kind == "id":
        return {"type": "user", "user_id": word}, f"<@{word}>"
    if kind == "url":
        return {"type": "link", "url": word}, f"<{escape(word)}>"
    if kind == "at":
        return _mention(word, people)
    if kind == "emoji":
        return emoji.element(word), f":{word}:"
    return {"type": "text", "text": word, "style": {kind: True}}, escape(found[0])


def _pieces(typed: str, people: Iterable[Person]) -> Iterable[tuple[JSON, str]]:
    done = 0
    for found in TOKEN.finditer(typed):
        element = _element(found, people)
        if element is None:
            continue
        if plain := typed[done : found.start()]:
            yield {"type": "text", "text": plain}, escape(plain)
        yield element
        done = found.end()
    if rest := typed[done:]:
        yield {"type": "text", "text": rest}, escape(rest)


def typed(text: str, people: Iterable[Person], block_id: str) -> tuple[list[JSON], str]:
    """The blocks and the mrkdwn text of one typed message."""
    pieces = list(_pieces(text, list(people)))
    section = {"type": "rich_text_section", "elements": [element for element, _ in pieces]}
    blocks: list[JSON] = [{"type": "rich_text", "block_id": block_id, "elements": [section]}]
    return blocks, "".join(mrkdwn for _, mrkdwn in pieces)
