"""What a person in the pretend Teams sees of what we send; what Teams would refuse is refused."""

from __future__ import annotations

import re
from typing import Any

from adapters.playground.teams import activities, card_shown, markup
from adapters.playground.teams.markup import Shown
from adapters.playground.teams.workspace import Workspace
from adapters.teams import render
from adapters.teams.wire import CARD
from bridge.ports import Card, Post

WORKSPACE = Workspace.pretend()
TAGS = re.compile(r"</?([a-z0-9]+)[^>]*>")
JSON = dict[str, Any]


def shown(activity: JSON) -> Shown:
    """The text or the card of a message."""
    content = activities.read(activity, WORKSPACE)
    assert content is not None
    return card_shown.shown(content.card, WORKSPACE) if content.card else markup.shown(content, WORKSPACE)


def text(words: str) -> JSON:
    return {"type": "message", "text": words, "textFormat": "xml"}


def carded(card: JSON, summary: str = "x") -> JSON:
    return {"type": "message", "summary": summary, "attachments": [{"contentType": CARD, "content": card}]}


def lines(post: Post) -> list[Shown]:
    return [shown(text(words)) for words in render.lines(post)]


def card(given: Card) -> Shown:
    return shown(carded(render.card(given)))


def tags(found: Shown) -> set[str]:
    return set(TAGS.findall(found.html))


def even(words: str) -> str:
    """HTML and the eye know one kind of space."""
    return " ".join(words.split())


def kept(words: str) -> str:
    """Everything but spaces, those without width too, and the two letters that the pretend Teams keeps for itself."""
    return "".join(words.translate(dict.fromkeys(map(ord, "\u200b\ue000\ue001"))).split())
