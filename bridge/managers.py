"""The managers' desk: what sites and channels there are, what time does in them, and what is forgotten."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from bridge import erasing
from bridge.configuration import Change, Configuration
from bridge.differences import differences
from bridge.erasing import Forgotten, erase
from bridge.model import Channel, ChannelId, DeliveryState, Moment, Site, SiteId
from bridge.ports import Clock, Store
from bridge.transaction import Transaction

SLICE: Final = 5  # conversations that one turn erases at most: others wait for it


@dataclass(frozen=True, slots=True)
class Removals:
    """How far the removal of posts has come. `refused` are those over there that stay, with the reason."""

    done: int
    waiting: int
    refused: tuple[tuple[ChannelId, str, str], ...]


@dataclass(frozen=True, slots=True)
class ManagerDesk:
    """Verbs of managers."""

    store: Store
    clock: Clock

    async def configure(self, site: Site, channel: Channel) -> None:
        """Store a site and its channel; the same again changes nothing, and open conversations stay where they are."""
        await self.store.turn(lambda tx: tx.put_site(site, channel))

    async def configuration(self) -> Configuration:
        """What holds now."""
        return await self.store.read(lambda tx: tx.configuration())

    async def is_applied(self) -> bool:
        """Whether a configuration was ever applied: from then on it is the only one."""
        return bool(await self.store.read(lambda tx: tx.applied_at()))

    async def plan(self, configuration: Configuration) -> tuple[Change, ...]:
        """What `apply` would change."""
        return differences(await self.configuration(), configuration)

    async def apply(self, configuration: Configuration) -> tuple[Change, ...]:
        """Let this hold from now on, all of it or nothing; what it changed. The same again changes nothing."""
        return await self.store.turn(partial(_applied, configuration=configuration, moment=self.clock.moment()))

    async def forget(self, who: str) -> Forgotten:
        """See bridge.erasing.forget."""
        return await erasing.forget(self.store, self.clock, who)

    async def mails(self, *, can: bool) -> None:
        """Say whether mails can leave from now on."""
        await self.store.turn(lambda tx: tx.set_has_mail(has_mail=can))

    async def channel_name(self, channel: ChannelId) -> str:
        """What people call a channel."""
        return await self.store.read(lambda tx: tx.channel_name(channel))

    async def removals(self, keys: tuple[str, ...]) -> Removals:
        """How far the removal of our posts has come."""
        found = await self.store.read(lambda tx: tx.erasures(keys))
        refused = tuple((channel, ref, why) for state, why, channel, ref in found if state is DeliveryState.FAILED)
        done = sum(state is DeliveryState.DONE for state, _, _, _ in found)
        return Removals(done, len(found) - done - len(refused), refused)

    async def retain(self) -> int:
        """Erase what is older than its site keeps it, a slice at a time; how many conversations went."""
        return await self.store.turn(partial(_retained, moment=self.clock.moment()))

    async def facts(self, workplace: str) -> Mapping[str, str]:
        """What a workplace's adapter let us keep for it, by name."""
        return await self.store.read(lambda tx: tx.facts(workplace))

    async def waiting(self, workplace: str) -> int:
        """How many deliveries to a workplace have not left."""
        return await self.store.read(lambda tx: tx.waiting_count(workplace))


def _applied(tx: Transaction, *, configuration: Configuration, moment: Moment) -> tuple[Change, ...]:
    changes = differences(tx.configuration(), configuration)
    if changes or not tx.applied_at():
        tx.put_configuration(configuration, moment.now)
    return changes


def _retained(tx: Transaction, *, moment: Moment) -> int:
    gone = 0
    for site in tx.sites():
        days = tx.policy(site.id).retention_days
        if not days:
            continue
        before = moment.now - timedelta(days=days)
        for conversation in tx.ended_before(site.id, before)[: SLICE - gone]:
            erase(tx, conversation=conversation, moment=moment)
            gone += 1
        for visitor in tx.silent_visitors(site.id, before):
            tx.erase_visitor(visitor)
    return gone


def channel_at(workplace: str, ref: str) -> Channel:
    """A channel's value; the same place has the same id for ever."""
    return Channel(ChannelId(_id("channel", workplace, ref)), workplace, ref)


def site_id(key: str) -> SiteId:
    """A site's id, the same for the same key."""
    return SiteId(_id("site", key))


def _id(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
