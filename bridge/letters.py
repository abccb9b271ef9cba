"""What is mailed, as values; an adapter makes it a mail. Every string is hostile until escaped for its place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bridge.markup import Markup


class Side(StrEnum):
    """Whose line of a transcript it is."""

    VISITOR = "visitor"
    TEAM = "team"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a transcript. `at` is a local time of day in words; a new `day` is told when it begins, else empty.

    `remark` is a word on what became of it (edited, removed); the body of a removed one is empty.
    """

    side: Side
    who: str
    at: str
    body: Markup
    day: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one address.

    `sender` is the name it comes from; `intro` and `outro` are paragraphs before and after the lines; `language` is a
    tag of ours; `accent` a colour like #1F4E8C.
    """

    to: str
    subject: str
    language: str
    sender: str
    heading: str
    intro: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    outro: tuple[str, ...] = ()
    accent: str = "#1F4E8C"
