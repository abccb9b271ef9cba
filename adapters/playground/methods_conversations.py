"""conversations.*: what the bot can read of channels, and threads read back page by page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.playground import events, shapes
from adapters.playground.arguments import Arguments
from adapters.playground.errors import ApiError
from adapters.playground.methods_chat import channel_of
from adapters.playground.stage import Stage
from adapters.playground.values import JSON, Channel, Stored

TYPES = ("public_channel", "private_channel", "mpim", "im")
MOST = 1000


def shape(stage: Stage, channel: Channel) -> JSON:
    known = stage.workspace
    return shapes.channel(
        channel,
        team=known.team,
        is_member=known.bot_is_in(channel.id),
        is_shared=known.is_shared(channel.id),
    )


# pages


def _cursor(word: str) -> str:
    return base64.b64encode(f"next:{word}".encode()).decode()


def _after(arguments: Arguments) -> str:
    """What the cursor points at; empty on the first page."""
    if not arguments.has("cursor"):
        return ""
    try:
        kind, _, word = base64.b64decode(arguments.text("cursor"), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as broken:
        raise ApiError("invalid_cursor") from broken
    if kind != "next" or not word:
        raise ApiError("invalid_cursor")
    return word


def page(items: list[Any], arguments: Arguments, key: Callable[[Any], str], *, default: int) -> tuple[list[Any], str]:
    """The asked page of items and the next cursor, which is empty on the last page."""
    limit = arguments.number("limit", default, error="invalid_limit")
    if not 1 <= limit <= MOST:
        raise ApiError("invalid_limit")
    start, word = 0, _after(arguments)
    if word:
        start = next((number for number, one in enumerate(items) if key(one) == word), len(items))
    rest = items[start + limit :]
    return items[start : start + limit], _cursor(key(rest[0])) if rest else ""


# reading threads back


@dataclass(frozen=True, slots=True)
class _Span:
    """Which messages are wanted; the ends belong to it only with `inclusive`."""

    oldest: float
    latest: float
    is_inclusive: bool

    @classmethod
    def of(cls, arguments: Arguments) -> _Span:
        oldest = arguments.stamp("oldest", "invalid_ts_oldest")
        latest = arguments.stamp("latest", "invalid_ts_latest")
        return cls(oldest or 0.0, float("inf") if latest is None else latest, arguments.flag("inclusive"))

    def holds(self, ts: str) -> bool:
        if self.is_inclusive:
            return self.oldest <= float(ts) <= self.latest
        return self.oldest < float(ts) < self.latest


def _readable(stage: Stage, stored: Stored) -> bool:
    """A message cannot be read back before the lag is over."""
    return stage.rules.clock() >= stored.stored_at + stage.rules.read_lag


def _read(stage: Stage, channel: Channel, stored: Stored, arguments: Arguments) -> JSON:
    whole = stage.workspace.whole(channel.id, stored)
    if stored.metadata and arguments.flag("include_all_metadata"):
        whole["metadata"] = stored.metadata
    return whole


def _pages(cursor: str) -> JSON:
    return {"has_more": bool(cursor)} | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def clamped(arguments: Arguments, most: int) -> Arguments:
    """Over the most is cut down, not refused."""
    asked = arguments.number("limit", most)
    return Arguments(arguments.given | {"limit": min(max(asked, 1), most)})


def replies(stage: Stage, arguments: Arguments) -> JSON:
    """Oldest first, the root at the head of every page. The ts of a reply gives that one
    message.
    """
    channel = channel_of(stage, arguments)
    if not stage.workspace.bot_is_in(channel.id):
        raise ApiError("channel_not_found")
    span = _Span.of(arguments)
    root = stage.workspace.find(channel.id, arguments.text("ts"))
    if root is None or not _readable(stage, root):
        raise ApiError("thread_not_found")
    wanted = [one for one in stage.workspace.replies(channel.id, root.ts) if span.holds(one.ts)]
    shown = [one for one in wanted if _readable(stage, one)]
    part, cursor = page(shown, clamped(arguments, MOST), lambda one: str(one.ts), default=MOST)
    messages = [_read(stage, channel, one, arguments) for one in (root, *part)]
    return {"messages": messages} | _pages(cursor)


def history(stage: Stage, arguments: Arguments) -> JSON:
    """Newest first: roots, and replies only where they were also sent to the channel."""
    channel = channel_of(stage, arguments)
    if not stage.workspace.bot_is_in(channel.id):
        raise ApiError("not_in_channel")
    span = _Span.of(arguments)
    found = [one for one in stage.workspace.messages(channel.id) if span.holds(one.ts) and _readable(stage, one)]
    shown = [one for one in found if not one.is_reply or one.wire.get("subtype") == "thread_broadcast"]
    part, cursor = page(shown[::-1], clamped(arguments, 999), lambda one: str(one.ts), default=100)
    messages = [_read(stage, channel, one, arguments) for one in part]
    return {"messages": messages, "pin_count": 0} | _pages(cursor)


# channels


def info(stage: Stage, arguments: Arguments) -> JSON:
    channel = channel_of(stage, arguments)
    made = shape(stage, channel)
    if arguments.flag("include_num_members"):
        made["num_members"] = len(channel.members)
    return {"channel": made}


def _types(arguments: Arguments) -> set[str]:
    given = {word.strip() for word in arguments.text("types", "public_channel").split(",")}
    if not given <= set(TYPES):
        raise ApiError("invalid_types")
    return given


def _listed(stage: Stage, arguments: Arguments, found: list[Channel]) -> JSON:
    types = _types(arguments)
    kept = [one for one in found if ("private_channel" if one.is_private else "public_channel") in types]
    if arguments.flag("exclude_archived"):
        kept = [one for one in kept if not one.is_archived]
    part, cursor = page(kept, arguments, lambda one: str(one.id), default=100)
    return {
        "channels": [shape(stage, one) for one in part],
        "response_metadata": {"next_cursor": cursor},
    }


def every(stage: Stage, arguments: Arguments) -> JSON:
    known = stage.workspace
    found = [one for one in known.channels.values() if not one.is_private or known.bot_is_in(one.id)]
    made = _listed(stage, arguments, found)
    for one in made["channels"]:
        one["num_members"] = len(known.channels[one["id"]].members)
    return made


def of_user(stage: Stage, arguments: Arguments) -> JSON:
    """The bot's own channels, or those of a person as far as the bot may know of them."""
    known, user = stage.workspace, arguments.text("user", stage.workspace.bot.user_id)
    mine = [one for one in known.channels.values() if not one.is_private or known.bot_is_in(one.id)]
    return _listed(stage, arguments, [one for one in mine if user in one.members])


def members(stage: Stage, arguments: Arguments) -> JSON:
    channel = channel_of(stage, arguments)
    part, cursor = page(list(channel.members), arguments, str, default=100)
    return {"members": part, "response_metadata": {"next_cursor": cursor}}


def join(stage: Stage, arguments: Arguments) -> JSON:
    channel = channel_of(stage, arguments)
    if channel.is_private:
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    if stage.workspace.bot_is_in(channel.id):
        return {"channel": shape(stage, channel), "warnings": ("already_in_channel",)}
    enter(stage, channel, stage.workspace.bot.user_id)
    return {"channel": shape(stage, stage.workspace.channels[channel.id])}


def enter(stage: Stage, channel: Channel, user: str, inviter: str = "") -> None:
    """A person or the bot comes in: the channel says so in a message, and the app gets
    both events.
    """
    known = stage.workspace
    joined = known.change_channel(channel.id, members=(*channel.members, user))
    extra = {"inviter": inviter} if inviter else {}
    wire = {"type": "message", "subtype": f"{channel.kind}_join", "user": user, "ts": stage.stamp()}
    stage.keep(channel.id, wire | {"text": f"<@{user}> has joined the channel"} | extra)
    stage.tell(
        events.membership("member_joined_channel", joined, user, team=known.team.id, ts=stage.stamp()) | extra,
        channel.id,
    )


def open_direct(stage: Stage, arguments: Arguments) -> JSON:
    """A direct message with one person; its id is made from theirs, and nothing is posted there."""
    users = [word for word in arguments.text("users").split(",") if word]
    if not users:
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        raise ApiError("method_not_supported_for_channel_type")
    if users[0] not in stage.workspace.people:
        raise ApiError("user_not_found")
    return {"channel": {"id": f"D{users[0][1:]}"}}


METHODS = {
    "conversations.replies": replies,
    "conversations.history": history,
    "conversations.info": info,
    "conversations.list": every,
    "conversations.members": members,
    "conversations.join": join,
    "conversations.open": open_direct,
    "users.conversations": of_user,
}
