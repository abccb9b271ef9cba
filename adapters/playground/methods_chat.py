"""chat.*: posting, editing, deleting, ephemerals, permalinks and the status line of a thread."""

from __future__ import annotations

from adapters.playground import limits, shapes
from adapters.playground.arguments import Arguments
from adapters.playground.content import content_of, metadata_of, username_of
from adapters.playground.errors import ApiError
from adapters.playground.scopes import DRESS
from adapters.playground.stage import Stage
from adapters.playground.values import JSON, Channel, Stored, Whisper, trim

BROADCAST = "thread_broadcast"


def channel_of(stage: Stage, arguments: Arguments, name: str = "channel") -> Channel:
    """The channel, if the bot may know that it exists."""
    found = stage.workspace.channels.get(arguments.text(name))
    if found is None or (found.is_private and not stage.workspace.bot_is_in(found.id)):
        raise ApiError("channel_not_found")
    return found


def _writable(stage: Stage, arguments: Arguments) -> Channel:
    channel = channel_of(stage, arguments)
    if not stage.workspace.bot_is_in(channel.id):
        raise ApiError("not_in_channel")
    if channel.is_archived:
        raise ApiError("is_archived")
    return channel


def _parent(stage: Stage, channel: Channel, arguments: Arguments) -> Stored | None:
    """thread_ts must be the ts of a root. What Slack does with any other is not documented; here it
    is refused.
    """
    if not arguments.has("thread_ts"):
        return None
    root = stage.workspace.find(channel.id, arguments.text("thread_ts"))
    if root is None or root.is_reply:
        raise ApiError("cannot_reply_to_message")
    return root


def _icons(arguments: Arguments) -> JSON:
    if arguments.has("icon_emoji"):
        return {"emoji": arguments.text("icon_emoji")}
    return {f"image_{size}": arguments.text("icon_url") for size in (36, 48, 72)} if arguments.has("icon_url") else {}


def _signed(stage: Stage, arguments: Arguments) -> JSON:
    """Who the post is from: the plain bot, or a name and picture of its own (then without
    a user).
    """
    bot, team = stage.workspace.bot, stage.workspace.team
    own = {"bot_id": bot.bot_id, "app_id": bot.app_id}
    if not any(arguments.has(name) for name in DRESS):
        return own | {
            "user": bot.user_id,
            "team": team.id,
            "bot_profile": shapes.bot_profile(bot, team, stage.url),
        }
    name = username_of(arguments, bot.name)
    return own | {"subtype": "bot_message", "username": name, "icons": _icons(arguments)}


def _threaded(stage: Stage, channel: Channel, arguments: Arguments) -> JSON:
    root = _parent(stage, channel, arguments)
    if root is None:
        return {}
    made: JSON = {"thread_ts": root.ts}
    made |= {"parent_user_id": root.wire["user"]} if "user" in root.wire else {}
    return made | {"subtype": BROADCAST} if arguments.flag("reply_broadcast") else made


def post_message(stage: Stage, arguments: Arguments) -> JSON:
    channel = _writable(stage, arguments)
    content, metadata = content_of(stage, arguments, over="msg_blocks_too_long"), metadata_of(arguments)
    wire = _signed(stage, arguments) | content.wire | _threaded(stage, channel, arguments) | {"ts": stage.stamp()}
    stage.keep(channel.id, wire, metadata)
    shown = wire | ({"metadata": metadata} if metadata else {})
    return {"channel": channel.id, "ts": wire["ts"], "message": shown, "warnings": content.warnings}


def _own(stage: Stage, arguments: Arguments, refusal: str) -> tuple[Channel, Stored]:
    channel = channel_of(stage, arguments)
    stored = stage.workspace.find(channel.id, arguments.text("ts"))
    if stored is None:
        raise ApiError("message_not_found")
    if stored.wire.get("bot_id") != stage.workspace.bot.bot_id:
        raise ApiError(refusal)
    return channel, stored


def update(stage: Stage, arguments: Arguments) -> JSON:
    """Text without blocks drops the old blocks."""
    channel, stored = _own(stage, arguments, "cant_update_message")
    if channel.is_archived:
        raise ApiError("is_inactive")
    if len(arguments.text("text")) > limits.UPDATE_TEXT:
        raise ApiError("msg_too_long")
    if arguments.flag("reply_broadcast") and stored.wire.get("subtype") != BROADCAST:
        return _sent_to_the_channel(stage, channel, stored, arguments)
    content, metadata = content_of(stage, arguments), metadata_of(arguments)
    kept = {name: value for name, value in stored.wire.items() if name not in ("blocks", "attachments")}
    edited = {"user": stage.workspace.bot.user_id, "ts": stage.stamp()}
    stored.metadata = stored.metadata if metadata is None else metadata
    stage.rewrite(channel.id, stored, kept | content.wire | {"edited": edited})
    shown = stage.workspace.whole(channel.id, stored)
    return {"channel": channel.id, "ts": stored.ts, "text": shown["text"], "message": shown}


def _sent_to_the_channel(stage: Stage, channel: Channel, stored: Stored, arguments: Arguments) -> JSON:
    """A reply that stands already is shown in the channel too; its words cannot change at the same time."""
    if not stored.is_reply:
        raise ApiError("cant_broadcast_message")
    if any(arguments.has(name) for name in ("text", "markdown_text", "blocks", "attachments")):
        raise ApiError("no_dual_broadcast_content_update")
    stage.rewrite(channel.id, stored, stored.wire | {"subtype": BROADCAST})
    return {"channel": channel.id, "ts": stored.ts, "text": stored.wire["text"], "message": dict(stored.wire)}


def delete(stage: Stage, arguments: Arguments) -> JSON:
    channel, stored = _own(stage, arguments, "cant_delete_message")
    stage.drop(channel.id, stored)
    return {"channel": channel.id, "ts": arguments.text("ts")}


def post_ephemeral(stage: Stage, arguments: Arguments) -> JSON:
    """Stored apart: it is in nobody's history, makes no event and cannot be edited by its ts."""
    channel = _writable(stage, arguments)
    if arguments.text("user") not in channel.members:
        raise ApiError("user_not_in_channel")
    content = content_of(stage, arguments)
    if len(content.wire["text"]) >= limits.TEXT:
        raise ApiError("msg_too_long")
    ts = stage.stamp()
    wire = _signed(stage, arguments) | content.wire | _threaded(stage, channel, arguments) | {"ts": ts}
    whisper = Whisper(channel.id, arguments.text("user"), wire | {"is_ephemeral": True})
    stage.workspace.whisper(ts, whisper, at_most=stage.rules.kept_messages)
    stage.live.ring(channel.id, wire.get("thread_ts"))
    return {"message_ts": ts}


def permalink(stage: Stage, arguments: Arguments) -> JSON:
    channel = channel_of(stage, arguments)
    stored = stage.workspace.find(channel.id, arguments.text("message_ts"))
    if stored is None:
        raise ApiError("message_not_found")
    return {"channel": channel.id, "permalink": stage.workspace.permalink(channel.id, stored)}


def _check_loading(arguments: Arguments) -> None:
    given = arguments.parsed("loading_messages", "invalid_arguments") if arguments.has("loading_messages") else []
    if not isinstance(given, list) or len(given) > limits.LOADING_MESSAGES:
        raise ApiError("invalid_arguments", "[ERROR] no more than 10 items allowed [json-pointer:/loading_messages]")
    if any(not isinstance(one, str) or not 0 < len(one) <= limits.LOADING_MESSAGE for one in given):
        raise ApiError("invalid_arguments", "[ERROR] must be 1 to 50 characters [json-pointer:/loading_messages]")


def set_status(stage: Stage, arguments: Arguments) -> JSON:
    """The line under a thread; kept as the last one said, an empty one clears it."""
    channel = channel_of(stage, arguments, "channel_id")
    _check_loading(arguments)
    root = stage.workspace.find(channel.id, arguments.text("thread_ts"))
    if root is None or root.is_reply:
        raise ApiError("invalid_thread_ts")
    stage.statuses[channel.id, root.ts] = arguments.text("status")
    trim(stage.statuses, stage.rules.kept_messages)
    stage.live.ring(channel.id, root.ts)
    return {}


METHODS = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": permalink,
    "assistant.threads.setStatus": set_status,
}
