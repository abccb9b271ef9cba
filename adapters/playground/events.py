"""The events the app receives: one function per inner event, and the wrapper around it."""

from __future__ import annotations

import base64
import json
import secrets

from adapters.playground.rules import VERIFICATION_TOKEN
from adapters.playground.values import JSON, Channel
from adapters.playground.workspace import Workspace

# Event -> when it is sent. docs/playground.md holds the same table; a test compares them.
EVENTS = {
    "message": "a person's or an app's post, the bot's own post included",
    "message/bot_message": "a post with its own name or picture, or of another app",
    "message/me_message": "a person's /me",
    "message/thread_broadcast": "a reply that was also sent to the channel, with its root",
    "message/file_share": "a person's post with files",
    "message/message_changed": "an edit, or a root with replies that was deleted (tombstone)",
    "message/message_deleted": "a deletion, with the previous message",
    "message/channel_join": "a person or the bot joined",
    "message/group_join": "the same in a private channel",
    "message/channel_archive": "the channel was archived",
    "message/group_archive": "the same for a private channel",
    "message/channel_unarchive": "the channel was unarchived",
    "message/group_unarchive": "the same for a private channel",
    "reaction_added": "a person or the bot reacted",
    "reaction_removed": "a reaction was taken back",
    "member_joined_channel": "a person or the bot joined",
    "member_left_channel": "a person left",
    "channel_left": "the bot was removed from a public channel",
    "group_left": "the bot was removed from a private channel",
    "channel_archive": "a public channel was archived",
    "channel_unarchive": "a public channel was unarchived",
    "group_archive": "a private channel was archived",
    "group_unarchive": "a private channel was unarchived",
    "channel_rename": "a public channel got a new name",
    "group_rename": "a private channel got a new name",
    "user_change": "a person's profile changed",
    "user_profile_changed": "the same, as the newer event",
    "tokens_revoked": "the bot's token was revoked",
    "app_uninstalled": "the app was removed from the workspace",
    "file_deleted": "a file was deleted by its owner",
    "app_home_opened": "a person opened the app's home",
}


def name_of(event: JSON) -> str:
    subtype = event.get("subtype")
    return f"{event['type']}/{subtype}" if subtype and event["type"] == "message" else str(event["type"])


def wrap(event: JSON, workspace: Workspace, *, is_shared: bool) -> JSON:
    """The envelope of the Events API; one event_id for all deliveries of this event."""
    team = workspace.team.id
    context = {
        "et": event["type"],
        "tid": team,
        "aid": workspace.bot.app_id,
        "cid": event.get("channel", ""),
    }
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": None,
        "api_app_id": workspace.bot.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(str(event["event_ts"]).partition(".")[0]),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team,
                "user_id": workspace.bot.user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": is_shared,
        "event_context": "4-" + base64.b64encode(json.dumps(context).encode()).decode(),
    }


def message(channel: Channel, wire: JSON) -> JSON:
    return wire | {"channel": channel.id, "event_ts": wire["ts"], "channel_type": channel.kind}


def broadcast(channel: Channel, wire: JSON, root: JSON) -> JSON:
    return message(channel, wire) | {"root": root}


def _about(channel: Channel, subtype: str, ts: str) -> JSON:
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": channel.id,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel.kind,
    }


def message_changed(channel: Channel, now: JSON, before: JSON, ts: str) -> JSON:
    return _about(channel, "message_changed", ts) | {"message": now, "previous_message": before}


def message_deleted(channel: Channel, before: JSON, ts: str) -> JSON:
    return _about(channel, "message_deleted", ts) | {
        "deleted_ts": before["ts"],
        "previous_message": before,
    }


def tombstone(root: JSON) -> JSON:
    """What stays of a deleted root that has replies."""
    kept = (
        "thread_ts",
        "reply_count",
        "reply_users_count",
        "latest_reply",
        "reply_users",
        "is_locked",
        "ts",
    )
    gone = {
        "type": "message",
        "subtype": "tombstone",
        "text": "This message was deleted.",
        "user": "USLACKBOT",
        "hidden": True,
    }
    return gone | {key: root[key] for key in kept if key in root}


def reaction(kind: str, user: str, name: str, item: JSON, ts: str) -> JSON:
    """`item` carries the channel, the ts and the author of the message."""
    made: JSON = {
        "type": kind,
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": item["channel"], "ts": item["ts"]},
        "event_ts": ts,
    }
    return made | {"item_user": item["user"]} if item.get("user") else made


def membership(kind: str, channel: Channel, user: str, *, team: str, ts: str) -> JSON:
    return {
        "type": kind,
        "user": user,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": team,
        "event_ts": ts,
    }


def bot_left(channel: Channel, actor: str, ts: str) -> JSON:
    kind = "group_left" if channel.is_private else "channel_left"
    return {"type": kind, "channel": channel.id, "actor_id": actor, "event_ts": ts}


def archived(channel: Channel, user: str, ts: str) -> JSON:
    verb = "archive" if channel.is_archived else "unarchive"
    return {"type": f"{channel.kind}_{verb}", "channel": channel.id, "user": user, "event_ts": ts}


def renamed(channel: Channel, ts: str) -> JSON:
    changed = {
        "id": channel.id,
        "is_channel": not channel.is_private,
        "is_mpim": False,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": channel.created,
    }
    return {"type": f"{channel.kind}_rename", "channel": changed, "event_ts": ts}


def user_changed(kind: str, user: JSON, ts: str) -> JSON:
    return {"type": kind, "user": user, "cache_ts": int(ts.partition(".")[0]), "event_ts": ts}


def tokens_revoked(bot_user: str, ts: str) -> JSON:
    return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot_user]}, "event_ts": ts}


def app_uninstalled(ts: str) -> JSON:
    return {"type": "app_uninstalled", "event_ts": ts}


def file_deleted(file: str, ts: str) -> JSON:
    return {"type": "file_deleted", "file_id": file, "event_ts": ts}


def home_opened(user: str, ts: str) -> JSON:
    return {
        "type": "app_home_opened",
        "user": user,
        "channel": f"D{user[1:]}",
        "tab": "home",
        "event_ts": ts,
    }
