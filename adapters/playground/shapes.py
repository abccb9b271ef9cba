"""People, channels and bots as the Web API and the events write them."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.playground.values import JSON, Bot, Channel, Person, Team

AGENTS, HANDLE = "S0AGENTS001", "agents"
IMAGE_SIZES = (24, 32, 48, 72, 192, 512)


def avatar(url: str, person: str) -> str:
    return f"{url}/avatar/{person}.png"


def _profile(person: Person, url: str) -> JSON:
    first, _, last = person.real_name.partition(" ")
    return {
        "title": "",
        "phone": "",
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.display_name,
        "display_name_normalized": person.display_name,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": person.id.lower(),
        "first_name": first,
        "last_name": last,
        **{f"image_{size}": avatar(url, person.id) for size in IMAGE_SIZES},
        "team": person.team_id,
    }


def user(person: Person, url: str, *, updated: int = 1767225600, with_email: bool = True) -> JSON:
    """The address only for a token that may read it."""
    made: JSON = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.deleted,
        "color": "4bbe2e",
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": "Eastern European Time",
        "tz_offset": 7200,
        "profile": _profile(person, url),
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": updated,
        "is_email_confirmed": bool(person.email),
    }
    if with_email and person.email:
        made["profile"]["email"] = person.email
    return made | {"is_stranger": True} if person.is_stranger else made


def channel(one: Channel, *, team: Team, is_member: bool, is_shared: bool) -> JSON:
    topic = {"value": "", "creator": "", "last_set": 0}
    return {
        "id": one.id,
        "name": one.name,
        "name_normalized": one.name,
        "is_channel": not one.is_private,
        "is_group": one.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": one.is_private,
        "created": one.created,
        "creator": one.members[0] if one.members else "",
        "is_archived": one.is_archived,
        "is_general": one.name == "general",
        "unlinked": 0,
        "is_shared": is_shared,
        "is_frozen": False,
        "is_org_shared": False,
        "is_ext_shared": is_shared,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": team.id,
        "shared_team_ids": [team.id],
        "updated": one.created * 1000,
        "is_member": is_member,
        "topic": topic,
        "purpose": dict(topic),
        "previous_names": [],
    }


def bot_icons(bot: Bot, url: str) -> JSON:
    return {f"image_{size}": avatar(url, bot.user_id) for size in (36, 48, 72)}


def bot_profile(bot: Bot, team: Team, url: str) -> JSON:
    return {
        "id": bot.bot_id,
        "app_id": bot.app_id,
        "user_id": bot.user_id,
        "name": bot.name,
        "icons": bot_icons(bot, url),
        "deleted": False,
        "updated": 1767225600,
        "team_id": team.id,
    }


def usergroup(team: Team, people: Iterable[Person]) -> JSON:
    """The one group, `@agents`: everybody of the team."""
    members = [one.id for one in people if not one.is_bot and not one.is_stranger]
    return {
        "id": AGENTS,
        "team_id": team.id,
        "is_usergroup": True,
        "name": "Agents",
        "description": "Everybody who answers visitors",
        "handle": HANDLE,
        "is_external": False,
        "date_create": 1767225600,
        "date_update": 1767225600,
        "date_delete": 0,
        "auto_type": None,
        "created_by": members[0],
        "updated_by": members[0],
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "user_count": len(members),
        "users": members,
    }
