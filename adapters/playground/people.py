"""What the pretend people do: say, edit, delete, react, press; each has the effects it would have
in Slack.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from adapters.playground import markup, methods_reactions
from adapters.playground.errors import ApiError, Refused
from adapters.playground.files import File
from adapters.playground.methods_conversations import enter
from adapters.playground.stage import Stage
from adapters.playground.values import JSON, Channel, Person, Stored

How = Literal["plain", "broadcast", "me"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said; without a thread_ts in the channel itself."""

    channel: str
    thread_ts: str = ""


def person_of(stage: Stage, user: str) -> Person:
    found = stage.workspace.people.get(user)
    if found is None:
        raise Refused("user_not_found")
    return found


def channel_of(stage: Stage, channel: str) -> Channel:
    found = stage.workspace.channels.get(channel)
    if found is None:
        raise Refused("channel_not_found")
    return found


def message_of(stage: Stage, channel: str, ts: str) -> Stored:
    channel_of(stage, channel)
    found = stage.workspace.find(channel, ts)
    if found is None:
        raise Refused("message_not_found")
    return found


def _enter(stage: Stage, user: str, channel: str) -> Channel:
    """A person who is not in a public channel joins it first, as the client's button would."""
    place = channel_of(stage, channel)
    person_of(stage, user)
    if place.is_archived:
        raise Refused("is_archived")
    if user in place.members:
        return place
    if place.is_private:
        raise Refused("not_in_channel")
    enter(stage, place, user)
    return stage.workspace.channels[channel]


def _team(stage: Stage, person: Person, channel: str) -> JSON:
    """In a shared channel a message says whose organisation its author is of."""
    made: JSON = {"team": person.team_id}
    if stage.workspace.is_shared(channel):
        made |= {"user_team": person.team_id, "source_team": person.team_id}
    return made


def _thread(stage: Stage, place: Place, how: str) -> JSON:
    if not place.thread_ts:
        return {}
    root = message_of(stage, place.channel, place.thread_ts)
    if root.is_reply:
        raise Refused("thread_not_found")
    made: JSON = {"thread_ts": root.ts}
    made |= {"parent_user_id": root.wire["user"]} if "user" in root.wire else {}
    return made | {"subtype": "thread_broadcast"} if how == "broadcast" else made


def _post(stage: Stage, user: str, place: Place, content: JSON) -> Stored:
    person = person_of(stage, user)
    wire: JSON = {
        "type": "message",
        "user": user,
        "client_msg_id": str(uuid.uuid4()),
        "ts": stage.stamp(),
    }
    return stage.keep(place.channel, wire | content | _team(stage, person, place.channel))


def say(stage: Stage, user: str, place: Place, text: str, how: How = "plain") -> str:
    """`text` is what the person types. The ts of the new message."""
    _enter(stage, user, place.channel)
    if not text.strip():
        raise Refused("no_text")
    blocks, mrkdwn = markup.typed(text, stage.workspace.people.values(), stage.block_id())
    subtype: JSON = {"subtype": "me_message"} if how == "me" else {}
    thread = _thread(stage, place, how)
    return _post(stage, user, place, {"text": mrkdwn, "blocks": blocks} | subtype | thread).ts


def say_blocks(stage: Stage, user: str, place: Place, blocks: Sequence[JSON], text: str) -> str:
    """A message whose rich text is given, for shapes that typing does not make."""
    _enter(stage, user, place.channel)
    thread = _thread(stage, place, "plain")
    return _post(stage, user, place, {"text": text, "blocks": list(blocks)} | thread).ts


def share(stage: Stage, user: str, place: Place, files: Mapping[str, bytes]) -> str:
    """Files by name. Those of another organisation's people come as stubs that files.info fills."""
    _enter(stage, user, place.channel)
    thread = _thread(stage, place, "plain")
    kept = [_file(stage, user, name, content) for name, content in files.items()]
    shown = [one.in_message(stage.url) for one in kept]
    wire: JSON = {"subtype": "file_share", "text": "", "files": shown, "upload": False}
    ts = _post(stage, user, place, wire | {"display_as_bot": False} | thread).ts
    for one in kept:
        one.shared_in.append((place.channel, ts))
    return ts


def _file(stage: Stage, user: str, name: str, content: bytes) -> File:
    made = stage.shelf.add(name, user, len(content), int(stage.rules.clock()))
    made.content, made.is_stub = content, stage.workspace.people[user].is_stranger
    return made


def _mine(stage: Stage, user: str, channel: str, ts: str) -> Stored:
    person_of(stage, user)
    stored = message_of(stage, channel, ts)
    if stored.wire.get("user") != user or "bot_id" in stored.wire:
        raise Refused("not_your_message")
    return stored


def edit(stage: Stage, user: str, channel: str, ts: str, text: str) -> None:
    stored = _mine(stage, user, channel, ts)
    blocks, mrkdwn = markup.typed(text, stage.workspace.people.values(), stage.block_id())
    edited = {"user": user, "ts": f"{stage.stamp().partition('.')[0]}.000000"}
    stage.rewrite(channel, stored, stored.wire | {"text": mrkdwn, "blocks": blocks, "edited": edited})


def delete(stage: Stage, user: str, channel: str, ts: str) -> None:
    """The own message, or the bot's: an admin may take that away too."""
    stored = message_of(stage, channel, ts)
    if stored.wire.get("bot_id") != stage.workspace.bot.bot_id:
        stored = _mine(stage, user, channel, ts)
    stage.drop(channel, stored)


def react(stage: Stage, user: str, where: tuple[str, str], name: str, *, remove: bool = False) -> None:
    """`where` is the channel and the ts."""
    _enter(stage, user, where[0])
    stored = message_of(stage, *where)
    act = methods_reactions.take if remove else methods_reactions.put
    try:
        act(stage, (where[0], stored), user, name.strip(":"))
    except ApiError as error:
        raise Refused(error.code) from error


def post_as_bot(stage: Stage, bot_name: str, place: Place, text: str) -> str:
    """Another app of the workspace posts."""
    channel_of(stage, place.channel)
    made = f"B0{bot_name.upper()[:9]:0<9}"
    wire: JSON = {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": made,
        "app_id": f"A{made[1:]}",
    }
    wire |= {"username": bot_name, "icons": {}, "text": text, "ts": stage.stamp()}
    return stage.keep(place.channel, wire | _thread(stage, place, "plain")).ts
