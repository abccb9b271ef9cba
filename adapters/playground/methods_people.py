"""users.*: who the people are, as the bot may read them."""

from __future__ import annotations

from adapters.playground import shapes
from adapters.playground.arguments import Arguments
from adapters.playground.errors import ApiError
from adapters.playground.methods_conversations import clamped, page
from adapters.playground.stage import Stage
from adapters.playground.values import JSON

EMAIL = "users:read.email"


def info(stage: Stage, arguments: Arguments) -> JSON:
    person = stage.workspace.people.get(arguments.text("user"))
    if person is None:
        raise ApiError("user_not_found")
    return {"user": shapes.user(person, stage.url, with_email=EMAIL in stage.rules.scopes)}


def every(stage: Stage, arguments: Arguments) -> JSON:
    people = list(stage.workspace.people.values())
    part, cursor = page(people, clamped(arguments, 1000), lambda one: str(one.id), default=1000)
    members = [shapes.user(one, stage.url, with_email=EMAIL in stage.rules.scopes) for one in part]
    return {
        "members": members,
        "cache_ts": int(stage.rules.clock()),
        "response_metadata": {"next_cursor": cursor},
    }


def presence(stage: Stage, arguments: Arguments) -> JSON:
    user = arguments.text("user", stage.workspace.bot.user_id)
    return {"presence": "away" if user in stage.away else "active"}


METHODS = {"users.info": info, "users.list": every, "users.getPresence": presence}
