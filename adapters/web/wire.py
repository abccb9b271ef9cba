"""Between bytes and values: what a visitor's client sends is hostile until it has passed here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from bridge import markup
from bridge.errors import BridgeError, NotFound, Refused
from bridge.model import Agent, Conversation, Message, Page, Site, Speaker, Status
from bridge.transaction import Seen
from bridge.wording import best, say, section

BODY_LIMIT: Final = 64 * 1024
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,128}")
_SITE_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNKNOWN: Final = ("unknown_token", "unknown_site")
_NOTICES: Final = section("en", "notice")
_OWN: Final = "widget."  # how the keys of the sentences begin that a site may say in its own words


def parse(raw: bytes | str) -> dict[str, Any]:
    """A JSON object. Raises Refused `malformed`, whatever the bytes are."""
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
        value = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused("malformed", "this is not JSON in UTF-8") from error
    if not isinstance(value, dict):
        raise Refused("malformed", "a JSON object is expected")
    return value


def _no_number(name: str) -> float:
    """NaN and the infinities, which the parser would let through, are no JSON."""
    raise ValueError(name)


def text(frame: Mapping[str, Any], field: str, *, default: str | None = None, limit: int = BODY_LIMIT) -> str:
    """A string field. Raises Refused `malformed` naming it."""
    value = frame.get(field, default)
    if not isinstance(value, str) or len(value) > limit:
        raise Refused("malformed", f"the field {field!r} must be a string of at most {limit} characters")
    return value


def key(frame: Mapping[str, Any]) -> str:
    """The client-made key of a request."""
    value = text(frame, "key")
    if not _KEY.fullmatch(value):
        raise Refused("malformed", "the field 'key' must be 8 to 64 characters of A-Z a-z 0-9 _ -")
    return value


def token(value: str) -> str:
    """A token that may be one. Raises NotFound for what we never gave out, whatever its bytes are."""
    if not _TOKEN.fullmatch(value):
        raise NotFound("unknown_token")
    return value


def site_key(value: str) -> str:
    """A site's public key that may be one. Raises NotFound for what no site can have."""
    if not _SITE_KEY.fullmatch(value):
        raise NotFound("unknown_site")
    return value


def page(frame: Mapping[str, Any]) -> Page:
    """The page a visitor writes from; empty if the client does not tell."""
    value = frame.get("page") or {}
    if not isinstance(value, dict):
        raise Refused("malformed", "the field 'page' must be an object")
    address = text(value, "url", default="")
    return Page(address if markup.is_safe_address(address) else "", text(value, "title", default=""))


def dumps(value: Any) -> str:
    """The wire form, which is always UTF-8: a lone surrogate would end the connection."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return written.encode("utf-8", "replace").decode()


def site(value: Site, language: str, own: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What the panel needs to draw itself; the site's own sentences stand in for ours."""
    spoken = best(language or value.language)
    return {
        "site": {
            "key": value.key,
            "name": value.name,
            "accent": value.accent,
            "privacy_url": value.privacy_url,
        },
        "language": spoken,
        "texts": _texts(spoken, own.get(spoken, {})),
    }


def _texts(language: str, own: Mapping[str, str]) -> dict[str, str]:
    usual = section(language, "widget")
    return {word: own.get(_OWN + word) or sentence for word, sentence in usual.items()}


def changes(seen: Seen, language: str) -> dict[str, Any]:
    """The `changes` frame."""
    number = seen.conversation.number if seen.conversation else 0
    watermark = seen.conversation.seen if seen.conversation else 0
    return {
        "type": "changes",
        "reset": seen.reset,
        "cursor": seen.upto,
        "seen": _position(number, watermark, "") if watermark else "",
        "messages": [_message(*row, language) for row in seen.messages],
    }


def state(seen: Seen, *, mails: bool) -> dict[str, Any]:
    """The `state` frame. That an address was left is told, never which: a token is no proof of who asks."""
    conversation = seen.conversation
    is_claimed = conversation is not None and conversation.status is Status.CLAIMED
    return {
        "type": "state",
        "status": conversation.status.value if conversation else "none",
        "agent": _agent(seen.claimant) if is_claimed and seen.claimant else None,
        "email": seen.email,
        "mail": mails,
        "earlier": _has_earlier(conversation),
    }


def _has_earlier(conversation: Conversation | None) -> bool:
    return conversation is not None and conversation.number > 1


def refusal(error: BridgeError) -> Refused:
    """What a visitor is told of it; the words of what was not found are ours alone."""
    if isinstance(error, Refused):
        return error
    return Refused(str(error) if str(error) in _UNKNOWN else "not_found")


def error(refused: Refused, language: str, **more: Any) -> dict[str, Any]:
    """An error with a sentence to show; `malformed` also names what is wrong, for whoever writes the client."""
    sentences = section(best(language), "error")
    sentence = sentences.get(refused.code, sentences["other"])
    detail = f" ({refused.detail})" if refused.code == "malformed" else ""
    wait = {"wait": round(refused.wait, 1)} if refused.wait else {}
    return {"code": refused.code, "text": sentence + detail, **wait, **more}


def _position(number: int, place: int, order: str) -> str:
    return f"{number:06d}.{place:012d}.{order}"


def _agent(agent: Agent) -> dict[str, Any]:
    return {
        "id": agent.id,
        "name": agent.name,
        "photo": f"/v1/photo/{agent.id}/{agent.photo}" if agent.photo else None,
    }


def _message(message: Message, number: int, agent: Agent | None, language: str) -> dict[str, Any]:
    body = _notice_body(message, agent, language) if message.speaker is Speaker.NOTICE else message.body
    shown: dict[str, Any] = {
        "id": message.id,
        "from": message.speaker.value,
        "position": _position(number, message.place, message.order),
        "at": message.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "body": markup.tree(body),
        "text": markup.plain(body),
        "edited": bool(message.edited) and not message.removed,
        "removed": message.removed,
    }
    if message.speaker is Speaker.VISITOR:
        shown |= {"key": message.key, "state": message.receipt.value}
    elif message.speaker is Speaker.AGENT and agent:
        shown["agent"] = _agent(agent)
    elif message.speaker is Speaker.NOTICE:
        shown["notice"] = message.notice
    return shown


def _notice_body(message: Message, agent: Agent | None, language: str) -> markup.Markup:
    words = message.notice if message.notice in _NOTICES else "other"
    return (say(language, f"notice.{words}", agent=agent.name if agent else ""),)
