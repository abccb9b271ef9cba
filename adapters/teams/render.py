"""From our markup to Teams' activities. Pure; every string that comes in is hostile.

Words of a card travel in text runs, which know no markup. Words of a line travel in the HTML subset of `xml` with every
special character escaped: no mention, no link that hides where it leads, no style that is not ours. Only what stands in
`entities` is a mention.
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from bridge.graphemes import pieces
from bridge.markup import BOLD, CODE, ITALIC, LINK, LIST, PRE, QUOTE, STRIKE, Markup, Node, Span, plain
from bridge.policies.inert import label, neutral, one_line
from bridge.ports import Button, Capabilities, Card, Pace, Post

Body = dict[str, Any]

# 7 in one second, 8 in two, 60 in thirty, 1,800 in an hour, for everything in a channel together; 50 a second in all.
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
CAPABILITIES: Final = Capabilities(
    buttons=True,
    edits=True,
    deletes=True,
    max_text=10_000,
    max_card=1_500,
    posting=(Pace(0.6, 3.0, per_channel=True), Pace(0.3, 60.0, per_channel=True), Pace(15.0, 15.0, per_channel=False)),
    editing=(Pace(0.2, 1.0, per_channel=True), Pace(0.1, 20.0, per_channel=True), Pace(5.0, 5.0, per_channel=False)),
    telling=(Pace(0.1, 1.0, per_channel=True), Pace(0.035, 10.0, per_channel=True), Pace(2.0, 2.0, per_channel=False)),
    deleting=(Pace(0.1, 1.0, per_channel=True), Pace(0.035, 10.0, per_channel=True), Pace(2.0, 2.0, per_channel=False)),
)
UNPACED: Final = replace(CAPABILITIES, posting=(), editing=(), telling=(), deleting=())
CARD_VERSION: Final = "1.5"
LARGEST_TEXT: Final = 25_000  # bytes of a text in UTF-16; Teams takes about 100 KB of everything together
_SIZES: Final = (12_000, 6_000, 2_400)  # characters of a piece, the first that fits
HEADING: Final = 150
FIELD: Final = 2_000
NOTE: Final = 2_000
SUMMARY: Final = 400
LABEL: Final = 60
BUTTONS: Final = 6
VISITOR: Final = "👤"  # stands before every visitor's name, so that none can pass for a colleague or for the product
NAMELESS: Final = "?"
WORDLESS: Final = "–"  # a run without a word in it is refused, and the whole card with it
_MARKS: Final = str.maketrans("", "", "[]()*_`\\{}<>")  # what a card's one marked text would act on
_TAGS: Final = {BOLD: "b", ITALIC: "i", STRIKE: "s", CODE: "code"}


def card(shown: Card) -> Body:
    """A conversation's root."""
    rows = [
        _runs([_run(one_line(shown.heading, HEADING), size="large", weight="bolder")]),
        *(_field(name, value) for name, value in shown.fields),
        _quote(shown.quote),
        _line(shown.status, weight="bolder"),
        _line(shown.hint, isSubtle=True, size="small"),
    ]
    return _card(rows, shown.buttons, shown.summary)


def summary(words: str, body: Markup = ()) -> str:
    """What notifications and screen readers get."""
    return one_line(words, SUMMARY) or one_line(plain(body), SUMMARY) or " "


def lines(post: Post, called: str = "") -> list[str]:
    """The texts of a post without buttons, in the HTML subset: one, or several where it is too long for one.

    `called` are mentions in that form, as `mention` makes them.
    """
    head = "".join(f"{part}<br/>" for part in (called, _caveat(post)) if part)
    if not post.author:
        return [head + _all(post.body)]
    head += f"<b>{_escaped(author(post))}</b>"
    return [f"{head}<blockquote>{_escaped(piece)}</blockquote>" for piece in _parted(plain(post.body))]


def notice_card(post: Post, called: str = "") -> Body:
    """A post of ours with buttons: a text beside a card would be torn from it."""
    rows = [_mentioning(called), _line(post.caveat, isSubtle=True), *_paragraphs(post.body)]
    return _card(rows, post.buttons, post.summary)


def author(post: Post) -> str:
    """The name above a visitor's line."""
    return f"{VISITOR} {label(post.author, 80) or NAMELESS}"


def mention(ref: str, name: str) -> tuple[str, Body]:
    """A mention's words and the entity that makes them one."""
    shown = one_line(name.translate(_MARKS), 80) or NAMELESS
    words = f"<at>{_escaped(shown)}</at>"
    return words, {"type": "mention", "text": words, "mentioned": {"id": ref, "name": shown}}


def _parted(words: str) -> list[str]:
    """Pieces whose text fits into one activity each; nothing is lost, and no character is torn."""
    words = neutral(words) or " "
    for size in _SIZES:
        found = list(pieces(words, size))
        if all(_weight(piece) <= LARGEST_TEXT for piece in found):
            return found
    return list(pieces(words, _SIZES[-1]))


def _weight(words: str) -> int:
    return len(_escaped(words).encode("utf-16-le"))


def _caveat(post: Post) -> str:
    return f"<i>{_escaped(one_line(post.caveat, NOTE))}</i>" if post.caveat else ""


def _escaped(words: str) -> str:
    """For the HTML subset: what is special is escaped, line breaks stay lines."""
    return html.escape(neutral(words), quote=False).replace("\n", "<br/>")


def _all(body: Markup) -> str:
    """Markup as HTML; a line break belongs between lines, not beside a block."""
    return "".join(map(_html, body)) or " "


def _html(node: Node) -> str:
    if isinstance(node, str):
        return _escaped(node)
    if node.kind == LINK:
        return _escaped(plain((node,)))
    if node.kind == PRE:
        return f"<pre>{_escaped(plain(node.inside))}</pre>"
    if node.kind == QUOTE:
        return f"<blockquote>{_all(node.inside)}</blockquote>"
    if node.kind == LIST:
        tag = "ol" if node.value else "ul"
        return f"<{tag}>{''.join(f'<li>{_all(_content(item))}</li>' for item in node.inside)}</{tag}>"
    tag = _TAGS.get(node.kind, "")
    inside = _all(node.inside)
    return f"<{tag}>{inside}</{tag}>" if tag else inside


def _content(item: Node) -> Markup:
    return item.inside if isinstance(item, Span) else (item,)


def _card(rows: Iterable[Body], buttons: Iterable[Button], words: str) -> Body:
    made: Body = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": CARD_VERSION,
        "fallbackText": _inert(summary(words)),
        "msteams": {"width": "Full"},
        "body": [row for row in rows if row],
    }
    if actions := [_action(button) for button in list(buttons)[:BUTTONS]]:
        made["actions"] = actions
    return made


def _action(button: Button) -> Body:
    """For clients that know `Execute`, and for those that do not."""
    title = _inert(one_line(button.label, LABEL)) or button.verb[:LABEL]
    data = {"verb": button.verb, "value": button.value}
    made: Body = {"type": "Action.Execute", "title": title, "verb": button.verb, "data": data}
    made["fallback"] = {"type": "Action.Submit", "title": title, "data": data}
    if button.style == "primary":
        made["style"] = "positive"
    elif button.style == "danger":
        made["style"] = "destructive"
    return made


def _field(name: str, value: str) -> Body:
    shown = one_line(name, HEADING)
    return _runs([_run(f"{shown}: ", weight="bolder"), _run(one_line(value, FIELD))], spacing="small")


def _quote(body: Markup) -> Body:
    if not body:
        return {}
    return {"type": "Container", "style": "emphasis", "items": _paragraphs(body)}


def _paragraphs(body: Markup) -> list[Body]:
    """The words of a body, a line of it a row, with nothing of it acting as markup; an empty line is a gap."""
    rows: list[Body] = []
    gap = "default"
    for line in neutral(plain(body)).split("\n"):
        if line.strip():
            rows.append(_runs([_run(line)], spacing=gap))
            gap = "none"
        elif rows:
            gap = "medium"
    return rows or [_runs([_run("")])]


def _line(words: str, **look: Any) -> Body:
    shown = one_line(words, NOTE)
    return _runs([_run(shown, **look)], spacing="small") if shown else {}


def _mentioning(called: str) -> Body:
    """The one text of a card that is read as markup, since only there a mention is one: made of names alone."""
    return {"type": "TextBlock", "text": called, "wrap": True} if called else {}


def _runs(runs: list[Body], **look: Any) -> Body:
    return {"type": "RichTextBlock", "inlines": runs, **look}


def _run(words: str, **look: Any) -> Body:
    return {"type": "TextRun", "text": _inert(words) if words.strip() else WORDLESS, **look}


def _inert(words: str) -> str:
    """`{{DATE(…)}}` and its like are filled in by the client, wherever they stand."""
    return words.replace("{{", "{\u200b{")


def with_mentions(made: Body, called: list[Body]) -> Body:
    """A card in which these are mentions."""
    return made | {"msteams": {**made.get("msteams", {}), "entities": called}} if called else made
