"""The connector's methods. Each acts on the stage at once and gives the answer's status and body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from adapters.playground.teams import activities
from adapters.playground.teams.errors import ConnectorError
from adapters.playground.teams.ids import Where, thread_id, where
from adapters.playground.teams.stage import Stage
from adapters.playground.teams.workspace import APP_ID, BOT, GENERAL, TENANT, Content, Person, Post, Team
from adapters.playground.values import JSON

LEAST_PAGE, MOST_PAGE = 50, 500
PICTURE = "picture"
Made = tuple[int, JSON]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: the ids of its path, its query and its JSON."""

    conversation: str = ""
    item: str = ""
    query: JSON = field(default_factory=dict)
    body: JSON = field(default_factory=dict)

    @property
    def place(self) -> Where:
        return where(self.conversation or _named_channel(self.body))


def _named_channel(body: JSON) -> str:
    data = body.get("channelData")
    channel = data.get("channel") if isinstance(data, dict) else None
    return str(channel.get("id", "")) if isinstance(channel, dict) else ""


def _bot_is_in(stage: Stage) -> None:
    if stage.workspace.team.is_deleted:
        raise ConnectorError("ConversationNotFound")
    if not stage.is_installed:
        raise ConnectorError("BotNotInConversationRoster")


def _channel(stage: Stage, place: Where) -> None:
    """The channel is there and, with a root, the thread too."""
    found = stage.workspace.channels.get(place.channel)
    if found is None or found.is_deleted:
        raise ConnectorError("ConversationNotFound")
    _bot_is_in(stage)
    root = stage.workspace.find(place.channel, place.root) if place.root else None
    if place.root and (root is None or root.is_reply):
        raise ConnectorError("ConversationNotFound")


def _writable(stage: Stage, place: Where) -> None:
    _channel(stage, place)
    if stage.workspace.team.is_archived:
        raise ConnectorError("MessageWritesBlocked")


# writing


def _tenant(body: JSON) -> str:
    """botbuilder spells the key tenantID."""
    data = body.get("channelData")
    inner = data.get("tenant") if isinstance(data, dict) else None
    named = inner.get("id") if isinstance(inner, dict) else None
    return str(body.get("tenantId") or body.get("tenantID") or named or "")


def _parted(content: Content) -> bool:
    return bool(content.text.strip()) and bool(content.card or content.picture)


def create(stage: Stage, asked: Asked) -> Made:
    """A new thread, with its first post in the call."""
    body = asked.body
    if body.get("isGroup") is not True or not _named_channel(body):
        raise activities.bad("only a thread in a channel can be created: isGroup and channelData.channel.id")
    bot = body.get("bot")
    if bot is not None and (not isinstance(bot, dict) or bot.get("id") not in (BOT, APP_ID)):
        raise activities.bad("bot is not this bot", "BadArgument")
    if body.get("members"):
        raise activities.bad("members are only for a personal chat")
    if _tenant(body) != TENANT:
        raise ConnectorError("Forbidden")
    _writable(stage, asked.place)
    content = activities.read(body.get("activity"), stage.workspace)
    if content is None or _parted(content):
        raise activities.bad("a thread begins with one message: a text or an attachment")
    post = stage.keep(asked.place.channel, "", BOT, content)
    return 201, {"id": thread_id(post.channel, post.id), "activityId": post.id}


def send(stage: Stage, asked: Asked) -> Made:
    """A reply in the thread that the conversation names; to the channel itself, a new thread. Text and
    an attachment become two posts, and no id comes back.
    """
    _writable(stage, asked.place)
    _same_conversation(asked)
    content = activities.read(asked.body, stage.workspace)
    if content is None:
        return 202, {}
    channel, root = asked.place
    if not _parted(content):
        return 201, {"id": stage.keep(channel, root, BOT, content).id}
    first = stage.keep(channel, root, BOT, replace(content, card=None, picture=""))
    stage.keep(channel, root or first.id, BOT, replace(content, text="", entities=()))
    return 202, {}


def _same_conversation(asked: Asked) -> None:
    named = asked.body.get("conversation")
    if isinstance(named, dict) and named.get("id") not in (None, asked.conversation):
        raise activities.bad("the activity names another conversation", "BadArgument")


def _own(stage: Stage, asked: Asked) -> Post:
    _writable(stage, asked.place)
    post = stage.workspace.find(asked.place.channel, asked.item)
    if post is None or post.is_deleted or post.root != (asked.place.root or post.root):
        raise ConnectorError("ActivityNotFoundInConversation")
    if not post.is_bots:
        raise activities.bad("only the bot's own messages can be changed", "BadArgument")
    return post


def update(stage: Stage, asked: Asked) -> Made:
    """Takes the place of the whole post, for everybody."""
    post = _own(stage, asked)
    _same_conversation(asked)
    content = activities.read(asked.body, stage.workspace)
    if content is None or _parted(content):
        raise activities.bad("a message becomes a text or an attachment")
    post.content, post.is_edited = content, True
    post.personal.clear()
    stage.changed(post)
    return 200, {"id": post.id}


def delete(stage: Stage, asked: Asked) -> Made:
    post = _own(stage, asked)
    post.is_deleted = True
    stage.changed(post)
    return 200, {}


# reading


def _shape(person: Person) -> JSON:
    return {
        "id": person.id,
        "objectId": person.aad_id,
        "aadObjectId": person.aad_id,
        "name": person.name,
        "givenName": person.given_name,
        "surname": person.surname,
        "email": person.email,
        "userPrincipalName": person.upn,
        "tenantId": person.tenant,
        "userRole": person.role,
    }


def _roster(stage: Stage, asked: Asked) -> list[Person]:
    _channel(stage, asked.place)
    known = stage.workspace
    return [known.people[id] for id in known.members(asked.place.channel) if id in known.people]


def member(stage: Stage, asked: Asked) -> Made:
    found = stage.workspace.person(asked.item)
    if found not in _roster(stage, asked) or found is None:
        raise ConnectorError("MemberNotFoundInConversation")
    return 200, _shape(found)


def members(stage: Stage, asked: Asked) -> Made:
    """A page; its token leads to the next, and the last has none."""
    everybody = _roster(stage, asked)
    size, token = str(asked.query.get("pageSize", MOST_PAGE)), str(asked.query.get("continuationToken", "") or "0")
    if not size.isdigit() or not LEAST_PAGE <= int(size) <= MOST_PAGE:
        raise activities.bad(f"pageSize is from {LEAST_PAGE} to {MOST_PAGE}", "BadArgument")
    if not token.isdigit() or int(token) > len(everybody):
        raise activities.bad("the continuationToken is not ours", "BadArgument")
    most = stage.rules.teams.members_page or int(size)
    start, end = int(token), int(token) + most
    page: JSON = {"members": [_shape(one) for one in everybody[start:end]]}
    return 200, page | ({"continuationToken": str(end)} if end < len(everybody) else {})


def team(stage: Stage, asked: Asked) -> Made:
    found = _team(stage, asked)
    channels = [one for one in stage.workspace.channels.values() if not one.is_deleted]
    made: JSON = {"id": found.id, "name": found.name, "aadGroupId": found.aad_group, "type": "standard"}
    return 200, made | {"tenantId": TENANT, "channelCount": len(channels), "memberCount": len(found.members)}


def channels(stage: Stage, asked: Asked) -> Made:
    """The General channel has the team's id and no name."""
    _team(stage, asked)
    kept = [one for one in stage.workspace.channels.values() if not one.is_deleted]
    listed = [{"id": one.id, "name": None if one.id == GENERAL else one.name, "type": one.kind} for one in kept]
    return 200, {"conversations": listed}


def _team(stage: Stage, asked: Asked) -> Team:
    if asked.conversation != stage.workspace.team.id:
        raise ConnectorError("ConversationNotFound")
    _bot_is_in(stage)
    return stage.workspace.team


def attachment(stage: Stage, asked: Asked) -> Made:
    """A picture that a person pasted; its bytes are the answer."""
    _bot_is_in(stage)
    raw = stage.pasted.get(asked.item)
    if raw is None:
        raise ConnectorError("NotFound")
    return 200, {PICTURE: raw}


Method = Callable[[Stage, Asked], Made]
