"""A person as Teams' roster tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.teams.identity import somebody
from bridge.model import Person, Standing
from bridge.policies.foreign import text
from bridge.policies.inert import label

NAMELESS = "?"


def person(ref: str, member: Mapping[str, Any], tenant: str) -> Person:
    """A member of the roster, under the ref by which we know them; a picture would need rights that we do not have."""
    return Person(
        ref=ref,
        name=name(member),
        standing=standing(member, tenant),
        email=text(member.get("email")).lower()[:320],
    )


def name(member: Mapping[str, Any]) -> str:
    """The name that colleagues see."""
    found = text(member.get("name")) or f"{text(member.get('givenName'))} {text(member.get('surname'))}"
    return label(found, 80) or NAMELESS


def standing(member: Mapping[str, Any], tenant: str) -> Standing:
    """What a person is to us: a member only who is one of our organisation and not its guest.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
    """
    if somebody(member.get("id")).startswith("28:"):
        return Standing.BOT
    home = text(member.get("tenantId")).lower()
    role = text(member.get("userRole")).lower()
    if home and home != tenant:
        return Standing.GUEST if role == "guest" else Standing.OUTSIDER
    if role in ("guest", "anonymous"):
        return Standing.GUEST if role == "guest" else Standing.OUTSIDER
    return Standing.MEMBER
