"""The managers' desk: what sites there are and where their conversations go."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bridge.model import Channel, ChannelId, Site, SiteId
from bridge.ports import Store


@dataclass(frozen=True, slots=True)
class ManagerDesk:
    """Verbs of managers."""

    store: Store

    async def configure(self, site: Site, channel: Channel) -> None:
        """Store a site and its channel; the same again changes nothing, and open conversations stay where they are."""
        await self.store.turn(lambda tx: tx.put_site(site, channel))

    async def waiting(self, workplace: str) -> int:
        """How many deliveries to a workplace have not left."""
        return await self.store.read(lambda tx: tx.waiting_count(workplace))


def channel_at(workplace: str, ref: str) -> Channel:
    """A channel's value; the same place has the same id for ever."""
    return Channel(ChannelId(_id("channel", workplace, ref)), workplace, ref)


def site_id(key: str) -> SiteId:
    """A site's id, the same for the same key."""
    return SiteId(_id("site", key))


def _id(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
