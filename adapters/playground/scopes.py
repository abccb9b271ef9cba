"""Which of the token's scopes a method needs; any one of its row is enough."""

from __future__ import annotations

from adapters.playground.arguments import Arguments
from adapters.playground.errors import MissingScope

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_WRITE = ("channels:manage", "groups:write", "im:write", "mpim:write")
CUSTOMIZE = "chat:write.customize"
DRESS = ("username", "icon_emoji", "icon_url")

SCOPES: dict[str, tuple[str, ...]] = {
    "assistant.threads.setStatus": ("chat:write",),
    "bots.info": ("users:read",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": _HISTORY,
    "conversations.info": _READ,
    "conversations.join": ("channels:join",),
    "conversations.list": _READ,
    "conversations.members": _READ,
    "conversations.open": _WRITE,
    "conversations.replies": _HISTORY,
    "emoji.list": ("emoji:read",),
    "files.completeUploadExternal": ("files:write",),
    "files.delete": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "reactions.add": ("reactions:write",),
    "reactions.get": ("reactions:read",),
    "reactions.remove": ("reactions:write",),
    "team.info": ("team:read",),
    "usergroups.list": ("usergroups:read",),
    "users.conversations": _READ,
    "users.getPresence": ("users:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
}


def check(method: str, arguments: Arguments, granted: frozenset[str]) -> None:
    """A name or picture of one's own needs a scope of its own."""
    needed = SCOPES.get(method, ())
    if needed and not granted & set(needed):
        raise MissingScope(",".join(needed), ",".join(sorted(granted)))
    if any(arguments.has(name) for name in DRESS) and CUSTOMIZE not in granted:
        raise MissingScope(CUSTOMIZE, ",".join(sorted(granted)))
