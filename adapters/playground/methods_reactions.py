"""reactions.*: on messages only."""

from __future__ import annotations

import re

from adapters.playground import events
from adapters.playground.arguments import STAMP, Arguments
from adapters.playground.errors import ApiError
from adapters.playground.methods_chat import channel_of
from adapters.playground.stage import Stage
from adapters.playground.values import JSON, Stored

NAME = re.compile(r"[a-z0-9_+'\-]{1,100}(::skin-tone-[2-6])?\Z")


def _message(stage: Stage, arguments: Arguments) -> tuple[str, Stored]:
    if not arguments.has("channel") or not arguments.has("timestamp"):
        raise ApiError("no_item_specified")
    channel = channel_of(stage, arguments)
    if not STAMP.match(arguments.text("timestamp")):
        raise ApiError("bad_timestamp")
    stored = stage.workspace.find(channel.id, arguments.text("timestamp"))
    if stored is None:
        raise ApiError("message_not_found")
    return channel.id, stored


def _name(stage: Stage, arguments: Arguments, channel: str) -> str:
    if not NAME.match(arguments.text("name")):
        raise ApiError("invalid_name")
    if not stage.workspace.bot_is_in(channel):
        raise ApiError("no_access")
    return arguments.text("name")


def _tell(stage: Stage, kind: str, user: str, name: str, place: tuple[str, Stored]) -> None:
    channel, stored = place
    item = {"channel": channel, "ts": stored.ts, "user": stored.wire.get("user")}
    stage.changed(channel, stored)
    stage.tell(events.reaction(kind, user, name, item, stage.stamp()), channel)


def put(stage: Stage, place: tuple[str, Stored], user: str, name: str) -> None:
    """Shared with the people: Slack counts who reacted, in order."""
    reactions = list(place[1].wire.get("reactions", ()))
    mine = next((one for one in reactions if one["name"] == name), None)
    if mine and user in mine["users"]:
        raise ApiError("already_reacted")
    users = [*(mine["users"] if mine else ()), user]
    changed = {"name": name, "users": users, "count": len(users)}
    kept = [changed if one is mine else one for one in reactions] if mine else [*reactions, changed]
    place[1].wire = place[1].wire | {"reactions": kept}
    _tell(stage, "reaction_added", user, name, place)


def take(stage: Stage, place: tuple[str, Stored], user: str, name: str) -> None:
    reactions = list(place[1].wire.get("reactions", ()))
    mine = next((one for one in reactions if one["name"] == name and user in one["users"]), None)
    if mine is None:
        raise ApiError("no_reaction")
    users = [one for one in mine["users"] if one != user]
    changed = {"name": name, "users": users, "count": len(users)}
    kept = [changed if one is mine else one for one in reactions if users or one is not mine]
    rest = {key: value for key, value in place[1].wire.items() if key != "reactions"}
    place[1].wire = rest | ({"reactions": kept} if kept else {})
    _tell(stage, "reaction_removed", user, name, place)


def add(stage: Stage, arguments: Arguments) -> JSON:
    place = _message(stage, arguments)
    name = _name(stage, arguments, place[0])
    if stage.workspace.channels[place[0]].is_archived:
        raise ApiError("is_archived")
    put(stage, place, stage.workspace.bot.user_id, name)
    return {}


def remove(stage: Stage, arguments: Arguments) -> JSON:
    place = _message(stage, arguments)
    take(stage, place, stage.workspace.bot.user_id, _name(stage, arguments, place[0]))
    return {}


def get(stage: Stage, arguments: Arguments) -> JSON:
    channel, stored = _message(stage, arguments)
    whole = stage.workspace.whole(channel, stored)
    link = stage.workspace.permalink(channel, stored)
    return {"type": "message", "channel": channel, "message": whole | {"permalink": link}}


METHODS = {"reactions.add": add, "reactions.remove": remove, "reactions.get": get}
