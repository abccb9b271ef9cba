"""Hostile text made harmless for Slack: bridge.policies.inert, and what Slack's own markup asks on top."""

from __future__ import annotations

from typing import Final

from bridge import graphemes
from bridge.graphemes import ELLIPSIS
from bridge.policies.inert import address, label, neutral, one_line

__all__ = ["address", "escaped", "escaped_and_cut", "neutral", "one_line", "person_name"]
NAMELESS: Final = "?"


def person_name(text: str, most: int = 80) -> str:
    """A name to stand above a line. Never empty: a line without an author is the product's own."""
    return label(text, most) or NAMELESS


def escaped(text: str) -> str:
    """For Slack's own markup, which knows three special characters.

    https://docs.slack.dev/messaging/formatting-message-text
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped_and_cut(text: str, most: int) -> str:
    """Escaped, and cut neither inside of an entity nor inside of a character that a reader sees."""
    safe = escaped(text)
    if len(safe) <= most:
        return safe
    room, end = most - 1, 0
    while end < len(text) and (room := room - len(escaped(text[end]))) >= 0:
        end += 1
    return escaped(text[: graphemes.border(text, end)]) + ELLIPSIS
