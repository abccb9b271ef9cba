"""What the Slack app must be allowed and told, as data: the manifest, the scopes' reasons and the README are one.

https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

from adapters.slack.setup import EVENTS_PATH, INTERACTIVITY_PATH

NEW_APP: Final = "https://api.slack.com/apps"
APP_LEVEL: Final = "connections:write"

# Each method that is called, with the bot scopes of which one is enough.
METHODS: Final[dict[str, tuple[str, ...]]] = {
    "apps.connections.open": (APP_LEVEL,),
    "auth.test": (),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history"),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.replies": ("channels:history", "groups:history"),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "users.info": ("users:read",),
}
# Each event that is asked for, with the scope that it needs.
EVENTS: Final = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_rename": "channels:read",
    "channel_id_changed": "channels:read",
    "channel_left": "channels:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "group_deleted": "groups:read",
    "group_rename": "groups:read",
    "group_left": "groups:read",
    "member_joined_channel": "channels:read",
    "user_change": "users:read",
    "tokens_revoked": "",
    "app_uninstalled": "",
}
# Arguments, and one field, that need a scope of their own.
ARGUMENTS: Final = {
    "username": "chat:write.customize",
    "include_all_metadata": "metadata.message:read",
    "email": "users:read.email",  # a field of the answer
}
SCOPES: Final = (
    "chat:write",
    "chat:write.customize",
    "channels:history",
    "groups:history",
    "channels:read",
    "groups:read",
    "users:read",
    "users:read.email",
    "reactions:write",
    "metadata.message:read",
)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ,./:_-]*")


def manifest(public_url: str = "") -> dict[str, Any]:
    """The app's manifest: with a public address its events come by HTTP, without by sockets."""
    events: dict[str, Any] = {"bot_events": list(EVENTS)}
    presses: dict[str, Any] = {"is_enabled": True}
    if public_url:
        events = {"request_url": public_url + EVENTS_PATH} | events
        presses |= {"request_url": public_url + INTERACTIVITY_PATH}
    return {
        "display_information": {"name": "Silta", "description": "Website chat, answered in threads"},
        "features": {"bot_user": {"display_name": "Silta", "always_online": True}},
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": presses,
            "org_deploy_enabled": False,
            "socket_mode_enabled": not public_url,
            "token_rotation_enabled": False,
        },
    }


def written(form: str, public_url: str = "") -> str:
    """The manifest in a form: `yaml`, `json`, or `link` to the page that creates the app from it."""
    whole = manifest(public_url)
    if form == "link":
        return link(whole)
    return json.dumps(whole, indent=2) if form == "json" else "\n".join(_lines(whole))


def link(whole: dict[str, Any]) -> str:
    """The page of Slack that creates an app, filled in."""
    compact = json.dumps(whole, separators=(",", ":"))
    return f"{NEW_APP}?{urlencode({'new_app': 1, 'manifest_json': compact})}"


def _lines(value: Any, depth: int = 0) -> Iterator[str]:
    """YAML of objects, lists of words, words and truth values: all that a manifest has."""
    margin = "  " * depth
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield f"{margin}{name}:"
            yield from _lines(inner, depth + 1)
        elif isinstance(inner, list):
            yield f"{margin}{name}:"
            yield from (f"{margin}  - {_word(one)}" for one in inner)
        else:
            yield f"{margin}{name}: {_word(inner)}"


def _word(value: Any) -> str:
    is_plain = isinstance(value, str) and _PLAIN.fullmatch(value) and ": " not in value
    return str(value) if is_plain else json.dumps(value)
