"""Who the app is and where it is: auth.test, apps.connections.open, team.info, bots.info and the
small lists.
"""

from __future__ import annotations

from adapters.playground import shapes
from adapters.playground.arguments import Arguments
from adapters.playground.errors import ApiError
from adapters.playground.stage import Stage
from adapters.playground.values import JSON


def test(stage: Stage, _arguments: Arguments) -> JSON:
    team, bot = stage.workspace.team, stage.workspace.bot
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": bot.name,
        "team_id": team.id,
        "user_id": bot.user_id,
        "bot_id": bot.bot_id,
        "is_enterprise_install": False,
    }


def open_connection(stage: Stage, _arguments: Arguments) -> JSON:
    return {"url": f"ws{stage.url.removeprefix('http')}/socket/{stage.hub.ticket()}"}


def team_info(stage: Stage, arguments: Arguments) -> JSON:
    team = stage.workspace.team
    if arguments.has("team") and arguments.text("team") != team.id:
        raise ApiError("team_not_found")
    icon = {f"image_{size}": shapes.avatar(stage.url, team.id) for size in (34, 44, 68, 88, 102, 132)}
    made = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": ""}
    return {"team": made | {"url": f"https://{team.domain}.slack.com/", "icon": icon | {"image_default": True}}}


def bot_info(stage: Stage, arguments: Arguments) -> JSON:
    bot = stage.workspace.bot
    if arguments.text("bot", bot.bot_id) != bot.bot_id:
        raise ApiError("bot_not_found")
    profile = shapes.bot_profile(bot, stage.workspace.team, stage.url)
    return {"bot": profile | {"user_id": bot.user_id}}


def emoji(stage: Stage, _arguments: Arguments) -> JSON:
    return {
        "emoji": {"silta": shapes.avatar(stage.url, "emoji"), "bridge": "alias:silta"},
        "cache_ts": stage.stamp(),
    }


def usergroups(stage: Stage, arguments: Arguments) -> JSON:
    group = shapes.usergroup(stage.workspace.team, tuple(stage.workspace.people.values()))
    hidden = () if arguments.flag("include_users") else ("users",)
    return {"usergroups": [{name: value for name, value in group.items() if name not in hidden}]}


METHODS = {
    "auth.test": test,
    "apps.connections.open": open_connection,
    "team.info": team_info,
    "bots.info": bot_info,
    "emoji.list": emoji,
    "usergroups.list": usergroups,
}
