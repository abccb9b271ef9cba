"""A person as Slack tells them, and their picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from yarl import URL

from adapters.slack import inert
from adapters.slack.fields import ident
from adapters.slack.identity import Own
from bridge.model import Person, Standing
from bridge.policies.foreign import mapping, text

LARGEST: Final = 256 * 1024
_HOSTS: Final = ("secure.gravatar.com",)
_DOMAINS: Final = (".slack-edge.com",)
_SIZES: Final = ("image_192", "image_72")
_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
)


def standing(user: Mapping[str, Any], own: Own) -> Standing:
    """What a person is to us. Who left, or belongs to another organisation, is an outsider."""
    if user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == "USLACKBOT":
        return Standing.BOT
    if user.get("deleted") or user.get("is_stranger") or not _is_of_our_organisation(user, own):
        return Standing.OUTSIDER
    is_guest = user.get("is_restricted") or user.get("is_ultra_restricted")
    return Standing.GUEST if is_guest else Standing.MEMBER


def _is_of_our_organisation(user: Mapping[str, Any], own: Own) -> bool:
    """Of our workspace, or of another one of the same Enterprise organisation."""
    team = text(user.get("team_id"))
    if not own.enterprise:
        return team in ("", own.team)
    proven = mapping(user.get("enterprise_user")).get("enterprise_id")
    return team in (own.team, own.enterprise) or proven == own.enterprise


def name(user: Mapping[str, Any]) -> str:
    """The name that colleagues see."""
    profile = mapping(user.get("profile"))
    names = (
        profile.get("display_name"),
        profile.get("real_name"),
        user.get("real_name"),
        user.get("name"),
    )
    return inert.person_name(next((text(n) for n in names if text(n).strip()), ""))


def picture_address(user: Mapping[str, Any]) -> str:
    """Where the picture is; empty if there is none."""
    profile = mapping(user.get("profile"))
    return next((text(profile.get(size)) for size in _SIZES if profile.get(size)), "")


def person(user: Mapping[str, Any], own: Own, picture: bytes = b"") -> Person:
    """The person with a picture that was fetched before."""
    return Person(
        ref=ident(user.get("id")),
        name=name(user),
        standing=standing(user, own),
        photo=picture,
        photo_type=kind(picture),
        email=text(mapping(user.get("profile")).get("email")).lower()[:320] if user.get("is_email_confirmed") else "",
    )


def kind(picture: bytes) -> str:
    """A picture's type by its first bytes, whatever a server says; empty if it is none of ours."""
    for magic, start, name in _MAGIC:
        if picture[start : start + len(magic)] == magic:
            return name
    return ""


def may_fetch(address: str, home: str) -> bool:
    """Whether a picture may be fetched from there.

    `home` is the API's address: its host counts when it is this machine.
    """
    try:
        url, own = URL(address), URL(home)
        host, origin = url.host or "", url.origin()
    except ValueError:
        return False
    if url.user or url.password:
        return False
    if own.scheme == "http" and origin == own.origin():
        return True
    is_known = host in _HOSTS or host.endswith(_DOMAINS)
    return url.scheme == "https" and url.port == 443 and is_known


async def picture(session: aiohttp.ClientSession, address: str, home: str, proxy: str | None) -> bytes:
    """A picture, fetched without the token and without following; empty if it cannot be had."""
    if not may_fetch(address, home):
        return b""
    try:
        async with session.get(address, allow_redirects=False, proxy=proxy) as answer:
            found = await _at_most(answer, LARGEST) if answer.status == 200 else b""
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
        return b""
    return found if kind(found) else b""


async def _at_most(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The whole body, or nothing if it is larger."""
    found = bytearray()
    async for piece in answer.content.iter_chunked(16 * 1024):
        found += piece
        if len(found) > most:
            return b""
    return bytes(found)
