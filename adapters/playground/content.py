"""What a post may contain: text, blocks, attachments and metadata, checked and completed as Slack
does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from adapters.playground import blocks, emoji, limits
from adapters.playground.arguments import Arguments
from adapters.playground.errors import ApiError
from adapters.playground.stage import Stage
from adapters.playground.values import JSON

CANNOT_SHOW = "This content can't be displayed."
EVENT_TYPE = re.compile(r"[A-Za-z0-9_.\-]{1,255}\Z")


@dataclass(frozen=True, slots=True)
class Content:
    """`wire` holds text, blocks and attachments."""

    wire: JSON
    warnings: tuple[str, ...] = field(default=())


def metadata_of(arguments: Arguments) -> JSON | None:
    """None when none was given."""
    if not arguments.has("metadata"):
        return None
    given = arguments.parsed("metadata", "invalid_metadata_format")
    if not isinstance(given, dict):
        raise ApiError("invalid_metadata_format")
    kind, payload = given.get("event_type"), given.get("event_payload")
    if not isinstance(kind, str) or not EVENT_TYPE.match(kind) or not isinstance(payload, dict):
        raise ApiError("invalid_metadata_schema")
    if blocks.size(given) > limits.METADATA:
        raise ApiError("metadata_too_large")
    return {"event_type": kind, "event_payload": payload}


def _completed(one: JSON, stage: Stage) -> JSON:
    """Slack fills in the block_id and the defaults of text objects."""
    made = {name: _with_defaults(value) for name, value in one.items()}
    return made if made.get("block_id") else {**made, "block_id": stage.block_id()}


def _with_defaults(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_defaults(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {name: _with_defaults(inner) for name, inner in value.items()}
    if made.get("type") == "plain_text":
        made.setdefault("emoji", True)
    if made.get("type") == "mrkdwn":
        made.setdefault("verbatim", False)
    return emoji.completed(made)


def blocks_of(stage: Stage, arguments: Arguments) -> list[JSON]:
    if not arguments.has("blocks"):
        return []
    given = arguments.parsed("blocks", "invalid_blocks_format")
    if not isinstance(given, list):
        raise ApiError("invalid_blocks_format")
    if found := blocks.check_blocks(given):
        raise ApiError("invalid_blocks", *(f"[ERROR] {one}" for one in found))
    return [_completed(one, stage) for one in given]


def _attachments_of(arguments: Arguments) -> list[JSON]:
    given = arguments.parsed("attachments", "invalid_arguments") if arguments.has("attachments") else []
    if not isinstance(given, list):
        raise ApiError("invalid_arguments", "[ERROR] must be a list [json-pointer:/attachments]")
    if len(given) > limits.ATTACHMENTS:
        raise ApiError("too_many_attachments")
    return [one | {"id": number} for number, one in enumerate(given, 1) if isinstance(one, dict)]


def _words_of(arguments: Arguments) -> str:
    markdown = arguments.text("markdown_text")
    if not markdown:
        return arguments.text("text")
    if arguments.has("text") or arguments.has("blocks"):
        raise ApiError("markdown_text_conflict")
    if len(markdown) > limits.MARKDOWN_TEXT:
        raise ApiError(
            "invalid_arguments",
            "[ERROR] must be less than 12001 characters [json-pointer:/markdown_text]",
        )
    return markdown


def username_of(arguments: Arguments, default: str = "") -> str:
    name = arguments.text("username", default)
    if len(name) > limits.USERNAME:
        raise ApiError("invalid_arguments", "[ERROR] must be less than 81 characters [json-pointer:/username]")
    return name


def content_of(stage: Stage, arguments: Arguments, *, over: str = "msg_too_long") -> Content:
    """Of a post, an ephemeral or an edit; the callers add their own limit on the text.

    `over` is what the method answers when all the blocks together are too long.
    """
    made, attachments = blocks_of(stage, arguments), _attachments_of(arguments)
    if blocks.words(made) > limits.ALL_BLOCKS:
        raise ApiError(over)
    text = _words_of(arguments)
    if not text.strip() and not made and not attachments:
        raise ApiError("no_text")
    warnings = ("message_truncated",) if len(text) > limits.TEXT else ()
    wire: JSON = {"type": "message", "text": text[: limits.TEXT] or (CANNOT_SHOW if made else "")}
    wire |= {"blocks": made} if made else {}
    wire |= {"attachments": attachments} if attachments else {}
    return Content(wire, warnings)
