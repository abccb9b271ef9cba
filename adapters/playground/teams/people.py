"""What pretend persons do in their channels, and which of it the bot is told."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from adapters.playground.errors import Refused
from adapters.playground.teams import events, markup
from adapters.playground.teams.stage import Stage
from adapters.playground.teams.workspace import BOT, BOT_NAME, Channel, Content, Person, Post
from adapters.playground.values import JSON


def person_of(stage: Stage, user: str) -> Person:
    found = stage.workspace.people.get(user)
    if found is None:
        raise Refused("user_not_found")
    return found


def channel_of(stage: Stage, channel: str) -> Channel:
    found = stage.workspace.channels.get(channel)
    if found is None or found.is_deleted or stage.workspace.team.is_deleted:
        raise Refused("channel_not_found")
    return found


def post_of(stage: Stage, channel: str, id: str) -> Post:
    channel_of(stage, channel)
    found = stage.workspace.find(channel, id)
    if found is None:
        raise Refused("message_not_found")
    return found


def enter(stage: Stage, user: str, channel: str) -> Person:
    """The person, who must be in the channel, which must be open."""
    person = person_of(stage, user)
    channel_of(stage, channel)
    if user not in stage.workspace.members(channel):
        raise Refused("not_in_channel")
    if stage.workspace.team.is_archived:
        raise Refused("team_archived")
    return person


def _mine(stage: Stage, user: str, channel: str, id: str) -> Post:
    enter(stage, user, channel)
    found = post_of(stage, channel, id)
    if found.author != user:
        raise Refused("not_your_message")
    return found


def mentions_bot(content: Content) -> bool:
    return any(one["mentioned"]["id"] == BOT for one in content.entities if one.get("type") == "mention")


def tell(stage: Stage, activity: JSON, *, is_observed: bool = True) -> None:
    """Unobserved are posts without a mention where nobody consented to more."""
    if stage.is_installed and is_observed:
        stage.deliveries.event(activity)


def _is_observed(stage: Stage, content: Content) -> bool:
    return stage.is_consented or mentions_bot(content)


def put(stage: Stage, user: str, where: tuple[str, str], content: Content) -> str:
    """`where` is the channel and the thread's root, empty for a new thread."""
    person = enter(stage, user, where[0])
    root = where[1] and post_of(stage, *where).root
    post = stage.keep(where[0], root, user, content)
    tell(stage, events.message(stage, post, person), is_observed=_is_observed(stage, content))
    return post.id


def say(stage: Stage, user: str, where: tuple[str, str], text: str, *, to_bot: bool = False) -> str:
    words = f"@{BOT_NAME} {text}" if to_bot else text
    return put(stage, user, where, markup.typed(words, stage.workspace))


def say_html(stage: Stage, user: str, where: tuple[str, str], source: str) -> str:
    return put(stage, user, where, markup.rich(source, stage.workspace))


def share(stage: Stage, user: str, where: tuple[str, str], names: Sequence[str], text: str = "") -> str:
    """Files: the bot gets a tag for each and nothing about them."""
    made = markup.typed(text, stage.workspace)
    tags = "".join(f'<attachment id="{uuid.uuid4()}"></attachment>' for _name in names)
    listed = "".join(f"<p>{escape(name)}</p>" for name in names)
    id = put(stage, user, where, replace(made, html=f"<div>{made.html if text else ''}{tags}</div>"))
    post = post_of(stage, where[0], id)
    post.content = replace(post.content, html=f"<div>{made.html if text else ''}{listed}</div>")
    return id


def paste(stage: Stage, user: str, where: tuple[str, str], raw: bytes, text: str = "") -> str:
    """A picture in the text: the bot gets an address that wants its token."""
    made = markup.typed(text, stage.workspace)
    hosted = "https://graph.microsoft.com/v1.0/hostedContents/x/$value"
    body = f'{made.html if text else ""}<p><img alt="image" src="{hosted}"></p>'
    return put(stage, user, where, replace(made, html=body, pasted=stage.paste(raw)))


def edit(stage: Stage, user: str, where: tuple[str, str], text: str) -> None:
    """`where` is the channel and the post's id."""
    post = _mine(stage, user, *where)
    if post.is_deleted:
        raise Refused("message_not_found")
    was_observed = _is_observed(stage, post.content)
    post.content, post.is_edited = markup.typed(text, stage.workspace), True
    stage.changed(post)
    activity = events.message(stage, post, person_of(stage, user), kind="messageUpdate", event="editMessage")
    tell(stage, activity, is_observed=was_observed or _is_observed(stage, post.content))


def delete(stage: Stage, user: str, where: tuple[str, str]) -> None:
    """The own post, or the bot's: an owner may take that away too, and the bot is not told."""
    post = post_of(stage, *where)
    if not post.is_bots:
        post = _mine(stage, user, *where)
    if post.is_deleted:
        raise Refused("message_not_found")
    post.is_deleted = True
    stage.changed(post)
    if not post.is_bots:
        activity = events.deleted(stage, post, enter(stage, user, where[0]))
        tell(stage, activity, is_observed=_is_observed(stage, post.content))


def undelete(stage: Stage, user: str, where: tuple[str, str]) -> None:
    post = _mine(stage, user, *where)
    if not post.is_deleted:
        raise Refused("not_deleted")
    post.is_deleted = False
    stage.changed(post)
    activity = events.message(stage, post, person_of(stage, user), kind="messageUpdate", event="undeleteMessage")
    tell(stage, activity, is_observed=_is_observed(stage, post.content))


def react(stage: Stage, user: str, where: tuple[str, str], name: str, *, remove: bool = False) -> None:
    person, post = enter(stage, user, where[0]), post_of(stage, *where)
    users = post.reactions.setdefault(name, [])
    if post.is_deleted or not name:
        raise Refused("message_not_found" if post.is_deleted else "missing_name")
    if remove == (user not in users):
        raise Refused("no_reaction" if remove else "already_reacted")
    (users.remove if remove else users.append)(user)
    if not users:
        del post.reactions[name]
    stage.changed(post)
    field = "reactionsRemoved" if remove else "reactionsAdded"
    is_told = post.is_bots or stage.rules.teams.reactions_to_people
    tell(stage, events.reaction(stage, post, person, field, name), is_observed=is_told)
