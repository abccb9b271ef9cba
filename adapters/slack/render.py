"""From our markup to Slack's blocks. Pure; every string that comes in is hostile.

Words travel in `text` elements of rich text or in `plain_text`: neither knows any markup, so
nothing in them can mention, link, or call a picture. The `text` beside the blocks is read by
notifications; it is escaped. Who is called by name stands in a block apart from all words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from adapters.slack import calling, inert, rich
from bridge.graphemes import pieces
from bridge.markup import Markup, plain
from bridge.ports import Button, Capabilities, Card, Pace, Post

Block = dict[str, Any]

CAPABILITIES: Final = Capabilities(
    buttons=True,
    private_answers=True,
    author_names=True,
    edits=True,
    deletes=True,
    read_back=True,
    max_text=10_000,
    max_card=1_500,
    posting=(Pace(1.0, 4.0, per_channel=True), Pace(5.0, 20.0, per_channel=False)),
    editing=(Pace(0.8, 10.0, per_channel=False),),
    telling=(Pace(1.6, 10.0, per_channel=False),),
    receipts=True,
    marking=(Pace(0.7, 10.0, per_channel=False),),
    deleting=(Pace(0.7, 10.0, per_channel=False),),
)
UNPACED: Final = replace(CAPABILITIES, posting=(), editing=(), telling=(), marking=(), deleting=())
RECEIPTS: Final = {"shown": "white_check_mark", "internal": "lock", "not_shown": "warning"}

# https://docs.slack.dev/reference/block-kit/blocks and …/composition-objects/text-object
HEADING: Final = 150
FIELDS: Final = 10
FIELD: Final = 2_000
NOTE: Final = 2_000
NOTES: Final = 10
BUTTONS: Final = 5
LABEL: Final = 75
VALUE: Final = 2_000
VERB: Final = 200
FALLBACK: Final = 3_000
_STYLES: Final = ("primary", "danger")
_EMPTY: Final = " "  # an element must not be empty


def card_blocks(card: Card) -> list[Block]:
    """A conversation's root."""
    parts = (
        _heading(card.heading),
        _fields(card.fields),
        _quoted(card.quote),
        _notes(card.status, card.hint),
        _actions(card.buttons),
    )
    return [block for block in parts if block]


def post_blocks(post: Post) -> list[Block]:
    """A visitor's line is rich text; the product's own words look unlike any person's."""
    body = _said(post.body) if post.author else _notice(post.body)
    return [block for block in (_called(post.mentions), body, _actions(post.buttons)) if block]


def post_text(post: Post) -> str:
    """What stands beside the blocks: notifications show it, and tell those who are called by it."""
    words, called = fallback(post.summary, post.body), calling.written(post.mentions)
    return f"{called} {words}" if called else words


def author(post: Post) -> str:
    """The name above a visitor's line; empty for the product's own words."""
    return inert.person_name(post.author) if post.author else ""


def fallback(summary: str, body: Markup = ()) -> str:
    """What notifications and screen readers get, in Slack's escaped text."""
    words = inert.neutral(summary).strip() or inert.neutral(plain(body)).strip()
    return inert.escaped_and_cut(words, FALLBACK) or _EMPTY


def verb_of(action_id: str) -> str:
    """The verb of a pressed button."""
    return action_id.partition(":")[0]


def _called(refs: Iterable[str]) -> Block:
    """Markup, since nobody documents that rich text notifies; `verbatim` keeps all but the mentions from acting."""
    mentions = calling.written(refs)
    return {"type": "section", "text": {"type": "mrkdwn", "text": mentions, "verbatim": True}} if mentions else {}


def _heading(text: str) -> Block:
    line = inert.one_line(text, HEADING)
    return {"type": "header", "text": _plain_text(line)} if line else {}


def _fields(fields: Iterable[tuple[str, str]]) -> Block:
    shown = [_field(label, value) for label, value in fields][:FIELDS]
    return {"type": "section", "fields": shown} if shown else {}


def _field(label: str, value: str) -> Block:
    name = inert.one_line(label, HEADING)
    return _plain_text(f"{name}\n{inert.one_line(value, FIELD - len(name) - 1)}".strip() or _EMPTY)


def _quoted(quote: Markup) -> Block:
    if not quote:
        return {}
    return _rich({"type": "rich_text_quote", "elements": rich.literal(quote)})


def _said(body: Markup) -> Block:
    return _rich({"type": "rich_text_section", "elements": rich.literal(body)})


def _notice(body: Markup) -> Block:
    """Words of ours; where they repeat what an agent wrote, as it was styled."""
    if rich.is_styled(body):
        return {"type": "rich_text", "elements": rich.parts(body)}
    words = inert.neutral(plain(body)).strip() or _EMPTY
    return _notes(*pieces(words, NOTE), whole=True)


def _notes(*lines: str, whole: bool = False) -> Block:
    shown = [line if whole else inert.one_line(line, NOTE) for line in lines]
    texts = [_plain_text(line) for line in shown if line][:NOTES]
    return {"type": "context", "elements": texts} if texts else {}


def _actions(buttons: Iterable[Button]) -> Block:
    shown: list[Block] = []
    for button in list(buttons)[:BUTTONS]:
        shown.append(_button(button, len(shown), {one["action_id"] for one in shown}))
    return {"type": "actions", "elements": shown} if shown else {}


def _button(button: Button, index: int, taken: set[str]) -> Block:
    """A second button of one verb gets a number: ids must differ within a block."""
    verb = button.verb[:VERB]
    block: Block = {
        "type": "button",
        "text": _plain_text(inert.one_line(button.label, LABEL) or verb[:LABEL]),
        "action_id": f"{verb}:{index}" if verb in taken else verb,
    }
    if button.value:
        block["value"] = button.value[:VALUE]
    if button.style in _STYLES:
        block["style"] = button.style
    return block


def _plain_text(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _rich(inside: Block) -> Block:
    return {"type": "rich_text", "elements": [inside]}
