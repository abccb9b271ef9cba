"""Messages as the page shows them: the wire message, what derives from its thread, and its author
by name.
"""

from __future__ import annotations

from adapters.playground import shapes
from adapters.playground.people import channel_of, message_of
from adapters.playground.stage import Stage
from adapters.playground.values import JSON, Stored


def _picture(wire: JSON, fallback: str) -> str:
    icons = wire.get("icons", {})
    return str(icons.get("image_72") or icons.get("image_48") or fallback)


def author(stage: Stage, wire: JSON) -> JSON:
    known = stage.workspace
    person = known.people.get(str(wire.get("user", "")))
    if person is not None and "username" not in wire:
        is_app = person.is_bot or "bot_id" in wire
        return {
            "name": person.shown,
            "image": shapes.avatar(stage.url, person.id),
            "is_app": is_app,
        }
    name = str(wire.get("username") or wire.get("user") or known.bot.name)
    fallback = shapes.avatar(stage.url, str(wire.get("bot_id") or name))
    return {"name": name, "image": _picture(wire, fallback), "is_app": "bot_id" in wire}


def _shown(stage: Stage, channel: str, stored: Stored) -> JSON:
    whole = stage.workspace.whole(channel, stored)
    counts = {"reply_count": whole.get("reply_count", 0), "latest_reply": whole.get("latest_reply")}
    return whole | counts | {"author": author(stage, whole)}


def _whispered(stage: Stage, channel: str, viewer: str, thread_ts: str) -> list[JSON]:
    """Ephemerals that this viewer sees in this thread; '' means the channel itself."""
    mine = [one for one in stage.workspace.whispers.values() if (one.channel, one.user) == (channel, viewer)]
    here = [one.wire for one in mine if str(one.wire.get("thread_ts", "")) == thread_ts]
    return [wire | {"author": author(stage, wire), "ephemeral": True, "reply_count": 0} for wire in here]


def _in_order(messages: list[JSON]) -> list[JSON]:
    return sorted(messages, key=lambda one: float(one["ts"]))


def channel(stage: Stage, name: str, viewer: str) -> list[JSON]:
    """The roots, and the replies that were also sent to the channel, oldest first."""
    channel_of(stage, name)
    kept = [
        one
        for one in stage.workspace.messages(name)
        if not one.is_reply or one.wire.get("subtype") == "thread_broadcast"
    ]
    return _in_order([_shown(stage, name, one) for one in kept] + _whispered(stage, name, viewer, ""))


def thread(stage: Stage, name: str, ts: str, viewer: str) -> list[JSON]:
    root = message_of(stage, name, ts)
    replies = [_shown(stage, name, one) for one in stage.workspace.replies(name, ts)]
    return [_shown(stage, name, root), *_in_order(replies + _whispered(stage, name, viewer, ts))]


def workspace(stage: Stage) -> JSON:
    known = stage.workspace
    team, bot = known.team, known.bot
    return {
        "team": {"id": team.id, "name": team.name, "domain": team.domain},
        "bot": {"user_id": bot.user_id, "bot_id": bot.bot_id, "name": bot.name},
        "users": [
            {
                "id": one.id,
                "name": one.name,
                "real_name": one.real_name,
                "display_name": one.shown,
                "image": shapes.avatar(stage.url, one.id),
                "is_bot": one.is_bot,
                "is_restricted": one.is_restricted,
                "is_stranger": one.is_stranger,
                "deleted": one.deleted,
            }
            for one in known.people.values()
        ],
        "channels": [
            {
                "id": one.id,
                "name": one.name,
                "is_private": one.is_private,
                "is_archived": one.is_archived,
                "bot_is_member": known.bot_is_in(one.id),
            }
            for one in known.channels.values()
        ],
        "usergroups": [
            {name: group[name] for name in ("id", "handle", "name", "users")}
            for group in (shapes.usergroup(team, known.people.values()),)
        ],
    }
