"""The team itself: who is in it, which channels it has, whether the app is installed."""

from __future__ import annotations

import secrets

from adapters.playground.errors import Refused
from adapters.playground.teams import events
from adapters.playground.teams.people import channel_of, person_of, tell
from adapters.playground.teams.stage import Stage
from adapters.playground.teams.workspace import BOT, GENERAL, Channel, Person
from adapters.playground.values import JSON


def owner(stage: Stage) -> Person:
    return next(iter(stage.workspace.people.values()))


def _tell(stage: Stage, activity: JSON) -> None:
    tell(stage, activity)
    stage.changed_team()


def install(stage: Stage, channel: str = GENERAL) -> None:
    channel_of(stage, channel)
    if stage.is_installed:
        raise Refused("already_installed")
    stage.is_installed = True
    _tell(stage, events.installation(stage, owner(stage), "add", channel))
    _tell(stage, events.bot_added(stage, owner(stage), channel))


def uninstall(stage: Stage) -> None:
    if not stage.is_installed:
        raise Refused("not_installed")
    _tell(stage, events.installation(stage, owner(stage), "remove", GENERAL))
    _tell(stage, events.members(stage, owner(stage), [BOT], is_added=False))
    stage.is_installed = False


def upgrade(stage: Stage) -> None:
    if not stage.is_installed:
        raise Refused("not_installed")
    _tell(stage, events.installation(stage, owner(stage), "add-upgrade", GENERAL))


def add_member(stage: Stage, user: str) -> None:
    person_of(stage, user)
    members = stage.workspace.team.members
    if user in members:
        raise Refused("already_member")
    stage.workspace.change_team(members=(*members, user))
    _tell(stage, events.members(stage, owner(stage), [user], is_added=True))


def remove_member(stage: Stage, user: str) -> None:
    members = stage.workspace.team.members
    if user not in members:
        raise Refused("not_member")
    stage.workspace.change_team(members=tuple(one for one in members if one != user))
    _tell(stage, events.members(stage, owner(stage), [user], is_added=False))


# channels


def _channel_event(stage: Stage, event: str, channel: Channel) -> None:
    named: JSON = {"id": channel.id, "name": channel.name}
    _tell(stage, events.team_update(stage, owner(stage), event, channel=named))


def create_channel(stage: Stage, name: str) -> str:
    made = Channel(id=f"19:{secrets.token_hex(16)}@thread.tacv2", name=name)
    stage.workspace.channels[made.id] = made
    _channel_event(stage, "channelCreated", made)
    return made.id


def rename_channel(stage: Stage, channel: str, name: str) -> None:
    channel_of(stage, channel)
    _channel_event(stage, "channelRenamed", stage.workspace.change_channel(channel, name=name))


def delete_channel(stage: Stage, channel: str) -> None:
    channel_of(stage, channel)
    if channel == GENERAL:
        raise Refused("general_stays")
    _channel_event(stage, "channelDeleted", stage.workspace.change_channel(channel, is_deleted=True))


def restore_channel(stage: Stage, channel: str) -> None:
    found = stage.workspace.channels.get(channel)
    if found is None or not found.is_deleted:
        raise Refused("channel_not_deleted")
    _channel_event(stage, "channelRestored", stage.workspace.change_channel(channel, is_deleted=False))


# the team


def _team_event(stage: Stage, event: str) -> None:
    _tell(stage, events.team_update(stage, owner(stage), event))


def rename_team(stage: Stage, name: str) -> None:
    stage.workspace.change_team(name=name)
    _team_event(stage, "teamRenamed")


def archive_team(stage: Stage, is_archived: bool) -> None:
    stage.workspace.change_team(is_archived=is_archived)
    _team_event(stage, "teamArchived" if is_archived else "teamUnarchived")


def delete_team(stage: Stage, is_deleted: bool) -> None:
    stage.workspace.change_team(is_deleted=is_deleted)
    _team_event(stage, "teamDeleted" if is_deleted else "teamrestored")
