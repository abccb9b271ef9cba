"""Reads an activity that the bot sends; what the service would not take is refused with a reason."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from adapters.playground.teams import cards, markup
from adapters.playground.teams.errors import ConnectorError
from adapters.playground.teams.workspace import APP_ID, BOT, Content, Workspace
from adapters.playground.values import JSON

MOST_BYTES = 100 * 1024
MOST_PICTURE = 1024 * 1024
CARD = "application/vnd.microsoft.card.adaptive"
PICTURES = ("image/png", "image/jpeg", "image/gif")
TYPES = ("message", "typing")
ENTITIES = ("mention", "clientInfo", "https://schema.org/Message")
IMPORTANCE = ("low", "normal", "high", "urgent")


def bad(reason: str, code: str = "BadSyntax") -> ConnectorError:
    return ConnectorError(code, reason)


def _unpictured(value: Any) -> Any:
    """Without the pictures in it, which do not count."""
    if isinstance(value, dict):
        return {name: _unpictured(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_unpictured(one) for one in value]
    return "" if isinstance(value, str) and value.startswith("data:image/") else value


def size(activity: JSON) -> int:
    """In bytes of UTF-16, as the service counts."""
    return len(json.dumps(_unpictured(activity), ensure_ascii=False).encode("utf-16-le", "surrogatepass"))


def _listed(activity: JSON, name: str) -> list[JSON]:
    value = activity.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise bad(f"{name} must be a list of objects")
    return value


def _sender(activity: JSON) -> None:
    sender = activity.get("from")
    if sender is not None and (not isinstance(sender, dict) or sender.get("id") not in (None, BOT, APP_ID)):
        raise bad("from is not this bot", "BadArgument")


def _entities(found: list[JSON], workspace: Workspace) -> tuple[JSON, ...]:
    for one in found:
        if one.get("type") not in ENTITIES:
            raise bad(f"there is no entity {one.get('type')}")
        if one["type"] == "mention":
            _mention(one, workspace)
    return tuple(found)


def _mention(entity: JSON, workspace: Workspace) -> None:
    if not isinstance(entity.get("text"), str) or not isinstance(entity.get("mentioned"), dict):
        raise bad("a mention needs text and mentioned")
    if not markup.mentioned_id(entity, workspace):
        raise bad("a mention names nobody of this team", "BadArgument")


def _picture(attachment: JSON) -> str:
    url = str(attachment.get("contentUrl", ""))
    if url.startswith("https://"):
        return url
    head, _, body = url.partition(";base64,")
    if head != f"data:{attachment['contentType']}":
        raise bad("a picture needs an https or data contentUrl", "BadArgument")
    try:
        raw = base64.b64decode(body, validate=True)
    except binascii.Error as broken:
        raise bad("the picture is not base64", "BadArgument") from broken
    if len(raw) > MOST_PICTURE:
        raise bad("the picture is larger than 1 MB", "BadArgument")
    return url


def _attached(activity: JSON, workspace: Workspace) -> tuple[JSON | None, str]:
    found = _listed(activity, "attachments")
    if not found:
        return None, ""
    if len(found) > 1:
        raise bad("one attachment in a message")
    kind = found[0].get("contentType")
    if kind in PICTURES:
        return None, _picture(found[0])
    if kind != CARD:
        raise bad(f"there is no attachment {kind}")
    made = found[0].get("content")
    cards.card(made)
    inner = made.get("msteams", {}) if isinstance(made, dict) else {}
    if not isinstance(inner, dict):
        raise bad("msteams must be an object")
    _entities(_listed(inner, "entities"), workspace)
    return made, ""


def _notifies(activity: JSON) -> bool:
    data = activity.get("channelData") or {}
    if not isinstance(data, dict):
        raise bad("channelData must be an object")
    notification = data.get("notification") or {}
    if not isinstance(notification, dict):
        raise bad("channelData.notification must be an object")
    return notification.get("alert") is True


def _outline(activity: JSON) -> None:
    if activity.get("type") not in TYPES:
        raise bad(f"there is no activity type {activity.get('type')} to send")
    if size(activity) > MOST_BYTES:
        raise ConnectorError("MessageSizeTooBig")
    _sender(activity)
    if activity.get("suggestedActions"):
        raise bad("suggestedActions are only for a personal chat")
    if activity.get("importance") not in (None, *IMPORTANCE):
        raise bad(f"there is no importance {activity['importance']}", "BadArgument")


def read(activity: Any, workspace: Workspace) -> Content | None:
    """The content of a message; None for a typing activity, which leaves nothing."""
    if not isinstance(activity, dict):
        raise bad("an activity is an object")
    _outline(activity)
    if activity["type"] == "typing":
        return None
    form = activity.get("textFormat") or "markdown"
    if form not in markup.FORMATS:
        raise bad(f"there is no textFormat {form}", "BadArgument")
    text = activity.get("text") or ""
    if not isinstance(text, str):
        raise bad("text must be a string")
    made, picture = _attached(activity, workspace)
    if not (text.strip() or made or picture):
        raise bad("the message is empty")
    entities = _entities(_listed(activity, "entities"), workspace)
    return Content(
        text=text,
        text_format=form,
        entities=entities,
        card=made,
        picture=picture,
        notifies=_notifies(activity),
    )
