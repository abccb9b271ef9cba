"""Who is in a channel, what it is called, whether it lives, and whether the app's token does."""

from __future__ import annotations

from adapters.playground import events
from adapters.playground.errors import Refused
from adapters.playground.methods_conversations import enter
from adapters.playground.people import channel_of, person_of
from adapters.playground.stage import Stage


def set_bot_member(stage: Stage, channel: str, is_member: bool, actor: str) -> None:
    place, bot = channel_of(stage, channel), stage.workspace.bot.user_id
    if is_member and bot not in place.members:
        enter(stage, place, bot, actor)
    elif not is_member and bot in place.members:
        stage.workspace.change_channel(channel, members=tuple(one for one in place.members if one != bot))
        stage.tell(events.bot_left(place, actor, stage.stamp()))
    stage.live.ring(channel, None)


def set_archived(stage: Stage, channel: str, is_archived: bool, actor: str) -> None:
    if channel_of(stage, channel).is_archived == is_archived:
        return
    place = stage.workspace.change_channel(channel, is_archived=is_archived)
    event = events.archived(place, actor, stage.stamp())
    verb = "archived" if is_archived else "un-archived"
    wire = {"type": "message", "subtype": event["type"], "user": actor, "ts": event["event_ts"]}
    stage.keep(channel, wire | {"text": f"<@{actor}> {verb} the channel"})
    stage.tell(event, channel)


def leave(stage: Stage, channel: str, user: str) -> None:
    place = channel_of(stage, channel)
    if user not in place.members:
        raise Refused("not_in_channel")
    stage.workspace.change_channel(channel, members=tuple(one for one in place.members if one != user))
    team = stage.workspace.team.id
    stage.tell(events.membership("member_left_channel", place, user, team=team, ts=stage.stamp()), channel)


def invite(stage: Stage, channel: str, user: str, inviter: str) -> None:
    place = channel_of(stage, channel)
    if person_of(stage, user).id not in place.members:
        enter(stage, place, user, inviter)


def rename(stage: Stage, channel: str, name: str) -> None:
    channel_of(stage, channel)
    place = stage.workspace.change_channel(channel, name=name)
    stage.tell(events.renamed(place, stage.stamp()), channel)


def set_revoked(stage: Stage, revoked: bool) -> None:
    if revoked and not stage.revoked:
        stage.tell(events.tokens_revoked(stage.workspace.bot.user_id, stage.stamp()))
    stage.revoked = revoked
