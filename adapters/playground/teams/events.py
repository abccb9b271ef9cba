"""The activities that the bot receives, in the shape that the service was seen to send."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from adapters.playground.teams.ids import thread_id
from adapters.playground.teams.stage import Stage
from adapters.playground.teams.workspace import BOT, BOT_NAME, GENERAL, TENANT, Person, Post
from adapters.playground.values import JSON

# Activity -> when it is sent. docs/playground.md holds the same table; a test compares them.
EVENTS = {
    "message": "a person's post, or a press of Action.Submit",
    "messageUpdate/editMessage": "a person changed a post",
    "messageUpdate/undeleteMessage": "a person took a deletion back",
    "messageDelete/softDeleteMessage": "a person deleted a post",
    "messageReaction": "a person reacted to a post of the bot, or took it back",
    "invoke/adaptiveCard/action": "a press of Action.Execute",
    "installationUpdate/add": "the app was installed in the team",
    "installationUpdate/remove": "the app was removed from the team",
    "installationUpdate/add-upgrade": "the app was upgraded in the team",
    "conversationUpdate/teamMemberAdded": "a person or the bot joined the team",
    "conversationUpdate/teamMemberRemoved": "a person or the bot left the team",
    "conversationUpdate/channelCreated": "a channel was created",
    "conversationUpdate/channelRenamed": "a channel got a new name",
    "conversationUpdate/channelDeleted": "a channel was deleted",
    "conversationUpdate/channelRestored": "a deleted channel came back",
    "conversationUpdate/teamRenamed": "the team got a new name",
    "conversationUpdate/teamArchived": "the team was archived",
    "conversationUpdate/teamUnarchived": "the team was taken out of the archive",
    "conversationUpdate/teamDeleted": "the team was deleted",
    "conversationUpdate/teamrestored": "the deleted team came back",
}
HERE = timezone(timedelta(hours=2))
ZONE = "Europe/Helsinki"
CLIENT = {"locale": "en-US", "country": "US", "platform": "Web", "timezone": ZONE, "type": "clientInfo"}


def _opaque() -> str:
    return f"f:{uuid.uuid4()}"


def stamps(stage: Stage) -> JSON:
    now = datetime.fromtimestamp(stage.rules.clock(), HERE)
    utc = now.astimezone(timezone.utc).replace(tzinfo=None)  # noqa: UP017 - beside the other zone
    local = now.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return {
        "timestamp": f"{utc.isoformat(timespec='milliseconds')}Z",
        "localTimestamp": f"{local}+02:00",
    }


def _sender(person: Person) -> JSON:
    return {"id": person.id, "name": person.name, "aadObjectId": person.aad_id}


def _outline(stage: Stage, kind: str, id: str, conversation: str) -> JSON:
    place = {"isGroup": True, "conversationType": "channel", "tenantId": TENANT, "id": conversation}
    made: JSON = {"type": kind, **stamps(stage), "id": id, "channelId": "msteams", "serviceUrl": stage.service_url}
    return made | {"conversation": place, "recipient": {"id": BOT, "name": BOT_NAME}}


def _places(stage: Stage, channel: str, tenant: str) -> JSON:
    team = stage.workspace.team.id
    return {"channel": {"id": channel}, "team": {"id": team}, "tenant": {"id": tenant}}


def _client() -> JSON:
    return {"locale": "en-US", "localTimezone": ZONE}


def _about(stage: Stage, kind: str, post: Post, person: Person) -> JSON:
    """What all activities about a person's post share."""
    ids = {"teamsChannelId": post.channel, "teamsTeamId": stage.workspace.team.id}
    made = _outline(stage, kind, post.id, thread_id(post.channel, post.root)) | _client()
    made |= {"textFormat": "plain", "from": _sender(person), "entities": [dict(CLIENT)]}
    return made | {"channelData": ids | _places(stage, post.channel, person.tenant)}


def message(stage: Stage, post: Post, person: Person, *, kind: str = "message", event: str = "") -> JSON:
    """A post or, with the event's name, a change of it."""
    made = _about(stage, kind, post, person)
    made["channelData"] |= {"eventType": event} if event else {}
    made["entities"] = [*(dict(one) for one in post.content.entities), dict(CLIENT)]
    attached = [{"contentType": "text/html", "content": post.content.html}]
    if post.content.pasted:
        attached.insert(0, {"contentType": "image/*", "contentUrl": stage.pasted_url(post.content.pasted)})
    return made | {"text": post.content.text, "attachments": attached}


def deleted(stage: Stage, post: Post, person: Person) -> JSON:
    made = _about(stage, "messageDelete", post, person)
    made["channelData"] |= {"eventType": "softDeleteMessage"}
    return made


def reaction(stage: Stage, post: Post, person: Person, field: str, name: str) -> JSON:
    """`field` is reactionsAdded or reactionsRemoved; id and replyToId are the post's."""
    made = _outline(stage, "messageReaction", post.id, thread_id(post.channel, post.root))
    del made["localTimestamp"]
    places = _places(stage, post.channel, person.tenant) | {"legacy": {"replyToId": f"1:{post.id}"}}
    sender = {"id": person.id, "aadObjectId": person.aad_id}
    return made | {"from": sender, field: [{"type": name}], "channelData": places, "replyToId": post.id}


def _pressed(stage: Stage, kind: str, post: Post, person: Person) -> JSON:
    made = _outline(stage, kind, _opaque(), thread_id(post.channel, post.root)) | _client()
    made["conversation"]["name"] = stage.workspace.channels[post.channel].name
    made |= {"from": _sender(person), "entities": [dict(CLIENT)], "replyToId": post.id}
    return made | {"channelData": _places(stage, post.channel, person.tenant) | {"source": {"name": "message"}}}


def submitted(stage: Stage, post: Post, person: Person, value: JSON) -> JSON:
    """Action.Submit: a message without text."""
    made = _pressed(stage, "message", post, person)
    made["channelData"] |= {"legacy": {"replyToId": f"1:{post.id}"}}
    return made | {"value": value}


def executed(stage: Stage, post: Post, person: Person, action: JSON, *, trigger: str = "manual") -> JSON:
    """Action.Execute: an invoke, whose answer counts."""
    made = _pressed(stage, "invoke", post, person)
    made["channelData"] |= {"teamsChannelId": post.channel, "teamsTeamId": stage.workspace.team.id}
    return made | {"name": "adaptiveCard/action", "value": {"action": action, "trigger": trigger}}


# the team


def _team(stage: Stage) -> JSON:
    team = stage.workspace.team
    return {"aadGroupId": team.aad_group, "name": team.name, "id": team.id}


def installation(stage: Stage, person: Person, action: str, channel: str) -> JSON:
    made = _outline(stage, "installationUpdate", _opaque(), channel)
    del made["localTimestamp"]
    made["conversation"]["name"] = stage.workspace.channels[channel].name
    data = _places(stage, channel, TENANT) | {"team": _team(stage), "source": {"name": "message"}}
    data |= {"settings": {"selectedChannel": {"id": channel}}}
    made |= {"action": action, "from": {"id": person.id, "aadObjectId": person.aad_id}, "locale": "en-US"}
    return made | {"entities": [{"locale": "en-US", "type": "clientInfo"}], "channelData": data}


def team_update(stage: Stage, person: Person, event: str, **more: JSON) -> JSON:
    """A conversationUpdate of the team; `more` goes into the channel data."""
    made = _outline(stage, "conversationUpdate", _opaque(), stage.workspace.team.id)
    made["from"] = {"id": person.id, "aadObjectId": person.aad_id}
    data = {"team": _team(stage), "eventType": event, "tenant": {"id": TENANT}}
    return made | {"channelData": data | more}


def members(stage: Stage, person: Person, ids: Sequence[str], *, is_added: bool) -> JSON:
    event, field = ("teamMemberAdded", "membersAdded") if is_added else ("teamMemberRemoved", "membersRemoved")
    made = team_update(stage, person, event)
    return made | {field: [{"id": id} for id in ids]}


def bot_added(stage: Stage, person: Person, channel: str = GENERAL) -> JSON:
    made = members(stage, person, [BOT], is_added=True)
    del made["localTimestamp"]
    made["conversation"] |= {"id": channel, "name": stage.workspace.channels[channel].name}
    made["channelData"] |= {"settings": {"selectedChannel": {"id": channel}}}
    return made
