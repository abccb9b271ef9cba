"""What HTTP and the socket share: who asks, whether they may, and which verb they mean."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from adapters.settings import Settings
from adapters.web import wire
from adapters.web.limits import Limits, address_of
from adapters.web.live import Live
from bridge.errors import NotFound, Refused
from bridge.model import Site, VisitorId
from bridge.policies.text import accepted
from bridge.ports import Signals
from bridge.visitors import Guest, VisitorDesk

VERBS: Final = ("say", "email", "transcript", "stay", "end")


@dataclass(frozen=True, slots=True)
class VisitorSide:
    """The visitors' desk behind its door."""

    desk: VisitorDesk
    live: Live
    limits: Limits
    settings: Settings
    signals: Signals

    def address(self, request: web.Request) -> str:
        """The visitor's network address."""
        return address_of(request, self.settings.trusted_proxies)

    async def check_origin(self, request: web.Request) -> None:
        """Raises Refused unless the Origin is one of some site's; whose it is, `site` and `guest` check."""
        sites = await self.desk.sites()
        if not any(_comes_from(request, site) for site in sites):
            raise Refused("origin_refused")

    async def site(self, request: web.Request, key: str) -> Site:
        """The site with this key, asked for from one of its pages."""
        site = await self.desk.site(wire.site_key(key))
        if not _comes_from(request, site):
            raise Refused("origin_refused")
        return site

    async def guest(self, request: web.Request, token: str, *, site: str | None = None) -> Guest:
        """Who has this token, asked from a page of the site that gave it."""
        if site is not None:
            await self.site(request, site)
        guest = await self.desk.known(wire.token(token))
        if site is not None and guest.site.key != site:
            raise NotFound("unknown_token")
        if not _comes_from(request, guest.site):
            raise Refused("origin_refused")
        return guest

    async def perform(self, request: web.Request, guest: Guest, verb: str, frame: Mapping[str, Any]) -> None:
        """Do what a frame or a request body asks for; durable when it returns.

        Raises NotFound `unknown_token` for a visitor who was forgotten since they were greeted.
        """
        if verb not in VERBS:
            raise Refused("malformed", f"the field 'type' must be {', '.join(VERBS)} or ping")
        visitor, address = guest.visitor.id, self.address(request)
        self.limits.message(visitor, address, guest.site.id)
        room = self.limits.transcript(visitor, address) if verb == "transcript" else nullcontext()
        with room:
            await self._do(visitor, verb, frame)

    async def _do(self, visitor: VisitorId, verb: str, frame: Mapping[str, Any]) -> None:
        if verb == "say":
            text = accepted(wire.text(frame, "text"), self.settings.limit_text)
            await self.desk.say(visitor, wire.key(frame), text, wire.page(frame))
        elif verb == "email":
            await self.desk.leave_email(visitor, wire.text(frame, "address"))
        elif verb == "transcript":
            await self.desk.transcript(visitor, wire.key(frame), wire.text(frame, "address", default=""))
        elif verb == "stay":
            await self.desk.stay(visitor)
        else:
            await self.desk.end(visitor)


def _comes_from(request: web.Request, site: Site) -> bool:
    """Exactly as browsers write it: whoever sends it otherwise is not one."""
    return request.headers.getall("Origin", []) in [[origin] for origin in site.origins]


VISITOR_SIDE: Final = web.AppKey("visitor_side", VisitorSide)
