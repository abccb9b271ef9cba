"""Messages as a person sees them."""

from __future__ import annotations

from html import escape

from adapters.playground.teams import card_shown, markup, tree
from adapters.playground.teams.people import channel_of
from adapters.playground.teams.stage import Stage
from adapters.playground.teams.workspace import BOT, BOT_NAME, GENERAL, TENANT, Post
from adapters.playground.values import JSON


def card_of(post: Post, viewer: str = "") -> JSON | None:
    """The answer to a press is seen by the person who pressed, until the card is updated."""
    return post.personal.get(viewer, post.content.card)


def _content(stage: Stage, post: Post, viewer: str) -> JSON:
    if post.is_deleted:
        gone: JSON = {"nodes": [], "card": None, "drawn": None, "buttons": [], "mentions": [], "notifies": False}
        return {"text": "", "html": ""} | gone
    card = card_of(post, viewer)
    seen = card_shown.shown(card, stage.workspace) if card else markup.shown(post.content, stage.workspace)
    picture = f'<img src="{escape(post.content.picture)}">' if post.content.picture else ""
    return {
        "text": seen.text,
        "html": seen.html + picture,
        "nodes": [] if card else tree.grown(seen.html + picture),
        "card": card,
        "drawn": card_shown.drawn(card, stage.workspace) if card else None,
        "buttons": card_shown.buttons(card) if card else [],
        "mentions": list(seen.mentions),
        "notifies": post.content.notifies,
    }


def shown(stage: Stage, post: Post, viewer: str = "") -> JSON:
    outline = {
        "id": post.id,
        "channel": post.channel,
        "thread": post.root,
        "author": post.author,
        "author_name": stage.workspace.name_of(post.author),
        "is_bot": post.author == BOT,
        "at": post.at,
    }
    reactions = {name: list(users) for name, users in post.reactions.items()}
    marks = {"edited": post.is_edited, "deleted": post.is_deleted, "reactions": reactions}
    return outline | _content(stage, post, viewer) | marks


def channel(stage: Stage, name: str, viewer: str = "") -> list[JSON]:
    """The roots, oldest first."""
    channel_of(stage, name)
    return [shown(stage, one, viewer) for one in stage.workspace.roots(name)]


def thread(stage: Stage, name: str, id: str, viewer: str = "") -> list[JSON]:
    """The root and its replies; empty when there is no such message."""
    channel_of(stage, name)
    found = stage.workspace.find(name, id)
    return [shown(stage, one, viewer) for one in stage.workspace.thread(name, found.root)] if found else []


def state(stage: Stage) -> JSON:
    known = stage.workspace
    team = known.team
    return {
        "tenant": TENANT,
        "bot": {"id": BOT, "name": BOT_NAME, "is_installed": stage.is_installed, "endpoint": stage.deliveries.url},
        "is_consented": stage.is_consented,
        "is_token_revoked": stage.tokens.is_revoked,
        "team": {
            "id": team.id,
            "name": team.name,
            "is_archived": team.is_archived,
            "is_deleted": team.is_deleted,
        },
        "people": [
            {
                "id": one.id,
                "name": one.name,
                "given_name": one.given_name,
                "email": one.email,
                "tenant": one.tenant,
                "role": one.role,
                "is_member": one.id in team.members,
            }
            for one in known.people.values()
        ],
        "channels": [
            {
                "id": one.id,
                "name": one.name,
                "kind": one.kind,
                "is_general": one.id == GENERAL,
                "is_deleted": one.is_deleted,
                "members": list(known.members(one.id)),
            }
            for one in known.channels.values()
        ],
    }
